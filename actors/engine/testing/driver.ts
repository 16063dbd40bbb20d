import { crc32 } from "node:zlib"
import * as arrow from "apache-arrow"
import type { ActorError } from "../../errors.ts"
import type { EngineMacro } from "../duckdb.ts"
import type { BatchBytes, EngineEvent, EngineRequest, EngineTask, TaskMetrics } from "../messages.ts"
import type { EngineThread } from "../thread.ts"
import { spawnEngine } from "../thread.ts"

export const MIB = 1024 * 1024

/** Drives a real engine for tests: requests in, promises out. */
export interface EngineDriver {
  readonly thread: EngineThread
  readonly call: (_tag: "Describe" | "Explain" | "Evaluate", sql: string) => Promise<EngineEvent>
  /** Rows of texts; throws the refusal's message. */
  readonly evaluate: (sql: string) => Promise<readonly (readonly (string | null)[])[]>
  readonly task: (task: Partial<EngineTask>, input?: TaskInput) => Promise<TaskResult>
  readonly exit: Promise<string>
  /** The next event that fits, from now on. */
  readonly next: (fits: (event: EngineEvent) => boolean) => Promise<EngineEvent>
  readonly close: () => Promise<void>
}

export interface TaskInput {
  readonly batches?: Readonly<Record<string, readonly BatchBytes[]>>
  /** What RunTask promises; by default the sum of the batches. */
  readonly rows?: Readonly<Record<string, number>>
}

export interface TaskResult {
  readonly batches: readonly { readonly partition: number; readonly sequence: number; readonly batch: BatchBytes }[]
  readonly metrics: TaskMetrics | undefined
  readonly error: ActorError | undefined
}

export async function driveEngine(
  name: string,
  memoryLimitBytes = 512 * MIB,
  macros: readonly EngineMacro[] = [],
): Promise<EngineDriver> {
  const thread = await spawnEngine({ name, memoryLimitBytes, macros })
  const exited = Promise.withResolvers<string>()
  thread.onExit(exited.resolve)
  let numbers = 0
  const next = (fits: (event: EngineEvent) => boolean): Promise<EngineEvent> => {
    const { promise, resolve, reject } = Promise.withResolvers<EngineEvent>()
    const stopEvents = thread.onEvent((event) => {
      if (fits(event)) resolve(event)
    })
    const stopExit = thread.onExit((reason) => reject(new Error(`the engine is gone: ${reason}`)))
    return promise.finally(() => {
      stopEvents()
      stopExit()
    })
  }
  const call: EngineDriver["call"] = (_tag, sql) => {
    const number = numbers++
    const answer = next((event) => "call" in event && event.call === number)
    thread.send({ _tag, call: number, sql })
    return answer
  }
  return {
    thread,
    call,
    next,
    exit: exited.promise,
    close: () => thread.terminate(),
    evaluate: async (sql) => {
      const event = await call("Evaluate", sql)
      if (event._tag === "Evaluated") return event.rows
      throw new Error(event._tag === "CallFailed" ? event.refusal.message : event._tag)
    },
    task: (task, input = {}) => runTask(thread, next, fullTask(`task-${numbers++}`, task), input),
  }
}

function fullTask(id: string, task: Partial<EngineTask>): EngineTask {
  return { id, query: "q", inputs: [], sql: "SELECT 1", columns: [], partitions: 0, batchBytesTarget: MIB, ...task }
}

async function runTask(
  thread: EngineThread,
  next: EngineDriver["next"],
  task: EngineTask,
  { batches = {}, rows }: TaskInput,
): Promise<TaskResult> {
  const out: { partition: number; sequence: number; batch: BatchBytes }[] = []
  const end = next((event) => {
    if (event._tag === "OutputBatch" && event.task === task.id) {
      out.push({ partition: event.partition, sequence: event.sequence, batch: event.batch })
      thread.send({ _tag: "OutputTaken", task: task.id, bytes: event.batch.bytes.byteLength })
    }
    return (event._tag === "TaskDone" || event._tag === "TaskFailed") && event.task === task.id
  })
  const requests: EngineRequest[] = [{ _tag: "StartTask", task }]
  const sums: Record<string, number> = {}
  for (const [table, list] of Object.entries(batches)) {
    for (const batch of list) requests.push({ _tag: "InputBatch", task: task.id, table, batch })
    sums[table] = list.reduce((sum, batch) => sum + batch.rows, 0)
  }
  requests.push({ _tag: "RunTask", task: task.id, rows: rows ?? sums })
  for (const request of requests) thread.send(request)
  const event = await end
  return {
    batches: out,
    metrics: event._tag === "TaskDone" ? event.metrics : undefined,
    error: event._tag === "TaskFailed" ? event.error : undefined,
  }
}

/** An Arrow table as one batch. */
export function batchOf(table: arrow.Table): BatchBytes {
  return sealed(arrow.tableToIPC(table, "stream"), table.numRows)
}

/** Any bytes as a batch whose checksum is right. */
export function sealed(bytes: Uint8Array, rows: number): BatchBytes {
  return { bytes, rows, checksum: crc32(bytes) }
}

/** Every column of a list of batches as texts. */
export function textsOf(batches: readonly BatchBytes[]): string[][] {
  return batches.flatMap(({ bytes }) => {
    const table = arrow.tableFromIPC(bytes)
    return Array.from({ length: table.numRows }, (_, row) =>
      table.schema.fields.map((_field, column) => String(table.getChildAt(column)?.get(row))),
    )
  })
}
