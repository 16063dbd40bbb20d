import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { spawnEngine } from "../../actors/engine/thread.ts"
import { parquetSource } from "../../actors/sources/parquet/source.ts"
import { ENGINE_MACROS } from "../../planner/lowering/engine-macros.ts"
import { parse } from "../../planner/parser/parse.ts"
import { openNode, type Node } from "../../runtime/coordinator/node.ts"
import { sqlPlanner } from "../../runtime/coordinator/sql-planner.ts"
import type { Thread } from "../../runtime/pool/engine.ts"
import { engineMemoryBytes } from "../../runtime/pool/memory.ts"
import { textRows } from "../../runtime/formats/text-batch.ts"
import { openWorkspace } from "../../runtime/session/workspace.ts"

const WORKERS = 2

/** Several files, so that the last stage has several tasks, each of several batches. */
const FILES = 4
const FILE_ROWS = 40_000
const ROWS = FILES * FILE_ROWS

let data: string
let root: string
let instance: DuckDBInstance
let native: DuckDBConnection
let node: Node
let threads: Thread[] = []
/** Called with each batch of output that an engine sends; true: that engine falls over instead. */
let falls: () => boolean = () => false

beforeAll(async () => {
  data = mkdtempSync(path.join(tmpdir(), "skein-parts-data-"))
  instance = await DuckDBInstance.create(":memory:", { threads: "1" })
  native = await instance.connect()
  for (let file = 0; file < FILES; file += 1) {
    const from = file * FILE_ROWS
    await native.run(
      `COPY (SELECT i AS id, i * 7919 % 13 AS g, CASE WHEN i % 5 > 0 THEN 'h' || i % 5 END AS h, md5(i::VARCHAR) AS text ` +
        `FROM range(${from}, ${from + FILE_ROWS}) t(i)) TO '${data}/t_${file}.parquet'`,
    )
  }
  node = await openNode({
    workers: WORKERS,
    places: { dataDir: data, cwd: data },
    planner: sqlPlanner,
    source: parquetSource,
    spawn: async (name) => {
      const engine = await spawnEngine({ name, memoryLimitBytes: engineMemoryBytes(WORKERS), ...ENGINE_MACROS })
      const thread: Thread = {
        ...engine,
        onEvent: (listener) =>
          engine.onEvent((event) => {
            if (event._tag === "OutputBatch" && falls()) void engine.terminate()
            else listener(event)
          }),
      }
      threads.push(thread)
      return thread
    },
  })
}, 60_000)

afterAll(async () => {
  await node.close()
  native.closeSync()
  instance.closeSync()
  rmSync(data, { recursive: true, force: true })
})

beforeEach(() => {
  threads = []
  root = mkdtempSync(path.join(tmpdir(), "skein-parts-"))
})

afterEach(() => {
  falls = () => false
  rmSync(root, { recursive: true, force: true })
})

const TABLE = "FROM 't_*.parquet'"

interface Run {
  readonly partitions?: number
  readonly distribute?: boolean
  readonly signal?: AbortSignal
}

/** How many rows it says that it wrote. */
async function copied(sql: string, { partitions, distribute = true, signal }: Run = {}): Promise<number> {
  const workspace = openWorkspace(node, {
    writeRoot: root,
    distribute,
    ...(partitions === undefined ? {} : { partitions }),
  })
  const [statement] = parse(sql)
  if (statement === undefined) throw new Error("there is no statement")
  try {
    const options = { form: "text" as const, ...(signal === undefined ? {} : { signal }) }
    let rows = -1
    for await (const { ipc } of (await workspace.run(statement, sql, options)).batches) {
      rows = Number(textRows(ipc)[0]?.[0])
    }
    return rows
  } finally {
    await workspace.close()
  }
}

async function rowsOf(sql: string): Promise<readonly unknown[]> {
  return (await native.runAndReadAll(sql)).getRowsJson()
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .toSorted()
}

