import type { ActorError } from "../errors.ts"
import { Cancelled, ExchangeError, QueryError } from "../errors.ts"
import type { EngineEvent, EngineRequest, EngineTask, TaskMetrics } from "./messages.ts"

/**
 * An engine's life. A task is `loading` from StartTask to RunTask; `cancelling` while work that was under way when the
 * cancellation came has not reported back. Nothing leads out of `broken`: the thread ends.
 */
export type EngineState =
  | { readonly _tag: "starting" }
  | { readonly _tag: "idle" }
  | {
      readonly _tag: "loading"
      readonly task: EngineTask
      /** Work that was handed out and has not reported back. */
      readonly busy: boolean
      /** Rows that arrived, by table. */
      readonly rows: Readonly<Record<string, number>>
    }
  | { readonly _tag: "running"; readonly task: EngineTask }
  | { readonly _tag: "cancelling"; readonly task: EngineTask }
  | { readonly _tag: "broken" }

export type EngineCall = Extract<EngineRequest, { readonly _tag: "Describe" | "Explain" | "Evaluate" }>
export type EngineScanRequest = Extract<EngineRequest, { readonly _tag: "ScanSplits" }>
export type EngineInputRequest = Extract<EngineRequest, { readonly _tag: "InputBatch" | "InputSplit" }>

/** What the shell reports of the work that an action asked for. */
export type WorkReport =
  | { readonly _tag: "Opened"; readonly version: string }
  | { readonly _tag: "TablesCreated"; readonly task: string }
  | { readonly _tag: "Ingested"; readonly task: string; readonly table: string; readonly rows: number }
  | {
      readonly _tag: "Looked"
      readonly task: string
      readonly table: string
      readonly missing: readonly (readonly string[])[]
    }
  | { readonly _tag: "Finished"; readonly task: string; readonly metrics: TaskMetrics }
  | { readonly _tag: "WorkFailed"; readonly task: string; readonly error: ActorError }
  | { readonly _tag: "Broke"; readonly message: string }

export type EngineAction =
  | { readonly _tag: "Open"; readonly init: Extract<EngineRequest, { readonly _tag: "Init" }> }
  | { readonly _tag: "Answer"; readonly call: EngineCall }
  | { readonly _tag: "CreateTables"; readonly task: EngineTask }
  | { readonly _tag: "Ingest"; readonly task: EngineTask; readonly input: EngineInputRequest }
  /** See what is held of the splits of a scan. */
  | { readonly _tag: "Look"; readonly task: EngineTask; readonly scan: EngineScanRequest }
  | { readonly _tag: "Run"; readonly task: EngineTask; readonly rows: Readonly<Record<string, number>> }
  /** Ask the work that is under way to stop at its next pause. */
  | { readonly _tag: "Interrupt" }
  /** Drop everything that belongs to the task. */
  | { readonly _tag: "Clear"; readonly task: EngineTask }
  | { readonly _tag: "Emit"; readonly event: EngineEvent }

export type Step = readonly [EngineState, readonly EngineAction[]]

export const STARTING: EngineState = { _tag: "starting" }
const IDLE: EngineState = { _tag: "idle" }
const BROKEN: EngineState = { _tag: "broken" }

/** One message or report in, the next state and what to do out. No DuckDB, no clock. */
export function step(state: EngineState, event: EngineRequest | WorkReport): Step {
  if (state._tag === "broken") return [state, []]
  switch (event._tag) {
    case "Init":
      return state._tag === "starting" ? [state, [{ _tag: "Open", init: event }]] : [state, []]
    case "Opened":
      return [IDLE, [{ _tag: "Emit", event: { _tag: "Ready", version: event.version } }]]
    case "Broke":
      return [BROKEN, [{ _tag: "Emit", event: { _tag: "Trapped", message: event.message } }]]
    case "Describe":
    case "Explain":
    case "Evaluate":
      return [state, [{ _tag: "Answer", call: event }]]
    case "StartTask":
      return startTask(state, event.task)
    case "TablesCreated":
    case "Looked":
    case "Ingested":
      return workDone(state, event)
    case "ScanSplits":
    case "InputBatch":
    case "InputSplit":
      return takeInput(state, event)
    case "RunTask":
      return runTask(state, event.task, event.rows)
    case "CancelTask":
      return cancelTask(state, event.task)
    // The shell counts credit itself: it is no change of state.
    case "OutputTaken":
      return [state, []]
    case "Finished": {
      const task = currentTask(state, event.task)
      if (task === undefined) return [state, []]
      if (state._tag === "cancelling") return end(task, cancelled(task))
      return end(task, { _tag: "TaskDone", task: task.id, metrics: event.metrics })
    }
    case "WorkFailed": {
      const task = currentTask(state, event.task)
      if (task === undefined) return [state, []]
      return end(task, state._tag === "cancelling" ? cancelled(task) : failed(task, event.error))
    }
  }
}

