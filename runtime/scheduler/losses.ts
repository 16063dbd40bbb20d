import { EngineLost, ExchangeError } from "../../actors/errors.ts"
import type { StageId } from "../../planner/physical/stage.ts"
import { failQuery } from "./ending.ts"
import { mayRun, usableNodes } from "./placement.ts"
import { newEngine, withEngine, withQuery } from "./state.ts"
import type { Action, NodeEntry, QueryEntry, SchedulerEvent, SchedulerState, StageEntry, Step } from "./state.ts"
import { readersOf, reblocked, reopened } from "./tasks.ts"

/** Nodes that one query may lose while it runs. With more, the cluster is too unsteady for it to end. */
export const NODE_LOSSES_MAX = 4

/**
 * Engines of all nodes that one scheduler gives work to; nodes that join with more are used in part. Each attempt is a
 * pipe of its actor, which may have 1024 (`PIPES_OUTSTANDING_MAX`), some of them for engines that start.
 */
export const ENGINES_MAX = 640

export function nodeJoined(
  state: SchedulerState,
  { node, engines: names, roots }: Extract<SchedulerEvent, { _tag: "NodeJoined" }>,
): SchedulerState {
  if (node === state.own) return state
  const engines = new Map(state.engines)
  for (const name of names) {
    if (!engines.has(name) && engines.size < ENGINES_MAX) engines.set(name, newEngine(node, "idle"))
  }
  return withNode({ ...state, engines }, node, { roots: new Set(roots), isDraining: false })
}

export function nodeDrains(state: SchedulerState, node: string): SchedulerState {
  const entry = state.nodes.get(node)
  return entry === undefined ? state : withNode(state, node, { ...entry, isDraining: true })
}

/**
 * What ran on the node does not count, and what it held runs again where it is still read:
 *
 *   scan(0): a, b done    join(1): b done, a running       b lost →  scan: b again; join: b again, a as it was
 */
export function nodeLost(state: SchedulerState, node: string, reason: string): Step {
  if (node === state.own || !state.nodes.has(node)) return [state, []]
  const why = `node ${node} was lost (${reason})`
  const affected = new Set<string>()
  const [doomed, actions] = doomEngines(withoutNode(state, node), node, why, affected)
  let next = doomed
  for (const query of next.queries.values()) {
    if (query.phase !== "running") continue
    const without = withoutOutputsOf(query, node)
    if (isSetBack(query, without)) affected.add(query.id)
    const losses = affected.has(query.id) ? query.losses + 1 : query.losses
    next = withQuery(next, { ...without, losses })
    if (losses > NODE_LOSSES_MAX) {
      const message = `the query lost ${losses} nodes while it ran; the last one: ${why}`
      const [failed, more] = failQuery(next, query.id, new EngineLost({ message, node }))
      next = failed
      actions.push(...more)
    }
  }
  const [rest, more] = failStranded(next, node, (stranded) => `${why}: ${stranded}`)
  return [rest, [...actions, ...more]]
}

/** Ends the queries that have a task which no node can run any more. */
export function failStranded(
  state: SchedulerState,
  node: string | undefined,
  tell: (stranded: string) => string,
): Step {
  const usable = usableNodes(state)
  const actions: Action[] = []
  let next = state
  for (const query of state.queries.values()) {
    const stranded = query.phase === "running" ? strandedTask(state, query, usable) : undefined
    if (stranded === undefined) continue
    const error = new EngineLost({ message: tell(stranded), node })
    const [failed, more] = failQuery(next, query.id, error)
    next = failed
    actions.push(...more)
  }
  return [next, actions]
}

/** What cannot be run, and what to do about it; undefined when every open task has a node. */
export function strandedTask(
  state: SchedulerState,
  query: QueryEntry,
  usable: ReadonlyMap<string, NodeEntry>,
): string | undefined {
  if (usable.size === 0) return "there is no worker to run the query; start a node with the role worker"
  for (const stage of query.stages.values()) {
    for (const task of openTasks(stage)) {
      if ([...usable.keys()].some((node) => mayRun(state, query, stage, task, node))) continue
      const roots = stage.shape.roots?.[task] ?? []
      if (roots.length === 0) return "every worker that there is is about to leave; start another one"
      const names = roots.map((root) => `"${root}"`).join(" and ")
      return `there is no worker with the data root ${names}; start one that has it`
    }
  }
  return undefined
}

/**
 * Whoever read the stage's first output must read the second (law 4): what ran on it runs again, what runs is stopped.
 * Rows of the result that have left cannot be taken back; what has left of a task that still runs is compared.
 */
