import { type BoundExpr, type Column, conjuncts, isUntyped, printBound, sqlName } from "../logical/column.ts"
import {
  type Aggregate,
  type CteScan,
  type Exchange,
  inputsOf,
  type Item,
  type Join,
  outputs,
  type Plan,
  type QueryPlan,
  type Scan,
  type Sort,
  type SortKey,
  type Whole,
  type WholeRead,
} from "../logical/plan.ts"
import { quoteIdentifier } from "./quote.ts"
import { GUARD, unreliableTerms } from "./unreliable-terms.ts"

/** How the tree's leaves are written: something that can stand after FROM and whose columns are named `c<id>`. */
export interface LeafPrinter {
  readonly scan: (scan: Scan) => string
  readonly cteScan: (scan: CteScan) => string
  /** The text that stands for an exchange's output, or undefined to print what is below it. */
  readonly exchange: (exchange: Exchange) => string | undefined
}

/** One SELECT under construction. Clauses are added in the order in which SQL evaluates them, else it is closed first. */
interface Select {
  readonly select: readonly string[] | undefined
  readonly from: string | undefined
  readonly where: readonly string[]
  readonly groupBy: readonly string[] | undefined
  readonly orderBy: readonly OrderKey[]
  readonly limit: string
  /** `from` is a join: it needs parentheses as the right side of another. */
  readonly joined: boolean
}

/** `name` is the column that is sorted by, `text` the whole item. */
interface OrderKey {
  readonly name: string
  readonly text: string
}

/** The rows of an exchange's table are numbered as they come. */
const ARRIVAL: OrderKey = { name: "rowid", text: "rowid" }

/** Only a table knows in which order its rows came. */
function isByArrival({ thenArrival, input }: Sort, leaves: LeafPrinter): boolean {
  return thenArrival === true && input._tag === "Exchange" && leaves.exchange(input) !== undefined
}

/** The tree as one SELECT whose columns are `columns`, or the plan's own, in order. */
export function printPlan(plan: Plan, leaves: LeafPrinter, columns: readonly Column[] = outputs(plan)): string {
  const select = shape(plan, leaves)
  const listed = select.select !== undefined && sameColumns(columns, outputs(plan))
  return render(listed ? select : project(select, columns.map(sqlName)))
}

/** One item of a select list that is SQL already. */
export interface SelectItemText {
  readonly sql: string
  readonly name: string
}

/** The tree as one SELECT with another select list over its columns. Its ORDER BY and LIMIT stay outermost. */
export function printPlanAs(plan: Plan, leaves: LeafPrinter, items: readonly SelectItemText[]): string {
  const input = shape(plan, leaves)
  const list = items.map(({ sql, name }) => (sql === name ? name : `${sql} AS ${name}`))
  const names = outputs(plan).map(sqlName)
  const same = input.select !== undefined && items.every(({ sql, name }, i) => sql === name && name === names[i])
  return render(same && items.length === names.length ? input : project(input, list))
}

/** The whole statement, CTEs and all, as one text for one engine. */
export function printQueryPlan(query: QueryPlan, leaves: LeafPrinter): string {
  const ctes = query.ctes.map((cte) => `${cteName(cte.id)} AS MATERIALIZED (${printPlan(cte.plan, leaves)})`)
  const columns = query.output.map((each) => each.column)
  const body = printPlan(query.root, leaves, columns)
  return ctes.length === 0 ? body : `WITH ${ctes.join(", ")} ${body}`
}

/** Leaves that read tables by their own names: for running a plan whole and for comparing plans in tests. */
export function wholeLeaves(tableSql: (scan: Scan) => string): LeafPrinter {
  return {
    scan(scan) {
      const columns = scan.columns.map((each) => `${quoteIdentifier(each.sourceName)} AS ${sqlName(each.column)}`)
      return `(SELECT ${columns.join(", ")} FROM ${tableSql(scan)})`
    },
    cteScan(scan) {
      const columns = scan.columns.map((each) => `${sqlName(each.source)} AS ${sqlName(each.column)}`)
      return `(SELECT ${columns.join(", ")} FROM ${cteName(scan.cte)})`
    },
    exchange: () => undefined,
  }
}

export function cteName(id: number): string {
  return `cte${id}`
}

