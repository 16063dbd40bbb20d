import { snappyUncompressor } from "hysnappy"
import { reason } from "../reason.ts"

type Inflate = ReturnType<typeof snappyUncompressor>

/** Its memory never shrinks, so what is larger gets an instance of its own, which is then forgotten. */
const SHARED_BYTES_MAX = 4 * 1024 * 1024
let shared: Inflate | undefined

/** Snappy's block format, undone. Throws an Error unless it becomes exactly `size` bytes. */
export function inflateSnappy(input: Uint8Array, size: number): Uint8Array {
  const said = saidLength(input)
  if (said !== size) throw new Error(`its Snappy data should become ${said} bytes, its page's header says ${size}`)
  const inflate = size > SHARED_BYTES_MAX ? snappyUncompressor() : (shared ??= snappyUncompressor())
  try {
    return inflate(input, size)
  } catch (cause) {
    throw new Error(`its Snappy data is damaged: ${reason(cause)}`)
  }
}

/** The length that the data says itself, before anything is allocated for it. */
function saidLength(input: Uint8Array): number {
  let length = 0
  for (let at = 0; at < LENGTH_BYTES_MAX; at++) {
    const byte = input[at]
    if (byte === undefined) break
    length += (byte & 0x7f) * 2 ** (7 * at)
    if (byte < 0x80) return length
  }
  throw new Error("its Snappy data is damaged: its length is cut off")
}

const LENGTH_BYTES_MAX = 5
