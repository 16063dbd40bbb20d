import { allTerms } from "../ast/chain.ts"
import {
  type BoundExpr,
  columnIds,
  conjunction,
  conjuncts,
  disjunction,
  isSubset,
  printBound,
} from "../logical/column.ts"
import { filtered, type Plan } from "../logical/plan.ts"
import type { FunctionNames } from "../describe.ts"
import { type Rule, unchanged } from "./rule.ts"
import { idsOf, movable } from "./sides.ts"

/** Longer disjunctions are left alone: they filter little, and cost for every row. */
const BRANCHES_MAX = 16

/**
 * What an OR over both sides of an inner join implies for one of them alone filters that side before the join:
 *
 *   Join (a.x = 1 AND b.y = 2) OR (a.x = 3 AND b.y = 4)     →     Join (the same)
 *     a                                                             Filter x = 1 OR x = 3
 *     b                                                               a
 *                                                                   Filter y = 2 OR y = 4
 *                                                                     b
 *
 * Only what cannot raise, and is not volatile. The condition stays: it says more.
 */
export const implyDisjunction: Rule = {
  name: "imply_disjunction",
  required: false,
  rewrite(node, { functions }) {
    if (node._tag !== "Join" || node.kind !== "inner") return unchanged
    const terms = conjuncts(node.condition).filter((term) => isTaken(term, functions))
    const left = withImplied(node.left, terms)
    const right = withImplied(node.right, terms)
    return left === node.left && right === node.right ? unchanged : { ...node, left, right }
  },
}

function isTaken(term: BoundExpr, functions: FunctionNames): boolean {
  const branches = allTerms(term, "OR")
  return branches.length > 1 && branches.length <= BRANCHES_MAX && movable(term, functions)
}

function withImplied(side: Plan, terms: readonly BoundExpr[]): Plan {
  const ids = idsOf(side)
  const known = new Set(side._tag === "Filter" ? conjuncts(side.predicate).map(printBound) : [])
  const implied = terms.flatMap((term) => impliedFor(term, ids) ?? []).filter((each) => !known.has(printBound(each)))
  return filtered(side, conjunction(implied))
}

/** What every branch demands of these columns alone; nothing where one of them demands nothing. */
function impliedFor(term: BoundExpr, ids: ReadonlySet<number>): BoundExpr | undefined {
  const own = allTerms(term, "OR").map((branch) =>
    conjunction(conjuncts(branch).filter((each) => isSubset(columnIds(each), ids))),
  )
  return own.every((branch) => branch !== undefined) ? disjunction(own) : undefined
}
