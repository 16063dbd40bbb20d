import { FixedValues, TextValues } from "./dense.ts"
import { expandFixed, expandTexts } from "./expand.ts"
import { bitmapOf } from "./fixed.ts"
import type { Dense, LeafForm } from "./form.ts"
import type { PageValues } from "./page-values.ts"
import type { Rooms } from "./rooms.ts"
import { spreadFixed, spreadOffsets, spreadWords } from "./spread.ts"
import { checkUtf8 } from "./utf8.ts"
import type { Dictionary, Vector } from "./vector.ts"

/** Which of a batch's values are none. */
export interface Nulls {
  readonly rows: number
  readonly nulls: number
  readonly validity: Uint8Array | undefined
}

/**
 * A leaf's values of one batch, without gaps, gathered page by page. They stay codes as long as every page has codes:
 * writers that find their dictionary grown too large change to plain values in the middle of a chunk.
 */
export class Collected {
  readonly #form: LeafForm
  readonly #bytesMax: number
  readonly #capacity: number
  readonly #rooms: Rooms | undefined
  #count = 0
  #codes: Int32Array | undefined
  #dictionary: Dictionary | undefined
  #values: Dense | undefined
  #stored: FixedValues | undefined

  /** With `rooms` the vector is good only until they are taken back. */
  constructor(form: LeafForm, capacity: number, bytesMax: number, rooms?: Rooms) {
    this.#rooms = rooms
    this.#form = form
    this.#capacity = capacity
    this.#bytesMax = bytesMax
  }

  /** Appends a page's next `count` values. */
  add(page: PageValues, count: number, dictionary: () => Dictionary): void {
    if (page._tag === "codes") {
      this.#dictionary = dictionary()
      const codes = this.#values === undefined ? this.#roomForCodes(count) : new Int32Array(count)
      const at = this.#values === undefined ? this.#count : 0
      if (page.reader.read(codes, at, count) >= this.#dictionary.count) checkCodes(codes, at, count, this.#dictionary)
      if (this.#values !== undefined) this.#expand(codes, count, this.#values)
    } else {
      this.#values ??= this.#uncoded()
      this.#read(page, count, this.#values)
    }
    this.#count += count
  }

  #roomForCodes(count: number): Int32Array {
    const codes = this.#codes ?? this.#rooms?.lend(this.#capacity) ?? new Int32Array(this.#capacity)
    this.#codes = roomFor(codes, this.#count + count)
    return this.#codes
  }

  /** What was gathered as codes, looked up. */
  #uncoded(): Dense {
    const values = this.#emptyValues(Math.max(this.#capacity, this.#count), this.#rooms)
    if (this.#codes !== undefined && this.#count > 0) {
      const count = this.#count
      this.#count = 0
      this.#expand(this.#codes, count, values)
      this.#count = count
    }
    return values
  }

  #emptyValues(capacity: number, rooms?: Rooms): Dense {
    const { wanted } = this.#form
    if (wanted === "texts") return new TextValues(capacity, this.#bytesMax, rooms)
    return new FixedValues(wanted === "bits" ? 1 : wanted, capacity, rooms)
  }

  #expand(codes: Int32Array, count: number, values: Dense): void {
    const dictionary = this.#dictionary?.values
    if (dictionary instanceof FixedValues && values instanceof FixedValues) {
      values.reserve(this.#count + count)
      expandFixed(codes, count, dictionary, values.words, values.bytes, this.#count)
    } else if (dictionary instanceof TextValues && values instanceof TextValues) {
      expandTexts(codes, count, dictionary, values)
    }
  }

  #read(page: Exclude<PageValues, { _tag: "codes" }>, count: number, values: Dense): void {
    const { convert, stored, utf8 } = this.#form
    if (page._tag === "texts") {
      const texts = convert === undefined ? values : new TextValues(count, this.#bytesMax)
      if (!(texts instanceof TextValues)) throw new Error("these are no byte arrays")
      page.reader.read(texts, count)
      if (convert !== undefined) convert(texts, count, values, this.#count)
      return
    }
    if (convert === undefined && values instanceof FixedValues) {
      values.reserve(this.#count + count)
      page.reader.read(values, this.#count, count)
      return
    }
    if (stored === undefined || convert === undefined || utf8) throw new Error("these are no values of one width")
    this.#stored ??= new FixedValues(stored, count, this.#rooms)
    this.#stored.reserve(count)
    page.reader.read(this.#stored, 0, count)
    convert(this.#stored, count, values, this.#count)
  }

  /** The values with their gaps. */
  vector(nulls: Nulls): Vector {
    const { rows, validity } = nulls
    if (this.#values === undefined && this.#codes !== undefined && this.#dictionary !== undefined) {
      const codes = roomFor(this.#codes, rows)
      if (validity !== undefined) spreadWords(codes, 1, this.#count, rows, validity, this.#dictionary.count)
      return { _tag: "codes", ...nulls, codes: codes.subarray(0, rows), dictionary: this.#dictionary }
    }
    const values = this.#values ?? this.#emptyValues(rows)
    if (values instanceof TextValues) {
      if (this.#form.utf8) checkUtf8(values)
      const { bytes, offsets, count, used } = values
      const spread =
        validity === undefined ? offsets.subarray(0, rows + 1) : spreadOffsets(offsets, count, rows, validity)
      return { _tag: "texts", ...nulls, offsets: spread, bytes: bytes.subarray(0, used) }
    }
    values.reserve(rows)
    if (validity !== undefined) spreadFixed(values, this.#count, rows, validity)
    if (this.#form.wanted === "bits") return { _tag: "bits", ...nulls, bits: bitmapOf(values.bytes, rows) }
    return { _tag: "fixed", ...nulls, width: values.width, bytes: values.bytes.subarray(0, rows * values.width) }
  }
}

function roomFor(codes: Int32Array, count: number): Int32Array {
  if (count <= codes.length) return codes
  const more = new Int32Array(Math.max(count, codes.length * 2))
  more.set(codes)
  return more
}

function checkCodes(codes: Int32Array, at: number, count: number, dictionary: Dictionary): void {
  for (let i = at; i < at + count; i++) {
    const code = (codes[i] as number) >>> 0
    if (code >= dictionary.count) throw new Error(`it has a code ${code}, its dictionary ${dictionary.count} entries`)
  }
}
