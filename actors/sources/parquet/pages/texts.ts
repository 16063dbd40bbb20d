import { copyText, TextValues } from "./dense.ts"
import { DeltaReader } from "./delta.ts"
import { ROW_BYTES_MAX } from "./limits.ts"

/** A data page's byte arrays, front to back. What the page lacks is an Error. */
export interface TextReader {
  /** Appends the next `count`. */
  readonly read: (out: TextValues, count: number) => void
  readonly skip: (count: number) => void
}

/** PLAIN: a length of four bytes before each. */
export class PlainTexts implements TextReader {
  readonly #body: Uint8Array
  #at: number

  constructor(body: Uint8Array, at: number) {
    this.#body = body
    this.#at = at
  }

  read(out: TextValues, count: number): void {
    out.reserveTexts(count)
    const { offsets } = out
    const first = out.count
    let from = this.#at
    let used = out.used
    for (let i = first; i < first + count; i++) {
      const length = this.#length(from)
      from += length + LENGTH_BYTES
      used += length
      offsets[i + 1] = used
    }
    out.reserveBytes(used)
    const { bytes } = out
    const body = this.#body
    from = this.#at + LENGTH_BYTES
    let to = offsets[first] as number
    for (let i = first; i < first + count; i++) {
      const end = offsets[i + 1] as number
      const length = end - to
      copyText(body, from, length, bytes, to)
      from += length + LENGTH_BYTES
      to = end
    }
    this.#at = from - LENGTH_BYTES
    out.count += count
  }

  skip(count: number): void {
    for (let i = 0; i < count; i++) this.#at += this.#length(this.#at) + LENGTH_BYTES
  }

  #length(at: number): number {
    const body = this.#body
    if (body.byteLength - at < LENGTH_BYTES) throw endsEarly()
    const length =
      (body[at] as number) |
      ((body[at + 1] as number) << 8) |
      ((body[at + 2] as number) << 16) |
      ((body[at + 3] as number) << 24)
    if (length < 0 || length > body.byteLength - at - LENGTH_BYTES) {
      throw new Error(`a value of ${length >>> 0} bytes does not fit into its page`)
    }
    return length
  }
}

/** DELTA_LENGTH_BYTE_ARRAY: all lengths as deltas, then all bytes. */
export class DeltaLengthTexts implements TextReader {
  readonly #body: Uint8Array
  readonly #lengths: DeltaReader
  #at: number
  #some = new Int32Array(0)

  constructor(body: Uint8Array, at: number) {
    this.#body = body
    this.#lengths = new DeltaReader(body, at, body.byteLength, 4)
    this.#at = at + new DeltaReader(body, at, body.byteLength, 4).finish()
  }

  read(out: TextValues, count: number): void {
    const total = this.#take(count)
    out.reserveTexts(count)
    let used = out.used
    out.reserveBytes(used + total)
    out.bytes.set(this.#body.subarray(this.#at, this.#at + total), used)
    for (let i = 0; i < count; i++) out.offsets[++out.count] = used += this.#some[i] as number
    this.#at += total
  }

  skip(count: number): void {
    this.#at += this.#take(count)
  }

  /** Reads lengths and adds them up. */
  #take(count: number): number {
    this.#some = lengthsOf(this.#lengths, count, this.#some)
    let total = 0
    for (let i = 0; i < count; i++) total += this.#some[i] as number
    if (total > this.#body.byteLength - this.#at) throw endsEarly()
    return total
  }
}

/** DELTA_BYTE_ARRAY: how much each value shares with the one before, then the rests as DELTA_LENGTH_BYTE_ARRAY. */
export class DeltaTexts implements TextReader {
  readonly #shared: DeltaReader
  readonly #rests: DeltaLengthTexts
  #before: Uint8Array = new Uint8Array(0)
  #some = new Int32Array(0)

  constructor(body: Uint8Array, at: number) {
    this.#shared = new DeltaReader(body, at, body.byteLength, 4)
    const rests = at + new DeltaReader(body, at, body.byteLength, 4).finish()
    this.#rests = new DeltaLengthTexts(body, rests)
  }

  read(out: TextValues, count: number): void {
    if (count === 0) return
    const shared = lengthsOf(this.#shared, count, this.#some)
    this.#some = shared
    const rests = new TextValues(count, out.bytesMax)
    this.#rests.read(rests, count)
    out.reserveTexts(count)
    let before = this.#before
    let start = 0
    let end = before.byteLength
    let used = out.used
    for (let i = 0; i < count; i++) {
      const prefix = shared[i] as number
      const from = rests.offsets[i] as number
      const rest = (rests.offsets[i + 1] as number) - from
      if (prefix > end - start) throw new Error("a value shares more with the one before than that has")
      out.reserveBytes(used + prefix + rest)
      copyText(before, start, prefix, out.bytes, used)
      copyText(rests.bytes, from, rest, out.bytes, used + prefix)
      before = out.bytes
      start = used
      used += prefix + rest
      end = used
      out.offsets[++out.count] = used
    }
    this.#before = out.bytes.slice(start, end)
  }

  skip(count: number): void {
    while (count > 0) {
      const some = Math.min(count, SKIPPED_AT_ONCE)
      this.read(new TextValues(some, ROW_BYTES_MAX), some)
      count -= some
    }
  }
}

const LENGTH_BYTES = 4
const SKIPPED_AT_ONCE = 1024

function lengthsOf(deltas: DeltaReader, count: number, room: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const lengths = room.length < count ? new Int32Array(count) : room
  deltas.read(lengths, 0, count)
  for (let i = 0; i < count; i++) if ((lengths[i] as number) < 0) throw new Error("a length of its values is negative")
  return lengths
}

const endsEarly = (): Error => new Error("its values end early")
