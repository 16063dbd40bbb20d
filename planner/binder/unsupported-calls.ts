import type { Binary, ColumnRef, FunctionCall } from "../ast/expression.ts"
import type { NamedExpr } from "../ast/query.ts"
import { UnsupportedSql } from "../errors.ts"
import { needsExtension } from "../lowering/extensions.ts"
import { UTC_NAMES } from "../lowering/zoned-rules.ts"

/** Calls that DuckDB would answer, and a distributed run would answer otherwise: each is refused in one sentence. */
export function refuseCall(call: FunctionCall<ColumnRef>): void {
  const name = call.name.toLowerCase()
  if (name === "timezone" && call.args.length === 2) refuseOtherZone(call, call.args[0])
  if (name === "make_timestamptz" && call.args.length === 7) refuseOtherZone(call, call.args[6])
  if (name === "strptime" || name === "try_strptime") refuseZoneNames(call)
  if (name === "bitstring_agg" && call.args.length === 1) {
    const message = "bitstring_agg(x) takes its range from a table's statistics, which a stage's table does not have"
    throw refusal(call, message, "give the range: bitstring_agg(x, min, max)")
  }
}

/** `a -> 'x'` and `a ->> 'x'`, which only JSON has. Between the parentheses of a call an arrow may be a lambda's. */
export function refuseArrow({ op, span }: Binary<ColumnRef>): void {
  if (op !== "->" && op !== "->>") return
  throw new UnsupportedSql({ ...needsExtension(`operator ${op}`, "json"), span })
}

/** Law 12. */
function refuseOtherZone(call: FunctionCall<ColumnRef>, zone: NamedExpr | undefined): void {
  if (zone?._tag === "Literal" && UTC_NAMES.includes(zone.sql.slice(1, -1).toLowerCase())) return
  const message = "the only time zone is UTC, as in AT TIME ZONE 'UTC': the session has no other"
  throw refusal(call, message, "an offset can be added: x + INTERVAL 9 HOUR")
}

/** DuckDB's core reads the name of a zone and takes every moment as in UTC. */
function refuseZoneNames(call: FunctionCall<ColumnRef>): void {
  for (const format of [call.args[1], ...(call.args[1]?._tag === "ListLiteral" ? call.args[1].items : [])]) {
    if (format?._tag !== "Literal" || !format.sql.replaceAll("%%", "").includes("%Z")) continue
    const message = `${call.name} with %Z, a time zone's name, is not supported: the only time zone is UTC`
    throw refusal(call, message, "%z reads an offset as in +02:00")
  }
}

function refusal(call: FunctionCall<ColumnRef>, message: string, hint?: string): UnsupportedSql {
  return new UnsupportedSql({ message, span: call.over?.span ?? call.span, hint })
}
