import { type Column, type ColumnSchema, FIRST_DAY } from "../../columns.ts"
import type { ByteSink } from "../byte-sink.ts"
import { TOUCH_ROWS, touch } from "../touch.ts"
import { ENCODING, PAGE_ROWS, PageWriter, putCodes } from "./page.ts"
import { type Bounds, TextBounds } from "./statistics.ts"

/** What the footer says of a column chunk; places count from the row group's first byte. */
export interface ChunkFacts {
  readonly rows: number
  readonly start: number
  /** undefined: no dictionary */
  readonly dictionary: number | undefined
  readonly data: number
  readonly compressed: number
  readonly uncompressed: number
  readonly distinct: number | undefined
  readonly bounds: Bounds | undefined
}

/** A dictionary is tried where the numbers lie this close together … */
const DICTIONARY_RANGE_MAX = 1 << 18
/** … and used where each stands for this many rows on average. */
const DICTIONARY_ROWS_PER_ENTRY = 8

const LABEL_DIGITS = 9
/** From here on labels differ in length, and their order is no longer that of the numbers. */
const LABEL_ORDERED_BELOW = 10 ** LABEL_DIGITS
const TWO_32 = 2 ** 32

const encoder = new TextEncoder()

/** The pages of a chunk and what is found out while they are written. */
interface Written {
  readonly dictionary: boolean
  readonly distinct: number | undefined
  readonly bounds: Bounds | undefined
}

/** Writes column chunks; keeps its scratch space from one to the next. */
export class ColumnChunkWriter {
  readonly #pages = new PageWriter()
  readonly #pool: Uint8Array
  /** by value: 1 if it occurs, then its code */
  readonly #slots = new Int32Array(DICTIONARY_RANGE_MAX)
  #codes = new Uint32Array(0)
  #dataAt = 0

  constructor(pool: Uint8Array) {
    this.#pool = pool
  }

