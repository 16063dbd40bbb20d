import { Cancelled } from "../../actors/errors.ts"
import type { ExchangeStore } from "../../actors/exchange/store.ts"
import type { Source } from "../../actors/sources/source.ts"
import type { ActorRef } from "../../actors/system/actor.ts"
import type { Catalog } from "../../planner/catalog.ts"
import type { TypeOracle } from "../../planner/describe.ts"
import { BindError } from "../../planner/errors.ts"
import type { StagePlan } from "../../planner/physical/stage.ts"
import { queryCatalog } from "../catalog/catalog.ts"
import type { QueryCatalog } from "../catalog/catalog.ts"
import type { Places } from "../catalog/lookups.ts"
import { DescribeRefused } from "../pool/oracle.ts"
import type { EnginePool } from "../pool/pool.ts"
import type { SchedulerMessage } from "../scheduler/actor.ts"
import { asActorError } from "../scheduler/failure.ts"
import type { QueryOptions, QueryResult } from "../session.ts"
import { admission } from "./admission.ts"
import { ActiveQuery } from "./query.ts"
import type { Peers } from "./peers.ts"
import type { Planned } from "./query.ts"

/** Turns a statement into stages. */
export type Planner = (sql: string, request: PlanRequest) => Promise<StagePlan>

export interface PlanRequest {
  readonly catalog: Catalog
  readonly oracle: TypeOracle
  readonly options: QueryOptions
  readonly workers: number
  /** Forced by the user, or by a query that ran out of memory. */
  readonly partitions: number | undefined
}

export interface CoordinatorParts {
  readonly planner: Planner
  readonly source: Source
  readonly places: Places
  readonly oracle: TypeOracle
  readonly pool: EnginePool
  readonly store: ExchangeStore
  readonly scheduler: ActorRef<SchedulerMessage>
  /** What the names of this coordinator's queries begin with, so that no other's are the same. */
  readonly queryPrefix: string
  readonly peers: Peers | undefined
}

export interface Coordinator {
  readonly query: (sql: string, options?: QueryOptions) => Promise<QueryResult>
  readonly plan: (sql: string, options?: QueryOptions) => Promise<StagePlan>
  /** Queries that are not over, those that wait included. */
  readonly running: () => number
  /** Settles when there is none. */
  readonly idle: () => Promise<void>
  /** Cancels every query; settles when nothing of them is left. */
  readonly close: () => Promise<void>
}

export function coordinator(parts: CoordinatorParts): Coordinator {
  const { pool, store, scheduler, peers } = parts
  const gate = admission()
  const active = new Set<ActiveQuery>()
  const closing = new AbortController()
  let queries = 0
  /** Those that wait to be admitted included. */
  let running = 0
  let waiting: (() => void)[] = []
  const over = () => {
    running -= 1
    if (running > 0) return
    const ready = waiting
    waiting = []
    for (const wake of ready) wake()
  }

  const signalOf = (options: QueryOptions) =>
    options.signal === undefined ? closing.signal : AbortSignal.any([closing.signal, options.signal])

  return {
    query: async (sql, options = {}) => {
      const signal = signalOf(options)
      running += 1
      const leave = await gate.enter(signal).catch((error: unknown) => {
        over()
        throw asActorError(error)
      })
      queries += 1
      const id = `${parts.queryPrefix}q${queries}`
      options.onAdmitted?.(id)
      const query: ActiveQuery = new ActiveQuery({
        id,
        engines: pool.names,
        workers: () => engineCount(parts),
        store,
        scheduler,
        peers,
        signal,
        plan: (partitions) => planQuery(parts, sql, options, partitions, signal, warmWorkers(parts)),
        onOver: () => {
          if (!active.delete(query)) return
          leave()
          over()
        },
      })
      active.add(query)
      const { output } = await query.start(options.partitions)
      return { id, columns: output, batches: query.batches(), metrics: () => query.metrics() }
    },
    plan: async (sql, options = {}) => {
      const { plan } = await planQuery(parts, sql, options, options.partitions, signalOf(options), () => undefined)
      return plan
    },
    running: () => running,
    idle: () =>
      running === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting.push(resolve)
          }),
    close: async () => {
      closing.abort(new Cancelled({ message: "the query was cancelled: its session was closed" }))
      await Promise.all([...active].map((query) => query.released()))
    },
  }
}

async function planQuery(
  parts: CoordinatorParts,
  sql: string,
  options: QueryOptions,
  partitions: number | undefined,
  signal: AbortSignal,
  onFirstQuestion: (catalog: QueryCatalog) => void,
): Promise<Planned> {
  const catalog = queryCatalog(parts.source, parts.places, signal)
  const oracle = warmingOracle(parts.oracle, () => onFirstQuestion(catalog))
  const workers = engineCount(parts)
  const plan = parts.planner(sql, { catalog, oracle, options, workers, partitions }).catch(refusedPlan)
  return { plan: await unlessAborted(plan, signal), catalog }
}

/** A plan needs at least one; that there is none is told when it is run. */
function engineCount({ pool, peers }: CoordinatorParts): number {
  return Math.max(1, pool.names.length + (peers?.engines() ?? 0))
}

/** What DuckDB refused, and the planner did not put in words of its own, is told in DuckDB's. */
function refusedPlan(error: unknown): never {
  if (error instanceof DescribeRefused) throw new BindError({ message: error.message })
  throw error
}

/** Starts as many engines as there are splits to read, while the planning goes on. */
function warmWorkers({ pool, scheduler }: CoordinatorParts): (catalog: QueryCatalog) => void {
  return (catalog) => {
    const splits = catalog.tables().reduce((sum, table) => sum + table.splits([], []).splits.length, 0)
    scheduler.send({ _tag: "EnginesWanted", engines: Math.max(1, Math.min(splits, pool.names.length)) })
  }
}

/**
 * The first question to DuckDB means that the statement parses and its tables exist: until then no engine is started.
 */
function warmingOracle(oracle: TypeOracle, onFirstQuestion: () => void): TypeOracle {
  let isWarm = false
  const warm = () => {
    if (isWarm) return oracle
    isWarm = true
    onFirstQuestion()
    return oracle
  }
  return {
    describe: (sql) => warm().describe(sql),
    explain: (sql) => warm().explain(sql),
    evaluate: (sql) => warm().evaluate(sql),
    functions: () => warm().functions(),
  }
}

/** Rejects as soon as the signal does; the work itself is bounded and ends unheard. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(asActorError(signal.reason))
  signal.addEventListener("abort", abort, { once: true })
  if (signal.aborted) abort()
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener("abort", abort)
  }
}
