import type { NamedExpr, Query, Select } from "../../ast/query.ts"
import { parse, parseQuery } from "../parse.ts"

/** The SELECT of a query that is nothing else. */
export function selectOf(query: Query | undefined): Select {
  if (query?.body._tag !== "Select") throw new Error("not a SELECT")
  return query.body
}

/** The first item of a select list that is the only statement. */
export function firstItem(sql: string): NamedExpr {
  const item = selectOf(parseQuery(sql)).items[0]
  if (item === undefined || parse(sql).length > 1) throw new Error("not one statement with an item")
  return item.expr
}
