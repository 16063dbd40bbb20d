import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { difference } from "../../bench/oracle/compare.ts"
import { type Native, openNative } from "../../bench/oracle/native.ts"
import { bind } from "../../planner/binder/bind.ts"
import { foldConstants } from "../../planner/constants.ts"
import type { FunctionNames } from "../../planner/describe.ts"
import { ColumnIds } from "../../planner/logical/column.ts"
import type { QueryPlan } from "../../planner/logical/plan.ts"
import { applyRules, RULES } from "../../planner/optimizer.ts"
import { parseQuery } from "../../planner/parser/parse.ts"
import { planTree } from "../../planner/physical/plan-tree.ts"
import { printQueryPlan, wholeLeaves } from "../../planner/sql/print-plan.ts"
import { canonicalText } from "./canonical.ts"
import { nativeTypeOracle } from "./native-oracle.ts"
import { createSmallTables, nativeCatalog } from "./small-tables.ts"

/**
 * Every `planner/rules/NAME.sql` holds pairs: a statement, and what the rule makes of it. `=` means unchanged; lines
 * that begin with `|` are the plan's tree instead, where SQL cannot say it. Both sides run on native DuckDB.
 */
const RULES_DIR = fileURLToPath(new URL("../../planner/rules/", import.meta.url))

interface Pair {
  /** `(after RULE)` in the title runs another rule first, for what the binder alone never makes. */
  readonly title: string
  readonly before: string
  readonly after: string
}

let native: Native
let oracle: Awaited<ReturnType<typeof nativeTypeOracle>>
let functions: FunctionNames

beforeAll(async () => {
  native = await openNative({ threads: 1 })
  await createSmallTables(native)
  oracle = await nativeTypeOracle()
  functions = await oracle.functions()
})

afterAll(() => {
  native.close()
  oracle.close()
})

const files = readdirSync(RULES_DIR).filter((name) => name.endsWith(".sql"))

test("every rule has its pairs, and every file of pairs its rule", () => {
  const names = files.map((name) => name.replace(".sql", "").replaceAll("-", "_"))
  expect([...names].sort()).toEqual(RULES.map((rule) => rule.name).sort())
})

describe.each(files)("%s", (file) => {
  const rule = RULES.find((each) => each.name === file.replace(".sql", "").replaceAll("-", "_"))
  const pairs = readPairs(readFileSync(RULES_DIR + file, "utf8"))

  test("holds at least one pair that changes and one that does not", () => {
    expect(pairs.some((pair) => pair.after !== "=")).toBe(true)
    expect(pairs.some((pair) => pair.after === "=")).toBe(true)
  })

  test.each(pairs)("$title", async ({ title, before, after }) => {
    if (rule === undefined) throw new Error(`no rule for ${file}`)
    const { plan, ids } = await bound(before)
    const first = RULES.filter((each) => title.includes(`(after ${each.name})`))
    const prepared = applyRules(plan.root, first, { functions, ids })
    const changed = { ...plan, root: applyRules(prepared, [rule], { functions, ids }) }
    const expected = await native.query(before)
    const actual = await native.query(
      printQueryPlan(
        changed,
        wholeLeaves((scan) => scan.table.id),
      ),
    )
    const named = {
      ...actual,
      columns: actual.columns.map((each, i) => ({ ...each, name: expected.columns[i]?.name ?? "" })),
    }
    expect(difference(expected, named)).toBeUndefined()
    if (after.startsWith("|")) {
      expect(
        planTree(changed.root, () => "t")
          .map((line) => `| ${line}`)
          .join("\n"),
      ).toBe(after)
    } else {
      const wanted = after === "=" ? plan : (await bound(after)).plan
      expect(canonicalText(changed)).toBe(canonicalText(wanted))
      if (after !== "=") expect(difference(expected, await native.query(after))).toBeUndefined()
    }
  })
})

async function bound(sql: string): Promise<{ plan: QueryPlan; ids: ColumnIds }> {
  const ids = new ColumnIds()
  let ctes = 0
  const context = {
    sql,
    catalog: nativeCatalog(native),
    oracle,
    ids,
    nowMicros: 0n,
    nextView: () => 0,
    nextCte: () => ctes++,
  }
  return { plan: await foldConstants(await bind(parseQuery(sql), context), oracle, functions), ids }
}

function readPairs(text: string): readonly Pair[] {
  return text
    .split(/^-- /mu)
    .slice(1)
    .map((block) => {
      const [title = "", ...lines] = block.split("\n")
      const body = lines.join("\n").trim()
      const end = body.indexOf(";\n")
      return {
        title,
        before: body.slice(0, end),
        after: body
          .slice(end + 2)
          .trim()
          .replace(/;$/u, ""),
      }
    })
}
