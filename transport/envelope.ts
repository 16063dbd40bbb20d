import * as Schema from "effect/Schema"

/** Raised whenever an envelope's meaning changes; nodes of different versions do not talk. */
export const PROTOCOL_VERSION = 1

const Count = Schema.Number.check(Schema.isInt(), Schema.isGreaterThanOrEqualTo(0))

/**
 * What stands on the outside of every parcel. A stream is named by who opened it and that node's number for it:
 *
 *   opener                                    server
 *     open (request, chunk by chunk)    →
 *                                       ←     data, data, …   within the window
 *     credit                            →
 *                                       ←     data, …, end
 *     cancel                            →     (any time)
 */
export const Envelope = Schema.TaggedUnion({
  /** One way, one parcel; `from` may be answered. */
  message: { version: Schema.Literal(PROTOCOL_VERSION), from: Schema.String },
  open: {
    version: Schema.Literal(PROTOCOL_VERSION),
    from: Schema.String,
    stream: Count,
    chunk: Count,
    last: Schema.Boolean,
    windowBytes: Count,
  },
  /** A piece of a frame, or of the failure that ends the stream; `last`: it is whole with this piece. */
  data: {
    version: Schema.Literal(PROTOCOL_VERSION),
    from: Schema.String,
    stream: Count,
    chunk: Count,
    of: Schema.Literals(["frame", "failure"]),
    last: Schema.Boolean,
  },
  /** `chunks`: how many data parcels there were. */
  end: { version: Schema.Literal(PROTOCOL_VERSION), from: Schema.String, stream: Count, chunks: Count },
  credit: { version: Schema.Literal(PROTOCOL_VERSION), from: Schema.String, stream: Count, bytes: Count },
  cancel: { version: Schema.Literal(PROTOCOL_VERSION), from: Schema.String, stream: Count },
})
export type Envelope = typeof Envelope.Type

const Text = Schema.fromJsonString(Envelope)
export const encodeEnvelope: (envelope: Envelope) => string = Schema.encodeSync(Text)
/** Throws effect's SchemaError for anything that is not an envelope of this version. */
export const decodeEnvelope: (text: string) => Envelope = Schema.decodeUnknownSync(Text)
