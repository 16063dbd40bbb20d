import { replaceNodes } from "../ast/traverse.ts"
import type { TreeNode } from "../ast/walk-tree.ts"
import { type BoundExpr, call } from "../logical/column.ts"
import { mapExpressions, mapInputs, type Plan, type QueryPlan } from "../logical/plan.ts"
import type { Insertions } from "./insertions.ts"

const DATE_TRUNC: ReadonlySet<string> = new Set(["date_trunc", "datetrunc"])

/** Has no statistics of its own, and gives its only argument. */
const GUARD = "greatest"

/**
 * Over a table with statistics DuckDB 1.4.3 takes `date_trunc(part, x)` for never NULL, and then `coalesce` and IS NULL
 * answer wrongly. So what it says of itself is hidden:
 *
 *   date_trunc('week', d)   →   greatest(date_trunc('week', d))
 */
export function guardDateTrunc(query: QueryPlan): QueryPlan {
  const guard = (expr: BoundExpr): BoundExpr => replaceNodes(expr, (node) => guarded(node, guard))
  const run = (plan: Plan): Plan => mapExpressions(mapInputs(plan, run), guard)
  return { ...query, ctes: query.ctes.map((cte) => ({ ...cte, plan: run(cte.plan) })), root: run(query.root) }
}

function guarded(node: BoundExpr, guard: (expr: BoundExpr) => BoundExpr): BoundExpr | undefined {
  if (node._tag !== "FunctionCall" || !DATE_TRUNC.has(node.name.toLowerCase())) return undefined
  return call(GUARD, [{ ...node, args: node.args.map(guard) }])
}

/** The same in a text that runs as it stands. */
export function guardInText(node: TreeNode, insertions: Insertions): void {
  if (node._tag !== "FunctionCall" || !DATE_TRUNC.has(node.name.toLowerCase())) return
  insertions.around(node.span, `${GUARD}(`, ")")
}
