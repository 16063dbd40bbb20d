import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import { difference } from "../../bench/oracle/compare.ts"
import { type Native, openNative } from "../../bench/oracle/native.ts"
import { skeinAnswer } from "../../bench/oracle/skein-answer.ts"
import { openSession } from "../../runtime/local.ts"
import type { LocalSession } from "../../runtime/session.ts"
import { ask, numberFile } from "./number-files.ts"

/** What the cache of decoded columns does, seen from outside: right answers, and what had to be read for them. */

/** Larger than one column of a split below, smaller than all of them. */
const TINY_BYTES = 1_000_000

let folder = ""
let native: Native
let session: LocalSession | undefined

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "skein-cache-"))
  native = await openNative({ threads: 1, cwd: folder })
  // Several row groups of each kind of column.
  await native.run(
    `COPY (SELECT i::INTEGER AS i, (i * 7919 % 1000)::BIGINT AS k, i / 3.0 AS d, (i % 977)::DECIMAL(15, 2) AS m,
             CASE WHEN i % 11 = 0 THEN NULL ELSE 'text ' || (i % 1000) END AS s, [i, NULL] AS l, {'x': i, 'y': 's' || i} AS st
           FROM range(50000) r(i)) TO '${folder}/big.parquet' (ROW_GROUP_SIZE 5000)`,
  )
  await native.run(`COPY (SELECT i::INTEGER AS i FROM range(300) r(i)) TO '${folder}/one.parquet'`)
})
afterEach(async () => {
  await session?.close()
  session = undefined
})
afterAll(async () => {
  native.close()
  await rm(folder, { recursive: true })
})

async function open(workers: number, cacheBytes?: number): Promise<LocalSession> {
  session = await openSession({ workers, dataDir: undefined, cwd: folder, cacheBytes })
  return session
}

const QUERIES = [
  "SELECT * FROM 'big.parquet'",
  "SELECT count(*), sum(i), min(s), max(d) FROM 'big.parquet' WHERE k < 300",
  "SELECT s, count(*), sum(m) FROM 'big.parquet' GROUP BY s ORDER BY s",
  "SELECT l, st FROM 'big.parquet' WHERE i % 4999 = 0",
  "SELECT a.i, b.s FROM 'one.parquet' a JOIN 'big.parquet' b ON a.i = b.k ORDER BY ALL LIMIT 1000",
  "SELECT i FROM 'big.parquet' LIMIT 7 OFFSET 12345",
  "SELECT first(s), list(i)[40000:40010], string_agg(s, ',')[:50] FROM 'big.parquet'",
  "SELECT i, row_number() OVER () FROM 'big.parquet' WHERE k = 5",
  "SELECT count(*) FROM 'big.parquet'",
]

describe.each([
  ["of half of the memory", undefined],
  ["that is tiny", TINY_BYTES],
  ["of nothing", 0],
])("with a cache %s", (_, cacheBytes) => {
  test.each([1, 2])("%i engines: every query, three times, equals native DuckDB", async (workers) => {
    const asked = await open(workers, cacheBytes)
    for (let round = 0; round < 3; round++) {
      for (const sql of QUERIES) {
        const [expected, actual] = [await native.query(sql), await skeinAnswer(asked, sql)]
        // Without an order they are as one thread of DuckDB gives them, too (law 9).
        expect([sql, difference(expected, actual, {})]).toEqual([sql, undefined])
        if (!sql.includes("JOIN")) expect([sql, actual.rows[0]]).toEqual([sql, expected.rows[0]])
      }
    }
  })
})

test("what the budget has no room for goes, and stays gone where all is worth the same", async () => {
  const asked = await open(1, TINY_BYTES)
  const sql = "SELECT sum(i), sum(k), sum(m) FROM 'big.parquet'"
  const first = await ask(asked, sql)
  const columns = 3 * first.metrics.splits
  expect(first).toMatchObject({ hits: 0, misses: columns })
  expect(first.metrics.cache.evicted).toBeGreaterThan(0)
  const again = await ask(asked, sql)
  expect(again.first).toEqual(first.first)
  expect(again.hits).toBe(columns - first.metrics.cache.evicted)
})

test("a cache of nothing keeps nothing", async () => {
  const asked = await open(1, 0)
  const sql = "SELECT sum(i) FROM 'big.parquet'"
  await ask(asked, sql)
  expect(await ask(asked, sql)).toMatchObject({ hits: 0, misses: 0, first: ["1249975000"] })
})

