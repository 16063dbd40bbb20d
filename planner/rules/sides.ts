import { isVolatile } from "../logical/volatile.ts"
import type { FunctionNames } from "../describe.ts"
import { type BoundExpr, type ColumnId, columnIds, isSubset } from "../logical/column.ts"
import { type Join, outputs, type Plan } from "../logical/plan.ts"
import { cannotRaise } from "./raises.ts"

/** Conjuncts by the side of a join that alone can answer them. `both` need the two; `stuck` may not move at all. */
export interface Sides {
  readonly left: readonly BoundExpr[]
  readonly right: readonly BoundExpr[]
  readonly both: readonly BoundExpr[]
  readonly stuck: readonly BoundExpr[]
}

export function bySide(terms: readonly BoundExpr[], join: Join, functions: FunctionNames): Sides {
  const left = idsOf(join.left)
  const right = idsOf(join.right)
  const sides = { left: [] as BoundExpr[], right: [] as BoundExpr[], both: [] as BoundExpr[], stuck: [] as BoundExpr[] }
  for (const term of terms) {
    const used = columnIds(term)
    if (used.size === 0 || !movable(term, functions)) sides.stuck.push(term)
    else if (isSubset(used, left)) sides.left.push(term)
    else if (isSubset(used, right)) sides.right.push(term)
    else sides.both.push(term)
  }
  return sides
}

/** What may be evaluated elsewhere: it cannot raise (law 10) and has one value wherever it stands (law 5). */
export function movable(expr: BoundExpr, functions: FunctionNames): boolean {
  return cannotRaise(expr) && !isVolatile(expr, functions)
}

export function idsOf(plan: Plan): ReadonlySet<ColumnId> {
  return new Set(outputs(plan).map((column) => column.id))
}
