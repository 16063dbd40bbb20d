import type { ColumnRef, FunctionCall } from "../ast/expression.ts"
import { UnsupportedSql } from "../errors.ts"

/** Calls that DuckDB would answer, and a distributed run would answer otherwise: each is refused in one sentence. */
export function refuseCall(call: FunctionCall<ColumnRef>): void {
  const name = call.name.toLowerCase()
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
