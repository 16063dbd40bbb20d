import type { FromItem, JoinRef, PlainJoin, Query, SelectQuery } from "../ast/query.ts"
import { NotTakenApart } from "./not-taken-apart.ts"

/** A query that the binder takes apart: one SELECT. */
export function plainQuery(query: Query): SelectQuery {
  const { body } = query
  if (body._tag !== "Select") throw new NotTakenApart("more than one SELECT")
  return { ...query, body }
}

export type PlainJoinRef = JoinRef & { readonly kind: PlainJoin | "cross" }

type PlainFromItem = Extract<FromItem, { readonly _tag: "TableRef" | "SubqueryRef" }> | PlainJoinRef

/** A part of FROM that the binder takes apart; the very same node, because the binder knows joins by identity. */
export function plainFromItem(item: FromItem): PlainFromItem {
  if (item._tag === "TableRef" || item._tag === "SubqueryRef") return item
  if (item._tag === "JoinRef" && isPlainJoin(item)) return item
  throw new NotTakenApart("something in FROM that is no table")
}

function isPlainJoin(join: JoinRef): join is PlainJoinRef {
  return join.kind !== "positional" && !join.kind.startsWith("asof")
}
