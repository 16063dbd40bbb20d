import { EXIT_FAILED } from "./exit.ts"
import { UsageError } from "./options.ts"
import { complain } from "./output.ts"
import { printable } from "../formats/printable.ts"
import { tidyMessage } from "../formats/tidy-message.ts"

/** Which statement of a script it is, counted from 1. */
export interface StatementPlace {
  readonly number: number
  readonly of: number
  readonly span: Span
}

/** What a statement of a script failed with; the error's own place is one in the script. */
export class StatementError extends Error {
  readonly error: unknown
  readonly sql: string
  /** undefined: the script could not be read. */
  readonly place: StatementPlace | undefined
  constructor(error: unknown, sql: string, place: StatementPlace | undefined) {
    super("a statement failed", { cause: error })
    this.error = error
    this.sql = sql
    this.place = place
  }
}

/** Says on standard error what went wrong, in one paragraph, and returns the exit code. */
export async function reportError(error: unknown): Promise<number> {
  complain(safeLines(await errorParagraph(error)))
  if (process.env["SKEIN_DEBUG"] === "1") complain(safeLines(stackOf(error)))
  return EXIT_FAILED
}

/** The paragraph itself; the tests compare it in full. */
export async function errorParagraph(error: unknown): Promise<string> {
  if (error instanceof UsageError) return withHint(error.message, error.hint)
  if (error instanceof StatementError) return statementParagraph(error)
  const tagged = asTagged(error)
  return tagged === undefined
    ? defectText(error)
    : withHint([tidyMessage(tagged.message), ...placeLines(tagged)].join("\n  "), tagged.hint)
}

async function statementParagraph({ error, sql, place }: StatementError): Promise<string> {
  const tagged = asTagged(error)
  if (tagged === undefined || tagged._tag === "PlanDefect") return defectText(error)
  const { errorText, lineAndColumn } = await import("../../planner/error-text.ts")
  const span = tagged.span === undefined ? {} : { span: tagged.span }
  const hint = tagged.hint === undefined ? {} : { hint: tagged.hint }
  const lines = [tidyMessage(tagged.message), ...placeLines(tagged)]
  // The excerpt shows where it is; without one it has to be said.
  if (place !== undefined && place.of > 1 && tagged.span === undefined) {
    lines.push(`in statement ${place.number} of ${place.of}, line ${lineAndColumn(sql, place.span.start).line}`)
  }
  return errorText({ message: lines.join("\n"), ...span, ...hint }, sql)
}

/** The code of a system error: ENOENT and its like. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined
  return typeof error.code === "string" ? error.code : undefined
}

interface Span {
  readonly start: number
  readonly end: number
}

/** What the errors of planner and actors have in common. */
interface Tagged {
  readonly _tag: string
  readonly message: string
  readonly hint: string | undefined
  readonly span: Span | undefined
  readonly stage: number | undefined
  readonly part: string | undefined
  readonly task: number | undefined
}

function asTagged(error: unknown): Tagged | undefined {
  if (typeof error !== "object" || error === null) return undefined
  if (!("_tag" in error) || typeof error._tag !== "string") return undefined
  if (!("message" in error) || typeof error.message !== "string") return undefined
  return {
    _tag: error._tag,
    message: error.message,
    hint: "hint" in error && typeof error.hint === "string" ? error.hint : undefined,
    span: "span" in error ? asSpan(error.span) : undefined,
    part: "part" in error && typeof error.part === "string" ? error.part : undefined,
    stage: "stage" in error && typeof error.stage === "number" ? error.stage : undefined,
    task: "task" in error && typeof error.task === "number" ? error.task : undefined,
  }
}

function asSpan(span: unknown): Span | undefined {
  if (typeof span !== "object" || span === null || !("start" in span) || !("end" in span)) return undefined
  const { start, end } = span
  return typeof start === "number" && typeof end === "number" ? { start, end } : undefined
}

function placeLines({ stage, part, task }: Tagged): readonly string[] {
  if (stage === undefined) return []
  const named = part === undefined ? `in stage ${stage}` : `in stage ${stage} (${part})`
  return [task === undefined ? named : `${named}, task ${task}`]
}

function withHint(message: string, hint: string | undefined): string {
  return hint === undefined ? `error: ${message}` : `error: ${message}\n  ${hint}`
}

function defectText(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const first = message.split("\n", 1)[0] ?? ""
  return withHint(
    `this is a defect of Skein: ${first}`,
    "SKEIN_DEBUG=1 shows where; please report it with the statement",
  )
}

function stackOf(error: unknown): string {
  const cause = error instanceof StatementError ? error.error : error
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
}

function safeLines(text: string): string {
  return text.split("\n").map(printable).join("\n")
}
