import { tooManyBytes } from "./limits.ts"
import type { Rooms } from "./rooms.ts"

/** Values of one width behind one another, without gaps for NULLs. Grows by doubling. */
export class FixedValues {
  readonly width: number
  bytes: Uint8Array
  /** The same bytes as 32-bit words. */
  words: Int32Array

  constructor(width: number, capacity: number, rooms?: Rooms) {
    const words = Math.ceil((width * capacity) / 4)
    this.width = width
    this.words = rooms === undefined ? new Int32Array(words) : rooms.lend(words)
    this.bytes = bytesOf(this.words)
  }

  reserve(count: number): void {
    const needed = count * this.width
    if (needed <= this.bytes.byteLength) return
    const words = new Int32Array(Math.ceil(Math.max(needed, this.bytes.byteLength * 2) / 4))
    words.set(this.words)
    this.words = words
    this.bytes = bytesOf(words)
  }
}

const bytesOf = (words: Int32Array): Uint8Array => new Uint8Array(words.buffer, words.byteOffset, words.byteLength)

/** Texts or blobs behind one another: text i goes from `offsets[i]` to `offsets[i + 1]`. */
export class TextValues {
  bytes: Uint8Array
  offsets: Int32Array
  count = 0
  /** Bytes that may stand in it. */
  readonly bytesMax: number

  constructor(capacity: number, bytesMax: number, rooms?: Rooms) {
    this.offsets = rooms === undefined ? new Int32Array(capacity + 1) : rooms.lend(capacity + 1)
    this.offsets[0] = 0
    this.bytes = new Uint8Array(0)
    this.bytesMax = bytesMax
  }

  get used(): number {
    return this.offsets[this.count] as number
  }

  /** Room for so many texts more. */
  reserveTexts(count: number): void {
    const needed = this.count + count + 1
    if (needed <= this.offsets.length) return
    const offsets = new Int32Array(Math.max(needed, this.offsets.length * 2))
    offsets.set(this.offsets)
    this.offsets = offsets
  }

  /** Room for so many bytes in all. Throws BatchTooLarge where that is more than the batch may hold. */
  reserveBytes(total: number): void {
    if (total > this.bytesMax) throw tooManyBytes(total)
    if (total <= this.bytes.byteLength) return
    const bytes = new Uint8Array(Math.min(Math.max(total, this.bytes.byteLength * 2), this.bytesMax))
    bytes.set(this.bytes.subarray(0, this.used))
    this.bytes = bytes
  }
}

/** Up to so many bytes a loop is faster than two views. */
export const SHORT_BYTES = 24

export function copyText(from: Uint8Array, start: number, length: number, to: Uint8Array, at: number): void {
  if (length > SHORT_BYTES) to.set(from.subarray(start, start + length), at)
  else for (const stop = at + length; at < stop;) to[at++] = from[start++] as number
}
