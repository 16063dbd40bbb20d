import * as fc from "fast-check"
import { expect, test } from "vitest"
import { countRows, intersectRanges, joinRanges, type RowRange } from "./row-ranges.ts"

const ROWS = 40
const rowsOf = (ranges: readonly RowRange[]): readonly number[] =>
  Array.from({ length: ROWS }, (_, row) => row).filter((row) =>
    ranges.some(({ start, end }) => start <= row && row < end),
  )

const lists = fc
  .array(fc.record({ start: fc.nat(ROWS), end: fc.nat(ROWS) }), { maxLength: 8 })
  .map((ranges): readonly RowRange[] => ranges)

test("ranges are joined to the same rows, in order and apart", () => {
  fc.assert(
    fc.property(lists, (ranges) => {
      const joined = joinRanges(ranges)
      expect(rowsOf(joined)).toEqual(rowsOf(ranges))
      expect(countRows(joined)).toBe(rowsOf(ranges).length)
      joined.forEach(({ start, end }, i) => {
        expect(start).toBeLessThan(end)
        expect(start).toBeGreaterThan(joined[i - 1]?.end ?? -1)
      })
    }),
  )
})

test("the rows of both", () => {
  fc.assert(
    fc.property(lists, lists, (left, right) => {
      const both = intersectRanges(joinRanges(left), joinRanges(right))
      expect(both).toEqual(joinRanges(both))
      const others = new Set(rowsOf(right))
      expect(rowsOf(both)).toEqual(rowsOf(left).filter((row) => others.has(row)))
    }),
  )
})
