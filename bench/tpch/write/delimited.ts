import { type Column, type ColumnSchema, DAYS, FIRST_DAY } from "../columns.ts"
import { TOUCH_ROWS, touch } from "./touch.ts"

const SEPARATOR = { tbl: 124, csv: 44 } as const
const NEWLINE = 10
const QUOTE = 34
const POINT = 46
const MINUS = 45
const ZERO = 48

const DATE_BYTES = 10
const LABEL_DIGITS = 9
const MS_PER_DAY = 86_400_000

const encoder = new TextEncoder()
/** "1992-01-01", "1992-01-02" … one after the other. */
const dates = encoder.encode(
  Array.from({ length: DAYS }, (_, day) =>
    new Date((FIRST_DAY + day) * MS_PER_DAY).toISOString().slice(0, DATE_BYTES),
  ).join(""),
)
/** "00", "01" … "99". */
const pairs = encoder.encode(Array.from({ length: 100 }, (_, pair) => String(pair).padStart(2, "0")).join(""))

/** The kinds of columns, as numbers that a switch jumps by. */
const KINDS = ["whole", "key", "money", "date", "word", "label", "text", "bytes"] as const

/** Words one after the other; word w stands from `starts[w]` to `starts[w + 1]`. */
interface WordBytes {
  readonly bytes: Uint8Array
  readonly starts: Int32Array
}

function wordBytes(words: readonly string[]): WordBytes {
  const starts = new Int32Array(words.length + 1)
  words.forEach((word, at) => (starts[at + 1] = starts[at]! + word.length))
  return { bytes: encoder.encode(words.join("")), starts }
}

/**
 * Writes rows as text: `.tbl` ends every field with "|", CSV parts fields with "," and quotes the columns that may
 * hold one. Columns are sorted by kind once, so that the loop over rows meets arrays of one type at each place.
 */
export class DelimitedWriter {
  /** most bytes that a row takes */
  readonly rowBytesMax: number
  readonly #kinds: Uint8Array
  readonly #quoted: Uint8Array
  readonly #numbers: Int32Array[] = []
  readonly #keys: Float64Array[] = []
  readonly #codes: Uint8Array[] = []
  readonly #words: WordBytes[] = []
  readonly #starts: Int32Array[] = []
  readonly #lengths: Uint8Array[] = []
  readonly #data: Uint8Array[] = []
  readonly #format: "tbl" | "csv"
  readonly #pool: Uint8Array
  #out: Uint8Array = new Uint8Array(0)

  constructor(format: "tbl" | "csv", columns: readonly Column[], schema: readonly ColumnSchema[], pool: Uint8Array) {
    this.#format = format
    this.#pool = pool
    this.#kinds = Uint8Array.from(columns, (column) => KINDS.indexOf(column.kind))
    this.#quoted = Uint8Array.from(schema, ({ commas }) => (format === "csv" && commas === true ? 1 : 0))
    this.rowBytesMax = schema.reduce((bytes, { width, commas }) => bytes + width + 1 + (commas === true ? 2 : 0), 1)
    columns.forEach((column, at) => this.#keep(column, at))
  }

  #keep(column: Column, at: number): void {
    switch (column.kind) {
      case "whole":
      case "money":
      case "date":
        this.#numbers[at] = column.values
        return
      case "key":
        this.#keys[at] = column.values
        return
      case "word":
        this.#codes[at] = column.values
        this.#words[at] = wordBytes(column.words)
        return
      case "label":
        this.#keys[at] = column.values
        this.#words[at] = wordBytes([column.prefix])
        return
      case "text":
        this.#starts[at] = column.offsets
        this.#lengths[at] = column.lengths
        this.#data[at] = this.#pool
        return
      case "bytes":
        this.#starts[at] = column.starts
        this.#data[at] = column.data
        return
    }
  }

