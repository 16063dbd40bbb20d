import { children } from "../ast/traverse.ts"
import type { NamedExpr } from "../ast/query.ts"
import { EXPRESSION_DEPTH_MAX } from "./parser-state.ts"
import { unsupported } from "./unsupported.ts"

/**
 * Refuses a tree that later passes could not recurse over: `x IS NULL IS NULL …` needs no nesting in the text. The
 * left side of an operator is walked in a loop everywhere, so it does not count. A text of `length` characters cannot
 * hold more levels than that.
 */
export function checkDepth(expr: NamedExpr, length: number): void {
  if (length <= EXPRESSION_DEPTH_MAX) return
  const pending: { readonly node: NamedExpr; readonly depth: number }[] = [{ node: expr, depth: 1 }]
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    const { node, depth } = item
    if (depth > EXPRESSION_DEPTH_MAX) {
      throw unsupported(
        `Expressions more than ${EXPRESSION_DEPTH_MAX} levels deep are not supported.`,
        node.span,
        "split it with subqueries in FROM or WITH",
      )
    }
    for (const child of children(node)) {
      const loops = node._tag === "Binary" && child === node.left && child._tag === "Binary"
      pending.push({ node: child, depth: loops ? depth : depth + 1 })
    }
  }
}
