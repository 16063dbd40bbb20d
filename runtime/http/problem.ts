import { lineAndColumn } from "../../planner/error-text.ts"
import { tidyMessage } from "../formats/tidy-message.ts"
import { DEFECT, isKnownError, problemKind, type KnownError } from "./problem-table.ts"

/** An error as its client reads it: RFC 9457, with the error's own figures. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  /** The error's tag; for what the door refused, the reason. */
  readonly code: string
  /** Where in the statement, both from 1. */
  readonly line?: number
  readonly column?: number
  readonly hint?: string
  /** Where in the plan, and on which engine. */
  readonly stage?: number
  readonly task?: number
  readonly node?: string
  /** The query's id, once it had started. */
  readonly query?: string
}

export const PROBLEM_TYPE = "application/problem+json"

/** Seconds after which a client may ask again where waiting helps. */
const RETRY_AFTER_S = "1"

export interface Context {
  readonly sql?: string
  readonly query?: string
}

export function problemOf(error: unknown, { sql, query }: Context = {}): Problem {
  const known = isKnownError(error) ? error : undefined
  const { status, title } = known === undefined ? DEFECT : problemKind(known)
  const code = known === undefined ? "Defect" : codeOf(known)
  const hint = known !== undefined && "hint" in known ? known.hint : undefined
  return {
    type: `urn:skein:problem:${code}`,
    title,
    status,
    detail: known === undefined ? defectDetail(error) : tidyMessage(known.message),
    code,
    ...place(known, sql),
    ...(hint === undefined ? {} : { hint }),
    ...(known === undefined ? {} : whereabouts(known)),
    ...(query === undefined ? {} : { query }),
  }
}

export function problemHeaders(error: unknown, { status }: Problem): Readonly<Record<string, string>> {
  const own = isKnownError(error) && error._tag === "RequestRefused" ? error.headers : undefined
  return { ...own, ...(status === 429 || status === 503 ? { "Retry-After": RETRY_AFTER_S } : {}) }
}

export function problemBody(problem: Problem): string {
  return `${JSON.stringify(problem)}\n`
}

function codeOf(error: KnownError): string {
  return error._tag === "RequestRefused" ? error.reason : error._tag
}

/** What the planner made itself has an empty span at the very beginning: it marks nothing. */
function place(error: KnownError | undefined, sql: string | undefined): { line?: number; column?: number } {
  if (error === undefined || sql === undefined || !("span" in error) || error.span === undefined) return {}
  const { start, end } = error.span
  return start === 0 && end === 0 ? {} : lineAndColumn(sql, start)
}

function whereabouts(error: KnownError): Pick<Problem, "stage" | "task" | "node"> {
  return {
    ...("stage" in error && error.stage !== undefined ? { stage: error.stage } : {}),
    ...("task" in error && error.task !== undefined ? { task: error.task } : {}),
    ...("node" in error && error.node !== undefined ? { node: error.node } : {}),
  }
}

function defectDetail(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return `this is a defect of Skein, please report it with the statement: ${message.split("\n", 1)[0] ?? ""}`
}
