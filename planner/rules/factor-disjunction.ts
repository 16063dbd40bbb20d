import { allTerms } from "../ast/chain.ts"
import { isVolatile } from "../logical/volatile.ts"
import type { FunctionNames } from "../describe.ts"
import { type BoundExpr, conjunction, conjuncts, disjunction, printBound } from "../logical/column.ts"
import { cannotRaise } from "./raises.ts"
import { type Rule, unchanged } from "./rule.ts"

/** Longer disjunctions are left alone: an IN list written as ORs has nothing in common, and comparing costs. */
const BRANCHES_MAX = 64

/**
 * Takes what every branch of an OR demands out of it, so that a join key inside becomes a join key.
 *
 *   Filter (k = j AND a) OR (k = j AND b)     →     Filter k = j AND (a OR b)
 *
 * The same in a join's condition. Branches that could raise, or are volatile, stay as they were written.
 */
export const factorDisjunction: Rule = {
  name: "factor_disjunction",
  required: false,
  rewrite(node, { functions }) {
    const predicate = node._tag === "Filter" ? node.predicate : node._tag === "Join" ? node.condition : undefined
    if (predicate === undefined) return unchanged
    const terms = conjuncts(predicate)
    const factored = terms.flatMap((term) => factor(term, functions))
    const next = conjunction(factored)
    if (next === undefined || factored.every((term, i) => term === terms[i])) return unchanged
    if (node._tag === "Filter") return { ...node, predicate: next }
    return node._tag === "Join" ? { ...node, condition: next } : unchanged
  },
}

function factor(term: BoundExpr, functions: FunctionNames): readonly BoundExpr[] {
  const branches = allTerms(term, "OR").map((branch) => conjuncts(branch))
  const [first, ...others] = branches
  if (first === undefined || others.length === 0 || branches.length > BRANCHES_MAX) return [term]
  if (!cannotRaise(term) || isVolatile(term, functions)) return [term]
  const texts = others.map((branch) => new Set(branch.map(printBound)))
  const common = first.filter((each) => texts.every((text) => text.has(printBound(each))))
  if (common.length === 0) return [term]
  const shared = new Set(common.map(printBound))
  const remaining = branches.map((branch) => conjunction(branch.filter((each) => !shared.has(printBound(each)))))
  // A branch that demands nothing more makes the rest true.
  if (remaining.some((branch) => branch === undefined)) return common
  const rest = disjunction(remaining.filter((branch) => branch !== undefined))
  return rest === undefined ? common : [...common, rest]
}