/** What was written holds the rows of the table, each once. */
async function expectRows(reader: string): Promise<void> {
  const sums = (from: string) =>
    rowsOf(`SELECT count(*), sum(hash(id::BIGINT, g::BIGINT, h::VARCHAR, text::VARCHAR)) FROM ${from}`)
  expect(await sums(reader)).toEqual(await sums(`'${data}/t_*.parquet'`))
}

describe.each([1, 2, 4])("with %i partitions", (partitions) => {
  test.each(partitions === 2 ? ["parquet", "csv", "json"] : ["parquet"])("PER_THREAD_OUTPUT: %s", async (format) => {
    expect(await copied(`COPY (${TABLE}) TO 'p' (FORMAT ${format}, PER_THREAD_OUTPUT)`, { partitions })).toBe(ROWS)
    const files = filesIn(path.join(root, "p"))
    expect(files.length).toBeGreaterThan(1)
    expect(files).toEqual(files.map((_, i) => `data_${i}.${format}`))
    await expectRows(`read_${format}('${root}/p/*')`)
  })

  test.each([
    ["parquet", "g", "'g=' || g"],
    // Native DuckDB 1.4.3 ends with a segmentation fault here: what it would write is told by hand.
    ["parquet", "(g, h)", "'g=' || g || '/h=' || coalesce(h, 'NULL')"],
    ["csv", "h", "'h=' || coalesce(h, 'NULL')"],
  ])("PARTITION_BY: %s by %s", async (format, by, folder) => {
    const sql = `COPY (${TABLE}) TO 'p' (FORMAT ${format}, PARTITION_BY ${by})`
    expect(await copied(sql, { partitions })).toBe(ROWS)
    const folders = await rowsOf(
      `SELECT DISTINCT ${folder} || '/data_0.${format}' FROM '${data}/t_*.parquet' ORDER BY 1`,
    )
    expect(filesIn(path.join(root, "p"))).toEqual(folders.flat())
    await expectRows(`read_${format}('${root}/p/**', hive_partitioning = true)`)
  })

  test("an aggregate's groups, of as many tasks as there are partitions", async () => {
    const groups = "SELECT text[1:2] AS k, count(*) AS n, min(id) AS m"
    const sql = `COPY (${groups} ${TABLE} GROUP BY k) TO 'p' (FORMAT parquet, PER_THREAD_OUTPUT)`
    expect(await copied(sql, { partitions })).toBe(256)
    expect(filesIn(root)).toHaveLength(partitions)
    const written = rowsOf(`SELECT * FROM '${root}/p/*.parquet' ORDER BY k`)
    expect(await written).toEqual(await rowsOf(`${groups} FROM '${data}/t_*.parquet' GROUP BY k ORDER BY k`))
  })

  test("the order of the query is kept within each partition", async () => {
    const sql = `COPY (${TABLE} ORDER BY text) TO 'p' (FORMAT parquet, PARTITION_BY g)`
    expect(await copied(sql, { partitions })).toBe(ROWS)
    const wrong =
      "SELECT count(*) FROM (SELECT text < lag(text) OVER (PARTITION BY filename ORDER BY file_row_number) AS back " +
      `FROM read_parquet('${root}/p/**', filename = true, file_row_number = true)) WHERE back`
    expect(await rowsOf(wrong)).toEqual([["0"]])
  })
})

test("without distribution one part is all", async () => {
  await copied(`COPY (${TABLE}) TO 'one' (FORMAT parquet, PER_THREAD_OUTPUT)`, { distribute: false })
  expect(filesIn(root)).toEqual(["one/data_0.parquet"])
  await copied(`COPY (${TABLE}) TO 'g' (FORMAT parquet, PARTITION_BY g)`, { distribute: false })
  expect(filesIn(path.join(root, "g"))).toHaveLength(13)
  await expectRows(`read_parquet('${root}/g/**', hive_partitioning = true)`)
})

