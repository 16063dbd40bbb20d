import { leafType } from "./leaf.ts"
import type { Conversion, WireAnnotation } from "./leaf.ts"
import type { PhysicalType, Repetition, SchemaElement } from "./metadata.ts"
import { distinctNames, fieldName } from "./names.ts"

/** A top-level column of a Parquet file, as DuckDB sees it. */
export interface ParquetColumn {
  readonly name: string
  /** DuckDB's type. */
  readonly type: string
  /** Why it cannot be read. */
  readonly refused: string | undefined
  /** Indexes of its leaves, which are consecutive. */
  readonly leaves: readonly number[]
  /** Its part of the schema that is given to the decoder, depth first. */
  readonly wire: readonly WireElement[]
  /** A single leaf that neither repeats nor lies inside a group: its statistics are the column's. */
  readonly flat: SchemaElement | undefined
}

/** A schema element of the file that is put together for the decoder. */
export interface WireElement {
  readonly name: string
  readonly repetition: Repetition
  readonly children: number
  readonly group: "list" | "map" | "struct" | undefined
  readonly physical: PhysicalType | undefined
  readonly typeLength: number | undefined
  readonly annotation: WireAnnotation
  readonly conversion: Conversion | undefined
}

/** Groups within groups beyond this depth are taken for damage. */
const DEPTH_MAX = 64

/** Columns of a schema. Throws an Error with the reason when the elements do not form a tree. */
export function parquetColumns(schema: readonly SchemaElement[]): readonly ParquetColumn[] {
  const root = schema[0]
  if (root === undefined || root.physical !== undefined) throw new Error("its schema has no root")
  const reader: Reader = { schema, element: 1, leaf: 0 }
  const columns: Omit<ParquetColumn, "name">[] = []
  const names: string[] = []
  for (let index = 0; index < root.children; index++) {
    const element = schema[reader.element]
    const firstLeaf = reader.leaf
    const node = readNode(reader, undefined, 1)
    names.push(element?.name ?? "")
    const flat = element?.physical !== undefined && element.repetition !== "REPEATED" ? element : undefined
    const leaves = Array.from({ length: reader.leaf - firstLeaf }, (_, offset) => firstLeaf + offset)
    columns.push({ type: node.type, refused: node.refused, wire: node.wire, leaves, flat })
  }
  if (reader.element !== schema.length) throw new Error("its schema has elements that belong to no column")
  if (columns.length === 0) throw new Error("its schema has no columns")
  const distinct = distinctNames(names)
  return columns.map((column, index) => ({ name: distinct[index] ?? "", ...column }))
}

interface Reader {
  readonly schema: readonly SchemaElement[]
  element: number
  leaf: number
}

interface Node {
  readonly type: string
  readonly refused: string | undefined
  readonly wire: readonly WireElement[]
}

/**
 * Reads one element and what lies below it. The wire form says the same levels with three shapes only, so that the
 * decoder sees what DuckDB sees, however old the writer's conventions are:
 *
 *   repeated INT32 x          →  required group x (LIST) { repeated INT32 element }
 *   repeated group x { y }    →  required group x (LIST) { repeated group list { y } }
 *   optional group x (LIST) { repeated group array { y } }  →  optional group x (LIST) { repeated group list { y } }
 *
 * A required group adds no level, and DuckDB pulls a repeated group's only child up.
 */
function readNode(reader: Reader, parent: SchemaElement | undefined, depth: number): Node {
  const element = reader.schema[reader.element]
  if (element === undefined) throw new Error("its schema ends within a group")
  if (depth > DEPTH_MAX) throw new Error(`its schema is nested more than ${DEPTH_MAX} deep`)
  reader.element++
  const own =
    element.physical === undefined
      ? readGroup(reader, element, parent, depth)
      : readLeaf(reader, element, element.physical)
  if (element.repetition !== "REPEATED" || isMapEntries(element, parent)) return own
  const list = { ...own, type: `${own.type}[]` }
  if (parent?.converted === "LIST" && parent.children === 1) return list
  return { ...list, wire: [group(element.name, "REQUIRED", 1, "list"), ...own.wire] }
}

