import { Cancelled, EngineLost } from "../../actors/errors.ts"
import { TransportFailure } from "../../transport/errors.ts"
import type { Headers } from "../../transport/nats/answers.ts"
import type { ServiceFault } from "../../transport/nats/service.ts"
import { RequestRefused } from "../http/errors.ts"
import { problemOf, type Context } from "../http/problem.ts"
import { errorHeaders } from "./headers.ts"

/** Letters of a message, and of its line in the header. */
const TEXT_LETTERS_MAX = 8_000
const DESCRIPTION_LETTERS_MAX = 1_000

/** A letter takes up to 6 bytes in JSON: message and hint, and the header's line, fit into a message of this many a letter. */
const BYTES_PER_LETTER = 20

/** For the statistics only: there is nobody to tell. */
const CLIENT_GONE = 499

export interface Failure {
  readonly fault: ServiceFault
  /** What the client is told; undefined when it has gone. */
  readonly told: { readonly headers: Headers; readonly body: Uint8Array } | undefined
}

/** An error as the last message of an answer. */
export function failureOf(thrown: unknown, context: Context, messageBytesMax: number): Failure {
  if (thrown instanceof TransportFailure && (thrown.reason === "nobody" || thrown.reason === "refused")) {
    return { fault: { code: CLIENT_GONE, description: thrown.message }, told: undefined }
  }
  const letters = Math.min(TEXT_LETTERS_MAX, Math.floor(messageBytesMax / BYTES_PER_LETTER))
  const { fault, message } = told(ownWords(thrown), context, letters)
  return { fault, told: message }
}

function told(error: unknown, context: Context, letters: number) {
  const problem = problemOf(error, context)
  const { status, code, title, detail, hint, line, column, stage, task, node, query } = problem
  const message = cut(detail, letters)
  const description = cut(oneLine(detail), Math.min(letters, DESCRIPTION_LETTERS_MAX))
  const shown = {
    code,
    status,
    title,
    message,
    line,
    column,
    hint: hint && cut(hint, letters),
    stage,
    task,
    node,
    query,
  }
  return {
    fault: { code: status, description },
    message: {
      headers: errorHeaders({ status, description, query, line, column }),
      body: new TextEncoder().encode(`${JSON.stringify(shown)}\n`),
    },
  }
}

/** What the client of a coordinator that has died is told by another one. */
export function orphaned(node: string): { readonly headers: Headers; readonly body: Uint8Array } {
  const message = `the query was cancelled: its coordinator, node ${node}, has gone`
  const error = new EngineLost({ message, node })
  return told(error, {}, DESCRIPTION_LETTERS_MAX).message
}

/** What ended the transport of an answer, as the other doors would say it. */
function ownWords(thrown: unknown): unknown {
  if (!(thrown instanceof TransportFailure)) return thrown
  const message = `the query was cancelled: ${thrown.message}`
  return thrown.reason === "deadline"
    ? new RequestRefused({ reason: "DeadlineExceeded", message })
    : new Cancelled({ message })
}

function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim()
}

function cut(text: string, lettersMax: number): string {
  return text.length <= lettersMax ? text : `${text.slice(0, lettersMax)}…`
}
