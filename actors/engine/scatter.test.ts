import * as arrow from "apache-arrow"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { EngineTask } from "./messages.ts"
import { type EngineDriver, driveEngine, type TaskResult, textsOf } from "./testing/driver.ts"

/** Every layout that Arrow buffers have, with NULLs at other rows in each, and NULLs inside of what nests. */
const COLUMNS: Readonly<Record<string, { readonly type: string; readonly value: string }>> = {
  id: { type: "INTEGER", value: "i" },
  bool: { type: "BOOLEAN", value: "i % 3 = 0" },
  bool_null: { type: "BOOLEAN", value: "CASE WHEN i % 5 <> 0 THEN i % 2 = 0 END" },
  byte: { type: "TINYINT", value: "i % 100" },
  short: { type: "USMALLINT", value: "CASE WHEN i % 7 <> 0 THEN i % 60000 END" },
  int: { type: "INTEGER", value: "CASE WHEN i % 2 = 0 THEN -i END" },
  long: { type: "BIGINT", value: "CASE WHEN i % 9 <> 3 THEN i::BIGINT * 1000000007 END" },
  double: {
    type: "DOUBLE",
    value: "CASE i % 5 WHEN 0 THEN 'nan'::DOUBLE WHEN 1 THEN '-0.0'::DOUBLE WHEN 2 THEN NULL ELSE i / 3 END",
  },
  decimal: { type: "DECIMAL(30,2)", value: "CASE WHEN i % 4 <> 0 THEN i * 1.25 END" },
  text: { type: "VARCHAR", value: "CASE WHEN i % 6 <> 0 THEN repeat('é', i % 40) || i END" },
  text_full: { type: "VARCHAR", value: "CASE WHEN i % 2 = 0 THEN '' ELSE 'x' END" },
  list: {
    type: "INTEGER[]",
    value:
      "CASE WHEN i % 5 <> 0 THEN list_transform(range(i % 4), x -> CASE WHEN x <> 1 THEN x + i END)::INTEGER[] END",
  },
  texts: { type: "VARCHAR[]", value: "CASE WHEN i % 3 <> 0 THEN ['a' || i, NULL, ''] ELSE [] END" },
  fixed: { type: "INTEGER[2]", value: "CASE WHEN i % 4 <> 1 THEN [i, NULL] END" },
  struct: {
    type: "STRUCT(a INTEGER, b VARCHAR)",
    value: "CASE WHEN i % 3 <> 1 THEN {'a': CASE WHEN i % 2 = 0 THEN i END, 'b': 's' || i} END",
  },
  map: { type: "MAP(VARCHAR, BOOLEAN)", value: "CASE WHEN i % 4 <> 2 THEN MAP {'k' || i: i % 2 = 0, 'n': NULL} END" },
  deep: {
    type: "STRUCT(l STRUCT(x BIGINT)[], f VARCHAR[1])",
    value: "{'l': CASE WHEN i % 3 <> 0 THEN [{'x': i}, NULL] END, 'f': CASE WHEN i % 2 = 0 THEN ['f'] END}",
  },
  union: {
    type: "UNION(n INTEGER, s VARCHAR)",
    value:
      "CASE WHEN i % 3 = 0 THEN NULL WHEN i % 3 = 1 THEN union_value(n := i) ELSE ('u' || i)::UNION(n INTEGER, s VARCHAR) END",
  },
}

const columns = Object.entries(COLUMNS).map(([name, { type }]) => ({ name, wireType: type }))
const selected = Object.entries(COLUMNS)
  .map(([name, { type, value }]) => `CAST(${value} AS ${type}) AS "${name}"`)
  .join(", ")
const source = (rows: number): string => `SELECT ${selected} FROM (SELECT range::INTEGER AS i FROM range(${rows}))`

