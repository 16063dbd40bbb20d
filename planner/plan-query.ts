import type { Query } from "./ast/query.ts"
import { bind } from "./binder/bind.ts"
import type { Catalog } from "./catalog.ts"
import { foldConstants } from "./constants.ts"
import type { FunctionNames, TypeOracle } from "./describe.ts"
import type { DistributionContext } from "./distribution/context.ts"
import { distribute } from "./distribution/distribute.ts"
import { type Estimate, estimate } from "./distribution/estimate.ts"
import { together } from "./distribution/together.ts"
import { ColumnIds } from "./logical/column.ts"
import { inputsOf, type Plan, type QueryPlan } from "./logical/plan.ts"
import { sameOutputs, validate } from "./logical/validate.ts"
import { guardDateTrunc } from "./lowering/guard-date-trunc.ts"
import { optimize, PRUNE_SPLITS, type RuleObserver } from "./optimizer.ts"
import { withoutSchema } from "./schema-names.ts"
import type { EditedText } from "./sql/edited-text.ts"
import { relocated } from "./errors.ts"
import type { ResultForm, StagePlan } from "./physical/stage.ts"
import { splitStages } from "./physical/stages.ts"
import { parse } from "./parser/parse.ts"
import { pivotValues, type PivotValues } from "./pivot-values.ts"
import { attachPruning } from "./pruning.ts"

/** Estimated input bytes that one partition should hold at most; engines do not spill. */
const PARTITION_BYTES_TARGET = 256 * 1024 * 1024

/** More partitions than this only make small batches. */
const PARTITIONS_MAX = 1024

export interface PlanContext {
  /** The statement's text: the AST's spans point into it. */
  readonly sql: string
  readonly catalog: Catalog
  readonly oracle: TypeOracle
  /** The query's one moment (law 5), microseconds since 1970 in UTC. */
  readonly now: { readonly epochMicros: bigint }
  readonly workers: number
  /** Forces the number of partitions; undefined lets the bytes decide. */
  readonly partitions: number | undefined
  readonly settings: {
    readonly disabledRules?: readonly string[]
    readonly distribute?: boolean
    readonly joins?: "auto" | "hash" | "broadcast"
  }
  readonly form: ResultForm
  /** So many of the last columns say which rows belong together: these come from one task, one after the other. */
  readonly togetherBy?: number
  readonly observe?: RuleObserver
  /** Runs a plan while the query is still being planned; without it what needs data first is refused. */
  readonly ask?: AskData | undefined
}

/** Every row as texts; the plan's form is "text". */
export type AskData = (plan: StagePlan) => Promise<readonly (readonly (string | null)[])[]>

/** From a parsed query to the stages that the runtime runs. */
export async function planQuery(query: Query, context: PlanContext): Promise<StagePlan> {
  const { logical, functions, ids } = await planLogically(query, context)
  const distributed = context.settings.distribute ?? true
  const partitions = partitionCount(logical, context)
  const physical = distributed ? distributeQuery(logical, { context, functions, ids, partitions }) : logical
  return splitStages(togetherBy(context.togetherBy ?? 0, physical, distributed), {
    functions,
    partitions,
    form: context.form,
    distributed,
  })
}

/** Binding and optimizing, the passes in their order: a plan that still runs whole on one engine. */
export async function planLogically(
  query: Query,
  context: PlanContext,
): Promise<{ readonly logical: QueryPlan; readonly functions: FunctionNames; readonly ids: ColumnIds }> {
  const plain = withoutSchema(query, context.sql)
  if (plain !== undefined) return planEdited(plain, context)
  const ids = new ColumnIds()
  let ctes = 0
  let views = 0
  const bound = await bind(query, {
    sql: context.sql,
    pivotValues: await askPivotValues(query, context),
    catalog: context.catalog,
    oracle: context.oracle,
    ids,
    nowMicros: context.now.epochMicros,
    nextView: () => ++views,
    nextCte: () => ctes++,
  })
  const functions = await context.oracle.functions()
  const folded = await foldConstants(guardDateTrunc(bound), context.oracle, functions)
  const disabled = new Set(context.settings.disabledRules ?? [])
  const optimized = optimize(folded, { functions, ids }, disabled, context.observe)
  const logical = disabled.has(PRUNE_SPLITS) ? optimized : await attachPruning(optimized, context.oracle)
  return { logical, functions, ids }
}

async function planEdited(plain: EditedText, context: PlanContext): ReturnType<typeof planLogically> {
  try {
    return await planLogically(onlyQuery(plain.text), { ...context, sql: plain.text })
  } catch (error) {
    throw relocated(error, (found) => ({ ...found, span: found.span && plain.original(found.span) }))
  }
}

function onlyQuery(sql: string): Query {
  const [statement] = parse(sql)
  if (statement?._tag === "QueryStatement" || statement?._tag === "ExplainStatement") return statement.query
  throw new Error("a text that was made of a query is none")
}

async function askPivotValues(query: Query, context: PlanContext): Promise<PivotValues> {
  const { ask } = context
  if (ask === undefined) return new Map()
  return pivotValues(query, context.sql, async (sql) => {
    const plan = await planQuery(onlyQuery(sql), { ...context, sql, form: "text" })
    return { width: plan.output.length, rows: await ask(plan) }
  })
}

interface Distribution {
  readonly context: PlanContext
  readonly functions: FunctionNames
  readonly ids: ColumnIds
  readonly partitions: number
}

function distributeQuery(query: QueryPlan, { context, functions, ids, partitions }: Distribution): QueryPlan {
  const estimates = new Map<number, Estimate>()
  const distribution: DistributionContext = {
    functions,
    ids,
    workers: context.workers,
    partitions,
    joins: context.settings.joins ?? "auto",
    cte: (id) => estimates.get(id) ?? { rows: 0, bytes: 0 },
  }
  const run = (plan: Plan): Plan => {
    const { plan: physical } = distribute(plan, distribution)
    sameOutputs(plan, physical, "distribute")
    validate(physical, "distribute")
    return physical
  }
  const ctes = query.ctes.map((cte) => {
    const plan = run(cte.plan)
    estimates.set(cte.id, estimate(cte.plan, distribution.cte))
    return { ...cte, plan }
  })
  return { ...query, ctes, root: run(query.root) }
}

/** See `PlanContext.togetherBy`. */
function togetherBy(count: number, query: QueryPlan, distributed: boolean): QueryPlan {
  if (count === 0) return query
  const keys = query.output.slice(-count).map(({ column }) => column)
  return { ...query, root: together(query.root, keys, distributed) }
}

/** At least the workers, and one for each PARTITION_BYTES_TARGET of what the scans are estimated to yield. */
function partitionCount(query: QueryPlan, context: PlanContext): number {
  if (context.partitions !== undefined) return context.partitions
  const bytes = [...query.ctes.map((cte) => cte.plan), query.root].reduce((sum, plan) => sum + scannedBytes(plan), 0)
  return Math.min(PARTITIONS_MAX, Math.max(context.workers, Math.ceil(bytes / PARTITION_BYTES_TARGET)))
}

function scannedBytes(plan: Plan): number {
  const filteredScan = plan._tag === "Filter" && plan.input._tag === "Scan"
  if (plan._tag === "Scan" || filteredScan) return estimate(plan, () => ({ rows: 0, bytes: 0 })).bytes
  return inputsOf(plan).reduce((sum, input) => sum + scannedBytes(input), 0)
}
