import { encodeThrift, i32, i64, list, struct, text } from "../thrift.ts"
import type { ThriftField, ThriftValue } from "../thrift.ts"

/** One column of one row group, in one PLAIN page of required values, with a schema element of any kind. */
export interface CraftedColumn {
  readonly name: string
  /** Number of the physical type in Parquet's definition. */
  readonly physical: number
  /** Fields of the schema element beside type, repetition and name. */
  readonly element: readonly ThriftField[]
  readonly page: Uint8Array
  readonly values: number
  readonly statistics?: ThriftValue
  readonly codec?: number
  /** Further fields of the column chunk. */
  readonly chunk?: readonly ThriftField[]
  /** Another file that is to hold the pages. */
  readonly elsewhere?: string
  /** Where the page is to stand. */
  readonly offset?: number
  /** The physical type that the column chunk names. */
  readonly stored?: number
  /** The length that the page is to have without compression. */
  readonly uncompressed?: number
}

/** A whole file that no ordinary writer would make. */
export function craftFile(columns: readonly CraftedColumn[], footer: readonly ThriftField[] = []): Uint8Array {
  const rows = columns[0]?.values ?? 0
  const parts: Uint8Array[] = [new TextEncoder().encode("PAR1")]
  let offset = 4
  const chunks = columns.map((column) => {
    const header = encodeThrift(
      struct(
        [1, i32(0)],
        [2, i32(column.uncompressed ?? column.page.byteLength)],
        [3, i32(column.page.byteLength)],
        [5, struct([1, i32(column.values)], [2, i32(0)], [3, i32(3)], [4, i32(3)])],
      ),
    )
    const bytes = header.byteLength + column.page.byteLength
    const meta = struct(
      [1, i32(column.stored ?? column.physical)],
      [2, list("i32", [i32(0)])],
      [3, list("binary", [text(column.name)])],
      [4, i32(column.codec ?? 0)],
      [5, i64(column.values)],
      [6, i64(bytes)],
      [7, i64(bytes)],
      [9, i64(column.offset ?? offset)],
      [12, column.statistics],
    )
    parts.push(header, column.page)
    offset += bytes
    const elsewhere = column.elsewhere === undefined ? undefined : text(column.elsewhere)
    return struct([1, elsewhere], [2, i64(0)], [3, meta], ...(column.chunk ?? []))
  })
  const elements = columns.map((column) => {
    const own: readonly ThriftField[] = [
      [1, i32(column.physical)],
      [3, i32(0)],
      [4, text(column.name)],
    ]
    return struct(...[...own, ...column.element].toSorted((a, b) => a[0] - b[0]))
  })
  const root = struct([4, text("root")], [5, i32(columns.length)])
  const group = struct([1, list("struct", chunks)], [2, i64(offset)], [3, i64(rows)])
  const metadata = encodeThrift(
    struct(
      [1, i32(2)],
      [2, list("struct", [root, ...elements])],
      [3, i64(rows)],
      [4, list("struct", rows === 0 ? [] : [group])],
      ...footer,
    ),
  )
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, metadata.byteLength, true)
  return Buffer.concat([...parts, metadata, length, new TextEncoder().encode("PAR1")])
}
