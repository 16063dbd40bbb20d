import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Answer, difference } from "../../bench/oracle/compare.ts"
import { type LaidOut, layOut } from "../layouts.ts"
import { wrongIn } from "./check.ts"
import { corpusStatements, type CorpusStatement, statementsOf } from "./statements.ts"
import { CORPUS_TABLES, SHUFFLED_TABLES } from "./tables.ts"

describe("the format of the files", () => {
  test("statements, their lines, and how they are compared", () => {
    const text = [
      "-- a topic",
      "SELECT 1;",
      "",
      "-- compare: 2 to 3 rows of SELECT x FROM t",
      "SELECT x -- not; the end",
      "FROM t LIMIT 3;",
      "-- compare: by input order",
      "SELECT list(x) FROM (SELECT x FROM t ORDER BY x);",
      "SELECT ';' FROM t ORDER BY 1;",
      "",
    ].join("\n")
    expect(statementsOf("topic", text)).toEqual([
      { topic: "topic", line: 2, sql: "SELECT 1", compare: { _tag: "rows", inOrder: false, byInputOrder: false } },
      {
        topic: "topic",
        line: 5,
        sql: "SELECT x -- not; the end\nFROM t LIMIT 3",
        compare: { _tag: "part", min: 2, max: 3, of: "SELECT x FROM t" },
      },
      {
        topic: "topic",
        line: 8,
        sql: "SELECT list(x) FROM (SELECT x FROM t ORDER BY x)",
        compare: { _tag: "rows", inOrder: false, byInputOrder: true },
      },
      {
        topic: "topic",
        line: 9,
        sql: "SELECT ';' FROM t ORDER BY 1",
        compare: { _tag: "rows", inOrder: true, byInputOrder: false },
      },
    ])
  })

  test("what is unknown or not ended is refused", () => {
    expect(() => statementsOf("t", "-- compare: as I like\nSELECT 1;\n")).toThrow('t.sql:2: "-- compare: as I like"')
    expect(() => statementsOf("t", "SELECT 1;\nSELECT 2\n")).toThrow(
      't.sql:2: the last statement does not end with ";"',
    )
  })

  test("no statement stands twice", () => {
    const places = new Map<string, string>()
    const twice = corpusStatements().flatMap(({ topic, line, sql }) => {
      const [key, place] = [sql.replaceAll(/\s+/gu, " "), `${topic}.sql:${line}`]
      const first = places.get(key)
      places.set(key, place)
      return first === undefined ? [] : [`${place} repeats ${first}`]
    })
    expect(twice).toEqual([])
  })
})

test("how answers are compared", () => {
  const answer = (...values: readonly string[]): Answer => ({
    columns: [{ name: "x", type: "INTEGER" }],
    rows: values.map((value) => [value]),
  })
  const statement = (compare: CorpusStatement["compare"]): CorpusStatement => ({
    topic: "t",
    line: 1,
    sql: "",
    compare,
  })
  const part = statement({ _tag: "part", min: 1, max: 2, of: "" })
  const expected = { answer: answer("1", "2"), whole: answer("1", "2", "3") }
  expect(wrongIn(part, expected, answer("3", "1"))).toBeUndefined()
  expect(wrongIn(part, expected, answer("3", "3"))).toBe('the row ["3"] is not in the whole, or not as often')
  expect(wrongIn(part, expected, answer())).toBe("expected 1 to 2 rows, found 0")
  const names = statement({ _tag: "names" })
  const random = { answer: answer("1", "2"), whole: undefined }
  expect(wrongIn(names, random, answer("7", "8"))).toBeUndefined()
  expect(wrongIn(names, random, answer("7"))).toBe("expected 2 rows, found 1")
  const inOrder = statement({ _tag: "rows", inOrder: true, byInputOrder: false })
  expect(wrongIn(inOrder, random, answer("2", "1"))).toBe("row 1 differs: expected (1), found (2)")
})

describe("native DuckDB itself", () => {
  let one: LaidOut
  let shuffled: LaidOut
  beforeAll(async () => {
    one = await layOut("one", CORPUS_TABLES)
    // One thread: with several, native DuckDB 1.4.3 loses the LIMIT of a subquery that is joined (ctes.sql has one).
    shuffled = await layOut("one", SHUFFLED_TABLES)
  })
  afterAll(() => {
    one.remove()
    shuffled.remove()
  })

  test("answers every statement the same, whatever the order of the rows", async () => {
    const wrong: string[] = []
    for (const statement of corpusStatements()) {
      const { topic, line, sql, compare } = statement
      const answers = [await one.native.query(sql), await shuffled.native.query(sql)] as const
      if (compare._tag !== "rows" || compare.byInputOrder) continue
      const found = difference(answers[0], answers[1], { order: compare.inOrder ? "exact" : "any" })
      if (found !== undefined) wrong.push(`${topic}.sql:${line}: ${found}`)
    }
    expect(wrong).toEqual([])
  })
})
