import type { ActorError, EngineLost } from "../../actors/errors.ts"
import type { StageId } from "../../planner/physical/stage.ts"

/** A task's life. `lost` leads to a new attempt while the limit allows; `done`, `failed` and `cancelled` are final. */
export type TaskState = "waiting" | "ready" | "running" | "done" | "lost" | "failed" | "cancelled"

export interface TaskKey {
  readonly query: string
  readonly stage: StageId
  readonly task: number
}

export interface AttemptKey extends TaskKey {
  readonly attempt: number
}

/** What the scheduler has to know of a query: the DAG and how wide its stages are. The last stage is the result. */
export interface QueryShape {
  readonly id: string
  readonly stages: readonly StageShape[]
}

export interface StageShape {
  readonly id: StageId
  /** Each stands before this stage in the list. */
  readonly reads: readonly StageId[]
  readonly tasks: number
  /** The data roots that each task reads from: it runs only on a node that has them all. Left out: anywhere. */
  readonly roots?: readonly (readonly string[])[]
  /** By task the engine that should run it; undefined, or left out: any. */
  readonly homes?: readonly (string | undefined)[]
  /** A second attempt gives other rows than the first, so whoever read the first must read again (law 4). */
  readonly volatile?: boolean
}

export type SchedulerEvent =
  | { readonly _tag: "QuerySubmitted"; readonly query: QueryShape }
  | { readonly _tag: "QueryCancelled"; readonly query: string; readonly error: ActorError }
  /** A query will soon want so many engines: they start while it is planned. */
  | { readonly _tag: "EnginesWanted"; readonly engines: number }
  | { readonly _tag: "EngineReady"; readonly engine: string }
  | { readonly _tag: "EngineStartFailed"; readonly engine: string; readonly error: EngineLost }
  /** Another node's engines may be used from now on. */
  | {
      readonly _tag: "NodeJoined"
      readonly node: string
      readonly engines: readonly string[]
      readonly roots: readonly string[]
    }
  /** It takes no tasks of new queries; those that it works for it finishes. */
  | { readonly _tag: "NodeDrains"; readonly node: string }
  /** What ran there and what it held is lost. */
  | { readonly _tag: "NodeLost"; readonly node: string; readonly reason: string }
  /**
   * Somebody needs an engine of this node for a moment: the planner, for a question to DuckDB. Patient: another
   * coordinator's task, which waits until an engine is free.
   */
  | {
      readonly _tag: "LoanWanted"
      readonly loan: number
      readonly isPatient: boolean
      readonly home?: string | undefined
    }
  | {
      readonly _tag: "LoanEnded"
      readonly engine: string
      readonly isAlive: boolean
      /** Left out: as before. */
      readonly memoryBytes?: number
    }
  /** An engine's thread ended while it had nothing to do. */
  | { readonly _tag: "EngineGone"; readonly engine: string }
  /** The attempt's last report: after it the engine works no more on it. */
  | {
      readonly _tag: "AttemptEnded"
      readonly at: AttemptKey
      readonly engine: string
      readonly outcome: AttemptOutcome
      /** undefined: the engine is gone. */
      readonly memoryBytes: number | undefined
      /** It had to read columns of files that its engine did not hold. */
      readonly hasRead?: boolean
    }

export type AttemptOutcome =
  /** `digest` stands for the bytes of the output: two attempts with the same digest gave the same batches. */
  | { readonly _tag: "done"; readonly digest: number; readonly bytes: number }
  | { readonly _tag: "failed"; readonly error: ActorError }
  /** What it had to read could not be had from the node that holds it: not its engine's fault. */
  | { readonly _tag: "inputLost"; readonly node: string; readonly message: string }
  /** Its node is about to leave and takes no tasks of queries that it does not work for yet. */
  | { readonly _tag: "refused"; readonly message: string }
  /** It was told to stop, and did. */
  | { readonly _tag: "stopped" }

