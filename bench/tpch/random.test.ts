import { describe, expect, test } from "vitest"
import { advance, leap, MODULUS, multiply, nextSeed, pick, STREAM } from "./random.ts"

const M = 2n ** 31n - 1n

/** Seeds at both ends and, by the generator itself, many between. */
function* seeds(): Generator<number> {
  yield* [1, 2, 16806, 16807, 65535, 65536, 127773, MODULUS - 2, MODULUS - 1]
  let seed = 42
  for (let count = 0; count < 20_000; count++) {
    seed = Number((BigInt(seed) * 48271n) % M)
    yield seed
  }
}

describe("random numbers", () => {
  test("Park and Miller's own check: 10,000 numbers from seed 1 lead to 1043618065", () => {
    let seed = 1
    for (let count = 0; count < 10_000; count++) seed = nextSeed(seed)
    expect(seed).toBe(1043618065)
  })

  test("the next seed is seed × 16807 mod 2^31 − 1", () => {
    for (const seed of seeds()) expect(nextSeed(seed)).toBe(Number((BigInt(seed) * 16807n) % M))
  })

  test("products are exact", () => {
    let before = MODULUS - 1
    for (const seed of seeds()) {
      expect(multiply(seed, before)).toBe(Number((BigInt(seed) * BigInt(before)) % M))
      before = seed
    }
  })

  test("moving ahead is the same as taking the numbers", () => {
    let seed: number = STREAM.linePart
    for (let count = 0; count < 300; count++) {
      expect(advance(STREAM.linePart, count)).toBe(seed)
      seed = nextSeed(seed)
    }
  })

  test("moving far ahead stays exact: the stream of scale 10,000 and one more number", () => {
    const far = 15_000_000_000 * 14
    expect(advance(STREAM.lineComment, far + 1)).toBe(nextSeed(advance(STREAM.lineComment, far)))
    // 2^31 − 2 numbers are the whole period
    expect(leap(MODULUS - 1)).toBe(1)
  })

  test("the ends of a range", () => {
    expect(pick(1, 50)).toBe(0)
    expect(pick(MODULUS - 1, 50)).toBe(49)
    expect(pick(MODULUS - 1, 6_000_000_000)).toBe(5_999_999_997)
  })

  test("no two columns share a stream", () => {
    expect(new Set(Object.values(STREAM)).size).toBe(Object.values(STREAM).length)
  })
})
