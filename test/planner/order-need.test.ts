import { afterAll, beforeAll, expect, test } from "vitest"
import { planText } from "../../planner/testing/plan-context.ts"
import { nativeTypeOracle } from "./native-oracle.ts"
import { TPCH_CATALOG } from "./tpch-catalog.ts"

let oracle: Awaited<ReturnType<typeof nativeTypeOracle>>
beforeAll(async () => {
  oracle = await nativeTypeOracle()
})
afterAll(() => oracle.close())

const JOINED = "FROM lineitem JOIN orders ON l_orderkey = o_orderkey"

/** Which scans must be read in the order of their rows (law 9). */
test.each([
  ["a sum over a join", `SELECT o_orderdate, sum(l_quantity) ${JOINED} GROUP BY 1 ORDER BY 2`, []],
  [
    "DISTINCT of a join of aggregates",
    `SELECT DISTINCT n FROM (SELECT l_suppkey, count(*) AS n FROM lineitem GROUP BY 1) JOIN supplier ON l_suppkey = s_suppkey`,
    [],
  ],
  ["rows as they come", `SELECT l_quantity ${JOINED}`, ["lineitem", "orders"]],
  ["rows in an order with ties", `SELECT l_quantity ${JOINED} ORDER BY 1`, ["lineitem", "orders"]],
  ["the first of a group", `SELECT first(l_quantity) ${JOINED} GROUP BY o_orderdate`, ["lineitem", "orders"]],
  ["a sum of floats", `SELECT sum(l_quantity::DOUBLE) ${JOINED} GROUP BY o_orderdate`, ["lineitem", "orders"]],
  [
    "a group by intervals",
    "SELECT DISTINCT o_orderdate - DATE '1992-01-01' || '', INTERVAL 1 DAY FROM orders",
    ["orders"],
  ],
  ["a sum over the first rows", "SELECT sum(q) FROM (SELECT l_quantity AS q FROM lineitem LIMIT 10)", ["lineitem"]],
  [
    "a CTE that two read, one of them in order",
    `WITH w AS (SELECT l_orderkey FROM lineitem) SELECT a.l_orderkey FROM w AS a WHERE a.l_orderkey IN (SELECT max(l_orderkey) FROM w)`,
    ["lineitem"],
  ],
])("%s", async (_, sql, ordered) => {
  const { stages } = await planText(sql, { catalog: TPCH_CATALOG, oracle })
  const scans = stages.flatMap(({ inputs, isOrdered }) =>
    isOrdered ? inputs.flatMap((input) => (input._tag === "scan" ? [input.source] : [])) : [],
  )
  expect(scans.sort()).toEqual(ordered)
})
