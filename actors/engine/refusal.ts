import * as Schema from "effect/Schema"
import type { ActorError } from "../errors.ts"
import { OutOfMemory, QueryError } from "../errors.ts"
import type { EngineRefusal } from "./messages.ts"

/** DuckDB said no, in its own words: the instance lives on unless `fatal`. */
export class Refused extends Error {
  readonly refusal: EngineRefusal
  /** DuckDB found its own state broken; nothing more is to be asked of this instance. */
  readonly fatal: boolean

  constructor(refusal: EngineRefusal) {
    super(refusal.message)
    this.refusal = refusal
    this.fatal = FATAL_KINDS.has(refusal.kind)
  }
}

/** The WebAssembly instance trapped: what it holds can no longer be trusted. */
export class Trap extends Error {}

const FATAL_KINDS: ReadonlySet<string> = new Set(["INTERNAL", "FATAL"])
const OUT_OF_MEMORY_KIND = "Out of Memory"

/** Characters of a trap's message that are kept. */
const TRAP_MESSAGE_CHARS_MAX = 200

/** DuckDB's words for a text that is nested too deeply name a setting that cannot be set here. */
const TOO_DEEP = /^(Max expression depth limit of \d+ exceeded|memory exhausted at or near)/
const DEEP =
  "queries or expressions are nested more deeply than DuckDB reads them, views and CTEs that read each other too; " +
  "CREATE TABLE … AS keeps the rows of one in the middle"

/** With `errors_as_json`, DuckDB's errors look like this; numbers arrive as text. */
const JsonError = Schema.fromJsonString(
  Schema.Struct({
    exception_type: Schema.String,
    exception_message: Schema.String,
    position: Schema.optional(Schema.String),
    candidates: Schema.optional(Schema.String),
  }),
)
const decodeJsonError = Schema.decodeUnknownOption(JsonError)

/**
 * What a call into the library threw. The library throws plain Errors with DuckDB's text; everything else (RuntimeError,
 * RangeError, a C++ exception that nobody caught) came out of the instance itself.
 */
export function faultOf(thrown: unknown): Refused | Trap {
  if (thrown instanceof Refused || thrown instanceof Trap) return thrown
  if (thrown instanceof Error && thrown.constructor === Error) return new Refused(parseRefusal(thrown.message))
  return trapOf(thrown)
}

/** One short line of whatever was thrown: the library's own errors quote its whole source. */
export function trapOf(thrown: unknown): Trap {
  const text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : "an exception that is not an Error"
  return new Trap((text.split("\n", 1)[0] ?? "").slice(0, TRAP_MESSAGE_CHARS_MAX))
}

/** What a statement failed with while it ran stands behind these words, as if somebody had asked once too often. */
const UNSUCCESSFUL = "Attempting to execute an unsuccessful or closed pending query result\nError: "

/**
 *   {"exception_type":"Binder","exception_message":"…","position":"7"}   →   kind Binder, "Binder Error: …", 7
 *
 * Some texts have words before the JSON; some are not JSON at all, and end in the line of SQL that is ours, not the user's.
 */
export function parseRefusal(text: string): EngineRefusal {
  const start = text.indexOf('{"exception_type"')
  const decoded = start < 0 ? undefined : decodeJsonError(text.slice(start))
  if (decoded?._tag === "Some") {
    const { exception_type: kind, exception_message: words, position, candidates } = decoded.value
    if (words.startsWith(UNSUCCESSFUL)) return parseRefusal(words.slice(UNSUCCESSFUL.length))
    // The error of a text that DuckDB made itself has its own error in it.
    if (words.startsWith('{"exception_type"')) return parseRefusal(words)
    return {
      kind,
      message: `${kind} Error: ${TOO_DEEP.test(words) ? DEEP : words}`,
      position: position === undefined ? undefined : Number(position),
      candidates,
    }
  }
  const plain = /^(?<kind>[A-Z][A-Za-z ]*) Error: /.exec(text)?.groups?.["kind"]
  const kind = plain ?? (/bad_alloc|allocation fail/i.test(text) ? OUT_OF_MEMORY_KIND : "Unknown")
  const words = text.replace(/\n\nLINE \d+: [^]*$/, "")
  const message = plain === undefined ? `${kind} Error: ${words}` : words
  return { kind, message, position: undefined, candidates: undefined }
}

/** DuckDB counts bytes from the start of what was sent; people count characters of `sql`, which stood after `prefix`. */
export function positionIn(sql: string, prefix: string, bytes: number | undefined): number | undefined {
  if (bytes === undefined) return undefined
  const sent = new TextEncoder().encode(prefix + sql)
  const position = new TextDecoder().decode(sent.subarray(0, bytes)).length - prefix.length
  return position < 0 || position > sql.length ? undefined : position
}

export function errorOf(refusal: EngineRefusal, node: string): ActorError {
  const { kind, message } = refusal
  return kind === OUT_OF_MEMORY_KIND ? new OutOfMemory({ message, node }) : new QueryError({ message, kind, node })
}

export function isOutOfMemory(thrown: unknown): boolean {
  return thrown instanceof Refused && thrown.refusal.kind === OUT_OF_MEMORY_KIND
}

export function outOfMemory(message: string): Refused {
  const kind = OUT_OF_MEMORY_KIND
  return new Refused({ kind, message: `${kind} Error: ${message}`, position: undefined, candidates: undefined })
}
