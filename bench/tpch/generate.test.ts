import { createHash } from "node:crypto"
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DuckDBInstance } from "@duckdb/node-api"
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet"
import { readParquet } from "parquet-wasm"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { generateTpch, TPCH_TABLES, type TpchFormat, type TpchReport, type TpchTable } from "./generate.ts"
import { OFFICIAL_MD5 } from "./official-md5.ts"
import { TABLE } from "./tables/table.ts"
import { compareWithOfficial } from "./verify.ts"

let folder = ""
let native: DuckDBInstance
const reports = new Map<TpchFormat, TpchReport>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "skein-tpch-"))
  native = await DuckDBInstance.create()
  for (const format of ["tbl", "csv", "parquet"] as const)
    reports.set(format, await generateTpch({ scale: 0.01, format, out: join(folder, format) }))
})

afterAll(async () => {
  native.closeSync()
  await rm(folder, { recursive: true, force: true })
})

async function query(sql: string): Promise<unknown[][]> {
  const connection = await native.connect()
  try {
    return (await connection.runAndReadAll(sql)).getRowsJson()
  } finally {
    connection.closeSync()
  }
}

/** The table as DuckDB reads it from the files, every column of its type. */
function source(table: TpchTable, format: TpchFormat, path: string): string {
  if (format === "parquet") return `read_parquet('${path}')`
  const columns = TABLE[table].schema.map(({ name, type }) => `'${name}': '${type}'`)
  if (format === "csv") return `read_csv('${path}', header = true, columns = {${columns.join(", ")}})`
  // every line ends in a separator, after which there is one more, empty field
  const withEnd = [...columns, `'line_end': 'VARCHAR'`].join(", ")
  return `(SELECT * EXCLUDE line_end FROM read_csv('${path}', header = false, delim = '|', quote = '', columns = {${withEnd}}))`
}

const TYPES = "SELECT string_agg(column_type, ' ') FROM (DESCRIBE FROM"

describe("the tables at scale 0.01", () => {
  test("are the official ones, byte for byte", async () => {
    const { lines, equal } = await compareWithOfficial(0.01, reports.get("tbl")!)
    expect(lines.filter((line) => !line.endsWith("  equal"))).toEqual([])
    expect(equal).toBe(true)
    expect(lines).toHaveLength(TPCH_TABLES.length)
  })

  test.each(TPCH_TABLES)("%s has the same rows in every format", async (table) => {
    const at = (format: TpchFormat) => source(table, format, join(folder, format, `${table}.${format}`))
    const rows = reports.get("tbl")!.tables.find(({ name }) => name === table)!.rows
    for (const format of ["csv", "parquet"] as const) {
      expect(await query(`SELECT count(*)::INTEGER FROM ${at(format)}`)).toEqual([[rows]])
      const missing = `SELECT count(*)::INTEGER FROM (FROM ${at("tbl")} EXCEPT ALL FROM ${at(format)})`
      expect(await query(missing)).toEqual([[0]])
    }
    const types = TABLE[table].schema.map(({ type }) => type).join(" ")
    expect(await query(`${TYPES} ${at("parquet")})`)).toEqual([[types]])
  })

  test.each(TPCH_TABLES)("%s: the footer's bounds and counts are those of the rows", async (table) => {
    const path = join(folder, "parquet", `${table}.parquet`)
    for (const { name, type } of TABLE[table].schema) {
      const [footer] = await query(
        `SELECT stats_min_value::${type}, stats_max_value::${type}, stats_null_count::INTEGER, compression
         FROM parquet_metadata('${path}') WHERE path_in_schema = '${name}'`,
      )
      const [found] = await query(`SELECT min(${name}), max(${name}), 0, 'SNAPPY' FROM '${path}'`)
      expect([name, ...(footer ?? [])]).toEqual([name, ...(found ?? [])])
      const [counts] = await query(
        `SELECT bool_and(stats_distinct_count IS NULL OR stats_distinct_count = (SELECT count(DISTINCT ${name}) FROM '${path}'))
         FROM parquet_metadata('${path}') WHERE path_in_schema = '${name}'`,
      )
      expect([name, ...(counts ?? [])]).toEqual([name, true])
    }
  })

  test("hyparquet and parquet-wasm read the same", async () => {
    const path = join(folder, "parquet", "orders.parquet")
    const file = await asyncBufferFromFile(path)
    const [first] = await parquetReadObjects({ file, rowEnd: 1 })
    expect(first).toEqual({
      o_orderkey: 1n,
      o_custkey: 370n,
      o_orderstatus: "O",
      o_totalprice: 172799.49,
      o_orderdate: new Date("1996-01-02"),
      o_orderpriority: "5-LOW",
      o_clerk: "Clerk#000000951",
      o_shippriority: 0,
      o_comment: "nstructions sleep furiously among ",
    })
    const table = readParquet(await readFile(path))
    let rows = 0
    for (let batch = 0; batch < table.numBatches; batch++) rows += table.recordBatch(batch)?.numRows ?? 0
    expect(rows).toBe(15_000)
  })
})

