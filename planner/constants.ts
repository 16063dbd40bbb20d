import type { Binary } from "./ast/expression.ts"
import { children, replaceNodes } from "./ast/traverse.ts"
import type { FunctionNames, TypeOracle } from "./describe.ts"
import { isRefusal } from "./binder/refusal.ts"
import { type BoundExpr, type Column, printBound, typeName } from "./logical/column.ts"
import { mapInputs, type Plan, type QueryPlan } from "./logical/plan.ts"

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
  const found: BoundExpr[] = []
  const collectFrom = (plan: Plan): void => {
    mapPredicates(plan, (predicate) => {
      found.push(...constantsIn(predicate, functions))
      return predicate
    })
  }
  for (const plan of [...query.ctes.map((cte) => cte.plan), query.root]) collectFrom(plan)
  const texts = found.map(printBound)
  const byText = await evaluate([...new Set(texts)], oracle)
  if (byText.size === 0) return query
  const values = new Map(found.flatMap((node, i) => entryOf(node, byText.get(texts[i] ?? ""))))
  const fold = (plan: Plan): Plan => mapPredicates(plan, (predicate) => replace(predicate, values))
  return { ...query, ctes: query.ctes.map((cte) => ({ ...cte, plan: fold(cte.plan) })), root: fold(query.root) }
}

function entryOf(node: BoundExpr, value: BoundExpr | undefined): readonly (readonly [BoundExpr, BoundExpr])[] {
  return value === undefined ? [] : [[node, value]]
}

/** Largest constant subexpressions that are not literals already. Linear: a chain of thousands of terms is one pass. */
function constantsIn(expr: BoundExpr, functions: FunctionNames): readonly BoundExpr[] {
  const found: BoundExpr[] = []
  if (visit(expr, functions, found)) keep(expr, found)
  return found
}

/** Whether the node is constant; if it is not, its constant children are the largest there. */
function visit(node: BoundExpr, functions: FunctionNames, found: BoundExpr[]): boolean {
  const spine: Binary<Column>[] = []
  let bottom = node
  while (bottom._tag === "Binary") {
    spine.push(bottom)
    bottom = bottom.left
  }
  let constant = isLeafConstant(bottom) ?? visitChildren(children(bottom), bottom, functions, found)
  let below: BoundExpr = bottom
  for (const each of spine.reverse()) {
    const rest = each.escape === undefined ? [each.right] : [each.right, each.escape]
    const flags = rest.map((child) => visit(child, functions, found))
    const all = constant && flags.every(Boolean)
    if (!all) {
      if (constant) keep(below, found)
      for (const [i, child] of rest.entries()) if (flags[i] === true) keep(child, found)
    }
    constant = all
    below = each
  }
  return constant
}

function visitChildren(
  inner: readonly BoundExpr[],
  node: BoundExpr,
  functions: FunctionNames,
  found: BoundExpr[],
): boolean {
  const flags = inner.map((child) => visit(child, functions, found))
  const volatile = node._tag === "FunctionCall" && functions.volatile.has(node.name.toLowerCase())
  if (!volatile && flags.every(Boolean)) return true
  for (const [i, child] of inner.entries()) if (flags[i] === true) keep(child, found)
  return false
}

function isLeafConstant(node: BoundExpr): boolean | undefined {
  if (node._tag === "Literal" || node._tag === "TypedLiteral") return true
  return node._tag === "Column" ? false : undefined
}

/** Literals are what folding would make of them. */
function keep(node: BoundExpr, found: BoundExpr[]): void {
  if (!KEPT_AS_WRITTEN.has(node._tag)) found.push(node)
}

const KEPT_AS_WRITTEN: ReadonlySet<string> = new Set([
  "Literal",
  "TypedLiteral",
  "IntervalLiteral",
  "Row",
  "ListLiteral",
])

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
    // DuckDB's parser takes a NUL byte for the end of the statement.
    if (value.includes("\0")) continue
    values.set(text, { _tag: "TypedLiteral", type: typeName(type), text: value, span: { start: 0, end: 0 } })
  }
  return values
}

function replace(expr: BoundExpr, values: ReadonlyMap<BoundExpr, BoundExpr>): BoundExpr {
  return replaceNodes(expr, (node) => values.get(node))
}

function mapPredicates(plan: Plan, f: (predicate: BoundExpr) => BoundExpr): Plan {
  const below = mapInputs(plan, (input) => mapPredicates(input, f))
  if (below._tag === "Filter") return { ...below, predicate: f(below.predicate) }
  if (below._tag === "Join" && below.condition !== undefined) return { ...below, condition: f(below.condition) }
  return below
}
