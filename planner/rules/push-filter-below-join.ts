import { type BoundExpr, conjunction, conjuncts } from "../logical/column.ts"
import { filtered, type Join, type JoinKind } from "../logical/plan.ts"
import { type Rule, unchanged } from "./rule.ts"
import { bySide } from "./sides.ts"

/**
 * Moves each conjunct of a filter to the side of the join that alone can answer it; what needs both sides of an inner
 * join becomes part of its condition.
 *
 *   Filter a.x = 1 AND a.k = b.k AND f(b.y)       Filter f(b.y)
 *     Join                                  →       Join a.k = b.k
 *       a   b                                         Filter a.x = 1   b
 *                                                       a
 *
 * A conjunct may move only below a side that keeps all its rows: below the left of a LEFT join, never below its right,
 * where it would turn "no match" into "no row". What can raise an error stays above (law 10).
 */
export const pushFilterBelowJoin: Rule = {
  name: "push_filter_below_join",
  required: false,
  rewrite(node, { functions }) {
    if (node._tag !== "Filter" || node.input._tag !== "Join") return unchanged
    const join = node.input
    const sides = bySide(conjuncts(node.predicate), join, functions)
    const { left, right } = KEEPS_ROWS[join.kind]
    const toLeft = left ? sides.left : []
    const toRight = right ? sides.right : []
    const toCondition = join.kind === "inner" ? sides.both : []
    if (toLeft.length + toRight.length + toCondition.length === 0) return unchanged
    const moved = new Set<BoundExpr>([...toLeft, ...toRight, ...toCondition])
    const above = conjuncts(node.predicate).filter((term) => !moved.has(term))
    return filtered(lowered(join, toLeft, toRight, toCondition), conjunction(above))
  },
}

/** Whether every row of a side appears in the join's output before the filter sees it. */
const KEEPS_ROWS: Readonly<Record<JoinKind, { readonly left: boolean; readonly right: boolean }>> = {
  inner: { left: true, right: true },
  left: { left: true, right: false },
  right: { left: false, right: true },
  full: { left: false, right: false },
  semi: { left: true, right: false },
  anti: { left: true, right: false },
}

function lowered(
  join: Join,
  left: readonly BoundExpr[],
  right: readonly BoundExpr[],
  condition: readonly BoundExpr[],
): Join {
  return {
    ...join,
    left: filtered(join.left, conjunction(left)),
    right: filtered(join.right, conjunction(right)),
    condition: conjunction([...conjuncts(join.condition), ...condition]),
  }
}
