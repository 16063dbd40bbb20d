import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DuckDBInstance } from "@duckdb/node-api"
import { tableFromIPC } from "apache-arrow"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { openSession } from "./local.ts"
import type { QueryOptions, Session } from "./session.ts"

/** The session as every door uses it: text in, rows out, over real files and real engines. */

let folder = ""
let session: Session

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "skein-local-"))
  await native(
    `COPY (SELECT i AS k, i % 10 AS g FROM range(20000) r(i)) TO '${folder}/a.parquet' (ROW_GROUP_SIZE 2048)`,
  )
  await native(`COPY (SELECT i * 2 AS k, 'b' || i AS s FROM range(5000) r(i)) TO '${folder}/b.parquet'`)
  session = await openSession({ workers: 2, dataDir: folder, cwd: folder })
})

afterAll(async () => {
  await session.close()
  await rm(folder, { recursive: true })
})

async function native(sql: string): Promise<readonly (readonly string[])[]> {
  const instance = await DuckDBInstance.create(":memory:")
  const connection = await instance.connect()
  try {
    return (await connection.runAndReadAll(sql)).getRows().map((row) => row.map(String))
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

async function rows(sql: string, options: QueryOptions = {}): Promise<readonly (readonly string[])[]> {
  const found: string[][] = []
  for await (const { ipc } of (await session.query(sql, { form: "text", ...options })).batches) {
    for (const row of tableFromIPC(ipc).toArray()) found.push(Object.values(row.toJSON()).map(String))
  }
  return found
}

const join2 = (a: string, b: string) =>
  `SELECT g, count(*) AS n, min(s) AS s FROM ${a} a JOIN ${b} b ON a.k = b.k GROUP BY g ORDER BY g`

test("one statement is planned, run and answered", async () => {
  expect(await rows("SELECT 40 + 2 AS answer")).toEqual([["42"]])
})

test.each(["hash", "broadcast"] as const)("a join that moves by %s equals native DuckDB's", async (joins) => {
  const expected = await native(join2(`'${folder}/a.parquet'`, `'${folder}/b.parquet'`))
  expect(expected.length).toBe(5)
  expect(await rows(join2("a", "b"), { settings: { joins }, partitions: 3 })).toEqual(expected)
})

test("queries that run at once are answered each with its own rows", async () => {
  const sums = await Promise.all([1, 2, 3].map((n) => rows(`SELECT sum(k) * ${n} AS s FROM a`)))
  expect(sums).toEqual([1, 2, 3].map((n) => [[String(n * 199_990_000)]]))
})

test("EXPLAIN is planned as the query that it explains, and runs nothing", async () => {
  const explained = await session.plan("EXPLAIN SELECT g, sum(k) FROM a GROUP BY g")
  const plan = await session.plan("SELECT g, sum(k) FROM a GROUP BY g")
  expect(explained.stages.map(({ sql }) => sql)).toEqual(plan.stages.map(({ sql }) => sql))
  expect(plan.stages.length).toBeGreaterThan(1)
})

describe("what cannot be answered", () => {
  test.each<[string, string, string]>([
    ["", "UnsupportedSql", "there is no statement to run"],
    ["SELECT * FROM nowhere", "UnknownTable", 'table "nowhere" does not exist in FOLDER'],
    ["SELECT kk FROM a", "UnknownColumn", 'column "kk" does not exist in a'],
    ["SELECT CAST('x' AS INTEGER) FROM a", "QueryError", "Conversion Error: Could not convert string 'x' to INT32"],
  ])("%s", async (sql, _tag, message) => {
    const error: unknown = await rows(sql).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ _tag })
    expect(error instanceof Error && error.message.replaceAll(folder, "FOLDER")).toBe(message)
  })
})

test("a closed session takes no more queries", async () => {
  const other = await openSession({ workers: 1, dataDir: undefined, cwd: folder })
  await other.close()
  await other.close()
  await expect(other.query("SELECT 1")).rejects.toMatchObject({
    _tag: "Cancelled",
    message: "the query was cancelled: its session was closed",
  })
})
