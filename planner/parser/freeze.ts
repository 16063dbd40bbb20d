/** Freezes a tree in depth. In a loop, because a run of operators makes trees thousands of levels deep. */
export function frozen<A>(tree: A): A {
  const pending: unknown[] = [tree]
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (typeof value !== "object" || value === null || Object.isFrozen(value)) continue
    Object.freeze(value)
    for (const child of Object.values(value)) if (child !== undefined) pending.push(child)
  }
  return tree
}
