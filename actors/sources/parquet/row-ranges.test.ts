import * as fc from "fast-check"
import { expect, test } from "vitest"
import type { RowRange } from "../source.ts"
import { intersectRanges } from "./row-ranges.ts"

const ROWS = 40
const rowsOf = (ranges: readonly RowRange[]): readonly number[] =>
  Array.from({ length: ROWS }, (_, row) => row).filter((row) =>
    ranges.some(({ start, end }) => start <= row && row < end),
  )

const lists = fc
  .array(fc.record({ start: fc.nat(ROWS), end: fc.nat(ROWS) }), { maxLength: 8 })
  .map((ranges): readonly RowRange[] => ranges)

/** The same rows as a list that is in order, with touching ranges joined and empty ones left out. */
function joinRanges(ranges: readonly RowRange[]): readonly RowRange[] {
  const joined: RowRange[] = []
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start)) {
    if (end <= start) continue
    const last = joined.at(-1)
    if (last !== undefined && start <= last.end) {
      joined[joined.length - 1] = { start: last.start, end: Math.max(last.end, end) }
    } else joined.push({ start, end })
  }
  return joined
}

function countRows(ranges: readonly RowRange[]): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0)
}

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
