import { conjunction, conjuncts } from "../logical/column.ts"
import { filtered } from "../logical/plan.ts"
import { type Rule, unchanged } from "./rule.ts"

/**
 * Two filters in a row become one, the lower one's terms first.
 *
 *   Filter a              Filter b AND a
 *     Filter b      →       x
 *       x
 */
export const mergeFilters: Rule = {
  name: "merge_filters",
  required: false,
  rewrite(node) {
    if (node._tag !== "Filter" || node.input._tag !== "Filter") return unchanged
    const terms = [...conjuncts(node.input.predicate), ...conjuncts(node.predicate)]
    return filtered(node.input.input, conjunction(terms))
  },
}
