import { expectQuery, expectStage, withEngine, withQuery, withStage } from "./state.ts"
import type {
  Action,
  AttemptKey,
  EngineEntry,
  LoanEntry,
  NodeEntry,
  QueryEntry,
  SchedulerState,
  StageEntry,
  Step,
} from "./state.ts"

/**
 * Gives every idle engine a task. The query with the fewest running tasks comes first, of those the oldest, so that
 * no query waits for another that could share; within a query the first ready stage in depth-first order. A task is
 * ready only when all it reads is complete, so one engine is enough for any DAG.
 */
export function place(state: SchedulerState): Step {
  const [lent, lending] = lend(state)
  const actions: Action[] = [...lending]
  let next = lent
  for (;;) {
    const picked = pick(next)
    if (picked === undefined) break
    const { at, engine } = picked
    next = taken(next, at, engine)
    actions.push({ _tag: "RunAttempt", at, engine })
  }
  const [recycled, recycling] = recycle(next)
  const [started, starting] = startMissing(recycled)
  return [started, [...actions, ...recycling, ...starting]]
}

/** Whether the node has what the task reads, and takes tasks of this query. */
export function mayRun(
  state: SchedulerState,
  query: QueryEntry,
  stage: StageEntry,
  task: number,
  node: string,
): boolean {
  const entry = state.nodes.get(node)
  if (entry === undefined || query.shuns.has(node)) return false
  return (stage.shape.roots?.[task] ?? []).every((root) => entry.roots.has(root))
}

/** Nodes with an engine that works or may be started. */
export function usableNodes(state: SchedulerState): ReadonlyMap<string, NodeEntry> {
  const found = new Map<string, NodeEntry>()
  for (const { node, state: engine } of state.engines.values()) {
    const entry = state.nodes.get(node)
    if (entry !== undefined && engine !== "broken") found.set(node, entry)
  }
  return found
}

/** Loans are short and hold up a whole query, so they come before tasks. Only engines of this node are lent. */
function lend(state: SchedulerState): Step {
  const actions: Action[] = []
  let next = state
  for (const loan of state.loans) {
    const engine = idleFor(next, loan)
    const entry = engine === undefined ? undefined : next.engines.get(engine)
    if (engine === undefined || entry === undefined) break
    const loans = next.loans.filter((each) => each !== loan)
    next = { ...withEngine(next, engine, { ...entry, state: "lent" }), loans }
    actions.push({ _tag: "LendEngine", loan: loan.loan, engine })
  }
  // An engine that starts or is lent will be free soon, one that works may not.
  const soon = [...next.engines.values()].some(({ state: s }) => s === "cold" || s === "starting" || s === "lent")
  if (soon) return [next, actions]
  const patient = next.loans.filter(({ isPatient }) => isPatient)
  for (const { loan, isPatient } of next.loans) if (!isPatient) actions.push({ _tag: "RefuseLoan", loan })
  return [{ ...next, loans: patient }, actions]
}

/** The one that is wanted, if it is idle; else any that is. */
function idleFor(state: SchedulerState, { home }: LoanEntry): string | undefined {
  const isIdle = ({ state: s, node }: EngineEntry) => s === "idle" && node === state.own
  const wanted = home === undefined ? undefined : state.engines.get(home)
  if (wanted !== undefined && isIdle(wanted)) return home
  return [...state.engines].find(([, entry]) => isIdle(entry))?.[0]
}

interface Picked {
  readonly at: AttemptKey
  readonly engine: string
}

/**
 * First what waits for an idle engine or for none in particular; only when no query has such a task, what waits for an
 * engine that is at work.
 */
function pick(state: SchedulerState): Picked | undefined {
  const idle = idleEngines(state)
  if (idle.size === 0) return undefined
  return pickBy(state, (query, stage, task) => ownEngine(state, { query, stage, task, idle })) ?? stolen(state, idle)
}

function stolen(state: SchedulerState, idle: IdleEngines): Picked | undefined {
  return pickBy(state, (query, stage, task) =>
    mayBeStolen(state, query, stage, task) ? bestEngine(state, query, stage, task, idle) : undefined,
  )
}

type Choose = (query: QueryEntry, stage: StageEntry, task: number) => string | undefined

function pickBy(state: SchedulerState, choose: Choose): Picked | undefined {
  let best: { readonly running: number; readonly picked: Picked } | undefined
  for (const query of state.queries.values()) {
    if (query.phase !== "running" || (best !== undefined && query.running >= best.running)) continue
    const picked = pickOf(query, choose)
    if (picked !== undefined) best = { running: query.running, picked }
  }
  return best?.picked
}

function pickOf(query: QueryEntry, choose: Choose): Picked | undefined {
  for (const id of query.order) {
    const stage = query.stages.get(id)
    if (stage === undefined || stage.blockedBy > 0) continue
    for (const task of stage.queue) {
      const engine = choose(query, stage, task)
      if (engine === undefined) continue
      return { at: { query: query.id, stage: id, task, attempt: (stage.tasks[task]?.attempts ?? 0) + 1 }, engine }
    }
  }
  return undefined
}

/** By node. */
type IdleEngines = ReadonlyMap<string, readonly string[]>

function idleEngines(state: SchedulerState): IdleEngines {
  const idle = new Map<string, string[]>()
  for (const [engine, { state: s, node }] of state.engines) {
    if (s !== "idle" || !state.nodes.has(node)) continue
    const known = idle.get(node)
    if (known === undefined) idle.set(node, [engine])
    else known.push(engine)
  }
  return idle
}

interface Wanting {
  readonly query: QueryEntry
  readonly stage: StageEntry
  readonly task: number
  readonly idle: IdleEngines
}

