import { cpSync, mkdtempSync, rmSync, writeFileSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest"
import { tpchQuery } from "../../bench/harness/queries.ts"
import { difference } from "../../bench/oracle/compare.ts"
import { type Native, openNative } from "../../bench/oracle/native.ts"
import { orderOf } from "../../bench/oracle/order-keys.ts"
import { skeinAnswer } from "../../bench/oracle/skein-answer.ts"
import { generateTpch } from "../../bench/tpch/generate.ts"
import { readTextBatches } from "../formats/text-batch.ts"
import type { QueryOptions } from "../session.ts"
import type { ClusterNode } from "./node.ts"
import { leftovers, NOTHING_LEFT, TestCluster } from "./testing/nodes.ts"

/** Several nodes in one process, with real engines and the NATS server's small parcels; native DuckDB answers, too. */

const HASH: QueryOptions = { settings: { joins: "hash" } }
const PARCEL_BYTES_MAX = 65_536

let dir: string
let data: string
let native: Native
let cluster: TestCluster

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "skein-cluster-"))
  data = join(dir, "data")
  await generateTpch({ scale: 0.01, format: "parquet", out: data, files: 3, rowGroupRows: 4096 })
  native = await openNative({ threads: 1, dataDir: data })
})

afterAll(() => {
  native.close()
  rmSync(dir, { recursive: true, force: true })
})

async function open(names: readonly string[]): Promise<TestCluster> {
  cluster = new TestCluster(PARCEL_BYTES_MAX)
  for (const name of names) await cluster.open(name, { data: `data=${data}` })
  await cluster.together(names.length)
  return cluster
}

async function expectEqual({ session }: ClusterNode, sql: string, options: QueryOptions = HASH) {
  const actual = await skeinAnswer(session, sql, options)
  expect(difference(await native.query(sql), actual, { order: orderOf(sql) })).toBeUndefined()
  return actual.metrics
}

async function expectNothingLeft(): Promise<void> {
  const alive = cluster.nodes.filter((node) => !node.isKilled())
  await vi.waitFor(() => expect(alive.map(leftovers)).toEqual(alive.map(() => NOTHING_LEFT)), { timeout: 5000 })
}

const node = (index: number) => {
  const found = cluster.nodes[index]
  if (found === undefined) throw new Error(`there is no node ${index}`)
  return found
}

describe("three nodes", () => {
  beforeAll(() => open(["a", "b", "c"]))
  afterEach(expectNothingLeft)
  afterAll(() => cluster.close())

  test.each([1, 3, 6, 12])("TPC-H %i equals native DuckDB", async (number) => {
    for (const options of [HASH, {}]) {
      const metrics = await expectEqual(node(0), await tpchQuery(number), options)
      expect(metrics.bytesRemote).toBeGreaterThan(0)
      const nodes = new Set(metrics.actors.filter(({ tasks }) => tasks > 0).map(({ name }) => name.split("/")[0]))
      expect(nodes.size).toBeGreaterThan(1)
    }
  })

  test("any of them coordinates, also at the same time", async () => {
    const sql = await tpchQuery(12)
    const all = await Promise.all([0, 1, 2, 0, 1, 2].map((index) => expectEqual(node(index), sql)))
    expect(all.map(({ rows }) => rows)).toEqual([2, 2, 2, 2, 2, 2])
  })

  test("what is made of a file's path and place is the same wherever it is read", async () => {
    const files = "read_parquet('lineitem/*.parquet', filename = true, file_row_number = true)"
    const sql = `SELECT parse_filename(filename) AS f, l_linestatus, count(*) AS n, max(file_row_number) AS last FROM ${files} GROUP BY ALL`
    const metrics = await expectEqual(node(0), `${sql} ORDER BY ALL`)
    const nodes = new Set(metrics.actors.filter(({ tasks }) => tasks > 0).map(({ name }) => name.split("/")[0]))
    expect(nodes.size).toBeGreaterThan(1)
  })

  test("a result of many batches, more than a parcel each, keeps its order", async () => {
    const metrics = await expectEqual(node(1), "SELECT * FROM lineitem ORDER BY l_orderkey, l_linenumber")
    expect(metrics.rows).toBe(60_175)
  })

  test("an error of the statement's own comes with DuckDB's words, from wherever it happened", async () => {
    const sql = "SELECT sum(CAST(l_shipmode AS INTEGER)) FROM lineitem"
    await expect(skeinAnswer(node(2).session, sql)).rejects.toMatchObject({
      _tag: "QueryError",
      message: expect.stringContaining("Conversion Error: Could not convert string '"),
      node: expect.stringMatching(/^[abc]\/engine-0$/u),
    })
  })

  test("a query that is given up stops on every node", async () => {
    const result = await node(0).session.query("SELECT * FROM lineitem", { form: "text" })
    for await (const batch of result.batches) {
      expect(batch.rows).toBeGreaterThan(0)
      break
    }
    const abort = new AbortController()
    const endless = "SELECT count(*) FROM lineitem a JOIN lineitem b ON a.l_linenumber = b.l_linenumber"
    const reading = skeinAnswer(node(0).session, endless, { signal: abort.signal })
    await vi.waitFor(() => expect(node(1).counts().guests + node(2).counts().guests).toBe(2), { timeout: 20_000 })
    abort.abort()
    await expect(reading).rejects.toMatchObject({ _tag: "Cancelled" })
  })
})

