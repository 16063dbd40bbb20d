import { allTerms } from "../ast/chain.ts"
import type { ColumnRef, Expr } from "../ast/expression.ts"
import type { Column } from "../logical/column.ts"

/**
 * DuckDB 1.4.3 answers wrong where a SEMI or ANTI join has an equality and, beside it, a comparison by order, and it
 * builds its hash table of the left side: `l SEMI JOIN r ON l.k = r.k AND l.w < r.v` then keeps rows that it should not. A
 * filter `w < ANY (SELECT …)` becomes such a join. Inside of this the comparison is no condition of the join's own.
 */
export const GUARD = { open: "coalesce(", close: ", FALSE)" }

/** Those terms of a SEMI or ANTI join's condition that need the guard: all but equalities, if there is an equality. */
export function unreliableTerms<C extends Column | ColumnRef>(condition: Expr<C>): readonly Expr<C>[] {
  const terms = allTerms(condition, "AND")
  const others = terms.filter((term) => !isEquality(term))
  return others.length === terms.length ? [] : others
}

/** Those terms of a filter that need it. */
export function unreliableQuantifiers<C extends Column | ColumnRef>(filter: Expr<C>): readonly Expr<C>[] {
  return allTerms(filter, "AND").filter((term) => term._tag === "SubqueryExpr" && term.quantifier === "any")
}

const EQUALITIES: ReadonlySet<string> = new Set(["=", "==", "IS NOT DISTINCT FROM"])

function isEquality<C extends Column | ColumnRef>(term: Expr<C>): boolean {
  return term._tag === "Binary" && EQUALITIES.has(term.op)
}
