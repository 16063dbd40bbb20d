import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { SourceTable } from "../source.ts"
import { parquetSource } from "./source.ts"
import { craftFile } from "./testing/craft.ts"
import { openNativeOracle } from "./testing/native.ts"
import type { NativeOracle } from "./testing/native.ts"
import { i32, struct } from "./thrift.ts"

let native: NativeOracle
let folder: string

beforeAll(async () => {
  native = await openNativeOracle()
})
afterAll(() => native.close())
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "skein-source-"))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

async function parquet(name: string, sql: string, options = ""): Promise<string> {
  const path = join(folder, name)
  await native.run(`COPY (${sql}) TO '${path}' (FORMAT parquet${options})`)
  return path
}

const columnsOf = (table: SourceTable): readonly string[] => table.columns.map(({ name, type }) => `${name} ${type}`)

/** What was rejected, as the fields that a door shows. */
async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => "no error",
    (error: unknown) => ({
      ...(typeof error === "object" ? error : {}),
      message: error instanceof Error ? error.message : "",
    }),
  )
}

describe("tables", () => {
  test("names, types, rows, bytes, bounds", async () => {
    const sql =
      "SELECT i::INTEGER AS a, (i / 4)::DECIMAL(9, 2) AS b, DATE '2024-01-01' + i::INTEGER AS c, 'x' AS d FROM range(10) t(i)"
    const table = await parquetSource.describe([await parquet("a.parquet", sql)])
    expect({ rows: table.rows, files: table.files }).toEqual({ rows: 10, files: 1 })
    expect(table.columns.map(({ name, type, min, max }) => ({ name, type, min, max }))).toEqual([
      { name: "a", type: "INTEGER", min: "0", max: "9" },
      { name: "b", type: "DECIMAL(9,2)", min: "0.00", max: "2.25" },
      { name: "c", type: "DATE", min: "2024-01-01", max: "2024-01-10" },
      { name: "d", type: "VARCHAR", min: undefined, max: undefined },
    ])
    for (const column of table.columns) expect(column.bytes).toBeGreaterThan(0)
  })

  test("names that differ only in case, are keywords, or stand inside structs", async () => {
    const path = await parquet(
      "names.parquet",
      `SELECT 1 AS a, 2 AS "A", {'key': 1, 'B c': 2, Caps: 3, 'x"y': 4} AS "select"`,
    )
    const table = await parquetSource.describe([path])
    expect(columnsOf(table)).toEqual([
      "a INTEGER",
      "A_1 INTEGER",
      'select STRUCT("key" INTEGER, "B c" INTEGER, Caps INTEGER, "x""y" INTEGER)',
    ])
    expect(columnsOf(table)).toEqual(
      (await native.describe(`SELECT * FROM '${path}'`)).map(({ name, type }) => `${name} ${type}`),
    )
  })

  test("a footer larger than the first read", async () => {
    const columns = Array.from(
      { length: 3000 },
      (_, index) => `${index} AS "a column with a rather long name ${index}"`,
    )
    const table = await parquetSource.describe([await parquet("wide.parquet", `SELECT ${columns.join(", ")}`)])
    expect(table.columns.length).toBe(3000)
    expect(table.columns.at(-1)).toMatchObject({ name: "a column with a rather long name 2999", min: "2999" })
  })

  test("several files: rows and bounds over all; an empty one changes nothing", async () => {
    const files = [
      await parquet("1.parquet", "SELECT 5 AS a, 'x' AS b"),
      await parquet("2.parquet", "SELECT 5 AS a, 'x' AS b WHERE false"),
      // As in DuckDB: by name whatever the order and the case, and what the first file lacks is ignored.
      await parquet("3.parquet", "SELECT 1 AS extra, 'y' AS B, 7 AS A"),
    ]
    const table = await parquetSource.describe(files)
    expect({ rows: table.rows, files: table.files, columns: columnsOf(table) }).toEqual({
      rows: 2,
      files: 3,
      columns: ["a INTEGER", "b VARCHAR"],
    })
    expect(table.columns[0]).toMatchObject({ min: "5", max: "7" })
    expect(table.splits(["a"], []).splits.map(({ file, rows }) => [file, rows])).toEqual([
      [files[0], 1],
      [files[2], 1],
    ])
  })

  test("a table of no rows has columns and no splits", async () => {
    const table = await parquetSource.describe([await parquet("none.parquet", "SELECT 1 AS a, 'x' AS b WHERE false")])
    expect(columnsOf(table)).toEqual(["a INTEGER", "b VARCHAR"])
    expect({ rows: table.rows, splits: table.splits(["a"], []) }).toEqual({
      rows: 0,
      splits: { splits: [], pruned: 0, rowsSkipped: { files: 0, rowGroups: 0 } },
    })
  })
})