/** Rows of each query's answer at scale 0.01, from Q1 on. */
const ANSWER_ROWS = [4, 4, 10, 5, 5, 1, 4, 2, 173, 20, 359, 2, 33, 1, 1, 296, 1, 2, 1, 1, 1, 7]

describe("the 22 queries", () => {
  test.each(ANSWER_ROWS.map((rows, at) => [`q${String(at + 1).padStart(2, "0")}`, rows] as const))(
    "%s answers with %d rows",
    async (name, rows) => {
      const sql = await readFile(new URL(`./queries/${name}.sql`, import.meta.url), "utf8")
      const tables = TPCH_TABLES.map((table) => `${table} AS (FROM '${join(folder, "parquet", `${table}.parquet`)}')`)
      // Q15 begins with a CTE of its own
      const body = sql.startsWith("WITH ") ? sql.replace("WITH ", ", ") : sql
      expect(await query(`WITH ${tables.join(", ")} ${body}`)).toHaveLength(rows)
    },
  )
})

async function digestOf(report: TpchReport, table: TpchTable): Promise<string> {
  const hash = createHash("md5")
  for (const path of report.tables.find(({ name }) => name === table)!.files) hash.update(await readFile(path))
  return hash.digest("hex")
}

describe("the way the work is cut", () => {
  test.each([1, 3])("%d threads make the same bytes", async (threads) => {
    for (const format of ["tbl", "parquet"] as const) {
      const tables = ["lineitem", "part", "nation"] as const
      const out = join(folder, `threads-${threads}-${format}`)
      const report = await generateTpch({ scale: 0.01, format, out, threads, tables })
      for (const table of tables)
        expect(await digestOf(report, table)).toBe(await digestOf(reports.get(format)!, table))
    }
  })

  test("several files of text are one file cut into pieces", async () => {
    const report = await generateTpch({ scale: 0.01, format: "tbl", out: join(folder, "cut"), files: 12 })
    const official = OFFICIAL_MD5.get(0.01)!
    for (const table of TPCH_TABLES) expect([table, await digestOf(report, table)]).toEqual([table, official[table]])
    expect(await readdir(join(folder, "cut", "lineitem"))).toEqual(
      Array.from({ length: 12 }, (_, file) => `part-${String(file).padStart(2, "0")}.tbl`),
    )
    // a table has no more files than rows
    expect(await readdir(join(folder, "cut", "region"))).toEqual([0, 1, 2, 3, 4].map((file) => `part-${file}.tbl`))
  })

  test("small row groups and several Parquet files have the same rows in the same order", async () => {
    const out = join(folder, "groups")
    const report = await generateTpch({ scale: 0.001, format: "parquet", out, files: 3, rowGroupRows: 500 })
    const one = await generateTpch({ scale: 0.001, format: "parquet", out: join(folder, "one") })
    for (const { name, rows, files } of report.tables) {
      const parts = await Promise.all(files.map(async (path) => parquetMetadataAsync(await asyncBufferFromFile(path))))
      expect(parts.reduce((sum, part) => sum + Number(part.num_rows), 0)).toBe(rows)
      for (const part of parts)
        expect(part.row_groups.slice(0, -1).every((group) => Number(group.num_rows) === 500)).toBe(true)
      const read = (paths: readonly string[]) =>
        query(`SELECT * FROM read_parquet([${paths.map((path) => `'${path}'`).join(", ")}])`)
      // as text: a comparison value by value takes seconds
      const whole = await read(one.tables.find((table) => table.name === name)!.files)
      expect(JSON.stringify(await read(files)) === JSON.stringify(whole)).toBe(true)
    }
  })
})

