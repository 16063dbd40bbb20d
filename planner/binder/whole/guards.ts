import type { NamedExpr } from "../../ast/query.ts"
import type { Span } from "../../ast/span.ts"
import { type TreeNode, walkTree } from "../../ast/walk-tree.ts"
import { GUARD, unreliableQuantifiers, unreliableTerms } from "../../sql/unreliable-terms.ts"
import type { Edit } from "./text.ts"

/** What is put around comparisons that DuckDB would get wrong. `replaced`: parts of the text that are not run. */
export function guards(root: TreeNode, replaced: readonly Span[]): readonly Edit<never>[] {
  return [...walkTree(root)]
    .flatMap(unreliable)
    .filter(({ span }) => !replaced.some(({ start, end }) => start <= span.start && span.end <= end))
    .flatMap(({ span: { start, end } }) => [
      { span: { start, end: start }, with: [GUARD.open] },
      { span: { start: end, end }, with: [GUARD.close] },
    ])
}

function unreliable(node: TreeNode): readonly NamedExpr[] {
  if (node._tag === "Select") {
    return [node.where, node.having, node.qualify].flatMap((filter) =>
      filter === undefined ? [] : unreliableQuantifiers(filter),
    )
  }
  if (node._tag !== "JoinRef" || node.on === undefined) return []
  return node.kind === "semi" || node.kind === "anti" ? unreliableTerms(node.on) : unreliableQuantifiers(node.on)
}
