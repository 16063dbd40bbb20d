import type { FixedValues, TextValues } from "./dense.ts"
import { SHORT_BYTES } from "./dense.ts"

/** Looks codes up: values of one width, from the `at`th on. Every code is one of the dictionary's. */
export function expandFixed(
  codes: Int32Array,
  count: number,
  dictionary: FixedValues,
  words: Int32Array,
  bytes: Uint8Array,
  at: number,
): void {
  switch (dictionary.width) {
    case 4:
      return expand4(codes, count, dictionary.words, words, at)
    case 8:
      return expand8(codes, count, dictionary.words, words, at)
    case 16:
      return expand16(codes, count, dictionary.words, words, at)
    default:
      return expandBytes(codes, count, dictionary, bytes, at)
  }
}

function expand4(codes: Int32Array, count: number, from: Int32Array, to: Int32Array, at: number): void {
  for (let i = 0; i < count; i++) to[at++] = from[codes[i] as number] as number
}

function expand8(codes: Int32Array, count: number, from: Int32Array, to: Int32Array, at: number): void {
  for (let i = 0, place = at * 2; i < count; i++) {
    const code = (codes[i] as number) * 2
    to[place++] = from[code] as number
    to[place++] = from[code + 1] as number
  }
}

function expand16(codes: Int32Array, count: number, from: Int32Array, to: Int32Array, at: number): void {
  for (let i = 0, place = at * 4; i < count; i++) {
    const code = (codes[i] as number) * 4
    to[place] = from[code] as number
    to[place + 1] = from[code + 1] as number
    to[place + 2] = from[code + 2] as number
    to[place + 3] = from[code + 3] as number
    place += 4
  }
}

function expandBytes(codes: Int32Array, count: number, from: FixedValues, to: Uint8Array, at: number): void {
  const { bytes, width } = from
  for (let i = 0, place = at * width; i < count; i++) {
    const code = (codes[i] as number) * width
    for (let byte = 0; byte < width; byte++) to[place++] = bytes[code + byte] as number
  }
}

/** Appends the texts of codes. */
export function expandTexts(codes: Int32Array, count: number, dictionary: TextValues, out: TextValues): void {
  out.reserveTexts(count)
  out.reserveBytes(out.used + textBytes(codes, count, dictionary))
  writeTexts(codes, count, dictionary, out.offsets.subarray(out.count), out.bytes)
  out.count += count
}

export function textBytes(codes: Int32Array, count: number, { offsets }: TextValues): number {
  let total = 0
  for (let i = 0; i < count; i++) {
    const code = codes[i] as number
    total += (offsets[code + 1] as number) - (offsets[code] as number)
  }
  return total
}

/** `offsets[0]` says where in `bytes` the first goes. */
export function writeTexts(
  codes: Int32Array,
  count: number,
  dictionary: TextValues,
  offsets: Int32Array,
  bytes: Uint8Array,
): void {
  const { offsets: starts, bytes: from } = dictionary
  let to = offsets[0] as number
  for (let i = 0; i < count; i++) {
    const code = codes[i] as number
    let read = starts[code] as number
    const end = starts[code + 1] as number
    if (end - read > SHORT_BYTES) {
      bytes.set(from.subarray(read, end), to)
      to += end - read
    } else while (read < end) bytes[to++] = from[read++] as number
    offsets[i + 1] = to
  }
}

/** The same for texts that are all as long. */
export function writeSameLength(
  codes: Int32Array,
  count: number,
  from: Uint8Array,
  length: number,
  offsets: Int32Array,
  bytes: Uint8Array,
): void {
  for (let i = 1; i <= count; i++) offsets[i] = i * length
  if (length === 1) {
    for (let i = 0; i < count; i++) bytes[i] = from[codes[i] as number] as number
    return
  }
  for (let i = 0, to = 0; i < count; i++) {
    let read = (codes[i] as number) * length
    for (const end = to + length; to < end;) bytes[to++] = from[read++] as number
  }
}
