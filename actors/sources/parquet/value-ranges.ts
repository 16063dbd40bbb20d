import type { Ordered } from "./ordered.ts"
import type { FixedVector } from "./pages/vector.ts"

interface Bounds {
  readonly min: Ordered | undefined
  readonly max: Ordered | undefined
}

const LOW_MIN = -(2n ** 63n)
const HIGH_MAX = 2n ** 63n - 1n

/**
 * Moves those of the selected rows to the front whose value does not lie outside of the bounds; returns how many. In 32-bit
 * words throughout: loops over 64-bit integers take three times as long where the engine is JavaScriptCore. Keeps all of a
 * type that it does not know.
 */
export function keepBetween(
  type: string,
  vector: FixedVector,
  bounds: Bounds,
  selected: Int32Array,
  count: number,
): number {
  const numbers = numbersOf(type, vector)
  if (numbers !== undefined) return keepNumbers(numbers, bounds, selected, count)
  const isSigned = !type.startsWith("U") && !type.startsWith("HUGE")
  if (isSigned && vector.width === 8) return keepWords(vector, 2, bounds, selected, count)
  if (type.startsWith("DECIMAL") && vector.width === 16) return keepWords(vector, 4, bounds, selected, count)
  return count
}

function numbersOf(type: string, { bytes, width }: FixedVector): ArrayLike<number> | undefined {
  const { buffer, byteOffset, byteLength } = bytes
  const count = Math.floor(byteLength / width)
  const signed = !type.startsWith("U")
  switch (width) {
    case 1:
      return signed ? new Int8Array(buffer, byteOffset, count) : bytes
    case 2:
      return signed ? new Int16Array(buffer, byteOffset, count) : new Uint16Array(buffer, byteOffset, count)
    case 4:
      if (type === "FLOAT") return new Float32Array(buffer, byteOffset, count)
      return signed ? new Int32Array(buffer, byteOffset, count) : new Uint32Array(buffer, byteOffset, count)
    case 8:
      // Where eight bytes are not aligned, they were copied together with narrower values.
      if (type !== "DOUBLE") return undefined
      return byteOffset % 8 === 0
        ? new Float64Array(buffer, byteOffset, count)
        : new Float64Array(bytes.slice(0, count * 8).buffer)
    default:
      return undefined
  }
}

/** NaN, which is neither less nor more, stays. */
function keepNumbers(values: ArrayLike<number>, { min, max }: Bounds, selected: Int32Array, count: number): number {
  const low = min === undefined ? -Infinity : Number(min)
  const high = max === undefined ? Infinity : Number(max)
  let kept = 0
  for (let i = 0; i < count; i++) {
    const row = selected[i] as number
    const value = values[row] as number
    selected[kept] = row
    if (!(value < low || value > high)) kept++
  }
  return kept
}

/** Signed integers of two or four words, the lowest first. */
function keepWords(
  { bytes, rows }: FixedVector,
  each: 2 | 4,
  { min, max }: Bounds,
  selected: Int32Array,
  count: number,
): number {
  const low = typeof min === "bigint" ? min : LOW_MIN
  const high = typeof max === "bigint" ? max : HIGH_MAX
  if (low < LOW_MIN || high > HIGH_MAX) return count
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, rows * each)
  const [lowTop, lowRest] = [Number(low >> 32n), Number(low & 0xffff_ffffn)]
  const [highTop, highRest] = [Number(high >> 32n), Number(high & 0xffff_ffffn)]
  let kept = 0
  for (let i = 0; i < count; i++) {
    const row = selected[i] as number
    const at = row * each
    const rest = (words[at] as number) >>> 0
    const top = words[at + 1] as number
    const sign = top >> 31
    selected[kept] = row
    if (each === 4 && (words[at + 3] !== sign || words[at + 2] !== sign)) {
      // Beyond 64 bits: below every bound, or above.
      if ((words[at + 3] as number) < 0 ? min === undefined : max === undefined) kept++
      continue
    }
    const isBelow = top < lowTop || (top === lowTop && rest < lowRest)
    const isAbove = top > highTop || (top === highTop && rest > highRest)
    if (!isBelow && !isAbove) kept++
  }
  return kept
}
