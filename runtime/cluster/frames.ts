import * as Schema from "effect/Schema"
import { codecOf } from "../../transport/codec.ts"
import { TransportFailure } from "../../transport/errors.ts"

/** What one frame of a stream holds: a header that a schema describes, and bytes that nobody looks into. */
export interface Frame<T> {
  readonly header: T
  readonly body: Uint8Array
}

export interface FrameCodec<T> {
  readonly encode: (header: T, body?: Uint8Array) => Uint8Array
  /** Throws TransportFailure when the bytes are no such frame. */
  readonly decode: (frame: Uint8Array) => Frame<T>
}

/** The header's length, little-endian, in front. */
const LENGTH_BYTES = 4

const EMPTY = new Uint8Array(0)

export function frameCodec<T, E>(schema: Schema.Codec<T, E>): FrameCodec<T> {
  const headers = codecOf(schema)
  return {
    encode: (header, body = EMPTY) => {
      const head = headers.encode(header)
      const frame = new Uint8Array(LENGTH_BYTES + head.byteLength + body.byteLength)
      new DataView(frame.buffer).setUint32(0, head.byteLength, true)
      frame.set(head, LENGTH_BYTES)
      frame.set(body, LENGTH_BYTES + head.byteLength)
      return frame
    },
    decode: (frame) => {
      const length =
        frame.byteLength < LENGTH_BYTES ? -1 : new DataView(frame.buffer, frame.byteOffset).getUint32(0, true)
      const end = LENGTH_BYTES + length
      if (length < 0 || end > frame.byteLength) throw unreadable(`its ${frame.byteLength} bytes hold no header`)
      try {
        return { header: headers.decode(frame.subarray(LENGTH_BYTES, end)), body: shared(frame.subarray(end)) }
      } catch (error) {
        throw unreadable(String(error))
      }
    },
  }
}

/** Memory that an engine's thread can be given without a copy; and the frame, which may be a part of more, can go. */
function shared(bytes: Uint8Array): Uint8Array {
  if (bytes.byteLength === 0) return EMPTY
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.byteLength))
  copy.set(bytes)
  return copy
}

function unreadable(reason: string): TransportFailure {
  return new TransportFailure({ message: `a frame cannot be read: ${reason}`, reason: "lost" })
}
