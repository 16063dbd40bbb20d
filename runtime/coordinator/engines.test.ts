import { mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DuckDBInstance } from "@duckdb/node-api"
import { tableFromIPC } from "apache-arrow"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import { spawnEngine } from "../../actors/engine/thread.ts"
import { parquetSource } from "../../actors/sources/parquet/source.ts"
import type { TableRef } from "../../planner/ast/query.ts"
import type { ExchangeInput, ScanInput, Stage, StageColumn, StagePlan } from "../../planner/physical/stage.ts"
import type { Thread } from "../pool/engine.ts"
import type { QueryOptions, QueryResult, ResultBatch } from "../session.ts"
import type { Planner, PlanRequest } from "./coordinator.ts"
import { openNode } from "./node.ts"
import type { Node } from "./node.ts"

/** The whole runtime over real engines and real files, with plans written by hand; native DuckDB gives the answers. */

const MIB = 1024 * 1024

let data = ""
let spool = ""
let node: Node | undefined
let threads: Thread[] = []

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "skein-engines-"))
  spool = await mkdtemp(join(tmpdir(), "skein-engines-spool-"))
  await native(`COPY (SELECT (i % 1000)::INTEGER AS g, (i - 30000)::BIGINT AS x, 'name ' || (i % 7) AS s
    FROM range(60000) r(i)) TO '${data}/t.parquet' (ROW_GROUP_SIZE 4096)`)
})

afterAll(async () => {
  await rm(data, { recursive: true })
  await rm(spool, { recursive: true })
})

