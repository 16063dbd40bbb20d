import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { spawnEngine } from "../../actors/engine/thread.ts"
import { parquetSource } from "../../actors/sources/parquet/source.ts"
import { openNative } from "../../bench/oracle/native.ts"
import { ENGINE_MACROS } from "../../planner/lowering/engine-macros.ts"
import { openNode } from "../../runtime/coordinator/node.ts"
import type { Node } from "../../runtime/coordinator/node.ts"
import { sqlPlanner } from "../../runtime/coordinator/sql-planner.ts"
import { ask } from "./number-files.ts"

/** The cache never takes what a statement needs. */

const MIB = 1024 * 1024

let folder = ""
let node: Node
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "skein-memory-"))
  const native = await openNative({ threads: 1 })
  // 1.5 million rows of 8 bytes: 12 MB a column.
  await native.run(
    `COPY (SELECT i::BIGINT AS a, i * 2 AS b, i * 3 AS c, i * 5 AS d FROM range(1500000) r(i)) TO '${folder}/big.parquet'`,
  )
  native.close()
  node = await openNode({
    workers: 1,
    places: { dataDir: undefined, cwd: folder },
    planner: sqlPlanner,
    source: parquetSource,
    spawn: (name) => spawnEngine({ name, memoryLimitBytes: 128 * MIB, cacheBytes: 96 * MIB, ...ENGINE_MACROS }),
  })
})
afterAll(async () => {
  await node.close()
  await rm(folder, { recursive: true })
})

test("a statement that finds no room beside the cache has the cache's", async () => {
  const columns = "SELECT sum(a), sum(b), sum(c), sum(d) FROM 'big.parquet'"
  await ask(node, columns)
  const { hits, misses } = await ask(node, columns)
  expect(hits).toBeGreaterThan(0)
  expect(misses).toBe(0)
  const large = await ask(node, "SELECT count(*) FROM (SELECT DISTINCT i FROM range(1500000) r(i))")
  expect(large.first).toEqual(["1500000"])
  const { tasks, attempts, cache } = large.metrics
  expect({ again: attempts - tasks, evicted: cache.evicted }).toEqual({ again: 0, evicted: hits })
  expect(await ask(node, columns)).toMatchObject({ hits: 0, misses: hits })
})
