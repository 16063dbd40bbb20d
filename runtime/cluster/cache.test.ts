import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { tpchQuery } from "../../bench/harness/queries.ts"
import { difference } from "../../bench/oracle/compare.ts"
import { type Native, openNative } from "../../bench/oracle/native.ts"
import { orderOf } from "../../bench/oracle/order-keys.ts"
import { skeinAnswer } from "../../bench/oracle/skein-answer.ts"
import { generateTpch } from "../../bench/tpch/generate.ts"
import { TestCluster } from "./testing/nodes.ts"

/** Columns that the engines of several nodes keep. */

const SUM = "SELECT sum(l_quantity), sum(l_extendedprice) FROM lineitem"

let dir: string
let native: Native
let cluster: TestCluster

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "skein-cluster-cache-"))
  await generateTpch({ scale: 0.01, format: "parquet", out: dir, files: 3, rowGroupRows: 4096 })
  native = await openNative({ threads: 1, dataDir: dir })
  cluster = new TestCluster()
  for (const name of ["a", "b"]) await cluster.open(name, { data: `data=${dir}` })
  await cluster.together(2)
})
afterAll(async () => {
  await cluster.close()
  native.close()
  rmSync(dir, { recursive: true, force: true })
})

/** Asked of that node; equal to native DuckDB, or the test fails. */
async function expectEqualOn(node: number, sql: string) {
  const session = cluster.nodes[node]?.session
  if (session === undefined) throw new Error(`there is no node ${node}`)
  const answer = await skeinAnswer(session, sql)
  expect(difference(await native.query(sql), answer, { order: orderOf(sql) })).toBeUndefined()
  const { cache, splits, actors } = answer.metrics
  const nodes = new Set(actors.filter(({ tasks }) => tasks > 0).map(({ name }) => name.split("/")[0]))
  return { ...cache, columns: 2 * splits, nodes: nodes.size }
}

test("each split is kept at one engine of the cluster, whoever coordinates; one that joins takes only its share", async () => {
  const first = await expectEqualOn(0, SUM)
  expect(first).toMatchObject({ hits: 0, misses: first.columns, nodes: 2 })
  expect(await expectEqualOn(0, SUM)).toMatchObject({ hits: first.columns, misses: 0, nodes: 2 })
  // The other coordinator finds the same homes.
  expect(await expectEqualOn(1, SUM)).toMatchObject({ hits: first.columns, misses: 0, nodes: 2 })
  await cluster.open("c", { data: `data=${dir}` })
  await cluster.together(3)
  const joined = await expectEqualOn(0, SUM)
  expect(joined.nodes).toBe(3)
  expect(joined.hits).toBeGreaterThan(first.columns / 2)
  expect(joined.misses).toBeGreaterThan(0)
  expect(await expectEqualOn(1, SUM)).toMatchObject({ hits: first.columns, misses: 0 })
})

test("whole queries, twice", async () => {
  for (const number of [1, 3, 6, 12]) {
    const sql = await tpchQuery(number)
    await expectEqualOn(0, sql)
    await expectEqualOn(1, sql)
  }
})
