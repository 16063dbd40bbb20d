/**
 * Numbers of a fixed count of bits in runs, as levels and dictionary codes are stored:
 *
 *   varint 2n, a value      n times that value
 *   varint 2n + 1, bytes    8n values, packed from the lowest bit up
 *
 * Read front to back, some at a time. What the bytes lack is an Error.
 */
export class HybridReader {
  readonly #bytes: Uint8Array
  /** The same bytes as whole words, with zeros behind them: a value never straddles more than two. */
  readonly #words: Int32Array
  readonly #end: number
  readonly #width: number
  #at = 0
  /** Values left of the run. */
  #left = 0
  #packed = false
  #value = 0
  /** The first bit of a packed run's next value. */
  #bit = 0

  constructor(bytes: Uint8Array, at: number, end: number, width: number) {
    if (width > WIDTH_MAX) throw new Error(`its codes or levels have ${width} bits each`)
    this.#end = end - at
    this.#words = new Int32Array((this.#end >> 2) + 2)
    this.#bytes = new Uint8Array(this.#words.buffer)
    this.#bytes.set(bytes.subarray(at, end))
    this.#width = width
  }

  /** Returns the greatest of the values; of 32 bits each, only that none is greater. */
  read(out: Int32Array, at: number, count: number): number {
    if (this.#width === 0) {
      out.fill(0, at, at + count)
      return 0
    }
    let greatest = this.#width === 32 ? UINT32_MAX : 0
    for (const stop = at + count; at < stop;) {
      if (this.#left === 0) this.#nextRun()
      const some = Math.min(this.#left, stop - at)
      if (this.#packed) {
        greatest = Math.max(greatest, unpack(this.#words, this.#bit, this.#width, out, at, some))
        this.#bit += some * this.#width
      } else {
        out.fill(this.#value, at, at + some)
        greatest = Math.max(greatest, this.#value)
      }
      this.#left -= some
      at += some
    }
    return greatest
  }

  skip(count: number): void {
    if (this.#width === 0) return
    while (count > 0) {
      if (this.#left === 0) this.#nextRun()
      const some = Math.min(this.#left, count)
      this.#bit += some * this.#width
      this.#left -= some
      count -= some
    }
  }

  /**
   * Values of one bit each as bits of a bitmap from bit `at` on, which are all zero before. Returns how many are one.
   */
  readBits(bits: Uint8Array, at: number, count: number): number {
    let ones = 0
    for (const stop = at + count; at < stop;) {
      if (this.#left === 0) this.#nextRun()
      const some = Math.min(this.#left, stop - at)
      if (this.#packed) {
        ones += copyBits(this.#bytes, this.#bit, bits, at, some)
        this.#bit += some
      } else if (this.#value !== 0) {
        setBits(bits, at, some)
        ones += some
      }
      this.#left -= some
      at += some
    }
    return ones
  }

  #nextRun(): void {
    const header = this.#varint()
    const count = header >>> 1
    if (count === 0) throw new Error("a run of its codes or levels is empty")
    this.#packed = (header & 1) === 1
    if (!this.#packed) {
      const bytes = (this.#width + 7) >> 3
      if (bytes > this.#end - this.#at) throw cutOff()
      let value = 0
      for (let i = 0; i < bytes; i++) value |= (this.#bytes[this.#at++] as number) << (i * 8)
      if (this.#width < 32 && value >>> this.#width !== 0) {
        throw new Error(`a run of its codes or levels has ${this.#width} bits and the value ${value >>> 0}`)
      }
      this.#value = value
      this.#left = count
      return
    }
    // Some writers leave out the bytes that the last run would need only for values beyond the last.
    const bits = (this.#end - this.#at) * 8
    const whole = Math.floor(bits / this.#width)
    this.#left = Math.min(count * 8, whole)
    if (this.#left === 0) throw cutOff()
    this.#bit = this.#at * 8
    this.#at = Math.min(this.#at + count * this.#width, this.#end)
  }

  #varint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      if (this.#at >= this.#end) throw cutOff()
      const byte = this.#bytes[this.#at++] as number
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
    throw new Error("the length of a run of its codes or levels is no number")
  }
}

const WIDTH_MAX = 32
const UINT32_MAX = 2 ** 32 - 1

const cutOff = (): Error => new Error("its codes or levels end early")

/** `count` values of `width` bits, from bit `bit` of the words on. Returns the greatest, if they are narrower than 32 bits. */
export function unpack(
  words: Int32Array,
  bit: number,
  width: number,
  out: Int32Array,
  at: number,
  count: number,
): number {
  const mask = width === 32 ? -1 : (1 << width) - 1
  let place = Math.floor(bit / 32)
  let shift = bit % 32
  let word = words[place] as number
  let greatest = 0
  for (const stop = at + count; at < stop; at++) {
    let value = word >>> shift
    shift += width
    if (shift >= 32) {
      shift -= 32
      word = words[++place] as number
      if (shift > 0) value |= word << (width - shift)
    }
    value &= mask
    if (value > greatest) greatest = value
    out[at] = value
  }
  return greatest
}

/** Sets `count` bits from bit `at` on. */
export function setBits(bits: Uint8Array, at: number, count: number): void {
  const stop = at + count
  while (at < stop && (at & 7) !== 0) {
    bits[at >> 3] = (bits[at >> 3] as number) | (1 << (at & 7))
    at++
  }
  const whole = (stop - at) >> 3
  bits.fill(0xff, at >> 3, (at >> 3) + whole)
  for (at += whole * 8; at < stop; at++) bits[at >> 3] = (bits[at >> 3] as number) | (1 << (at & 7))
}

/** Copies bits into a bitmap that is zero there. Returns how many are one. */
export function copyBits(from: Uint8Array, bit: number, to: Uint8Array, at: number, count: number): number {
  let ones = 0
  let done = 0
  if ((bit & 7) === 0 && (at & 7) === 0) {
    const whole = count >> 3
    let source = bit / 8
    for (let target = at >> 3, stop = target + whole; target < stop; target++) {
      const byte = from[source++] as number
      to[target] = byte
      ones += ONES[byte] as number
    }
    done = whole * 8
  }
  for (; done < count; done++) {
    const place = bit + done
    if (((from[Math.floor(place / 8)] as number) & (1 << (place & 7))) === 0) continue
    const target = at + done
    to[target >> 3] = (to[target >> 3] as number) | (1 << (target & 7))
    ones++
  }
  return ones
}

/** How many bits of a byte are one. */
const ONES = Uint8Array.from({ length: 256 }, (_, byte) => {
  let ones = 0
  for (let rest = byte; rest > 0; rest >>= 1) ones += rest & 1
  return ones
})
