import type { BatchBytes, EngineRequest, EngineSplit, EngineTask, TaskMetrics } from "../../actors/engine/messages.ts"
import type { ActorError } from "../../actors/errors.ts"
import type { EngineReport, PooledEngine } from "../pool/engine.ts"

/** Inputs that an engine has been sent and has not taken: one is on its way while the other is ingested. */
const INPUTS_IN_FLIGHT_MAX = 2

/** How long an engine may take to give a task up before its thread is ended. */
const CANCEL_GRACE_MS = 1000

/** What an engine says last of a task. EngineLost: it will never say anything again. */
export type LastWord =
  | { readonly _tag: "done"; readonly metrics: TaskMetrics }
  | { readonly _tag: "failed"; readonly error: ActorError }

export type TaskInput = Extract<EngineRequest, { _tag: "InputBatch" | "InputSplit" }>

export interface TaskOutput {
  readonly partition: number
  readonly sequence: number
  readonly batch: BatchBytes
}

/** By split, the columns that the engine must be sent. */
export type MissingColumns = readonly (readonly string[])[]

/** The talk with one engine about one task. */
export interface Conversation {
  /** Tells what a scan reads. Gives no columns when the task is over. One question at a time. */
  readonly look: (table: string, splits: readonly EngineSplit[]) => Promise<MissingColumns>
  /** Sends when the engine has room for it; does not send when the task is over. */
  readonly input: (input: TaskInput, transfer: readonly ArrayBuffer[]) => Promise<void>
  /** `rows`: what each exchange table must hold. */
  readonly run: (rows: Readonly<Record<string, number>>) => void
  readonly lastWord: Promise<LastWord>
  /** Settles when the engine is free of the task, which may need its end. */
  readonly cancel: () => Promise<LastWord>
}

/** Credit: the attempt has put the batch where it is safe, or has no more need for it. */
function outputTaken({ task, batch }: Extract<EngineReport, { _tag: "OutputBatch" }>): EngineRequest {
  return { _tag: "OutputTaken", task, bytes: batch.bytes.byteLength }
}

/** One question at a time; an answer that nobody waits for is dropped. */
function lookUp() {
  let resolve: ((missing: MissingColumns) => void) | undefined
  return {
    next: () =>
      new Promise<MissingColumns>((resolveNext) => {
        resolve = resolveNext
      }),
    answer: (missing: MissingColumns): void => resolve?.(missing),
  }
}

function inputCredit(isOver: () => boolean) {
  let inFlight = 0
  let wake: (() => void) | undefined
  const rouse = () => {
    wake?.()
    wake = undefined
  }
  return {
    rouse,
    back: () => {
      inFlight -= 1
      rouse()
    },
    /** Waits for room; false: the task is over. */
    take: async () => {
      while (!isOver() && inFlight >= INPUTS_IN_FLIGHT_MAX) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      if (isOver()) return false
      inFlight += 1
      return true
    },
  }
}

export function converse(
  engine: PooledEngine,
  task: EngineTask,
  onOutput: (output: TaskOutput) => Promise<void>,
): Conversation {
  let over = false
  const credit = inputCredit(() => over)
  const looking = lookUp()
  const last = Promise.withResolvers<LastWord>()

  const end = (word: LastWord) => {
    over = true
    unlisten()
    last.resolve(word)
    looking.answer([])
    credit.rouse()
  }
  const hear = (report: EngineReport) => {
    if ("task" in report && report.task !== task.id) return
    switch (report._tag) {
      case "InputTaken":
        return credit.back()
      case "SplitsHeld":
        return looking.answer(report.missing)
      case "OutputBatch":
        void onOutput(report).then(() => {
          if (!over) engine.send(outputTaken(report))
        })
        return
      case "TaskDone":
        return end({ _tag: "done", metrics: report.metrics })
      case "TaskFailed":
      case "Lost":
        return end({ _tag: "failed", error: report.error })
      default:
        // Calls have listeners of their own, and a trap comes as Lost.
        return
    }
  }
  const unlisten = engine.listen(hear)
  engine.send({ _tag: "StartTask", task })

  return {
    look: async (table, splits) => {
      if (over) return []
      engine.send({ _tag: "ScanSplits", task: task.id, table, splits })
      return looking.next()
    },
    input: async (input, transfer) => {
      if (await credit.take()) engine.send(input, transfer)
    },
    run: (rows) => {
      if (!over) engine.send({ _tag: "RunTask", task: task.id, rows })
    },
    lastWord: last.promise,
    cancel: async () => {
      if (over) return last.promise
      engine.send({ _tag: "CancelTask", task: task.id })
      const timer = setTimeout(() => void engine.terminate(), CANCEL_GRACE_MS)
      const word = await last.promise
      clearTimeout(timer)
      return word
    },
  }
}
