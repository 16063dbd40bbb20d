import type { BufferPlace, FieldNode } from "./flat-message.ts"
import type { Chunk, Layout } from "./layout.ts"

/**
 * Collects rows of one column out of chunks. `append` takes `rows[from … to)` of the chunk, in that order. With
 * `holes`, a row number below 0 is a NULL that the chunk does not hold (a child of a NULL parent).
 *
 * What stands under a NULL is written as zeros, whatever DuckDB left there: the same rows give the same bytes (law 4).
 */
export interface Builder {
  readonly append: (chunk: Chunk, rows: Int32Array, from: number, to: number, holes: boolean) => void
  /** Bytes that the batch will hold, roughly: what decides that it is full. */
  readonly bytes: () => number
  readonly writeTo: (sink: BatchSink) => void
  readonly clear: () => void
}

/** Receives a batch's fields and buffers, depth first. */
export interface BatchSink {
  readonly nodes: FieldNode[]
  readonly buffers: BufferPlace[]
  readonly contents: Uint8Array[]
  bodyBytes: number
}

export function makeBuilder(layout: Layout): Builder {
  switch (layout._tag) {
    case "fixed":
      return new FixedBuilder(layout.width)
    case "bits":
      return new BitsBuilder()
    case "bytes":
      return new BytesBuilder()
    case "list":
      return new ListBuilder(layout.item)
    case "array":
      return new ArrayBuilder(layout.item, layout.size)
    case "struct":
      return new StructBuilder(layout.fields)
    case "union":
      return new UnionBuilder(layout.members)
  }
}

const NO_BYTES = new Uint8Array(0)
const FIRST_BYTES = 1024
const ALIGNMENT_BYTES = 8

export function emptySink(): BatchSink {
  return { nodes: [], buffers: [], contents: [], bodyBytes: 0 }
}

function addBuffer(sink: BatchSink, bytes: Uint8Array): void {
  sink.buffers.push({ offset: sink.bodyBytes, length: bytes.byteLength })
  sink.contents.push(bytes)
  sink.bodyBytes += Math.ceil(bytes.byteLength / ALIGNMENT_BYTES) * ALIGNMENT_BYTES
}

/** Bytes that grow by doubling and are kept for the next batch. */
class Growing {
  bytes = new Uint8Array(FIRST_BYTES)
  words = new Int32Array(this.bytes.buffer)

  reserve(bytes: number): void {
    if (bytes <= this.bytes.byteLength) return
    let size = this.bytes.byteLength
    while (size < bytes) size *= 2
    const larger = new Uint8Array(size)
    larger.set(this.bytes)
    this.bytes = larger
    this.words = new Int32Array(larger.buffer)
  }
}

function isValid(validity: Uint8Array | undefined, row: number): boolean {
  return row >= 0 && (validity === undefined || ((validity[row >> 3] ?? 0) & (1 << (row & 7))) !== 0)
}

/** Whether the rows lie side by side. Row numbers only rise: a partition keeps the result's order. */
function isRun(rows: Int32Array, from: number, to: number): boolean {
  return to > from && (rows[to - 1] as number) - (rows[from] as number) === to - from - 1
}

/** A bitmap that is written only from the first bit that is not set. */
class Bits {
  length = 0
  cleared = 0
  readonly #bits = new Growing()

  /** Returns whether any of the rows has no bit set: then the caller looks at each. */
  append(source: Uint8Array | undefined, rows: Int32Array, from: number, to: number, holes: boolean): boolean {
    const start = this.length
    this.length += to - from
    if (source === undefined && !holes && this.cleared === 0) return false
    if (this.cleared === 0) this.#setAll(start)
    this.#bits.reserve((this.length + 7) >> 3)
    const bits = this.#bits.bytes
    let cleared = 0
    for (let i = from, at = start; i < to; i++, at++) {
      if ((at & 7) === 0) bits[at >> 3] = 0
      const row = rows[i] as number
      if (row >= 0 && (source === undefined || ((source[row >> 3] as number) & (1 << (row & 7))) !== 0)) {
        bits[at >> 3] = (bits[at >> 3] as number) | (1 << (at & 7))
      } else cleared++
    }
    this.cleared += cleared
    return cleared > 0
  }

