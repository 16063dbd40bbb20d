import { isNode, type TreeNode, walkTree } from "./walk-tree.ts"

/** The nodes directly below, in the order of their properties; what has no tag of its own is looked through. */
export function childNodes(node: object): readonly TreeNode[] {
  const found: TreeNode[] = []
  const look = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return
    if (isNode(value)) found.push(value)
    else for (const each of Object.values(value)) look(each)
  }
  for (const each of Object.values(node)) look(each)
  return found
}

/** Each node and everything below it, down to nested queries, which are given and not looked into. */
export function* ownNodes(...roots: readonly TreeNode[]): Generator<TreeNode, void, undefined> {
  for (const root of roots) yield* walkTree(root, (node) => node._tag !== "Query")
}
