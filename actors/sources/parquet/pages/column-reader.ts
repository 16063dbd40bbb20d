import type { LayoutColumn } from "../layout.ts"
import { setBits } from "./hybrid.ts"
import type { Nulls } from "./collected.ts"
import { columnShape } from "./column-shape.ts"
import type { ColumnShape, Node, Place } from "./column-shape.ts"
import { LeafReader } from "./leaf-reader.ts"
import type { LeafRows } from "./leaf-reader.ts"
import type { Rooms } from "./rooms.ts"
import type { StructVector, Vector } from "./vector.ts"

/** Reads one column of one row group front to back, so many rows at a time. Every error's message is the reason. */
export class ColumnReader {
  readonly #shape: ColumnShape
  readonly #leaves: readonly LeafReader[]

  /** With `rooms` a vector is good only until they are taken back. */
  constructor(column: LayoutColumn, buffers: readonly ArrayBuffer[], rooms?: Rooms) {
    this.#shape = columnShape(column.elements)
    if (column.chunks.length !== this.#shape.leaves.length) throw new Error("it lacks the pages of a member")
    this.#leaves = this.#shape.leaves.map((leaf, index) => {
      const chunk = column.chunks[index]
      const buffer = chunk === undefined ? undefined : buffers[chunk.buffer]
      if (chunk === undefined || buffer === undefined) throw new Error("the bytes of its pages were not read")
      return new LeafReader(leaf, chunk, buffer, rooms)
    })
  }

  read(rows: number): Vector {
    const leaves = this.#leaves.map((leaf) => leaf.read(rows))
    const vector = assemble(this.#shape.root, leaves)
    if (vector.rows !== rows) throw new Error(`its pages hold ${vector.rows} rows instead of ${rows}`)
    return vector
  }

  /** Passes over rows, of nested columns at most so many at once. */
  skip(rows: number, atOnce: number): void {
    for (const leaf of this.#leaves) leaf.skip(rows, atOnce)
  }
}

function assemble(node: Node, leaves: readonly LeafRows[]): Vector {
  if (node._tag === "leaf") return rowsOf(leaves, node.leaf).values
  const levels = rowsOf(leaves, node.first)
  if (node._tag === "struct") {
    for (const field of node.fields) checkAgreement(node, levels, rowsOf(leaves, firstLeaf(field)))
    return structOf(nullsOf(node, levels), node, leaves)
  }
  const item = assemble(node.item, leaves)
  const nulls = nullsOf(node, levels)
  return { _tag: "list", ...nulls, offsets: offsetsOf(node, levels, nulls.rows, item.rows), item }
}

function structOf(nulls: Nulls, node: Extract<Node, { _tag: "struct" }>, leaves: readonly LeafRows[]): StructVector {
  const fields = node.fields.map((field) => assemble(field, leaves))
  for (const field of fields) {
    if (field.rows !== nulls.rows) throw new Error(`a member has ${field.rows} values, another ${nulls.rows}`)
  }
  return { _tag: "struct", ...nulls, fields }
}

const firstLeaf = (node: Node): number => (node._tag === "leaf" ? node.leaf : node.first)

function rowsOf(leaves: readonly LeafRows[], index: number): LeafRows {
  const leaf = leaves[index]
  if (leaf === undefined) throw new Error(`it lacks member ${index}`)
  return leaf
}

/** One slot for each level that starts one here: deeper repetition goes on within it, a lower level has no item for it. */
function nullsOf({ definition, repetition, slot }: Place, levels: LeafRows): Nulls {
  const { definition: defined, repetition: repeated } = levels
  if (defined === undefined) return { rows: levels.levels, nulls: 0, validity: undefined }
  const bits = new Uint8Array((levels.levels + 7) >> 3)
  let rows = 0
  let valid = 0
  for (let i = 0; i < levels.levels; i++) {
    const level = defined[i] as number
    if (level < slot || (repeated !== undefined && (repeated[i] as number) > repetition)) continue
    if (level >= definition) {
      setBits(bits, rows, 1)
      valid++
    }
    rows++
  }
  return { rows, nulls: rows - valid, validity: valid === rows ? undefined : bits }
}

/** Where each list's items start and end: an item starts at each level of at most one repetition more that has one. */
function offsetsOf(place: Place, levels: LeafRows, rows: number, items: number): Int32Array {
  const { definition, repetition, slot } = place
  const { definition: defined, repetition: repeated } = levels
  const offsets = new Int32Array(rows + 1)
  let row = -1
  let item = 0
  for (let i = 0; i < levels.levels; i++) {
    const level = defined === undefined ? 0 : (defined[i] as number)
    const repeats = repeated === undefined ? 0 : (repeated[i] as number)
    if (repeats <= repetition && level >= slot) offsets[++row] = item
    if (repeats <= repetition + 1 && level > definition) item++
  }
  if (item !== items) throw new Error(`its lists have ${item} items, but ${items} values are there`)
  offsets[rows] = item
  return offsets
}

/** Two members of a group are NULL, empty and repeated together, as far as what stands around both decides it. */
function checkAgreement({ definition, repetition }: Place, one: LeafRows, other: LeafRows): void {
  if (one === other) return
  let a = 0
  let b = 0
  for (;;) {
    while (a < one.levels && repetitionAt(one, a) > repetition) a++
    while (b < other.levels && repetitionAt(other, b) > repetition) b++
    if (a === one.levels || b === other.levels) break
    const same =
      repetitionAt(one, a) === repetitionAt(other, b) &&
      Math.min(definitionAt(one, a), definition) === Math.min(definitionAt(other, b), definition)
    if (!same) throw new Error("the levels of its members contradict each other")
    a++
    b++
  }
  if (a !== one.levels || b !== other.levels) throw new Error("the levels of its members contradict each other")
}

const repetitionAt = ({ repetition }: LeafRows, index: number): number => repetition?.[index] ?? 0
const definitionAt = ({ definition }: LeafRows, index: number): number => definition?.[index] ?? 0
