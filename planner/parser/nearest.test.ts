import { expect, test } from "vitest"
import { nearestName } from "./nearest.ts"

test.each([
  ["sale", ["id", "product", "sales"], "sales"],
  ["SALE", ["id", "product", "sales"], "sales"],
  ["FORM", ["FROM", "FOR", "WHERE"], "FROM"],
  ["prodcut", ["id", "product", "sales"], "product"],
  ["l_shipdte", ["l_shipdate", "l_commitdate", "l_receiptdate"], "l_shipdate"],
  ["lineitem", ["LINEITEM"], "LINEITEM"],
  ["x", ["y", "z"], undefined],
  ["ab", ["ax", "cd"], "ax"],
  ["price", ["quantity", "discount"], undefined],
  ["", ["a"], undefined],
  ["anything", [], undefined],
])("nearest to %s in %j", (name, candidates, expected) => {
  expect(nearestName(name, candidates)).toBe(expected)
})

test("hostile lengths cost little", () => {
  const long = "a".repeat(1_000_000)
  expect(nearestName(long, [`${long}b`])).toBe(`${long}b`)
})
