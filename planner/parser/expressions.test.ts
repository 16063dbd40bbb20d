import { readFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Disagreement, disagreement, WORDS } from "./testing/agreement.ts"
import { treeJudge, type TreeJudge } from "./testing/duckdb-tree.ts"

/** What is an expression to DuckDB's parser is one to Skein's, and what is none is none. */
let judge: TreeJudge

beforeAll(async () => {
  judge = await treeJudge()
})

afterAll(() => judge[Symbol.dispose]())

/** What DuckDB's parser says of a text that it has read: these go on to the binder, where DuckDB says them again. */
const MEANINGS = [
  /^Type .* does not support any modifiers/,
  /^A maximum of two modifiers is supported/,
  /^precision for type float must be/,
  /^Wrong number of arguments to/,
  /^Unknown ordered aggregate/,
  /^cannot use (multiple ORDER BY clauses|DISTINCT) with WITHIN GROUP/,
  /^window ".*" does not exist/,
]

describe("expressions in all their spellings, right and wrong", () => {
  // One a line; `\n` stands for a new line.
  const texts = readFileSync(new URL("testing/expressions.txt", import.meta.url), "utf8")
    .trim()
    .split("\n")
    .map((text) => `SELECT ${text.replaceAll(String.raw`\n`, "\n")}`)

  test("there are enough of both", async () => {
    let wrong = 0
    for (const sql of texts) if ((await judge.refusalOf(sql)) !== undefined) wrong++
    expect([wrong > 80, texts.length - wrong > 400]).toEqual([true, true])
  })

  test.each(texts)("%s", async (sql) => {
    expect(await disagreement(judge, MEANINGS, sql)).toBeUndefined()
  })
})

/** Where a word may stand as a name of one kind or another. */
const PLACES = [
  "SELECT KW",
  "SELECT KW(1, 2, 3)",
  "SELECT x.KW(1, 2)",
  "SELECT (x).KW(1, 2)",
  "SELECT a::KW",
  "SELECT a::KW[]",
  "SELECT a::x.KW",
  "SELECT a::STRUCT(KW INT)",
  "SELECT KW 'x'",
  "SELECT KW.x 'a'",
  "SELECT 1 KW",
  "SELECT 1 AS KW",
  "SELECT x.KW",
  "SELECT KW.x",
  "SELECT KW.*",
  "SELECT (x).KW",
  "SELECT f(KW := 1)",
  "SELECT {KW: 1}",
  "SELECT a COLLATE KW",
  "SELECT f(lambda KW: 1)",
  "SELECT f(KW -> 1)",
  "SELECT [1 FOR KW IN l]",
  "SELECT EXTRACT(KW FROM a)",
  "SELECT INTERVAL 1 KW",
  "SELECT * EXCLUDE (KW)",
  "SELECT * REPLACE (1 AS KW)",
  "SELECT * RENAME (a AS KW)",
  "SELECT $KW",
  "SELECT a IN KW",
  "SELECT KW: 1",
  "SELECT KW -> 1",
  "SELECT - KW",
  "FROM KW",
  "FROM t KW",
  "FROM t AS KW",
  "WITH KW AS (SELECT 1) SELECT 2",
  "SELECT 1 FROM t WINDOW KW AS (ORDER BY a)",
]

/** Words that make something else of a place. */
const APART: ReadonlyMap<string, readonly string[]> = new Map([
  // The string after it would be of a type that there is not.
  ["SELECT KW 'x'", ["generated"]],
  // It takes one argument; how many a function takes is not for the grammar.
  ["SELECT KW(1, 2, 3)", ["unpack"]],
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
