import { DuckDBBlobValue, DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api"
import * as fc from "fast-check"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { parseQuery } from "../parser/parse.ts"
import { printValue } from "./print-value.ts"

const instance = await DuckDBInstance.create()
let connection: DuckDBConnection
beforeAll(async () => {
  connection = await instance.connect()
  await connection.run("SET TimeZone = 'UTC'")
})
afterAll(() => connection.closeSync())

async function read(value: unknown): Promise<{ readonly type: string; readonly text: unknown }> {
  const reader = await connection.runAndReadAll(
    `SELECT typeof(v), v::VARCHAR FROM (SELECT ${printValue(value, "$1")} AS v)`,
  )
  const [row] = reader.getRows()
  return { type: String(row?.[0]), text: row?.[1] }
}

describe("a value is a literal of its type", () => {
  test.each<readonly [unknown, string, string | null]>([
    [null, '"NULL"', null],
    [undefined, '"NULL"', null],
    [true, "BOOLEAN", "true"],
    [0, "INTEGER", "0"],
    [-0, "DOUBLE", "-0.0"],
    [-5, "INTEGER", "-5"],
    [-2147483648, "INTEGER", "-2147483648"],
    [2147483648, "BIGINT", "2147483648"],
    [-9007199254740991, "BIGINT", "-9007199254740991"],
    [1e300, "DOUBLE", "1e+300"],
    [1.5, "DOUBLE", "1.5"],
    [0.1, "DOUBLE", "0.1"],
    [Number.NaN, "DOUBLE", "nan"],
    [Number.NEGATIVE_INFINITY, "DOUBLE", "-inf"],
    [-(2n ** 63n), "BIGINT", "-9223372036854775808"],
    [2n ** 63n, "HUGEINT", "9223372036854775808"],
    [-(2n ** 127n), "HUGEINT", "-170141183460469231731687303715884105728"],
    [2n ** 127n, "UHUGEINT", "170141183460469231731687303715884105728"],
    ["it's", "VARCHAR", "it's"],
    ["a\0b", "VARCHAR", "a\0b"],
    ["\0", "VARCHAR", "\0"],
    ["", "VARCHAR", ""],
    ["\\n$1?--/*", "VARCHAR", "\\n$1?--/*"],
    [new Date(0), "TIMESTAMP WITH TIME ZONE", "1970-01-01 00:00:00+00"],
    [new Date(-1), "TIMESTAMP WITH TIME ZONE", "1969-12-31 23:59:59.999+00"],
    [new Uint8Array([0, 39, 255]), "BLOB", "\\x00\\x27\\xFF"],
    [[1, 2], "INTEGER[]", "[1, 2]"],
    [[], '"NULL"[]', "[]"],
    [["a", null], "VARCHAR[]", "[a, NULL]"],
    [{ a: 1, "b'": ["x"] }, 'STRUCT(a INTEGER, "b\'" VARCHAR[])', "{'a': 1, 'b\\'': [x]}"],
    [new Map([["k", 1.5]]), "MAP(VARCHAR, DOUBLE)", "{k=1.5}"],
  ])("%s", async (value, type, text) => {
    expect(await read(value)).toEqual({ type, text })
  })

  test.each<readonly [unknown, string]>([
    ["\ud800", "the value of parameter $1 is a text with half a surrogate pair, which is no Unicode text"],
    [2n ** 128n, "the value of parameter $1 is a whole number of more than 128 bits"],
    [{ a: [{}] }, "the value of parameter $1.a[0] is an object without fields, and a STRUCT needs one"],
    [new Date(Number.NaN), "the value of parameter $1 is an invalid Date"],
    [() => 1, "the value of parameter $1 is a function, which has no type in SQL"],
    [/x/u, "the value of parameter $1 is a RegExp, which has no type in SQL"],
    [
      JSON.parse("[".repeat(50) + "]".repeat(50)),
      `the value of parameter $1${"[0]".repeat(41)} is nested more than 40 levels deep`,
    ],
  ])("%s is refused", (value, message) => {
    expect(() => printValue(value, "$1")).toThrow(message)
  })
})

const RUNS = Number(process.env["SKEIN_PROPERTY_RUNS"] ?? 1_000)

test.each<readonly [unknown, string]>([
  [[1, "a"], "a list of several types, number and text: one has to be that of all"],
  [[[1], ["a"]], "list of number and list of text"],
  [{ a: [null, true, 1n] }, "$1.a is a list of several types, boolean and number"],
  [
    new Map<unknown, unknown>([
      ["a", 1],
      [2, 3],
    ]),
    "a Map of keys of several types, text and number",
  ],
  [
    new Map<unknown, unknown>([
      ["a", 1],
      ["b", new Date(0)],
    ]),
    "a Map of values of several types, number and date",
  ],
])("%o is refused: DuckDB would make one of them the other", (value, message) => {
  expect(() => printValue(value, "$1")).toThrow(message)
})

test("numbers of several kinds, NULL and empty lists go together", () => {
  expect(printValue([1, 2n, 0.5, null, undefined], "$1")).toBe("[1, 2, CAST('0.5' AS DOUBLE), NULL, NULL]")
  expect(printValue([[], [1], null, [null]], "$1")).toBe("[[], [1], NULL, [NULL]]")
})

test("any text, number and bytes come back as they were", async () => {
  const scalar = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
    fc.double(),
    fc.maxSafeInteger(),
    fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n }),
    fc.uint8Array().map((bytes) => Uint8Array.from(bytes)),
  )
  await fc.assert(
    fc.asyncProperty(scalar, async (value) => {
      const sql = printValue(value, "$1")
      // Skein's own parser reads it, too.
      expect(() => parseQuery(`SELECT ${sql}`)).not.toThrow()
      const back = (await connection.runAndReadAll(`SELECT ${sql}`)).getRows()[0]?.[0]
      if (typeof value === "string" || typeof value === "bigint") expect(String(back)).toBe(String(value))
      else if (typeof value === "number") expect(Object.is(Number(back), value)).toBe(true)
      else expect(String(back)).toBe(String(new DuckDBBlobValue(value)))
    }),
    { numRuns: RUNS },
  )
})

test("any JSON is a literal or is refused in a sentence", async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue({ maxDepth: 5 }), async (value) => {
      let sql: string
      try {
        sql = printValue(value, "$1")
      } catch (error) {
        expect(String(error)).toContain("the value of parameter $1")
        return
      }
      expect(() => parseQuery(`SELECT ${sql}`)).not.toThrow()
      const answer = await connection.runAndReadAll(`SELECT ${sql}`).catch((error: unknown) => String(error))
      // Lists of several types, and structs with a field twice, are DuckDB's to refuse; never a syntax error.
      if (typeof answer === "string") expect(answer).not.toMatch(/Parser Error/u)
    }),
    { numRuns: RUNS },
  )
})