function readLeaf(reader: Reader, element: SchemaElement, physical: PhysicalType): Node {
  if (element.children > 0) throw new Error(`its schema element "${element.name}" is a leaf with children`)
  reader.leaf++
  const { type, refused, ...leaf } = leafType(element, physical)
  return {
    type,
    refused,
    wire: [{ name: element.name, repetition: element.repetition, children: 0, group: undefined, ...leaf }],
  }
}

function readGroup(reader: Reader, element: SchemaElement, parent: SchemaElement | undefined, depth: number): Node {
  const names: string[] = []
  const children: Node[] = []
  let repeatedChild = false
  for (let index = 0; index < element.children; index++) {
    const child = reader.schema[reader.element]
    names.push(child?.name ?? "")
    repeatedChild = child?.repetition === "REPEATED"
    children.push(readNode(reader, element, depth + 1))
  }
  const refused = children.find((child) => child.refused !== undefined)?.refused
  const wire = children.flatMap((child) => child.wire)
  const only = children.length === 1 ? children[0] : undefined
  const repeated = element.repetition === "REPEATED"
  if (children.length === 0) return { type: "STRUCT()", refused: "it is a group without members", wire: [] }

  if (isMapEntries(element, parent)) {
    const [key, value] = children
    const entries = group("key_value", "REPEATED", children.length, undefined)
    if (!repeated || key === undefined || value === undefined || children.length > 2) {
      return { type: "MAP(BLOB, BLOB)", refused: "a MAP needs repeated entries of a key and a value", wire }
    }
    const isWhole = parent?.converted === "MAP" && parent.children === 1
    const unusual = isWhole ? undefined : "its MAP_KEY_VALUE does not lie in a MAP"
    return { type: `MAP(${key.type}, ${value.type})`, refused: refused ?? unusual, wire: [entries, ...wire] }
  }
  if (only !== undefined && (element.converted === "LIST" || element.converted === "MAP")) {
    const unusual = repeatedChild ? undefined : `its ${element.converted} does not hold a repeated member`
    const kind = element.converted === "LIST" ? "list" : "map"
    const inner = group(element.name, repeated ? "REQUIRED" : element.repetition, 1, kind)
    const outer = repeated ? [group("list", "REPEATED", 1, undefined)] : []
    return { type: only.type, refused: refused ?? unusual, wire: [...outer, inner, ...wire] }
  }
  const repeats = new Set(names.map((name) => name.toLowerCase())).size < names.length
  const variant = element.logical?._tag === "VARIANT" ? "the logical type VARIANT cannot be read yet" : undefined
  const same = repeats ? "two members of its group have the same name" : undefined
  if (only !== undefined && repeated) {
    return { type: only.type, refused, wire: [group("list", "REPEATED", 1, undefined), ...wire] }
  }
  const members = children.map((child, index) => `${fieldName(names[index] ?? "")} ${child.type}`)
  const self = group(element.name, element.repetition, children.length, "struct")
  return { type: `STRUCT(${members.join(", ")})`, refused: refused ?? variant ?? same, wire: [self, ...wire] }
}

/** DuckDB takes a group for a map's entries when it says so, or when it is the only member of a MAP. */
function isMapEntries(element: SchemaElement, parent: SchemaElement | undefined): boolean {
  if (element.physical !== undefined) return false
  return element.converted === "MAP_KEY_VALUE" || (parent?.converted === "MAP" && parent.children === 1)
}

function group(name: string, repetition: Repetition, children: number, kind: WireElement["group"]): WireElement {
  return {
    name,
    repetition,
    children,
    group: kind,
    physical: undefined,
    typeLength: undefined,
    annotation: { _tag: "none" },
    conversion: undefined,
  }
}
