import { FixedValues, TextValues } from "./dense.ts"
import type { Dense } from "./form.ts"

const DECIMAL_BYTES = 16

/** INT32 and INT64 become 128 bits by repeating their sign. */
export function decimalOfWords(stored: FixedValues, count: number, out: FixedValues, at: number): void {
  const from = stored.words
  const to = out.words
  let place = at * 4
  if (stored.width === 4) {
    for (let i = 0; i < count; i++) {
      const low = from[i] as number
      const sign = low >> 31
      to[place++] = low
      to[place++] = sign
      to[place++] = sign
      to[place++] = sign
    }
    return
  }
  for (let i = 0; i < count * 2; i += 2) {
    const high = from[i + 1] as number
    const sign = high >> 31
    to[place++] = from[i] as number
    to[place++] = high
    to[place++] = sign
    to[place++] = sign
  }
}

/** Big-endian bytes of one length. */
export function decimalOfBytes(stored: FixedValues, count: number, out: FixedValues, at: number): void {
  for (let i = 0; i < count; i++) {
    decimal(stored.bytes, i * stored.width, stored.width, out.bytes, (at + i) * DECIMAL_BYTES)
  }
}

/** Big-endian bytes, each value with a length of its own; none at all is 0. */
export function decimalOfTexts(stored: Dense, count: number, out: Dense, at: number): void {
  if (!(stored instanceof TextValues) || out instanceof TextValues) throw new Error("these are no byte arrays")
  out.reserve(at + count)
  for (let i = 0; i < count; i++) {
    const start = stored.offsets[i] as number
    const length = (stored.offsets[i + 1] as number) - start
    decimal(stored.bytes, start, length, out.bytes, (at + i) * DECIMAL_BYTES)
  }
}

function decimal(from: Uint8Array, start: number, length: number, to: Uint8Array, at: number): void {
  const sign = length > 0 && (from[start] as number) > 0x7f ? 0xff : 0
  let low = at
  for (let byte = start + length - 1; byte >= start; byte--) {
    if (low < at + DECIMAL_BYTES) to[low++] = from[byte] as number
    else if (from[byte] !== sign) throw tooLong(length)
  }
  if (length > DECIMAL_BYTES && (to[at + DECIMAL_BYTES - 1] as number) > 0x7f !== (sign === 0xff)) {
    throw tooLong(length)
  }
  while (low < at + DECIMAL_BYTES) to[low++] = sign
}

const tooLong = (length: number): Error => new Error(`a DECIMAL of ${length} bytes has more than 128 bits`)