afterEach(async () => {
  await node?.close()
  node = undefined
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

interface Setup {
  readonly workers?: number
  readonly memoryLimitBytes?: number
  readonly planner: Planner
  readonly exchangeMemoryBytes?: number
  readonly onThread?: (thread: Thread) => void
}

async function open(setup: Setup): Promise<Node> {
  const { workers = 2, memoryLimitBytes = 512 * MIB, planner, exchangeMemoryBytes = 64 * MIB, onThread } = setup
  threads = []
  node = await openNode({
    workers,
    places: { dataDir: data, cwd: data },
    planner,
    source: parquetSource,
    exchangeMemoryBytes,
    spoolParent: spool,
    spawn: async (name) => {
      const thread = await spawnEngine({ name, memoryLimitBytes })
      threads.push(thread)
      onThread?.(thread)
      return thread
    },
  })
  return node
}

const int = (name: string): StageColumn => ({ name, type: "INTEGER", wireType: "INTEGER" })
const big = (name: string): StageColumn => ({ name, type: "BIGINT", wireType: "BIGINT" })
const text = (name: string): StageColumn => ({ name, type: "VARCHAR", wireType: "VARCHAR" })

function stage(
  id: number,
  tasks: Stage["tasks"]["_tag"],
  partitions: number,
  inputs: Stage["inputs"],
  columns: readonly StageColumn[],
  sql: string,
): Stage {
  return {
    id,
    title: `stage ${id}`,
    inputs,
    sql,
    columns,
    tasks: { _tag: tasks },
    output: partitions === 0 ? { _tag: "single" } : { _tag: "hash", partitions },
    volatile: false,
    isOrdered: true,
    gatheredBecause: undefined,
    columnNames: {},
    tree: [],
  }
}

async function scan({ catalog }: PlanRequest): Promise<ScanInput> {
  const span = { start: 0, end: 1 }
  const ref: TableRef = {
    _tag: "TableRef",
    qualifiers: [],
    name: "t",
    spelling: "identifier",
    nameSpan: span,
    alias: undefined,
    at: undefined,
    sample: undefined,
    span,
  }
  const { id } = await catalog.resolve(ref)
  const columns = [
    { name: "g", sourceName: "g", type: "INTEGER" },
    { name: "x", sourceName: "x", type: "BIGINT" },
  ]
  return { _tag: "scan", table: "t", source: id, columns, pruning: [], limit: undefined }
}

function read(stageId: number, mode: ExchangeInput["mode"], columns: readonly StageColumn[]): ExchangeInput {
  return { _tag: "exchange", table: `s${stageId}`, stage: stageId, mode, columns }
}

function plan(partitions: number, stages: readonly Stage[]): StagePlan {
  const output = (stages.at(-1)?.columns ?? []).map(({ name, type }) => ({ name, type }))
  return { stages, output, partitions }
}

const partition = (key: string, partitions: number) => `((hash(${key}) >> 40) % ${partitions})::INTEGER AS p`

/** scan → partial sums by hash(g) → final sums → sorted result. */
const sums =
  (partitions: number): Planner =>
  async (_, request) => {
    const partial = [int("g"), big("n"), big("x")]
    const groups = "SELECT g, count(*) AS n, sum(x)::BIGINT AS x"
    return plan(partitions, [
      stage(
        0,
        "splits",
        partitions,
        [await scan(request)],
        partial,
        `${groups}, ${partition("g", partitions)} FROM t GROUP BY g`,
      ),
      stage(
        1,
        "partitions",
        0,
        [read(0, "hash", partial)],
        partial,
        "SELECT g, sum(n)::BIGINT AS n, sum(x)::BIGINT AS x FROM s0 GROUP BY g",
      ),
      stage(
        2,
        "single",
        0,
        [read(1, "gather", partial)],
        [text("g"), text("n"), text("x")],
        "SELECT g::VARCHAR AS g, n::VARCHAR AS n, x::VARCHAR AS x FROM s1 ORDER BY s1.g",
      ),
    ])
  }

const sumsNatively = () => native(`SELECT g, count(*), sum(x) FROM '${data}/t.parquet' GROUP BY g ORDER BY g`)

/** scan → two aggregates of the same rows → their join → sorted result. */
const diamond =
  (partitions: number): Planner =>
  async (_, request) => {
    const rows = [int("g"), big("x")]
    const p = partition("g", partitions)
    return plan(partitions, [
      stage(0, "splits", partitions, [await scan(request)], rows, `SELECT g, x, ${p} FROM t`),
      stage(
        1,
        "partitions",
        partitions,
        [read(0, "hash", rows)],
        rows,
        `SELECT g, min(x) AS x, ${p} FROM s0 GROUP BY g`,
      ),
      stage(
        2,
        "partitions",
        partitions,
        [read(0, "hash", rows)],
        rows,
        `SELECT g, max(x) AS x, ${p} FROM s0 GROUP BY g`,
      ),
      stage(
        3,
        "partitions",
        0,
        [read(1, "hash", rows), read(2, "hash", rows)],
        rows,
        "SELECT s1.g, s2.x - s1.x AS x FROM s1 JOIN s2 USING (g)",
      ),
      stage(
        4,
        "single",
        0,
        [read(3, "gather", rows)],
        [text("g"), text("x")],
        "SELECT g::VARCHAR AS g, x::VARCHAR AS x FROM s3 ORDER BY s3.g",
      ),
    ])
  }

const diamondNatively = () => native(`SELECT g, max(x) - min(x) FROM '${data}/t.parquet' GROUP BY g ORDER BY g`)

async function batches(result: QueryResult): Promise<readonly ResultBatch[]> {
  const all: ResultBatch[] = []
  for await (const batch of result.batches) all.push(batch)
  return all
}

function rowsOf(all: readonly ResultBatch[]): readonly (readonly string[])[] {
  return all.flatMap(({ ipc }) =>
    tableFromIPC(ipc)
      .toArray()
      .map((row) => Object.values(row.toJSON()).map(String)),
  )
}

const answer = async (session: Node, options?: QueryOptions) =>
  rowsOf(await batches(await session.query("any", options)))

async function expectNothingLeft(session: Node): Promise<void> {
  await session.close()
  const { queries, openReaders, memoryBytes, windowBytes, spooledBytes, spooledFiles } = session.store.counts()
  const left = { queries, openReaders, memoryBytes, windowBytes, spooledBytes, spooledFiles }
  expect(left).toEqual({ queries: 0, openReaders: 0, memoryBytes: 0, windowBytes: 0, spooledBytes: 0, spooledFiles: 0 })
  expect(session.pool.threads()).toBe(0)
  expect(session.system.counts()).toMatchObject({ actors: 0, piped: 0, timers: 0 })
  expect(await readdir(spool)).toEqual([])
}

test("a plan that cannot end is the end of its query, and of no other", async () => {
  let planner = sums(2)
  const session = await open({ planner: (sql, request) => planner(sql, request) })
  planner = async () => {
    const rows = [int("g")]
    const idle = stage(0, "single", 0, [], rows, "SELECT 1 AS g")
    return plan(1, [idle, stage(1, "single", 0, [], [text("g")], "SELECT '1' AS g")])
  }
  await expect(answer(session)).rejects.toThrow("has stage 0, which nothing reads")
  planner = sums(2)
  expect(await answer(session)).toEqual(await sumsNatively())
  await expectNothingLeft(session)
})

describe("equal to native DuckDB", () => {
  test.each([1, 2])(
    "aggregation in two stages, a diamond of five stages with 8 partitions: %i engines",
    async (workers) => {
      let planner = sums(1)
      const session = await open({ workers, planner: (sql, request) => planner(sql, request) })
      const busy = new Set<string>()
      for (const partitions of [1, 4, 8]) {
        planner = sums(partitions)
        const result = await session.query("any")
        expect(rowsOf(await batches(result))).toEqual(await sumsNatively())
        const metrics = result.metrics()
        expect(metrics).toMatchObject({ rows: 1000, splits: 15, splitsPruned: 0 })
        const [scanned = 0, ...others] = metrics.stages.map(({ tasks }) => tasks)
        // How many runs of splits have one home goes by their hashes.
        expect(scanned).toBeGreaterThanOrEqual(workers)
        expect(others).toEqual([partitions, 1])
        expect(metrics.stages[0]?.rowsIn).toBe(60_000)
        expect(metrics.bytesRead).toBeGreaterThan(0)
        for (const { name, busyMs } of metrics.actors) if (busyMs > 0) busy.add(name)
      }
      // The first query may be over before the second engine has started.
      expect(busy.size).toBe(workers)
      planner = diamond(8)
      expect(await answer(session)).toEqual(await diamondNatively())
      await expectNothingLeft(session)
    },
  )

  test("a diamond whose exchanges go through files", async () => {
    const session = await open({ workers: 1, planner: diamond(8), exchangeMemoryBytes: 64 * 1024 })
    expect(await answer(session)).toEqual(await diamondNatively())
    expect(session.store.counts().memoryBytesPeak).toBeLessThan(2 * MIB)
    await expectNothingLeft(session)
  })
})

test("a task run twice gives the same bytes (law 4)", async () => {
  let kills = 0
  const session = await open({
    planner: diamond(4),
    onThread: (thread) =>
      thread.onEvent((event) => {
        if (event._tag !== "OutputBatch" || kills === 0) return
        kills -= 1
        void thread.terminate()
      }),
  })
  const bytes = (all: readonly ResultBatch[]) => Buffer.concat(all.map(({ ipc }) => ipc)).toString("base64")
  const first = bytes(await batches(await session.query("any")))
  expect(bytes(await batches(await session.query("any")))).toBe(first)
  kills = 2
  const result = await session.query("any")
  expect(bytes(await batches(result))).toBe(first)
  const { attempts, tasks } = result.metrics()
  expect({ kills, lost: attempts - tasks }).toEqual({ kills: 0, lost: 2 })
  await expectNothingLeft(session)
})

describe("failures", () => {
  test("an engine that dies under every attempt", async () => {
    const session = await open({
      workers: 1,
      planner: sums(1),
      onThread: (thread) =>
        thread.onEvent((event) => {
          if (event._tag === "InputTaken") void thread.terminate()
        }),
    })
    const error: unknown = await answer(session).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ _tag: "EngineLost", stage: 0, task: 0, node: "engine-0" })
    expect(error instanceof Error && error.message).toMatch(
      /^task 0 of stage 0 lost its engine 3 times; the last time: /,
    )
    await expectNothingLeft(session)
  })

  test("an error of the statement's own, in DuckDB's words", async () => {
    const planner: Planner = async (_, request) =>
      plan(1, [
        stage(0, "splits", 0, [await scan(request)], [int("y")], "SELECT ('a' || 0 * g)::INTEGER AS y FROM t"),
        stage(1, "single", 0, [read(0, "gather", [int("y")])], [int("y")], "SELECT y FROM s0"),
      ])
    const session = await open({ planner })
    const error: unknown = await answer(session).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ _tag: "QueryError", stage: 0 })
    expect(error instanceof Error && error.message).toBe("Conversion Error: Could not convert string 'a0' to INT32")
    await expectNothingLeft(session)
  })

  test("too little memory: planned again with more partitions, until it fits", async () => {
    const asked: (number | undefined)[] = []
    const planner: Planner = async (_, request) => {
      asked.push(request.partitions)
      // A list of all rows does not fit the first time.
      const rows = request.partitions === undefined ? 20_000_000 : 10
      return plan(request.partitions ?? 1, [
        stage(
          0,
          "single",
          0,
          [await scan(request)],
          [big("n")],
          `SELECT len(list(i || 'a long enough text'))::BIGINT AS n FROM range(${rows}) r(i)`,
        ),
      ])
    }
    const session = await open({ workers: 1, planner, memoryLimitBytes: 64 * MIB })
    expect(await answer(session)).toEqual([["10"]])
    expect(asked).toEqual([undefined, 4])
    await expectNothingLeft(session)
  })
})

