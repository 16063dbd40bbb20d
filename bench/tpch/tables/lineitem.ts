import { type ColumnSchema, type Material, type Rows, TODAY } from "../columns.ts"
import { INSTRUCTIONS, SHIP_MODES } from "../distributions.ts"
import { fillText, skip, supplierOf } from "../fill.ts"
import { advance, nextSeed, pickSmall, STREAM } from "../random.ts"
import { addOrderDates, fillLines, lineColumns, Lines, LINES_MAX, orderKey, ORDERS_AT_A_TIME } from "./lines.ts"

export const LINEITEM: readonly ColumnSchema[] = [
  { name: "l_orderkey", type: "BIGINT", width: 12 },
  { name: "l_partkey", type: "BIGINT", width: 11 },
  { name: "l_suppkey", type: "BIGINT", width: 11 },
  { name: "l_linenumber", type: "BIGINT", width: 1 },
  { name: "l_quantity", type: "DECIMAL(15,2)", width: 2 },
  { name: "l_extendedprice", type: "DECIMAL(15,2)", width: 9 },
  { name: "l_discount", type: "DECIMAL(15,2)", width: 4 },
  { name: "l_tax", type: "DECIMAL(15,2)", width: 4 },
  { name: "l_returnflag", type: "VARCHAR", width: 1 },
  { name: "l_linestatus", type: "VARCHAR", width: 1 },
  { name: "l_shipdate", type: "DATE", width: 10 },
  { name: "l_commitdate", type: "DATE", width: 10 },
  { name: "l_receiptdate", type: "DATE", width: 10 },
  { name: "l_shipinstruct", type: "VARCHAR", width: 17 },
  { name: "l_shipmode", type: "VARCHAR", width: 7 },
  { name: "l_comment", type: "VARCHAR", width: 43, commas: true },
]

const COMMENT_AVERAGE = 27
const COMMIT_DAYS_MIN = 30
const COMMIT_DAYS = 61
const RECEIPT_DAYS = 30
const SUPPLIERS_PER_PART = 4

const RETURN_FLAGS = ["R", "A", "N"]
const RETURNED_OR_NOT = 2
const NOT_YET = 2
const LINE_STATUSES = ["F", "O"]

/** `rows` is the room for lines; `make` counts in orders. */
export function lineitemRows({ scale }: Material, rows: number): Rows {
  const orders = new Float64Array(rows)
  const suppliers = new Float64Array(rows)
  const numbers = new Int32Array(rows)
  const shared = lineColumns(rows)
  const flags = new Uint8Array(rows)
  const statuses = new Uint8Array(rows)
  const commitDates = new Int32Array(rows)
  const receiptDates = new Int32Array(rows)
  const instructions = new Uint8Array(rows)
  const modes = new Uint8Array(rows)
  const comment = { offsets: new Int32Array(rows), lengths: new Uint8Array(rows) }
  return {
    columns: [
      { kind: "key", values: orders },
      { kind: "key", values: shared.parts },
      { kind: "key", values: suppliers },
      { kind: "whole", values: numbers },
      { kind: "whole", values: shared.quantities },
      { kind: "money", values: shared.prices },
      { kind: "money", values: shared.discounts },
      { kind: "money", values: shared.taxes },
      { kind: "word", values: flags, words: RETURN_FLAGS },
      { kind: "word", values: statuses, words: LINE_STATUSES },
      { kind: "date", values: shared.shipDates },
      { kind: "date", values: commitDates },
      { kind: "date", values: receiptDates },
      { kind: "word", values: instructions, words: INSTRUCTIONS },
      { kind: "word", values: modes, words: SHIP_MODES },
      { kind: "text", ...comment },
    ],
    make(first, count) {
      const lines = new Lines(scale, first)
      const perLine = (stream: number) => advance(stream, first * LINES_MAX)
      let supplier = perLine(STREAM.lineSupplier)
      let commit = perLine(STREAM.lineCommitDate)
      let receipt = perLine(STREAM.lineReceiptDate)
      let flag = perLine(STREAM.lineReturnFlag)
      let instruction = perLine(STREAM.lineInstruction)
      let mode = perLine(STREAM.lineMode)
      let text = advance(STREAM.lineComment, first * LINES_MAX * 2)
      let at = 0
      for (let order = 0; order < count; order += ORDERS_AT_A_TIME) {
        const batch = Math.min(ORDERS_AT_A_TIME, count - order)
        const made = lines.nextOrders(batch)
        const { counts, orderDates } = lines
        lines.nextLines(batch, at, shared)
        writeKeys(orders, numbers, at, counts, batch, first + order)
        supplier = fillSuppliers(suppliers, shared.parts, at, counts, batch, supplier, scale.suppliers)
        commit = fillLines(commitDates, at, counts, batch, commit, COMMIT_DAYS_MIN, COMMIT_DAYS)
        addOrderDates(commitDates, at, counts, batch, orderDates)
        receipt = fillLines(receiptDates, at, counts, batch, receipt, 1, RECEIPT_DAYS)
        for (let row = at; row < at + made; row++) {
          receiptDates[row]! += shared.shipDates[row]!
          statuses[row] = shared.shipDates[row]! <= TODAY ? 0 : 1
        }
        flag = fillFlags(flags, receiptDates, at, counts, batch, flag)
        instruction = fillLineWords(instructions, at, counts, batch, instruction, INSTRUCTIONS.length)
        mode = fillLineWords(modes, at, counts, batch, mode, SHIP_MODES.length)
        text = fillComments(comment, at, counts, batch, text)
        at += made
      }
    },
  }
}

