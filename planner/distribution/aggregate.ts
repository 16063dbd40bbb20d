import type { FunctionCall } from "../ast/expression.ts"
import { isColumn } from "../ast/traverse.ts"
import { type BoundExpr, call, castTo, type Column, type ColumnIds } from "../logical/column.ts"
import { NOWHERE } from "../ast/span.ts"
import { type Aggregate, type Item, passing, type Plan } from "../logical/plan.ts"
import { type Distributed, type DistributionContext, gathered, hashed } from "./context.ts"
import { isTogether, SINGLE, type Spread } from "./spread.ts"

/**
 * Groups where the rows are, then brings the groups together:
 *
 *   Aggregate by k: avg(x)          Project k, s / n
 *     a                       →       Aggregate final by k: sum(s), sum(n)
 *                                       Exchange hash k
 *                                         Aggregate partial by k: sum(x) AS s, count(x) AS n
 *                                           a
 *
 * Where rows of one group are together already, one step does. Aggregates that cannot be merged (DISTINCT, ordered,
 * order-dependent, holistic) get the rows themselves, partitioned by group and in their order (law 9).
 */
export function distributeAggregate(node: Aggregate, input: Distributed, context: DistributionContext): Distributed {
  const groupColumns = node.groups.map((item) => item.column)
  const after = groupSpread(input.spread, node)
  if (after !== undefined) return { plan: { ...node, input: input.plan }, spread: after }
  const split = splitAggregates(node.aggregates, context.ids)
  if (split === undefined) return wholeGroups(node, input)
  const partial: Plan = { ...node, input: input.plan, aggregates: split.partial, phase: "partial" }
  const spread: Spread = node.groups.length === 0 ? SINGLE : byColumns(groupColumns)
  const moved =
    node.groups.length === 0 ? gathered({ plan: partial, spread: input.spread }) : hashed(partial, groupColumns)
  const final: Plan = {
    _tag: "Aggregate",
    input: moved,
    groups: groupColumns.map(passing),
    aggregates: split.final,
    phase: "final",
  }
  if (split.results === undefined) return { plan: final, spread }
  return { plan: { _tag: "Project", input: final, items: [...groupColumns.map(passing), ...split.results] }, spread }
}

/** Where the groups are when the rows of each are together already; undefined when they are not. */
function groupSpread(spread: Spread, node: Aggregate): Spread | undefined {
  if (spread._tag === "single") return SINGLE
  const plain = node.groups.flatMap((item) => (isColumn(item.expr) ? [{ ...item, expr: item.expr }] : []))
  if (node.groups.length === 0 || !isTogether(spread, new Set(plain.map((item) => item.expr.id)))) return undefined
  if (spread._tag !== "hashed") return undefined
  // Groups get new ids; each key is known by the group that passes its column on.
  const renamedKeys = spread.keys.map((key) =>
    key.flatMap((expr) => {
      const item = isColumn(expr) ? plain.find((each) => each.expr.id === expr.id) : undefined
      return item === undefined ? [] : [item.column]
    }),
  )
  return { _tag: "hashed", keys: renamedKeys.some((key) => key.length === 0) ? [] : renamedKeys }
}

function wholeGroups(node: Aggregate, input: Distributed): Distributed {
  if (node.groups.length === 0) {
    const because = `${node.aggregates.map((item) => item.column.name).join(", ")} cannot be computed in parts`
    return { plan: { ...node, input: gathered(input, because) }, spread: SINGLE }
  }
  const keys = node.groups.map((item) => item.expr)
  const moved = hashed(input.plan, keys)
  return { plan: { ...node, input: moved }, spread: byColumns(node.groups.map((item) => item.column)) }
}

function byColumns(columns: readonly Column[]): Spread {
  return { _tag: "hashed", keys: columns.map((column) => [column]) }
}

interface SplitAggregates {
  readonly partial: readonly Item[]
  readonly final: readonly Item[]
  /** What the final columns still have to be made into; undefined when they are the results themselves. */
  readonly results: readonly Item[] | undefined
}

function splitAggregates(aggregates: readonly Item[], ids: ColumnIds): SplitAggregates | undefined {
  const parts = aggregates.map((item) => splitOne(item, ids))
  if (!parts.every((part) => part !== undefined)) return undefined
  const plain = parts.every((part) => part.result === undefined)
  return {
    partial: parts.flatMap((part) => part.partial),
    final: parts.flatMap((part) => part.final),
    results: plain ? undefined : parts.map((part) => part.result ?? passing(part.item.column)),
  }
}