export function rerunReaders(state: SchedulerState, query: QueryEntry, stage: StageId): Step {
  const stages = new Map(query.stages)
  const rerun = new Set<StageId>()
  for (const reader of readersOf(query, stage)) {
    const isResult = reader.shape.id === query.result
    if (isResult && reader.open < reader.tasks.length) return failQuery(state, query.id, rowsHaveLeft(stage))
    stages.set(
      reader.shape.id,
      reopened(
        reader,
        doneTasks(reader, () => true),
      ),
    )
    rerun.add(reader.shape.id)
  }
  const actions: Action[] = []
  // They read everything once more: also what was lost since they read it first.
  let next = withQuery(state, reblocked(withoutOutputsOf({ ...query, stages }, GONE)))
  for (const [engine, entry] of state.engines) {
    const { attempt, doomed } = entry
    if (attempt === undefined || doomed !== undefined) continue
    if (attempt.query !== query.id || !rerun.has(attempt.stage)) continue
    next = withEngine(next, engine, {
      ...entry,
      doomed: `stage ${stage}, which it read, gave other rows the second time`,
    })
    actions.push({ _tag: "StopAttempt", at: attempt, engine })
  }
  return [next, actions]
}

function rowsHaveLeft(stage: StageId): ExchangeError {
  const message =
    `stage ${stage} ran again, because a node was lost, and gave other rows than the first time; ` +
    `rows of the result that were made of the first have left already: run the query again`
  return new ExchangeError({ message, stage })
}

/** Engines that are idle there are forgotten, the others when their attempt's end is told. */
function doomEngines(
  state: SchedulerState,
  node: string,
  why: string,
  affected: Set<string>,
): readonly [SchedulerState, Action[]] {
  const engines = new Map(state.engines)
  const actions: Action[] = []
  for (const [engine, entry] of state.engines) {
    if (entry.node !== node) continue
    if (entry.attempt === undefined) engines.delete(engine)
    else {
      engines.set(engine, { ...entry, doomed: why })
      affected.add(entry.attempt.query)
      actions.push({ _tag: "StopAttempt", at: entry.attempt, engine })
    }
  }
  return [{ ...state, engines }, actions]
}

/** Stands for the node of an output that was lost when nobody was to read it any more. No node has this name. */
const GONE = ""

/**
 * What the node held runs again where somebody still reads it; elsewhere it is noted as gone, because a reader that has
 * to run again later reads it once more. Readers come before what they read, so that a lost output is made again also
 * for a reader that is made again.
 */
function withoutOutputsOf(query: QueryEntry, node: string): QueryEntry {
  let next = query
  for (const id of query.order.toReversed()) {
    const stage = next.stages.get(id)
    if (stage === undefined || id === query.result) continue
    const isRead = readersOf(next, id).some((reader) => reader.open > 0)
    const lost = doneTasks(stage, (holder) => holder === node || (isRead && holder === GONE))
    if (lost.size === 0) continue
    next = { ...next, stages: new Map(next.stages).set(id, isRead ? reopened(stage, lost) : forgotten(stage, lost)) }
  }
  return next === query ? query : reblocked(next)
}

function forgotten(stage: StageEntry, lost: ReadonlySet<number>): StageEntry {
  const tasks = stage.tasks.map((task, index) =>
    lost.has(index) && task.output !== undefined ? { ...task, output: { ...task.output, node: GONE } } : task,
  )
  return { ...stage, tasks }
}

/** Whether a task of the query has to run again that was done. */
function isSetBack(before: QueryEntry, after: QueryEntry): boolean {
  return [...after.stages].some(([id, stage]) => stage.open > (before.stages.get(id)?.open ?? 0))
}

function doneTasks(stage: StageEntry, isHeldBy: (node: string) => boolean): ReadonlySet<number> {
  const found = new Set<number>()
  for (const [index, { state, output }] of stage.tasks.entries()) {
    if (state === "done" && output !== undefined && isHeldBy(output.node)) found.add(index)
  }
  return found
}

function openTasks(stage: StageEntry): readonly number[] {
  return [...stage.tasks.keys()].filter((task) => stage.tasks[task]?.state !== "done")
}

function withNode(state: SchedulerState, name: string, entry: NodeEntry): SchedulerState {
  return { ...state, nodes: new Map(state.nodes).set(name, entry) }
}

function withoutNode(state: SchedulerState, name: string): SchedulerState {
  const nodes = new Map(state.nodes)
  nodes.delete(name)
  return { ...state, nodes }
}