/** The task's home when it is idle; any engine when it has no home, or one that will not be free soon. */
function ownEngine(state: SchedulerState, { query, stage, task, idle }: Wanting): string | undefined {
  const home = homeOf(state, query, stage, task)
  if (home === undefined) return bestEngine(state, query, stage, task, idle)
  return home.entry.state === "idle" ? home.engine : undefined
}

/** The engine that has read what the task reads, unless it cannot be waited for. */
function homeOf(state: SchedulerState, query: QueryEntry, stage: StageEntry, task: number) {
  const engine = stage.shape.homes?.[task]
  const entry = engine === undefined ? undefined : state.engines.get(engine)
  if (engine === undefined || entry === undefined || !state.nodes.has(entry.node)) return undefined
  // An engine that is cold may not be started for this task; one that is broken never is.
  if (entry.state === "cold" || entry.state === "broken") return undefined
  return mayRun(state, query, stage, task, entry.node) ? { engine, entry } : undefined
}

/** Tasks that must wait for a home before the last is taken elsewhere: when the home has to read, too, and when it has not. */
const WAITING_MIN = 2
const WAITING_AT_HOLDER_MIN = 6

/**
 * Reading what another engine holds costs five times and more what it costs there. So an idle engine takes a task only
 * when its home would come to it much later, or works for another query.
 */
function mayBeStolen(state: SchedulerState, query: QueryEntry, stage: StageEntry, task: number): boolean {
  const home = homeOf(state, query, stage, task)
  if (home === undefined) return false
  const { attempt } = home.entry
  if (attempt !== undefined && attempt.query !== query.id) return true
  const isThere = (other: number) => stage.shape.homes?.[other] === home.engine
  if (stage.queue.findLast(isThere) !== task) return false
  return stage.queue.filter(isThere).length >= (stage.hasRead ? WAITING_MIN : WAITING_AT_HOLDER_MIN)
}

/** Where a task that stands alone in its stage has most of its input already; else where least is going on. */
function bestEngine(
  state: SchedulerState,
  query: QueryEntry,
  stage: StageEntry,
  task: number,
  idle: IdleEngines,
): string | undefined {
  let best: { readonly engine: string; readonly held: number; readonly load: number } | undefined
  for (const [node, [engine]] of idle) {
    if (engine === undefined || !mayRun(state, query, stage, task, node)) continue
    if (idle.size === 1) return engine
    const held = stage.tasks.length === 1 ? bytesHeld(query, stage, node) : 0
    const load = loadOf(state, node)
    const isBetter = best === undefined || held > best.held || (held === best.held && load < best.load)
    if (isBetter) best = { engine, held, load }
  }
  return best?.engine
}

/** Bytes of what the stage reads that lie on the node. */
function bytesHeld(query: QueryEntry, { shape }: StageEntry, node: string): number {
  let bytes = 0
  for (const read of new Set(shape.reads)) {
    for (const { output } of expectStage(query.stages, read).tasks) if (output?.node === node) bytes += output.bytes
  }
  return bytes
}

/** The share of the node's engines that are at work. */
function loadOf(state: SchedulerState, node: string): number {
  let engines = 0
  let busy = 0
  for (const entry of state.engines.values()) {
    if (entry.node !== node) continue
    engines += 1
    if (entry.state !== "idle") busy += 1
  }
  return busy / engines
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

/** Starts cold engines of this node until `wanted` are idle or starting. */
export function start(state: SchedulerState, wanted: number): Step {
  const engines = [...state.engines.values()]
  return startMore(state, wanted - engines.filter(({ state: s }) => s === "idle" || s === "starting").length)
}

/** What waits now could not be given to any engine that is idle. */
function startMissing(state: SchedulerState): Step {
  const engines = [...state.engines.values()]
  if (!engines.some(({ state: s }) => s === "cold")) return [state, []]
  const starting = engines.filter(({ state: s }) => s === "starting").length
  return startMore(state, waitingTasks(state) + state.loans.length - starting)
}

function startMore(state: SchedulerState, engines: number): Step {
  const actions: Action[] = []
  let next = state
  let missing = engines
  for (const [engine, entry] of state.engines) {
    if (missing <= 0) break
    if (entry.state !== "cold") continue
    next = withEngine(next, engine, { ...entry, state: "starting" })
    actions.push({ _tag: "StartEngine", engine })
    missing -= 1
  }
  return [next, actions]
}

/** Tasks that an engine of this node could take. */
function waitingTasks(state: SchedulerState): number {
  let tasks = 0
  for (const query of state.queries.values()) {
    for (const stage of query.stages.values()) {
      if (stage.blockedBy > 0) continue
      tasks += stage.queue.filter((task) => mayRun(state, query, stage, task, state.own)).length
    }
  }
  return tasks
}

function taken(state: SchedulerState, at: AttemptKey, engine: string): SchedulerState {
  const query = expectQuery(state, at.query)
  const stage = expectStage(query.stages, at.stage)
  const entry = state.engines.get(engine)
  const task = stage.tasks[at.task]
  if (entry === undefined || task === undefined) throw new Error(`there is no engine ${engine} or no task ${at.task}`)
  const tasks = stage.tasks.with(at.task, { ...task, state: "running", attempts: at.attempt, engine })
  const busy = withEngine(state, engine, { ...entry, state: "busy", attempt: at, doomed: undefined })
  const counted = withQuery(busy, { ...query, running: query.running + 1 })
  const queue = stage.queue.filter((each) => each !== at.task)
  return withStage(counted, expectQuery(counted, at.query), { ...stage, tasks, queue })
}
