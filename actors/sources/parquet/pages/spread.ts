import type { FixedValues } from "./dense.ts"

/**
 * Moves `count` values that lie without gaps to the places where `validity` has a bit, in the same memory, from the last
 * one down; the others become `blank`.
 *
 *   a b c, bits 1 0 1 1 0   →   a - b c -
 */
export function spreadWords(
  words: Int32Array,
  wordsEach: number,
  count: number,
  rows: number,
  validity: Uint8Array,
  blank: number,
): void {
  let from = count * wordsEach
  let to = rows * wordsEach
  for (let row = rows - 1; row >= 0; row--) {
    if (((validity[row >> 3] as number) & (1 << (row & 7))) !== 0) {
      for (let i = 0; i < wordsEach; i++) words[--to] = words[--from] as number
    } else for (let i = 0; i < wordsEach; i++) words[--to] = blank
  }
}

export function spreadFixed(values: FixedValues, count: number, rows: number, validity: Uint8Array): void {
  const { bytes, width } = values
  if (width % 4 === 0) return spreadWords(values.words, width / 4, count, rows, validity, 0)
  let from = count * width
  let to = rows * width
  for (let row = rows - 1; row >= 0; row--) {
    if (((validity[row >> 3] as number) & (1 << (row & 7))) !== 0) {
      for (let i = 0; i < width; i++) bytes[--to] = bytes[--from] as number
    } else for (let i = 0; i < width; i++) bytes[--to] = 0
  }
}

/** Offsets of all rows from those of the texts alone: a NULL starts and ends where the text before it ends. */
export function spreadOffsets(offsets: Int32Array, count: number, rows: number, validity: Uint8Array): Int32Array {
  const all = new Int32Array(rows + 1)
  let text = 0
  for (let row = 0; row < rows; row++) {
    if (text < count && ((validity[row >> 3] as number) & (1 << (row & 7))) !== 0) text++
    all[row + 1] = offsets[text] as number
  }
  return all
}