test("two engines hold different splits, and each finds its own again", async () => {
  const asked = await open(2)
  const sql = "SELECT sum(i) FROM 'big.parquet'"
  // Both are started, so that each split is read at its home.
  await ask(asked, "SELECT sum(k) FROM 'big.parquet'")
  const first = await ask(asked, sql)
  expect(first).toMatchObject({ hits: 0, misses: first.metrics.splits })
  expect(await ask(asked, sql)).toMatchObject({ hits: first.metrics.splits, misses: 0 })
})

test("made columns: a file's name, a row's number, a folder's value, a cast, over what is kept", async () => {
  const asked = await open(1)
  for (const year of [2023, 2024]) await mkdir(path.join(folder, "hive", `year=${year}`), { recursive: true })
  await native.run(`COPY (SELECT i::INTEGER AS v FROM range(5) r(i)) TO '${folder}/hive/year=2023/x.parquet'`)
  await native.run(`COPY (SELECT i::BIGINT AS v, 'w' AS w FROM range(3) r(i)) TO '${folder}/hive/year=2024/x.parquet'`)
  const from = `read_parquet('${folder}/hive/*/*.parquet', union_by_name = true, filename = true, file_row_number = true, hive_partitioning = true)`
  for (const list of [
    "v, w, year, filename, file_row_number",
    "filename, file_row_number",
    "year, file_row_number",
    "v + file_row_number",
    "w, year",
  ]) {
    for (let round = 0; round < 2; round++) {
      const sql = `SELECT ${list} FROM ${from} ORDER BY ALL`
      const [expected, actual] = [await native.query(sql), await skeinAnswer(asked, sql)]
      expect([sql, difference(expected, actual, {})]).toEqual([sql, undefined])
    }
  }
  expect(await ask(asked, `SELECT v, year, filename, file_row_number FROM ${from}`)).toMatchObject({
    hits: 2,
    misses: 0,
    rows: 8,
  })
})

test("a file that is read twice in one query is read once", async () => {
  const asked = await open(1)
  expect(await ask(asked, "SELECT sum(i) FROM read_parquet(['one.parquet', 'one.parquet'])")).toMatchObject({
    first: ["89700"],
  })
  expect(await ask(asked, "SELECT sum(i) FROM read_parquet(['one.parquet', 'one.parquet'])")).toMatchObject({
    first: ["89700"],
    hits: 2,
    misses: 0,
  })
})

test("hundreds of splits in one statement", async () => {
  const asked = await open(1)
  await mkdir(path.join(folder, "many"))
  for (let number = 0; number < 400; number++) {
    await writeFile(path.join(folder, "many", `${String(number).padStart(3, "0")}.parquet`), numberFile([number, 1]))
  }
  for (const hits of [0, 800]) {
    expect(await ask(asked, "SELECT sum(a), sum(b) FROM 'many/*.parquet'")).toMatchObject({
      first: ["80200", "80200"],
      hits,
    })
  }
  const { first } = await ask(asked, "SELECT list(a)[:5], list(a)[-3:] FROM 'many/*.parquet'")
  expect(first).toEqual(["[0, 1, 1, 1, 2]", "[1, 399, 1]"])
})

test("a query that fails or is left leaves nothing half-read behind", async () => {
  const asked = await open(1)
  const failing = "SELECT error('stop ' || i) FROM 'big.parquet'"
  await expect(ask(asked, failing)).rejects.toMatchObject({ message: expect.stringContaining("stop 0") })
  const left = await asked.query("SELECT i, s FROM 'big.parquet'")
  for await (const _ of left.batches) break
  const sql = "SELECT count(s), sum(i), sum(m) FROM 'big.parquet'"
  const expected = await native.query(sql)
  for (let round = 0; round < 2; round++) {
    expect(difference(expected, await skeinAnswer(asked, sql), {})).toBeUndefined()
  }
})

test("queries at the same time share what is kept", async () => {
  const asked = await open(2)
  const sqls = QUERIES.slice(1, 6)
  const expected = await Promise.all(sqls.map((sql) => native.query(sql)))
  for (let round = 0; round < 2; round++) {
    const answers = await Promise.all(sqls.map((sql) => skeinAnswer(asked, sql)))
    for (const [index, answer] of answers.entries()) {
      const rows = expected[index]
      expect(rows === undefined ? "no answer" : difference(rows, answer, {})).toBeUndefined()
    }
  }
})
