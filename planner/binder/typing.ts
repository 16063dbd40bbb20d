import type { TypeOracle } from "../describe.ts"
import { PlanDefect } from "../errors.ts"
import { isColumn, columnsOf } from "../ast/traverse.ts"
import { type BoundExpr, type Column, isUntyped, printBound, sqlName } from "../logical/column.ts"
import { quoteIdentifier } from "../sql/quote.ts"

/**
 * DuckDB's types for expressions over typed columns, in one question:
 * `DESCRIBE SELECT e1, e2 FROM (SELECT CAST(NULL AS DATE) AS c1 …) GROUP BY …`. `groups` are the leading expressions
 * that the rest is grouped by; undefined asks without grouping.
 */
export async function typesOf(
  oracle: TypeOracle,
  exprs: readonly BoundExpr[],
  groups?: number,
): Promise<readonly string[]> {
  if (exprs.every((expr) => isColumn(expr))) return exprs.map((expr) => (isColumn(expr) ? expr.type : ""))
  const columns = new Map<number, Column>()
  for (const expr of exprs) for (const column of columnsOf(expr)) columns.set(column.id, column)
  const list = exprs.map((expr, i) => `${printBound(expr)} AS e${i}`).join(", ")
  const by = groups === undefined || groups === 0 ? "" : ` GROUP BY ${ordinals(groups)}`
  const described = await oracle.describe(`SELECT ${list}${typedFrom([...columns.values()])}${by}`)
  return exprs.map((_, i) => {
    const type = described[i]?.type
    if (type !== undefined) return type
    throw new PlanDefect({ message: "DuckDB described fewer expressions than it was asked about", rule: "bind" })
  })
}

/** ` FROM (SELECT CAST(NULL AS T) AS c1, …)`: a table with these columns and no more; nothing when there are none. */
function typedFrom(columns: readonly Column[]): string {
  return columns.length === 0
    ? ""
    : ` FROM (${typedNulls(columns.map((each) => ({ name: sqlName(each), type: each.type })))})`
}

/** A table of these columns, under their names, without a row of its own. */
export function emptyTable(fields: readonly { readonly name: string; readonly column: Column }[]): string {
  return typedNulls(fields.map(({ name, column }) => ({ name: quoteIdentifier(name), type: column.type })))
}

/** `SELECT CAST(NULL AS INTEGER) AS a, …`. The names are SQL already. */
export function typedNulls(columns: readonly { readonly name: string; readonly type: string }[]): string {
  const nullOf = (each: { readonly type: string }) => (isUntyped(each) ? "NULL" : `CAST(NULL AS ${each.type})`)
  return `SELECT ${columns.map((each) => `${nullOf(each)} AS ${each.name}`).join(", ")}`
}

function ordinals(count: number): string {
  return Array.from({ length: count }, (_, i) => i + 1).join(", ")
}
