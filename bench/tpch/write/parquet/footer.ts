import type { ColumnSchema } from "../../columns.ts"
import type { ChunkFacts } from "./column-chunk.ts"
import { ENCODING } from "./page.ts"
import { ThriftWriter } from "./thrift.ts"

export const MAGIC = new TextEncoder().encode("PAR1")

const PHYSICAL = { INT32: 1, INT64: 2, BYTE_ARRAY: 6 } as const
const CONVERTED = { utf8: 0, decimal: 5, date: 6 } as const
const LOGICAL = { string: 1, decimal: 5, date: 6 } as const
const OPTIONAL = 1
const SNAPPY = 1
const VERSION = 1
const DECIMAL_PRECISION = 15
const DECIMAL_SCALE = 2

function physicalOf({ type }: ColumnSchema): number {
  switch (type) {
    case "INTEGER":
    case "DATE":
      return PHYSICAL.INT32
    case "BIGINT":
    case "DECIMAL(15,2)":
      return PHYSICAL.INT64
    case "VARCHAR":
      return PHYSICAL.BYTE_ARRAY
  }
}

/** A row group's entry of the footer, ready to be placed; `place` is where the row group begins in the file. */
export function rowGroup(schema: readonly ColumnSchema[], chunks: readonly ChunkFacts[], place: number): Uint8Array {
  const out = new ThriftWriter()
  const rows = chunks[0]?.rows ?? 0
  const total = (bytes: (chunk: ChunkFacts) => number) => chunks.reduce((sum, chunk) => sum + bytes(chunk), 0)
  out.nested(() => {
    out.structs(
      1,
      chunks.map((chunk, at) => ({ chunk, column: schema[at]! })),
      ({ chunk, column }) => {
        out.i64(2, 0)
        out.struct(3, () => columnMetadata(out, chunk, column, place))
      },
    )
    out.i64(
      2,
      total(({ uncompressed }) => uncompressed),
    )
    out.i64(3, rows)
    out.i64(5, place)
    out.i64(
      6,
      total(({ compressed }) => compressed),
    )
  })
  return out.sink.taken()
}

function columnMetadata(out: ThriftWriter, chunk: ChunkFacts, column: ColumnSchema, place: number): void {
  const encoding = chunk.dictionary === undefined ? [] : [ENCODING.dictionary]
  out.i32(1, physicalOf(column))
  out.i32s(2, [ENCODING.plain, ENCODING.rle, ...encoding])
  out.texts(3, [column.name])
  out.i32(4, SNAPPY)
  out.i64(5, chunk.rows)
  out.i64(6, chunk.uncompressed)
  out.i64(7, chunk.compressed)
  out.i64(9, place + chunk.data)
  if (chunk.dictionary !== undefined) out.i64(11, place + chunk.dictionary)
  out.struct(12, () => {
    out.i64(3, 0)
    if (chunk.distinct !== undefined) out.i64(4, chunk.distinct)
    if (chunk.bounds !== undefined) {
      out.binary(5, chunk.bounds.max)
      out.binary(6, chunk.bounds.min)
    }
  })
}

/** Everything after the last row group: the file's metadata, their length, the closing magic. */
export function footer(
  schema: readonly ColumnSchema[],
  rows: number,
  groups: readonly Uint8Array[],
  createdBy: string,
): Uint8Array {
  const out = new ThriftWriter()
  out.nested(() => {
    out.i32(1, VERSION)
    out.structs(2, [undefined, ...schema], (column) => schemaElement(out, column, schema.length))
    out.i64(3, rows)
    out.written(4, groups)
    out.text(6, createdBy)
    // bounds are in each type's own order; without this readers must not use them for text
    out.structs(7, schema, () => out.struct(1, () => {}))
  })
  const length = out.sink.length
  const tail = new Uint8Array(8)
  new DataView(tail.buffer).setInt32(0, length, true)
  tail.set(MAGIC, 4)
  out.sink.put(tail)
  return out.sink.taken()
}

/** A column; undefined is the root above all columns. */
function schemaElement(out: ThriftWriter, column: ColumnSchema | undefined, columns: number): void {
  if (column === undefined) {
    out.text(4, "schema")
    out.i32(5, columns)
    return
  }
  out.i32(1, physicalOf(column))
  out.i32(3, OPTIONAL)
  out.text(4, column.name)
  switch (column.type) {
    case "VARCHAR":
      out.i32(6, CONVERTED.utf8)
      out.struct(10, () => out.struct(LOGICAL.string, () => {}))
      return
    case "DATE":
      out.i32(6, CONVERTED.date)
      out.struct(10, () => out.struct(LOGICAL.date, () => {}))
      return
    case "DECIMAL(15,2)":
      out.i32(6, CONVERTED.decimal)
      out.i32(7, DECIMAL_SCALE)
      out.i32(8, DECIMAL_PRECISION)
      out.struct(10, () =>
        out.struct(LOGICAL.decimal, () => {
          out.i32(1, DECIMAL_SCALE)
          out.i32(2, DECIMAL_PRECISION)
        }),
      )
      return
    case "BIGINT":
    case "INTEGER":
      return
  }
}
