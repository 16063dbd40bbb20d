import { afterAll, beforeAll, expect, test } from "vitest"
import type { Catalog } from "../../planner/catalog.ts"
import type { TypeOracle } from "../../planner/describe.ts"
import { planText } from "../../planner/testing/plan-context.ts"
import { nativeTypeOracle } from "./native-oracle.ts"
import { TPCH_CATALOG } from "./tpch-catalog.ts"

let oracle: Awaited<ReturnType<typeof nativeTypeOracle>>
beforeAll(async () => {
  oracle = await nativeTypeOracle()
})
afterAll(() => oracle.close())

/** Blocks inside one another that the planner finds, late, that it cannot take apart. */
function nested(levels: number): string {
  let sql = "SELECT r_name, r_regionkey FROM region"
  for (let n = 0; n < levels; n++)
    sql = `SELECT DISTINCT r_name, r_regionkey FROM (${sql}) t${n} ORDER BY r_name || 'x'`
  return sql
}

async function questionsOf(levels: number) {
  const sql = nested(levels)
  let described = 0
  let resolved = 0
  const counting: TypeOracle = {
    ...oracle,
    describe: (question) => {
      described += 1
      return oracle.describe(question)
    },
  }
  const catalog: Catalog = {
    resolve: (ref) => {
      resolved += 1
      return TPCH_CATALOG.resolve(ref)
    },
  }
  await planText(sql, { catalog, oracle: counting })
  return { described, resolved }
}

test("a block that is bound again to run whole does not bind again what it reads", async () => {
  const [four, eight] = [await questionsOf(4), await questionsOf(8)]
  // As many more questions for four more levels as four levels asked, where doubling would ask sixteen times as many.
  expect(eight.described).toBeLessThan(3 * four.described)
  expect(eight.resolved).toBeLessThan(3 * four.resolved)
})
