import { decodeThrift } from "../thrift-reader.ts"
import type { ThriftStruct } from "../thrift-reader.ts"

/** What stands before a page. Sizes are those of the page's bytes as they are stored, and without compression. */
export type PageHeader = { readonly compressedBytes: number; readonly bytes: number } & (
  | { readonly _tag: "dictionary"; readonly values: number; readonly encoding: number }
  | {
      readonly _tag: "data"
      readonly values: number
      readonly encoding: number
      readonly levels: PageLevels
    }
  /** An index, or a kind younger than this reader: to be passed over. */
  | { readonly _tag: "other" }
)

/** How a data page's levels are stored. In version 1 they are compressed with the values, and say their own lengths. */
export type PageLevels =
  | { readonly _tag: "v1"; readonly definition: number; readonly repetition: number }
  | {
      readonly _tag: "v2"
      readonly definitionBytes: number
      readonly repetitionBytes: number
      readonly compressed: boolean
      readonly rows: number
    }

const DATA_PAGE = 0
const DICTIONARY_PAGE = 2
const DATA_PAGE_V2 = 3

/** The header at `at`, and where the page's bytes start. Throws an Error whose message is the reason. */
export function readPageHeader(bytes: Uint8Array, at: number, end: number): readonly [PageHeader, number] {
  const [raw, start] = decodeThrift(bytes, at, end)
  const sizes = {
    bytes: count(raw.field_2, "a page's bytes"),
    compressedBytes: count(raw.field_3, "a page's compressed bytes"),
  }
  const kind = count(raw.field_1, "a page's type")
  if (kind === DATA_PAGE) {
    const header = struct(raw.field_5)
    const levels: PageLevels = {
      _tag: "v1",
      definition: count(header.field_3, "the encoding of a page's definition levels"),
      repetition: count(header.field_4, "the encoding of a page's repetition levels"),
    }
    return [{ _tag: "data", ...sizes, ...counted(header.field_1, header.field_2), levels }, start]
  }
  if (kind === DICTIONARY_PAGE) {
    const header = struct(raw.field_7)
    return [{ _tag: "dictionary", ...sizes, ...counted(header.field_1, header.field_2) }, start]
  }
  if (kind === DATA_PAGE_V2) {
    const header = struct(raw.field_8)
    const levels: PageLevels = {
      _tag: "v2",
      rows: count(header.field_3, "a page's rows"),
      definitionBytes: count(header.field_5, "the bytes of a page's definition levels"),
      repetitionBytes: count(header.field_6, "the bytes of a page's repetition levels"),
      compressed: header.field_7 !== false,
    }
    return [{ _tag: "data", ...sizes, ...counted(header.field_1, header.field_4), levels }, start]
  }
  return [{ _tag: "other", ...sizes }, start]
}

function counted(values: unknown, encoding: unknown): { readonly values: number; readonly encoding: number } {
  return { values: count(values, "a page's values"), encoding: count(encoding, "a page's encoding") }
}

function count(value: unknown, what: string): number {
  if (typeof value === "number" && value >= 0) return value
  throw new Error(typeof value === "number" ? `${what} cannot be ${value}` : `a page's header does not say ${what}`)
}

function struct(value: unknown): ThriftStruct {
  if (typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)) {
    return value
  }
  throw new Error("a page's header lacks what its type needs")
}
