import {
  DataType,
  Field,
  Float32,
  IntervalMonthDayNano,
  List,
  Map_,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimestampMicrosecond,
  Utf8,
  makeData,
  tableFromIPC,
  tableToIPC,
} from "apache-arrow"
import type { Data } from "apache-arrow"
import type { Conversion } from "./leaf.ts"

const MICROS_A_DAY = 86_400_000_000n
const NANOS_A_MICRO = 1000n
const NANOS_A_MILLI = 1_000_000n
/** The Julian day of 1970-01-01, from which INT96 counts. */
const EPOCH_JULIAN_DAY = 2_440_588n
const INT96_BYTES = 12
const INTERVAL_BYTES = 12
const UUID_BYTES = 16
const UUID_TEXT_BYTES = 36

type Conversions = readonly (Conversion | undefined)[]

/** Rewrites an Arrow stream's leaves that DuckDB cannot take as they are; one conversion a leaf, in their order. */
export function convertStream(ipc: Uint8Array, conversions: Conversions): Uint8Array {
  if (conversions.every((conversion) => conversion === undefined)) return ipc
  const batches = tableFromIPC(ipc).batches.map((batch) => {
    let leaf = 0
    const children = batch.data.children.map((child) => convertData(child, () => conversions[leaf++]))
    const fields = batch.schema.fields.map((field, index) => withType(field, children[index]?.type))
    const data = makeData({ type: new Struct(fields), length: batch.numRows, nullCount: 0, children })
    return new RecordBatch(new Schema(fields), data)
  })
  return tableToIPC(new Table(batches), "stream")
}

const withType = (field: Field, type: DataType | undefined): Field =>
  new Field(field.name, type ?? field.type, field.nullable)

function convertData(data: Data, next: () => Conversion | undefined): Data {
  if (data.children.length === 0) return convertLeaf(data, next())
  const children = data.children.map((child) => convertData(child, next))
  const fields = data.type.children.map((field, index) => withType(field, children[index]?.type))
  return data.clone(nestedType(data.type, fields), data.offset, data.length, data.nullCount, data.buffers, children)
}

function nestedType(type: DataType, fields: readonly Field[]): DataType {
  const [first] = fields
  if (DataType.isList(type) && first !== undefined) return new List(first)
  if (DataType.isMap(type) && first !== undefined) {
    return new Map_(new Field<Struct>(first.name, new Struct(first.type.children), false), type.keysSorted)
  }
  return new Struct([...fields])
}

/** `data` holds bytes of a fixed length; its NULLs stay where they are. */
function convertLeaf(data: Data, conversion: Conversion | undefined): Data {
  if (conversion === undefined) return data
  const { length, nullCount, nullBitmap } = data
  const bytes: Uint8Array = data.values
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  switch (conversion) {
    case "int96":
      return makeData({
        type: new TimestampMicrosecond(),
        length,
        nullCount,
        nullBitmap,
        data: int96Micros(view, length),
      })
    case "float16":
      return makeData({ type: new Float32(), length, nullCount, nullBitmap, data: halfFloats(view, length) })
    case "interval":
      return makeData({
        type: new IntervalMonthDayNano(),
        length,
        nullCount,
        nullBitmap,
        data: intervals(view, length),
      })
    case "uuid": {
      const valueOffsets = Int32Array.from({ length: length + 1 }, (_, index) => index * UUID_TEXT_BYTES)
      return makeData({ type: new Utf8(), length, nullCount, nullBitmap, valueOffsets, data: uuidTexts(bytes, length) })
    }
  }
}

/** Nanoseconds of the day, then the Julian day, as Impala and Spark write them. */
function int96Micros(view: DataView, length: number): BigInt64Array {
  const micros = new BigInt64Array(length)
  for (let row = 0; row < length; row++) {
    const nanos = view.getBigInt64(row * INT96_BYTES, true)
    const day = BigInt(view.getInt32(row * INT96_BYTES + 8, true))
    micros[row] = (day - EPOCH_JULIAN_DAY) * MICROS_A_DAY + nanos / NANOS_A_MICRO
  }
  return micros
}

/** Months, days and milliseconds become months, days and nanoseconds. */
function intervals(view: DataView, length: number): Int32Array {
  const out = new Int32Array(length * 4)
  const nanos = new BigInt64Array(out.buffer)
  for (let row = 0; row < length; row++) {
    out[row * 4] = view.getInt32(row * INTERVAL_BYTES, true)
    out[row * 4 + 1] = view.getInt32(row * INTERVAL_BYTES + 4, true)
    nanos[row * 2 + 1] = BigInt(view.getUint32(row * INTERVAL_BYTES + 8, true)) * NANOS_A_MILLI
  }
  return out
}

const HALF_BYTES = 2

/**
 * One bit of sign, five of exponent, ten of fraction become one, eight and twenty-three; every value is exact. Bits are
 * written, not numbers, so that a NaN keeps its sign.
 */
function halfFloats(view: DataView, length: number): Float32Array {
  const floats = new Float32Array(length)
  const words = new Uint32Array(floats.buffer)
  for (let row = 0; row < length; row++) {
    const half = view.getUint16(row * HALF_BYTES, true)
    const sign = (half >> 15) << 31
    const exponent = (half >> 10) & 0x1f
    const fraction = half & 0x3ff
    if (exponent === 0x1f) words[row] = sign | 0x7f800000 | (fraction << 13)
    else if (exponent !== 0) words[row] = sign | ((exponent + 112) << 23) | (fraction << 13)
    else floats[row] = (sign === 0 ? 1 : -1) * fraction * 2 ** -24
  }
  return floats
}

const HEX = new TextEncoder().encode("0123456789abcdef")
const DASH = 0x2d

function uuidTexts(bytes: Uint8Array, length: number): Uint8Array {
  const text = new Uint8Array(length * UUID_TEXT_BYTES)
  let at = 0
  for (let index = 0; index < length * UUID_BYTES; index++) {
    const place = index % UUID_BYTES
    if (place === 4 || place === 6 || place === 8 || place === 10) text[at++] = DASH
    const byte = bytes[index] ?? 0
    text[at++] = HEX[byte >> 4] ?? 0
    text[at++] = HEX[byte & 0xf] ?? 0
  }
  return text
}
