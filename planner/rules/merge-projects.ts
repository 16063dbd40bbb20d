import { columnsOf, isColumn } from "../ast/traverse.ts"
import { type Plan, type Project } from "../logical/plan.ts"
import { type Rule, unchanged } from "./rule.ts"
import { itemsById, substitute } from "./substitute.ts"

/**
 * Two projections in a row become one.
 *
 *   Project y, z                   Project x AS y, w + 1 AS z
 *     Project x AS y, w + 1 AS z →   a
 *       a
 *
 * Only where nothing is computed twice: the upper reads each computed item once, and as it is.
 */
export const mergeProjects: Rule = {
  name: "merge_projects",
  required: false,
  rewrite(node) {
    if (node._tag !== "Project" || node.input._tag !== "Project") return unchanged
    const upper: Project = node
    const lower = itemsById(node.input.items)
    const uses = new Map<number, number>()
    for (const item of upper.items) {
      for (const column of columnsOf(item.expr)) uses.set(column.id, (uses.get(column.id) ?? 0) + 1)
    }
    const simple = upper.items.every((item) =>
      columnsOf(item.expr).every((column) => {
        const below = lower.get(column.id)
        if (below === undefined) return false
        return isColumn(below.expr) || (isColumn(item.expr) && uses.get(column.id) === 1)
      }),
    )
    if (!simple) return unchanged
    const items = upper.items.map((item) => {
      const passed = isColumn(item.expr) ? lower.get(item.expr.id) : undefined
      return { column: item.column, expr: passed === undefined ? substitute(item.expr, lower) : passed.expr }
    })
    const merged: Plan = { _tag: "Project", input: node.input.input, items }
    return merged
  },
}