/** The task that a message means, unless it is over: what arrives late is dropped. */
function currentTask(state: EngineState, id: string): EngineTask | undefined {
  if (state._tag !== "loading" && state._tag !== "running" && state._tag !== "cancelling") return undefined
  return state.task.id === id ? state.task : undefined
}

function startTask(state: EngineState, task: EngineTask): Step {
  if (state._tag === "idle") {
    return [{ _tag: "loading", task, busy: true, rows: {} }, [{ _tag: "CreateTables", task }]]
  }
  const error = new QueryError({
    kind: "Defect",
    message: `task ${task.id} was sent to an engine that is ${state._tag}; an engine takes one task at a time`,
  })
  return [state, [{ _tag: "Emit", event: failed(task, error) }]]
}

function takeInput(state: EngineState, input: EngineInputRequest | EngineScanRequest): Step {
  const task = currentTask(state, input.task)
  if (task === undefined || state._tag === "cancelling") return [state, []]
  if (state._tag !== "loading") {
    return end(
      task,
      failed(task, new ExchangeError({ message: `${input.table} got input after its task had started` })),
    )
  }
  if (!task.inputs.some(({ table }) => table === input.table)) {
    return end(task, failed(task, new ExchangeError({ message: `task ${task.id} has no input table ${input.table}` })))
  }
  const action: EngineAction =
    input._tag === "ScanSplits" ? { _tag: "Look", task, scan: input } : { _tag: "Ingest", task, input }
  return [{ ...state, busy: true }, [action]]
}

function workDone(
  state: EngineState,
  report: Extract<WorkReport, { _tag: "TablesCreated" | "Looked" | "Ingested" }>,
): Step {
  const task = currentTask(state, report.task)
  if (task === undefined) return [state, []]
  if (state._tag === "cancelling") return end(task, cancelled(task))
  if (state._tag !== "loading") return [state, []]
  if (report._tag === "TablesCreated") return [{ ...state, busy: false }, []]
  if (report._tag === "Looked") {
    const { table, missing } = report
    return [{ ...state, busy: false }, [{ _tag: "Emit", event: { _tag: "SplitsHeld", task: task.id, table, missing } }]]
  }
  const { table, rows } = report
  const arrived = { ...state.rows, [table]: (state.rows[table] ?? 0) + rows }
  return [
    { ...state, busy: false, rows: arrived },
    [{ _tag: "Emit", event: { _tag: "InputTaken", task: task.id, table, rows } }],
  ]
}

/** Law 3: every row that was promised is there before the statement runs. */
function runTask(state: EngineState, id: string, promised: Readonly<Record<string, number>>): Step {
  const task = currentTask(state, id)
  if (task === undefined || state._tag !== "loading") return [state, []]
  for (const [table, rows] of Object.entries(promised)) {
    const arrived = state.rows[table] ?? 0
    if (arrived !== rows) {
      const message = `${table} holds ${arrived} rows, but its producers wrote ${rows}`
      return end(task, failed(task, new ExchangeError({ message })))
    }
  }
  return [{ _tag: "running", task }, [{ _tag: "Run", task, rows: state.rows }]]
}

function cancelTask(state: EngineState, id: string): Step {
  const task = currentTask(state, id)
  if (task === undefined || state._tag === "cancelling") return [state, []]
  if (state._tag === "loading" && !state.busy) return end(task, cancelled(task))
  return [{ _tag: "cancelling", task }, [{ _tag: "Interrupt" }]]
}

/** The engine is clean before anyone hears that it is free. */
function end(task: EngineTask, event: EngineEvent): Step {
  return [
    IDLE,
    [
      { _tag: "Clear", task },
      { _tag: "Emit", event },
    ],
  ]
}

function cancelled(task: EngineTask): EngineEvent {
  return failed(task, new Cancelled({ message: "the task was cancelled" }))
}

function failed(task: EngineTask, error: ActorError): EngineEvent {
  return { _tag: "TaskFailed", task: task.id, error }
}
