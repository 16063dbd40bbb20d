import { isVolatile } from "../logical/volatile.ts"
import { columnsOf, isColumn, walk } from "../ast/traverse.ts"
import { type BoundExpr, conjunction, conjuncts } from "../logical/column.ts"
import { filtered, type Item } from "../logical/plan.ts"
import { type Rule, unchanged } from "./rule.ts"
import { itemsById, substitute } from "./substitute.ts"

/** Nodes of a condition that is computed below a projection as well as, in parts, by it. */
const PUSHED_NODES_MAX = 64

/**
 * Filters before computing. The predicate is rewritten in terms of what the projection reads.
 *
 *   Filter y > 3                 Project x + 1 AS y
 *     Project x + 1 AS y    →      Filter x + 1 > 3
 *       a                            a
 *
 * A projection keeps its rows, so nothing is evaluated on a row that was not evaluated before. Volatile values are
 * computed once: a filter over one stays above (law 5). So does one that would become long: a hundred views that each
 * compute something of the one before would make it longer with each.
 */
export const pushFilterBelowProject: Rule = {
  name: "push_filter_below_project",
  required: false,
  rewrite(node, { functions }) {
    if (node._tag !== "Filter" || node.input._tag !== "Project") return unchanged
    const items = itemsById(node.input.items)
    const terms = conjuncts(node.predicate)
    const below = terms.filter((term) => {
      const read = columnsOf(term).map((column) => items.get(column.id))
      return (
        read.every((item) => item !== undefined && !isVolatile(item.expr, functions)) &&
        !isVolatile(term, functions) &&
        staysShort(term, read)
      )
    })
    if (below.length === 0) return unchanged
    const moving = new Set(below)
    const above = terms.filter((term) => !moving.has(term))
    const input = filtered(node.input.input, conjunction(below.map((term) => substitute(term, items))))
    return filtered({ ...node.input, input }, conjunction(above))
  },
}

/** `read` are the items of the term's columns: where they are columns themselves, the term stays as long as it is. */
function staysShort(term: BoundExpr, read: readonly (Item | undefined)[]): boolean {
  const computed = read.flatMap((item) => (item === undefined || isColumn(item.expr) ? [] : [item.expr]))
  if (computed.length === 0) return true
  let nodes = 0
  for (const expr of [term, ...computed]) for (const _ of walk(expr)) if (++nodes > PUSHED_NODES_MAX) return false
  return true
}