function scatter(rows: number, partitions: number): Partial<EngineTask> {
  const column = partitions === 0 ? "" : `, ((hash("long") >> 40) % ${partitions})::INTEGER`
  return { sql: `SELECT *${column} FROM (${source(rows)})`, columns, partitions, batchBytesTarget: 64 * 1024 }
}

let engine: EngineDriver
let other: EngineDriver
beforeAll(async () => {
  ;[engine, other] = await Promise.all([driveEngine("scatter"), driveEngine("other")])
})
afterAll(() => Promise.all([engine.close(), other.close()]))

const fingerprint = ({ batches }: TaskResult) =>
  batches.map(({ partition, sequence, batch }) => [partition, sequence, batch.rows, batch.checksum])

describe("every row goes to its partition, once, in order", () => {
  const cases = [0, 1, 3, 17, 2047, 2048, 2049, 20_000].flatMap((rows) => [0, 1, 2, 8].map((n) => [rows, n] as const))
  test.each(cases)("%d rows into %d partitions", async (rows, partitions) => {
    const sent = await engine.task(scatter(rows, partitions))
    expect(sent.error).toBeUndefined()
    expect(sent.batches.reduce((sum, { batch }) => sum + batch.rows, 0)).toBe(rows)
    expect(sent.metrics?.partitionRows).toHaveLength(Math.max(1, partitions))
    for (const [partition, count] of (sent.metrics?.partitionRows ?? []).entries()) {
      const own = sent.batches.filter((out) => out.partition === partition)
      expect(own.map(({ sequence }) => sequence)).toEqual(own.map((_, i) => i))
      expect(own.reduce((sum, { batch }) => sum + batch.rows, 0)).toBe(count)
      const ids = own.flatMap(({ batch }) => [...(arrow.tableFromIPC(batch.bytes).getChildAt(0) ?? [])].map(Number))
      expect(ids).toEqual(ids.toSorted((a, b) => a - b))
    }
    const inputs = [
      { table: "r", columns: columns.map(({ name, wireType: type }) => ({ name, sourceName: name, type })) },
    ]
    const differs = columns.map(({ name }) => `r."${name}" IS DISTINCT FROM s."${name}"`).join(" OR ")
    const back = await engine.task(
      {
        inputs,
        sql: `SELECT count(*), count(DISTINCT r.id), count(*) FILTER (WHERE ${differs}) FROM (${source(rows)}) s FULL JOIN r USING (id)`,
        columns: ["rows", "ids", "wrong"].map((name) => ({ name, wireType: "BIGINT" })),
      },
      { batches: { r: sent.batches.map(({ batch }) => batch) } },
    )
    expect(back.error).toBeUndefined()
    expect(textsOf(back.batches.map(({ batch }) => batch))).toEqual([[String(rows), String(rows), "0"]])
  })

  test("100,000 rows of a few columns", async () => {
    const sql = "SELECT i, 'v' || i, CASE WHEN i % 3 = 0 THEN i END, (i % 8)::INTEGER FROM range(100000) r(i)"
    const names = ["a", "b", "c"].map((name) => ({ name, wireType: "BIGINT" }))
    const { batches } = await engine.task({ sql, columns: names, partitions: 8, batchBytesTarget: 64 * 1024 })
    const rows = batches.flatMap(({ partition, batch }) => textsOf([batch]).map((row) => [partition, ...row]))
    const wrong = rows.filter(([partition, a, b, c]) => {
      const i = Number(a)
      return partition !== i % 8 || b !== `v${i}` || c !== (i % 3 === 0 ? String(i) : "null")
    })
    expect([rows.length, new Set(rows.map(([, a]) => a)).size, wrong]).toEqual([100_000, 100_000, []])
  })
})

describe("law 4: the same rows give the same bytes", () => {
  test.each([0, 3])("twice on one engine and once on another, %d partitions", async (partitions) => {
    const task = scatter(10_000, partitions)
    const first = fingerprint(await engine.task(task))
    await engine.evaluate("SELECT max(repeat('noise', i::INTEGER % 50)) FROM range(10000) r(i)")
    expect(fingerprint(await engine.task(task))).toEqual(first)
    expect(fingerprint(await other.task(task))).toEqual(first)
  })
})

