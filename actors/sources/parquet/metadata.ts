import * as Schema from "effect/Schema"
import { decodeThrift } from "./thrift-reader.ts"

/** A Parquet footer with the statistics kept as the bytes that were written: a decimal or a date must not be rounded. */
export interface ParquetMetadata {
  readonly createdBy: string
  readonly rows: number
  /** Depth first, the root first. */
  readonly schema: readonly SchemaElement[]
  readonly rowGroups: readonly RowGroup[]
  /** For each leaf: whether `min_value` and `max_value` follow the order of its type. Empty where the writer left it out. */
  readonly typeOrdered: readonly boolean[]
}

export interface SchemaElement {
  readonly name: string
  readonly physical: PhysicalType | undefined
  readonly typeLength: number | undefined
  readonly repetition: Repetition
  readonly children: number
  readonly converted: ConvertedType | undefined
  readonly scale: number | undefined
  readonly precision: number | undefined
  readonly logical: LogicalType | undefined
}

export interface RowGroup {
  readonly rows: number
  /** One a leaf of the schema, in its order. */
  readonly chunks: readonly ColumnChunk[]
}

export interface ColumnChunk {
  readonly physical: PhysicalType | undefined
  readonly codec: number
  readonly encodings: readonly number[]
  readonly values: number
  readonly uncompressedBytes: number
  readonly compressedBytes: number
  readonly dataPageOffset: number
  readonly dictionaryPageOffset: number | undefined
  readonly statistics: ChunkStatistics | undefined
  /** Where the bounds of its pages stand in the file, and where the pages do. */
  readonly columnIndex: FileRange | undefined
  readonly offsetIndex: FileRange | undefined
  /** Its length is undefined where the writer left it out. */
  readonly bloomFilter: { readonly start: number; readonly length: number | undefined } | undefined
  readonly encrypted: boolean
  /** The pages stand in another file. */
  readonly elsewhere: string | undefined
}

/** Bytes of the file. */
export interface FileRange {
  readonly start: number
  readonly length: number
}

export interface ChunkStatistics {
  readonly min: Uint8Array | undefined
  readonly max: Uint8Array | undefined
  /** The deprecated fields, always in signed order whatever the type. */
  readonly legacyMin: Uint8Array | undefined
  readonly legacyMax: Uint8Array | undefined
  readonly nulls: number | undefined
  readonly minExact: boolean | undefined
  readonly maxExact: boolean | undefined
}

export const PHYSICAL_TYPES = [
  "BOOLEAN",
  "INT32",
  "INT64",
  "INT96",
  "FLOAT",
  "DOUBLE",
  "BYTE_ARRAY",
  "FIXED_LEN_BYTE_ARRAY",
] as const
export type PhysicalType = (typeof PHYSICAL_TYPES)[number]

export const REPETITIONS = ["REQUIRED", "OPTIONAL", "REPEATED"] as const
export type Repetition = (typeof REPETITIONS)[number]

export const CONVERTED_TYPES = [
  "UTF8",
  "MAP",
  "MAP_KEY_VALUE",
  "LIST",
  "ENUM",
  "DECIMAL",
  "DATE",
  "TIME_MILLIS",
  "TIME_MICROS",
  "TIMESTAMP_MILLIS",
  "TIMESTAMP_MICROS",
  "UINT_8",
  "UINT_16",
  "UINT_32",
  "UINT_64",
  "INT_8",
  "INT_16",
  "INT_32",
  "INT_64",
  "JSON",
  "BSON",
  "INTERVAL",
] as const
export type ConvertedType = (typeof CONVERTED_TYPES)[number]

export type TimeUnit = "MILLIS" | "MICROS" | "NANOS"

export type LogicalType =
  | { readonly _tag: "TIME" | "TIMESTAMP"; readonly utc: boolean; readonly unit: TimeUnit }
  | { readonly _tag: "DECIMAL"; readonly precision: number; readonly scale: number }
  | { readonly _tag: "INTEGER"; readonly bits: number; readonly signed: boolean }
  | { readonly _tag: PlainLogical }

/** Logical types without parameters that matter here, by their number in Parquet's definition. */
const PLAIN_LOGICAL = {
  1: "STRING",
  2: "MAP",
  3: "LIST",
  4: "ENUM",
  6: "DATE",
  11: "UNKNOWN",
  12: "JSON",
  13: "BSON",
  14: "UUID",
  15: "FLOAT16",
  16: "VARIANT",
} as const
type PlainLogical = (typeof PLAIN_LOGICAL)[keyof typeof PLAIN_LOGICAL]

