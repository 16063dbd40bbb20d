import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Source } from "../../actors/sources/source.ts"
import type { TableRef } from "../../planner/ast/query.ts"
import { queryCatalog } from "./catalog.ts"
import { findFiles } from "./find-files.ts"

let root = ""

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "skein-catalog-"))
  const files = [
    "data/lineitem.parquet",
    "data/orders/part-0.parquet",
    "data/orders/part-1.parquet",
    "data/lake/year=2024/a.parquet",
    "data/data_part_1.parquet",
    "data/data_part_2.parquet",
    "data/data_part_3.csv",
    "data/only.csv",
    "data/notes.bin",
    "cases/Mixed.parquet",
    "cases/Folder/a.parquet",
    "cases/twice.parquet",
    "cases/Twice.parquet",
    "cases/hollow/notes.txt",
    "cases/Hollow/notes.txt",
    "here.parquet",
    "UPPER.PARQUET",
  ]
  for (const file of files) {
    await mkdir(join(root, file, ".."), { recursive: true })
    await writeFile(join(root, file), "")
  }
})

afterAll(() => rm(root, { recursive: true }))

function ref(name: string, spelling: TableRef["spelling"] = "identifier"): TableRef {
  const span = { start: 5, end: 5 + name.length }
  return {
    _tag: "TableRef",
    qualifiers: [],
    name,
    spelling,
    nameSpan: span,
    alias: undefined,
    at: undefined,
    sample: undefined,
    span,
  }
}

const places = (dataDir: string | undefined = join(root, "data")) => ({ dataDir, cwd: root })

/** The error's own words, with the temporary folder's name taken out. */
async function refusal(name: string, spelling: TableRef["spelling"], data = true) {
  const error: unknown = await findFiles(ref(name, spelling), data ? places() : { dataDir: undefined, cwd: root }).then(
    () => "found",
    (caught: unknown) => caught,
  )
  if (!(error instanceof Error) || !("_tag" in error)) throw new Error(`${name} was found`)
  const hint = "hint" in error && typeof error.hint === "string" ? error.hint : undefined
  const place = (text: string) => text.replaceAll(root, "ROOT")
  return { _tag: error._tag, message: place(error.message), ...(hint === undefined ? {} : { hint: place(hint) }) }
}

test.each<[string, TableRef["spelling"], readonly string[]]>([
  ["lineitem", "identifier", ["data/lineitem.parquet"]],
  ["lineitem.parquet", "identifier", ["data/lineitem.parquet"]],
  ["orders", "identifier", ["data/orders/part-0.parquet", "data/orders/part-1.parquet"]],
  ["lake", "identifier", ["data/lake/year=2024/a.parquet"]],
  ["data_part_*", "identifier", ["data/data_part_1.parquet", "data/data_part_2.parquet"]],
  ["data_part_*.parquet", "identifier", ["data/data_part_1.parquet", "data/data_part_2.parquet"]],
  ["data/lineitem.parquet", "string", ["data/lineitem.parquet"]],
  ["data/lineitem.parquet", "identifier", ["data/lineitem.parquet"]],
  ["lineitem.parquet", "string", ["data/lineitem.parquet"]],
  ["here.parquet", "identifier", ["here.parquet"]],
  ["UPPER.PARQUET", "string", ["UPPER.PARQUET"]],
  ["data/orders", "string", ["data/orders/part-0.parquet", "data/orders/part-1.parquet"]],
  ["data/orders/*.parquet", "string", ["data/orders/part-0.parquet", "data/orders/part-1.parquet"]],
  ["data/**/a.parquet", "string", ["data/lake/year=2024/a.parquet"]],
  ["data/notes.bin", "read_parquet", ["data/notes.bin"]],
])("%s as %s", async (name, spelling, files) => {
  expect((await findFiles(ref(name, spelling), places())).map((file) => relative(root, file))).toEqual(files)
})

describe("SQL does not tell upper and lower case apart", () => {
  const found = async (name: string) =>
    (await findFiles(ref(name), places(join(root, "cases")))).map((file) => relative(root, file))

  test("a table is found by any case of its name, the one as written first", async () => {
    expect(await found("mixed")).toEqual(["cases/Mixed.parquet"])
    expect(await found("FOLDER")).toEqual(["cases/Folder/a.parquet"])
    expect(await found("twice")).toEqual(["cases/twice.parquet"])
    expect(await found("Twice")).toEqual(["cases/Twice.parquet"])
  })

  test("two that differ in nothing else are not guessed between", async () => {
    await expect(found("TWICE")).rejects.toMatchObject({
      _tag: "UnknownTable",
      message: 'table "TWICE" could be any of "Twice", "twice"',
      hint: "write its name as it stands in the folder",
    })
    await expect(found("hollow")).rejects.toMatchObject({ message: expect.stringContaining('table "hollow" does not') })
  })
})