describe("law 1: equal keys of one comparison type meet in one partition", () => {
  /** Each list: keys that `=` or IS NOT DISTINCT FROM calls equal once both sides are cast to the type. */
  test.each<[string, readonly string[]]>([
    ["BIGINT", ["-1::TINYINT", "-1::INTEGER", "-1::BIGINT", "(-1)::HUGEINT"]],
    ["HUGEINT", ["-7::INTEGER", "(-7)::HUGEINT", "-7::BIGINT"]],
    ["DOUBLE", ["'-0.0'::DOUBLE", "0.0::DOUBLE", "0::INTEGER", "'-0.0'::FLOAT", "0::DECIMAL(4,2)"]],
    ["DOUBLE", ["'nan'::DOUBLE", "'nan'::FLOAT", "-('nan'::DOUBLE)", "'inf'::DOUBLE - 'inf'::DOUBLE"]],
    ["DOUBLE", ["-1.5::FLOAT", "-1.5::DOUBLE", "-1.5::DECIMAL(3,1)"]],
    ["DECIMAL(18,3)", ["-1.5::DECIMAL(3,1)", "-1.500::DECIMAL(18,3)", "-1.5::DECIMAL(9,2)"]],
    ["TIMESTAMP", ["DATE '1969-12-31'", "TIMESTAMP '1969-12-31'", "TIMESTAMP_S '1969-12-31'"]],
    ["VARCHAR", ["'b'::ENUM('a', 'b')", "'b'", "'b'::ENUM('b')"]],
    ["INTEGER", ["NULL", "NULL::VARCHAR::INTEGER", "NULL::BIGINT"]],
  ])("%s %j", async (type, keys) => {
    const rows = keys.map((key) => `SELECT CAST(${key} AS ${type}) AS k`).join(" UNION ALL ")
    for (const runner of [engine, other]) {
      const { metrics } = await runner.task({
        sql: `SELECT k, ((hash(k) >> 40) % 64)::INTEGER FROM (${rows})`,
        columns: [{ name: "k", wireType: type }],
        partitions: 64,
      })
      expect(metrics?.partitionRows.filter((count) => count > 0)).toEqual([keys.length])
    }
  })

  test("why the cast is needed: -1 hashes differently in each width", async () => {
    const [row] = await engine.evaluate(
      "SELECT hash(-1::INTEGER) = hash(-1::BIGINT), hash(1::INTEGER) = hash(1::BIGINT)",
    )
    expect(row).toEqual(["false", "true"])
  })

  test("two engines send every key to the same partition", async () => {
    const sql = "SELECT k, ((hash(k) >> 40) % 8)::INTEGER FROM (SELECT (i - 500)::BIGINT AS k FROM range(1000) r(i))"
    const task = { sql, columns: [{ name: "k", wireType: "BIGINT" }], partitions: 8 }
    const [a, b] = await Promise.all([engine.task(task), other.task(task)])
    expect(fingerprint(a)).toEqual(fingerprint(b))
    expect(a.metrics?.partitionRows.every((count) => count > 50)).toBe(true)
  })
})

describe("a partition column that is wrong is never turned into wrong rows", () => {
  test.each([
    ["8::INTEGER", "the partition column holds 8 of 8"],
    ["-1::INTEGER", "the partition column holds -1 of 8"],
    ["NULL::INTEGER", "the partition column holds a NULL"],
    ["1::BIGINT", "the partition column is Int64 instead of INTEGER"],
  ])("%s", async (value, message) => {
    const task = { sql: `SELECT 1, ${value}`, columns: [{ name: "a", wireType: "INTEGER" }], partitions: 8 }
    const { error, batches } = await engine.task(task)
    expect([error?.message, batches]).toEqual([message, []])
  })
})
