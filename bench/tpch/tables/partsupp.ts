import { type ColumnSchema, type Material, type Rows } from "../columns.ts"
import { fillText, fillWhole, supplierOf } from "../fill.ts"
import { advance, STREAM } from "../random.ts"

export const PARTSUPP: readonly ColumnSchema[] = [
  { name: "ps_partkey", type: "BIGINT", width: 11 },
  { name: "ps_suppkey", type: "BIGINT", width: 11 },
  { name: "ps_availqty", type: "BIGINT", width: 4 },
  { name: "ps_supplycost", type: "DECIMAL(15,2)", width: 8 },
  { name: "ps_comment", type: "VARCHAR", width: 198, commas: true },
]

export const SUPPLIERS_PER_PART = 4
const COMMENT_AVERAGE = 124
const QUANTITY_MAX = 9999
const COST_MIN = 100
const COST_MAX = 100_000

export function partsuppRows({ scale }: Material, rows: number): Rows {
  const parts = new Float64Array(rows)
  const suppliers = new Float64Array(rows)
  const quantities = new Int32Array(rows)
  const costs = new Int32Array(rows)
  const comment = { offsets: new Int32Array(rows), lengths: new Uint8Array(rows) }
  return {
    columns: [
      { kind: "key", values: parts },
      { kind: "key", values: suppliers },
      { kind: "whole", values: quantities },
      { kind: "money", values: costs },
      { kind: "text", ...comment },
    ],
    make(first, count) {
      for (let row = 0; row < count; row++) {
        const part = Math.floor((first + row) / SUPPLIERS_PER_PART) + 1
        parts[row] = part
        suppliers[row] = supplierOf(part, (first + row) % SUPPLIERS_PER_PART, scale.suppliers)
      }
      fillWhole(quantities, count, advance(STREAM.partsuppQuantity, first), 1, QUANTITY_MAX)
      fillWhole(costs, count, advance(STREAM.partsuppCost, first), COST_MIN, COST_MAX - COST_MIN + 1)
      fillText(comment, 0, count, advance(STREAM.partsuppComment, first * 2), COMMENT_AVERAGE)
    },
  }
}