describe("lost nodes", () => {
  afterEach(() => cluster.close())

  test.each([1, 12, 30])("a worker killed after %i parcels of Q3: the answer is the same", async (parcels) => {
    await open(["a", "b", "c"])
    const sql = await tpchQuery(3)
    node(1).killAfter(parcels)
    const metrics = await expectEqual(node(0), sql)
    expect(node(1).isKilled()).toBe(true)
    expect(metrics.attempts).toBeGreaterThan(metrics.tasks)
    await expectEqual(node(0), sql)
    await expectNothingLeft()
  })

  test.each(["b", "c"])(
    "node %s killed while the result streams from b or c: every row once, in order",
    async (name) => {
      cluster = new TestCluster(PARCEL_BYTES_MAX)
      await cluster.open("a", { data: `data=${data}`, roles: ["coordinator"] })
      for (const worker of ["b", "c"]) await cluster.open(worker, { data: `data=${data}`, roles: ["worker"] })
      await cluster.together(3)
      const sql = "SELECT * FROM lineitem ORDER BY l_orderkey, l_linenumber"
      const victim = cluster.nodes.find((each) => each.name === name)
      const rows: (readonly (string | null)[])[] = []
      let batches = 0
      const result = await node(0).session.query(sql, { form: "text" })
      for await (const { ipc } of result.batches) {
        batches += 1
        if (batches === 2) victim?.kill()
        for (const { rows: count, columns } of readTextBatches(ipc)) {
          for (let row = 0; row < count; row++) rows.push(columns.map((column) => column.at(row)))
        }
      }
      expect(batches).toBeGreaterThan(3)
      const actual = { columns: result.columns, rows }
      expect(difference(await native.query(sql), actual, { order: "exact" })).toBeUndefined()
      await expectNothingLeft()
    },
  )

  test("a coordinator that is killed: the workers stop and forget its queries, and go on with others", async () => {
    await open(["a", "b", "c"])
    const endless = "SELECT count(*) FROM lineitem a JOIN lineitem b ON a.l_linenumber = b.l_linenumber"
    const reading = skeinAnswer(node(0).session, endless).catch((error: unknown) => error)
    await vi.waitFor(() => expect(node(1).counts().guests + node(2).counts().guests).toBe(2), { timeout: 20_000 })
    node(0).kill()
    await vi.waitFor(() => expect([node(1), node(2)].map(leftovers)).toEqual([NOTHING_LEFT, NOTHING_LEFT]), {
      timeout: 10_000,
    })
    await expectEqual(node(1), await tpchQuery(6))
    await node(0).session.close()
    expect(await reading).toMatchObject({ _tag: expect.stringMatching(/^(Cancelled|EngineLost)$/u) })
  })

  test("the only worker killed: an error that names it", async () => {
    cluster = new TestCluster(PARCEL_BYTES_MAX)
    await cluster.open("a", { data: `data=${data}`, roles: ["coordinator"] })
    await cluster.open("b", { data: `data=${data}`, roles: ["worker"] })
    await cluster.together(2)
    await expectEqual(node(0), await tpchQuery(6))
    await expect(skeinAnswer(node(1).session, "SELECT 1")).rejects.toThrow("node b has no role coordinator")
    node(1).killAfter(3)
    await expect(skeinAnswer(node(0).session, await tpchQuery(3))).rejects.toMatchObject({
      _tag: "EngineLost",
      message: expect.stringMatching(/^node b was lost \(.+\): there is no worker to run the query/u),
    })
    await expect(skeinAnswer(node(0).session, await tpchQuery(3))).rejects.toMatchObject({
      message: expect.stringContaining("there is no worker to run the query; start a node with the role worker"),
    })
    await expectNothingLeft()
  })
})