describe("splits and fetch", () => {
  test("one split a row group, the bytes of the columns asked for, pruned ones counted", async () => {
    const path = await parquet(
      "g.parquet",
      "SELECT i AS a, i % 10 AS b FROM range(10000) t(i)",
      ", ROW_GROUP_SIZE 2048",
    )
    const table = await parquetSource.describe([path])
    const all = table.splits(["a", "b"], [])
    expect(all.splits.map(({ index, rows }) => [index, rows])).toEqual([
      [0, 2048],
      [1, 2048],
      [2, 2048],
      [3, 2048],
      [4, 1808],
    ])
    const some = table.splits(
      ["b"],
      [
        { column: "a", op: ">=", values: ["8000"] },
        { column: "b", op: "=", values: ["3"] },
      ],
    )
    expect({ indexes: some.splits.map(({ index }) => index), pruned: some.pruned }).toEqual({
      indexes: [3, 4],
      pruned: 3,
    })
    expect(some.splits[0]?.bytes).toBeLessThan(all.splits[3]?.bytes ?? 0)
  })

  test("only the columns' own bytes are read, in fresh buffers", async () => {
    const sql = "SELECT i AS a, repeat(md5(i::VARCHAR), 8) AS big, i AS z FROM range(2000) t(i)"
    const path = await parquet("f.parquet", sql, ", CODEC uncompressed")
    const table = await parquetSource.describe([path])
    const [split] = table.splits(["a"], []).splits
    if (split === undefined) throw new Error("no split")
    const one = await table.fetch(split, ["a"])
    const both = await table.fetch(split, ["z", "a"])
    expect(one.buffers.length).toBe(1)
    // 512,000 bytes of text lie between a and z: two reads.
    expect(both.buffers.length).toBe(2)
    expect(one.bytesRead).toBe(one.buffers[0]?.byteLength)
    expect(both.bytesRead).toBeLessThan(2 * one.bytesRead + 100)
    expect(structuredClone(one, { transfer: [...one.buffers] }).buffers[0]?.byteLength).toBe(one.bytesRead)
    expect(one.buffers[0]?.byteLength).toBe(0)
  })

  test("neighbouring columns are one read", async () => {
    const path = await parquet("n.parquet", "SELECT i AS a, i AS b, i AS c FROM range(100) t(i)")
    const table = await parquetSource.describe([path])
    const [split] = table.splits(["a", "b", "c"], []).splits
    if (split === undefined) throw new Error("no split")
    expect((await table.fetch(split, ["c", "a", "b"])).buffers.length).toBe(1)
  })

  test("no columns: rows to count and nothing read", async () => {
    const table = await parquetSource.describe([await parquet("0.parquet", "SELECT i AS a FROM range(7) t(i)")])
    const [split] = table.splits([], []).splits
    if (split === undefined) throw new Error("no split")
    expect(split).toMatchObject({ rows: 7, bytes: 0 })
    expect(await table.fetch(split, [])).toMatchObject({ rows: 7, buffers: [], bytesRead: 0 })
  })

  test("a file that was changed after it was described", async () => {
    const path = await parquet("c.parquet", "SELECT 1 AS a")
    const table = await parquetSource.describe([path])
    const [split] = table.splits(["a"], []).splits
    if (split === undefined) throw new Error("no split")
    await utimes(path, 1, 1)
    expect(await rejection(table.fetch(split, ["a"]))).toEqual({
      _tag: "SourceError",
      message: `cannot read "${path}": it was changed while it was read`,
      path,
      hint: "Run the query again when the file is no longer written.",
    })
    await rm(path)
    expect(await rejection(table.fetch(split, ["a"]))).toMatchObject({
      message: `cannot read "${path}": there is no such file`,
    })
  })

  test("a cancelled query reads nothing", async () => {
    const path = await parquet("s.parquet", "SELECT 1 AS a")
    expect(await rejection(parquetSource.describe([path], AbortSignal.abort()))).toMatchObject({ _tag: "Cancelled" })
  })
})

