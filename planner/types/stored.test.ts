import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api"
import { afterAll, beforeAll, expect, test } from "vitest"
import { UnsupportedSql } from "../errors.ts"
import { parquetForm, storedForm } from "./stored.ts"

let connection: DuckDBConnection
beforeAll(async () => {
  connection = await (await DuckDBInstance.create()).connect()
})
afterAll(() => connection.closeSync())

async function rows(sql: string): Promise<readonly unknown[]> {
  return (await connection.runAndReadAll(sql)).getRowsJson()
}

/** What Skein's own tests cannot write yet: a union keeps its tag, also around NULL. */
test("a union is kept as a struct and comes back", async () => {
  const type = "UNION(n INTEGER, s VARCHAR, h HUGEINT, i INTERVAL, l UUID[])"
  const values = [
    "union_value(n := 1)",
    "union_value(n := NULL::INTEGER)",
    "union_value(s := 'x')",
    "union_value(h := '170141183460469231731687303715884105727'::HUGEINT)",
    "union_value(i := INTERVAL '3 months -2 days')",
    "union_value(l := ['ffffffff-ffff-ffff-ffff-ffffffffffff'::UUID, NULL])",
    "NULL",
  ]
  const all = values.map((value) => `SELECT CAST(${value} AS ${type}) AS v`).join(" UNION ALL ")
  const { cast, restore, type: kept } = storedForm(type)
  const shown = "union_tag(v)::VARCHAR, v::VARCHAR, typeof(v)"
  const stored = `SELECT CAST(${cast("v")} AS ${kept}) AS c FROM (${all})`
  expect(await rows(`SELECT typeof(c) FROM (${stored}) LIMIT 1`)).toEqual([[kept.replaceAll('"', "")]])
  expect(await rows(`SELECT ${shown} FROM (SELECT ${restore("c")} AS v FROM (${stored}))`)).toEqual(
    await rows(`SELECT ${shown} FROM (${all})`),
  )
})

test.each([
  ["VARIANT", "a VARIANT cannot be kept"],
  ["STRUCT(INTEGER, INTEGER)", "a struct without field names cannot be kept; name the fields: {'a': …}"],
  ["UNION(a INTEGER)[]", "a UNION inside another type cannot be kept"],
])("%s", (type, reason) => {
  expect(() => storedForm(type)).toThrow(
    new UnsupportedSql({ message: `a column of type ${type} cannot be kept in a table: ${reason}` }),
  )
})

test.each([
  ["HUGEINT", "DECIMAL(38,0)"],
  ["TIMESTAMP_NS", "TIMESTAMP"],
  ["ENUM('a')", "VARCHAR"],
  ["UUID[3]", "VARCHAR[]"],
  ["STRUCT(a HUGEINT)", 'STRUCT("a" DECIMAL(38,0))'],
  ["DATE", "DATE"],
])("%s is %s in a file for others", (type, file) => {
  expect(parquetForm(type).type).toBe(file)
})
