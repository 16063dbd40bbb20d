import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Float64, Int32, Table as ArrowTable, tableToIPC, Utf8, vectorFromArray } from "apache-arrow"
import * as fc from "fast-check"
import { initSync, Table, writeParquet, WriterPropertiesBuilder } from "parquet-wasm/esm/parquet_wasm.js"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { PruningPredicate } from "../../../planner/physical/stage.ts"
import { installedFile } from "../../installation.ts"
import { readFooter } from "./file.ts"
import { keptRows, pagesMayMatch, readPageLocations } from "./page-index.ts"
import { parquetColumns } from "./schema.ts"
import { encodeThrift, i32, i64, list, struct, type ThriftValue } from "./thrift.ts"

const ROWS = 1000
/** In several pages: rising numbers with gaps, every seventh NULL; texts; and a page of nothing but NULL. */
const VALUES = {
  i: Array.from({ length: ROWS }, (_, row) => (row % 7 === 0 ? null : row * 2)),
  s: Array.from({ length: ROWS }, (_, row) => `${String.fromCharCode(97 + Math.floor(row / 50))}${row}`),
  d: Array.from({ length: ROWS }, (_, row) => (Math.floor(row / 100) === 3 ? null : -row / 8)),
}
type Name = keyof typeof VALUES

let folder: string
let path: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "skein-page-index-"))
  path = join(folder, "pages.parquet")
  initSync({ module: await installedFile("parquet-wasm/esm/parquet_wasm_bg.wasm") })
  const table = new ArrowTable({
    i: vectorFromArray(VALUES.i, new Int32()),
    s: vectorFromArray(VALUES.s, new Utf8()),
    d: vectorFromArray(VALUES.d, new Float64()),
  })
  const properties = new WriterPropertiesBuilder()
    .setDictionaryEnabled(false)
    .setWriteBatchSize(50)
    .setDataPageSizeLimit(300)
    .build()
  await writeFile(path, writeParquet(Table.fromIPCStream(tableToIPC(table, "stream")), properties))
})
afterAll(() => rm(folder, { recursive: true }))

async function pagesOf(name: Name) {
  const { metadata } = await readFooter(path)
  const column = parquetColumns(metadata.schema).find((each) => each.name === name)
  const [group] = metadata.rowGroups
  const chunk = group?.chunks[column?.leaves[0] ?? -1]
  if (column === undefined || group === undefined || chunk === undefined) throw new Error(`no column ${name}`)
  const bytes = readFileSync(path)
  const part = (range: { start: number; length: number } | undefined) => {
    if (range === undefined) throw new Error("no index")
    return bytes.subarray(range.start, range.start + range.length)
  }
  const pages = readPageLocations(part(chunk.offsetIndex), group.rows)
  return { target: { column, group, metadata }, index: part(chunk.columnIndex), pages }
}

function holds(value: number | string | null, { op, values }: PruningPredicate): boolean {
  if (op === "is null") return value === null
  if (value === null) return false
  if (op === "is not null") return true
  const order = (other: string): number => {
    if (typeof value === "string") return value < other ? -1 : value > other ? 1 : 0
    const number = Number(other)
    return value < number ? -1 : value > number ? 1 : 0
  }
  const [first = ""] = values
  switch (op) {
    case "=":
    case "in":
      return values.some((each) => order(each) === 0)
    case "<":
      return order(first) < 0
    case "<=":
      return order(first) <= 0
    case ">":
      return order(first) > 0
    case ">=":
      return order(first) >= 0
    case "starts with":
      return String(value).startsWith(first)
  }
}

describe.each(["i", "s", "d"] as const)("the pages of %s", (name) => {
  test("one that is left out holds no row for which the predicate is true", async () => {
    const { target, index, pages } = await pagesOf(name)
    expect(pages.length).toBeGreaterThan(4)
    const constant = fc.nat(ROWS - 1).map((row) => String(VALUES[name][row] ?? "7"))
    const ops = ["=", "<", "<=", ">", ">=", "in", "is null", "is not null"] as const
    const op = fc.constantFrom<PruningPredicate["op"]>(...ops, ...(name === "s" ? ["starts with" as const] : []))
    let left = 0
    fc.assert(
      fc.property(op, constant, constant, (each, one, two) => {
        const values = each === "in" ? [one, two] : each === "starts with" ? [one.slice(0, 2)] : [one]
        const predicate = { column: name, op: each, values }
        const kept = pagesMayMatch(target, index, pages, predicate)
        left += kept.filter((page) => !page).length
        const rows = keptRows(pages, kept, ROWS)
        VALUES[name].forEach((value, row) => {
          if (holds(value, predicate)) expect(rows.some(({ start, end }) => start <= row && row < end)).toBe(true)
        })
      }),
      { numRuns: 200 },
    )
    expect(left).toBeGreaterThan(100)
  })
})

describe("an index that cannot be", () => {
  const location = (start: number, length: number, firstRow: number): ThriftValue =>
    struct([1, i64(start)], [2, i32(length)], [3, i64(firstRow)])
  const read = (...pages: readonly ThriftValue[]) =>
    readPageLocations(encodeThrift(struct([1, list("struct", pages)])), 100)

  test("pages stand one behind the other", () => {
    expect(read(location(4, 10, 0), location(14, 5, 50))).toHaveLength(2)
    expect(() => read(location(4, 10, 0), location(13, 5, 50))).toThrow("its pages do not stand in order")
    expect(() => read(location(4, 10, 1))).toThrow("its pages do not stand in order")
    expect(() => read(location(4, 10, 0), location(14, 5, 0))).toThrow("its pages do not stand in order")
    expect(() => read(location(4, 10, 0), location(14, 5, 100))).toThrow("its pages do not stand in order")
    expect(() => read(location(4, 0, 0))).toThrow("its pages do not stand in order")
  })

  test("it tells of the same pages as the offset index, and is whole", async () => {
    const { target, index, pages } = await pagesOf("i")
    const predicate = { column: "i", op: "=", values: ["4"] } as const
    expect(() => pagesMayMatch(target, index, pages.slice(1), predicate)).toThrow("its index tells of other pages")
    expect(() => pagesMayMatch(target, index.subarray(0, 9), pages, predicate)).toThrow()
  })
})
