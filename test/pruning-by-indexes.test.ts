import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Int32, Table as ArrowTable, tableToIPC, vectorFromArray } from "apache-arrow"
import { initSync, Table, writeParquet, WriterPropertiesBuilder } from "parquet-wasm/esm/parquet_wasm.js"
import { afterAll, beforeAll, expect, test } from "vitest"
import { installedFile } from "../actors/installation.ts"
import { type Native, openNative } from "../bench/oracle/native.ts"
import { difference } from "../bench/oracle/compare.ts"
import { skeinAnswer } from "../bench/oracle/skein-answer.ts"
import { openSession } from "../runtime/local.ts"
import type { Session } from "../runtime/session.ts"

const GROUP_ROWS = 2048

let folder: string
let native: Native
let session: Session

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "skein-indexes-"))
  const writer = await openNative({ threads: 1 })
  // Each row group holds every eighth number from near 0 to near 16,000: bounds tell nothing, the filter does.
  await writer.run(`COPY (
      SELECT (i * 8 + g)::INTEGER % 1600 AS k, 's' || ((i * 8 + g) % 1600) AS s, g
      FROM range(8) a(g), range(${GROUP_ROWS}) b(i) ORDER BY g, i
    ) TO '${join(folder, "filters.parquet")}' (FORMAT parquet, ROW_GROUP_SIZE ${GROUP_ROWS})`)
  writer.close()
  // One row group of several pages: 0 to 999, then 9,000 to 9,999.
  initSync({ module: await installedFile("parquet-wasm/esm/parquet_wasm_bg.wasm") })
  const values = Array.from({ length: 2000 }, (_, row) => (row < 1000 ? row : row + 8000))
  const table = new ArrowTable({ k: vectorFromArray(values, new Int32()) })
  const pages = new WriterPropertiesBuilder()
    .setDictionaryEnabled(false)
    .setWriteBatchSize(100)
    .setDataPageSizeLimit(400)
    .build()
  const file = writeParquet(Table.fromIPCStream(tableToIPC(table, "stream")), pages)
  writeFileSync(join(folder, "pages.parquet"), file)
  native = await openNative({ threads: 1, dataDir: folder })
  session = await openSession({ workers: 2, dataDir: folder, cwd: folder })
})
afterAll(async () => {
  await session.close()
  native.close()
  rmSync(folder, { recursive: true })
})

test.each([
  ["SELECT count(*), min(g) FROM filters WHERE k = 803", 6 * GROUP_ROWS],
  ["SELECT count(*), min(g) FROM filters WHERE k IN (803, 804)", 5 * GROUP_ROWS],
  ["SELECT count(*), min(g) FROM filters WHERE s = 's803' AND k < 10000", 6 * GROUP_ROWS],
  // Between its bounds, and in no row group at all.
  ["SELECT count(*), min(g) FROM filters WHERE s = 's77777'", 8 * GROUP_ROWS],
  // No filter can tell.
  ["SELECT count(*), min(g) FROM filters WHERE k > 803 AND k < 805", 0],
  ["SELECT count(*), min(g) FROM filters WHERE k = 803 OR g = 1", 0],
  // Between two pages.
  ["SELECT count(*) FROM pages WHERE k BETWEEN 2000 AND 8000", 2000],
  ["SELECT count(*) FROM pages WHERE k = 5000", 2000],
  // In some of them: the others are passed over.
  ["SELECT count(*), min(k) FROM pages WHERE k BETWEEN 900 AND 8000", 1800],
] as const)("%s", async (sql, leastSkipped) => {
  const expected = await native.query(sql)
  const actual = await skeinAnswer(session, sql)
  expect(difference(expected, actual)).toBeUndefined()
  // A filter may err, but only to one side.
  expect(actual.metrics.rowsSkipped.pages).toBeGreaterThanOrEqual(leastSkipped)
  if (leastSkipped === 0) expect(actual.metrics.rowsSkipped.pages).toBe(0)
})

test("law 8: a column that is cast is compared as what it becomes, not by what its file says", async () => {
  const writer = await openNative({ threads: 1 })
  await writer.run(`COPY (SELECT 'x' || (i % 20) AS k FROM range(4000) t(i)) TO '${join(folder, "texts.parquet")}'`)
  writer.close()
  const read = `read_parquet(['${join(folder, "pages.parquet")}', '${join(folder, "texts.parquet")}'], union_by_name = true)`
  // As texts many of 0 to 999 lie between these, as numbers none.
  const sql = `SELECT count(*), min(k), max(k) FROM ${read} WHERE k BETWEEN '2000' AND '8000'`
  const expected = await native.query(sql)
  expect(Number(expected.rows[0]?.[0])).toBeGreaterThan(100)
  expect(difference(expected, await skeinAnswer(session, sql))).toBeUndefined()
  // A session that has read nothing of them yet leaves out single rows, too.
  expect(difference(expected, await firstAnswer(sql))).toBeUndefined()
})

test("law 8: rows that are numbered are all read", async () => {
  const sql = "SELECT file_row_number, k, s FROM read_parquet('filters.parquet', file_row_number = true) WHERE k = 803"
  const expected = await native.query(sql.replace("filters.parquet", join(folder, "filters.parquet")))
  expect(expected.rows.length).toBeGreaterThan(5)
  expect(difference(expected, await firstAnswer(sql), { order: "any" })).toBeUndefined()
})

async function firstAnswer(sql: string) {
  const own = await openSession({ workers: 1, dataDir: folder, cwd: folder })
  try {
    return await skeinAnswer(own, sql)
  } finally {
    await own.close()
  }
}

/** A scan reads what matters to it the first time; the second time it reads whole columns, and keeps them. */
test.each([
  ["codes, once an entry", "s = 's803'", 8 * GROUP_ROWS - 10],
  ["a range of numbers", "k BETWEEN 3 AND 5", 8 * GROUP_ROWS - 33],
  ["two predicates", "k < 400 AND s < 's1'", 8 * GROUP_ROWS - 1400],
])("rows are left out by %s", async (_, where, leastSkipped) => {
  const own = await openSession({ workers: 1, dataDir: folder, cwd: folder })
  const sql = `SELECT count(*), sum(k), min(s), max(g) FROM filters WHERE ${where}`
  const expected = await native.query(sql)
  const [first, second, third] = [await skeinAnswer(own, sql), await skeinAnswer(own, sql), await skeinAnswer(own, sql)]
  await own.close()
  for (const answer of [first, second, third]) expect(difference(expected, answer)).toBeUndefined()
  const skipped = ({ metrics: { rowsSkipped } }: typeof first) =>
    rowsSkipped.pages + rowsSkipped.rowGroups + rowsSkipped.rows
  expect(skipped(first)).toBeGreaterThanOrEqual(leastSkipped)
  expect(first.metrics.rowsSkipped.rows).toBeGreaterThan(0)
  expect(second.metrics.rowsSkipped.rows).toBe(0)
  expect(third.metrics.cache).toMatchObject({ misses: 0 })
})

test("most of a first split matters: it is read whole, and kept", async () => {
  const own = await openSession({ workers: 1, dataDir: folder, cwd: folder })
  const sql = "SELECT count(*), sum(k) FROM filters WHERE k >= 100"
  const first = await skeinAnswer(own, sql)
  const second = await skeinAnswer(own, sql)
  await own.close()
  expect(difference(await native.query(sql), first)).toBeUndefined()
  expect(difference(first, second)).toBeUndefined()
  expect(second.metrics.cache).toMatchObject({ misses: 0 })
})
