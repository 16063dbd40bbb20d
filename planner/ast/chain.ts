import type { Binary, Expr } from "./expression.ts"

/** Terms of AND or OR that DuckDB is shown in a row; its time grows with the square of their number. */
export const CHAIN_TERMS_MAX = 100

/** `a OR b OR c` → `[a, b, c]`; no terms for any operator but AND and OR. */
export function chainTerms<C>(expr: Binary<C>): readonly Expr<C>[] {
  const { op } = expr
  if (op !== "AND" && op !== "OR") return []
  const terms: Expr<C>[] = []
  let next: Expr<C> = expr
  while (isBinary<C>(next) && next.op === op) {
    const binary: Binary<C> = next
    terms.push(binary.right)
    next = binary.left
  }
  terms.push(next)
  return terms.reverse()
}

/** `a OR (b OR c)` → `[a, b, c]`, whatever the parentheses; any other expression is the only term. */
export function allTerms<C>(expr: Expr<C>, op: "AND" | "OR"): readonly Expr<C>[] {
  const found: Expr<C>[] = []
  const pending = [expr]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (isBinary<C>(next) && next.op === op) pending.push(next.right, next.left)
    else found.push(next)
  }
  return found
}

/** Runs of at most CHAIN_TERMS_MAX. */
export function chainGroups<T>(terms: readonly T[]): readonly (readonly T[])[] {
  const groups: (readonly T[])[] = []
  for (let at = 0; at < terms.length; at += CHAIN_TERMS_MAX) groups.push(terms.slice(at, at + CHAIN_TERMS_MAX))
  return groups
}

function isBinary<C>(expr: Expr<C>): expr is Binary<C> {
  return typeof expr === "object" && expr !== null && "_tag" in expr && expr._tag === "Binary"
}
