import { describe, expect, test } from "vitest"
import { emptySink, makeBuilder } from "./builder.ts"
import type { Chunk, Layout } from "./layout.ts"

/** Rows 0 and 2 are there, row 1 is NULL, whatever lies under it. */
const ROW_1_NULL = Uint8Array.of(0b101)
const ALL = Int32Array.of(0, 1, 2)

function chunk(part: Partial<Chunk>): Chunk {
  const none = new Int32Array(0)
  const empty = new Uint8Array(0)
  return { rows: 3, validity: ROW_1_NULL, values: empty, words: none, offsets: none, children: [], ...part }
}

function bytesOf(words: Int32Array): Uint8Array {
  return new Uint8Array(words.buffer)
}

/** What a builder makes of rows, as plain numbers. */
function built(layout: Layout, source: Chunk, ...pieces: Int32Array[]) {
  const builder = makeBuilder(layout)
  for (const rows of pieces) builder.append(source, rows, 0, rows.length, false)
  const sink = emptySink()
  builder.writeTo(sink)
  return { nodes: sink.nodes, contents: sink.contents.map((bytes) => [...bytes]) }
}

const int: Layout = { _tag: "fixed", width: 4 }
const ints = (words: Int32Array, part: Partial<Chunk> = {}): Chunk =>
  chunk({ words, values: bytesOf(words), rows: words.length, ...part })

describe("law 4: what lies under a NULL does not show", () => {
  test.each<[string, Layout, (garbage: number) => Chunk]>([
    ["integers", int, (garbage) => ints(Int32Array.of(7, garbage, 9))],
    ["bytes", { _tag: "fixed", width: 1 }, (garbage) => chunk({ values: Uint8Array.of(7, garbage, 9) })],
    ["booleans", { _tag: "bits" }, (garbage) => chunk({ values: Uint8Array.of(0b101 | ((garbage & 1) << 1)) })],
    [
      "strings",
      { _tag: "bytes" },
      (garbage) =>
        chunk({ values: new Uint8Array(20).fill(65), offsets: Int32Array.of(0, 2, 2 + garbage, 4 + garbage) }),
    ],
    [
      "arrays",
      { _tag: "array", item: int, size: 2 },
      (garbage) => chunk({ children: [ints(Int32Array.of(1, 2, garbage, garbage, 5, 6), { validity: undefined })] }),
    ],
    [
      "structs",
      { _tag: "struct", fields: [int, { _tag: "bits" }] },
      (garbage) =>
        chunk({
          children: [
            ints(Int32Array.of(1, garbage, 3), { validity: undefined }),
            chunk({ validity: undefined, values: Uint8Array.of(0b101 | ((garbage & 1) << 1)) }),
          ],
        }),
    ],
    [
      "lists",
      { _tag: "list", item: int },
      (garbage) =>
        chunk({
          offsets: Int32Array.of(0, 1, 1 + garbage, 2 + garbage),
          children: [ints(new Int32Array(10).fill(4), { validity: undefined })],
        }),
    ],
  ])("%s", (_, layout, source) => {
    expect(built(layout, source(3), ALL)).toEqual(built(layout, source(0), ALL))
  })
})

describe("rows are copied alone and in runs", () => {
  const source = ints(
    Int32Array.from({ length: 20 }, (_, i) => i * 10),
    { validity: undefined },
  )
  const values = (rows: number[], ...more: number[][]) => {
    const { contents } = built(int, source, Int32Array.from(rows), ...more.map((piece) => Int32Array.from(piece)))
    return [...new Int32Array(Uint8Array.from(contents[1] ?? []).buffer)]
  }

  test.each([[[0, 1, 2]], [[0, 2]], [[1, 2, 4]], [[5]], [[3, 5, 6]], [[18, 19]], [[]]])("%j", (rows) => {
    expect(values(rows)).toEqual(rows.map((row) => row * 10))
  })

  test("piece by piece", () => {
    expect(values([0, 1], [3, 5], [], [6, 7, 8])).toEqual([0, 10, 30, 50, 60, 70, 80])
  })
})

test("the first NULL comes after rows that had no bitmap yet", () => {
  const builder = makeBuilder(int)
  const words = Int32Array.from({ length: 20 }, (_, i) => i + 1)
  builder.append(ints(words, { validity: undefined }), Int32Array.from(words.keys()), 0, 13, false)
  builder.append(ints(Int32Array.of(7, 8, 9)), ALL, 0, 3, false)
  const sink = emptySink()
  builder.writeTo(sink)
  expect(sink.nodes).toEqual([{ length: 16, nulls: 1 }])
  expect([...(sink.contents[0] ?? [])]).toEqual([0b11111111, 0b10111111])
})

test("a builder that was cleared starts anew", () => {
  const layouts: Layout[] = [int, { _tag: "bits" }]
  for (const layout of layouts) {
    const source = ints(Int32Array.of(1, 2, 3))
    const builder = makeBuilder(layout)
    builder.append(source, ALL, 0, 3, false)
    builder.clear()
    expect(builder.bytes()).toBe(0)
    builder.append(source, ALL, 0, 1, false)
    const sink = emptySink()
    builder.writeTo(sink)
    expect(sink.nodes).toEqual([{ length: 1, nulls: 0 }])
    expect(sink.contents[0]).toHaveLength(0)
  }
})
