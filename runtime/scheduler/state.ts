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
}

export type SchedulerEvent =
  | { readonly _tag: "QuerySubmitted"; readonly query: QueryShape }
  | { readonly _tag: "QueryCancelled"; readonly query: string; readonly error: ActorError }
  /** A query will soon want so many engines: they start while it is planned. */
  | { readonly _tag: "EnginesWanted"; readonly engines: number }
  | { readonly _tag: "EngineReady"; readonly engine: string }
  | { readonly _tag: "EngineStartFailed"; readonly engine: string; readonly error: EngineLost }
  /** Somebody needs an engine for a moment: the planner, for a question to DuckDB. */
  | { readonly _tag: "LoanWanted"; readonly loan: number }
  | { readonly _tag: "LoanEnded"; readonly engine: string; readonly isAlive: boolean }
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
    }

export type AttemptOutcome =
  | { readonly _tag: "done" }
  | { readonly _tag: "failed"; readonly error: ActorError }
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
  readonly engine: string | undefined
}

export interface StageEntry {
  readonly shape: StageShape
  readonly tasks: readonly TaskEntry[]
  /** Tasks that are not done. */
  readonly open: number
  /** Tasks that an engine may take now, in the order in which they will be taken. */
  readonly queue: readonly number[]
  /** Stages it reads that are not complete. */
  readonly blockedBy: number
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
}

/** `broken`: it could not be started several times in a row. */
export type EngineState = "cold" | "starting" | "idle" | "busy" | "lent" | "broken"

export interface EngineEntry {
  readonly state: EngineState
  readonly startsFailed: number
  readonly memoryBytes: number
  readonly attempt: AttemptKey | undefined
}

export interface SchedulerState {
  readonly engines: ReadonlyMap<string, EngineEntry>
  /** In the order of submission. */
  readonly queries: ReadonlyMap<string, QueryEntry>
  /** Loans that wait for an engine that is starting, or lent to another. */
  readonly loans: readonly number[]
  readonly engineMemoryBytesMax: number
}

export type Step = readonly [SchedulerState, readonly Action[]]

export function initialState(engines: readonly string[], engineMemoryBytesMax: number): SchedulerState {
  const cold: EngineEntry = { state: "cold", startsFailed: 0, memoryBytes: 0, attempt: undefined }
  return { engines: new Map(engines.map((name) => [name, cold])), queries: new Map(), loans: [], engineMemoryBytesMax }
}

/** A query as it is when it arrives: stages without inputs are ready. */
export function newQuery(shape: QueryShape): QueryEntry {
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
      tasks: Array.from({ length: stage.tasks }, () => ({ state, attempts: 0, engine: undefined })),
      open: stage.tasks,
      queue: blockedBy === 0 ? [...Array(stage.tasks).keys()] : [],
      blockedBy,
    })
  }
  return { id: shape.id, phase: "running", stages, order, result: result.id, running: 0 }
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
