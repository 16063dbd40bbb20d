import { expectQuery, expectStage, withEngine, withQuery, withStage } from "./state.ts"
import type { Action, AttemptKey, QueryEntry, SchedulerState, Step } from "./state.ts"

/**
 * Gives every idle engine a task. The query with the fewest running tasks comes first, of those the oldest, so that
 * no query waits for another that could share; within a query the first ready stage in depth-first order. A task is
 * ready only when all it reads is complete, so one engine is enough for any DAG.
 */
export function place(state: SchedulerState): Step {
  const [lent, lending] = lend(state)
  const actions: Action[] = [...lending]
  let next = lent
  for (const [engine, entry] of lent.engines) {
    if (entry.state !== "idle") continue
    const at = pick(next)
    if (at === undefined) break
    const query = next.queries.get(at.query)
    if (query === undefined) break
    next = withEngine(next, engine, { ...entry, state: "busy", attempt: at })
    next = withQuery(next, { ...query, running: query.running + 1 })
    next = taken(next, at, engine)
    actions.push({ _tag: "RunAttempt", at, engine })
  }
  const [recycled, recycling] = recycle(next)
  const [started, starting] = start(recycled, waitingTasks(recycled) + recycled.loans.length)
  return [started, [...actions, ...recycling, ...starting]]
}

/** Loans are short and hold up a whole query, so they come before tasks. */
function lend(state: SchedulerState): Step {
  const actions: Action[] = []
  let next = state
  for (const [engine, entry] of state.engines) {
    const [loan, ...rest] = next.loans
    if (loan === undefined || entry.state !== "idle") continue
    next = { ...withEngine(next, engine, { ...entry, state: "lent" }), loans: rest }
    actions.push({ _tag: "LendEngine", loan, engine })
  }
  // An engine that starts or is lent will be free soon, one that works may not.
  const soon = [...next.engines.values()].some(({ state: s }) => s === "cold" || s === "starting" || s === "lent")
  if (soon) return [next, actions]
  for (const loan of next.loans) actions.push({ _tag: "RefuseLoan", loan })
  return [{ ...next, loans: [] }, actions]
}

function pick(state: SchedulerState): AttemptKey | undefined {
  let best: QueryEntry | undefined
  for (const query of state.queries.values()) {
    if (query.phase !== "running" || (best !== undefined && query.running >= best.running)) continue
    if (firstReady(query) !== undefined) best = query
  }
  return best === undefined ? undefined : firstReady(best)
}

function firstReady(query: QueryEntry): AttemptKey | undefined {
  for (const id of query.order) {
    const stage = query.stages.get(id)
    const task = stage?.queue[0]
    if (stage === undefined || task === undefined) continue
    return { query: query.id, stage: id, task, attempt: (stage.tasks[task]?.attempts ?? 0) + 1 }
  }
  return undefined
}

/** Engines that hold too much memory and have nothing to do start anew when they are next wanted. */
function recycle(state: SchedulerState): Step {
  const actions: Action[] = []
  let next = state
  for (const [engine, entry] of state.engines) {
    if (entry.state !== "idle" || entry.memoryBytes <= state.engineMemoryBytesMax) continue
    next = withEngine(next, engine, { ...entry, state: "cold", memoryBytes: 0 })
    actions.push({ _tag: "RecycleEngine", engine })
  }
  return [next, actions]
}

/** Starts cold engines until `wanted` are idle or starting. */
export function start(state: SchedulerState, wanted: number): Step {
  const actions: Action[] = []
  let next = state
  let missing = wanted - [...state.engines.values()].filter(({ state: s }) => s === "idle" || s === "starting").length
  for (const [engine, entry] of state.engines) {
    if (missing <= 0) break
    if (entry.state !== "cold") continue
    next = withEngine(next, engine, { ...entry, state: "starting" })
    actions.push({ _tag: "StartEngine", engine })
    missing -= 1
  }
  return [next, actions]
}

function waitingTasks(state: SchedulerState): number {
  let tasks = 0
  for (const query of state.queries.values()) {
    for (const stage of query.stages.values()) tasks += stage.queue.length
  }
  return tasks
}

function taken(state: SchedulerState, at: AttemptKey, engine: string): SchedulerState {
  const query = expectQuery(state, at.query)
  const stage = expectStage(query.stages, at.stage)
  const tasks = stage.tasks.with(at.task, { state: "running", attempts: at.attempt, engine })
  return withStage(state, query, { ...stage, tasks, queue: stage.queue.slice(1) })
}