function shape(plan: Plan, leaves: LeafPrinter): Select {
  switch (plan._tag) {
    case "OneRow":
      return selectFrom(undefined)
    case "Scan":
      return selectFrom(leaves.scan(plan))
    case "CteScan":
      return selectFrom(leaves.cteScan(plan))
    case "Whole":
      return selectFrom(wholeFrom(plan, leaves))
    case "Exchange": {
      const text = leaves.exchange(plan)
      return text === undefined ? shape(plan.input, leaves) : selectFrom(text)
    }
    case "Filter": {
      const input = open(shape(plan.input, leaves))
      return { ...input, where: [...input.where, printBound(plan.predicate)] }
    }
    case "Project":
      return project(shape(plan.input, leaves), plan.items.map(printItem))
    case "Join":
      return selectJoin(plan, leaves)
    case "Aggregate":
      return aggregate(plan, open(shape(plan.input, leaves)))
    case "Sort":
      return {
        ...sortable(shape(plan.input, leaves)),
        orderBy: [...plan.keys.map(printKey), ...(isByArrival(plan, leaves) ? [ARRIVAL] : [])],
      }
    case "TopN":
      return {
        ...sortable(shape(plan.input, leaves)),
        orderBy: plan.keys.map(printKey),
        limit: printLimit(plan.count, plan.offset),
      }
    case "Limit": {
      const input = shape(plan.input, leaves)
      const from = input.limit === "" ? input : selectFrom(derived(input))
      return { ...from, limit: printLimit(plan.count, plan.offset) }
    }
  }
}

function selectFrom(from: string | undefined): Select {
  return { select: undefined, from, where: [], groupBy: undefined, orderBy: [], limit: "", joined: false }
}

/** Ready for WHERE, a select list or GROUP BY: nothing that comes later in a SELECT is there yet. */
function open(input: Select): Select {
  return input.select === undefined && input.orderBy.length === 0 && input.limit === ""
    ? input
    : selectFrom(derived(input))
}

/** Ready for ORDER BY and LIMIT. */
function sortable(input: Select): Select {
  return input.orderBy.length === 0 && input.limit === "" ? input : selectFrom(derived(input))
}

/**
 * A select list above ORDER BY keeps the order outermost, where SQL promises it:
 * `SELECT a FROM (SELECT a, k …) ORDER BY k LIMIT n`.
 */
function project(input: Select, items: readonly string[]): Select {
  if (input.orderBy.length === 0 && input.limit === "") return { ...open(input), select: items }
  if (input.select === undefined) return { ...input, select: items }
  const listed = new Set(input.select.map(outputName))
  const hidden = new Set(input.orderBy.map((key) => key.name).filter((name) => !listed.has(name)))
  const below = derived({ ...input, select: [...input.select, ...hidden], orderBy: [], limit: "" })
  return { ...selectFrom(below), select: items, orderBy: input.orderBy, limit: input.limit }
}

function aggregate(plan: Aggregate, input: Select): Select {
  const items = [...plan.groups, ...plan.aggregates].map(printItem)
  // A constant in GROUP BY would be read as an ordinal, so what is not a column is named by its own ordinal.
  const groupBy = plan.groups.map((item, i) => (item.expr._tag === "Column" ? sqlName(item.expr) : String(i + 1)))
  return { ...input, select: items, groupBy }
}

const JOIN_WORDS: Readonly<Record<Join["kind"], string>> = {
  inner: "JOIN",
  left: "LEFT JOIN",
  right: "RIGHT JOIN",
  full: "FULL JOIN",
  semi: "SEMI JOIN",
  anti: "ANTI JOIN",
}

function selectJoin(plan: Join, leaves: LeafPrinter): Select {
  const left = shape(plan.left, leaves)
  const right = shape(plan.right, leaves)
  const leftText = isBare(left) ? left.from : derived(left)
  const rightText = isBare(right) ? (right.joined ? `(${right.from})` : right.from) : derived(right)
  const on = plan.condition === undefined ? "TRUE" : printCondition(plan, plan.condition)
  const crossed = plan.kind === "inner" && plan.condition === undefined
  const text = crossed
    ? `${leftText} CROSS JOIN ${rightText}`
    : `${leftText} ${JOIN_WORDS[plan.kind]} ${rightText} ON ${on}`
  return { ...selectFrom(text), joined: true }
}

/** Whatever DuckDB would get wrong beside an equality is asked for in a form that it does not take for a comparison. */
function printCondition({ kind }: Join, condition: BoundExpr): string {
  if (kind !== "semi" && kind !== "anti") return printBound(condition)
  const guarded = new Set(unreliableTerms(condition))
  return conjuncts(condition)
    .map((term) => (guarded.has(term) ? `${GUARD.open}${printBound(term)}${GUARD.close}` : `(${printBound(term)})`))
    .join(" AND ")
}

/**
 * `(the block's own text) AS wc7(c7, c8)`: its columns get their names by position. No two blocks have one alias: DuckDB
 * forgets both sides of `w SEMI JOIN w`.
 */
