import { ownNodes } from "../../ast/child-nodes.ts"
import type { JoinRef, NamedExpr } from "../../ast/query.ts"
import type { FunctionNames } from "../../describe.ts"
import { AmbiguousColumn, UnknownColumn } from "../../errors.ts"
import { type BoundExpr, conjunction, disjunction, isConstant } from "../../logical/column.ts"
import { filtered, type Plan } from "../../logical/plan.ts"
import { isVolatile } from "../../logical/volatile.ts"
import { cannotRaise } from "../../rules/raises.ts"
import type { BindContext } from "../context.ts"
import { NotTakenApart } from "../not-taken-apart.ts"
import { NO_ALIASES, resolve } from "../resolve.ts"
import type { Scope } from "../scope.ts"
import { relationOf } from "./alias.ts"
import { TAKEN_APART } from "./reason.ts"
import type { TableSite } from "./sites.ts"

/** Whether a row of that side which WHERE refuses can be left out before the join. */
export function keepsFilters(kind: JoinRef["kind"], side: "left" | "right"): boolean {
  switch (kind) {
    case "inner":
    case "cross":
      return true
    case "left":
    case "semi":
    case "anti":
      return side === "left"
    case "right":
      return side === "right"
    default:
      return false
  }
}

/**
 * The table's rows that some place of the text could want. A hint, as pruning is: the text keeps its WHERE. Only what
 * reads this table alone and cannot raise is asked of it (law 10).
 */
export function filteredTable(
  plan: Plan,
  sites: readonly TableSite[],
  env: { readonly context: BindContext; readonly functions: FunctionNames },
): Plan {
  const wanted = sites.map((site) => {
    const scope = scopeOf(site, sites[0] ?? site)
    return conjunction(site.filters.flatMap((term) => boundTerm(term, scope, env)))
  })
  const asked = wanted.flatMap((each) => (each === undefined ? [] : [each]))
  if (asked.length < wanted.length) return plan
  return filtered(plan, disjunction(asked))
}

/** The site's names for the columns of the table's first site, whose plan serves them all. */
function scopeOf(site: TableSite, first: TableSite): Scope {
  return { relations: [relationOf(site.ref, first.table, site.table.name)], merged: [] }
}

/** The term, if it can be asked of the table alone. */
function boundTerm(
  term: NamedExpr,
  scope: Scope,
  env: { readonly context: BindContext; readonly functions: FunctionNames },
): readonly BoundExpr[] {
  for (const node of ownNodes(term)) if (!TAKEN_APART.has(node._tag) || node._tag === "FunctionCall") return []
  try {
    const bound = resolve(env.context, scope, NO_ALIASES, term)
    return isConstant(bound) || isVolatile(bound, env.functions) || !cannotRaise(bound) ? [] : [bound]
  } catch (error) {
    // It reads another table, too, or a table's row.
    if (error instanceof UnknownColumn || error instanceof AmbiguousColumn || error instanceof NotTakenApart) return []
    throw error
  }
}
