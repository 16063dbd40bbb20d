import type { ColumnRef, Expr } from "../ast/expression.ts"
import type { Query } from "../ast/query.ts"
import { columnsOf } from "../ast/traverse.ts"
import { BindError } from "../errors.ts"
import { printExpr } from "../sql/print-expression.ts"
import type { BindContext } from "./context.ts"
import { isRefusal, refused } from "./refusal.ts"

/** Rows that LIMIT and OFFSET ask for; undefined when neither is written. LIMIT NULL is no limit. */
export async function bindLimit(
  context: BindContext,
  query: Query,
): Promise<{ readonly count: number | undefined; readonly offset: number } | undefined> {
  if (query.limit === undefined && query.offset === undefined) return undefined
  const count = await rowCount(context, query.limit, "LIMIT")
  const offset = await rowCount(context, query.offset, "OFFSET")
  return { count, offset: offset ?? 0 }
}

async function rowCount(
  context: BindContext,
  expr: Expr<ColumnRef> | undefined,
  clause: string,
): Promise<number | undefined> {
  if (expr === undefined) return undefined
  const column = columnsOf(expr)[0]
  if (column !== undefined) {
    throw new BindError({ message: `${clause} needs a constant, not a column`, span: column.span })
  }
  if (expr._tag === "Literal" && expr.kind === "null") return undefined
  const plain = expr._tag === "Literal" && /^\d{1,15}$/.test(expr.sql)
  const text = plain ? expr.sql : await evaluated(context, expr)
  if (text === null) return undefined
  // More than any table has: no limit.
  if (/^\d+$/.test(text) && Number(text) > Number.MAX_SAFE_INTEGER)
    return clause === "LIMIT" ? undefined : Number.MAX_SAFE_INTEGER
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new BindError({
    message: `${clause} needs a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, not ${text}`,
    span: expr.span,
  })
}

async function evaluated(context: BindContext, expr: Expr<ColumnRef>): Promise<string | null> {
  const sql = `SELECT CAST(CAST(${printExpr(expr, () => "NULL")} AS BIGINT) AS VARCHAR)`
  try {
    const rows = await context.oracle.evaluate(sql)
    return rows[0]?.[0] ?? null
  } catch (error) {
    if (!isRefusal(error)) throw error
    throw refused(error, [{ at: 0, span: expr.span }], [])
  }
}
