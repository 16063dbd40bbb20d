import { unpack } from "./hybrid.ts"

/**
 * DELTA_BINARY_PACKED: a first value, then blocks of differences to the value before.
 *
 *   values a block | miniblocks a block | values | first value
 *   block: least difference | bits of each miniblock | miniblocks: differences less the least, packed
 *
 * All arithmetic wraps around, in words of 32 bits. Of numbers of 32 bits only the lower word is kept, so it does not
 * matter in how many bits a writer counted the differences.
 */
export class DeltaReader {
  readonly #bytes: Uint8Array
  readonly #words: Int32Array
  readonly #end: number
  readonly #isLong: boolean
  readonly #miniblocks: number
  readonly #miniblockValues: number
  /** Values that were not read yet. */
  #left: number
  #isFirst = true
  #at = 0
  /** The value before, and the block's least difference: lower and upper word. */
  #low: number
  #high: number
  #leastLow = 0
  #leastHigh = 0
  /** Where the block's widths stand, and which of its miniblocks comes next. */
  #widths = 0
  #next: number
  #miniblockLeft = 0
  #width = 0
  #bit = 0
  #differences: Int32Array = new Int32Array(0)
  #uppers: Int32Array = new Int32Array(0)

  constructor(bytes: Uint8Array, at: number, end: number, width: 4 | 8) {
    this.#end = end - at
    this.#words = new Int32Array((this.#end >> 2) + 4)
    this.#bytes = new Uint8Array(this.#words.buffer)
    this.#bytes.set(bytes.subarray(at, end))
    this.#isLong = width === 8
    const block = this.#varint()[0] >>> 0
    this.#miniblocks = this.#varint()[0] >>> 0
    this.#left = this.#varint()[0] >>> 0
    ;[this.#low, this.#high] = this.#zigzag()
    this.#miniblockValues = block / this.#miniblocks
    if (block > BLOCK_VALUES_MAX || !(this.#miniblockValues > 0) || this.#miniblockValues % 8 !== 0) {
      throw new Error(`its deltas have ${block} values in ${this.#miniblocks} miniblocks`)
    }
    this.#next = this.#miniblocks
  }

  get left(): number {
    return this.#left
  }

  /** Lower words to `out[at]` and on; of 64-bit numbers upper words between them. */
  read(out: Int32Array, at: number, count: number): void {
    if (count > this.#left) throw new Error(`its deltas end ${count - this.#left} values early`)
    this.#left -= count
    let place = this.#isLong ? at * 2 : at
    if (count > 0 && this.#isFirst) {
      this.#isFirst = false
      out[place++] = this.#low
      if (this.#isLong) out[place++] = this.#high
      count--
    }
    while (count > 0) {
      if (this.#miniblockLeft === 0) this.#nextMiniblock()
      const some = Math.min(count, this.#miniblockLeft)
      if (this.#isLong) this.#long(out, place, some)
      else this.#short(out, place, some)
      place += this.#isLong ? some * 2 : some
      this.#bit += some * this.#width
      this.#miniblockLeft -= some
      count -= some
    }
  }

  #short(out: Int32Array, place: number, count: number): void {
    const differences = this.#unpacked(count)
    const least = this.#leastLow
    let low = this.#low
    for (let i = 0; i < count; i++) {
      low = (low + least + (differences[i] as number)) | 0
      out[place++] = low
    }
    this.#low = low
  }

  #long(out: Int32Array, place: number, count: number): void {
    const differences = this.#unpacked(count)
    const uppers = this.#width > 32 ? this.#uppers : undefined
    const leastLow = this.#leastLow >>> 0
    const leastHigh = this.#leastHigh
    let low = this.#low
    let high = this.#high
    for (let i = 0; i < count; i++) {
      // Below 2^34, so exact; what passes 2^32 is carried.
      const sum = (low >>> 0) + leastLow + ((differences[i] as number) >>> 0)
      high = (high + leastHigh + (uppers === undefined ? 0 : (uppers[i] as number)) + Math.floor(sum / TWO_32)) | 0
      low = sum | 0
      out[place++] = low
      out[place++] = high
    }
    this.#low = low
    this.#high = high
  }

  /** The next differences' lower words; of wider ones also the upper words. */
  #unpacked(count: number): Int32Array {
    if (this.#differences.length < count) {
      this.#differences = new Int32Array(this.#miniblockValues)
      this.#uppers = new Int32Array(this.#miniblockValues)
    }
    const width = this.#width
    const bits = this.#bit + count * width
    if (bits > this.#end * 8) throw endsEarly()
    if (width === 0) this.#differences.fill(0, 0, count)
    else if (width <= 32) unpack(this.#words, this.#bit, width, this.#differences, 0, count)
    else unpackWide(this.#words, this.#bit, width, this.#differences, this.#uppers, count)
    return this.#differences
  }

  #nextMiniblock(): void {
    if (this.#next === this.#miniblocks) {
      ;[this.#leastLow, this.#leastHigh] = this.#zigzag()
      this.#widths = this.#at
      this.#at += this.#miniblocks
      if (this.#at > this.#end) throw endsEarly()
      this.#next = 0
    }
    this.#width = this.#bytes[this.#widths + this.#next++] as number
    if (this.#width > 64) throw new Error(`its deltas have ${this.#width} bits each`)
    this.#bit = this.#at * 8
    this.#at += (this.#miniblockValues * this.#width) / 8
    this.#miniblockLeft = this.#miniblockValues
  }

  /** Where the bytes after the last value stand, from the deltas' start. Passes over all that is left. */
  finish(): number {
    let rest = Math.max(0, this.#left - (this.#isFirst ? 1 : 0) - this.#miniblockLeft)
    this.#left = 0
    while (rest > 0) {
      this.#nextMiniblock()
      if (this.#at > this.#end) throw endsEarly()
      rest -= Math.min(rest, this.#miniblockValues)
    }
    return this.#at
  }

  #zigzag(): [number, number] {
    const [low, high] = this.#varint()
    const sign = -(low & 1)
    return [((low >>> 1) | (high << 31)) ^ sign, (high >>> 1) ^ sign]
  }

  /** 64 bits: lower and upper word. */
  #varint(): [number, number] {
    let low = 0
    let high = 0
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.#at >= this.#end) throw endsEarly()
      const byte = this.#bytes[this.#at++] as number
      const bits = byte & 0x7f
      if (shift < 32) low |= bits << shift
      if (shift > 25) high |= shift < 32 ? bits >>> (32 - shift) : bits << (shift - 32)
      if (byte < 0x80) return [low, high]
    }
    throw new Error("a number of its deltas is longer than 64 bits")
  }
}

/** Real blocks have 128 to some thousands of values. */
const BLOCK_VALUES_MAX = 1024 * 1024
const TWO_32 = 2 ** 32

/** Values of 33 to 64 bits. */
function unpackWide(
  words: Int32Array,
  bit: number,
  width: number,
  lows: Int32Array,
  highs: Int32Array,
  count: number,
): void {
  const mask = width === 64 ? -1 : (1 << (width - 32)) - 1
  for (let i = 0; i < count; i++, bit += width) {
    const place = Math.floor(bit / 32)
    const shift = bit % 32
    const first = words[place] as number
    const second = words[place + 1] as number
    if (shift === 0) {
      lows[i] = first
      highs[i] = second & mask
    } else {
      lows[i] = (first >>> shift) | (second << (32 - shift))
      highs[i] = ((second >>> shift) | ((words[place + 2] as number) << (32 - shift))) & mask
    }
  }
}

const endsEarly = (): Error => new Error("its deltas end early")
