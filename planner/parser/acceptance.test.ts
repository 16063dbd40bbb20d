import { readFileSync } from "node:fs"
import * as fc from "fast-check"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Disagreement, disagreement, refusal, WORDS } from "./testing/agreement.ts"
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
  /^Wrong number of arguments to/,
  / in a recursive query is not allowed$/,
  /^VALUES lists must all be the same length/,
  /^window ".*" (does not exist|is already defined)/,
]

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
    expect(await disagreement(judge, MEANINGS, sql)).toBeUndefined()
  })
})

const RUNS = Number(process.env["SKEIN_PROPERTY_RUNS"] ?? 2_000)

test("queries put together at random", async () => {
  let read = 0
  const check = async (sql: string): Promise<void> => {
    expect(await disagreement(judge, MEANINGS, sql)).toBeUndefined()
    if (refusal(sql) === undefined) read++
  }
  await fc.assert(fc.asyncProperty(queryText, check), { numRuns: RUNS })
  // As many must be queries that the grammar proves something, and as many not.
  expect([read > RUNS / 5, read < RUNS * 0.8]).toEqual([true, true])
})

/** Where a word may stand as a name, beside those of an expression. */
const PLACES = `
FROM KW.t
FROM t.KW
FROM KW *
FROM ONLY KW
FROM KW: t
FROM KW(1, 2, 3)
FROM s.KW(1, 2, 3)
FROM KW.f(1)
FROM f(1) KW
FROM f(1) AS KW(a INT)
FROM f(1) AS t(KW INT)
FROM t x(KW)
FROM t AS x(a, KW)
FROM t KW JOIN u ON x
FROM t JOIN u USING (KW)
FROM (FROM t) KW
FROM (a JOIN b ON c) KW
FROM VALUES (1) KW
FROM LATERAL (FROM t) KW
FROM t PIVOT (sum(a) FOR KW IN (1))
FROM t PIVOT (sum(a) FOR a IN KW)
FROM t PIVOT (sum(a) FOR a IN (1) GROUP BY KW)
FROM t UNPIVOT (KW FOR n IN (a))
FROM t UNPIVOT (v FOR KW IN (a))
PIVOT t ON KW
PIVOT t ON a IN KW
PIVOT t ON a GROUP BY KW
UNPIVOT t ON KW
UNPIVOT t ON a INTO NAME KW VALUE v
UNPIVOT t ON a INTO NAME n VALUE KW
FROM t TABLESAMPLE KW(10)
FROM t TABLESAMPLE 10 (KW)
FROM (DESCRIBE KW)
FROM (SUMMARIZE KW)
TABLE KW
WITH a(KW) AS (SELECT 1) FROM t
WITH RECURSIVE KW AS (SELECT 1) FROM t
WITH RECURSIVE a USING KEY (KW) AS (SELECT 1) FROM a
SELECT 1 KW FROM t
SELECT sum(a) OVER KW
SELECT sum(a) OVER (KW)
SELECT DISTINCT ON (KW) 1
SELECT 1 GROUP BY KW
SELECT 1 ORDER BY KW
SELECT 1 LIMIT KW
SELECT 1 UNION SELECT KW`
  .trim()
  .split("\n")

/** Words that make something else of a place. */
const APART: ReadonlyMap<string, readonly string[]> = new Map([
  // Spellings of calls that are no table functions, and one that is no function.
  ["FROM KW(1, 2, 3)", ["columns", "operator", "substring", "trim", "unpack"]],
  // DEFAULT is an expression that DuckDB refuses wherever it stands.
  ["FROM t PIVOT (sum(a) FOR KW IN (1))", ["default"]],
  ["PIVOT t ON KW", ["default"]],
])

test.each(PLACES)("any keyword in: %s", async (place) => {
  const found: Disagreement[] = []
  for (const word of WORDS) {
    if (APART.get(place)?.includes(word) === true) continue
    const differing = await disagreement(judge, MEANINGS, place.replace("KW", word))
    if (differing !== undefined) found.push(differing)
  }
  expect(found).toEqual([])
})
