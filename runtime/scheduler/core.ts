import { EngineLost, type ActorError } from "../../actors/errors.ts"
import type { StageId } from "../../planner/physical/stage.ts"
import { place, start } from "./placement.ts"
import { expectQuery, expectStage, newQuery, withEngine, withQuery, withStage } from "./state.ts"
import type {
  Action,
  AttemptKey,
  EngineEntry,
  SchedulerEvent,
  SchedulerState,
  StageEntry,
  Step,
  TaskEntry,
} from "./state.ts"

/** How often one task may be started. The last cause is kept word for word. */
export const TASK_ATTEMPTS_MAX = 3

/** Failed starts in a row after which an engine is not started again until all of them are broken. */
export const ENGINE_STARTS_FAILED_MAX = 3

/** One event in, the next state and the actions it calls for out. No clock, no I/O. */
export function step(state: SchedulerState, event: SchedulerEvent): Step {
  const [applied, actions] = apply(state, event)
  const [placed, more] = place(applied)
  return [placed, [...actions, ...more]]
}

function apply(state: SchedulerState, event: SchedulerEvent): Step {
  switch (event._tag) {
    case "QuerySubmitted": {
      const query = newQuery(event.query)
      const widest = Math.max(...event.query.stages.map((stage) => stage.tasks))
      return start(withQuery(state, query), widest)
    }
    case "QueryCancelled":
      return failQuery(state, event.query, event.error)
    case "EnginesWanted":
      return start(state, event.engines)
    case "EngineReady": {
      const entry = state.engines.get(event.engine)
      if (entry?.state !== "starting") return [state, []]
      return [withEngine(state, event.engine, { ...entry, state: "idle", startsFailed: 0, memoryBytes: 0 }), []]
    }
    case "EngineStartFailed":
      return startFailed(state, event.engine, event.error)
    case "LoanWanted":
      return [{ ...state, loans: [...state.loans, event.loan] }, []]
    case "LoanEnded": {
      const entry = state.engines.get(event.engine)
      if (entry?.state !== "lent") return [state, []]
      return [withEngine(state, event.engine, { ...entry, state: event.isAlive ? "idle" : "cold" }), []]
    }
    case "EngineGone": {
      const entry = state.engines.get(event.engine)
      // While it starts or works, its start or its attempt reports the loss.
      if (entry?.state !== "idle") return [state, []]
      return [withEngine(state, event.engine, { ...entry, state: "cold", attempt: undefined }), []]
    }
    case "AttemptEnded":
      return attemptEnded(state, event)
  }
}

function attemptEnded(state: SchedulerState, event: Extract<SchedulerEvent, { _tag: "AttemptEnded" }>): Step {
  const engine = state.engines.get(event.engine)
  if (engine?.state !== "busy" || engine.attempt === undefined || !sameAttempt(engine.attempt, event.at)) {
    return [state, []]
  }
  const freed = withEngine(state, event.engine, {
    ...engine,
    state: event.memoryBytes === undefined ? "cold" : "idle",
    memoryBytes: event.memoryBytes ?? 0,
    attempt: undefined,
  })
  const query = state.queries.get(event.at.query)
  if (query === undefined) return [freed, []]
  const counted = withQuery(freed, { ...query, running: query.running - 1 })
  const [next, actions] =
    query.phase === "running" ? taskEnded(counted, event.at, event.outcome) : ([counted, []] as Step)
  const [drained, last] = drain(next, query.id)
  return [drained, [...actions, ...last]]
}

function taskEnded(
  state: SchedulerState,
  at: AttemptKey,
  outcome: Extract<SchedulerEvent, { _tag: "AttemptEnded" }>["outcome"],
): Step {
  switch (outcome._tag) {
    case "done":
      return taskDone(state, at)
    case "stopped":
      // Only an ending query stops attempts; a stop that nobody asked for is a loss like any other.
      return taskLost(state, at, new EngineLost({ message: "the engine stopped the task without being asked to" }))
    case "failed":
      return outcome.error._tag === "EngineLost"
        ? taskLost(state, at, outcome.error)
        : failQuery(withTask(state, at, "failed"), at.query, outcome.error)
  }
}

function taskDone(state: SchedulerState, at: AttemptKey): Step {
  const done = withTask(state, at, "done")
  const actions: Action[] = [{ _tag: "TaskCompleted", at }]
  const query = done.queries.get(at.query)
  const stage = query?.stages.get(at.stage)
  if (query === undefined || stage === undefined || stage.open > 0) return [done, actions]
  const stages = new Map(query.stages)
  for (const [id, reader] of stages) {
    if (reader.shape.reads.includes(at.stage)) stages.set(id, unblock(reader))
  }
  const next = withQuery(done, { ...query, stages })
  if (at.stage !== query.result) return [next, actions]
  const [ended, last] = end(next, query.id)
  return [ended, [...actions, { _tag: "QueryDone", query: query.id }, ...last]]
}

