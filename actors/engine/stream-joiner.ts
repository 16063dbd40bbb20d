import { END_OF_STREAM } from "./flat-message.ts"

/**
 * Rows that DuckDB takes over as a whole row group instead of copying them a second time into the table's last one:
 * inserting 6 M rows in portions of 26,000 costs twice what it costs in portions of this size.
 */
const JOINED_ROWS_TARGET = 122_880

/** Bytes that may wait to be joined, whatever the rows. */
const JOINED_BYTES_MAX = 32 * 1024 * 1024

/**
 * Joins IPC streams of one schema into one stream:
 *
 *   schema batch end   schema batch end   →   schema batch batch end
 */
export class StreamJoiner {
  #streams: Uint8Array[] = []
  #rows = 0
  #bytes = 0

  /** Whether a stream can be added: its schema message is the same, byte for byte. */
  fits(stream: Uint8Array): boolean {
    const [first] = this.#streams
    return first === undefined || sameBytes(schemaOf(first), schemaOf(stream))
  }

  add(stream: Uint8Array, rows: number): void {
    this.#streams.push(stream)
    this.#rows += rows
    this.#bytes += stream.byteLength
  }

  /** Copies the stream that was added last: its memory is needed for another. */
  keep(): void {
    const last = this.#streams.pop()
    if (last !== undefined) this.#streams.push(last.slice())
  }

  isFull(): boolean {
    return this.#rows >= JOINED_ROWS_TARGET || this.#bytes >= JOINED_BYTES_MAX
  }

  /** One stream of all that were added, or none. The joiner is empty afterwards. */
  take(): Uint8Array | undefined {
    const streams = this.#streams
    this.#streams = []
    this.#rows = 0
    this.#bytes = 0
    const [first] = streams
    return first === undefined || streams.length === 1 ? first : joined(schemaOf(first), streams)
  }
}

function joined(schema: Uint8Array, streams: readonly Uint8Array[]): Uint8Array {
  const bodies = streams.map((stream) => stream.subarray(schema.byteLength, -END_OF_STREAM.byteLength))
  const length = bodies.reduce((sum, body) => sum + body.byteLength, schema.byteLength + END_OF_STREAM.byteLength)
  const stream = new Uint8Array(length)
  stream.set(schema)
  let at = schema.byteLength
  for (const body of bodies) {
    stream.set(body, at)
    at += body.byteLength
  }
  stream.set(END_OF_STREAM, at)
  return stream
}

/** FF FF FF FF, the metadata's length, the metadata. */
function schemaOf(stream: Uint8Array): Uint8Array {
  const length = new DataView(stream.buffer, stream.byteOffset, stream.byteLength).getInt32(4, true)
  return stream.subarray(0, 8 + length)
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, i) => byte === b[i])
}