export type Action =
  | { readonly _tag: "StartEngine"; readonly engine: string }
  | { readonly _tag: "LendEngine"; readonly loan: number; readonly engine: string }
  /** Every engine is at work: the wait might be long. */
  | { readonly _tag: "RefuseLoan"; readonly loan: number }
  /** The engine is idle and its memory, which never shrinks, is too large to keep. */
  | { readonly _tag: "RecycleEngine"; readonly engine: string }
  | { readonly _tag: "RunAttempt"; readonly at: AttemptKey; readonly engine: string }
  | { readonly _tag: "StopAttempt"; readonly at: AttemptKey; readonly engine: string }
  | { readonly _tag: "TaskCompleted"; readonly at: AttemptKey }
  | { readonly _tag: "QueryDone"; readonly query: string }
  | { readonly _tag: "QueryFailed"; readonly query: string; readonly error: ActorError }
  /** No attempt of the query runs any more: what it holds may be released. Always the last action of a query. */
  | { readonly _tag: "QueryDrained"; readonly query: string }

export interface TaskEntry {
  readonly state: TaskState
  /** How often it was started. */
  readonly attempts: number
  /** How many of these starts failed for a reason that may be the task's own. */
  readonly faults: number
  readonly engine: string | undefined
  /** The output that readers get; kept when it is lost, to be compared with the next one. */
  readonly output: TaskOutputEntry | undefined
}

export interface TaskOutputEntry {
  readonly attempt: number
  /** The node that holds it. */
  readonly node: string
  readonly digest: number
  readonly bytes: number
}

export interface StageEntry {
  readonly shape: StageShape
  readonly tasks: readonly TaskEntry[]
  /** Tasks that are not done. */
  readonly open: number
  /** Tasks that are to be started, in this order, as soon as nothing blocks the stage. */
  readonly queue: readonly number[]
  /** Stages it reads that are not complete. */
  readonly blockedBy: number
  /** One of its tasks had to read columns of files that its engine did not hold. */
  readonly hasRead: boolean
}

export interface QueryEntry {
  readonly id: string
  /** `ending`: its end was told; some attempts still run. */
  readonly phase: "running" | "ending"
  readonly stages: ReadonlyMap<StageId, StageEntry>
  /** Stages depth-first from the result, inputs before readers: the order in which ready tasks are taken. */
  readonly order: readonly StageId[]
  readonly result: StageId
  readonly running: number
  /** Nodes that were lost while the query needed them. */
  readonly losses: number
  /** Nodes that take no tasks of this query: they were about to leave before it came there. */
  readonly shuns: ReadonlySet<string>
}

/** `broken`: it could not be started several times in a row. */
export type EngineState = "cold" | "starting" | "idle" | "busy" | "lent" | "broken"

export interface EngineEntry {
  readonly state: EngineState
  readonly node: string
  readonly startsFailed: number
  readonly memoryBytes: number
  readonly attempt: AttemptKey | undefined
  /** Why the attempt will not count, however it ends: its node is lost, or what it read is. */
  readonly doomed: string | undefined
}

export interface NodeEntry {
  readonly roots: ReadonlySet<string>
  readonly isDraining: boolean
}

export interface SchedulerState {
  /** The node that this scheduler is on: it starts the engines of this one itself. */
  readonly own: string
  readonly nodes: ReadonlyMap<string, NodeEntry>
  readonly engines: ReadonlyMap<string, EngineEntry>
  /** In the order of submission. */
  readonly queries: ReadonlyMap<string, QueryEntry>
  /** Loans that wait for an engine; those that are not patient, only for one that is starting or lent to another. */
  readonly loans: readonly LoanEntry[]
  readonly engineMemoryBytesMax: number
}

export interface LoanEntry {
  readonly loan: number
  readonly isPatient: boolean
  /** The engine that is wanted if it is idle. */
  readonly home?: string | undefined
}

export type Step = readonly [SchedulerState, readonly Action[]]

/** What a scheduler knows of the node it is on. */
export interface OwnNode {
  readonly name: string
  readonly roots: readonly string[]
}

/** One process that is no part of a cluster. */
export const ALONE: OwnNode = { name: "local", roots: [] }

