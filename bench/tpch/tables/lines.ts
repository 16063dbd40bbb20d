/**
 * The numbers of an order's lines that both `orders` (its total, its status) and `lineitem` are made of. Every order
 * takes seven numbers from each stream, used or not.
 */
import { fillWhole, retailPrice, skip } from "../fill.ts"
import { advance, nextSeed, pick, pickSmall, STREAM } from "../random.ts"
import { DAYS } from "../columns.ts"
import type { Scale } from "../scale.ts"

export const LINES_MAX = 7
/** Orders that are made at a time: their columns then stay in the processor's cache. */
export const ORDERS_AT_A_TIME = 4096

/** An order may come on any day that leaves room for shipping (121 days) and receipt (30 days) before the end. */
const ORDER_DAYS = DAYS - 121 - 30
const QUANTITY_MAX = 50
const DISCOUNTS = 11
const TAXES = 9
const SHIP_DAYS = 121

/** How many lines the order of this seed has. */
export function linesOf(seed: number): number {
  return 1 + pickSmall(seed, LINES_MAX)
}

export class Lines {
  readonly orderDates = new Int32Array(ORDERS_AT_A_TIME)
  readonly counts = new Uint8Array(ORDERS_AT_A_TIME)
  readonly #seeds
  readonly #scale: Scale

  constructor(scale: Scale, first: number) {
    const perOrder = (stream: number) => advance(stream, first)
    const perLine = (stream: number) => advance(stream, first * LINES_MAX)
    this.#scale = scale
    this.#seeds = {
      date: perOrder(STREAM.orderDate),
      lines: perOrder(STREAM.orderLines),
      quantity: perLine(STREAM.lineQuantity),
      discount: perLine(STREAM.lineDiscount),
      tax: perLine(STREAM.lineTax),
      part: perLine(STREAM.linePart),
      ship: perLine(STREAM.lineShipDate),
    }
  }

  /** Dates and line counts of the next `orders` orders; returns how many lines they have together. */
  nextOrders(orders: number): number {
    this.#seeds.date = fillWhole(this.orderDates, orders, this.#seeds.date, 0, ORDER_DAYS)
    let seed = this.#seeds.lines
    let total = 0
    for (let order = 0; order < orders; order++) {
      seed = nextSeed(seed)
      total += this.counts[order] = linesOf(seed)
    }
    this.#seeds.lines = seed
    return total
  }

  /** Fills the shared columns of the lines of these orders, from row `at` on. */
  nextLines(orders: number, at: number, into: LineColumns): void {
    const seeds = this.#seeds
    const { counts } = this
    seeds.quantity = fillLines(into.quantities, at, counts, orders, seeds.quantity, 1, QUANTITY_MAX)
    seeds.discount = fillLines(into.discounts, at, counts, orders, seeds.discount, 0, DISCOUNTS)
    seeds.tax = fillLines(into.taxes, at, counts, orders, seeds.tax, 0, TAXES)
    seeds.ship = fillLines(into.shipDates, at, counts, orders, seeds.ship, 1, SHIP_DAYS)
    addOrderDates(into.shipDates, at, counts, orders, this.orderDates)
    seeds.part = fillPartKeys(into.parts, at, counts, orders, seeds.part, this.#scale.parts)
    let row = at
    for (let order = 0; order < orders; order++)
      for (const end = row + counts[order]!; row < end; row++)
        into.prices[row] = retailPrice(into.parts[row]!) * into.quantities[row]!
  }
}

export interface LineColumns {
  readonly quantities: Int32Array
  readonly discounts: Int32Array
  readonly taxes: Int32Array
  readonly shipDates: Int32Array
  readonly parts: Float64Array
  readonly prices: Int32Array
}

export function lineColumns(rows: number): LineColumns {
  return {
    quantities: new Int32Array(rows),
    discounts: new Int32Array(rows),
    taxes: new Int32Array(rows),
    shipDates: new Int32Array(rows),
    parts: new Float64Array(rows),
    prices: new Int32Array(rows),
  }
}

/** Whole numbers for every line of every order. */
export function fillLines(
  into: Int32Array,
  at: number,
  counts: Uint8Array,
  orders: number,
  start: number,
  low: number,
  range: number,
): number {
  let seed = start
  let row = at
  for (let order = 0; order < orders; order++) {
    const lines = counts[order]!
    for (const end = row + lines; row < end; row++) {
      seed = nextSeed(seed)
      into[row] = low + pickSmall(seed, range)
    }
    if (lines < LINES_MAX) seed = skip(seed, LINES_MAX - lines)
  }
  return seed
}

export function addOrderDates(
  into: Int32Array,
  at: number,
  counts: Uint8Array,
  orders: number,
  dates: Int32Array,
): void {
  let row = at
  for (let order = 0; order < orders; order++) {
    const date = dates[order]!
    for (const end = row + counts[order]!; row < end; row++) into[row]! += date
  }
}

function fillPartKeys(
  into: Float64Array,
  at: number,
  counts: Uint8Array,
  orders: number,
  start: number,
  parts: number,
): number {
  let seed = start
  let row = at
  for (let order = 0; order < orders; order++) {
    const lines = counts[order]!
    for (const end = row + lines; row < end; row++) {
      seed = nextSeed(seed)
      into[row] = 1 + pick(seed, parts)
    }
    if (lines < LINES_MAX) seed = skip(seed, LINES_MAX - lines)
  }
  return seed
}

/** Order keys use eight of every 32 numbers. */
export function orderKey(order: number): number {
  const number = order + 1
  const eighth = Math.floor(number / 8)
  return eighth * 32 + (number - eighth * 8)
}
