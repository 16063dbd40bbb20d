import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Native, openNative } from "../bench/oracle/native.ts"
import { hiveColumns, keysOf } from "../runtime/catalog/hive.ts"
import { nativeTypeOracle } from "./planner/native-oracle.ts"

/** Columns that folders give: their names, types and values as native DuckDB finds them. */

let dir = ""
let native: Native
let oracle: Awaited<ReturnType<typeof nativeTypeOracle>>
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "skein-hive-"))
  native = await openNative({ threads: 1 })
  oracle = await nativeTypeOracle()
})
afterAll(() => {
  native.close()
  oracle.close()
  rmSync(dir, { recursive: true, force: true })
})

let lakes = 0

/** One file in each of the folders, in a folder of their own. */
async function lake(folders: readonly string[]): Promise<string> {
  const root = path.join(dir, `lake${lakes++}`)
  for (const folder of folders) {
    mkdirSync(path.join(root, folder), { recursive: true })
    const file = path.join(root, folder, "x.parquet")
    await native.run(`COPY (SELECT 1 AS own) TO '${file.replaceAll("'", "''")}'`)
  }
  return root
}

const LAKES: readonly (readonly string[])[] = [
  ["y=2023/m=1", "y=2024/m=12"],
  ["y=2023/m=01", "y=2024/m=12"],
  ["b=1/B2=x/a=2"],
  ["k=0", "k=-0", "k=-05"],
  ["k=00"],
  ["k=+5"],
  ["k=1_000"],
  ["k=1.0"],
  ["k=1e3"],
  ["k=0x1F", "k=0b11"],
  ["k= 5", "k=5 "],
  ["k=9223372036854775807"],
  ["k=9223372036854775808", "k=1"],
  ["k=2024-01-02", "k=2024-1-3"],
  ["k=2024-01-02", "k=2024-01-02 10%3A00%3A00"],
  ["k=2024-01-02 10%3A00%3A00", "k=2024-01-02T10%3A00%3A00.5Z"],
  ["k=infinity"],
  ["k=today"],
  ["k=true", "k=false"],
  ["k=NULL", "k=1"],
  ["k=null", "k=x"],
  ["k=NULL"],
  ["k=", "k=1"],
  ["k=__HIVE_DEFAULT_PARTITION__"],
  ["k=a%20b", "k=50%", "k=%zz", "k=%C3%A4"],
  ["k=it's"],
  ["k=a=b"],
  ["=a"],
  ["k=1/k=2"],
  ["a=1/b=2", "b=3/a=4"],
  ["a=1", "b=1"],
  ["a=1", "."],
  ["a=1/b=1", "a=2"],
  ["own=7", "own=8"],
  ["k=ä", "k=日本"],
]

describe("the folders", () => {
  test.each(LAKES.map((folders) => ({ folders })))("$folders", async ({ folders }) => {
    const root = await lake(folders)
    const pattern = `${root.replaceAll("'", "''")}/**/*.parquet`
    const expected = await native.query(`SELECT * FROM read_parquet('${pattern}', filename = 'file_') ORDER BY file_`)
    const files = expected.rows.map((row) => {
      const file = row[expected.columns.findIndex(({ name }) => name === "file_")] ?? ""
      return { file, shown: file }
    })
    expect(files).toHaveLength(
      readdirSync(root, { recursive: true }).filter((name) => String(name).endsWith(".parquet")).length,
    )
    const options = { wanted: undefined, types: new Map<string, string>(), autocast: true }
    const found = await hiveColumns(files, options, () => oracle)
    const hive = expected.columns.map((column, i) => ({ ...column, i })).filter(({ name }) => name !== "file_")
    const given = hive.filter(({ name }) => name !== "own" || folders.some((folder) => folder.startsWith("own=")))
    expect(found.map(({ name, type }) => ({ name, type }))).toEqual(given.map(({ name, type }) => ({ name, type })))
    for (const [c, { i }] of given.entries()) {
      const values = found[c]?.values
      const own = files.map(({ file }) => (typeof values === "object" ? values[file] : undefined))
      expect(own).toEqual(expected.rows.map((row) => row[i]))
    }
  })

  test("are those of the path, not of the file's name", () => {
    expect([...keysOf("a=1/b/c=2/d=3.parquet")]).toEqual([
      ["a", "1"],
      ["c", "2"],
    ])
  })
})

describe("told what to do", () => {
  const files = (...paths: readonly string[]) => paths.map((file) => ({ file, shown: file }))
  const plain = { wanted: undefined, types: new Map<string, string>(), autocast: true }

  test("they are left out", async () => {
    expect(await hiveColumns(files("k=1/a"), { ...plain, wanted: false }, () => oracle)).toEqual([])
  })

  test("they are texts", async () => {
    const [k] = await hiveColumns(files("k=1/a"), { ...plain, autocast: false }, () => oracle)
    expect(k).toMatchObject({ name: "k", type: "VARCHAR", values: { "k=1/a": "1" } })
  })

  test("they have the types that are given, in DuckDB's spelling", async () => {
    const types = new Map([["k", "INT"]])
    const [k] = await hiveColumns(files("K=007/a"), { ...plain, wanted: true, types }, () => oracle)
    expect(k).toMatchObject({ name: "K", type: "INTEGER", values: { "K=007/a": "7" } })
  })

  test("what does not fit is refused", async () => {
    const types = new Map([["k", "INT"]])
    await expect(hiveColumns(files("k=x/a"), { ...plain, types }, () => oracle)).rejects.toMatchObject({
      message: 'the folder "k=x" cannot be read as INTEGER',
    })
    await expect(hiveColumns(files("j=1/a"), { ...plain, types }, () => oracle)).rejects.toMatchObject({
      message: 'hive_types gives a type to "k", which is no column of the files\' folders: they are j',
    })
    await expect(hiveColumns(files("k=1/a", "b"), { ...plain, wanted: true }, () => oracle)).rejects.toMatchObject({
      message: 'the folders of "b" give other columns than those of "k=1/a"',
    })
  })
})