function unblock(stage: StageEntry): StageEntry {
  const blockedBy = stage.blockedBy - 1
  if (blockedBy > 0) return { ...stage, blockedBy }
  const tasks = stage.tasks.map((task): TaskEntry => ({ ...task, state: "ready" }))
  return { ...stage, blockedBy, tasks, queue: [...tasks.keys()] }
}

function taskLost(state: SchedulerState, at: AttemptKey, cause: EngineLost): Step {
  if (at.attempt < TASK_ATTEMPTS_MAX) return [withTask(state, at, "lost"), []]
  const message = `task ${at.task} of stage ${at.stage} lost its engine ${at.attempt} times; the last time: ${cause.message}`
  const error = new EngineLost({ message, stage: at.stage, task: at.task, node: cause.node })
  return failQuery(withTask(state, at, "failed"), at.query, error)
}

function failQuery(state: SchedulerState, id: string, error: ActorError): Step {
  if (state.queries.get(id)?.phase !== "running") return [state, []]
  const [ended, actions] = end(state, id)
  const [drained, last] = drain(ended, id)
  return [drained, [{ _tag: "QueryFailed", query: id, error }, ...actions, ...last]]
}

/** Cancels what has not run and stops what runs. */
function end(state: SchedulerState, id: string): Step {
  const query = state.queries.get(id)
  if (query === undefined) return [state, []]
  const stages = new Map(
    [...query.stages].map(([key, stage]): [StageId, StageEntry] => {
      const tasks = stage.tasks.map((task) => (isOver(task) ? task : { ...task, state: "cancelled" as const }))
      return [key, { ...stage, tasks, queue: [] }]
    }),
  )
  const actions: Action[] = []
  for (const [engine, entry] of state.engines) {
    if (entry.attempt?.query === id) actions.push({ _tag: "StopAttempt", at: entry.attempt, engine })
  }
  return [withQuery(state, { ...query, phase: "ending", stages }), actions]
}

function drain(state: SchedulerState, id: string): Step {
  const query = state.queries.get(id)
  if (query === undefined || query.phase !== "ending" || query.running > 0) return [state, []]
  const queries = new Map(state.queries)
  queries.delete(id)
  return [{ ...state, queries }, [{ _tag: "QueryDrained", query: id }]]
}

function startFailed(state: SchedulerState, engine: string, error: EngineLost): Step {
  const entry = state.engines.get(engine)
  if (entry?.state !== "starting") return [state, []]
  const startsFailed = entry.startsFailed + 1
  const broken = startsFailed >= ENGINE_STARTS_FAILED_MAX
  const next = withEngine(state, engine, { ...entry, startsFailed, state: broken ? "broken" : "cold" })
  if ([...next.engines.values()].some((each) => each.state !== "broken")) return [next, []]
  const message = `no engine could be started, ${ENGINE_STARTS_FAILED_MAX} times in a row; the last time: ${error.message}`
  let failed = withFreshEngines(next)
  // Loans are refused with the queries, or the planning would try for ever.
  const actions: Action[] = failed.loans.map((loan) => ({ _tag: "RefuseLoan", loan }))
  failed = { ...failed, loans: [] }
  for (const query of next.queries.keys()) {
    const [after, more] = failQuery(failed, query, new EngineLost({ message, node: error.node }))
    failed = after
    actions.push(...more)
  }
  return [failed, actions]
}

/** The next query may try again: the reason may be gone. */
function withFreshEngines(state: SchedulerState): SchedulerState {
  const engines = [...state.engines].map(([name, entry]): [string, EngineEntry] => [
    name,
    { ...entry, state: "cold", startsFailed: 0 },
  ])
  return { ...state, engines: new Map(engines) }
}

function withTask(state: SchedulerState, at: AttemptKey, end: "done" | "failed" | "lost"): SchedulerState {
  const query = expectQuery(state, at.query)
  const stage = expectStage(query.stages, at.stage)
  const tasks = stage.tasks.with(at.task, { state: end, attempts: at.attempt, engine: undefined })
  const open = end === "done" ? stage.open - 1 : stage.open
  // Before the others of its stage: the stage may be waiting for this one alone.
  const queue = end === "lost" ? [at.task, ...stage.queue] : stage.queue
  return withStage(state, query, { ...stage, tasks, open, queue })
}

function isOver(task: TaskEntry): boolean {
  return task.state === "done" || task.state === "failed" || task.state === "cancelled"
}

function sameAttempt(a: AttemptKey, b: AttemptKey): boolean {
  return a.query === b.query && a.stage === b.stage && a.task === b.task && a.attempt === b.attempt
}
