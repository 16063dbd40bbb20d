import {
  Binary,
  Bool,
  type DataType,
  DateDay,
  Decimal,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  Int8,
  List,
  Map_,
  Struct,
  TimeMicrosecond,
  TimestampMicrosecond,
  TimestampMillisecond,
  TimestampNanosecond,
  TimestampSecond,
  Uint16,
  Uint32,
  Uint64,
  Uint8,
  Utf8,
} from "apache-arrow"
import { parseType, type DuckType } from "../../planner/types/type-text.ts"
import { arrowForm } from "../../planner/types/wire.ts"

/** The Arrow type of a column of a result that has no batch to ask. */
export function arrowType(duckdb: string): DataType {
  return arrowOf(parseType(arrowForm(duckdb).type))
}

const DECIMAL_BITS = 128

function arrowOf(type: DuckType): DataType {
  switch (type._tag) {
    case "scalar":
      return scalars.get(type.name)?.() ?? new Utf8()
    case "decimal":
      return new Decimal(type.scale, type.width, DECIMAL_BITS)
    case "list":
      return new List(new Field("l", arrowOf(type.item), true))
    case "array":
      return new FixedSizeList(type.size, new Field("data", arrowOf(type.item), true))
    case "struct":
      return new Struct(type.fields.map((field) => new Field(field.name, arrowOf(field.type), true)))
    case "map": {
      const key = new Field("key", arrowOf(type.key), false)
      const value = new Field("value", arrowOf(type.value), true)
      const entry = new Struct<{ key: DataType; value: DataType }>([key, value])
      return new Map_(new Field("entries", entry, false))
    }
    case "enum":
    case "tuple":
    case "union":
      return new Utf8()
  }
}

const scalars: ReadonlyMap<string, () => DataType> = new Map<string, () => DataType>([
  ["BOOLEAN", () => new Bool()],
  ["TINYINT", () => new Int8()],
  ["SMALLINT", () => new Int16()],
  ["INTEGER", () => new Int32()],
  ["BIGINT", () => new Int64()],
  ["HUGEINT", () => new Decimal(0, 38, DECIMAL_BITS)],
  ["UTINYINT", () => new Uint8()],
  ["USMALLINT", () => new Uint16()],
  ["UINTEGER", () => new Uint32()],
  ["UBIGINT", () => new Uint64()],
  ["FLOAT", () => new Float32()],
  ["DOUBLE", () => new Float64()],
  ["DATE", () => new DateDay()],
  ["TIME", () => new TimeMicrosecond()],
  ["TIMESTAMP", () => new TimestampMicrosecond()],
  ["TIMESTAMP_S", () => new TimestampSecond()],
  ["TIMESTAMP_MS", () => new TimestampMillisecond()],
  ["TIMESTAMP_NS", () => new TimestampNanosecond()],
  ["TIMESTAMP WITH TIME ZONE", () => new TimestampMicrosecond("UTC")],
  ["BLOB", () => new Binary()],
])
