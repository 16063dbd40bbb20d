import type { LayoutChunk } from "../layout.ts"
import type { Nulls } from "./collected.ts"
import { Collected } from "./collected.ts"
import { setBits } from "./hybrid.ts"
import type { DataPage, Leaf } from "./leaf-pages.ts"
import { LeafPages } from "./leaf-pages.ts"
import { BATCH_BYTES_MAX, BATCH_LEVELS_MAX, ROW_BYTES_MAX, ROW_LEVELS_MAX, tooManyLevels } from "./limits.ts"
import type { Rooms } from "./rooms.ts"
import type { Vector } from "./vector.ts"

/** A leaf's share of some rows. */
export interface LeafRows {
  /** Levels read: one a row, or more where a row holds lists. */
  readonly levels: number
  /** Undefined where all are 0. */
  readonly definition: Uint8Array | undefined
  readonly repetition: Uint8Array | undefined
  /** One value for each slot: for each level that tells of a value or of a NULL in a list or row that is there. */
  readonly values: Vector
}

/** Levels that are unpacked at once. */
const LEVELS_AT_ONCE = 16 * 1024

/** Reads one leaf of one row group front to back, so many rows at a time. Every error's message is the reason. */
export class LeafReader {
  readonly #leaf: Leaf
  readonly #pages: LeafPages
  readonly #rooms: Rooms | undefined
  #page: DataPage | undefined
  /** Of the page, unpacked but not taken yet. */
  #definition: Int32Array = new Int32Array(0)
  #repetition: Int32Array = new Int32Array(0)
  #unpacked = 0
  #taken = 0

  constructor(leaf: Leaf, chunk: LayoutChunk, buffer: ArrayBuffer, rooms?: Rooms) {
    this.#leaf = leaf
    this.#rooms = rooms
    this.#pages = new LeafPages(leaf, chunk, buffer)
  }

