import { Table, tableToIPC, Utf8, vectorFromArray } from "apache-arrow"
import { afterAll, beforeAll, expect, test } from "vitest"
import { openNative, type Native } from "../oracle/native.ts"
import type { QueryMetrics, Session } from "../../runtime/session.ts"
import { reportJson, reportText, type BenchConditions } from "./report.ts"
import { benchQuery } from "./run.ts"

const SQL = "SELECT a FROM numbers ORDER BY a"

const metrics: QueryMetrics = {
  planMs: 1,
  totalMs: 2,
  rows: 2,
  bytesRead: 1_500_000,
  bytesExchanged: 20,
  bytesRemote: 0,
  splits: 1,
  splitsPruned: 0,
  bytesDecoded: 0,
  bytesIngested: 0,
  cache: { hits: 0, misses: 0, evicted: 0 },
  rowsSkipped: { files: 0, rowGroups: 0, pages: 0, rows: 0 },
  tasks: 2,
  attempts: 2,
  actors: [
    { name: "engine-0", busyMs: 3, tasks: 1 },
    { name: "engine-1", busyMs: 4, tasks: 1 },
  ],
  stages: [],
}

const conditions: BenchConditions = {
  scale: 0.1,
  workers: 2,
  hotRuns: 3,
  cores: 2,
  cpu: "A Processor",
  runtime: "Node 24",
  duckdb: "v1.4.3",
  date: "2026-01-01T00:00:00.000Z",
}

let native: Native
beforeAll(async () => {
  native = await openNative({ threads: 1 })
  await native.run("CREATE TABLE numbers AS SELECT range AS a FROM range(2)")
})
afterAll(() => native.close())

/** A session that always gives these values. */
function giving(values: readonly string[]) {
  const calls = { queries: 0, closed: 0 }
  const ipc = tableToIPC(new Table({ c0: vectorFromArray([...values], new Utf8()) }), "stream")
  const session: Session = {
    query: () => {
      calls.queries++
      return Promise.resolve({
        id: "q",
        columns: [{ name: "a", type: "BIGINT" }],
        batches: (async function* () {
          yield { ipc, rows: values.length }
        })(),
        metrics: () => metrics,
      })
    },
    plan: () => Promise.reject(new Error("the bench does not plan")),
    tables: () => Promise.resolve([]),
    close: () => {
      calls.closed++
      return Promise.resolve()
    },
  }
  return { session, calls }
}

async function bench(values: readonly string[]) {
  const { session, calls } = giving(values)
  const { signal } = new AbortController()
  const open = () => Promise.resolve(session)
  const result = await benchQuery({ query: 7, sql: SQL, hotRuns: 3, open, native, signal })
  return { result, calls }
}

test("one cold run, as many hot ones as asked for, the session closed", async () => {
  const { result, calls } = await bench(["0", "1"])
  expect(calls).toEqual({ queries: 4, closed: 1 })
  expect(result).toMatchObject({ query: 7, rows: 2, difference: undefined, metrics })
  for (const took of [result.startMs, result.coldMs, result.hotMs, result.nativeMs])
    expect(Number.isFinite(took)).toBe(true)
})

test("a wrong answer is reported, whatever its time", async () => {
  const { result } = await bench(["0", "2"])
  expect(result.difference).toBe("rows differ: missing (1); unexpected (2)")
  expect(JSON.parse(reportJson(conditions, [result]))).toMatchObject({ results: [{ query: 7, equal: false }] })
})

test("rows in the wrong order are a wrong answer where the query orders them", async () => {
  expect((await bench(["1", "0"])).result.difference).toBe(
    "the rows are right but not in order: in row 1 the sort key should be (0), found (1)",
  )
})

test("the table", () => {
  const figures = { rows: 2, startMs: 900, coldMs: 1500, hotMs: 30, nativeMs: 20, metrics }
  const text = reportText(conditions, [
    { ...figures, query: 1, difference: undefined },
    { ...figures, query: 12, difference: "rows differ" },
  ])
  expect(text)
    .toBe(`TPC-H at scale 0.1, Parquet. Skein with 2 workers; native DuckDB v1.4.3 with 2 threads over the same files.
start: until every engine has run something; cold: the first run after it; hot and native: best of 3. A Processor, 2 cores, Node 24.

query  answer     start     cold    hot  native  ratio  rows    read  exchanged  busy per actor
Q1     equal     900 ms  1500 ms  30 ms   20 ms  1.50x     2  1.5 MB       20 B             3 4
Q12    DIFFERS   900 ms  1500 ms  30 ms   20 ms  1.50x     2  1.5 MB       20 B             3 4
all             1800 ms  3000 ms  60 ms   40 ms  1.50x

Q12: rows differ`)
})
