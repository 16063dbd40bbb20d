import { type BoundExpr, conjunction, conjuncts } from "../logical/column.ts"
import { filtered, type JoinKind } from "../logical/plan.ts"
import { type Rule, unchanged } from "./rule.ts"
import { bySide } from "./sides.ts"

/**
 * Moves each conjunct of a join's own condition to the side that alone can answer it.
 *
 *   Join a.k = b.k AND b.y = 1     →     Join a.k = b.k
 *     a   b                                a   Filter b.y = 1
 *                                                b
 *
 * Only below a side whose unmatched rows are not output: the right of a LEFT join, never its left, whose rows must
 * appear whether the condition holds or not.
 */
export const pushConditionBelowJoin: Rule = {
  name: "push_condition_below_join",
  required: false,
  rewrite(node, { functions }) {
    if (node._tag !== "Join") return unchanged
    const terms = conjuncts(node.condition)
    const sides = bySide(terms, node, functions)
    const left = DROPS_UNMATCHED[node.kind].left ? sides.left : []
    const right = DROPS_UNMATCHED[node.kind].right ? sides.right : []
    if (left.length + right.length === 0) return unchanged
    const moved = new Set<BoundExpr>([...left, ...right])
    return {
      ...node,
      left: filtered(node.left, conjunction(left)),
      right: filtered(node.right, conjunction(right)),
      condition: conjunction(terms.filter((term) => !moved.has(term))),
    }
  },
}

const DROPS_UNMATCHED: Readonly<Record<JoinKind, { readonly left: boolean; readonly right: boolean }>> = {
  inner: { left: true, right: true },
  left: { left: false, right: true },
  right: { left: true, right: false },
  full: { left: false, right: false },
  semi: { left: true, right: true },
  anti: { left: false, right: true },
}
