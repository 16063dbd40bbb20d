import type { ColumnRef, FunctionCall, TypedLiteral } from "../ast/expression.ts"
import type { Span } from "../ast/span.ts"

const MICROS_PER_DAY = 86_400_000_000n
const MICROS_PER_SECOND = 1_000_000n

/** What each name yields of the query's one moment; the zone is UTC (laws 5 and 12). */
const VALUES: Readonly<Record<string, "timestamptz" | "date" | "timestamp" | "time" | "timetz">> = {
  now: "timestamptz",
  current_timestamp: "timestamptz",
  get_current_timestamp: "timestamptz",
  transaction_timestamp: "timestamptz",
  current_date: "date",
  today: "date",
  localtimestamp: "timestamp",
  current_localtimestamp: "timestamp",
  current_time: "timetz",
  get_current_time: "timetz",
  localtime: "time",
  current_localtime: "time",
}

export const QUERY_VALUE_NAMES: readonly string[] = Object.keys(VALUES)

/** Those that are written without parentheses. */
const BARE_NAMES: ReadonlySet<string> = new Set([
  "current_timestamp",
  "current_date",
  "current_time",
  "localtimestamp",
  "localtime",
])

/** Macros that give the describing engine the names it lacks, so that DuckDB names and types the columns itself. */
export const QUERY_VALUE_MACROS: readonly string[] = [
  "CREATE OR REPLACE MACRO current_date() AS CAST('1970-01-01' AS DATE)",
  "CREATE OR REPLACE MACRO today() AS CAST('1970-01-01' AS DATE)",
  "CREATE OR REPLACE MACRO current_time() AS CAST('00:00:00+00' AS TIMETZ)",
  "CREATE OR REPLACE MACRO get_current_time() AS CAST('00:00:00+00' AS TIMETZ)",
  "CREATE OR REPLACE MACRO localtimestamp() AS CAST('1970-01-01' AS TIMESTAMP)",
  "CREATE OR REPLACE MACRO current_localtimestamp() AS CAST('1970-01-01' AS TIMESTAMP)",
  "CREATE OR REPLACE MACRO localtime() AS CAST('00:00:00' AS TIME)",
  "CREATE OR REPLACE MACRO current_localtime() AS CAST('00:00:00' AS TIME)",
]

/** `now()`, `today()` … as the literal that every task gets; undefined when it is another function. */
export function queryValue(call: FunctionCall<unknown>, nowMicros: bigint): TypedLiteral | undefined {
  return call.args.length === 0 && !call.star ? literal(call.name.toLowerCase(), call.span, nowMicros) : undefined
}

/** The midnight that `age(x)` counts from; undefined when the call is another. */
export function ageOrigin(call: FunctionCall<unknown>, nowMicros: bigint): TypedLiteral | undefined {
  if (call.name.toLowerCase() !== "age" || call.args.length !== 1) return undefined
  return typed("TIMESTAMP", `${dateText(nowMicros)} 00:00:00`, call.span)
}

/** `current_date` without parentheses, when no column has that name. */
export function bareQueryValue(ref: ColumnRef, nowMicros: bigint): TypedLiteral | undefined {
  const [only, ...rest] = ref.parts
  if (only === undefined || rest.length > 0 || only.quoted) return undefined
  const name = only.text.toLowerCase()
  return BARE_NAMES.has(name) ? literal(name, ref.span, nowMicros) : undefined
}

function literal(name: string, span: Span, nowMicros: bigint): TypedLiteral | undefined {
  switch (Object.hasOwn(VALUES, name) ? VALUES[name] : undefined) {
    case undefined:
      return undefined
    case "timestamptz":
      return typed("TIMESTAMP WITH TIME ZONE", `${dateText(nowMicros)} ${timeText(nowMicros)}+00`, span)
    case "date":
      return typed("DATE", dateText(nowMicros), span)
    case "timestamp":
      return typed("TIMESTAMP", `${dateText(nowMicros)} ${timeText(nowMicros)}`, span)
    case "timetz":
      return typed("TIME WITH TIME ZONE", `${timeText(nowMicros)}+00`, span)
    case "time":
      return typed("TIME", timeText(nowMicros), span)
  }
}

function typed(type: string, text: string, span: Span): TypedLiteral {
  return { _tag: "TypedLiteral", type: { text: type, span }, text, span }
}

function dateText(micros: bigint): string {
  return new Date(Number(micros / 1000n)).toISOString().slice(0, 10)
}

function timeText(micros: bigint): string {
  const ofDay = ((micros % MICROS_PER_DAY) + MICROS_PER_DAY) % MICROS_PER_DAY
  const seconds = ofDay / MICROS_PER_SECOND
  const parts = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n].map((each) => String(each).padStart(2, "0"))
  return `${parts.join(":")}.${String(ofDay % MICROS_PER_SECOND).padStart(6, "0")}`
}
