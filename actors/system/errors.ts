import * as Schema from "effect/Schema"

/** A question that got no answer. `reason` says whose turn it is: wait and ask again, ask another, or give up. */
export class AskFailed extends Schema.TaggedError<AskFailed>()("AskFailed", {
  message: Schema.String,
  reason: Schema.Literals(["full", "stopped", "deadline", "closed"]),
}) {}

/** The actor system was used against its contract: a defect of the caller, never of the data. */
export class ActorMisuse extends Schema.TaggedError<ActorMisuse>()("ActorMisuse", { message: Schema.String }) {}
