import * as Schema from "effect/Schema"

/** An option of the generator that cannot be followed; the message says what is possible. */
export class TpchOptionError extends Schema.TaggedError<TpchOptionError>()("TpchOptionError", {
  message: Schema.String,
}) {}

/** A thread of the generator threw or ended: a defect of ours, or no memory. */
export class TpchThreadError extends Schema.TaggedError<TpchThreadError>()("TpchThreadError", {
  message: Schema.String,
}) {}

/** The file system refused; the message has the path and the system's own words. */
export class TpchWriteError extends Schema.TaggedError<TpchWriteError>()("TpchWriteError", {
  message: Schema.String,
  path: Schema.String,
}) {}
