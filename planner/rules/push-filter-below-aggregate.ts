import { columnIds, conjunction, conjuncts, isSubset } from "../logical/column.ts"
import { filtered } from "../logical/plan.ts"
import { type Rule, unchanged } from "./rule.ts"
import { movable } from "./sides.ts"
import { itemsById, substitute } from "./substitute.ts"

/**
 * A filter on grouping columns drops whole groups: it may drop their rows before they are grouped.
 *
 *   Filter k > 3                        Aggregate by x AS k
 *     Aggregate by x AS k, sum(y)   →     Filter x > 3
 *       a                                   a
 *
 * Not without groups: there one row comes out whatever the input is (law 7).
 */
export const pushFilterBelowAggregate: Rule = {
  name: "push_filter_below_aggregate",
  required: false,
  rewrite(node, { functions }) {
    if (node._tag !== "Filter" || node.input._tag !== "Aggregate") return unchanged
    const { groups } = node.input
    const grouped = new Set(groups.map((item) => item.column.id))
    const terms = conjuncts(node.predicate)
    const below = terms.filter((term) => {
      const used = columnIds(term)
      return used.size > 0 && isSubset(used, grouped) && movable(term, functions) && onlyMovable(used)
    })
    if (below.length === 0) return unchanged
    const above = terms.filter((term) => !below.includes(term))
    const input = filtered(node.input.input, conjunction(below.map((term) => substitute(term, itemsById(groups)))))
    return filtered({ ...node.input, input }, conjunction(above))

    function onlyMovable(used: ReadonlySet<number>): boolean {
      return groups.filter((item) => used.has(item.column.id)).every((item) => movable(item.expr, functions))
    }
  },
}
