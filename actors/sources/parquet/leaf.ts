import type { ConvertedType, PhysicalType, SchemaElement, TimeUnit } from "./metadata.ts"

/** How a leaf is declared in the file that is put together for the decoder. */
export type WireAnnotation =
  | { readonly _tag: "none" }
  | { readonly _tag: "utf8" }
  | { readonly _tag: "date" }
  | { readonly _tag: "int"; readonly bits: number; readonly signed: boolean }
  | { readonly _tag: "decimal"; readonly precision: number; readonly scale: number }
  | { readonly _tag: "time"; readonly unit: TimeUnit }
  | { readonly _tag: "timestamp"; readonly unit: TimeUnit; readonly utc: boolean }

/**
 * What is done to a leaf's Arrow values before DuckDB sees them. The decoder knows these forms only as bytes of a fixed
 * length: INT96 would overflow its nanoseconds, an INTERVAL would lose its months, DuckDB-WASM refuses Arrow's half
 * floats.
 */
export type Conversion = "int96" | "uuid" | "interval" | "float16"

export interface LeafType {
  /** DuckDB's type. */
  readonly type: string
  readonly physical: PhysicalType
  readonly typeLength: number | undefined
  readonly annotation: WireAnnotation
  readonly conversion: Conversion | undefined
  /** Why the column cannot be read; the type is then only a description. */
  readonly refused: string | undefined
}

/** DuckDB's widest DECIMAL; wider ones it reads as DOUBLE. */
const DECIMAL_DIGITS_MAX = 38
const INT96_BYTES = 12
const INTERVAL_BYTES = 12
const UUID_BYTES = 16
const HALF_BYTES = 2
const DECIMAL_BYTES_MAX = 16

/** DuckDB's type of a leaf, by the annotations that DuckDB heeds and in the order in which it does. */
export function leafType(element: SchemaElement, physical: PhysicalType): LeafType {
  const read = (type: string, annotation: WireAnnotation, more: Partial<LeafType> = {}): LeafType => ({
    type,
    physical,
    typeLength: physical === "FIXED_LEN_BYTE_ARRAY" ? element.typeLength : undefined,
    annotation,
    conversion: undefined,
    refused: undefined,
    ...more,
  })
  const refuse = (refused: string, type = "BLOB"): LeafType => read(type, { _tag: "none" }, { refused })

  if (physical === "FIXED_LEN_BYTE_ARRAY" && !(element.typeLength !== undefined && element.typeLength > 0)) {
    return refuse(`its FIXED_LEN_BYTE_ARRAY has the length ${element.typeLength ?? "nothing"}`)
  }
  const logical = logicalLeaf(element, physical, read, refuse)
  if (logical !== undefined) return logical
  if (element.converted !== undefined) return convertedLeaf(element, element.converted, physical, read, refuse)
  return plainLeaf(physical, read)
}

type Read = (type: string, annotation: WireAnnotation, more?: Partial<LeafType>) => LeafType
type Refuse = (refused: string, type?: string) => LeafType

function logicalLeaf(element: SchemaElement, physical: PhysicalType, read: Read, refuse: Refuse): LeafType | undefined {
  const logical = element.logical
  switch (logical?._tag) {
    case "UNKNOWN":
      // A column of NULLs only, which DuckDB calls INTEGER.
      if (physical !== "INT32") return refuse(`the logical type UNKNOWN cannot be stored as ${physical}`, "INTEGER")
      return read("INTEGER", { _tag: "none" })
    case "FLOAT16":
      if (physical !== "FIXED_LEN_BYTE_ARRAY") return undefined
      if (element.typeLength !== HALF_BYTES) return refuse(`a FLOAT16 needs ${HALF_BYTES} bytes`, "FLOAT")
      return read("FLOAT", { _tag: "none" }, { conversion: "float16" })
    case "UUID":
      if (physical !== "FIXED_LEN_BYTE_ARRAY") return undefined
      if (element.typeLength !== UUID_BYTES) return refuse(`a UUID needs ${UUID_BYTES} bytes`, "UUID")
      return read("UUID", { _tag: "none" }, { conversion: "uuid" })
    case "TIMESTAMP": {
      if (physical !== "INT64") return refuse(`a TIMESTAMP cannot be stored as ${physical}`)
      const annotation: WireAnnotation = { _tag: "timestamp", unit: logical.unit, utc: logical.utc }
      if (logical.utc) return read("TIMESTAMP WITH TIME ZONE", annotation)
      return read(logical.unit === "NANOS" ? "TIMESTAMP_NS" : "TIMESTAMP", annotation)
    }
    case "TIME": {
      if (physical !== (logical.unit === "MILLIS" ? "INT32" : "INT64")) {
        return refuse(`a TIME in ${logical.unit} cannot be stored as ${physical}`)
      }
      const annotation: WireAnnotation = { _tag: "time", unit: logical.unit }
      return read(logical.utc ? "TIME WITH TIME ZONE" : "TIME", annotation)
    }
    case "STRING":
    case "MAP":
    case "LIST":
    case "ENUM":
    case "DECIMAL":
    case "DATE":
    case "INTEGER":
    case "JSON":
    case "BSON":
    case "VARIANT":
    case undefined:
      // DuckDB goes by the converted type that writers put beside these.
      return undefined
  }
}

