/**
 * Loops that fill a column from one random stream. Each takes the seed before its first value and returns the seed
 * after its last, so that a range of rows can be made in pieces that stay in the processor's cache.
 */
import { leap, MODULUS, multiply, nextSeed, pick, pickSmall } from "./random.ts"
import { POOL_BYTES } from "./text-pool.ts"

/** Most values that one row's stream may leave unused, plus one. */
const LEAPS = Int32Array.from({ length: 128 }, (_, count) => leap(count))

/** The seed after `count` values that were not needed. */
export function skip(seed: number, count: number): number {
  return multiply(seed, LEAPS[count]!)
}

/** Whole numbers from `low` on, `range` different ones. */
export function fillWhole(into: Int32Array, count: number, start: number, low: number, range: number): number {
  let seed = start
  for (let row = 0; row < count; row++) {
    seed = nextSeed(seed)
    into[row] = low + pickSmall(seed, range)
  }
  return seed
}

/** Positions in a list of `range` words, all equally likely. */
export function fillWord(into: Uint8Array, count: number, start: number, range: number): number {
  let seed = start
  for (let row = 0; row < count; row++) {
    seed = nextSeed(seed)
    into[row] = pickSmall(seed, range)
  }
  return seed
}

export function fillKey(into: Float64Array, count: number, start: number, low: number, range: number): number {
  let seed = start
  for (let row = 0; row < count; row++) {
    seed = nextSeed(seed)
    into[row] = low + pick(seed, range)
  }
  return seed
}

/** Shortest and longest text of a column whose texts are `average` long on average. */
export function textLengths(average: number): readonly [shortest: number, longest: number] {
  return [Math.trunc(average * 0.4), Math.trunc(average * 1.6)]
}

/** Pieces of the pool: two numbers a row, where it begins and how long it is. */
export function fillText(
  into: { readonly offsets: Int32Array; readonly lengths: Uint8Array },
  at: number,
  count: number,
  start: number,
  average: number,
): number {
  const [shortest, longest] = textLengths(average)
  const places = POOL_BYTES - longest + 1
  const sizes = longest - shortest + 1
  const { offsets, lengths } = into
  let seed = start
  for (let row = at; row < at + count; row++) {
    seed = nextSeed(seed)
    offsets[row] = pickSmall(seed, places)
    seed = nextSeed(seed)
    lengths[row] = shortest + pickSmall(seed, sizes)
  }
  return seed
}

const ALPHABET = new TextEncoder().encode("0123456789abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ,")
/** Numbers that one address may take from its stream, used or not. */
export const ADDRESS_NUMBERS = 9
const ADDRESS_AVERAGE = 25
export const ADDRESS_WIDTH = 40

/** Random characters, five from each number. */
export function fillAddress(
  into: { readonly data: Uint8Array; readonly starts: Int32Array },
  count: number,
  start: number,
): number {
  const [shortest, longest] = textLengths(ADDRESS_AVERAGE)
  const { data, starts } = into
  let seed = start
  let at = 0
  for (let row = 0; row < count; row++) {
    starts[row] = at
    seed = nextSeed(seed)
    const length = shortest + pickSmall(seed, longest - shortest + 1)
    let used = 1
    let bits = 0
    for (let letter = 0; letter < length; letter++) {
      if (letter % 5 === 0) {
        seed = nextSeed(seed)
        used++
        // The official range of 2^31 overflows to −2^31: the number is negative, its low bits are two's complement.
        bits = ((seed / MODULUS) * -2147483648) | 0
      }
      data[at++] = ALPHABET[bits & 63]!
      bits >>= 6
    }
    seed = skip(seed, ADDRESS_NUMBERS - used)
  }
  starts[count] = at
  return seed
}

export const PHONE_WIDTH = 15
const PHONE_COUNTRY_FIRST = 10

/** CC-AAA-BBB-DDDD; the country is the nation's key plus ten. */
export function fillPhone(
  into: { readonly data: Uint8Array; readonly starts: Int32Array },
  nations: Int32Array,
  count: number,
  start: number,
): number {
  const { data, starts } = into
  let seed = start
  for (let row = 0; row < count; row++) {
    const at = row * PHONE_WIDTH
    starts[row] = at
    digits(data, at, 2, PHONE_COUNTRY_FIRST + nations[row]!)
    seed = nextSeed(seed)
    digits(data, at + 3, 3, 100 + pickSmall(seed, 900))
    seed = nextSeed(seed)
    digits(data, at + 7, 3, 100 + pickSmall(seed, 900))
    seed = nextSeed(seed)
    digits(data, at + 11, 4, 1000 + pickSmall(seed, 9000))
    data[at + 2] = data[at + 6] = data[at + 10] = 45
  }
  starts[count] = count * PHONE_WIDTH
  return seed
}

function digits(into: Uint8Array, at: number, width: number, value: number): void {
  let left = value
  for (let place = at + width - 1; place >= at; place--) {
    const rest = (left / 10) | 0
    into[place] = 48 + left - rest * 10
    left = rest
  }
}

/** A part's price in hundredths. */
export function retailPrice(part: number): number {
  const tens = Math.floor(part / 10)
  const cycle = tens - Math.floor(tens / 20001) * 20001
  const thousandth = part - Math.floor(part / 1000) * 1000
  return 90000 + cycle + thousandth * 100
}

/** The `turn`th (0 to 3) of the four suppliers of a part. */
export function supplierOf(part: number, turn: number, suppliers: number): number {
  const step = Math.floor(suppliers / 4) + Math.floor((part - 1) / suppliers)
  const place = part + turn * step
  return place - Math.floor(place / suppliers) * suppliers + 1
}
