import * as Schema from "effect/Schema"

/** What was given to reach NATS with does not make sense; nothing was tried yet. */
export class NatsSettingsError extends Schema.TaggedError<NatsSettingsError>()("NatsSettingsError", {
  message: Schema.String,
}) {}

/** No server took the connection. */
export class NatsConnectError extends Schema.TaggedError<NatsConnectError>()("NatsConnectError", {
  message: Schema.String,
  /** Without credentials. */
  servers: Schema.Array(Schema.String),
}) {}
