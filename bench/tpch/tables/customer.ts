import { type ColumnSchema, type Material, type Rows } from "../columns.ts"
import { NATIONS, SEGMENTS } from "../distributions.ts"
import {
  ADDRESS_NUMBERS,
  ADDRESS_WIDTH,
  fillAddress,
  fillPhone,
  fillText,
  fillWhole,
  fillWord,
  PHONE_WIDTH,
} from "../fill.ts"
import { advance, STREAM } from "../random.ts"

export const CUSTOMER: readonly ColumnSchema[] = [
  { name: "c_custkey", type: "BIGINT", width: 11 },
  { name: "c_name", type: "VARCHAR", width: 20 },
  { name: "c_address", type: "VARCHAR", width: ADDRESS_WIDTH, commas: true },
  { name: "c_nationkey", type: "INTEGER", width: 2 },
  { name: "c_phone", type: "VARCHAR", width: PHONE_WIDTH },
  { name: "c_acctbal", type: "DECIMAL(15,2)", width: 8 },
  { name: "c_mktsegment", type: "VARCHAR", width: 10 },
  { name: "c_comment", type: "VARCHAR", width: 116, commas: true },
]

const COMMENT_AVERAGE = 73
const BALANCE_MIN = -99_999
const BALANCE_MAX = 999_999

export function customerRows(_: Material, rows: number): Rows {
  const keys = new Float64Array(rows)
  const address = { data: new Uint8Array(rows * ADDRESS_WIDTH), starts: new Int32Array(rows + 1) }
  const nations = new Int32Array(rows)
  const phone = { data: new Uint8Array(rows * PHONE_WIDTH), starts: new Int32Array(rows + 1) }
  const balances = new Int32Array(rows)
  const segments = new Uint8Array(rows)
  const comment = { offsets: new Int32Array(rows), lengths: new Uint8Array(rows) }
  return {
    columns: [
      { kind: "key", values: keys },
      { kind: "label", values: keys, prefix: "Customer#" },
      { kind: "bytes", ...address },
      { kind: "whole", values: nations },
      { kind: "bytes", ...phone },
      { kind: "money", values: balances },
      { kind: "word", values: segments, words: SEGMENTS },
      { kind: "text", ...comment },
    ],
    make(first, count) {
      for (let row = 0; row < count; row++) keys[row] = first + row + 1
      fillAddress(address, count, advance(STREAM.customerAddress, first * ADDRESS_NUMBERS))
      fillWhole(nations, count, advance(STREAM.customerNation, first), 0, NATIONS.length)
      fillPhone(phone, nations, count, advance(STREAM.customerPhone, first * 3))
      fillWhole(balances, count, advance(STREAM.customerBalance, first), BALANCE_MIN, BALANCE_MAX - BALANCE_MIN + 1)
      fillWord(segments, count, advance(STREAM.customerSegment, first), SEGMENTS.length)
      fillText(comment, 0, count, advance(STREAM.customerComment, first * 2), COMMENT_AVERAGE)
    },
  }
}
