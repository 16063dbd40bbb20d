import type { NamedExpr } from "../../planner/ast/query.ts"
import type { Span } from "../../planner/ast/span.ts"
import { UnsupportedSql } from "../../planner/errors.ts"

/** A value as text, whatever it was written as. */
export interface SettingText {
  /** The setting's name, for messages. */
  readonly setting: string
  readonly text: string
  readonly span: Span
}

/** `4`, `-1`, `'x'`, `true`, a bare word, a list of them. */
export function valueText(setting: string, value: NamedExpr): SettingText {
  const text = textOf(value)
  if (text !== undefined) return { setting, text, span: value.span }
  throw new UnsupportedSql({
    message: `${setting} takes a value that is written out, not an expression`,
    span: value.span,
    hint: `SET ${setting} = 'value'`,
  })
}

function textOf(value: NamedExpr): string | undefined {
  switch (value._tag) {
    case "Literal":
      return value.kind === "string" ? value.sql.slice(1, -1).replaceAll("''", "'") : value.sql
    case "ColumnRef":
      return value.parts.length === 1 ? value.parts[0]?.text : undefined
    case "Unary": {
      const inner = value.op === "-" ? textOf(value.input) : undefined
      return inner === undefined ? undefined : `-${inner}`
    }
    case "ListLiteral": {
      const items = value.items.map(textOf)
      return items.every((item) => item !== undefined) ? items.join(",") : undefined
    }
    default:
      return undefined
  }
}
