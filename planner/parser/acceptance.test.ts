import { readFileSync } from "node:fs"
import * as fc from "fast-check"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { SyntaxError, UnsupportedSql } from "../errors.ts"
import { parse } from "./parse.ts"
import { treeJudge, type TreeJudge } from "./testing/duckdb-tree.ts"
import { queryText } from "./testing/query-text.ts"

/** What is a query to DuckDB's parser is one to Skein's, and what is none is none. */
let judge: TreeJudge

beforeAll(async () => {
  judge = await treeJudge()
})

afterAll(() => judge[Symbol.dispose]())

/** What DuckDB's parser says of a text that it has read: these go on to the binder, where DuckDB says them again. */
const MEANINGS = [
  /^PIVOT IN list/,
  /^PIVOT statements with pivot elements extracted from the data cannot have parameters/,
  /^Cannot pivot on constant value/,
  / in a recursive query is not allowed$/,
  /^VALUES lists must all be the same length/,
  /^window "w" (does not exist|is already defined)/,
]

function refusal(sql: string): string | undefined {
  try {
    parse(sql)
    return undefined
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof UnsupportedSql) return error.message
    throw error
  }
}

/** Nothing when both agree; otherwise what each says. */
async function disagreement(sql: string): Promise<{ duckdb: string; skein: string } | undefined> {
  const [duckdb, skein] = [await judge.refusalOf(sql), refusal(sql)]
  if ((duckdb === undefined) === (skein === undefined)) return undefined
  if (duckdb !== undefined && MEANINGS.some((meaning) => meaning.test(duckdb))) return undefined
  return { duckdb: duckdb ?? "accepts it", skein: skein ?? "accepts it" }
}

describe("each clause in its spellings, right and wrong", () => {
  const texts = readFileSync(new URL("testing/queries.txt", import.meta.url), "utf8")
    .trim()
    .split("\n")

  test("there are enough of both", async () => {
    let wrong = 0
    for (const sql of texts) if ((await judge.refusalOf(sql)) !== undefined) wrong++
    expect([wrong > 100, texts.length - wrong > 200]).toEqual([true, true])
  })

  test.each(texts)("%s", async (sql) => {
    expect(await disagreement(sql)).toBeUndefined()
  })
})

const RUNS = Number(process.env["SKEIN_PROPERTY_RUNS"] ?? 2_000)

test("queries put together at random", async () => {
  let read = 0
  const check = async (sql: string): Promise<void> => {
    expect(await disagreement(sql)).toBeUndefined()
    if (refusal(sql) === undefined) read++
  }
  await fc.assert(fc.asyncProperty(queryText, check), { numRuns: RUNS })
  // As many must be queries that the grammar proves something, and as many not.
  expect([read > RUNS / 5, read < RUNS * 0.8]).toEqual([true, true])
})
