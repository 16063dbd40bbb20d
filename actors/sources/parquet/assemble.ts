import type { WireAnnotation } from "./leaf.ts"
import type { ParquetLayout } from "./layout.ts"
import { CONVERTED_TYPES, PHYSICAL_TYPES, REPETITIONS } from "./metadata.ts"
import type { ConvertedType, TimeUnit } from "./metadata.ts"
import type { WireElement } from "./schema.ts"
import { bool, encodeThrift, i32, i64, list, struct, text } from "./thrift.ts"
import type { ThriftField, ThriftValue } from "./thrift.ts"

/**
 * Puts the pages of a split into a Parquet file of their own, in memory:
 *
 *   PAR1 | column chunks as they were read, gaps included | footer: only these columns, one row group | length | PAR1
 *
 * The footer is written new, so nothing of the original's (statistics, indexes, other columns, hints of its writer) can
 * change how the pages are read. Top-level columns are named by position.
 */
export function assembleFile(layout: ParquetLayout, buffers: readonly ArrayBuffer[]): Uint8Array {
  const starts: number[] = []
  let size = MAGIC.byteLength
  for (const buffer of buffers) {
    starts.push(size)
    size += buffer.byteLength
  }
  const footer = encodeThrift(fileMetadata(layout, starts))
  const file = new Uint8Array(size + footer.byteLength + 4 + MAGIC.byteLength)
  file.set(MAGIC, 0)
  buffers.forEach((buffer, index) => file.set(new Uint8Array(buffer), starts[index]))
  file.set(footer, size)
  new DataView(file.buffer).setUint32(size + footer.byteLength, footer.byteLength, true)
  file.set(MAGIC, size + footer.byteLength + 4)
  return file
}

const MAGIC = new TextEncoder().encode("PAR1")

function fileMetadata(layout: ParquetLayout, starts: readonly number[]): ThriftValue {
  const root = struct([4, text("root")], [5, i32(layout.columns.length)])
  const elements = layout.columns.flatMap((column, index) =>
    column.elements.map((element, depth) => schemaElement(depth === 0 ? { ...element, name: `c${index}` } : element)),
  )
  const chunks = layout.columns.flatMap((column, index) => {
    const paths = leafPaths(column.elements, `c${index}`)
    return column.chunks.map((chunk, leaf): ThriftValue => {
      const { path, physical } = paths[leaf] ?? { path: [], physical: 0 }
      const start = (starts[chunk.buffer] ?? 0) + chunk.start
      const meta = struct(
        [1, i32(physical)],
        [2, list("i32", chunk.encodings.map(i32))],
        [3, list("binary", path.map(text))],
        [4, i32(chunk.codec)],
        [5, i64(chunk.values)],
        [6, i64(chunk.uncompressedBytes)],
        [7, i64(chunk.compressedBytes)],
        [9, i64(start + chunk.dataPage)],
        [11, chunk.dictionaryPage === undefined ? undefined : i64(start + chunk.dictionaryPage)],
      )
      return struct([2, i64(0)], [3, meta])
    })
  })
  const bytes = layout.columns
    .flatMap((column) => column.chunks)
    .reduce((sum, chunk) => sum + chunk.uncompressedBytes, 0)
  const rowGroup = struct([1, list("struct", chunks)], [2, i64(bytes)], [3, i64(layout.rows)])
  return struct(
    [1, i32(2)],
    [2, list("struct", [root, ...elements])],
    [3, i64(layout.rows)],
    [4, list("struct", [rowGroup])],
  )
}

interface LeafPath {
  readonly path: readonly string[]
  readonly physical: number
}

/** The names from the top-level column to each leaf, and the leaf's physical type. */
function leafPaths(elements: readonly WireElement[], top: string): readonly LeafPath[] {
  const leaves: LeafPath[] = []
  let index = 0
  const visit = (parents: readonly string[]): void => {
    const element = elements[index]
    if (element === undefined) return
    const path = [...parents, index === 0 ? top : element.name]
    index++
    if (element.physical !== undefined) leaves.push({ path, physical: PHYSICAL_TYPES.indexOf(element.physical) })
    for (let child = 0; child < element.children; child++) visit(path)
  }
  visit([])
  return leaves
}

function schemaElement(element: WireElement): ThriftValue {
  const physical = element.physical === undefined ? undefined : i32(PHYSICAL_TYPES.indexOf(element.physical))
  return struct(
    [1, physical],
    [2, element.typeLength === undefined ? undefined : i32(element.typeLength)],
    [3, i32(REPETITIONS.indexOf(element.repetition))],
    [4, text(element.name)],
    [5, element.physical === undefined ? i32(element.children) : undefined],
    ...annotation(element),
  )
}

/** Fields 6, 7, 8 and 10 of a schema element: converted type, scale, precision, logical type. */
function annotation(element: WireElement): readonly ThriftField[] {
  if (element.group === "list") return [[6, converted("LIST")]]
  if (element.group === "map") return [[6, converted("MAP")]]
  return leafAnnotation(element.annotation)
}

function leafAnnotation(wire: WireAnnotation): readonly ThriftField[] {
  switch (wire._tag) {
    case "none":
      return []
    case "utf8":
      return [[6, converted("UTF8")]]
    case "date":
      return [[6, converted("DATE")]]
    case "int":
      return [[6, converted(`${wire.signed ? "INT" : "UINT"}_${wire.bits}`)]]
    case "decimal":
      return [
        [6, converted("DECIMAL")],
        [7, i32(wire.scale)],
        [8, i32(wire.precision)],
      ]
    case "time":
      return [[10, struct([7, struct([1, bool(false)], [2, unit(wire.unit)])])]]
    case "timestamp":
      return [[10, struct([8, struct([1, bool(wire.utc)], [2, unit(wire.unit)])])]]
  }
}

function converted(name: ConvertedType | `${"INT" | "UINT"}_${number}`): ThriftValue {
  return i32(CONVERTED_TYPES.findIndex((type) => type === name))
}

function unit(name: TimeUnit): ThriftValue {
  return struct([{ MILLIS: 1, MICROS: 2, NANOS: 3 }[name], struct()])
}