const Bytes = Schema.Uint8Array
const Present = Schema.Record(Schema.String, Schema.Unknown)
const Unit = Schema.Struct({
  field_1: Schema.optional(Present),
  field_2: Schema.optional(Present),
  field_3: Schema.optional(Present),
})
const Time = Schema.Struct({ field_1: Schema.Boolean, field_2: Unit })

const RawLogical = Schema.Struct({
  field_5: Schema.optional(Schema.Struct({ field_1: Schema.Int, field_2: Schema.Int })),
  field_7: Schema.optional(Time),
  field_8: Schema.optional(Time),
  field_10: Schema.optional(Schema.Struct({ field_1: Schema.Int, field_2: Schema.Boolean })),
})

const RawElement = Schema.Struct({
  field_1: Schema.optional(Schema.Int),
  field_2: Schema.optional(Schema.Int),
  field_3: Schema.optional(Schema.Int),
  field_4: Bytes,
  field_5: Schema.optional(Schema.Int),
  field_6: Schema.optional(Schema.Int),
  field_7: Schema.optional(Schema.Int),
  field_8: Schema.optional(Schema.Int),
  field_10: Schema.optional(Present),
})

const RawStatistics = Schema.Struct({
  field_1: Schema.optional(Bytes),
  field_2: Schema.optional(Bytes),
  field_3: Schema.optional(Schema.BigInt),
  field_5: Schema.optional(Bytes),
  field_6: Schema.optional(Bytes),
  field_7: Schema.optional(Schema.Boolean),
  field_8: Schema.optional(Schema.Boolean),
})

const RawChunk = Schema.Struct({
  field_1: Schema.optional(Bytes),
  field_3: Schema.optional(
    Schema.Struct({
      field_1: Schema.Int,
      field_2: Schema.Array(Schema.Int),
      field_4: Schema.Int,
      field_5: Schema.BigInt,
      field_6: Schema.BigInt,
      field_7: Schema.BigInt,
      field_9: Schema.BigInt,
      field_11: Schema.optional(Schema.BigInt),
      field_12: Schema.optional(RawStatistics),
      // Hints, and other things to some writers: what they hold is looked at when it is used.
      field_14: Schema.optional(Schema.Unknown),
      field_15: Schema.optional(Schema.Unknown),
    }),
  ),
  field_4: Schema.optional(Schema.Unknown),
  field_5: Schema.optional(Schema.Unknown),
  field_6: Schema.optional(Schema.Unknown),
  field_7: Schema.optional(Schema.Unknown),
  field_8: Schema.optional(Present),
})

const RawMetadata = Schema.Struct({
  field_2: Schema.Array(RawElement),
  field_3: Schema.BigInt,
  field_4: Schema.Array(Schema.Struct({ field_1: Schema.Array(RawChunk), field_3: Schema.BigInt })),
  field_6: Schema.optional(Bytes),
  field_7: Schema.optional(Schema.Array(Present)),
})

const decodeRaw = Schema.decodeUnknownSync(RawMetadata)
const decodeLogical = Schema.decodeUnknownSync(RawLogical)

/** Decodes a footer's Thrift bytes. Throws an Error whose message is the reason. */
export function decodeMetadata(bytes: Uint8Array): ParquetMetadata {
  const raw = decodeRaw(decodeThrift(bytes)[0])
  const schema = raw.field_2.map(schemaElement)
  const leaves = schema.filter((element) => element.physical !== undefined).length
  const rowGroups = raw.field_4.map((group, index): RowGroup => {
    if (group.field_1.length !== leaves) {
      throw new Error(`row group ${index} has ${group.field_1.length} column chunks, the schema has ${leaves} leaves`)
    }
    return { rows: count(group.field_3, "a row group's rows"), chunks: group.field_1.map(columnChunk) }
  })
  return {
    createdBy: raw.field_6 === undefined ? "" : decodeText(raw.field_6),
    rows: count(raw.field_3, "the number of rows"),
    schema,
    rowGroups,
    typeOrdered: (raw.field_7 ?? []).map((order) => order["field_1"] !== undefined),
  }
}

