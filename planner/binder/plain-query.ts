import type { FromItem, Query, SelectQuery } from "../ast/query.ts"
import { NotTakenApart } from "./not-taken-apart.ts"

/** A query that the binder takes apart: one SELECT. */
export function plainQuery(query: Query): SelectQuery {
  const { body } = query
  if (body._tag !== "Select") throw new NotTakenApart("more than one SELECT")
  return { ...query, body }
}

type PlainFromItem = Extract<FromItem, { readonly _tag: "TableRef" | "SubqueryRef" | "JoinRef" }>

/** A part of FROM that the binder takes apart. */
export function plainFromItem(item: FromItem): PlainFromItem {
  if (item._tag === "TableRef" || item._tag === "SubqueryRef" || item._tag === "JoinRef") return item
  throw new NotTakenApart("something in FROM that is no table")
}