export function initialState(
  engines: readonly string[],
  engineMemoryBytesMax: number,
  own: OwnNode = ALONE,
): SchedulerState {
  return {
    own: own.name,
    nodes: new Map([[own.name, { roots: new Set(own.roots), isDraining: false }]]),
    engines: new Map(engines.map((name) => [name, newEngine(own.name, "cold")])),
    queries: new Map(),
    loans: [],
    engineMemoryBytesMax,
  }
}

export function newEngine(node: string, state: EngineState): EngineEntry {
  return { state, node, startsFailed: 0, memoryBytes: 0, attempt: undefined, doomed: undefined }
}

/** Throws for a query that could not end: it has no stage, or one that nothing reads. */
export function checkShape(shape: QueryShape): void {
  newQuery(shape, new Set())
}

/** A query as it is when it arrives: stages without inputs are ready. */
export function newQuery(shape: QueryShape, shuns: ReadonlySet<string>): QueryEntry {
  const result = shape.stages[shape.stages.length - 1]
  if (result === undefined) throw new Error(`query ${shape.id} has no stages`)
  const order = depthFirst(shape, result.id)
  const stages = new Map<StageId, StageEntry>()
  for (const stage of shape.stages) {
    if (!order.includes(stage.id)) throw new Error(`query ${shape.id} has stage ${stage.id}, which nothing reads`)
    const blockedBy = new Set(stage.reads).size
    const state = blockedBy === 0 ? "ready" : "waiting"
    stages.set(stage.id, {
      shape: stage,
      tasks: Array.from({ length: stage.tasks }, () => newTask(state)),
      open: stage.tasks,
      queue: [...Array(stage.tasks).keys()],
      blockedBy,
      hasRead: false,
    })
  }
  return { id: shape.id, phase: "running", stages, order, result: result.id, running: 0, losses: 0, shuns }
}

function newTask(state: TaskState): TaskEntry {
  return { state, attempts: 0, faults: 0, engine: undefined, output: undefined }
}

/**
 * Inputs before readers, one branch whole before the next, so that what a branch wrote is read before another branch
 * writes:
 *
 *   result(4) ← join(2) ← scan a(0), scan b(1);  result(4) ← scan c(3)      gives      0 1 2 3 4
 */
function depthFirst(shape: QueryShape, result: StageId): readonly StageId[] {
  const byId = new Map(shape.stages.map((stage) => [stage.id, stage]))
  const order = new Set<StageId>()
  const pending: { id: StageId; next: number }[] = [{ id: result, next: 0 }]
  while (pending.length > 0) {
    const top = pending[pending.length - 1]
    if (top === undefined) break
    const stage = byId.get(top.id)
    if (stage === undefined) throw new Error(`query ${shape.id} reads stage ${top.id}, which it does not have`)
    const input = stage.reads[top.next]
    if (input === undefined) {
      order.add(top.id)
      pending.pop()
      continue
    }
    top.next += 1
    if (pending.some((entry) => entry.id === input)) throw new Error(`query ${shape.id} has a cycle at stage ${input}`)
    if (!order.has(input)) pending.push({ id: input, next: 0 })
  }
  return [...order]
}

export function withQuery(state: SchedulerState, query: QueryEntry): SchedulerState {
  return { ...state, queries: new Map(state.queries).set(query.id, query) }
}

export function withEngine(state: SchedulerState, name: string, entry: EngineEntry): SchedulerState {
  return { ...state, engines: new Map(state.engines).set(name, entry) }
}

export function withStage(state: SchedulerState, query: QueryEntry, stage: StageEntry): SchedulerState {
  return withQuery(state, { ...query, stages: new Map(query.stages).set(stage.shape.id, stage) })
}

export function expectQuery(state: SchedulerState, id: string): QueryEntry {
  const query = state.queries.get(id)
  if (query === undefined) throw new Error(`the scheduler does not know query ${id}`)
  return query
}

export function expectStage(stages: ReadonlyMap<StageId, StageEntry>, id: StageId): StageEntry {
  const stage = stages.get(id)
  if (stage === undefined) throw new Error(`the scheduler does not know stage ${id}`)
  return stage
}