describe("cancelling", () => {
  const endless: Planner = async (_, request) =>
    plan(1, [
      stage(
        0,
        "splits",
        0,
        [await scan(request)],
        [big("n")],
        "SELECT count(*) AS n FROM t a, t b, t c WHERE a.x + b.x = c.x",
      ),
      stage(1, "single", 0, [read(0, "gather", [big("n")])], [big("n")], "SELECT sum(n)::BIGINT AS n FROM s0"),
    ])

  test("a statement without an end: within three seconds nothing is left, and the session goes on", async () => {
    let planner = endless
    const fed = Promise.withResolvers<void>()
    const session = await open({
      planner: (sql, request) => planner(sql, request),
      onThread: (thread) =>
        thread.onEvent((event) => {
          if (event._tag === "InputTaken") fed.resolve()
        }),
    })
    const abort = new AbortController()
    const result = await session.query("any", { signal: abort.signal })
    const reading = batches(result)
    await fed.promise
    const began = performance.now()
    abort.abort()
    await expect(reading).rejects.toMatchObject({ _tag: "Cancelled", message: "the query was cancelled" })
    expect(performance.now() - began).toBeLessThan(3000)
    planner = sums(2)
    expect(await answer(session)).toEqual(await sumsNatively())
    expect(performance.now() - began).toBeLessThan(10_000)
    await expectNothingLeft(session)
  })

  test("leaving the loop after the first batch", async () => {
    const planner: Planner = async (_, request) =>
      plan(1, [stage(0, "splits", 0, [await scan(request)], [big("x")], "SELECT x FROM t")])
    const session = await open({ planner })
    const began = performance.now()
    for await (const batch of (await session.query("any")).batches) {
      expect(batch.rows).toBeGreaterThan(0)
      break
    }
    expect(performance.now() - began).toBeLessThan(10_000)
    expect(session.store.counts()).toMatchObject({ queries: 0, openReaders: 0, memoryBytes: 0 })
    await expectNothingLeft(session)
  })
})
