import * as Schema from "effect/Schema"

/** What the door itself refuses, before or beside the query. The reason is the problem's `code`. */
export const RefusalReason = Schema.Literals([
  "MalformedRequest",
  "HeadersTooLarge",
  "RequestTimeout",
  "UnknownHost",
  "ForeignOrigin",
  "Unauthorized",
  "UnknownPath",
  "MethodNotAllowed",
  "UnsupportedMediaType",
  "BodyTooLarge",
  "InvalidBody",
  "UnknownField",
  "InvalidField",
  "UnknownFormat",
  "UnknownParameter",
  "NotAcceptable",
  "DeadlineExceeded",
  "NotReady",
  "Closing",
])
export type RefusalReason = typeof RefusalReason.Type

export class RequestRefused extends Schema.TaggedError<RequestRefused>()("RequestRefused", {
  reason: RefusalReason,
  message: Schema.String,
  hint: Schema.optional(Schema.String),
  /** Of the answer: `Allow`, `WWW-Authenticate`. */
  headers: Schema.optional(Schema.Record(Schema.String, Schema.String)),
}) {}

/** The server cannot be started as it was asked to. */
export class CannotServe extends Schema.TaggedError<CannotServe>()("CannotServe", {
  message: Schema.String,
  hint: Schema.optional(Schema.String),
}) {}
