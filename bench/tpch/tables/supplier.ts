import { type ColumnSchema, type Material, type Rows } from "../columns.ts"
import { NATIONS } from "../distributions.ts"
import { ADDRESS_NUMBERS, ADDRESS_WIDTH, fillAddress, fillPhone, fillText, fillWhole, PHONE_WIDTH } from "../fill.ts"
import { advance, nextSeed, pickSmall, STREAM } from "../random.ts"

const COMMENT_WIDTH = 100

export const SUPPLIER: readonly ColumnSchema[] = [
  { name: "s_suppkey", type: "BIGINT", width: 11 },
  { name: "s_name", type: "VARCHAR", width: 20 },
  { name: "s_address", type: "VARCHAR", width: ADDRESS_WIDTH, commas: true },
  { name: "s_nationkey", type: "INTEGER", width: 2 },
  { name: "s_phone", type: "VARCHAR", width: PHONE_WIDTH },
  { name: "s_acctbal", type: "DECIMAL(15,2)", width: 8 },
  { name: "s_comment", type: "VARCHAR", width: COMMENT_WIDTH, commas: true },
]

const COMMENT_AVERAGE = 63
const BALANCE_MIN = -99_999
const BALANCE_MAX = 999_999

/** Of 10,000 suppliers, ten have a note of their customers in the comment, and half of these complain. */
const PRESS_OF = 10_000
const PRESS_CHANCE = 10
const COMPLAINTS_OF = 101
const COMPLAINTS_BELOW = 50
const NOTE = new TextEncoder().encode("Customer ")
const COMPLAINTS = new TextEncoder().encode("Complaints")
const RECOMMENDS = new TextEncoder().encode("Recommends")
const NOTE_BYTES = NOTE.length + COMPLAINTS.length

export function supplierRows({ pool }: Material, rows: number): Rows {
  const keys = new Float64Array(rows)
  const address = { data: new Uint8Array(rows * ADDRESS_WIDTH), starts: new Int32Array(rows + 1) }
  const nations = new Int32Array(rows)
  const phone = { data: new Uint8Array(rows * PHONE_WIDTH), starts: new Int32Array(rows + 1) }
  const balances = new Int32Array(rows)
  const text = { offsets: new Int32Array(rows), lengths: new Uint8Array(rows) }
  const comment = { data: new Uint8Array(rows * COMMENT_WIDTH), starts: new Int32Array(rows + 1) }
  return {
    columns: [
      { kind: "key", values: keys },
      { kind: "label", values: keys, prefix: "Supplier#" },
      { kind: "bytes", ...address },
      { kind: "whole", values: nations },
      { kind: "bytes", ...phone },
      { kind: "money", values: balances },
      { kind: "bytes", ...comment },
    ],
    make(first, count) {
      for (let row = 0; row < count; row++) keys[row] = first + row + 1
      fillAddress(address, count, advance(STREAM.supplierAddress, first * ADDRESS_NUMBERS))
      fillWhole(nations, count, advance(STREAM.supplierNation, first), 0, NATIONS.length)
      fillPhone(phone, nations, count, advance(STREAM.supplierPhone, first * 3))
      fillWhole(balances, count, advance(STREAM.supplierBalance, first), BALANCE_MIN, BALANCE_MAX - BALANCE_MIN + 1)
      fillText(text, 0, count, advance(STREAM.supplierComment, first * 2), COMMENT_AVERAGE)
      let at = 0
      for (let row = 0; row < count; row++) {
        comment.starts[row] = at
        const from = text.offsets[row]!
        comment.data.set(pool.subarray(from, from + text.lengths[row]!), at)
        at += text.lengths[row]!
      }
      comment.starts[count] = at
      writeNotes(comment, first, count)
    },
  }
}

/** Writes the customers' notes over the comments of the few suppliers that have one. */
function writeNotes(
  comment: { readonly data: Uint8Array; readonly starts: Int32Array },
  first: number,
  count: number,
): void {
  let chance = advance(STREAM.pressChance, first)
  let kind = advance(STREAM.pressKind, first)
  let noise = advance(STREAM.pressNoise, first)
  let offset = advance(STREAM.pressOffset, first)
  for (let row = 0; row < count; row++) {
    chance = nextSeed(chance)
    kind = nextSeed(kind)
    noise = nextSeed(noise)
    offset = nextSeed(offset)
    if (1 + pickSmall(chance, PRESS_OF) > PRESS_CHANCE) continue
    const start = comment.starts[row]!
    const room = comment.starts[row + 1]! - start - NOTE_BYTES
    const gap = pickSmall(noise, room + 1)
    const at = start + pickSmall(offset, room - gap + 1)
    comment.data.set(NOTE, at)
    const second = pickSmall(kind, COMPLAINTS_OF) < COMPLAINTS_BELOW ? COMPLAINTS : RECOMMENDS
    comment.data.set(second, at + NOTE.length + gap)
  }
}
