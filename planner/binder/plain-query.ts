import type { Cte, FromItem, Query, QueryBody, SelectQuery } from "../ast/query.ts"
import type { Span } from "../ast/span.ts"
import { UnsupportedSql } from "../errors.ts"

/** A query that the binder takes apart: one SELECT. What else there is, it refuses in a sentence. */
export function plainQuery(query: Query): SelectQuery {
  const { body } = query
  if (query.recursive) throw notYet("WITH RECURSIVE", query.with[0]?.span ?? query.span)
  if (body._tag !== "Select") throw notYet(titleOf(body), body.span)
  return { ...query, body }
}

function titleOf(body: Exclude<QueryBody, { readonly _tag: "Select" }>): string {
  switch (body._tag) {
    case "SetOperation":
      return body.op.toUpperCase()
    case "Values":
      return "VALUES"
    case "TableStatement":
      return "TABLE"
    case "Query":
      return "a query in parentheses"
  }
}

/** Refuses CTEs that more than name a query. */
export function refuseCte(cte: Cte): void {
  if (cte.usingKey.length > 0) throw notYet("USING KEY", cte.span)
}

type PlainFromItem = Extract<FromItem, { readonly _tag: "TableRef" | "SubqueryRef" | "JoinRef" }>

/** A part of FROM that the binder takes apart. */
export function plainFromItem(item: FromItem): PlainFromItem {
  switch (item._tag) {
    case "TableRef":
      if (item.qualifiers.length > 0) {
        const hint = "a file's path is written in quotes: FROM 'data/lineitem.parquet'"
        throw notYet("a table of a schema", item.span, hint)
      }
      return item
    case "SubqueryRef":
      if (item.lateral) throw notYet("LATERAL", item.span)
      return item
    case "JoinRef":
      return item
    case "TableFunctionRef": {
      const hint = "FROM takes a table, a 'path' or read_parquet('path')"
      throw notYet(`the table function ${item.name}(…)`, item.nameSpan, hint)
    }
    case "ValuesRef":
      throw notYet("VALUES", item.values.span)
    case "ParenthesisedFrom":
      throw notYet("an alias for tables in parentheses", item.alias.name.span, "name each table")
  }
}

function notYet(what: string, span: Span, hint?: string): UnsupportedSql {
  return new UnsupportedSql({ message: `${what} is not supported yet`, span, ...(hint === undefined ? {} : { hint }) })
}
