import type { FunctionNames } from "../describe.ts"
import { isKeyComparison } from "../binder/comparisons.ts"
import { type BoundExpr, columnIds, conjuncts, isSubset } from "../logical/column.ts"
import type { Join } from "../logical/plan.ts"
import { isVolatile } from "../logical/volatile.ts"
import { idsOf } from "../rules/sides.ts"

/** Equalities by which a join's sides can be partitioned: `left[i] = right[i]` in every joined pair. */
export interface EquiKeys {
  readonly left: readonly BoundExpr[]
  readonly right: readonly BoundExpr[]
}

/**
 * The equalities of a join's condition between one side and the other. Their implicit casts were written out by the
 * binder, so both sides hash the same type (law 1). Volatile keys are not used.
 */
export function equiKeys(join: Join, functions: FunctionNames): EquiKeys {
  const left: BoundExpr[] = []
  const right: BoundExpr[] = []
  const [leftIds, rightIds] = [idsOf(join.left), idsOf(join.right)]
  for (const term of conjuncts(join.condition)) {
    if (!isKeyComparison(term) || isVolatile(term, functions)) continue
    const [a, b] = [columnIds(term.left), columnIds(term.right)]
    if (isSubset(a, leftIds) && isSubset(b, rightIds)) {
      left.push(term.left)
      right.push(term.right)
    } else if (isSubset(a, rightIds) && isSubset(b, leftIds)) {
      left.push(term.right)
      right.push(term.left)
    }
  }
  return { left, right }
}