  /** Catches up on `count` bits that were set without being written. */
  #setAll(count: number): void {
    this.#bits.reserve((count + 7) >> 3)
    this.#bits.bytes.fill(0xff, 0, count >> 3)
    if ((count & 7) !== 0) this.#bits.bytes[count >> 3] = (1 << (count & 7)) - 1
  }

  /** As values: always written. */
  bitmap(): Uint8Array {
    if (this.cleared === 0) this.#setAll(this.length)
    return this.#bits.bytes.subarray(0, (this.length + 7) >> 3)
  }

  /** As validity: none where nothing is NULL. */
  writeTo(sink: BatchSink): void {
    sink.nodes.push({ length: this.length, nulls: this.cleared })
    addBuffer(sink, this.cleared === 0 ? NO_BYTES : this.bitmap())
  }

  clear(): void {
    this.length = 0
    this.cleared = 0
  }
}

class FixedBuilder implements Builder {
  readonly #width: 1 | 2 | 4 | 8 | 16
  readonly #validity = new Bits()
  readonly #values = new Growing()

  constructor(width: 1 | 2 | 4 | 8 | 16) {
    this.#width = width
  }

  append(chunk: Chunk, rows: Int32Array, from: number, to: number, holes: boolean): void {
    const start = this.#validity.length
    const width = this.#width
    const nulls = this.#validity.append(chunk.validity, rows, from, to, holes)
    this.#values.reserve((start + to - from) * width)
    if (!nulls && isRun(rows, from, to)) {
      const first = (rows[from] as number) * width
      this.#values.bytes.set(chunk.values.subarray(first, first + (to - from) * width), start * width)
    } else if (width >= 4) gatherWords(this.#values.words, start, chunk.words, rows, from, to, width)
    else gatherBytes(this.#values.bytes, start, chunk.values, rows, from, to, width)
    if (!nulls) return
    for (let i = from, at = start; i < to; i++, at++) {
      if (!isValid(chunk.validity, rows[i] as number)) this.#values.bytes.fill(0, at * width, (at + 1) * width)
    }
  }

  bytes(): number {
    return this.#validity.length * this.#width
  }

  writeTo(sink: BatchSink): void {
    this.#validity.writeTo(sink)
    addBuffer(sink, this.#values.bytes.subarray(0, this.#validity.length * this.#width))
  }

  clear(): void {
    this.#validity.clear()
  }
}

/** As whole 32-bit words: 64-bit floats would not keep every NaN's bits, 64-bit integers are slow. */
function gatherWords(
  to: Int32Array,
  start: number,
  from: Int32Array,
  rows: Int32Array,
  first: number,
  last: number,
  width: number,
): void {
  if (width === 4) {
    for (let i = first, at = start; i < last; i++) to[at++] = from[rows[i] as number] as number
  } else if (width === 8) {
    for (let i = first, at = start * 2; i < last; i++) {
      const row = (rows[i] as number) * 2
      to[at++] = from[row] as number
      to[at++] = from[row + 1] as number
    }
  } else {
    for (let i = first, at = start * 4; i < last; i++) {
      const row = (rows[i] as number) * 4
      to[at++] = from[row] as number
      to[at++] = from[row + 1] as number
      to[at++] = from[row + 2] as number
      to[at++] = from[row + 3] as number
    }
  }
}

function gatherBytes(
  to: Uint8Array,
  start: number,
  from: Uint8Array,
  rows: Int32Array,
  first: number,
  last: number,
  width: number,
): void {
  if (width === 1) {
    for (let i = first, at = start; i < last; i++) to[at++] = from[rows[i] as number] as number
    return
  }
  for (let i = first, at = start * 2; i < last; i++) {
    const row = (rows[i] as number) * 2
    to[at++] = from[row] as number
    to[at++] = from[row + 1] as number
  }
}

class BitsBuilder implements Builder {
  readonly #validity = new Bits()
  readonly #values = new Bits()

  append(chunk: Chunk, rows: Int32Array, from: number, to: number, holes: boolean): void {
    if (!this.#validity.append(chunk.validity, rows, from, to, holes)) {
      this.#values.append(chunk.values, rows, from, to, false)
      return
    }
    const known = rows.slice(from, to).map((row) => (isValid(chunk.validity, row) ? row : -1))
    this.#values.append(chunk.values, known, 0, known.length, true)
  }

  bytes(): number {
    return this.#validity.length >> 3
  }

  writeTo(sink: BatchSink): void {
    this.#validity.writeTo(sink)
    addBuffer(sink, this.#values.bitmap())
  }

  clear(): void {
    this.#validity.clear()
    this.#values.clear()
  }
}

/** Strings up to so many bytes are copied byte by byte: cheaper than two views. */
const SHORT_BYTES_MAX = 24

class BytesBuilder implements Builder {
  readonly #validity = new Bits()
  readonly #offsets = new Growing()
  readonly #values = new Growing()
  #used = 0

  append(chunk: Chunk, rows: Int32Array, from: number, to: number, holes: boolean): void {
    const start = this.#validity.length
    const nulls = this.#validity.append(chunk.validity, rows, from, to, holes)
    this.#offsets.reserve((start + to - from + 1) * 4)
    const offsets = this.#offsets.words
    const source = chunk.offsets
    let used = this.#used
    for (let i = from, at = start; i < to; i++) {
      const row = rows[i] as number
      if (!nulls || isValid(chunk.validity, row)) used += (source[row + 1] as number) - (source[row] as number)
      offsets[++at] = used
    }
    offsets[0] = 0
    this.#values.reserve(used)
    if (!nulls && isRun(rows, from, to)) {
      const first = source[rows[from] as number] as number
      this.#values.bytes.set(chunk.values.subarray(first, first + used - this.#used), this.#used)
    } else this.#copy(chunk, rows, from, to, start)
    this.#used = used
  }

  #copy(chunk: Chunk, rows: Int32Array, from: number, to: number, start: number): void {
    const offsets = this.#offsets.words
    const target = this.#values.bytes
    const values = chunk.values
    for (let i = from, row = start; i < to; i++, row++) {
      let at = offsets[row] as number
      const end = offsets[row + 1] as number
      if (at === end) continue
      let read = chunk.offsets[rows[i] as number] as number
      if (end - at > SHORT_BYTES_MAX) target.set(values.subarray(read, read + end - at), at)
      else while (at < end) target[at++] = values[read++] as number
    }
  }

  bytes(): number {
    return this.#used + this.#validity.length * 4
  }

  writeTo(sink: BatchSink): void {
    this.#validity.writeTo(sink)
    addBuffer(sink, this.#offsets.bytes.subarray(0, (this.#validity.length + 1) * 4))
    addBuffer(sink, this.#values.bytes.subarray(0, this.#used))
  }

  clear(): void {
    this.#validity.clear()
    this.#offsets.words[0] = 0
    this.#used = 0
  }
}

/** Lists and maps: their items' row numbers are written out and handed to the item's builder. */
class ListBuilder implements Builder {
  readonly #validity = new Bits()
  readonly #offsets = new Growing()
  readonly #item: Builder
  #items = 0

  constructor(item: Layout) {
    this.#item = makeBuilder(item)
  }

  append(chunk: Chunk, rows: Int32Array, from: number, to: number, holes: boolean): void {
    const start = this.#validity.length
    this.#validity.append(chunk.validity, rows, from, to, holes)
    this.#offsets.reserve((start + to - from + 1) * 4)
    const offsets = this.#offsets.words
    const inner: number[] = []
    for (let i = from, at = start; i < to; i++) {
      const row = rows[i] as number
      if (isValid(chunk.validity, row)) {
        const end = chunk.offsets[row + 1] as number
        for (let item = chunk.offsets[row] as number; item < end; item++) inner.push(item)
      }
      offsets[++at] = this.#items + inner.length
    }
    offsets[0] = 0
    this.#items += inner.length
    appendChild(this.#item, chunk.children[0], Int32Array.from(inner), false)
  }

  bytes(): number {
    return this.#item.bytes() + this.#validity.length * 4
  }

  writeTo(sink: BatchSink): void {
    this.#validity.writeTo(sink)
    addBuffer(sink, this.#offsets.bytes.subarray(0, (this.#validity.length + 1) * 4))
    this.#item.writeTo(sink)
  }

  clear(): void {
    this.#validity.clear()
    this.#offsets.words[0] = 0
    this.#items = 0
    this.#item.clear()
  }
}

class ArrayBuilder implements Builder {
  readonly #validity = new Bits()
  readonly #item: Builder
  readonly #size: number

  constructor(item: Layout, size: number) {
    this.#item = makeBuilder(item)
    this.#size = size
  }

  append(chunk: Chunk, rows: Int32Array, from: number, to: number, holes: boolean): void {
    const nulls = this.#validity.append(chunk.validity, rows, from, to, holes)
    const size = this.#size
    const inner = new Int32Array((to - from) * size)
    for (let i = from, at = 0; i < to; i++) {
      const row = rows[i] as number
      const valid = isValid(chunk.validity, row)
      for (let item = 0; item < size; item++) inner[at++] = valid ? row * size + item : -1
    }
    appendChild(this.#item, chunk.children[0], inner, nulls)
  }

  bytes(): number {
    return this.#item.bytes()
  }

  writeTo(sink: BatchSink): void {
    this.#validity.writeTo(sink)
    this.#item.writeTo(sink)
  }

  clear(): void {
    this.#validity.clear()
    this.#item.clear()
  }
}

class StructBuilder implements Builder {
  readonly #validity = new Bits()
  readonly #fields: readonly Builder[]

  constructor(fields: readonly Layout[]) {
    this.#fields = fields.map(makeBuilder)
  }

  append(chunk: Chunk, rows: Int32Array, from: number, to: number, holes: boolean): void {
    const nulls = this.#validity.append(chunk.validity, rows, from, to, holes)
    const inner = nulls
      ? rows.slice(from, to).map((row) => (isValid(chunk.validity, row) ? row : -1))
      : rows.subarray(from, to)
    for (const [i, field] of this.#fields.entries()) appendChild(field, chunk.children[i], inner, nulls)
  }

  bytes(): number {
    return this.#fields.reduce((sum, field) => sum + field.bytes(), 0)
  }

  writeTo(sink: BatchSink): void {
    this.#validity.writeTo(sink)
    for (const field of this.#fields) field.writeTo(sink)
  }

  clear(): void {
    this.#validity.clear()
    for (const field of this.#fields) field.clear()
  }
}

class UnionBuilder implements Builder {
  readonly #types = new Growing()
  readonly #members: readonly Builder[]
  #length = 0

  constructor(members: readonly Layout[]) {
    this.#members = members.map(makeBuilder)
  }

  append(chunk: Chunk, rows: Int32Array, from: number, to: number, holes: boolean): void {
    this.#types.reserve(this.#length + to - from)
    const inner = rows.slice(from, to)
    for (const row of inner) this.#types.bytes[this.#length++] = row < 0 ? 0 : (chunk.values[row] as number)
    for (const [i, member] of this.#members.entries()) appendChild(member, chunk.children[i], inner, holes)
  }

  bytes(): number {
    return this.#members.reduce((sum, member) => sum + member.bytes(), this.#length)
  }

  writeTo(sink: BatchSink): void {
    sink.nodes.push({ length: this.#length, nulls: 0 })
    addBuffer(sink, this.#types.bytes.subarray(0, this.#length))
    for (const member of this.#members) member.writeTo(sink)
  }

  clear(): void {
    this.#length = 0
    for (const member of this.#members) member.clear()
  }
}

function appendChild(builder: Builder, chunk: Chunk | undefined, rows: Int32Array, holes: boolean): void {
  if (chunk === undefined) throw new Error("the engine's result lacks a nested column")
  builder.append(chunk, rows, 0, rows.length, holes)
}
