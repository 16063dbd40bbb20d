import type { Binary, Cast, ColumnRef, FunctionCall, Literal } from "../ast/expression.ts"
import type { NamedExpr } from "../ast/query.ts"
import { replaceNodes } from "../ast/traverse.ts"
import { UnsupportedSql } from "../errors.ts"
import { type BoundExpr, call, type Column } from "../logical/column.ts"
import { momentType, MomentTypes } from "./moment-types.ts"
import { castName, macroFor, ZONED_MOMENT, zonedName, zonedOperator } from "./zoned-rules.ts"

const SERIES: ReadonlySet<string> = new Set(["range", "generate_series"])

/**
 * Law 12 for an expression. What could be zoned calls the macros of ZONED_RULES, which DuckDB resolves by type where the
 * planner does not know it:
 *
 *   year(z + INTERVAL 1 DAY)   →   "year utc 0"("<~+!>"(z, INTERVAL 1 DAY))
 */
export function lowerZoned(expr: BoundExpr): BoundExpr {
  const types = new MomentTypes((column) => (column._tag === "Column" ? momentType(column.type) : "unknown"))
  const lower = (each: BoundExpr): BoundExpr => replaceNodes(each, (node) => lowered(node, types, lower))
  return lower(expr)
}

function lowered(node: BoundExpr, types: MomentTypes, lower: (expr: BoundExpr) => BoundExpr): BoundExpr | undefined {
  switch (node._tag) {
    case "FunctionCall": {
      const found = zonedCall(node, types)
      if (found === undefined) return undefined
      const args = node.args.map(lower)
      const [first, ...rest] = args
      if (found.of === "argument" && first !== undefined) {
        const format = withZoneName(node, types)
        const after = format === undefined ? rest : [format, ...rest.slice(1)]
        return { ...node, args: [call(found.macro, [first]), ...after] }
      }
      return { ...node, name: found.macro, args }
    }
    case "Binary": {
      const macro = zonedOp(node, types)
      return macro === undefined ? undefined : call(macro, [lower(node.left), lower(node.right)])
    }
    case "Cast": {
      const macro = zonedCast(node, types)
      return macro === undefined ? undefined : call(macro, [lower(node.input)])
    }
    default:
      return undefined
  }
}

/** The macro that stands for a call, or that is put around its first argument. */
export interface LoweredCall {
  readonly of: "call" | "argument"
  readonly macro: string
}

type AnyCall = FunctionCall<ColumnRef> | FunctionCall<Column>

/** `shown`: not to be run; where it runs, `age(x)` has the day that it counts from before x. */
export function zonedCall(node: AnyCall, types: MomentTypes, shown = false): LoweredCall | undefined {
  const name = node.name.toLowerCase()
  const written: readonly (NamedExpr | BoundExpr)[] = node.args
  const args = (isSchema(node) ? written.slice(1) : written).map((arg) => types.of(arg))
  if (name === "age" && args.length === 1 && !shown) args.unshift("other")
  if (isZoneSetting(node) || name === "make_timestamptz") return { of: "call", macro: zonedName(name) }
  // Its format has to be a constant, which a macro's parameter is not.
  const macro = name === "strftime" ? zonedMoment(args[0] ?? "other") : macroFor(zonedName(name), args)
  if (macro !== undefined) return { of: name === "strftime" ? "argument" : "call", macro }
  // To UTC and from it: what is not zoned becomes it.
  return name === "timezone" && args.length === 2 ? { of: "call", macro: zonedName(name) } : undefined
}

/** The format of strftime with `%Z`, the zone's name, as it is written for what has no zone any more. */
export function withZoneName({ name, args }: AnyCall, types: MomentTypes): Literal | undefined {
  const [moment, format] = args
  if (name.toLowerCase() !== "strftime" || moment === undefined || format?._tag !== "Literal") return undefined
  const sql = format.sql.replaceAll(/%%|%Z/g, (sign) => (sign === "%Z" ? "UTC" : sign))
  if (sql === format.sql) return undefined
  if (types.of(moment) === "zoned") return { ...format, sql }
  const message = "strftime with %Z, the time zone's name, has to know the type of what it writes"
  const hint = "cast the argument to TIMESTAMPTZ, or write UTC instead of %Z"
  throw new UnsupportedSql({ message, span: format.span, hint })
}

/** `main.year(z)`, which looks as if `main` were a value. */
function isSchema({ method, args }: AnyCall): boolean {
  const [first] = args
  return (
    method && first?._tag === "ColumnRef" && first.parts.length === 1 && first.parts[0]?.text.toLowerCase() === "main"
  )
}

/** The macro that gives a moment of that type without its zone. */
export function zonedMoment(type: ReturnType<MomentTypes["of"]>): string | undefined {
  return macroFor(ZONED_MOMENT, [type])
}

/** `current_setting('TimeZone')`. */
function isZoneSetting({ name, args }: AnyCall): boolean {
  const [setting, ...rest] = args
  if (name.toLowerCase() !== "current_setting" || setting?._tag !== "Literal" || rest.length > 0) return false
  return setting.sql.toLowerCase() === "'timezone'"
}

/** The operator that stands for `+` and `-` of something that could be zoned. What is beside a number is no moment. */
export function zonedOp(
  { op, left, right }: Binary<ColumnRef> | Binary<Column>,
  types: MomentTypes,
): string | undefined {
  if (op !== "+" && op !== "-") return undefined
  const sides = [types.of(left), types.of(right)]
  return sides.includes("number") ? undefined : macroFor(zonedOperator(op), sides)
}

/** The macro for a cast of something that could be zoned. */
export function zonedCast(node: Cast<ColumnRef> | Cast<Column>, types: MomentTypes): string | undefined {
  const name = castName(node.try ? "TRY_CAST" : "CAST", node.type.text)
  return macroFor(zonedName(name), [types.of(node.input)])
}

/** Whether it makes a list, and as a table function its rows. */
export function isSeries(name: string): boolean {
  return SERIES.has(name.toLowerCase())
}
