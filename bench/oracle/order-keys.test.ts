import { expect, test } from "vitest"
import { tpchQuery } from "../harness/queries.ts"
import { orderOf } from "./order-keys.ts"

test.each([
  ["SELECT a, b FROM t", "any"],
  ["SELECT a, b FROM t ORDER BY b DESC, a", [1, 0]],
  ["SELECT a, sum(b) AS Total FROM t GROUP BY a ORDER BY total, 1", [1, 0]],
  ["SELECT t.a FROM t ORDER BY a", [0]],
  // Only the leading keys that the answer shows can be checked.
  ["SELECT a FROM t ORDER BY a, c", [0]],
  ["SELECT a FROM t ORDER BY c, a", "any"],
  ["SELECT * FROM t ORDER BY a", "any"],
])("%s", (sql, order) => {
  expect(orderOf(sql)).toEqual(order)
})

test("the queries of TPC-H", async () => {
  expect(orderOf(await tpchQuery(1))).toEqual([0, 1])
  expect(orderOf(await tpchQuery(3))).toEqual([1, 2])
  expect(orderOf(await tpchQuery(6))).toBe("any")
})
