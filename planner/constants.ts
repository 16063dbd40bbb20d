import { mapChildren } from "./ast/traverse.ts"
import type { FunctionNames, TypeOracle } from "./describe.ts"
import { isRefusal } from "./binder/refusal.ts"
import { type BoundExpr, isConstant, printBound, typeName } from "./logical/column.ts"
import { mapInputs, type Plan, type QueryPlan } from "./logical/plan.ts"
import { isVolatile } from "./logical/volatile.ts"

/** Types whose text reads back as exactly the same value. */
const EXACT_TEXT = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DECIMAL\(\d+,\s*\d+\)|VARCHAR|BOOLEAN|DATE|TIME|TIMESTAMP)$/

/**
 * Constant expressions in filters and join conditions become typed literals, computed by DuckDB once:
 *
 *   d < DATE '1994-01-01' + INTERVAL '1' YEAR    →    d < CAST('1995-01-01 00:00:00' AS TIMESTAMP)
 *
 * So they can be compared with statistics, and are known not to raise. What raises, or whose text would not read back
 * exactly, stays as it is written.
 */
export async function foldConstants(
  query: QueryPlan,
  oracle: TypeOracle,
  functions: FunctionNames,
): Promise<QueryPlan> {
  const found = new Map<string, BoundExpr>()
  const collectFrom = (plan: Plan): void => {
    mapPredicates(plan, (predicate) => {
      for (const each of constantsIn(predicate, functions)) found.set(printBound(each), each)
      return predicate
    })
  }
  for (const plan of [...query.ctes.map((cte) => cte.plan), query.root]) collectFrom(plan)
  const values = await evaluate([...found.keys()], oracle)
  if (values.size === 0) return query
  const fold = (plan: Plan): Plan => mapPredicates(plan, (predicate) => replace(predicate, values))
  return { ...query, ctes: query.ctes.map((cte) => ({ ...cte, plan: fold(cte.plan) })), root: fold(query.root) }
}

/** Largest constant subexpressions that are not literals already. */
function constantsIn(expr: BoundExpr, functions: FunctionNames): readonly BoundExpr[] {
  const found: BoundExpr[] = []
  const visit = (node: BoundExpr): BoundExpr => {
    if (node._tag === "Literal" || node._tag === "TypedLiteral" || node._tag === "Column") return node
    if (node._tag === "IntervalLiteral" || node._tag === "Row" || node._tag === "ListLiteral") return node
    if (!isConstant(node) || isVolatile(node, functions)) return mapChildren(node, visit)
    found.push(node)
    return node
  }
  visit(expr)
  return found
}

async function evaluate(texts: readonly string[], oracle: TypeOracle): Promise<ReadonlyMap<string, BoundExpr>> {
  const values = new Map<string, BoundExpr>()
  if (texts.length === 0) return values
  const list = texts.map((text) => `typeof(${text}), CAST(TRY(${text}) AS VARCHAR)`).join(", ")
  const rows = await oracle.evaluate(`SELECT ${list}`).catch((error: unknown) => {
    // Something among them cannot be asked this way; unfolded constants are only slower.
    if (isRefusal(error)) return []
    throw error
  })
  const row = rows[0] ?? []
  for (const [i, text] of texts.entries()) {
    const type = row[2 * i]
    const value = row[2 * i + 1]
    if (typeof type !== "string" || typeof value !== "string" || !EXACT_TEXT.test(type)) continue
    values.set(text, { _tag: "TypedLiteral", type: typeName(type), text: value, span: { start: 0, end: 0 } })
  }
  return values
}

function replace(expr: BoundExpr, values: ReadonlyMap<string, BoundExpr>): BoundExpr {
  const visit = (node: BoundExpr): BoundExpr => {
    if (node._tag === "Literal" || node._tag === "TypedLiteral" || node._tag === "Column") return node
    const value = isConstant(node) ? values.get(printBound(node)) : undefined
    return value ?? mapChildren(node, visit)
  }
  return visit(expr)
}

function mapPredicates(plan: Plan, f: (predicate: BoundExpr) => BoundExpr): Plan {
  const below = mapInputs(plan, (input) => mapPredicates(input, f))
  if (below._tag === "Filter") return { ...below, predicate: f(below.predicate) }
  if (below._tag === "Join" && below.condition !== undefined) return { ...below, condition: f(below.condition) }
  return below
}