  /** Appends the chunk of rows `from` to `to` to the sink, which holds its row group from the first byte. */
  write(sink: ByteSink, column: Column, schema: ColumnSchema, from: number, to: number): ChunkFacts {
    const start = sink.length
    this.#pages.reset()
    if (this.#codes.length < to) this.#codes = new Uint32Array(to)
    this.#dataAt = start
    const { dictionary, distinct, bounds } = this.#column(sink, column, schema, from, to)
    return {
      rows: to - from,
      start,
      dictionary: dictionary ? start : undefined,
      data: this.#dataAt,
      compressed: sink.length - start,
      uncompressed: this.#pages.uncompressed,
      distinct,
      bounds,
    }
  }

  #column(sink: ByteSink, column: Column, schema: ColumnSchema, from: number, to: number): Written {
    switch (column.kind) {
      case "whole":
        return this.#numbers(
          sink,
          column.values,
          physical(schema, schema.type === "DECIMAL(15,2)" ? 100 : 1, 0),
          from,
          to,
        )
      case "key":
      case "money":
        return this.#numbers(sink, column.values, physical(schema, 1, 0), from, to)
      case "date":
        return this.#numbers(sink, column.values, physical(schema, 1, FIRST_DAY), from, to)
      case "word":
        return this.#wordsOf(sink, column.values, column.words, from, to)
      case "label":
        return this.#labels(sink, column.values, column.prefix, from, to)
      case "text":
        return this.#texts(sink, this.#pool, column.offsets, column.lengths, from, to)
      case "bytes":
        return this.#texts(sink, column.data, column.starts, undefined, from, to)
    }
  }

  /** Gives each number that occurs a code, in their order; undefined if that does not pay. */
  #encode(values: Int32Array | Float64Array, min: number, max: number, from: number, to: number): number | undefined {
    const range = max - min + 1
    if (range > DICTIONARY_RANGE_MAX) return undefined
    const slots = this.#slots
    slots.fill(0, 0, range)
    let entries = 0
    for (let row = from; row < to; row++) {
      const slot = values[row]! - min
      if (slots[slot] === 0) entries++
      slots[slot] = 1
    }
    if (entries * DICTIONARY_ROWS_PER_ENTRY > to - from) return undefined
    for (let slot = 0, code = 0; slot < range; slot++) if (slots[slot] === 1) slots[slot] = code++
    for (let row = from; row < to; row++) this.#codes[row] = slots[values[row]! - min]!
    return entries
  }

  /** The number of each code. */
  #entriesOf(values: Int32Array | Float64Array, entries: number, from: number, to: number): Float64Array {
    const numbers = new Float64Array(entries)
    for (let row = from; row < to; row++) numbers[this.#codes[row]!] = values[row]!
    return numbers
  }

  #numbers(sink: ByteSink, values: Int32Array | Float64Array, form: NumberForm, from: number, to: number): Written {
    const [min, max] = numberBounds(values, from, to)
    const bounds = { min: plainNumber(min, form), max: plainNumber(max, form) }
    const entries = this.#encode(values, min, max, from, to)
    const { body } = this.#pages
    if (entries !== undefined) {
      body.length = 0
      putNumbers(body, this.#entriesOf(values, entries, from, to), form, 0, entries)
      this.#dictionaryPages(sink, entries, from, to)
      return { dictionary: true, distinct: entries, bounds }
    }
    this.#plainPages(sink, from, to, (first, end) => putNumbers(body, values, form, first, end))
    return { dictionary: false, distinct: undefined, bounds }
  }

  #wordsOf(sink: ByteSink, values: Uint8Array, words: readonly string[], from: number, to: number): Written {
    const seen = new Uint8Array(words.length)
    for (let row = from; row < to; row++) seen[values[row]!] = 1
    const inOrder = words.map((word, at) => ({ word, at })).filter(({ at }) => seen[at] === 1)
    inOrder.sort((a, b) => (a.word < b.word ? -1 : 1))
    const codeOf = new Uint32Array(words.length)
    inOrder.forEach(({ at }, code) => (codeOf[at] = code))
    for (let row = from; row < to; row++) this.#codes[row] = codeOf[values[row]!]!
    const texts = inOrder.map(({ word }) => encoder.encode(word))
    return this.#textDictionary(sink, texts, from, to)
  }

  #textDictionary(sink: ByteSink, texts: readonly Uint8Array<ArrayBuffer>[], from: number, to: number): Written {
    const { body } = this.#pages
    body.length = 0
    for (const text of texts) putText(body, text, 0, text.length)
    this.#dictionaryPages(sink, texts.length, from, to)
    const [min, max] = [texts[0], texts.at(-1)]
    const bounds = min === undefined || max === undefined ? undefined : { min, max }
    return { dictionary: true, distinct: texts.length, bounds }
  }

  #labels(sink: ByteSink, values: Float64Array, prefix: string, from: number, to: number): Written {
    const [min, max] = numberBounds(values, from, to)
    const textOf = (value: number) => encoder.encode(prefix + String(value).padStart(LABEL_DIGITS, "0"))
    const ordered = max < LABEL_ORDERED_BELOW
    const entries = ordered ? this.#encode(values, min, max, from, to) : undefined
    if (entries !== undefined)
      return this.#textDictionary(sink, Array.from(this.#entriesOf(values, entries, from, to), textOf), from, to)
    const { body } = this.#pages
    this.#plainPages(sink, from, to, (first, end) => {
      for (let row = first; row < end; row++) {
        const text = textOf(values[row]!)
        putText(body, text, 0, text.length)
      }
    })
    return {
      dictionary: false,
      distinct: undefined,
      bounds: ordered ? { min: textOf(min), max: textOf(max) } : undefined,
    }
  }

  /** Without `lengths` each text ends where the next starts. */
  #texts(
    sink: ByteSink,
    data: Uint8Array,
    starts: Int32Array,
    lengths: Uint8Array | undefined,
    from: number,
    to: number,
  ): Written {
    const { body } = this.#pages
    const bounds = new TextBounds()
    this.#plainPages(sink, from, to, (first, end) => {
      for (let row = first; row < end; row++) {
        if (lengths !== undefined && (row - first) % TOUCH_ROWS === 0)
          touch(data, starts, lengths, row, Math.min(row + TOUCH_ROWS, end))
        const start = starts[row]!
        const length = lengths === undefined ? starts[row + 1]! - start : lengths[row]!
        putText(body, data, start, length)
        // compared where it has been copied to, which is in the cache: the pool is not
        bounds.offer(body.bytes, body.length - length, length)
      }
    })
    return { dictionary: false, distinct: undefined, bounds: bounds.bounds() }
  }

  /** The body holds the dictionary; the codes of all rows follow it. */
  #dictionaryPages(sink: ByteSink, entries: number, from: number, to: number): void {
    const pages = this.#pages
    pages.endDictionary(sink, entries)
    this.#dataAt = sink.length
    for (let first = from; first < to; first += PAGE_ROWS) {
      const end = Math.min(first + PAGE_ROWS, to)
      pages.begin(end - first)
      putCodes(pages.body, this.#codes, first, end, entries)
      pages.endData(sink, end - first, ENCODING.dictionary)
    }
  }

  #plainPages(sink: ByteSink, from: number, to: number, put: (first: number, end: number) => void): void {
    const pages = this.#pages
    for (let first = from; first < to; first += PAGE_ROWS) {
      const end = Math.min(first + PAGE_ROWS, to)
      pages.begin(end - first)
      put(first, end)
      pages.endData(sink, end - first, ENCODING.plain)
    }
  }
}

