import type { FromItem, NamedExpr, Query, QueryBody } from "../ast/query.ts"
import { walkTree } from "../ast/walk-tree.ts"
import type { BoundSubquery } from "./from.ts"

/**
 * Whether a column of the query may hold nothing but NULLs without a type. DESCRIBE calls such a column INTEGER, but
 * whatever reads the subquery in FROM gives it its type: `SELECT coalesce(n, DATE '2020-01-01') FROM (SELECT NULL AS n)`.
 * A CTE's column is INTEGER for good: it is cast.
 */
export function mayBeUntyped(query: Query, { fields }: BoundSubquery): boolean {
  return fields.some(({ column }) => /\bINTEGER\b/.test(column.type)) && hasUntyped(query.body)
}

function hasUntyped(body: QueryBody): boolean {
  switch (body._tag) {
    case "Select":
      return body.items.some(({ expr }) => lacksType(expr)) || (body.from !== undefined && readsUntyped(body.from))
    // The other side gives it its type.
    case "SetOperation":
      return hasUntyped(body.left) && hasUntyped(body.right)
    case "Values":
      return (body.rows[0] ?? []).some((_, i) => body.rows.every((row) => row[i] !== undefined && lacksType(row[i])))
    case "Query":
      return hasUntyped(body.body)
    default:
      return false
  }
}

function readsUntyped(item: FromItem): boolean {
  switch (item._tag) {
    case "SubqueryRef":
      return hasUntyped(item.query.body)
    case "ValuesRef":
      return hasUntyped(item.values)
    case "JoinRef":
      return readsUntyped(item.left) || readsUntyped(item.right)
    default:
      return false
  }
}

/**
 * What a NULL is part of may lack a type as well, even if the NULL has one: `'a' || NULL::VARCHAR` does. A CASE has the
 * type of any of its results.
 */
function lacksType(expr: NamedExpr): boolean {
  if (expr._tag === "Case") {
    const results = [
      ...expr.branches.map(({ then }) => then),
      ...(expr.otherwise === undefined ? [] : [expr.otherwise]),
    ]
    return results.every(lacksType)
  }
  if (expr._tag === "Cast") return false
  for (const node of walkTree(expr)) {
    if (node._tag === "Literal" && node.kind === "null") return true
    if (node._tag === "ListLiteral" && node.items.length === 0) return true
  }
  return false
}
