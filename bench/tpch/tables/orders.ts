import { type ColumnSchema, type Material, type Rows, TODAY } from "../columns.ts"
import { PRIORITIES } from "../distributions.ts"
import { fillKey, fillText, fillWord } from "../fill.ts"
import { advance, STREAM } from "../random.ts"
import { lineColumns, type LineColumns, Lines, LINES_MAX, orderKey, ORDERS_AT_A_TIME } from "./lines.ts"

export const ORDERS: readonly ColumnSchema[] = [
  { name: "o_orderkey", type: "BIGINT", width: 12 },
  { name: "o_custkey", type: "BIGINT", width: 11 },
  { name: "o_orderstatus", type: "VARCHAR", width: 1 },
  { name: "o_totalprice", type: "DECIMAL(15,2)", width: 10 },
  { name: "o_orderdate", type: "DATE", width: 10 },
  { name: "o_orderpriority", type: "VARCHAR", width: 15 },
  { name: "o_clerk", type: "VARCHAR", width: 15 },
  { name: "o_shippriority", type: "INTEGER", width: 1 },
  { name: "o_comment", type: "VARCHAR", width: 78, commas: true },
]

const COMMENT_AVERAGE = 49
/** Every third customer never orders. */
const CUSTOMERS_WITHOUT = 3
const STATUSES = ["F", "O", "P"]
const FINISHED = 0
const OPEN = 1
const PARTIAL = 2

export function ordersRows({ scale }: Material, rows: number): Rows {
  const keys = new Float64Array(rows)
  const customers = new Float64Array(rows)
  const statuses = new Uint8Array(rows)
  const totals = new Int32Array(rows)
  const dates = new Int32Array(rows)
  const priorities = new Uint8Array(rows)
  const clerks = new Float64Array(rows)
  const shipPriorities = new Int32Array(rows)
  const comment = { offsets: new Int32Array(rows), lengths: new Uint8Array(rows) }
  const scratch = lineColumns(ORDERS_AT_A_TIME * LINES_MAX)
  return {
    columns: [
      { kind: "key", values: keys },
      { kind: "key", values: customers },
      { kind: "word", values: statuses, words: STATUSES },
      { kind: "money", values: totals },
      { kind: "date", values: dates },
      { kind: "word", values: priorities, words: PRIORITIES },
      { kind: "label", values: clerks, prefix: "Clerk#" },
      { kind: "whole", values: shipPriorities },
      { kind: "text", ...comment },
    ],
    make(first, count) {
      for (let row = 0; row < count; row++) keys[row] = orderKey(first + row)
      fillKey(customers, count, advance(STREAM.orderCustomer, first), 1, scale.customers)
      for (let row = 0; row < count; row++) customers[row] = orderingCustomer(customers[row]!, scale.customers)
      fillWord(priorities, count, advance(STREAM.orderPriority, first), PRIORITIES.length)
      fillKey(clerks, count, advance(STREAM.orderClerk, first), 1, scale.clerks)
      fillText(comment, 0, count, advance(STREAM.orderComment, first * 2), COMMENT_AVERAGE)
      const lines = new Lines(scale, first)
      for (let at = 0; at < count; at += ORDERS_AT_A_TIME) {
        const orders = Math.min(ORDERS_AT_A_TIME, count - at)
        lines.nextOrders(orders)
        lines.nextLines(orders, 0, scratch)
        dates.set(lines.orderDates.subarray(0, orders), at)
        sumUp(lines.counts, orders, scratch, totals.subarray(at), statuses.subarray(at))
      }
    },
  }
}

/** The nearest customer that orders: one above and one below in turn, as the official generator steps. */
function orderingCustomer(drawn: number, customers: number): number {
  let customer = drawn
  for (let step = 1; customer - Math.floor(customer / CUSTOMERS_WITHOUT) * CUSTOMERS_WITHOUT === 0; step = -step)
    customer = Math.min(customer + step, customers)
  return customer
}

/** An order's total is the sum of its lines, each cut off to hundredths twice; its status follows from theirs. */
function sumUp(counts: Uint8Array, orders: number, lines: LineColumns, totals: Int32Array, statuses: Uint8Array): void {
  const { prices, discounts, taxes, shipDates } = lines
  let row = 0
  for (let order = 0; order < orders; order++) {
    const count = counts[order]!
    let total = 0
    let shipped = 0
    for (const end = row + count; row < end; row++) {
      const discounted = ((prices[row]! * (100 - discounts[row]!)) / 100) | 0
      total += ((discounted * (100 + taxes[row]!)) / 100) | 0
      if (shipDates[row]! <= TODAY) shipped++
    }
    totals[order] = total
    statuses[order] = shipped === count ? FINISHED : shipped === 0 ? OPEN : PARTIAL
  }
}
