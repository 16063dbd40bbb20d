import type { BatchBytes, EngineRequest, EngineTask, TaskMetrics } from "../../actors/engine/messages.ts"
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

/** The talk with one engine about one task. */
export interface Conversation {
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

export function converse(
  engine: PooledEngine,
  task: EngineTask,
  onOutput: (output: TaskOutput) => Promise<void>,
): Conversation {
  let inFlight = 0
  let wake: (() => void) | undefined
  let over = false
  const last = Promise.withResolvers<LastWord>()

  const rouse = () => {
    wake?.()
    wake = undefined
  }
  const end = (word: LastWord) => {
    over = true
    unlisten()
    last.resolve(word)
    rouse()
  }
  const hear = (report: EngineReport) => {
    if ("task" in report && report.task !== task.id) return
    switch (report._tag) {
      case "InputTaken":
        inFlight -= 1
        rouse()
        return
      case "OutputBatch":
        void onOutput(report).then(() => {
          if (!over) engine.send(outputTaken(report))
        })
        return
      case "TaskDone":
        end({ _tag: "done", metrics: report.metrics })
        return
      case "TaskFailed":
      case "Lost":
        end({ _tag: "failed", error: report.error })
        return
      default:
        // Calls have listeners of their own, and a trap comes as Lost.
        return
    }
  }
  const unlisten = engine.listen(hear)
  engine.send({ _tag: "StartTask", task })

  return {
    input: async (input, transfer) => {
      while (!over && inFlight >= INPUTS_IN_FLIGHT_MAX) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      if (over) return
      inFlight += 1
      engine.send(input, transfer)
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