describe("what is not there, or cannot be read", () => {
  test("a misspelt table", async () => {
    expect(await refusal("linitem", "identifier")).toEqual({
      _tag: "UnknownTable",
      message: 'table "linitem" does not exist in ROOT/data',
      hint: 'did you mean "lineitem"?  ROOT/data has: data_part_1, data_part_2, lake, lineitem, orders',
    })
  })

  test("a table without --data", async () => {
    expect(await refusal("lineitem", "identifier", false)).toEqual({
      _tag: "UnknownTable",
      message: 'table "lineitem" does not exist',
      hint: "tables without a path are looked for in --data DIR; a file is named in quotes: FROM 'lineitem.parquet'",
    })
  })

  test("a missing file, with and without one of a similar name", async () => {
    expect(await refusal("data/linitem.parquet", "string")).toEqual({
      _tag: "UnknownTable",
      message: "file 'data/linitem.parquet' does not exist",
      hint: "did you mean 'data/lineitem.parquet'?",
    })
    expect(await refusal("nowhere/x.parquet", "string")).toEqual({
      _tag: "UnknownTable",
      message: "file 'nowhere/x.parquet' does not exist",
      hint: "looked for ROOT/nowhere/x.parquet",
    })
    expect(await refusal("", "string")).toMatchObject({ message: "file '' does not exist" })
  })

  test("a glob that matches nothing", async () => {
    expect(await refusal("sales_*", "identifier")).toEqual({
      _tag: "UnknownTable",
      message: "no file matches 'sales_*'",
      hint: "looked in ROOT/data and ROOT",
    })
    expect(await refusal(`${root}/x*.parquet`, "string")).toEqual({
      _tag: "UnknownTable",
      message: "no file matches 'ROOT/x*.parquet'",
    })
  })

  test("other formats, there or not", async () => {
    expect(await refusal("data/only.csv", "string")).toEqual({
      _tag: "UnsupportedSql",
      message: "'data/only.csv' is a CSV file: only Parquet files can be read yet",
    })
    expect(await refusal("events.ndjson.gz", "string")).toEqual({
      _tag: "UnsupportedSql",
      message: "'events.ndjson.gz' names a newline-delimited JSON file: only Parquet files can be read yet",
    })
    expect(await refusal("data/notes.bin", "string")).toEqual({
      _tag: "UnsupportedSql",
      message: "'data/notes.bin' does not end in .parquet",
      hint: "read_parquet('data/notes.bin') reads a file as Parquet whatever its name",
    })
  })

  test.each(["http", "https", "s3"])("%s://", async (scheme) => {
    expect(await refusal(`${scheme}://host/x.parquet`, "string")).toEqual({
      _tag: "UnsupportedSql",
      message: `reading ${scheme}:// is not supported yet: tables are Parquet files on local disk`,
    })
  })

  test("a --data folder that is not there", async () => {
    const error = findFiles(ref("t"), { dataDir: join(root, "nodata"), cwd: root })
    await expect(error).rejects.toMatchObject({
      _tag: "SourceError",
      message: `the folder of --data does not exist: ${join(root, "nodata")}`,
    })
  })
})

describe("a query's catalog", () => {
  const described: (readonly string[])[] = []
  const source: Source = {
    kind: "fake",
    describe: async (files) => {
      described.push(files.map((file) => relative(root, file)))
      return {
        columns: [{ name: "x", type: "INTEGER", bytes: 40, min: "1", max: "9" }],
        hidden: [],
        rows: 10,
        files: files.length,
        splits: () => ({ splits: [], pruned: 0, rowsSkipped: { files: 0, rowGroups: 0 } }),
        identity: () => ({ bytes: 1, checksum: 1 }),
        survivors: async () => [],
        version: ({ file, index }) => `${file} ${index}`,
        fetch: () => Promise.reject(new Error("nothing to read")),
      }
    },
  }

  test("describes the same files once, and keeps the table behind the description", async () => {
    const catalog = queryCatalog(source, places())
    const [first, again, other] = await Promise.all([
      catalog.resolve(ref("lineitem")),
      catalog.resolve(ref("data/lineitem.parquet", "string")),
      catalog.resolve(ref("data_part_*")),
    ])
    expect(first).toEqual({
      id: first.id,
      alias: "lineitem",
      hidden: [],
      columns: [{ name: "x", type: "INTEGER", bytes: 40, min: "1", max: "9" }],
      rows: 10,
      files: 1,
    })
    expect(again.id).toBe(first.id)
    expect(other.alias).toBe("data_part_*")
    expect(catalog.table(other.id).files).toBe(2)
    expect(described).toEqual([["data/lineitem.parquet"], ["data/data_part_1.parquet", "data/data_part_2.parquet"]])
  })

  test("another query reads the footers anew", async () => {
    described.length = 0
    await queryCatalog(source, places()).resolve(ref("lineitem"))
    await queryCatalog(source, places()).resolve(ref("lineitem"))
    expect(described.length).toBe(2)
  })

  test.each<[string, TableRef["spelling"], string]>([
    ["lineitem", "identifier", "lineitem"],
    ["data/lineitem.parquet", "string", "lineitem"],
    ["data/orders/part-0.parquet", "string", "part-0"],
    ["data/orders/", "string", "orders"],
    ["data/lineitem.parquet", "read_parquet", "read_parquet"],
  ])("%s as %s has the alias %s", async (name, spelling, alias) => {
    expect((await queryCatalog(source, places()).resolve(ref(name, spelling))).alias).toBe(alias)
  })
})
