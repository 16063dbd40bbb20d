import type { FunctionCall } from "../ast/expression.ts"
import { anyExpr, columnsOf, replaceNodes } from "../ast/traverse.ts"
import type { FunctionNames, TypeOracle } from "../describe.ts"
import {
  type BoundExpr,
  call,
  castTo,
  type Column,
  type ColumnIds,
  printBound,
  printForPeople,
} from "../logical/column.ts"
import type { Item, Plan } from "../logical/plan.ts"
import { NotTakenApart } from "./not-taken-apart.ts"
import { typesOf } from "./typing.ts"

/** Whether the expression calls an aggregate. */
export function hasAggregate(expr: BoundExpr, functions: FunctionNames): boolean {
  return anyExpr(expr, (node) => isAggregate(node, functions))
}

export function isAggregate(expr: BoundExpr, functions: FunctionNames): expr is FunctionCall<Column> {
  return expr._tag === "FunctionCall" && functions.aggregates.has(expr.name.toLowerCase())
}

/** A block's grouping: the plan node, and how expressions above it are rewritten to read its columns. */
export interface Grouping {
  readonly plan: Plan
  readonly rewrite: (expr: BoundExpr) => BoundExpr
}

/**
 * Groups `input` and computes every aggregate that `exprs` (select list, HAVING, ORDER BY) call, each once:
 *
 *   sum(x) / count(*), GROUP BY k    →    Project c3 / c4
 *                                           Aggregate group k AS c2, sum(x) AS c3, count(*) AS c4
 */
export async function bindGrouping(
  input: Plan,
  groups: readonly BoundExpr[],
  exprs: readonly BoundExpr[],
  env: { readonly functions: FunctionNames; readonly oracle: TypeOracle; readonly ids: ColumnIds },
): Promise<Grouping> {
  const distinctGroups = uniqueByText(groups)
  const called = uniqueByText(exprs.flatMap((expr) => aggregatesIn(expr, env.functions)))
  // Neither groups nor aggregates (`SELECT 1 FROM t HAVING true`): one row all the same, which a count makes.
  const calls = called.length + distinctGroups.length === 0 ? [{ ...call("count", []), star: true }] : called
  const types = await typesOf(env.oracle, [...distinctGroups, ...calls], distinctGroups.length)
  const typedCalls = await typedAverages(calls, env)
  const written = [...distinctGroups, ...calls]
  const items = [...distinctGroups, ...typedCalls].map((expr, i): Item => {
    const name = expr._tag === "Column" ? expr.name : printForPeople(written[i] ?? expr)
    return { column: env.ids.make(name, types[i] ?? ""), expr }
  })
  const groupItems = items.slice(0, distinctGroups.length)
  const aggregates = items.slice(distinctGroups.length)
  const byText = new Map(items.map((item, i) => [printBound(written[i] ?? item.expr), item.column]))
  const plan: Plan = { _tag: "Aggregate", input, groups: groupItems, aggregates, phase: "complete" }
  // Printing every node of a long chain would be quadratic: only what could be one of them is printed.
  const grouped: GroupedColumns = {
    kinds: new Set(written.map(kindOf)),
    byText,
    made: new Set(items.map((item) => item.column.id)),
  }
  return { plan, rewrite: (expr) => readingGroups(expr, grouped) }
}

/**
 * `avg(a * b)` becomes `avg(CAST(a * b AS T))` with the very type it has: the distribution pass computes an average
 * from a sum, and has to know the type of that sum.
 */
async function typedAverages(
  calls: readonly BoundExpr[],
  env: { readonly oracle: TypeOracle },
): Promise<readonly BoundExpr[]> {
  const computed = calls.flatMap((call) => averaged(call))
  const types = await typesOf(env.oracle, computed)
  const typeOf = new Map(computed.map((expr, i) => [expr, types[i]]))
  return calls.map((call) => {
    const [input] = averaged(call)
    const type = input === undefined ? undefined : typeOf.get(input)
    if (call._tag !== "FunctionCall" || input === undefined || type === undefined) return call
    return { ...call, args: [castTo(input, type)] }
  })
}

/** The computed argument of an average; nothing when it is a plain column or the call is another. */
function averaged(call: BoundExpr): readonly BoundExpr[] {
  if (call._tag !== "FunctionCall" || !["avg", "mean"].includes(call.name.toLowerCase())) return []
  const [input, ...rest] = call.args
  return input === undefined || rest.length > 0 || input._tag === "Column" ? [] : [input]
}

/** Outermost aggregate calls, in the order they are written. */
function aggregatesIn(expr: BoundExpr, functions: FunctionNames): readonly BoundExpr[] {
  const found: BoundExpr[] = []
  replaceNodes(expr, (node) => {
    if (!isAggregate(node, functions)) return undefined
    found.push(node)
    return node
  })
  return found
}

function uniqueByText(exprs: readonly BoundExpr[]): readonly BoundExpr[] {
  return [...new Map(exprs.map((expr) => [printBound(expr), expr])).values()]
}

function kindOf(expr: BoundExpr): string {
  return expr._tag === "Binary" ? `Binary ${expr.op}` : expr._tag
}

interface GroupedColumns {
  /** What sort of expressions are computed below. */
  readonly kinds: ReadonlySet<string>
  readonly byText: ReadonlyMap<string, Column>
  readonly made: ReadonlySet<number>
}

function readingGroups(expr: BoundExpr, { kinds, byText, made }: GroupedColumns): BoundExpr {
  const rewritten = replaceNodes(expr, (node) => (kinds.has(kindOf(node)) ? byText.get(printBound(node)) : undefined))
  const stray = columnsOf(rewritten).find((column) => !made.has(column.id))
  if (stray === undefined) return rewritten
  throw new NotTakenApart(`${stray.name}, which is neither grouped nor aggregated`)
}
