import { Cancelled } from "../../actors/errors.ts"
import type { ExchangeStore } from "../../actors/exchange/store.ts"
import type { Source } from "../../actors/sources/source.ts"
import type { ActorRef } from "../../actors/system/actor.ts"
import type { Catalog } from "../../planner/catalog.ts"
import type { TypeOracle } from "../../planner/describe.ts"
import { BindError } from "../../planner/errors.ts"
import type { StagePlan } from "../../planner/physical/stage.ts"
import type { AskData } from "../../planner/plan-query.ts"
import { queryCatalog } from "../catalog/catalog.ts"
import type { QueryCatalog } from "../catalog/catalog.ts"
import type { Places } from "../catalog/lookups.ts"
import { tableNames } from "../catalog/table-names.ts"
import { DescribeRefused } from "../pool/oracle.ts"
import type { EnginePool } from "../pool/pool.ts"
import type { SchedulerMessage } from "../scheduler/actor.ts"
import type { EnginesFor } from "../scheduler/homes.ts"
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
  /** Runs a plan over the same tables, as a part of the query that is planned. */
  readonly ask: AskData | undefined
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
  readonly tables: () => Promise<readonly string[]>
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
  const present = presence()
  let queries = 0

  const signalOf = (options: QueryOptions) =>
    options.signal === undefined ? closing.signal : AbortSignal.any([closing.signal, options.signal])

  /** A query that is admitted, and not planned yet. */
  const admit = async (sql: string, options: QueryOptions, signal: AbortSignal): Promise<ActiveQuery> => {
    present.come()
    const leave = await gate.enter(signal).catch((error: unknown) => {
      present.go()
      throw asActorError(error)
    })
    queries += 1
    const id = `${parts.queryPrefix}q${queries}`
    options.onAdmitted?.(id)
    const query: ActiveQuery = new ActiveQuery({
      id,
      engines: pool.names,
      ...enginesOf(parts),
      store,
      scheduler,
      peers,
      lanes: options.parts?.lanes,
      signal,
      plan: (partitions) => {
        const ask: AskPlan = (plan, catalog) => query.ask(plan, catalog)
        return planQuery(parts, { sql, options, partitions, signal, ask, onFirstQuestion: warmWorkers(parts) })
      },
      onOver: () => {
        if (!active.delete(query)) return
        leave()
        present.go()
      },
    })
    active.add(query)
    return query
  }

  return {
    query: async (sql, options = {}) => {
      const query = await admit(sql, options, signalOf(options))
      const { output } = await query.start(options.partitions)
      return { id: query.id, columns: output, batches: query.batches(), metrics: () => query.metrics() }
    },
    plan: async (sql, options = {}) => {
      const signal = signalOf(options)
      // Only what must run to be planned takes a place among those that run.
      let asking: ActiveQuery | undefined
      const ask: AskPlan = async (plan, catalog) => {
        asking ??= await admit(sql, options, signal)
        return asking.ask(plan, catalog)
      }
      const { partitions } = options
      try {
        const request = { sql, options, partitions, signal, ask, onFirstQuestion: () => undefined }
        return (await planQuery(parts, request)).plan
      } finally {
        asking?.end()
      }
    },
    tables: async () => (parts.places.dataDir === undefined ? [] : tableNames(parts.places.dataDir)),
    running: present.count,
    idle: present.none,
    close: async () => {
      closing.abort(new Cancelled({ message: "the query was cancelled: its session was closed" }))
      await Promise.all([...active].map((query) => query.released()))
    },
  }
}

/** Queries that are there, those that wait included. */
function presence() {
  let count = 0
  let waiting: (() => void)[] = []
  return {
    come: () => {
      count += 1
    },
    go: () => {
      count -= 1
      if (count > 0) return
      const ready = waiting
      waiting = []
      for (const wake of ready) wake()
    },
    count: () => count,
    /** Settles when there is none. */
    none: () => (count === 0 ? Promise.resolve() : new Promise<void>((resolve) => waiting.push(resolve))),
  }
}

type AskPlan = (plan: StagePlan, catalog: QueryCatalog) => ReturnType<AskData>

interface PlanParts {
  readonly sql: string
  readonly options: QueryOptions
  readonly partitions: number | undefined
  readonly signal: AbortSignal
  readonly ask: AskPlan
  readonly onFirstQuestion: (catalog: QueryCatalog) => void
}

async function planQuery(
  parts: CoordinatorParts,
  { sql, options, partitions, signal, ask, onFirstQuestion }: PlanParts,
): Promise<Planned> {
  const catalog = queryCatalog(parts.source, parts.places, signal, options.scope, () => oracle)
  const oracle: TypeOracle = warmingOracle(parts.oracle, () => onFirstQuestion(catalog))
  const request: PlanRequest = {
    catalog,
    oracle,
    options,
    workers: engineCount(parts),
    partitions,
    ask: (plan) => ask(plan, catalog),
  }
  const plan = parts.planner(sql, request).catch(refusedPlan)
  return { plan: await unlessAborted(plan, signal), catalog }
}

/** A plan needs at least one; that there is none is told when it is run. */
function engineCount({ pool, peers }: CoordinatorParts): number {
  return Math.max(1, pool.names.length + (peers?.engines().length ?? 0))
}

/** Of all nodes. */
function enginesOf(parts: CoordinatorParts): { readonly workers: () => number; readonly enginesFor: EnginesFor } {
  const { pool, peers } = parts
  return {
    workers: () => engineCount(parts),
    enginesFor: (file) => (peers === undefined ? pool.names : [...pool.names, ...peers.engines(file)]),
  }
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