function convertedLeaf(
  element: SchemaElement,
  converted: ConvertedType,
  physical: PhysicalType,
  read: Read,
  refuse: Refuse,
): LeafType {
  const only = (wanted: PhysicalType, leaf: LeafType): LeafType =>
    physical === wanted ? leaf : refuse(`${converted} cannot be stored as ${physical}`)
  const integer = (type: string, bits: number, signed: boolean): LeafType =>
    only(bits === 64 ? "INT64" : "INT32", read(type, { _tag: "int", bits, signed }))
  switch (converted) {
    case "INT_8":
      return integer("TINYINT", 8, true)
    case "INT_16":
      return integer("SMALLINT", 16, true)
    case "INT_32":
      return integer("INTEGER", 32, true)
    case "INT_64":
      return integer("BIGINT", 64, true)
    case "UINT_8":
      return integer("UTINYINT", 8, false)
    case "UINT_16":
      return integer("USMALLINT", 16, false)
    case "UINT_32":
      return integer("UINTEGER", 32, false)
    case "UINT_64":
      return integer("UBIGINT", 64, false)
    case "DECIMAL":
      return decimalLeaf(element, physical, read, refuse)
    case "DATE":
      return only("INT32", read("DATE", { _tag: "date" }))
    case "TIME_MILLIS":
      return only("INT32", read("TIME", { _tag: "time", unit: "MILLIS" }))
    case "TIME_MICROS":
      return only("INT64", read("TIME", { _tag: "time", unit: "MICROS" }))
    case "TIMESTAMP_MILLIS":
      return only("INT64", read("TIMESTAMP", { _tag: "timestamp", unit: "MILLIS", utc: false }))
    case "TIMESTAMP_MICROS":
      return only("INT64", read("TIMESTAMP", { _tag: "timestamp", unit: "MICROS", utc: false }))
    case "UTF8":
    case "ENUM":
    case "JSON":
      // The engine has no JSON type (it is an extension's): JSON is read as the text that it is.
      return only("BYTE_ARRAY", read("VARCHAR", { _tag: "utf8" }))
    case "BSON":
      return only("BYTE_ARRAY", read("BLOB", { _tag: "none" }))
    case "INTERVAL":
      if (element.typeLength !== INTERVAL_BYTES) return refuse(`an INTERVAL needs ${INTERVAL_BYTES} bytes`, "INTERVAL")
      return only("FIXED_LEN_BYTE_ARRAY", read("INTERVAL", { _tag: "none" }, { conversion: "interval" }))
    case "MAP":
    case "MAP_KEY_VALUE":
    case "LIST":
      return refuse(`the converted type ${converted} does not belong to a leaf`)
  }
}

function decimalLeaf(element: SchemaElement, physical: PhysicalType, read: Read, refuse: Refuse): LeafType {
  const { precision, scale = 0 } = element
  if (precision === undefined || precision < 1 || scale < 0 || scale > precision) {
    return refuse(`a DECIMAL(${precision ?? "?"},${scale}) cannot be`)
  }
  const type = `DECIMAL(${precision},${scale})`
  if (precision > DECIMAL_DIGITS_MAX) return refuse(`a DECIMAL of ${precision} digits cannot be read yet`, "DOUBLE")
  if (physical === "FIXED_LEN_BYTE_ARRAY" && (element.typeLength ?? 0) > DECIMAL_BYTES_MAX) {
    return refuse(`a DECIMAL in ${element.typeLength} bytes cannot be read yet`, type)
  }
  switch (physical) {
    case "INT32":
    case "INT64":
    case "BYTE_ARRAY":
    case "FIXED_LEN_BYTE_ARRAY":
      return read(type, { _tag: "decimal", precision, scale })
    case "BOOLEAN":
    case "INT96":
    case "FLOAT":
    case "DOUBLE":
      return refuse(`a DECIMAL cannot be stored as ${physical}`)
  }
}

function plainLeaf(physical: PhysicalType, read: Read): LeafType {
  switch (physical) {
    case "BOOLEAN":
      return read("BOOLEAN", { _tag: "none" })
    case "INT32":
      return read("INTEGER", { _tag: "none" })
    case "INT64":
      return read("BIGINT", { _tag: "none" })
    case "INT96": {
      const bytes = { physical: "FIXED_LEN_BYTE_ARRAY", typeLength: INT96_BYTES, conversion: "int96" } as const
      return read("TIMESTAMP", { _tag: "none" }, bytes)
    }
    case "FLOAT":
      return read("FLOAT", { _tag: "none" })
    case "DOUBLE":
      return read("DOUBLE", { _tag: "none" })
    case "BYTE_ARRAY":
    case "FIXED_LEN_BYTE_ARRAY":
      return read("BLOB", { _tag: "none" })
  }
}
