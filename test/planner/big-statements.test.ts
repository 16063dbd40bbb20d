import { afterAll, beforeAll, expect, test } from "vitest"
import { CHAIN_TERMS_MAX } from "../../planner/ast/chain.ts"
import type { TypeOracle } from "../../planner/describe.ts"
import { planText } from "../../planner/testing/plan-context.ts"
import type { StagePlan } from "../../planner/physical/stage.ts"
import { BIG_STATEMENTS, DEEP_STATEMENTS, WIDE_CATALOG } from "../../bench/micro/statements.ts"
import { nativeTypeOracle } from "./native-oracle.ts"

/** What big statements cost is measured by bench/micro/big-statements.ts; here are the effects that it rests on. */

let native: Awaited<ReturnType<typeof nativeTypeOracle>>
beforeAll(async () => {
  native = await nativeTypeOracle()
})
afterAll(() => native.close())

async function planned(sql: string): Promise<{ readonly plan: StagePlan; readonly asked: readonly string[] }> {
  const asked: string[] = []
  const noting =
    <T>(ask: (question: string) => Promise<T>) =>
    (question: string): Promise<T> => {
      asked.push(question)
      return ask(question)
    }
  const oracle: TypeOracle = {
    describe: noting(native.describe),
    explain: noting(native.explain),
    evaluate: noting(native.evaluate),
    functions: native.functions,
  }
  const plan = await planText(sql, { catalog: WIDE_CATALOG, oracle, partitions: 2 })
  return { plan, asked }
}

/** The most operands of AND or OR that stand in one row between two parentheses. */
function longestChain(sql: string): number {
  const lengths = sql.split(/[()]/).map((run) => (run.match(/\b(?:AND|OR)\b/g) ?? []).length + 1)
  return Math.max(...lengths)
}

test.each(Object.entries(BIG_STATEMENTS))("%s: few questions, and no long run in any SQL", async (_, sql) => {
  const { plan, asked } = await planned(sql)
  expect(asked.length).toBeLessThanOrEqual(2)
  const shown = [...asked, ...plan.stages.map((stage) => stage.sql)]
  for (const each of shown) expect(longestChain(each)).toBeLessThanOrEqual(CHAIN_TERMS_MAX)
})

test.each(Object.keys(DEEP_STATEMENTS))("%s are too deep, and DuckDB is not asked", async (name) => {
  await expect(planned(DEEP_STATEMENTS[name] ?? "")).rejects.toThrow(/levels deep are not supported/)
})

test("grouping a long run changes neither its value nor its name", async () => {
  const terms = Array.from({ length: 250 }, (_, i) => `${i} = n`).join(" OR ")
  const grouped = `(${terms.split(" OR ").slice(0, 100).join(" OR ")}) OR (${terms.split(" OR ").slice(100).join(" OR ")})`
  const [as] = await native.describe(`SELECT ${terms} FROM range(3) t(n)`)
  const [shown] = await native.describe(`SELECT ${grouped} FROM range(3) t(n)`)
  expect(shown).toEqual(as)
})
