import { parquetMetadata, parquetReadObjects } from "hyparquet"
import { expect, test } from "vitest"
import type { Column, ColumnSchema } from "../../columns.ts"
import { ByteSink } from "../byte-sink.ts"
import { type ChunkFacts, ColumnChunkWriter } from "./column-chunk.ts"
import { footer, MAGIC, rowGroup } from "./footer.ts"
import { PAGE_ROWS } from "./page.ts"

const pool = new TextEncoder().encode("zebra apple mango ")

/** A file of one column, of row groups that hold the given ranges of its rows. */
function file(column: Column, schema: ColumnSchema, ...groups: readonly (readonly [from: number, to: number])[]) {
  const writer = new ColumnChunkWriter(pool)
  const parts: Uint8Array[] = [MAGIC]
  const entries: Uint8Array[] = []
  const facts: ChunkFacts[] = []
  let place = MAGIC.length
  let rows = 0
  for (const [from, to] of groups) {
    const sink = new ByteSink()
    const chunk = writer.write(sink, column, schema, from, to)
    facts.push(chunk)
    entries.push(rowGroup([schema], [chunk], place))
    parts.push(sink.taken())
    place += sink.length
    rows += to - from
  }
  parts.push(footer([schema], rows, entries, "test"))
  return { bytes: new Uint8Array(Buffer.concat(parts)).buffer, facts }
}

async function read(bytes: ArrayBuffer): Promise<unknown[]> {
  return (await parquetReadObjects({ file: bytes })).map((row) => row["c"])
}

const column = (type: ColumnSchema["type"]): ColumnSchema => ({ name: "c", type, width: 20 })

test("keys beyond 32 bits come back, in a dictionary or not, with their bounds", async () => {
  const near = Float64Array.from({ length: 1000 }, (_, row) => 45_000_000_000 + (row % 3))
  const far = Float64Array.from({ length: 1000 }, (_, row) => row * 47_000_000 + 1)
  for (const values of [near, far]) {
    const { bytes, facts } = file({ kind: "key", values }, column("BIGINT"), [0, 1000])
    expect(facts[0]!.dictionary === undefined).toBe(values === far)
    expect(await read(bytes)).toEqual(Array.from(values, BigInt))
    const { statistics } = parquetMetadata(bytes).row_groups[0]!.columns[0]!.meta_data!
    expect(statistics).toMatchObject({
      min_value: BigInt(values[0]!),
      max_value: BigInt(values === far ? values[999]! : values[2]!),
      null_count: 0n,
    })
  }
})

test("negative money, and the number of different values where a dictionary counted them", async () => {
  const values = Int32Array.from({ length: 900 }, (_, row) => ((row % 7) - 3) * 12_345)
  const { bytes, facts } = file({ kind: "money", values }, column("DECIMAL(15,2)"), [0, 900])
  expect(facts[0]!.distinct).toBe(7)
  expect(await read(bytes)).toEqual(Array.from(values, (value) => value / 100))
})

test("codes of every width, in pages that end anywhere", async () => {
  for (const entries of [1, 2, 3, 5, 17, 255, 256, 257, 3000]) {
    const rows = entries === 3000 ? 24_011 : entries * 8 + 3
    const values = Int32Array.from({ length: rows }, (_, row) => row % entries)
    const { bytes, facts } = file({ kind: "whole", values }, column("INTEGER"), [0, rows])
    expect([entries, facts[0]!.distinct]).toEqual([entries, entries])
    expect((await read(bytes)).join()).toBe(values.join())
  }
})

test("rows of several pages and row groups, some left out at the start", async () => {
  const rows = PAGE_ROWS * 2 + 9
  const values = Int32Array.from({ length: rows }, (_, row) => row)
  const { bytes } = file({ kind: "whole", values }, column("BIGINT"), [5, PAGE_ROWS + 6], [PAGE_ROWS + 6, rows])
  expect((await read(bytes)).join()).toBe(values.slice(5).join())
})

test("words: only those that occur, in their order", async () => {
  const words = ["b", "unused", "a", "c"]
  const values = Uint8Array.of(3, 0, 0, 2, 3)
  const { bytes, facts } = file({ kind: "word", values, words }, column("VARCHAR"), [0, 5])
  expect(facts[0]!.distinct).toBe(3)
  expect(await read(bytes)).toEqual(["c", "b", "b", "a", "c"])
})

test("texts of the pool, texts of their own, bounds by bytes", async () => {
  const offsets = Int32Array.of(6, 0, 12, 6)
  const lengths = Uint8Array.of(5, 5, 5, 3)
  const { bytes, facts } = file({ kind: "text", offsets, lengths }, column("VARCHAR"), [0, 4])
  expect(await read(bytes)).toEqual(["apple", "zebra", "mango", "app"])
  const text = (bound: Uint8Array | undefined) => Buffer.from(bound ?? []).toString()
  expect([text(facts[0]!.bounds?.min), text(facts[0]!.bounds?.max)]).toEqual(["app", "zebra"])
  const own = file({ kind: "bytes", data: pool, starts: Int32Array.of(0, 5, 5, 11) }, column("VARCHAR"), [0, 3])
  expect(await read(own.bytes)).toEqual(["zebra", "", " apple"])
})

test("labels: no bounds where ten digits would break the order", async () => {
  const values = Float64Array.of(7, 1_000_000_000)
  const { bytes, facts } = file({ kind: "label", values, prefix: "Customer#" }, column("VARCHAR"), [0, 2])
  expect(await read(bytes)).toEqual(["Customer#000000007", "Customer#1000000000"])
  expect(facts[0]!.bounds).toBeUndefined()
  const few = file({ kind: "label", values, prefix: "Customer#" }, column("VARCHAR"), [0, 1])
  expect(Buffer.from(few.facts[0]!.bounds?.max ?? []).toString()).toBe("Customer#000000007")
})