describe("files", () => {
  test("cancellation leaves nothing behind", async () => {
    const out = join(folder, "cancelled", "deep")
    const controller = new AbortController()
    const reason = new Error("enough")
    const onProgress = () => controller.abort(reason)
    const run = generateTpch({ scale: 0.01, format: "parquet", out, files: 2, signal: controller.signal, onProgress })
    await expect(run).rejects.toBe(reason)
    expect(await readdir(folder)).not.toContain("cancelled")
  })

  test("an aborted signal starts nothing", async () => {
    const out = join(folder, "never")
    const signal = AbortSignal.abort(new Error("before"))
    await expect(generateTpch({ scale: 0.01, format: "tbl", out, signal })).rejects.toThrow("before")
    expect(await readdir(folder)).not.toContain("never")
  })

  test("a cancelled run leaves the files of an earlier one as they were", async () => {
    const out = join(folder, "kept")
    await mkdir(out)
    await writeFile(join(out, "region.tbl"), "of an earlier run")
    const controller = new AbortController()
    const onProgress = () => controller.abort()
    const options = { scale: 0.001, format: "tbl", out, signal: controller.signal, onProgress } as const
    await expect(generateTpch(options)).rejects.toThrow("aborted")
    expect(await readdir(out)).toEqual(["region.tbl"])
    expect(await readFile(join(out, "region.tbl"), "utf8")).toBe("of an earlier run")
  })

  test("another number of files replaces all of the former, and what is not ours stays", async () => {
    const options = { scale: 0.001, format: "tbl", out: join(folder, "replaced"), tables: ["nation"] } as const
    await generateTpch({ ...options, files: 5 })
    await writeFile(join(options.out, "nation", "notes.txt"), "mine")
    await generateTpch({ ...options, files: 2 })
    expect(await readdir(join(options.out, "nation"))).toEqual(["notes.txt", "part-0.tbl", "part-1.tbl"])
    await generateTpch(options)
    expect(await readdir(options.out)).toEqual(["nation", "nation.tbl"])
    expect(await readdir(join(options.out, "nation"))).toEqual(["notes.txt"])
  })

  test("what a killed run left is swept once it is old, what another run writes is not", async () => {
    const out = join(folder, "swept")
    await mkdir(out)
    await writeFile(join(out, ".lineitem.tbl.aaaa.partial"), "old")
    await utimes(join(out, ".lineitem.tbl.aaaa.partial"), new Date(0), new Date(0))
    await writeFile(join(out, ".lineitem.tbl.bbbb.partial"), "being written")
    await generateTpch({ scale: 0.001, format: "tbl", out, tables: ["region"] })
    expect(await readdir(out)).toEqual([".lineitem.tbl.bbbb.partial", "region.tbl"])
  })

  test("a folder that cannot be made is named", async () => {
    await writeFile(join(folder, "file"), "")
    const out = join(folder, "file", "below")
    await expect(generateTpch({ scale: 0.001, format: "tbl", out })).rejects.toThrow(
      `cannot write ${out}: ENOTDIR: not a directory, mkdir '${out}'`,
    )
  })

  test("progress counts up to all rows", async () => {
    const seen: number[] = []
    const onProgress = ({ rows, totalRows }: { rows: number; totalRows: number }) => void seen.push(rows / totalRows)
    await generateTpch({ scale: 0.001, format: "csv", out: join(folder, "progress"), onProgress })
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
    expect(seen.at(-1)).toBe(1)
  })
})

describe("options that are not possible", () => {
  const options = { scale: 0.001, format: "parquet", out: "never-made" } as const
  test.each([
    [{ files: 0 }, "files is 0: it must be a whole number from 1 to 10000"],
    [{ rowGroupRows: 1.5 }, "rowGroupRows is 1.5: it must be a whole number from 1 to 4194304"],
    [{ threads: -1 }, "threads is -1: it must be a whole number from 1 to 256"],
    [
      { tables: JSON.parse('["orders", "lines"]') },
      "there is no TPC-H table lines; there are lineitem, orders, partsupp, part, customer, supplier, nation, region",
    ],
  ])("%o", async (wrong, message) => {
    await expect(generateTpch({ ...options, ...wrong })).rejects.toThrow(message)
  })
})
