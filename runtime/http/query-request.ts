import * as Schema from "effect/Schema"
import { nearestName } from "../../planner/parser/nearest.ts"
import { RequestRefused } from "./errors.ts"
import type { GivenValues } from "../session/parameters.ts"
import { formatNamed, type HttpFormat } from "./media.ts"

/** What `POST /query` asks for. */
export interface QueryRequest {
  readonly sql: string
  readonly parameters: GivenValues | undefined
  readonly format: HttpFormat | undefined
  readonly deadlineMs: number | undefined
}

export const FIELDS = ["sql", "format", "params", "deadline_ms"] as const
type Field = (typeof FIELDS)[number]

/** A field that may be left out may be null. */
const isOptionalText = Schema.is(Schema.Union([Schema.String, Schema.Null, Schema.Undefined]))
const isParams = Schema.is(
  Schema.Union([
    Schema.Array(Schema.Unknown),
    Schema.Record(Schema.String, Schema.Unknown),
    Schema.Null,
    Schema.Undefined,
  ]),
)
const isOptionalNumber = Schema.is(Schema.Union([Schema.Number, Schema.Null, Schema.Undefined]))
const isObject = Schema.is(Schema.Record(Schema.String, Schema.Unknown))

/** Letters of a value that an error shows. */
const VALUE_LETTERS_MAX = 60

export function readQueryRequest(body: string, deadlineMsMax: number): QueryRequest {
  const fields = readFields(body)
  const { sql, format, params, deadline_ms: deadline } = fields
  if (sql === undefined) {
    throw new RequestRefused({ reason: "InvalidField", message: 'the field "sql" is missing', hint: EXAMPLE })
  }
  if (typeof sql !== "string") throw invalid("sql", "the statement as a text", sql)
  if (!isOptionalText(format)) throw invalid("format", "the name of a format as a text", format)
  if (!isParams(params)) throw invalid("params", "an array or an object", params)
  const isTime =
    typeof deadline !== "number" || (Number.isInteger(deadline) && deadline > 0 && deadline <= deadlineMsMax)
  if (!isOptionalNumber(deadline) || !isTime) {
    throw invalid("deadline_ms", `a whole number of milliseconds from 1 to ${deadlineMsMax}`, deadline)
  }
  return {
    sql,
    // An empty list says the same as none.
    parameters: Object.keys(params ?? {}).length === 0 ? undefined : (params ?? undefined),
    format: typeof format === "string" ? formatNamed(format) : undefined,
    deadlineMs: deadline ?? undefined,
  }
}

const EXAMPLE = 'send {"sql": "SELECT …"}'

function readFields(body: string): Partial<Readonly<Record<Field, unknown>>> {
  if (body.trim() === "") {
    throw new RequestRefused({ reason: "InvalidBody", message: "the body is empty", hint: EXAMPLE })
  }
  const value = parseJson(body)
  if (!isObject(value) || Array.isArray(value)) {
    throw new RequestRefused({
      reason: "InvalidBody",
      message: `the body must be a JSON object, found ${shown(value)}`,
      hint: EXAMPLE,
    })
  }
  const unknown = Object.keys(value).find((key) => !FIELDS.some((field) => field === key))
  if (unknown === undefined) return value
  const nearest = nearestName(unknown, FIELDS)
  throw new RequestRefused({
    reason: "UnknownField",
    message: `there is no field "${cut(unknown)}"`,
    hint: `${nearest === undefined ? "" : `did you mean "${nearest}"?  `}the fields are: ${FIELDS.join(", ")}`,
  })
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new RequestRefused({ reason: "InvalidBody", message: `the body is not JSON: ${cut(reason)}`, hint: EXAMPLE })
  }
}

function invalid(field: Field, wanted: string, found: unknown): RequestRefused {
  return new RequestRefused({
    reason: "InvalidField",
    message: `the field "${field}" must be ${wanted}, found ${shown(found)}`,
  })
}

function shown(value: unknown): string {
  try {
    return cut(JSON.stringify(value))
  } catch {
    // It is read at any depth, but written only as deep as the stack is.
    return Array.isArray(value) ? "[[…" : "{…"
  }
}

function cut(text: string): string {
  return text.length <= VALUE_LETTERS_MAX ? text : `${text.slice(0, VALUE_LETTERS_MAX)}…`
}