test("parts are numbered in the order of the rows, and one file keeps it", async () => {
  await copied(`COPY (${TABLE}) TO 'p' (FORMAT parquet, PER_THREAD_OUTPUT)`)
  const parts = filesIn(path.join(root, "p")).map((file) => `'${root}/p/${file}'`)
  const first = (file: string) => rowsOf(`SELECT min(id), max(id) - min(id) + 1 - count(*) FROM ${file}`)
  const found = (await Promise.all(parts.map(first))).flat() as [string, string][]
  const firsts = found.map(([least]) => Number(least))
  expect(firsts).toEqual(firsts.toSorted((a, b) => a - b))
  expect(new Set(found.map(([, gaps]) => gaps))).toEqual(new Set(["0"]))
  await copied(`COPY (${TABLE} ORDER BY text DESC) TO 'o.csv'`)
  const wrong = `SELECT count(*) FROM (SELECT text > lag(text) OVER () AS back FROM read_csv('${root}/o.csv')) WHERE back`
  expect(await rowsOf(wrong)).toEqual([["0"]])
})

/** Everything that writes or reads: what a COPY that ended must not leave. */
async function expectNothingLeft(): Promise<void> {
  // After an error the engines may need a moment to stop.
  await node.idle()
  expect(readdirSync(root)).toEqual([])
  expect(node.store.counts()).toMatchObject({ queries: 0, openReaders: 0, memoryBytes: 0, spooledFiles: 0 })
}

const WAYS = [
  ["PER_THREAD_OUTPUT", `read_parquet('ROOT/p/*')`],
  ["PARTITION_BY g", `read_parquet('ROOT/p/**', hive_partitioning = true)`],
] as const

describe.each(WAYS)("%s", (way, reader) => {
  /** The engine falls over with the output's second, fifth … batch, when rows have been written already. */
  test.each([2, 5, 8])("an engine lost at batch %i: no row twice, none missing", async (batch) => {
    let batches = 0
    let lost = 0
    falls = () => {
      batches += 1
      if (batches !== batch) return false
      lost += 1
      return true
    }
    expect(await copied(`COPY (${TABLE}) TO 'p' (FORMAT parquet, ${way})`, { partitions: 2 })).toBe(ROWS)
    // The twin of the answer: without the loss there would be nothing to prove.
    expect(lost).toBe(1)
    await expectRows(reader.replaceAll("ROOT", root))
  })

  test("every attempt of a task lost: the error is told, nothing appears", async () => {
    falls = () => true
    await expect(copied(`COPY (${TABLE}) TO 'p' (FORMAT parquet, ${way})`)).rejects.toMatchObject({
      _tag: "EngineLost",
      message: expect.stringContaining("lost its engine 3 times"),
    })
    await expectNothingLeft()
  })

  test("a value that fails in the last file: nothing appears", async () => {
    const source = `SELECT id, g, CASE WHEN id = ${ROWS - 1} THEN text::INTEGER END AS n ${TABLE}`
    await expect(copied(`COPY (${source}) TO 'p' (FORMAT parquet, ${way})`)).rejects.toThrow("Conversion Error")
    await expectNothingLeft()
  })

  test.each([1, 4])("cancelled at batch %i: nothing is left", async (batch) => {
    const abort = new AbortController()
    let batches = 0
    falls = () => {
      batches += 1
      if (batches === batch) abort.abort()
      return false
    }
    const copying = copied(`COPY (${TABLE}) TO 'p' (FORMAT parquet, ${way})`, { signal: abort.signal })
    await expect(copying).rejects.toMatchObject({ _tag: "Cancelled", message: "the query was cancelled" })
    await expectNothingLeft()
  })

  test("a folder that goes while it is written: the reason is told, the query is over", async () => {
    falls = () => {
      rmSync(root, { recursive: true, force: true })
      return false
    }
    await expect(copied(`COPY (${TABLE}) TO 'p' (FORMAT parquet, ${way})`)).rejects.toMatchObject({
      _tag: "SourceError",
      message: expect.stringContaining(`cannot write "${root}/p"`),
    })
    await node.idle()
    expect(node.store.counts()).toMatchObject({ queries: 0, openReaders: 0 })
  })
})
