import type { NamedExpr } from "../ast/query.ts"
import { keywordClass } from "../parser/keywords.ts"
import { quoteIdentifier, quoteString } from "./quote.ts"

/**
 * What DuckDB calls a column that has no alias: `(a + 1)`, `f(x, y)`, `CAST(a AS DATE)`. For the items whose text is
 * replaced before DuckDB sees them; everything unusual is called by its own text.
 */
export function displayName(expr: NamedExpr, sql: string): string {
  const name = (inner: NamedExpr): string => displayName(inner, sql)
  switch (expr._tag) {
    case "ColumnRef":
      return expr.parts.map((part) => displayed(part.text)).join(".")
    case "Literal":
      return expr.sql
    case "TypedLiteral":
      return `CAST(${quoteString(expr.text)} AS ${expr.type.text})`
    case "Parameter":
      return `$${expr.name}`
    case "Binary":
      return expr.escape === undefined ? `(${name(expr.left)} ${expr.op} ${name(expr.right)})` : textOf(expr, sql)
    case "Unary":
      return expr.op === "NOT" ? `(NOT ${name(expr.input)})` : `${expr.op}${name(expr.input)}`
    case "Cast":
      return `${expr.try ? "TRY_" : ""}CAST(${name(expr.input)} AS ${expr.type.text})`
    case "NamedArgument":
      return `${displayed(expr.name.text)} := ${name(expr.value)}`
    case "ListLiteral":
      return `main.list_value(${expr.items.map(name).join(", ")})`
    case "FunctionCall": {
      const plain = expr.over === undefined && expr.filter === undefined && expr.orderBy.length === 0
      if (!plain || expr.withinGroup.length > 0 || expr.ignoreNulls) return textOf(expr, sql)
      const args = expr.star ? "" : `${expr.distinct ? "DISTINCT " : ""}${expr.args.map(name).join(", ")}`
      return `${displayed(expr.name)}(${expr.star ? "*" : args})`
    }
    default:
      return textOf(expr, sql)
  }
}

function textOf({ span }: NamedExpr, sql: string): string {
  return sql.slice(span.start, span.end)
}

function displayed(name: string): string {
  return /^[a-z_][a-z0-9_]*$/u.test(name) && keywordClass(name) === "unreserved" ? name : quoteIdentifier(name)
}
