import * as Schema from "effect/Schema"
import { PHYSICAL_TYPES, REPETITIONS } from "./metadata.ts"

/**
 * What the buffers of a split hold: the schema of the columns asked for, and where each leaf's pages stand. Made by the
 * source on the main thread, read by the decoder in the engine's.
 */
const Unit = Schema.Literals(["MILLIS", "MICROS", "NANOS"])

const Annotation = Schema.Union([
  Schema.TaggedStruct("none", {}),
  Schema.TaggedStruct("utf8", {}),
  Schema.TaggedStruct("date", {}),
  Schema.TaggedStruct("int", { bits: Schema.Number, signed: Schema.Boolean }),
  Schema.TaggedStruct("decimal", { precision: Schema.Number, scale: Schema.Number }),
  Schema.TaggedStruct("time", { unit: Unit }),
  Schema.TaggedStruct("timestamp", { unit: Unit, utc: Schema.Boolean }),
])

const Element = Schema.Struct({
  name: Schema.String,
  repetition: Schema.Literals(REPETITIONS),
  children: Schema.Number,
  group: Schema.UndefinedOr(Schema.Literals(["list", "map", "struct"])),
  physical: Schema.UndefinedOr(Schema.Literals(PHYSICAL_TYPES)),
  typeLength: Schema.UndefinedOr(Schema.Number),
  annotation: Annotation,
  conversion: Schema.UndefinedOr(Schema.Literals(["int96", "uuid", "interval", "float16"])),
})

const Chunk = Schema.Struct({
  /** Which buffer, and where in it the chunk starts. */
  buffer: Schema.Number,
  start: Schema.Number,
  /** As the file holds them: its pages, and what may stand behind them. */
  bytes: Schema.Number,
  uncompressedBytes: Schema.Number,
  values: Schema.Number,
  codec: Schema.Number,
})
export type LayoutChunk = typeof Chunk.Type

const Column = Schema.Struct({
  name: Schema.String,
  type: Schema.String,
  elements: Schema.Array(Element),
  chunks: Schema.Array(Chunk),
})
export type LayoutColumn = typeof Column.Type

export const ParquetLayout = Schema.Struct({
  rowGroup: Schema.Number,
  rows: Schema.Number,
  columns: Schema.Array(Column),
})
export type ParquetLayout = typeof ParquetLayout.Type