  read(rows: number): LeafRows {
    const collected = new Collected(this.#leaf.form, rows, rows === 1 ? ROW_BYTES_MAX : BATCH_BYTES_MAX, this.#rooms)
    return this.#leaf.flat ? this.#readFlat(rows, collected) : this.#readNested(rows, collected)
  }

  /** Passes over rows. Of pages that lie wholly among them only the header is looked at, where that says enough. */
  skip(rows: number, atOnce = LEVELS_AT_ONCE): void {
    while (rows > 0) {
      const page = this.#pageWithMore()
      if (page === undefined) throw endsEarly(rows)
      const whole = this.#wholeRows(page)
      if (whole !== undefined && whole <= rows) {
        page.left = 0
        this.#taken = this.#unpacked
        rows -= whole
        continue
      }
      let some = Math.min(rows, atOnce)
      if (this.#leaf.flat) {
        some = Math.min(some, page.left)
        const valid = page.definition?.readBits(new Uint8Array((some + 7) >> 3), 0, some) ?? some
        if (valid > 0) page.values.reader.skip(valid)
        page.left -= some
      } else this.read(some)
      rows -= some
    }
  }

  /** Rows left of a page; undefined where only its levels tell. */
  #wholeRows(page: DataPage): number | undefined {
    if (this.#leaf.repetition === 0) return page.left
    const { levels, values } = page.header
    return levels._tag === "v2" && page.left === values && this.#taken === this.#unpacked ? levels.rows : undefined
  }

  #pageWithMore(): DataPage | undefined {
    if (this.#page === undefined || this.#page.left === 0) this.#page = this.#pages.next()
    return this.#page
  }

  /** One value or NULL a row. */
  #readFlat(rows: number, collected: Collected): LeafRows {
    const bits = this.#leaf.definition === 0 ? undefined : new Uint8Array((rows + 7) >> 3)
    let done = 0
    let valid = 0
    while (done < rows) {
      const page = this.#pageWithMore()
      if (page === undefined) throw endsEarly(rows - done)
      const some = Math.min(rows - done, page.left)
      const here = bits === undefined ? some : (page.definition?.readBits(bits, done, some) ?? some)
      if (here > 0) collected.add(page.values, here, this.#pages.dictionary)
      page.left -= some
      done += some
      valid += here
    }
    const validity = valid === rows ? undefined : bits
    const values = collected.vector({ rows, nulls: rows - valid, validity })
    return { levels: rows, definition: undefined, repetition: undefined, values }
  }

  #readNested(rows: number, collected: Collected): LeafRows {
    const { definition: deepest, slot, repetition: repeats } = this.#leaf
    const definition = new Levels(rows, rows)
    const repetition = new Levels(repeats === 0 ? 0 : rows, rows)
    let seen = 0
    while (this.#taken < this.#unpacked || seen < rows || repeats > 0) {
      const page = this.#taken < this.#unpacked ? this.#page : this.#unpack()
      if (page === undefined) break
      const from = this.#taken
      let to = from
      let valid = 0
      for (; to < this.#unpacked; to++) {
        if (repeats === 0 || this.#repetition[to] === 0) {
          if (seen === rows) break
          seen++
        } else if (seen === 0) throw new Error("its first level continues a row that is not there")
        if (this.#definition[to] === deepest) valid++
      }
      if (to === from) break
      definition.append(this.#definition, from, to)
      if (repeats > 0) repetition.append(this.#repetition, from, to)
      if (valid > 0) collected.add(page.values, valid, this.#pages.dictionary)
      this.#taken = to
      page.left -= to - from
    }
    if (seen < rows) throw endsEarly(rows - seen)
    const nulls = slotNulls(definition, slot, deepest)
    return {
      levels: definition.count,
      definition: definition.bytes,
      repetition: repeats === 0 ? undefined : repetition.bytes,
      values: collected.vector(nulls),
    }
  }

  /** The next levels of the page that has more. */
  #unpack(): DataPage | undefined {
    const page = this.#pageWithMore()
    if (page === undefined) return undefined
    const count = Math.min(page.left, LEVELS_AT_ONCE)
    if (this.#definition.length === 0) {
      this.#definition = new Int32Array(LEVELS_AT_ONCE)
      this.#repetition = new Int32Array(LEVELS_AT_ONCE)
    }
    page.repetition?.read(this.#repetition, 0, count)
    page.definition?.read(this.#definition, 0, count)
    this.#taken = 0
    this.#unpacked = count
    return page
  }
}

/** Levels of one batch. */
class Levels {
  bytes: Uint8Array
  count = 0
  readonly #max: number

  constructor(capacity: number, rows: number) {
    this.bytes = new Uint8Array(capacity)
    this.#max = rows === 1 ? ROW_LEVELS_MAX : Math.max(rows, BATCH_LEVELS_MAX)
  }

  append(levels: Int32Array, from: number, to: number): void {
    const count = this.count + to - from
    if (count > this.#max) throw tooManyLevels()
    if (count > this.bytes.byteLength) {
      const bytes = new Uint8Array(Math.max(count, this.bytes.byteLength * 2))
      bytes.set(this.bytes)
      this.bytes = bytes
    }
    for (let i = from; i < to; i++) this.bytes[this.count++] = levels[i] as number
  }
}

/** Which slots hold a value: levels below `slot` belong to lists without an item there. */
function slotNulls(levels: Levels, slot: number, deepest: number): Nulls {
  const { bytes, count } = levels
  const bits = new Uint8Array((count + 7) >> 3)
  let rows = 0
  let valid = 0
  for (let i = 0; i < count; i++) {
    const level = bytes[i] as number
    if (level < slot) continue
    if (level === deepest) {
      setBits(bits, rows, 1)
      valid++
    }
    rows++
  }
  return { rows, nulls: rows - valid, validity: valid === rows ? undefined : bits }
}

const endsEarly = (rows: number): Error => new Error(`its pages end ${rows} rows early`)
