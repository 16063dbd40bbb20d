import { expect, test } from "vitest"
import { decodeFooter } from "./decoded-footers.ts"
import { encodeThrift, i32, i64, list, struct, text } from "./thrift.ts"

const MIB = 1024 * 1024

/** A footer of a table without columns, written by somebody with a name of that length. */
const footer = (rows: number, createdByBytes = 1): Uint8Array =>
  encodeThrift(
    struct(
      [1, i32(2)],
      [2, list("struct", [struct([4, text("root")], [5, i32(0)])])],
      [3, i64(rows)],
      [4, list("struct", [])],
      [6, text("x".repeat(createdByBytes))],
    ),
  )

test("a footer is decoded once, another one by itself", () => {
  expect(decodeFooter(footer(7))).toBe(decodeFooter(footer(7)))
  expect([decodeFooter(footer(7)).rows, decodeFooter(footer(8)).rows]).toEqual([7, 8])
})

test("what was wanted longest ago is forgotten, and a footer that is too large is not kept", () => {
  const first = decodeFooter(footer(1))
  for (let rows = 2; rows < 6; rows++) decodeFooter(footer(rows, MIB))
  expect(decodeFooter(footer(1))).not.toBe(first)
  expect(decodeFooter(footer(9, 5 * MIB))).not.toBe(decodeFooter(footer(9, 5 * MIB)))
})
