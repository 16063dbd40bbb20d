import * as Schema from "effect/Schema"

/** A file, glob or other source that cannot be read. Never retried: the same bytes would fail again. */
export class SourceError extends Schema.TaggedError<SourceError>()("SourceError", {
  message: Schema.String,
  path: Schema.optional(Schema.String),
  hint: Schema.optional(Schema.String),
}) {}

/** DuckDB refused or failed a fragment for the statement's own reasons (a conversion, a division …). Never retried. */
export class QueryError extends Schema.TaggedError<QueryError>()("QueryError", {
  message: Schema.String,
  kind: Schema.String,
  stage: Schema.optional(Schema.Number),
  /** What the stage mostly does, as EXPLAIN calls it. */
  part: Schema.optional(Schema.String),
  task: Schema.optional(Schema.Number),
  node: Schema.optional(Schema.String),
}) {}

/** The engine ran out of its memory limit. The query is run again with more partitions, a bounded number of times. */
export class OutOfMemory extends Schema.TaggedError<OutOfMemory>()("OutOfMemory", {
  message: Schema.String,
  stage: Schema.optional(Schema.Number),
  task: Schema.optional(Schema.Number),
  node: Schema.optional(Schema.String),
}) {}

/** The engine's instance or thread is gone: a WebAssembly trap, an exit. The task is tried again on a new one. */
export class EngineLost extends Schema.TaggedError<EngineLost>()("EngineLost", {
  message: Schema.String,
  stage: Schema.optional(Schema.Number),
  task: Schema.optional(Schema.Number),
  node: Schema.optional(Schema.String),
}) {}

/** A batch was dropped, repeated, reordered or damaged between two stages. */
export class ExchangeError extends Schema.TaggedError<ExchangeError>()("ExchangeError", {
  message: Schema.String,
  stage: Schema.optional(Schema.Number),
  task: Schema.optional(Schema.Number),
}) {}

/** Cancelled by the user, a deadline or a shutdown. */
export class Cancelled extends Schema.TaggedError<Cancelled>()("Cancelled", { message: Schema.String }) {}

export const ActorError = Schema.Union([SourceError, QueryError, OutOfMemory, EngineLost, ExchangeError, Cancelled])
export type ActorError = typeof ActorError.Type