  /** Writes rows `from` to `to` into `out`; returns the number of bytes. */
  write(out: Uint8Array, from: number, to: number): number {
    this.#out = out
    const separator = SEPARATOR[this.#format]
    const columns = this.#kinds.length
    let at = 0
    for (let row = from; row < to; row++) {
      if ((row - from) % TOUCH_ROWS === 0) this.#touch(row, Math.min(row + TOUCH_ROWS, to))
      for (let column = 0; column < columns; column++) {
        if (this.#quoted[column] === 1) {
          out[at++] = QUOTE
          at = this.#field(column, row, at)
          out[at++] = QUOTE
        } else at = this.#field(column, row, at)
        out[at++] = separator
      }
      if (this.#format === "csv") out[at - 1] = NEWLINE
      else out[at++] = NEWLINE
    }
    this.#out = new Uint8Array(0)
    return at
  }

  #touch(from: number, to: number): void {
    this.#lengths.forEach((lengths, column) => touch(this.#data[column]!, this.#starts[column]!, lengths, from, to))
  }

  #field(column: number, row: number, at: number): number {
    const out = this.#out
    switch (this.#kinds[column]!) {
      case 0:
        return writeWhole(out, at, this.#numbers[column]![row]!)
      case 1:
        return writeKey(out, at, this.#keys[column]![row]!)
      case 2:
        return writeMoney(out, at, this.#numbers[column]![row]!)
      case 3:
        return copy(out, at, dates, this.#numbers[column]![row]! * DATE_BYTES, DATE_BYTES)
      case 4: {
        const { bytes, starts } = this.#words[column]!
        const word = this.#codes[column]![row]!
        return copy(out, at, bytes, starts[word]!, starts[word + 1]! - starts[word]!)
      }
      case 5: {
        const { bytes } = this.#words[column]!
        return writeLabel(out, copy(out, at, bytes, 0, bytes.length), this.#keys[column]![row]!)
      }
      case 6:
        return copy(out, at, this.#data[column]!, this.#starts[column]![row]!, this.#lengths[column]![row]!)
      default: {
        const starts = this.#starts[column]!
        return copy(out, at, this.#data[column]!, starts[row]!, starts[row + 1]! - starts[row]!)
      }
    }
  }
}

/** Short pieces: a loop is faster than `set` with a view made for each. */
function copy(out: Uint8Array, at: number, bytes: Uint8Array, start: number, length: number): number {
  for (let place = 0; place < length; place++) out[at + place] = bytes[start + place]!
  return at + length
}

function digitsOf(value: number): number {
  if (value < 100) return value < 10 ? 1 : 2
  if (value < 10_000) return value < 1000 ? 3 : 4
  if (value < 1_000_000) return value < 100_000 ? 5 : 6
  if (value < 100_000_000) return value < 10_000_000 ? 7 : 8
  return value < 1_000_000_000 ? 9 : 10
}

/** A number from 0 to 2^31 − 1 in exactly `width` digits. */
function writeDigits(out: Uint8Array, at: number, width: number, value: number): void {
  let left = value
  let place = at + width
  while (place - at >= 2) {
    const rest = (left / 100) | 0
    const pair = (left - rest * 100) * 2
    place -= 2
    out[place] = pairs[pair]!
    out[place + 1] = pairs[pair + 1]!
    left = rest
  }
  if (place > at) out[at] = ZERO + left
}

function writeWhole(out: Uint8Array, at: number, value: number): number {
  const width = digitsOf(value)
  writeDigits(out, at, width, value)
  return at + width
}

const BILLION = 1_000_000_000

function writeKey(out: Uint8Array, at: number, value: number): number {
  if (value < BILLION) return writeWhole(out, at, value | 0)
  const billions = Math.floor(value / BILLION)
  const after = writeWhole(out, at, billions | 0)
  writeDigits(out, after, LABEL_DIGITS, (value - billions * BILLION) | 0)
  return after + LABEL_DIGITS
}

function writeLabel(out: Uint8Array, at: number, value: number): number {
  if (value >= BILLION) return writeKey(out, at, value)
  writeDigits(out, at, LABEL_DIGITS, value | 0)
  return at + LABEL_DIGITS
}

function writeMoney(out: Uint8Array, at: number, value: number): number {
  let place = at
  let hundredths = value
  if (hundredths < 0) {
    out[place++] = MINUS
    hundredths = -hundredths
  }
  const units = (hundredths / 100) | 0
  place = writeWhole(out, place, units)
  out[place] = POINT
  const pair = (hundredths - units * 100) * 2
  out[place + 1] = pairs[pair]!
  out[place + 2] = pairs[pair + 1]!
  return place + 3
}
