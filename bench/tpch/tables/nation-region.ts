import { type ColumnSchema, type Material, type Rows } from "../columns.ts"
import { NATIONS, REGIONS } from "../distributions.ts"
import { fillText } from "../fill.ts"
import { advance, STREAM } from "../random.ts"

const COMMENT_AVERAGE = 72
const COMMENT_WIDTH = 115

export const NATION: readonly ColumnSchema[] = [
  { name: "n_nationkey", type: "INTEGER", width: 2 },
  { name: "n_name", type: "VARCHAR", width: 14 },
  { name: "n_regionkey", type: "INTEGER", width: 1 },
  { name: "n_comment", type: "VARCHAR", width: COMMENT_WIDTH, commas: true },
]

export const REGION: readonly ColumnSchema[] = [
  { name: "r_regionkey", type: "INTEGER", width: 1 },
  { name: "r_name", type: "VARCHAR", width: 11 },
  { name: "r_comment", type: "VARCHAR", width: COMMENT_WIDTH, commas: true },
]

export function nationRows(_: Material, rows: number): Rows {
  const keys = new Int32Array(rows)
  const names = new Uint8Array(rows)
  const regions = new Int32Array(rows)
  const comment = { offsets: new Int32Array(rows), lengths: new Uint8Array(rows) }
  return {
    columns: [
      { kind: "whole", values: keys },
      { kind: "word", values: names, words: NATIONS.map(([name]) => name) },
      { kind: "whole", values: regions },
      { kind: "text", ...comment },
    ],
    make(first, count) {
      for (let row = 0; row < count; row++) {
        keys[row] = names[row] = first + row
        regions[row] = NATIONS[first + row]![1]
      }
      fillText(comment, 0, count, advance(STREAM.nationComment, first * 2), COMMENT_AVERAGE)
    },
  }
}

export function regionRows(_: Material, rows: number): Rows {
  const keys = new Int32Array(rows)
  const names = new Uint8Array(rows)
  const comment = { offsets: new Int32Array(rows), lengths: new Uint8Array(rows) }
  return {
    columns: [
      { kind: "whole", values: keys },
      { kind: "word", values: names, words: REGIONS },
      { kind: "text", ...comment },
    ],
    make(first, count) {
      for (let row = 0; row < count; row++) keys[row] = names[row] = first + row
      fillText(comment, 0, count, advance(STREAM.regionComment, first * 2), COMMENT_AVERAGE)
    },
  }
}
