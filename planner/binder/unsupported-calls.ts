import type { ColumnRef, FunctionCall } from "../ast/expression.ts"
import { UnsupportedSql } from "../errors.ts"

/** Functions that yield several rows of one: a projection with one of them does not keep its rows. */
const ROW_MAKERS: ReadonlySet<string> = new Set(["unnest", "unlist", "generate_subscripts"])

/** Functions that take a field's name from the text of their argument; in a stage that text is Skein's own. */
const NAME_READERS: ReadonlySet<string> = new Set(["struct_pack", "struct_insert", "struct_update", "alias"])

/** Calls that DuckDB would answer, and a distributed run would answer otherwise: each is refused in one sentence. */
export function refuseCall(call: FunctionCall<ColumnRef>): void {
  const name = call.name.toLowerCase()
  if (call.over !== undefined) throw refusal(call, "window functions (OVER) are not supported yet")
  if (call.withinGroup.length > 0) {
    throw refusal(call, "WITHIN GROUP is not supported yet", "write the ORDER BY inside the call: f(x ORDER BY y)")
  }
  if (call.ignoreNulls) throw refusal(call, "IGNORE NULLS is not supported yet")
  if (ROW_MAKERS.has(name)) throw refusal(call, `${name}() is not supported yet: it makes several rows of one`)
  if (NAME_READERS.has(name)) {
    const hint = name === "alias" ? undefined : "write the struct out, with its names: {'a': x, 'b': y}"
    throw refusal(call, `${name}() reads the name of its argument, which a stage does not keep`, hint)
  }
  if (name === "timezone") {
    const hint = "x::TIMESTAMP gives a TIMESTAMP WITH TIME ZONE as it reads in UTC"
    throw refusal(call, "AT TIME ZONE and timezone() are not supported: the session's time zone is UTC", hint)
  }
  if (name === "bitstring_agg" && call.args.length === 1) {
    const message = "bitstring_agg(x) takes its range from a table's statistics, which a stage's table does not have"
    throw refusal(call, message, "give the range: bitstring_agg(x, min, max)")
  }
}

function refusal(call: FunctionCall<ColumnRef>, message: string, hint?: string): UnsupportedSql {
  return new UnsupportedSql({ message, span: call.over?.span ?? call.span, hint })
}