const MAGIC_HINT = "Check the name; a Parquet file starts and ends with the four bytes PAR1."
const DAMAGE_HINT = "Copy or write the file again."

describe("failures", () => {
  test.each([
    ["there is no such file", async () => join(folder, "none.parquet"), undefined],
    [
      "it is a directory",
      async () => {
        await mkdir(join(folder, "dir"))
        return join(folder, "dir")
      },
      "Name the files in it with a glob: '$path/*.parquet'.",
    ],
    ["it is not a Parquet file: it is empty", () => file(""), MAGIC_HINT],
    ["it is not a Parquet file: it has only 4 bytes", () => file("PAR1"), MAGIC_HINT],
    [
      'it is not a Parquet file: it starts with "a,b\\n" and ends with "3,4\\n" instead of "PAR1"',
      () => file("a,b\n1,2\n3,4\n"),
      MAGIC_HINT,
    ],
    [
      'the Parquet file is damaged: it does not end with "PAR1", as if it had been cut off',
      async () => file((await readFile(await parquet("whole.parquet", "SELECT 1 AS a"))).subarray(0, -10)),
      DAMAGE_HINT,
    ],
    [
      "the Parquet file is damaged: its footer should be 1000 bytes long, but the file has only 16",
      () => file("PAR1\0\0\0\0\xe8\x03\0\0PAR1"),
      DAMAGE_HINT,
    ],
    [
      "the Parquet file is damaged: its footer cannot be decoded (its Thrift bytes end early)",
      () => file("PAR1\0\0\0\0\x15\x02\x02\0\0\0PAR1"),
      DAMAGE_HINT,
    ],
    [
      "its footer is encrypted",
      () => file("PAR1\0\0\0\0\0\0\0\0\x04\0\0\0PARE"),
      "Skein reads unencrypted Parquet only; write the file again without encryption.",
    ],
  ])("%s", async (found, make, hint) => {
    const path = await make()
    const error = { _tag: "SourceError", message: `cannot read "${path}": ${found}`, path }
    expect(await rejection(parquetSource.describe([path]))).toEqual(
      hint === undefined ? error : { ...error, hint: hint.replace("$path", path) },
    )
  })

  const file = async (bytes: string | Uint8Array): Promise<string> => {
    const path = join(folder, "file.parquet")
    await writeFile(path, typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes)
    return path
  }

  test("random damage to a footer is an error or a description, never a crash or a hang", async () => {
    const whole = await readFile(
      await parquet("fuzz.parquet", "SELECT i AS a, 's' || i AS b, [i] AS c FROM range(100) t(i)"),
    )
    const footer = whole.readUInt32LE(whole.length - 8)
    let seed = 7
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
      return seed % below
    }
    let errors = 0
    for (let run = 0; run < 300; run++) {
      const bytes = Buffer.from(whole)
      for (let change = 0; change <= run % 3; change++) bytes[whole.length - 8 - footer + random(footer)] = random(256)
      const outcome = await parquetSource.describe([await file(bytes)]).then(() => "described", tagOf)
      expect(["described", "SourceError"]).toContain(outcome)
      if (outcome === "SourceError") errors++
    }
    expect(errors).toBeGreaterThan(50)
  })

  const tagOf = (error: unknown): unknown => (error instanceof Error && "_tag" in error ? error._tag : error)

  test("a column that a later file lacks, or has in another type", async () => {
    const first = await parquet("1.parquet", "SELECT 1 AS a, 'x' AS b")
    const lacking = await parquet("2.parquet", "SELECT 1 AS a, 'x' AS c")
    const other = await parquet("3.parquet", "SELECT 1 AS a, 5 AS b")
    expect(await rejection(parquetSource.describe([first, lacking]))).toEqual({
      _tag: "SourceError",
      message: `cannot read "${lacking}": it has no column "b", which the table's first file "${first}" has`,
      path: lacking,
      hint: "It has: a, c. Read files with other columns as a table of their own.",
    })
    expect(await rejection(parquetSource.describe([first, other]))).toEqual({
      _tag: "SourceError",
      message: `cannot read "${other}": its column "b" is INTEGER, in the table's first file "${first}" it is VARCHAR`,
      path: other,
      hint: "Read files with other types as a table of their own, with a cast.",
    })
  })

  test("a column that cannot be read hinders no other", async () => {
    const path = join(folder, "columns.parquet")
    const page = new Uint8Array(40)
    const plain = { physical: 1, element: [], page, values: 1 }
    await writeFile(
      path,
      craftFile([
        { ...plain, name: "good" },
        { ...plain, name: "lzo", codec: 3 },
        { ...plain, name: "secret", chunk: [[8, struct([1, struct()])]] },
        {
          ...plain,
          name: "wide",
          physical: 7,
          element: [
            [2, i32(20)],
            [6, i32(5)],
            [7, i32(2)],
            [8, i32(40)],
          ],
        },
        { ...plain, name: "text", element: [[6, i32(0)]] },
      ]),
    )
    const table = await parquetSource.describe([path])
    const failing = async (name: string): Promise<unknown> => {
      const [split] = table.splits(["good"], []).splits
      if (split === undefined) throw new Error("no split")
      return rejection(table.fetch(split, [name]))
    }
    const error = (column: string, found: string): unknown => ({
      _tag: "SourceError",
      message: `cannot read column "${column}" of "${path}": ${found}`,
      path,
      hint: "The other columns can be read: name them instead of *.",
    })
    expect(await failing("good")).toBe("no error")
    expect(await failing("lzo")).toEqual(
      error("lzo", "it is compressed with LZO; what can be read is UNCOMPRESSED, SNAPPY, GZIP, BROTLI, ZSTD, LZ4_RAW"),
    )
    expect(await failing("secret")).toEqual(error("secret", "it is encrypted"))
    expect(await failing("wide")).toEqual(error("wide", "a DECIMAL of 40 digits cannot be read yet"))
    expect(await failing("text")).toEqual(error("text", "UTF8 cannot be stored as INT32"))
    expect(() => table.splits(["wide"], [])).toThrow("a DECIMAL of 40 digits cannot be read yet")
  })

  test("pages that should stand where no file is, or in another file", async () => {
    const path = join(folder, "pages.parquet")
    const column = { name: "a", physical: 1, element: [], page: new Uint8Array(4), values: 1 }
    await writeFile(path, craftFile([column]))
    const table = await parquetSource.describe([path])
    const [split] = table.splits(["a"], []).splits
    if (split === undefined) throw new Error("no split")
    expect(await rejection(table.fetch({ ...split, index: 9 }, ["a"]))).toMatchObject({
      message: `"${path}" has no row group 9 of 1 rows`,
    })
    await writeFile(path, craftFile([{ ...column, elsewhere: "b.parquet" }]))
    const other = await parquetSource.describe([path])
    expect(await rejection(other.fetch(split, ["a"]))).toMatchObject({
      message: `cannot read column "a" of "${path}": its pages are in the file "b.parquet"`,
    })
    await writeFile(path, craftFile([{ ...column, stored: 2 }]))
    const typed = await parquetSource.describe([path])
    expect(await rejection(typed.fetch(split, ["a"]))).toMatchObject({
      message: `cannot read "${path}": the Parquet file is damaged: column "a" is INT32 in the schema and INT64 in a row group`,
    })
    await writeFile(path, craftFile([{ ...column, offset: 5000 }]))
    const beyond = await parquetSource.describe([path])
    expect(await rejection(beyond.fetch(split, ["a"]))).toMatchObject({
      message: expect.stringMatching(
        /: the Parquet file is damaged: the pages of column "a" should end at byte \d+ of \d+$/,
      ),
    })
  })
})
