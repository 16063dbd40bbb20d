import { describe, expect, test } from "vitest"
import { cut, rowsOf } from "./cut.ts"
import { nextSeed, STREAM } from "./random.ts"
import { scaleOf } from "./scale.ts"
import { linesOf } from "./tables/lines.ts"

const scale = scaleOf(0.001)

describe("pieces", () => {
  test("lineitem at scale 1 has 6,001,215 rows", () => {
    expect(rowsOf("lineitem", scaleOf(1))).toBe(6_001_215)
    expect(rowsOf("partsupp", scaleOf(1))).toBe(800_000)
  })

  test.each([
    [1, 1],
    [1, 7],
    [3, 100],
    [5, 1000],
    [4, 1_000_000],
  ])(
    "of lineitem, %d files and at most %d rows each: every row once, in order",
    (files, pieceRows) => {
      // the order and line of every row, counted one by one
      const expected: string[] = []
      let seed: number = STREAM.orderLines
      for (let order = 0; order < scale.orders; order++) {
        seed = nextSeed(seed)
        for (let line = 0; line < linesOf(seed); line++) expected.push(`${order}.${line}`)
      }
      const found: string[] = []
      const lastOf: number[] = []
      for (const piece of cut("lineitem", expected.length, files, pieceRows)) {
        expect(piece.rows).toBeLessThanOrEqual(pieceRows)
        const rows = expected.filter((row) => {
          const order = Number(row.split(".")[0])
          return order >= piece.first && order < piece.first + piece.units
        })
        expect(rows.length - piece.skip).toBeGreaterThanOrEqual(piece.rows)
        found.push(...rows.slice(piece.skip, piece.skip + piece.rows))
        if (piece.last) lastOf.push(piece.file)
      }
      expect(found).toEqual(expected)
      expect(lastOf).toEqual(Array.from({ length: files }, (_, file) => file))
    },
    120_000,
  )

  test("files differ by one row at most", () => {
    const rows = [0, 0, 0, 0]
    for (const piece of cut("nation", 25, 4, 3)) rows[piece.file]! += piece.rows
    expect(rows.toSorted((a, b) => a - b)).toEqual([6, 6, 6, 7])
  })
})
