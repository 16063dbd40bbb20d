import * as Schema from "effect/Schema"

/** A message, stream or answer that did not get through. What the other side's own code threw is not one of these. */
export class TransportFailure extends Schema.TaggedError<TransportFailure>()("TransportFailure", {
  message: Schema.String,
  /**
   * - `nobody`: no one listens at the address.
   * - `lost`: the other node went away, or a part of a stream did not come.
   * - `busy`: the other side serves as many streams as it may.
   * - `deadline`, `cancelled`, `closed`: this side gave up.
   * - `refused`: the carrier's permissions forbid it.
   * - `size`: larger than what may be sent this way.
   */
  reason: Schema.Literals(["nobody", "lost", "busy", "deadline", "cancelled", "closed", "refused", "size"]),
}) {}
