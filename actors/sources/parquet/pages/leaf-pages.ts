import type { LayoutChunk } from "../layout.ts"
import type { PhysicalType } from "../metadata.ts"
import { decompress } from "./decompress.ts"
import { FixedValues, TextValues } from "./dense.ts"
import type { LeafForm } from "./form.ts"
import { readLevels } from "./levels.ts"
import type { LevelReader, PageLevelReaders } from "./levels.ts"
import { ROW_BYTES_MAX } from "./limits.ts"
import type { PageHeader } from "./page-header.ts"
import { pageValues } from "./page-values.ts"
import type { PageValues } from "./page-values.ts"
import { PageWalk } from "./page-walk.ts"
import type { StoredPage } from "./page-walk.ts"
import { checkUtf8 } from "./utf8.ts"
import type { Dictionary } from "./vector.ts"

/** A leaf of a column, and how deep it lies: its levels go from 0 to these. */
export interface Leaf {
  readonly physical: PhysicalType
  readonly form: LeafForm
  readonly definition: number
  readonly repetition: number
  /** The definition level from which on a list holds an item, of the innermost list around the leaf; 0 without one. */
  readonly slot: number
  /** Nothing lies around it: it is a column of its own, and neither repeats. */
  readonly flat: boolean
}

type DataHeader = Extract<PageHeader, { _tag: "data" }>

/** The data pages of one leaf in one row group, and its dictionary. Nothing is decompressed before it is asked for. */
export class LeafPages {
  readonly #leaf: Leaf
  readonly #codec: number
  readonly #walk: PageWalk
  #dictionaryPage: StoredPage | undefined
  #dictionary: Dictionary | undefined
  /** Levels that the chunk holds beyond the pages seen so far. */
  #left: number

  constructor(leaf: Leaf, chunk: LayoutChunk, buffer: ArrayBuffer) {
    this.#leaf = leaf
    this.#codec = chunk.codec
    this.#walk = new PageWalk(chunk, buffer)
    this.#left = chunk.values
  }

  /** The next page that holds something; undefined after the last. */
  next(): DataPage | undefined {
    // What stands behind the last value is not the column's.
    if (this.#left === 0) return undefined
    for (let page = this.#walk.next(); page !== undefined; page = this.#walk.next()) {
      const { header, bytes } = page
      if (header._tag === "dictionary") {
        if (this.#dictionaryPage !== undefined) throw new Error("it has two dictionaries")
        this.#dictionaryPage = page
      } else if (header._tag === "data" && header.values > 0) {
        if (header.values > this.#left) throw new Error("its pages hold more values than its metadata says")
        this.#left -= header.values
        return new DataPage(header, this.#leaf, () => this.#body(header, bytes))
      }
    }
    return undefined
  }

  /** The dictionary, with its blank entry. */
  readonly dictionary = (): Dictionary => {
    if (this.#dictionaryPage === undefined) throw new Error("its codes have no dictionary")
    this.#dictionary ??= this.#readDictionary(this.#dictionaryPage)
    return this.#dictionary
  }

  /** Decompressed; levels of version 2 never were compressed. */
  #body(header: DataHeader, bytes: Uint8Array): Uint8Array {
    const { levels } = header
    if (levels._tag === "v1") return decompress(this.#codec, bytes, header.bytes)
    const plain = levels.definitionBytes + levels.repetitionBytes
    if (plain > bytes.byteLength || plain > header.bytes) throw new Error("its levels are larger than their page")
    if (!levels.compressed || this.#codec === UNCOMPRESSED) return bytes
    const values = decompress(this.#codec, bytes.subarray(plain), header.bytes - plain)
    const body = new Uint8Array(plain + values.byteLength)
    body.set(bytes.subarray(0, plain))
    body.set(values, plain)
    return body
  }

  #readDictionary({ header, bytes }: StoredPage): Dictionary {
    if (header._tag !== "dictionary") throw new Error("its dictionary is no dictionary page")
    const { form, physical } = this.#leaf
    const { convert, stored, wanted, utf8 } = form
    const { values: count, encoding } = header
    if (wanted === "bits") throw new Error("a BOOLEAN cannot have a dictionary")
    if (encoding !== PLAIN && encoding !== PLAIN_DICTIONARY) {
      throw new Error(`its dictionary has the encoding ${encoding}`)
    }
    const body = decompress(this.#codec, bytes, header.bytes)
    if (count * (stored ?? TEXT_BYTES_MIN) > body.byteLength) {
      throw new Error(`its dictionary should have ${count} entries in ${body.byteLength} bytes`)
    }
    const page = pageValues(PLAIN, physical, stored, body, 0)
    const values = wanted === "texts" ? new TextValues(count + 1, ROW_BYTES_MAX) : new FixedValues(wanted, count + 1)
    if (page._tag === "texts") {
      const texts = values instanceof TextValues ? values : new TextValues(count, ROW_BYTES_MAX)
      page.reader.read(texts, count)
      if (convert !== undefined) convert(texts, count, values, 0)
    } else if (page._tag === "fixed" && stored !== undefined) {
      const fixed = convert === undefined && values instanceof FixedValues ? values : new FixedValues(stored, count)
      page.reader.read(fixed, 0, count)
      if (convert !== undefined) convert(fixed, count, values, 0)
    }
    if (values instanceof TextValues) {
      if (utf8) checkUtf8(values)
      values.offsets[count + 1] = values.used
    }
    return { count, values, length: values instanceof TextValues ? commonLength(values) : values.width }
  }
}

function commonLength({ offsets, count }: TextValues): number | undefined {
  const length = count === 0 ? 0 : (offsets[1] as number)
  for (let i = 1; i < count; i++) {
    if ((offsets[i + 1] as number) - (offsets[i] as number) !== length) return undefined
  }
  return length
}

const UNCOMPRESSED = 0
const PLAIN = 0
const PLAIN_DICTIONARY = 2
/** What a byte array takes that has no byte: its length. */
const TEXT_BYTES_MIN = 4

/** A data page that may be half read. */
export class DataPage {
  readonly header: DataHeader
  readonly #leaf: Leaf
  readonly #open: () => Uint8Array
  #body: Uint8Array | undefined
  #levels: PageLevelReaders | undefined
  #values: PageValues | undefined
  /** Levels that were not read yet. */
  left: number

  constructor(header: DataHeader, leaf: Leaf, open: () => Uint8Array) {
    this.header = header
    this.#leaf = leaf
    this.#open = open
    this.left = header.values
  }

  get definition(): LevelReader | undefined {
    return this.#opened().definition
  }

  get repetition(): LevelReader | undefined {
    return this.#opened().repetition
  }

  /** To be asked for only where there is a value: a page of NULLs may have no bytes for it. */
  get values(): PageValues {
    if (this.#values === undefined) {
      const levels = this.#opened()
      const { form, physical } = this.#leaf
      this.#values = pageValues(
        this.header.encoding,
        physical,
        form.stored,
        this.#body ?? new Uint8Array(0),
        levels.values,
      )
    }
    return this.#values
  }

  #opened(): PageLevelReaders {
    if (this.#levels === undefined) {
      this.#body = this.#open()
      this.#levels = readLevels(this.header, this.#body, this.#leaf)
    }
    return this.#levels
  }
}