interface Part {
  readonly item: Item
  readonly partial: readonly Item[]
  readonly final: readonly Item[]
  readonly result: Item | undefined
}

/** Aggregates whose partial results merge by the same function. */
const MERGES_BY_ITSELF: ReadonlySet<string> = new Set([
  "min",
  "max",
  "sum",
  "bool_and",
  "bool_or",
  "bit_and",
  "bit_or",
  "bit_xor",
])

function splitOne(item: Item, ids: ColumnIds): Part | undefined {
  const { expr } = item
  if (expr._tag !== "FunctionCall" || expr.distinct || expr.orderBy.length > 0) return undefined
  const name = expr.name.toLowerCase()
  if (name === "count" || name === "count_star") return splitCount(item, expr, ids)
  if (expr.args.length !== 1) return undefined
  if (name === "avg" || name === "mean") return splitAverage(item, expr, ids)
  if (!MERGES_BY_ITSELF.has(name) || !mergesExactly(name, item.column.type)) return undefined
  const part = ids.make(item.column.name, item.column.type)
  return {
    item,
    partial: [{ column: part, expr }],
    final: [{ column: item.column, expr: castTo(call(name, [part]), item.column.type) }],
    result: undefined,
  }
}

const SUM_TYPES = /^(HUGEINT|DOUBLE|DECIMAL\(38,\s*\d+\))$/

/** Sums of these types add up in the type they have; others (INTERVAL, BIGNUM) are taken whole. */
function mergesExactly(name: string, type: string): boolean {
  return name !== "sum" || SUM_TYPES.test(type)
}

/** Counts add up; over no parts at all the count is 0, not NULL (law 7). */
function splitCount(item: Item, expr: FunctionCall<Column>, ids: ColumnIds): Part | undefined {
  const part = ids.make(item.column.name, "BIGINT")
  const merged = castTo(call("coalesce", [call("sum", [part]), zero()]), "BIGINT")
  return { item, partial: [{ column: part, expr }], final: [{ column: item.column, expr: merged }], result: undefined }
}

function zero(): BoundExpr {
  return { _tag: "Literal", kind: "number", sql: "0", span: NOWHERE }
}

const AVERAGE_RESULT = "DOUBLE"

/** `avg(x)` = `sum(x) / count(x)`, for numbers. The sum is DuckDB's own wide one, so only the division rounds. */
function splitAverage(item: Item, expr: FunctionCall<Column>, ids: ColumnIds): Part | undefined {
  const [input] = expr.args
  if (input === undefined || item.column.type !== AVERAGE_RESULT) return undefined
  const sumType = numericSumType(input)
  if (sumType === undefined) return undefined
  const [s, n] = [ids.make(`sum of ${item.column.name}`, sumType), ids.make(`count of ${item.column.name}`, "BIGINT")]
  const [sum, count] = [ids.make(s.name, sumType), ids.make(n.name, "BIGINT")]
  const division: BoundExpr = {
    _tag: "Binary",
    op: "/",
    left: castTo(sum, "DOUBLE"),
    right: castTo(count, "DOUBLE"),
    escape: undefined,
    span: NOWHERE,
  }
  return {
    item,
    partial: [
      { column: s, expr: { ...expr, name: "sum" } },
      { column: n, expr: { ...expr, name: "count" } },
    ],
    final: [
      { column: sum, expr: castTo(call("sum", [s]), sumType) },
      { column: count, expr: castTo(call("coalesce", [call("sum", [n]), zero()]), "BIGINT") },
    ],
    // Without a value the sum is NULL, and so is the average.
    result: { column: item.column, expr: division },
  }
}

/** The type of `sum(x)`, where x's type is known without asking: a column, or an explicit cast. */
function numericSumType(input: BoundExpr): string | undefined {
  const type = isColumn(input) ? input.type : input._tag === "Cast" ? input.type.text : undefined
  if (type === undefined) return undefined
  if (/^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|UTINYINT|USMALLINT|UINTEGER|UBIGINT)$/.test(type)) return "HUGEINT"
  if (/^(FLOAT|DOUBLE)$/.test(type)) return "DOUBLE"
  const scale = /^DECIMAL\(\d+,\s*(\d+)\)$/.exec(type)?.[1]
  return scale === undefined ? undefined : `DECIMAL(38,${scale})`
}
