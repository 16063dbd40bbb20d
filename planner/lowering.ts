import type { FunctionNames } from "./describe.ts"
import { NOWHERE } from "./ast/span.ts"
import { replaceNodes } from "./ast/traverse.ts"
import type { BoundExpr } from "./logical/column.ts"
import { mapExpressions, mapInputs, type Plan, type QueryPlan } from "./logical/plan.ts"
import { isVolatile } from "./logical/volatile.ts"

const DATE_TRUNC: ReadonlySet<string> = new Set(["date_trunc", "datetrunc"])

/**
 * Over a table with statistics DuckDB 1.4.3 takes `date_trunc(part, x)` for never NULL, and then `coalesce` and IS NULL
 * answer wrongly. So x is asked first:
 *
 *   date_trunc('week', d)   →   CASE WHEN d IS NULL THEN NULL ELSE date_trunc('week', d) END
 */
export function lowerCalls(query: QueryPlan, functions: FunctionNames): QueryPlan {
  const lower = (expr: BoundExpr): BoundExpr => replaceNodes(expr, (node) => lowered(node, functions, lower))
  const run = (plan: Plan): Plan => mapExpressions(mapInputs(plan, run), lower)
  return { ...query, ctes: query.ctes.map((cte) => ({ ...cte, plan: run(cte.plan) })), root: run(query.root) }
}

function lowered(
  node: BoundExpr,
  functions: FunctionNames,
  lower: (expr: BoundExpr) => BoundExpr,
): BoundExpr | undefined {
  if (node._tag !== "FunctionCall" || !DATE_TRUNC.has(node.name.toLowerCase())) return undefined
  const [part, moment] = node.args
  if (part === undefined || moment === undefined || isVolatile(moment, functions)) return undefined
  const input = lower(moment)
  const isNull: BoundExpr = { _tag: "IsTest", input, test: "NULL", not: false, span: NOWHERE }
  const none: BoundExpr = { _tag: "Literal", kind: "null", sql: "NULL", span: NOWHERE }
  return {
    _tag: "Case",
    operand: undefined,
    // oxlint-disable-next-line unicorn/no-thenable -- a CASE has THEN
    branches: [{ when: isNull, then: none }],
    otherwise: { ...node, args: [part, input] },
    span: NOWHERE,
  }
}
