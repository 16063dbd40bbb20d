import { afterAll, beforeAll, expect, test } from "vitest"
import { ALL_QUERIES, tpchQuery } from "../../bench/harness/queries.ts"
import { explainText } from "../../planner/explain/text.ts"
import { planText } from "../../planner/testing/plan-context.ts"
import { nativeTypeOracle } from "./native-oracle.ts"
import { TPCH_CATALOG } from "./tpch-catalog.ts"

let oracle: Awaited<ReturnType<typeof nativeTypeOracle>>
beforeAll(async () => {
  oracle = await nativeTypeOracle()
})
afterAll(() => oracle.close())

/** Read them when they change: they are the pictures that EXPLAIN VERBOSE draws at scale 1 with two workers. */
test.each(ALL_QUERIES)("the plan of query %i", async (number) => {
  const sql = await tpchQuery(number)
  const plan = await planText(sql, { catalog: TPCH_CATALOG, oracle })
  const file = `./snapshots/q${String(number).padStart(2, "0")}.txt`
  await expect(`${explainText(plan, { verbose: true, width: 120 })}\n`).toMatchFileSnapshot(file)
})
