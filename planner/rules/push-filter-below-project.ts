import { isVolatile } from "../logical/volatile.ts"
import { columnsOf } from "../ast/traverse.ts"
import { conjunction, conjuncts } from "../logical/column.ts"
import { filtered } from "../logical/plan.ts"
import { type Rule, unchanged } from "./rule.ts"
import { itemsById, substitute } from "./substitute.ts"

/**
 * Filters before computing. The predicate is rewritten in terms of what the projection reads.
 *
 *   Filter y > 3                 Project x + 1 AS y
 *     Project x + 1 AS y    →      Filter x + 1 > 3
 *       a                            a
 *
 * A projection keeps its rows, so nothing is evaluated on a row that was not evaluated before. Volatile values are
 * computed once: a filter over one stays above (law 5).
 */
export const pushFilterBelowProject: Rule = {
  name: "push_filter_below_project",
  required: false,
  rewrite(node, { functions }) {
    if (node._tag !== "Filter" || node.input._tag !== "Project") return unchanged
    const items = itemsById(node.input.items)
    const terms = conjuncts(node.predicate)
    const below = terms.filter(
      (term) =>
        !isVolatile(term, functions) &&
        columnsOf(term).every((column) => {
          const item = items.get(column.id)
          return item !== undefined && !isVolatile(item.expr, functions)
        }),
    )
    if (below.length === 0) return unchanged
    const above = terms.filter((term) => !below.includes(term))
    const input = filtered(node.input.input, conjunction(below.map((term) => substitute(term, items))))
    return filtered({ ...node.input, input }, conjunction(above))
  },
}