/** How a number is stored: value × factor + add, in 4 or 8 bytes. */
interface NumberForm {
  readonly factor: number
  readonly add: number
  readonly bytes: 4 | 8
}

function physical(schema: ColumnSchema, factor: number, add: number): NumberForm {
  return { factor, add, bytes: schema.type === "INTEGER" || schema.type === "DATE" ? 4 : 8 }
}

function numberBounds(values: Int32Array | Float64Array, from: number, to: number): [min: number, max: number] {
  let min = values[from]!
  let max = min
  for (let row = from + 1; row < to; row++) {
    const value = values[row]!
    if (value < min) min = value
    else if (value > max) max = value
  }
  return [min, max]
}

function putNumbers(
  sink: ByteSink,
  values: Int32Array | Float64Array,
  { factor, add, bytes: width }: NumberForm,
  from: number,
  to: number,
): void {
  const bytes = sink.room((to - from) * width)
  const view = new DataView(bytes.buffer)
  let at = sink.length
  for (let row = from; row < to; row++) {
    const value = values[row]! * factor + add
    if (width === 8) {
      const high = Math.floor(value / TWO_32)
      view.setInt32(at, value - high * TWO_32, true)
      view.setInt32(at + 4, high, true)
    } else view.setInt32(at, value, true)
    at += width
  }
  sink.length = at
}

function plainNumber(value: number, { factor, add, bytes }: NumberForm): Uint8Array<ArrayBuffer> {
  const plain = new Uint8Array(bytes)
  const view = new DataView(plain.buffer)
  if (bytes === 8) view.setBigInt64(0, BigInt(value * factor + add), true)
  else view.setInt32(0, value * factor + add, true)
  return plain
}

/** A text in PLAIN encoding: its length in four bytes, its bytes. */
function putText(sink: ByteSink, data: Uint8Array, start: number, length: number): void {
  const bytes = sink.room(4 + length)
  let at = sink.length
  bytes[at] = length
  bytes[at + 1] = bytes[at + 2] = bytes[at + 3] = 0
  at += 4
  for (let place = 0; place < length; place++) bytes[at + place] = data[start + place]!
  sink.length = at + length
}
