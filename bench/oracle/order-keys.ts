import type { NamedExpr, Query } from "../../planner/ast/query.ts"
import { parse } from "../../planner/parser/parse.ts"
import type { CompareOptions } from "./compare.ts"

/**
 * How a query's answer must be ordered: by those of its leading ORDER BY keys that are columns of the answer. Rows that
 * tie may stand in any order, and so may all rows of a query without ORDER BY.
 */
export function orderOf(sql: string): NonNullable<CompareOptions["order"]> {
  const [statement] = parse(sql)
  if (statement?._tag !== "QueryStatement" || statement.query.orderBy.length === 0) return "any"
  const keys: number[] = []
  for (const { expr } of statement.query.orderBy) {
    const position = positionOf(expr, statement.query)
    if (position === undefined) break
    keys.push(position)
  }
  return keys.length === 0 ? "any" : keys
}

/** Where in the select list an ORDER BY key stands: given by ordinal, by alias, or by the same column's name. */
function positionOf(key: NamedExpr, { body }: Query): number | undefined {
  if (body._tag !== "Select") return key._tag === "Literal" && key.kind === "number" ? Number(key.sql) - 1 : undefined
  if (body.items.some((item) => item.expr._tag === "Star")) return undefined
  if (key._tag === "Literal" && key.kind === "number") return Number(key.sql) - 1
  if (key._tag !== "ColumnRef") return undefined
  const name = key.parts.at(-1)?.text.toLowerCase()
  const position = body.items.findIndex(({ alias, expr }) => {
    const own = alias?.text ?? (expr._tag === "ColumnRef" ? expr.parts.at(-1)?.text : undefined)
    return own?.toLowerCase() === name
  })
  return position === -1 ? undefined : position
}
