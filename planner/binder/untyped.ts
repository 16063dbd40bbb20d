import type { FromItem, NamedExpr, Query, QueryBody } from "../ast/query.ts"

/**
 * Whether a column of the query may hold nothing but a NULL without a type. DESCRIBE calls such a column INTEGER, but
 * whatever reads the subquery in FROM gives it its type: `SELECT coalesce(n, DATE '2020-01-01') FROM (SELECT NULL AS n)`.
 * A CTE's column is INTEGER for good.
 */
export function mayBeUntyped(query: Query): boolean {
  return hasUntyped(query.body)
}

function hasUntyped(body: QueryBody): boolean {
  switch (body._tag) {
    case "Select":
      return body.items.some(({ expr }) => isNull(expr)) || (body.from !== undefined && readsUntyped(body.from))
    // The other side gives it its type.
    case "SetOperation":
      return hasUntyped(body.left) && hasUntyped(body.right)
    case "Values":
      return (body.rows[0] ?? []).some((_, i) => body.rows.every((row) => row[i] !== undefined && isNull(row[i])))
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

function isNull(expr: NamedExpr): boolean {
  return expr._tag === "Literal" && expr.kind === "null"
}