function schemaElement(raw: typeof RawElement.Type): SchemaElement {
  const children = raw.field_5 ?? 0
  if (children < 0) throw new Error(`a schema element has ${children} children`)
  const physical = raw.field_1 === undefined ? undefined : PHYSICAL_TYPES[raw.field_1]
  if (raw.field_1 !== undefined && physical === undefined) throw new Error(`there is no physical type ${raw.field_1}`)
  return {
    name: decodeText(raw.field_4),
    physical,
    typeLength: raw.field_2,
    repetition: REPETITIONS[raw.field_3 ?? 0] ?? "REQUIRED",
    children,
    converted: raw.field_6 === undefined ? undefined : CONVERTED_TYPES[raw.field_6],
    scale: raw.field_7,
    precision: raw.field_8,
    logical: raw.field_10 === undefined ? undefined : logicalType(raw.field_10),
  }
}

function logicalType(present: Readonly<Record<string, unknown>>): LogicalType | undefined {
  const raw = decodeLogical(present)
  if (raw.field_5 !== undefined) return { _tag: "DECIMAL", scale: raw.field_5.field_1, precision: raw.field_5.field_2 }
  if (raw.field_7 !== undefined) return { _tag: "TIME", utc: raw.field_7.field_1, unit: timeUnit(raw.field_7.field_2) }
  if (raw.field_8 !== undefined) {
    return { _tag: "TIMESTAMP", utc: raw.field_8.field_1, unit: timeUnit(raw.field_8.field_2) }
  }
  if (raw.field_10 !== undefined) return { _tag: "INTEGER", bits: raw.field_10.field_1, signed: raw.field_10.field_2 }
  for (const [id, _tag] of Object.entries(PLAIN_LOGICAL)) if (present[`field_${id}`] !== undefined) return { _tag }
  // A logical type younger than this reader: Parquet says to read such a column by its physical type.
  return undefined
}

function timeUnit(raw: typeof Unit.Type): TimeUnit {
  if (raw.field_1 !== undefined) return "MILLIS"
  if (raw.field_2 !== undefined) return "MICROS"
  if (raw.field_3 !== undefined) return "NANOS"
  throw new Error("a time has no unit")
}

function columnChunk(raw: typeof RawChunk.Type): ColumnChunk {
  const meta = raw.field_3
  const stats = meta?.field_12
  return {
    physical: meta === undefined ? undefined : PHYSICAL_TYPES[meta.field_1],
    codec: meta?.field_4 ?? 0,
    encodings: meta?.field_2 ?? [],
    values: meta === undefined ? 0 : count(meta.field_5, "a column's values"),
    uncompressedBytes: meta === undefined ? 0 : count(meta.field_6, "a column's uncompressed bytes"),
    compressedBytes: meta === undefined ? 0 : count(meta.field_7, "a column's compressed bytes"),
    dataPageOffset: meta === undefined ? 0 : count(meta.field_9, "a data page's offset"),
    // Some writers put 0, where only the magic can stand, for "none".
    dictionaryPageOffset:
      meta?.field_11 === undefined || meta.field_11 <= 0n ? undefined : count(meta.field_11, "a dictionary's offset"),
    statistics: stats && {
      min: stats.field_6,
      max: stats.field_5,
      legacyMin: stats.field_2,
      legacyMax: stats.field_1,
      nulls: stats.field_3 === undefined || stats.field_3 < 0n ? undefined : count(stats.field_3, "a null count"),
      minExact: stats.field_8,
      maxExact: stats.field_7,
    },
    columnIndex: fileRange(raw.field_6, raw.field_7),
    offsetIndex: fileRange(raw.field_4, raw.field_5),
    bloomFilter: bloomFilter(meta?.field_14, meta?.field_15),
    encrypted: raw.field_8 !== undefined || meta === undefined,
    elsewhere: raw.field_1 === undefined ? undefined : decodeText(raw.field_1),
  }
}

/** Indexes are hints: a place that cannot be is none. */
function fileRange(start: unknown, length: unknown): FileRange | undefined {
  return isPlace(start) && isLength(length) ? { start: Number(start), length } : undefined
}

function bloomFilter(start: unknown, length: unknown): ColumnChunk["bloomFilter"] {
  return isPlace(start) ? { start: Number(start), length: isLength(length) ? length : undefined } : undefined
}

function isPlace(start: unknown): start is bigint {
  return typeof start === "bigint" && start > 0n && start <= BigInt(Number.MAX_SAFE_INTEGER)
}

function isLength(length: unknown): length is number {
  return typeof length === "number" && Number.isInteger(length) && length > 0
}

function count(value: bigint, what: string): number {
  if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error(`${what} cannot be ${value}`)
  return Number(value)
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true })
const decodeText = (bytes: Uint8Array): string => utf8.decode(bytes)
