import * as Schema from "effect/Schema"

/** Values of a schema as bytes. Derived, never written by hand; what comes in is checked. */
export interface Codec<T> {
  readonly encode: (value: T) => Uint8Array
  /** Throws effect's SchemaError when the bytes do not hold a `T`. */
  readonly decode: (bytes: Uint8Array) => T
}

/** JSON in UTF-8. For what is small and structured; batches travel as their own bytes. */
export function codecOf<T, E>(schema: Schema.Codec<T, E>): Codec<T> {
  const json = Schema.fromJsonString(schema)
  const encode = Schema.encodeUnknownSync(json)
  const decode = Schema.decodeUnknownSync(json)
  const text = new TextDecoder("utf-8", { fatal: true })
  return {
    encode: (value) => new TextEncoder().encode(encode(value)),
    decode: (bytes) => decode(text.decode(bytes)),
  }
}
