import * as arrow from "apache-arrow"
import type { BufferPlace, FieldNode } from "./flat-message.ts"

/** How a column's values lie in Arrow buffers. Only what decides the moving of bytes: DATE and INTEGER are the same. */
export type Layout =
  | { readonly _tag: "fixed"; readonly width: 1 | 2 | 4 | 8 | 16 }
  | { readonly _tag: "bits" }
  | { readonly _tag: "bytes" }
  | { readonly _tag: "list"; readonly item: Layout }
  | { readonly _tag: "array"; readonly item: Layout; readonly size: number }
  | { readonly _tag: "struct"; readonly fields: readonly Layout[] }
  /** A sparse union: a type id a row, and every member as long as the union. */
  | { readonly _tag: "union"; readonly members: readonly Layout[] }

/** One column of one batch, its buffers in place. `validity` is undefined when no value is NULL. */
export interface Chunk {
  readonly rows: number
  readonly validity: Uint8Array | undefined
  /** Values, or a union's type ids; for `bytes` the bytes; for lists nothing. */
  readonly values: Uint8Array
  /** `values` of a fixed width of four bytes and more. */
  readonly words: Int32Array
  readonly offsets: Int32Array
  readonly children: readonly Chunk[]
}

export class UnknownLayout extends Error {}

/** Throws UnknownLayout for what DuckDB cannot be asked to stream and take back (dictionaries, views). */
export function layoutOf(type: arrow.DataType): Layout {
  const inner = (): Layout[] => (type.children ?? []).map((child: arrow.Field) => layoutOf(child.type))
  const only = (): Layout => inner()[0] ?? unknownLayout(type)
  if (arrow.DataType.isBool(type)) return { _tag: "bits" }
  if (arrow.DataType.isUtf8(type) || arrow.DataType.isBinary(type)) return { _tag: "bytes" }
  if (arrow.DataType.isList(type) || arrow.DataType.isMap(type)) return { _tag: "list", item: only() }
  if (arrow.DataType.isFixedSizeList(type)) return { _tag: "array", item: only(), size: type.listSize }
  if (arrow.DataType.isStruct(type)) return { _tag: "struct", fields: inner() }
  if (arrow.DataType.isUnion(type) && type.mode === arrow.UnionMode.Sparse) return { _tag: "union", members: inner() }
  return { _tag: "fixed", width: fixedWidth(type) }
}

function fixedWidth(type: arrow.DataType): 1 | 2 | 4 | 8 | 16 {
  const bytes = widthBytes(type)
  switch (bytes) {
    case 1:
    case 2:
    case 4:
    case 8:
    case 16:
      return bytes
    default:
      return unknownLayout(type)
  }
}

function widthBytes(type: arrow.DataType): number {
  if (arrow.DataType.isInt(type) || arrow.DataType.isTime(type)) return type.bitWidth / 8
  if (arrow.DataType.isFloat(type)) return 2 << type.precision
  if (arrow.DataType.isDecimal(type)) return type.bitWidth / 8
  if (arrow.DataType.isDate(type)) return type.unit === arrow.DateUnit.DAY ? 4 : 8
  if (arrow.DataType.isTimestamp(type) || arrow.DataType.isDuration(type)) return 8
  if (arrow.DataType.isFixedSizeBinary(type)) return type.byteWidth
  if (arrow.DataType.isInterval(type)) {
    return type.unit === arrow.IntervalUnit.MONTH_DAY_NANO ? 16 : type.unit === arrow.IntervalUnit.DAY_TIME ? 8 : 4
  }
  return 0
}

function unknownLayout(type: { readonly toString: () => string }): never {
  const text = type.toString()
  throw new UnknownLayout(`Arrow type ${text} cannot move between engines`)
}

const NO_BYTES = new Uint8Array(0)
const NONE = new Int32Array(0)

/** Reads a message's columns off its nodes and buffers, which stand depth first. */
export class ChunkReader {
  readonly #message: Uint8Array
  readonly #nodes: readonly FieldNode[]
  readonly #buffers: readonly BufferPlace[]
  #node = 0
  #buffer = 0

  constructor(message: Uint8Array, nodes: readonly FieldNode[], buffers: readonly BufferPlace[]) {
    this.#message = message
    this.#nodes = nodes
    this.#buffers = buffers
  }

  read(layout: Layout): Chunk {
    const node = this.#nodes[this.#node++]
    if (node === undefined) throw new Error("the engine's result has fewer columns than its schema")
    const rows = node.length
    if (layout._tag === "union") {
      const values = this.#bytes()
      const children = layout.members.map((member) => this.read(member))
      return { rows, validity: undefined, values, words: NONE, offsets: NONE, children }
    }
    const bitmap = this.#bytes()
    const validity = node.nulls === 0 || bitmap.byteLength === 0 ? undefined : bitmap
    switch (layout._tag) {
      case "fixed": {
        const values = this.#bytes()
        const words = layout.width < 4 ? NONE : asInt32(values, (rows * layout.width) >> 2)
        return { rows, validity, values, words, offsets: NONE, children: [] }
      }
      case "bits":
        return { rows, validity, values: this.#bytes(), words: NONE, offsets: NONE, children: [] }
      case "bytes": {
        const offsets = this.#offsets(rows)
        return { rows, validity, values: this.#bytes(), words: NONE, offsets, children: [] }
      }
      case "list": {
        const offsets = this.#offsets(rows)
        return { rows, validity, values: NO_BYTES, words: NONE, offsets, children: [this.read(layout.item)] }
      }
      case "array":
        return { rows, validity, values: NO_BYTES, words: NONE, offsets: NONE, children: [this.read(layout.item)] }
      case "struct": {
        const children = layout.fields.map((field) => this.read(field))
        return { rows, validity, values: NO_BYTES, words: NONE, offsets: NONE, children }
      }
    }
  }

  #bytes(): Uint8Array {
    const place = this.#buffers[this.#buffer++]
    if (place === undefined) throw new Error("the engine's result has fewer buffers than its schema")
    return this.#message.subarray(place.offset, place.offset + place.length)
  }

  /** An empty column may come without its one offset. */
  #offsets(rows: number): Int32Array {
    const bytes = this.#bytes()
    if (bytes.byteLength === 0) return new Int32Array(rows + 1)
    return asInt32(bytes, rows + 1)
  }
}

/** The same bytes as 32-bit numbers; copied only where they are not aligned. */
function asInt32(bytes: Uint8Array, length: number): Int32Array {
  if (bytes.byteOffset % 4 === 0) return new Int32Array(bytes.buffer, bytes.byteOffset, length)
  return new Int32Array(bytes.slice(0, length * 4).buffer)
}
