import * as Schema from "effect/Schema"
import { ActorError } from "../../actors/errors.ts"
import { PlannerError } from "../../planner/errors.ts"
import { RequestRefused, type RefusalReason } from "./errors.ts"

/** The status of a problem, and its title: the same words for all problems of a code. */
export interface ProblemKind {
  readonly status: number
  readonly title: string
}

const KnownError = Schema.Union([PlannerError, ActorError, RequestRefused])
export type KnownError = typeof KnownError.Type
export const isKnownError = Schema.is(KnownError)

export const DEFECT: ProblemKind = { status: 500, title: "a defect of Skein" }

/** What each error is over HTTP. A 4xx says that the same request will fail again; 429 and 503, that it need not. */
export function problemKind(error: KnownError): ProblemKind {
  switch (error._tag) {
    case "SyntaxError":
      return { status: 400, title: "syntax error" }
    case "UnsupportedSql":
      return { status: 400, title: "not supported" }
    case "UnknownTable":
      return { status: 404, title: "unknown table or file" }
    case "UnknownColumn":
      return { status: 400, title: "unknown column" }
    case "AmbiguousColumn":
      return { status: 400, title: "ambiguous column" }
    case "BindError":
      return { status: 400, title: "refused by DuckDB" }
    case "PlanDefect":
      return DEFECT
    case "SourceError":
      return { status: 422, title: "unreadable data" }
    case "QueryError":
      return queryKind(error.kind)
    case "OutOfMemory":
      return { status: 422, title: "out of memory" }
    case "EngineLost":
      return { status: 503, title: "no engine" }
    case "ExchangeError":
      return { status: 500, title: "damaged exchange" }
    case "Cancelled":
      return { status: 503, title: "cancelled" }
    case "RequestRefused":
      return refusalKind(error.reason)
  }
}

/** `kind` is DuckDB's own for what failed while the rows were computed, but for these. */
function queryKind(kind: string): ProblemKind {
  switch (kind) {
    case "Admission":
      return { status: 429, title: "too many queries" }
    case "NodeTables":
      return { status: 429, title: "no room for tables" }
    case "Defect":
    case "INTERNAL":
    case "FATAL":
      return DEFECT
    default:
      return { status: 400, title: "the query failed" }
  }
}

function refusalKind(reason: RefusalReason): ProblemKind {
  switch (reason) {
    case "MalformedRequest":
      return { status: 400, title: "malformed request" }
    case "HeadersTooLarge":
      return { status: 431, title: "headers too large" }
    case "RequestTimeout":
      return { status: 408, title: "request too slow" }
    case "UnknownHost":
      return { status: 421, title: "unknown host" }
    case "ForeignOrigin":
      return { status: 403, title: "foreign origin" }
    case "Unauthorized":
      return { status: 401, title: "token needed" }
    case "UnknownPath":
      return { status: 404, title: "unknown path" }
    case "MethodNotAllowed":
      return { status: 405, title: "method not allowed" }
    case "UnsupportedMediaType":
      return { status: 415, title: "unsupported media type" }
    case "BodyTooLarge":
      return { status: 413, title: "body too large" }
    case "InvalidBody":
      return { status: 400, title: "invalid body" }
    case "UnknownField":
      return { status: 400, title: "unknown field" }
    case "InvalidField":
      return { status: 400, title: "invalid field" }
    case "UnknownFormat":
      return { status: 400, title: "unknown format" }
    case "UnknownParameter":
      return { status: 400, title: "unknown parameter" }
    case "NotAcceptable":
      return { status: 406, title: "not acceptable" }
    case "DeadlineExceeded":
      return { status: 408, title: "deadline exceeded" }
    case "NotReady":
      return { status: 503, title: "not ready" }
    case "Closing":
      return { status: 503, title: "closing" }
  }
}
