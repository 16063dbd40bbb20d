import * as Schema from "effect/Schema"

/** Where in the statement's text (UTF-16 offsets, half-open). */
export const SpanSchema = Schema.Struct({ start: Schema.Number, end: Schema.Number })

/**
 * What every error of the planner carries: one sentence that says what was found and what was expected, where, and
 * what to do about it. `runtime/cli` draws the line and the caret from `span`.
 */
const located = {
  message: Schema.String,
  span: Schema.optional(SpanSchema),
  hint: Schema.optional(Schema.String),
}

/** The text is not a statement that Skein's grammar knows. */
export class SyntaxError extends Schema.TaggedError<SyntaxError>()("SyntaxError", located) {}

/** The statement is well formed, but asks for what this version does not do. */
export class UnsupportedSql extends Schema.TaggedError<UnsupportedSql>()("UnsupportedSql", located) {}

/** No CTE, table of --data, file or glob has this name. */
export class UnknownTable extends Schema.TaggedError<UnknownTable>()("UnknownTable", {
  ...located,
  name: Schema.String,
  nearest: Schema.optional(Schema.String),
}) {}

export class UnknownColumn extends Schema.TaggedError<UnknownColumn>()("UnknownColumn", {
  ...located,
  name: Schema.String,
  nearest: Schema.optional(Schema.String),
  available: Schema.Array(Schema.String),
}) {}

export class AmbiguousColumn extends Schema.TaggedError<AmbiguousColumn>()("AmbiguousColumn", {
  ...located,
  name: Schema.String,
}) {}

/** DuckDB refused the statement's types or functions; `message` is in its own words. */
export class BindError extends Schema.TaggedError<BindError>()("BindError", located) {}

/** A rule broke the plan: a defect of Skein's, reported with the rule's name instead of a wrong answer. */
export class PlanDefect extends Schema.TaggedError<PlanDefect>()("PlanDefect", {
  ...located,
  rule: Schema.String,
}) {}

/** Everything that planning can fail with; the schema is what crosses threads and the network. */
export const PlannerError = Schema.Union([
  SyntaxError,
  UnsupportedSql,
  UnknownTable,
  UnknownColumn,
  AmbiguousColumn,
  BindError,
  PlanDefect,
])
export type PlannerError = typeof PlannerError.Type

interface Located {
  readonly message: string
  readonly span?: PlannerError["span"]
  readonly hint?: string | undefined
}

/** The same error about another place of another text; what is no error of the planner's stays as it is. */
export function relocated(error: unknown, change: (found: Located) => Located): unknown {
  if (!(error instanceof Error) || !("_tag" in error)) return error
  const planner = asPlannerError(error)
  if (planner === undefined) return error
  const { message, span, hint } = change({ message: planner.message, span: planner.span, hint: planner.hint })
  const at = { message, ...(span === undefined ? {} : { span }), ...(hint === undefined ? {} : { hint }) }
  switch (planner._tag) {
    case "SyntaxError":
      return new SyntaxError(at)
    case "UnsupportedSql":
      return new UnsupportedSql(at)
    case "UnknownTable":
      return new UnknownTable({ ...at, name: planner.name, nearest: planner.nearest })
    case "UnknownColumn":
      return new UnknownColumn({
        ...at,
        name: planner.name,
        nearest: planner.nearest,
        available: planner.available,
      })
    case "AmbiguousColumn":
      return new AmbiguousColumn({ ...at, name: planner.name })
    case "BindError":
      return new BindError(at)
    case "PlanDefect":
      return new PlanDefect({ ...at, rule: planner.rule })
  }
}

function asPlannerError(error: Error): PlannerError | undefined {
  for (const kind of [
    SyntaxError,
    UnsupportedSql,
    UnknownTable,
    UnknownColumn,
    AmbiguousColumn,
    BindError,
    PlanDefect,
  ]) {
    if (error instanceof kind) return error
  }
  return undefined
}