function wholeFrom(plan: Whole, leaves: LeafPrinter): string {
  const hoisted = new Map(
    plan.inputs.flatMap((input, i) =>
      isRecursive(input) ? [[i, `i${i}${plan.columns.map(sqlName)[0] ?? ""}`] as const] : [],
    ),
  )
  const ctes = [...hoisted].map(([i, name]) => `${name} AS (${render(inputOf(plan, i, leaves))})`)
  const text = plan.parts
    .map((part) => (typeof part === "string" ? part : readText(part, hoisted.get(part.input), plan, leaves)))
    .join("")
  const names = plan.columns.map(sqlName)
  // The text may begin with a WITH of its own.
  const body = ctes.length === 0 ? text : `WITH ${ctes.join(", ")} FROM (${text})`
  return `(${body}) AS w${names[0] ?? ""}(${names.join(", ")})`
}

/**
 * Whether a recursive CTE is below. The text may read this input in a correlated subquery, and there DuckDB takes a
 * recursive CTE for correlated too, and then refuses to put a SEMI join over it, for one:
 *
 *   … EXISTS (FROM (WITH RECURSIVE r AS (…) FROM u SEMI JOIN r ON …) WHERE b = 1)           not implemented
 *   WITH i AS (WITH RECURSIVE r AS (…) FROM u SEMI JOIN r ON …) … EXISTS (FROM i WHERE b = 1)      answered
 */
function isRecursive(plan: Plan): boolean {
  const itself = plan._tag === "Whole" && plan.parts.some((part) => typeof part === "string" && RECURSIVE.test(part))
  return itself || inputsOf(plan).some(isRecursive)
}

const RECURSIVE = /\brecursive\b/iu

function inputOf(plan: Whole, input: number, leaves: LeafPrinter): Select {
  const found = plan.inputs[input]
  if (found === undefined) throw new Error(`a whole block has no input ${input}`)
  return shape(found, leaves)
}

function readText(read: WholeRead, cte: string | undefined, plan: Whole, leaves: LeafPrinter): string {
  const from = cte ?? tableOf(inputOf(plan, read.input, leaves))
  // A column of nothing but NULL has no type yet; a table's column would have one.
  const items = read.fields.map(
    ({ name, column }) => `${isUntyped(column) ? "NULL" : sqlName(column)} AS ${quoteIdentifier(name)}`,
  )
  const text = `SELECT ${items.join(", ")} FROM ${from}`
  return read.parenthesised ? `(${text})` : text
}

function tableOf(select: Select): string | undefined {
  return isBare(select) ? select.from : derived(select)
}

function isBare(select: Select): boolean {
  return (
    select.from !== undefined &&
    select.select === undefined &&
    select.where.length === 0 &&
    select.orderBy.length === 0 &&
    select.limit === ""
  )
}

function derived(select: Select): string {
  return `(${render(select)})`
}

function render(select: Select): string {
  // A SELECT without FROM needs something to select: the one row of `SELECT 1`.
  const list = select.select ?? [select.from === undefined ? "1" : "*"]
  const parts = [`SELECT ${list.join(", ")}`]
  if (select.from !== undefined) parts.push(`FROM ${select.from}`)
  if (select.where.length > 0) parts.push(`WHERE ${select.where.map((each) => `(${each})`).join(" AND ")}`)
  if (select.groupBy !== undefined && select.groupBy.length > 0) parts.push(`GROUP BY ${select.groupBy.join(", ")}`)
  if (select.orderBy.length > 0) parts.push(`ORDER BY ${select.orderBy.map((key) => key.text).join(", ")}`)
  if (select.limit !== "") parts.push(select.limit)
  return parts.join(" ")
}

function printItem(item: Item): string {
  const text = printBound(item.expr)
  const name = sqlName(item.column)
  return text === name ? name : `${text} AS ${name}`
}

/** The binder projects what is sorted by, so every key is a column. */
function printKey(key: SortKey): OrderKey {
  const name = printBound(key.expr)
  const nulls = key.nulls === undefined ? "" : ` NULLS ${key.nulls.toUpperCase()}`
  return { name, text: `${name}${key.descending ? " DESC" : ""}${nulls}` }
}

/** `c3` of both `c3` and `c1 + c2 AS c3`. */
function outputName(item: string): string {
  return item.slice(item.lastIndexOf(" ") + 1)
}

function printLimit(count: number | undefined, offset: number): string {
  const parts = [...(count === undefined ? [] : [`LIMIT ${count}`]), ...(offset === 0 ? [] : [`OFFSET ${offset}`])]
  return parts.join(" ")
}

function sameColumns(a: readonly Column[], b: readonly Column[]): boolean {
  return a.length === b.length && a.every((column, i) => column.id === b[i]?.id)
}
