import { FixedValues, TextValues } from "./dense.ts"
import type { Dense } from "./form.ts"

const TWO_32 = 2 ** 32

/** The lower byte, or the lower two, of each INT32. */
export function narrowed(stored: FixedValues, count: number, out: FixedValues, at: number): void {
  const { words } = stored
  if (out.width === 1) {
    for (let i = 0; i < count; i++) out.bytes[at + i] = words[i] as number
    return
  }
  for (let i = 0, to = at * 2; i < count; i++) {
    const word = words[i] as number
    out.bytes[to++] = word
    out.bytes[to++] = word >> 8
  }
}

const MICROS_A_DAY = 86_400_000_000
/** The Julian day of 1970-01-01, from which INT96 counts. */
const EPOCH_JULIAN_DAY = 2_440_588
const INT96_WORDS = 3

/** Nanoseconds of the day, then the Julian day, as Impala and Spark write them. */
export function int96Micros(stored: FixedValues, count: number, out: FixedValues, at: number): void {
  const from = stored.words
  const to = out.words
  for (let i = 0, place = at * 2; i < count; i++, place += 2) {
    const low = (from[i * INT96_WORDS] as number) >>> 0
    const high = from[i * INT96_WORDS + 1] as number
    const day = (from[i * INT96_WORDS + 2] as number) - EPOCH_JULIAN_DAY
    const micros = day * MICROS_A_DAY + Math.trunc((high * TWO_32 + low) / 1000)
    if (Number.isSafeInteger(micros) && Number.isSafeInteger(high * TWO_32 + low)) {
      to[place] = micros
      to[place + 1] = Math.floor(micros / TWO_32)
      continue
    }
    const nanos = (BigInt(high) << 32n) + BigInt(low)
    const exact = BigInt(day) * BigInt(MICROS_A_DAY) + nanos / 1000n
    to[place] = Number(BigInt.asIntN(32, exact))
    to[place + 1] = Number(BigInt.asIntN(32, exact >> 32n))
  }
}

const NANOS_A_MILLI = 1_000_000
const INTERVAL_WORDS = 3

/** Months, days and milliseconds become months, days and nanoseconds of 64 bits. */
export function intervals(stored: FixedValues, count: number, out: FixedValues, at: number): void {
  const from = stored.words
  const to = out.words
  for (let i = 0, place = at * 4; i < count; i++, place += 4) {
    to[place] = from[i * INTERVAL_WORDS] as number
    to[place + 1] = from[i * INTERVAL_WORDS + 1] as number
    // Below 2^52, so exact.
    const nanos = ((from[i * INTERVAL_WORDS + 2] as number) >>> 0) * NANOS_A_MILLI
    to[place + 2] = nanos
    to[place + 3] = Math.floor(nanos / TWO_32)
  }
}

const FLOATS = new Float32Array(1)
const FLOAT_BITS = new Int32Array(FLOATS.buffer)

/**
 * One bit of sign, five of exponent, ten of fraction become one, eight and twenty-three; every value is exact. Bits are
 * written, not numbers, so that a NaN keeps its sign.
 */
export function halfFloats(stored: FixedValues, count: number, out: FixedValues, at: number): void {
  const to = out.words
  for (let i = 0; i < count; i++) {
    const half = (stored.bytes[i * 2] as number) | ((stored.bytes[i * 2 + 1] as number) << 8)
    const sign = (half >> 15) << 31
    const exponent = (half >> 10) & 0x1f
    const fraction = half & 0x3ff
    if (exponent === 0x1f) to[at + i] = sign | 0x7f800000 | (fraction << 13)
    else if (exponent !== 0) to[at + i] = sign | ((exponent + 112) << 23) | (fraction << 13)
    else {
      FLOATS[0] = fraction * 2 ** -24
      to[at + i] = sign | (FLOAT_BITS[0] as number)
    }
  }
}

/** Bytes of a fixed length as blobs that each say their own. */
export function blobs(stored: Dense, count: number, out: Dense): void {
  if (stored instanceof TextValues || !(out instanceof TextValues)) throw new Error("these are no blobs of one length")
  const { width } = stored
  let used = out.used
  out.reserveTexts(count)
  out.reserveBytes(used + count * width)
  out.bytes.set(stored.bytes.subarray(0, count * width), used)
  for (let i = 0; i < count; i++) out.offsets[++out.count] = used += width
}

const UUID_BYTES = 16
const UUID_TEXT_BYTES = 36
const HEX = new TextEncoder().encode("0123456789abcdef")
const DASH = 0x2d

export function uuidTexts(stored: Dense, count: number, out: Dense): void {
  if (stored instanceof TextValues || !(out instanceof TextValues)) throw new Error("these are no UUIDs")
  let at = out.used
  out.reserveTexts(count)
  out.reserveBytes(at + count * UUID_TEXT_BYTES)
  const text = out.bytes
  for (let i = 0; i < count; i++) {
    for (let place = 0; place < UUID_BYTES; place++) {
      if (place === 4 || place === 6 || place === 8 || place === 10) text[at++] = DASH
      const byte = stored.bytes[i * UUID_BYTES + place] as number
      text[at++] = HEX[byte >> 4] as number
      text[at++] = HEX[byte & 0xf] as number
    }
    out.offsets[++out.count] = at
  }
}
