import * as fc from "fast-check"
import { expect, test } from "vitest"
import { HybridReader } from "./hybrid.ts"
import { readLevels } from "./levels.ts"

/** Runs as a writer may choose them: of one value, or packed in groups of eight. */
const runs = fc.integer({ min: 1, max: 32 }).chain((width) => {
  const value = fc.bigInt({ min: 0n, max: 2n ** BigInt(width) - 1n })
  const repeated = fc.record({ value, count: fc.integer({ min: 1, max: 300 }) })
  const packed = fc
    .integer({ min: 1, max: 20 })
    .chain((groups) => fc.array(value, { minLength: groups * 8, maxLength: groups * 8 }))
  return fc.record({ width: fc.constant(width), runs: fc.array(fc.oneof(repeated, packed), { minLength: 1 }) })
})

function encoded(width: number, all: readonly (readonly bigint[] | { value: bigint; count: number })[]): Uint8Array {
  const out: number[] = []
  const varint = (value: number): void => {
    for (; value > 0x7f; value = Math.floor(value / 128)) out.push((value & 0x7f) | 0x80)
    out.push(value)
  }
  const little = (value: bigint, bytes: number): void => {
    for (let i = 0; i < bytes; i++) out.push(Number((value >> BigInt(8 * i)) & 0xffn))
  }
  for (const run of all) {
    if ("count" in run) {
      varint(run.count * 2)
      little(run.value, Math.ceil(width / 8))
    } else {
      varint((run.length / 8) * 2 + 1)
      little(
        run.reduce((bits, value, index) => bits | (value << BigInt(index * width)), 0n),
        (run.length * width) / 8,
      )
    }
  }
  return Uint8Array.from(out)
}

const valuesOf = (all: readonly (readonly bigint[] | { value: bigint; count: number })[]): readonly number[] =>
  all.flatMap((run) => ("count" in run ? Array.from({ length: run.count }, () => Number(run.value)) : run.map(Number)))

test("runs of any width are read in portions, passed over, and no further than they go", () => {
  fc.assert(
    fc.property(runs, fc.integer({ min: 1, max: 77 }), ({ width, runs: all }, portion) => {
      const bytes = encoded(width, all)
      const values = valuesOf(all)
      const reader = new HybridReader(Uint8Array.from([9, ...bytes, 9]), 1, 1 + bytes.byteLength, width)
      const out = new Int32Array(values.length)
      const greatest: number[] = []
      for (let at = 0; at < values.length; at += portion) {
        const count = Math.min(portion, values.length - at)
        if ((at / portion) % 3 === 2) reader.skip(count)
        else {
          greatest.push(reader.read(out, at, count))
          expect([...out.subarray(at, at + count)].map((value) => value >>> 0)).toEqual(values.slice(at, at + count))
          expect(greatest.at(-1)).toBeGreaterThanOrEqual(Math.max(...values.slice(at, at + count)))
        }
      }
      expect(() => reader.read(out, 0, 1)).toThrow("end early")
    }),
  )
})

test("bits of any alignment become a bitmap", () => {
  const bit = fc.bigInt({ min: 0n, max: 1n })
  const run = fc.oneof(
    fc.record({ value: bit, count: fc.integer({ min: 1, max: 40 }) }),
    fc.array(bit, { minLength: 24, maxLength: 24 }),
  )
  fc.assert(
    fc.property(fc.array(run, { minLength: 1 }), fc.integer({ min: 1, max: 31 }), (all, portion) => {
      const values = valuesOf(all)
      const bytes = encoded(1, all)
      const reader = new HybridReader(bytes, 0, bytes.byteLength, 1)
      const bits = new Uint8Array((values.length + 7) >> 3)
      let ones = 0
      for (let at = 0; at < values.length; at += portion) {
        ones += reader.readBits(bits, at, Math.min(portion, values.length - at))
      }
      expect(values.map((_, index) => ((bits[index >> 3] ?? 0) >> (index & 7)) & 1)).toEqual(values)
      expect(ones).toBe(values.filter((value) => value === 1).length)
    }),
  )
})

test("levels as they were packed before 2014, from the highest bit down", () => {
  const page = {
    _tag: "data",
    values: 6,
    encoding: 0,
    bytes: 4,
    compressedBytes: 4,
    levels: { _tag: "v1", definition: 4, repetition: 4 },
  } as const
  // 2 1 0 3 3 1 in two bits each, then a value.
  const body = Uint8Array.from([0b10_01_00_11, 0b11_01_00_00, 42, 43])
  const { definition, repetition, values } = readLevels(page, body, { repetition: 0, definition: 3 })
  const out = new Int32Array(6)
  definition?.read(out, 0, 6)
  expect([...out]).toEqual([2, 1, 0, 3, 3, 1])
  expect([repetition, values]).toEqual([undefined, 2])
  const short = readLevels(page, body, { repetition: 0, definition: 2 })
  expect(() => short.definition?.read(out, 0, 6)).toThrow("it has a level 3, of at most 2")
})
