import type { NamedExpr, Query, Select } from "../../ast/query.ts"
import { parse } from "../parse.ts"

/** The SELECT of a query that is nothing else. */
export function selectOf(query: Query | undefined): Select {
  if (query?.body._tag !== "Select") throw new Error("not a SELECT")
  return query.body
}

/** The first item of a select list that is the only statement. */
export function firstItem(sql: string): NamedExpr {
  const [statement, ...more] = parse(sql)
  const item = selectOf(statement?.query).items[0]
  if (item === undefined || more.length > 0) throw new Error("not one statement with an item")
  return item.expr
}
