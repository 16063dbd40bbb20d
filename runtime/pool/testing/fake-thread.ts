import { crc32 } from "node:zlib"
import type {
  BatchBytes,
  EngineEvent,
  EngineRequest,
  EngineTask,
  TaskMetrics,
} from "../../../actors/engine/messages.ts"
import { EngineLost, Cancelled, type ActorError } from "../../../actors/errors.ts"
import type { SplitBytes } from "../../../actors/sources/source.ts"
import type { Thread } from "../engine.ts"

/** For tests of what stands around engines: a thread that speaks their protocol over rows of numbers. */
export interface FakeThread extends Thread {
  /** As a WebAssembly trap or a crash would. */
  readonly die: (reason: string) => void
}

export interface FakeRow {
  readonly partition: number
  readonly value: number
}

/**
 * What a task's SQL does here. `hang` never ends and never answers; `stall` ends only when it is cancelled;
 * `unfinished` rows leave, but not the word that they were all.
 */
export type FakeWork = (
  inputs: ReadonlyMap<string, readonly number[]>,
  task: EngineTask,
  thread: FakeThread,
) =>
  | readonly FakeRow[]
  | { readonly _tag: "unfinished"; readonly rows: readonly FakeRow[] }
  | ActorError
  | "hang"
  | "stall"

export type FakeCall = (
  request: Extract<EngineRequest, { _tag: "Describe" | "Explain" | "Evaluate" }>,
) => EngineEvent | undefined

export interface FakeBehaviour {
  /** By the text of the SQL. */
  readonly work: Readonly<Record<string, FakeWork>>
  readonly call?: FakeCall
  /** It hears nothing once input has come. */
  readonly isDeaf?: boolean
}

/** A batch holds one row, so that a few rows make a stream. */
export function fakeBatch(values: readonly number[]): BatchBytes {
  const bytes = new TextEncoder().encode(JSON.stringify(values))
  return { bytes, rows: values.length, checksum: crc32(bytes) }
}

export function fakeValues(bytes: Uint8Array): readonly number[] {
  const values: unknown = JSON.parse(new TextDecoder().decode(bytes))
  return Array.isArray(values) ? values.map(Number) : []
}

export function fakeSplit(file: string, values: readonly number[]): SplitBytes {
  return { kind: "fake", file, rows: values.length, layout: values, buffers: [], bytesRead: values.length }
}

export function fakeThread(name: string, behaviour: FakeBehaviour): FakeThread {
  const script = new Script(name, behaviour)
  const thread: FakeThread = {
    name,
    send: (request) => script.hear(request, thread),
    onEvent: (listener) => script.listeners.push(listener),
    onExit: (listener) => script.exits.push(listener),
    terminate: async () => script.exit("terminated"),
    die: (reason) => script.exit(reason),
  }
  return thread
}

class Script {
  readonly listeners: ((event: EngineEvent) => void)[] = []
  readonly exits: ((reason: string) => void)[] = []
  private readonly name: string
  private readonly behaviour: FakeBehaviour
  private alive = true
  private task: EngineTask | undefined
  private inputs = new Map<string, number[]>()

  constructor(name: string, behaviour: FakeBehaviour) {
    this.name = name
    this.behaviour = behaviour
  }

  hear(request: EngineRequest, thread: FakeThread): void {
    if (!this.alive) throw new EngineLost({ message: `${this.name} is gone` })
    switch (request._tag) {
      case "Describe":
      case "Explain":
      case "Evaluate": {
        const answer = this.behaviour.call?.(request)
        if (answer !== undefined) this.emit(answer)
        return
      }
      case "StartTask":
        this.task = request.task
        this.inputs = new Map()
        return
      case "InputBatch":
        return this.take(request.table, fakeValues(request.batch.bytes))
      case "ScanSplits": {
        const missing = request.splits.map(() => ["i"])
        return this.emit({ _tag: "SplitsHeld", task: request.task, table: request.table, missing })
      }
      case "InputSplit":
        return this.take(request.table, layoutValues(request.split))
      case "RunTask":
        if (this.task !== undefined) this.run(this.task, thread)
        return
      case "OutputTaken":
        return
      case "CancelTask":
        if (this.task?.id === request.task) this.cancel(this.task, thread)
        return
      case "Init":
        return
    }
  }

  exit(reason: string): void {
    if (!this.alive) return
    this.alive = false
    for (const listener of this.exits) listener(reason)
  }

  private emit(event: EngineEvent): void {
    setImmediate(() => {
      if (this.alive) for (const listener of this.listeners) listener(event)
    })
  }

  private take(table: string, values: readonly number[]): void {
    if (this.behaviour.isDeaf === true) {
      this.task = undefined
      return
    }
    this.inputs.set(table, [...(this.inputs.get(table) ?? []), ...values])
    this.emit({ _tag: "InputTaken", task: this.task?.id ?? "", table, rows: values.length })
  }

  private run(task: EngineTask, thread: FakeThread): void {
    const rows = this.work(task, thread)
    if (rows === "hang" || rows === "stall") return
    if (!("_tag" in rows)) {
      const metrics = this.emitRows(task, rows)
      const rowsIn = [...this.inputs.values()].flat().length
      this.emit({ _tag: "TaskDone", task: task.id, metrics: { ...metrics, rowsIn } })
    } else if (rows._tag === "unfinished") this.emitRows(task, rows.rows)
    else this.emit({ _tag: "TaskFailed", task: task.id, error: rows })
  }

  private cancel(task: EngineTask, thread: FakeThread): void {
    // A task that hangs hears nothing, as a statement that never gives control back.
    if (this.work(task, thread) === "hang") return
    this.emit({ _tag: "TaskFailed", task: task.id, error: new Cancelled({ message: "cancelled" }) })
  }

  private work(task: EngineTask, thread: FakeThread) {
    const work = this.behaviour.work[task.sql]
    if (work === undefined) throw new Error(`the fake engine does not know ${task.sql}`)
    return work(this.inputs, task, thread)
  }

  private emitRows(task: EngineTask, rows: readonly FakeRow[]): TaskMetrics {
    const partitionRows = Array<number>(Math.max(1, task.partitions)).fill(0)
    let bytesOut = 0
    for (const { partition, value } of rows) {
      const batch = fakeBatch([value])
      const sequence = partitionRows[partition] ?? 0
      partitionRows[partition] = sequence + 1
      bytesOut += batch.bytes.byteLength
      this.emit({ _tag: "OutputBatch", task: task.id, partition, sequence, batch })
    }
    const times = { busyMs: 1, decodeMs: 0, ingestMs: 0, executeMs: 1, scatterMs: 0 }
    return { ...times, rowsIn: 0, rowsOut: rows.length, bytesOut, partitionRows, ...CACHE_NOTHING }
  }
}

const CACHE_NOTHING = {
  memoryBytes: 1000,
  bytesDecoded: 0,
  bytesIngested: 0,
  rowsSkipped: { pages: 0, rows: 0 },
  cache: { hits: 0, misses: 0, evicted: 0, bytes: 0 },
}

function layoutValues({ layout }: SplitBytes): readonly number[] {
  return Array.isArray(layout) ? layout.map(Number) : []
}
