import { EngineLost } from "../../actors/errors.ts"
import { drain, end, failQuery } from "./ending.ts"
import { failStranded, nodeDrains, nodeJoined, nodeLost, rerunReaders } from "./losses.ts"
import { place, start } from "./placement.ts"
import { expectQuery, expectStage, newQuery, withEngine, withQuery, withStage } from "./state.ts"
import type {
  Action,
  AttemptKey,
  AttemptOutcome,
  EngineEntry,
  LoanEntry,
  SchedulerEvent,
  SchedulerState,
  Step,
} from "./state.ts"
import { expectTask, reblocked, sameAttempt, withTaskAgain, withTaskDone, withTaskFailed } from "./tasks.ts"

/** How often one task may fail for a reason that may be its own. The last cause is kept word for word. */
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
    case "QuerySubmitted":
      return submitted(withFreshEngines(state), event)
    case "QueryCancelled":
      return failQuery(state, event.query, event.error)
    case "EnginesWanted":
      return start(withFreshEngines(state), event.engines)
    case "EngineReady": {
      const entry = state.engines.get(event.engine)
      if (entry?.state !== "starting") return [state, []]
      return [withEngine(state, event.engine, { ...entry, state: "idle", startsFailed: 0, memoryBytes: 0 }), []]
    }
    case "EngineStartFailed":
      return startFailed(state, event.engine, event.error)
    case "NodeJoined":
      return [nodeJoined(state, event), []]
    case "NodeDrains":
      return [nodeDrains(state, event.node), []]
    case "NodeLost":
      return nodeLost(state, event.node, event.reason)
    case "LoanWanted":
      return [{ ...state, loans: [...state.loans, loanEntry(event)] }, []]
    case "LoanEnded": {
      const entry = state.engines.get(event.engine)
      if (entry?.state !== "lent") return [state, []]
      const memoryBytes = event.memoryBytes ?? entry.memoryBytes
      const after = event.isAlive
        ? ({ state: "idle", memoryBytes } as const)
        : ({ state: "cold", memoryBytes: 0 } as const)
      return [withEngine(state, event.engine, { ...entry, ...after }), []]
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

function loanEntry({ loan, isPatient, home }: Extract<SchedulerEvent, { _tag: "LoanWanted" }>): LoanEntry {
  return { loan, isPatient, home }
}

function submitted(state: SchedulerState, { query: shape }: Extract<SchedulerEvent, { _tag: "QuerySubmitted" }>): Step {
  const draining = [...state.nodes].filter(([, node]) => node.isDraining).map(([name]) => name)
  const added = withQuery(state, newQuery(shape, new Set(draining)))
  const [next, failed] = failStranded(added, undefined, (stranded) => `the query was not started: ${stranded}`)
  if (failed.length > 0) return [next, failed]
  return start(next, Math.max(...shape.stages.map((stage) => stage.tasks)))
}

function attemptEnded(state: SchedulerState, event: Extract<SchedulerEvent, { _tag: "AttemptEnded" }>): Step {
  const engine = state.engines.get(event.engine)
  if (engine?.state !== "busy" || engine.attempt === undefined || !sameAttempt(engine.attempt, event.at)) {
    return [state, []]
  }
  const freed = freedEngine(state, event.engine, engine, event.memoryBytes)
  const query = state.queries.get(event.at.query)
  if (query === undefined) return [freed, []]
  const counted = withRead(withQuery(freed, { ...query, running: query.running - 1 }), event)
  const [next, actions] =
    query.phase !== "running"
      ? ([counted, []] as Step)
      : engine.doomed === undefined
        ? taskEnded(counted, event.at, engine.node, event.outcome)
        : ([withTaskAgain(counted, event.at, false), []] as Step)
  const [drained, last] = drain(next, query.id)
  return [drained, [...actions, ...last]]
}

function withRead(state: SchedulerState, event: Extract<SchedulerEvent, { _tag: "AttemptEnded" }>): SchedulerState {
  if (event.hasRead !== true) return state
  const query = expectQuery(state, event.at.query)
  return withStage(state, query, { ...expectStage(query.stages, event.at.stage), hasRead: true })
}

/** What becomes of another node's thread is that node's affair; a node that was lost meanwhile has no engines. */
function freedEngine(
  state: SchedulerState,
  name: string,
  entry: EngineEntry,
  memoryBytes: number | undefined,
): SchedulerState {
  const idle = { ...entry, state: "idle", attempt: undefined, doomed: undefined } as const
  if (entry.node === state.own) {
    const isAlive = memoryBytes !== undefined
    return withEngine(state, name, { ...idle, state: isAlive ? "idle" : "cold", memoryBytes: memoryBytes ?? 0 })
  }
  if (state.nodes.has(entry.node)) return withEngine(state, name, idle)
  const engines = new Map(state.engines)
  engines.delete(name)
  return { ...state, engines }
}

function taskEnded(state: SchedulerState, at: AttemptKey, node: string, outcome: AttemptOutcome): Step {
  switch (outcome._tag) {
    case "done":
      return taskDone(state, at, node, outcome)
    case "stopped":
      // Only an ending query stops attempts; a stop that nobody asked for is a loss like any other.
      return fault(state, at, "lost its engine", "the engine stopped the task without being asked to", node)
    case "inputLost":
      // When the node is lost what it held is being made again, and the task waits for that.
      return state.nodes.has(outcome.node)
        ? fault(state, at, "could not read its input", outcome.message, outcome.node)
        : [withTaskAgain(state, at, false), []]
    case "refused": {
      const again = withTaskAgain(nodeDrains(state, node), at, false)
      const query = expectQuery(again, at.query)
      const shunned = withQuery(again, { ...query, shuns: new Set(query.shuns).add(node) })
      return failStranded(shunned, node, (stranded) => `${outcome.message}: ${stranded}`)
    }
    case "failed":
      return outcome.error._tag === "EngineLost"
        ? fault(state, at, "lost its engine", outcome.error.message, outcome.error.node)
        : failQuery(withTaskFailed(state, at), at.query, outcome.error)
  }
}

function taskDone(
  state: SchedulerState,
  at: AttemptKey,
  node: string,
  { digest, bytes }: Extract<AttemptOutcome, { _tag: "done" }>,
): Step {
  const before = expectQuery(state, at.query)
  const isResult = at.stage === before.result
  const earlier = expectTask(expectStage(before.stages, at.stage), at.task).output
  // The result comes to this node wherever it was made.
  const output = { attempt: at.attempt, node: isResult ? state.own : node, digest, bytes }
  const done = withTaskDone(state, at, output)
  const query = reblocked(expectQuery(done, at.query))
  const stage = expectStage(query.stages, at.stage)
  const next = withQuery(done, query)
  const actions: Action[] = [{ _tag: "TaskCompleted", at }]
  if (isResult && stage.open === 0) {
    const [ended, last] = end(next, query.id)
    return [ended, [...actions, { _tag: "QueryDone", query: query.id }, ...last]]
  }
  if (earlier === undefined || (earlier.digest === digest && stage.shape.volatile !== true)) return [next, actions]
  const [rerun, stops] = rerunReaders(next, query, at.stage)
  return [rerun, [...actions, ...stops]]
}

function fault(state: SchedulerState, at: AttemptKey, what: string, cause: string, node: string | undefined): Step {
  const again = withTaskAgain(state, at, true)
  const { faults } = expectTask(expectStage(expectQuery(again, at.query).stages, at.stage), at.task)
  if (faults < TASK_ATTEMPTS_MAX) return [again, []]
  const message = `task ${at.task} of stage ${at.stage} ${what} ${faults} times; the last time: ${cause}`
  const error = new EngineLost({ message, stage: at.stage, task: at.task, node })
  return failQuery(withTaskFailed(again, at), at.query, error)
}

function startFailed(state: SchedulerState, engine: string, error: EngineLost): Step {
  const entry = state.engines.get(engine)
  if (entry?.state !== "starting") return [state, []]
  const startsFailed = entry.startsFailed + 1
  const broken = startsFailed >= ENGINE_STARTS_FAILED_MAX
  const next = withEngine(state, engine, { ...entry, startsFailed, state: broken ? "broken" : "cold" })
  if (ownEngines(next).some((each) => each.state !== "broken")) return [next, []]
  // Loans are refused with the queries, or the planning would try for ever.
  const refused: Action[] = next.loans.map(({ loan }) => ({ _tag: "RefuseLoan", loan }))
  const why = `no engine could be started, ${ENGINE_STARTS_FAILED_MAX} times in a row; the last time: ${error.message}`
  const isAlone = next.nodes.size === 1
  const [failed, actions] = failStranded({ ...next, loans: [] }, error.node, (stranded) =>
    isAlone ? why : `${why}: ${stranded}`,
  )
  return [failed, [...refused, ...actions]]
}

/** When none of this node's engines could be started, the next query may try again: the reason may be gone. */
function withFreshEngines(state: SchedulerState): SchedulerState {
  if (ownEngines(state).some((each) => each.state !== "broken")) return state
  const engines = [...state.engines].map(([name, entry]): [string, EngineEntry] => [
    name,
    entry.state === "broken" ? { ...entry, state: "cold", startsFailed: 0 } : entry,
  ])
  return { ...state, engines: new Map(engines) }
}

function ownEngines(state: SchedulerState): readonly EngineEntry[] {
  return [...state.engines.values()].filter(({ node }) => node === state.own)
}