describe("nodes that come and go", () => {
  afterEach(() => cluster.close())

  test("one that leaves finishes what it works for; its queries are taken by nobody else", async () => {
    await open(["a", "b"])
    const sql = await tpchQuery(3)
    const running = Promise.all([expectEqual(node(0), sql), expectEqual(node(0), await tpchQuery(1))])
    await vi.waitFor(() => expect(node(1).counts().guests).toBeGreaterThan(0), { timeout: 20_000 })
    await node(1).drain()
    await vi.waitFor(() => expect(leftovers(node(1))).toEqual(NOTHING_LEFT), { timeout: 5000 })
    await running
    await expect(skeinAnswer(node(1).session, "SELECT 1")).rejects.toThrow(
      "node b is leaving the cluster and takes no new queries",
    )
    expect((await expectEqual(node(0), sql)).bytesRemote).toBe(0)
    await node(1).session.close()
    await cluster.open("c", { data: `data=${data}` })
    await node(0).presence.until(
      (known) => known.map((each) => each.node).join() === "a,c",
      AbortSignal.timeout(20_000),
    )
    expect((await expectEqual(node(0), sql)).bytesRemote).toBeGreaterThan(0)
    await expectNothingLeft()
  })
})

describe("data roots", () => {
  afterEach(() => cluster.close())

  test("a node without the root gets no splits; nobody else's files are read for its own", async () => {
    cluster = new TestCluster(PARCEL_BYTES_MAX)
    const other = mkdtempSync(join(dir, "other-"))
    await cluster.open("a", { data: `data=${data}` })
    await cluster.open("b", { data: `else=${other}` })
    await cluster.together(2)
    const { actors, stages } = await expectEqual(node(0), await tpchQuery(6))
    expect(stages[0]?.tasks).toBeGreaterThan(0)
    const [own] = actors
    expect(own?.tasks).toBeGreaterThanOrEqual(stages[0]?.tasks ?? 0)
    await expect(skeinAnswer(node(1).session, "SELECT count(*) FROM lineitem")).rejects.toMatchObject({
      _tag: "UnknownTable",
    })
  })

  test.each<[string, (file: string) => void, string]>([
    ["missing", (file) => rmSync(file), "it is not a file in the folders that this node reads"],
    ["of another size", (file) => writeFileSync(file, "PAR1"), 'cannot read "'],
    [
      "of another content",
      (file) => {
        const bytes = readFileSync(file)
        // The footer ends with the name of who wrote the file.
        const at = bytes.lastIndexOf("skein")
        bytes.write("SKEIN", at)
        writeFileSync(file, bytes)
      },
      "it is not the file that the query was planned with: its footer is another",
    ],
  ])("a file that is %s on a worker: refused by the worker, in one sentence", async (_, change, message) => {
    cluster = new TestCluster(PARCEL_BYTES_MAX)
    const copy = join(mkdtempSync(join(dir, "copy-")), "data")
    cpSync(data, copy, { recursive: true })
    change(join(copy, "orders", "part-0.parquet"))
    await cluster.open("a", { data: `data=${data}`, roles: ["coordinator"] })
    await cluster.open("b", { data: `data=${copy}`, roles: ["worker"] })
    await cluster.together(2)
    await expect(skeinAnswer(node(0).session, "SELECT count(*), min(o_orderdate) FROM orders")).rejects.toMatchObject({
      _tag: "SourceError",
      message: expect.stringContaining(message),
    })
    await expectNothingLeft()
  })
})
