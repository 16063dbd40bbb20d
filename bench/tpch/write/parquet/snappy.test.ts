import * as fc from "fast-check"
import { snappyUncompress } from "hyparquet"
import { expect, test } from "vitest"
import { compress, compressedMax } from "./snappy.ts"

/** Compresses, not at 0, so that a place counted from the buffer's start shows. */
function packed(input: Uint8Array): Uint8Array {
  const out = new Uint8Array(7 + compressedMax(input.length))
  return out.subarray(7, compress(input, 0, input.length, out, 7))
}

function comesBack(input: Uint8Array): boolean {
  const back = new Uint8Array(input.length)
  if (input.length > 0) snappyUncompress(packed(input), back)
  return Buffer.compare(back, input) === 0
}

function noise(length: number): Uint8Array {
  let state = 12_345
  return Uint8Array.from({ length }, () => {
    state = Math.imul(state, 1_103_515_245) + 12_345
    return state >>> 24
  })
}

/** Bytes from few different ones, with long repetitions, as columns have them. */
const repetitive = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.integer({ min: 1, max: 90 })), { maxLength: 60 })
  .map((runs) =>
    Uint8Array.from(runs.flatMap(([bytes, times]) => Array.from({ length: times }, () => [...bytes]).flat())),
  )

test("what is compressed comes back", () => {
  const counterexample = fc.check(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 2000 }), repetitive), comesBack),
  ).counterexample
  expect(counterexample).toBeNull()
})

const LENGTHS = [0, 1, 14, 15, 16, 60, 61, 62, 256, 257, 65_535, 65_536, 65_537, 131_073, 300_000]

test.each(LENGTHS)("%d bytes that do not repeat, and that do", (length) => {
  expect(comesBack(noise(length))).toBe(true)
  expect(comesBack(new Uint8Array(length).fill(7))).toBe(true)
  expect(packed(noise(length)).length).toBeLessThanOrEqual(compressedMax(length))
})

test("repetitions become a twentieth", () => {
  expect(packed(new Uint8Array(65_536).fill(7)).length).toBeLessThan(65_536 / 20)
})

test("matches at every distance up to a block and of every length to 200", () => {
  const wrong: string[] = []
  for (const distance of [1, 2, 3, 4, 7, 60, 2047, 2048, 2049, 40_000])
    for (let length = 1; length <= 200; length += 3) {
      const input = new Uint8Array(distance + length + 20)
      input.set(noise(distance))
      for (let at = distance; at < distance + length; at++) input[at] = input[at - distance]!
      if (!comesBack(input)) wrong.push(`${length} bytes from ${distance} before`)
    }
  expect(wrong).toEqual([])
})
