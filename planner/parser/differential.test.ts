import * as fc from "fast-check"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { printExpr } from "../sql/print-expression.ts"
import { quoteIdentifier } from "../sql/quote.ts"
import { treeJudge, type TreeJudge } from "./testing/duckdb-tree.ts"
import { firstItem } from "./testing/only-select.ts"
import { expressionText } from "./testing/expression-text.ts"

/**
 * DuckDB's own parser is the judge: the tree that it makes of a text and of what Skein prints after parsing that text
 * must be the same.
 */
let judge: TreeJudge

beforeAll(async () => {
  judge = await treeJudge()
})

afterAll(() => judge[Symbol.dispose]())

function reprint(sql: string): string {
  return printExpr(firstItem(`SELECT ${sql}`), (column) =>
    column.parts.map((part) => quoteIdentifier(part.text)).join("."),
  )
}

const RUNS = Number(process.env["SKEIN_PROPERTY_RUNS"] ?? 3_000)

describe("what Skein prints after parsing is what DuckDB reads", () => {
  test("any mixture of operators", async () => {
    let agreed = 0
    const check = async (sql: string): Promise<void> => {
      const wanted = await judge.treeOf(`SELECT ${sql}`)
      if (wanted === undefined) return
      const printed = reprint(sql)
      expect({ printed, tree: await judge.treeOf(`SELECT ${printed}`) }).toEqual({ printed, tree: wanted })
      // Printing again changes nothing: Skein reads its own text as it was meant.
      expect(reprint(printed)).toBe(printed)
      agreed++
    }
    await fc.assert(fc.asyncProperty(expressionText, check), { numRuns: RUNS })
    // Most texts must be SQL to DuckDB, or the test proves little.
    expect(agreed).toBeGreaterThan(RUNS / 3)
  })
})
