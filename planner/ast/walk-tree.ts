import type { ColumnRef, WindowFrame, WindowSpec } from "./expression.ts"
import type {
  AtClause,
  Cte,
  FromItem,
  GroupingSet,
  NamedExpr,
  NamedWindow,
  PivotColumn,
  Query,
  QueryBody,
  Sample,
} from "./query.ts"

/** Every kind of node that the parser makes. */
export type TreeNode =
  | NamedExpr
  | WindowSpec<ColumnRef>
  | WindowFrame<ColumnRef>
  | Query
  | QueryBody
  | Cte
  | FromItem
  | GroupingSet
  | NamedWindow
  | Sample
  | AtClause
  | PivotColumn

/**
 * The node itself and every node below it, nested queries with all that is in them too: a parent before what it holds,
 * siblings as they stand in their parent. Whatever an own property or an array leads to is found, so no kind of node
 * can be forgotten here. `below` may leave out what is under a node; it is asked before the node is yielded.
 */
export function* walkTree(
  root: TreeNode,
  below: (node: TreeNode) => boolean = () => true,
): Generator<TreeNode, void, undefined> {
  const pending: object[] = [root]
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (isNode(value)) {
      const deeper = below(value)
      yield value
      if (!deeper) continue
    }
    const parts: unknown[] = Object.values(value)
    for (let i = parts.length - 1; i >= 0; i--) {
      const part = parts[i]
      if (typeof part === "object" && part !== null) pending.push(part)
    }
  }
}

/** Everything in a tree that has a tag is a node of it. */
export function isNode(value: object): value is TreeNode {
  return "_tag" in value
}
