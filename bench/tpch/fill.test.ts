import { expect, test } from "vitest"
import { retailPrice, skip, supplierOf } from "./fill.ts"
import { nextSeed, STREAM } from "./random.ts"
import { orderKey } from "./tables/lines.ts"

/** Keys at both ends of small and very large scale factors. */
const KEYS = [1, 2, 9, 10, 999, 1000, 19_999, 200_010, 200_000_000, 2 ** 31 - 1, 2 ** 31, 5_999_999_999, 6_000_000_000]

test.each(KEYS)("part %d: price and suppliers as whole numbers have them", (part) => {
  const p = BigInt(part)
  expect(retailPrice(part)).toBe(Number(90000n + ((p / 10n) % 20001n) + (p % 1000n) * 100n))
  for (const suppliers of [10, 100, 10_000, 30_000, 300_000_000])
    for (let turn = 0; turn < 4; turn++) {
      const s = BigInt(suppliers)
      const expected = ((p + BigInt(turn) * (s / 4n + (p - 1n) / s)) % s) + 1n
      expect(supplierOf(part, turn, suppliers)).toBe(Number(expected))
    }
})

test("order keys use the first eight of every 32 numbers", () => {
  expect([0, 6, 7, 8, 14, 15].map(orderKey)).toEqual([1, 7, 32, 33, 39, 64])
  expect(orderKey(44_999_999_999)).toBe(Number(((45_000_000_000n >> 3n) << 5n) | (45_000_000_000n & 7n)))
})

test("skipping is the same as taking", () => {
  let seed: number = STREAM.partName
  for (let count = 0; count < 92; count++) seed = nextSeed(seed)
  expect(skip(STREAM.partName, 92)).toBe(seed)
})