function writeKeys(
  orders: Float64Array,
  numbers: Int32Array,
  at: number,
  counts: Uint8Array,
  batch: number,
  first: number,
): void {
  let row = at
  for (let order = 0; order < batch; order++) {
    const key = orderKey(first + order)
    const lines = counts[order]!
    for (let line = 1; line <= lines; line++, row++) {
      orders[row] = key
      numbers[row] = line
    }
  }
}

function fillSuppliers(
  into: Float64Array,
  parts: Float64Array,
  at: number,
  counts: Uint8Array,
  batch: number,
  start: number,
  suppliers: number,
): number {
  let seed = start
  let row = at
  for (let order = 0; order < batch; order++) {
    const lines = counts[order]!
    for (const end = row + lines; row < end; row++) {
      seed = nextSeed(seed)
      into[row] = supplierOf(parts[row]!, pickSmall(seed, SUPPLIERS_PER_PART), suppliers)
    }
    if (lines < LINES_MAX) seed = skip(seed, LINES_MAX - lines)
  }
  return seed
}

/** Only what has been received may have been returned, and only that takes a number. */
function fillFlags(
  into: Uint8Array,
  receiptDates: Int32Array,
  at: number,
  counts: Uint8Array,
  batch: number,
  start: number,
): number {
  let seed = start
  let row = at
  for (let order = 0; order < batch; order++) {
    let unused = LINES_MAX
    for (const end = row + counts[order]!; row < end; row++) {
      if (receiptDates[row]! > TODAY) into[row] = NOT_YET
      else {
        seed = nextSeed(seed)
        into[row] = pickSmall(seed, RETURNED_OR_NOT)
        unused--
      }
    }
    if (unused > 0) seed = skip(seed, unused)
  }
  return seed
}

function fillLineWords(
  into: Uint8Array,
  at: number,
  counts: Uint8Array,
  batch: number,
  start: number,
  range: number,
): number {
  let seed = start
  let row = at
  for (let order = 0; order < batch; order++) {
    const lines = counts[order]!
    for (const end = row + lines; row < end; row++) {
      seed = nextSeed(seed)
      into[row] = pickSmall(seed, range)
    }
    if (lines < LINES_MAX) seed = skip(seed, LINES_MAX - lines)
  }
  return seed
}

function fillComments(
  into: { readonly offsets: Int32Array; readonly lengths: Uint8Array },
  at: number,
  counts: Uint8Array,
  batch: number,
  start: number,
): number {
  let seed = start
  let row = at
  for (let order = 0; order < batch; order++) {
    const lines = counts[order]!
    seed = fillText(into, row, lines, seed, COMMENT_AVERAGE)
    row += lines
    if (lines < LINES_MAX) seed = skip(seed, (LINES_MAX - lines) * 2)
  }
  return seed
}
