import { FixedValues } from "./dense.ts"
import { DeltaReader } from "./delta.ts"
import { HybridReader } from "./hybrid.ts"

/** A data page's values of one width, front to back. What the page lacks is an Error. */
export interface FixedReader {
  /** Writes `count` values from the `at`th on; there is room. */
  readonly read: (out: FixedValues, at: number, count: number) => void
  readonly skip: (count: number) => void
}

const endsEarly = (missing: number): Error => new Error(`its values end ${missing} bytes early`)

/** PLAIN: one behind the other. */
export class PlainFixed implements FixedReader {
  readonly #body: Uint8Array
  readonly #width: number
  #at: number

  constructor(body: Uint8Array, at: number, width: number) {
    this.#body = body
    this.#at = at
    this.#width = width
  }

  read(out: FixedValues, at: number, count: number): void {
    const start = this.#at
    this.skip(count)
    out.bytes.set(this.#body.subarray(start, this.#at), at * this.#width)
  }

  skip(count: number): void {
    this.#at += count * this.#width
    if (this.#at > this.#body.byteLength) throw endsEarly(this.#at - this.#body.byteLength)
  }
}

/** BYTE_STREAM_SPLIT: the first byte of every value, then the second of every value, and so on. */
export class SplitFixed implements FixedReader {
  readonly #body: Uint8Array
  readonly #width: number
  /** Values in the page. */
  readonly #values: number
  #at: number
  #left: number

  constructor(body: Uint8Array, at: number, width: number) {
    const values = (body.byteLength - at) / width
    if (!Number.isInteger(values)) throw new Error(`its values of ${width} bytes take ${body.byteLength - at} bytes`)
    this.#body = body
    this.#at = at
    this.#width = width
    this.#values = values
    this.#left = values
  }

  read(out: FixedValues, at: number, count: number): void {
    const start = this.#at
    this.skip(count)
    const { bytes } = out
    for (let byte = 0; byte < this.#width; byte++) {
      let from = start + byte * this.#values
      for (let to = at * this.#width + byte, i = 0; i < count; i++, to += this.#width) {
        bytes[to] = this.#body[from++] as number
      }
    }
  }

  skip(count: number): void {
    if (count > this.#left) throw endsEarly((count - this.#left) * this.#width)
    this.#left -= count
    this.#at += count
  }
}

/** DELTA_BINARY_PACKED. */
export class DeltaFixed implements FixedReader {
  readonly #deltas: DeltaReader
  readonly #passed: FixedValues

  constructor(body: Uint8Array, at: number, width: 4 | 8) {
    this.#deltas = new DeltaReader(body, at, body.byteLength, width)
    this.#passed = new FixedValues(width, 0)
  }

  read(out: FixedValues, at: number, count: number): void {
    this.#deltas.read(out.words, at, count)
  }

  skip(count: number): void {
    this.#passed.reserve(count)
    this.#deltas.read(this.#passed.words, 0, count)
  }
}

/** Booleans, a byte each when read: PLAIN packs them like a bitmap. */
export class PlainBooleans implements FixedReader {
  readonly #body: Uint8Array
  #bit: number

  constructor(body: Uint8Array, at: number) {
    this.#body = body
    this.#bit = at * 8
  }

  read(out: FixedValues, at: number, count: number): void {
    let bit = this.#bit
    this.skip(count)
    for (let to = at; to < at + count; to++, bit++) {
      out.bytes[to] = ((this.#body[Math.floor(bit / 8)] as number) >> (bit & 7)) & 1
    }
  }

  skip(count: number): void {
    this.#bit += count
    if (this.#bit > this.#body.byteLength * 8) throw endsEarly(Math.ceil(this.#bit / 8) - this.#body.byteLength)
  }
}

/** Booleans as runs of one bit, with their length before them. */
export class RunBooleans implements FixedReader {
  readonly #runs: HybridReader

  constructor(body: Uint8Array, at: number) {
    if (body.byteLength - at < 4) throw endsEarly(4)
    const length = new DataView(body.buffer, body.byteOffset + at, 4).getUint32(0, true)
    if (length > body.byteLength - at - 4) throw endsEarly(length - (body.byteLength - at - 4))
    this.#runs = new HybridReader(body, at + 4, at + 4 + length, 1)
  }

  read(out: FixedValues, at: number, count: number): void {
    const bits = new Uint8Array((count + 7) >> 3)
    this.#runs.readBits(bits, 0, count)
    for (let i = 0; i < count; i++) out.bytes[at + i] = ((bits[i >> 3] as number) >> (i & 7)) & 1
  }

  skip(count: number): void {
    this.#runs.skip(count)
  }
}

/** Bytes of 0 and 1 as a bitmap. */
export function bitmapOf(bytes: Uint8Array, count: number): Uint8Array {
  const bits = new Uint8Array((count + 7) >> 3)
  for (let i = 0; i < count; i++) bits[i >> 3] = (bits[i >> 3] as number) | ((bytes[i] as number) << (i & 7))
  return bits
}
