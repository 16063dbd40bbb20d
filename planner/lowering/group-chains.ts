import { CHAIN_TERMS_MAX, chainGroups, chainTerms } from "../ast/chain.ts"
import type { TreeNode } from "../ast/walk-tree.ts"
import type { Insertions } from "./insertions.ts"

/**
 * Long runs of AND and OR in the user's text are shown to DuckDB in groups, as the printer writes them:
 *
 *   a OR b OR … OR z   →   (a OR b …) OR (… OR z)
 *
 * `nodes` come parents first.
 */
export function groupChains(nodes: readonly TreeNode[], insertions: Insertions): void {
  const seen = new Set<object>()
  for (const node of nodes) {
    if (node._tag !== "Binary" || seen.has(node)) continue
    const terms = chainTerms(node)
    for (let below: TreeNode = node; below._tag === "Binary" && below.op === node.op; below = below.left)
      seen.add(below)
    if (terms.length <= CHAIN_TERMS_MAX) continue
    for (const group of chainGroups(terms)) {
      const [first, last] = [group[0], group.at(-1)]
      if (first === undefined || last === undefined) continue
      insertions.around({ start: first.span.start, end: last.span.end }, "(", ")")
    }
  }
}
