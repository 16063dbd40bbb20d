import { describe, expect, test } from "vitest"
import { UnknownColumn } from "./errors.ts"
import { parse } from "./parser/parse.ts"
import { pivotEdit, pivotValues } from "./pivot-values.ts"

type Rows = readonly (readonly (string | null)[])[]

/** The questions that a statement asks, each answered with `rows`, and the values that its PIVOTs get. */
async function asked(sql: string, rows: Rows = [["a"], ["b'"]]) {
  const [statement] = parse(sql)
  if (statement?._tag !== "QueryStatement") throw new Error("there is no query")
  const questions: string[] = []
  const values = await pivotValues(statement.query, sql, async (question) => {
    questions.push(question)
    return { width: rows[0]?.length ?? 1, rows }
  })
  const texts = [...values].map(([column, found]) => pivotEdit(column, found).with.join(""))
  return { questions, texts }
}

const distinct = (value: string, from: string) =>
  `SELECT DISTINCT CAST((${value}) AS VARCHAR) FROM ${from} WHERE (${value}) IS NOT NULL ORDER BY 1 LIMIT 100001`

describe("a PIVOT asks", () => {
  test("for each column that has no IN", async () => {
    const { questions, texts } = await asked("PIVOT t AS s ON a, b IN (1), c + 1 USING sum(d)")
    expect(questions).toEqual([distinct("a", "t AS s"), distinct("c + 1", "t AS s")])
    expect(texts).toEqual([" IN ('a', 'b''')", " IN ('a', 'b''')"])
  })

  test("nothing where all is said", async () => {
    for (const sql of ["PIVOT t ON a IN (1)", "PIVOT t ON a IN an_enum", "PIVOT t GROUP BY a", "SELECT 1"]) {
      expect((await asked(sql)).questions).toEqual([])
    }
  })

  test("with the query that stands in IN, which reads no CTEs", async () => {
    const { questions, texts } = await asked("WITH c AS (FROM u) PIVOT c ON a IN (SELECT x FROM c ORDER BY x)")
    expect(questions).toEqual(["SELECT * FROM (SELECT x FROM c ORDER BY x) LIMIT 100001"])
    expect(texts).toEqual(["'a', 'b'''"])
  })

  test("with the CTEs around it, and not with those after it", async () => {
    const sql = "WITH RECURSIVE a AS (FROM t), b AS (FROM (PIVOT a ON x)), c AS (FROM b) FROM c"
    expect((await asked(sql)).questions).toEqual([`WITH RECURSIVE a AS (FROM t) ${distinct("x", "a")}`])
  })

  test("after those that it reads, whose answers stand in its question", async () => {
    const { questions } = await asked("WITH p AS (PIVOT t ON a) PIVOT (PIVOT p ON b) ON c")
    expect(questions).toEqual([
      distinct("a", "t"),
      `WITH p AS (PIVOT t ON a IN ('a', 'b''')) ${distinct("b", "p")}`,
      `WITH p AS (PIVOT t ON a IN ('a', 'b''')) ${distinct("c", "(PIVOT p ON b IN ('a', 'b'''))")}`,
    ])
  })

  test("though it stands among thousands of operators", async () => {
    const sql = `SELECT ${"1 + ".repeat(5000)} 1 FROM (PIVOT t ON a)`
    expect((await asked(sql)).questions).toEqual([distinct("a", "t")])
  })
})

describe("its values", () => {
  test("are taken once each, in their order, without NULL", async () => {
    const { texts } = await asked("PIVOT t ON a", [["b"], [null], ["a"], ["b"], [""]])
    expect(texts).toEqual([" IN ('b', 'a', '')"])
  })

  test("may be none", async () => {
    expect((await asked("PIVOT t ON a", [])).texts).toEqual([" IN (SELECT CAST(NULL AS VARCHAR) WHERE FALSE)"])
    expect((await asked("PIVOT t ON a IN (FROM u)", [])).texts).toEqual(["SELECT CAST(NULL AS VARCHAR) WHERE FALSE"])
  })

  test("are at most so many", async () => {
    const many = Array.from({ length: 100_001 }, (_, i) => [String(i)])
    await expect(asked("PIVOT t ON a", many)).rejects.toMatchObject({
      _tag: "UnsupportedSql",
      message: "PIVOT finds more than 100000 values to make columns of",
      span: { start: 11, end: 12 },
    })
  })

  test("come from one column", async () => {
    await expect(asked("PIVOT t ON a IN (FROM u)", [["a", "b"]])).rejects.toMatchObject({
      _tag: "BindError",
      message: "Binder Error: The query must return a single column",
    })
  })
})

test("an error in a question is told at its place in the statement", async () => {
  const sql = "WITH c AS (PIVOT t ON a) PIVOT c ON wrong"
  const [statement] = parse(sql)
  if (statement?._tag !== "QueryStatement") throw new Error("there is no query")
  const answer = pivotValues(statement.query, sql, async (question) => {
    const start = question.indexOf("(wrong)")
    if (start < 0) return { width: 1, rows: [["a"]] }
    const span = { start, end: start + "(wrong)".length }
    throw new UnknownColumn({ message: "no", span, name: "wrong", available: [] })
  })
  const start = sql.indexOf("wrong")
  await expect(answer).rejects.toMatchObject({ _tag: "UnknownColumn", span: { start, end: start + "wrong".length } })
})
