/**
 * The metadata of an Arrow IPC record batch message, read and written directly: a batch is 2,048 rows when it leaves
 * DuckDB, and building objects for each would cost as much as moving its values.
 *
 *   FF FF FF FF | metadata length | flatbuffer: Message → RecordBatch { length, nodes[], buffers[] } | body
 */
export interface RecordBatchMessage {
  readonly rows: number
  /** Per field, depth first: length, null count. */
  readonly nodes: readonly FieldNode[]
  /** Per buffer, in field order: where it stands in the message, bytes. */
  readonly buffers: readonly BufferPlace[]
}

export interface FieldNode {
  readonly length: number
  readonly nulls: number
}

export interface BufferPlace {
  readonly offset: number
  readonly length: number
}

export const END_OF_STREAM: Uint8Array = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0)

const CONTINUATION = 0xffffffff
const PREFIX_BYTES = 8
const METADATA_V5 = 4
const RECORD_BATCH = 3

/** `message` is one encapsulated record batch message; anything else is a defect of the engine's build. */
export function readRecordBatch(message: Uint8Array): RecordBatchMessage {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  if (view.getUint32(0, true) !== CONTINUATION) throw new Error("the engine's result is not an Arrow message")
  const body = PREFIX_BYTES + view.getInt32(4, true)
  const root = PREFIX_BYTES + view.getUint32(PREFIX_BYTES, true)
  const kind = view.getUint8(fieldAt(view, root, 1))
  if (kind !== RECORD_BATCH) throw new Error(`the engine's result holds an Arrow message of kind ${kind}`)
  const header = fieldAt(view, root, 2)
  const batch = header + view.getUint32(header, true)
  if (hasField(view, batch, 3)) throw new Error("the engine's result is compressed")
  const rows = Number(view.getBigInt64(fieldAt(view, batch, 0), true))
  const nodes = readPairs(view, batch, 1, (length, nulls) => ({ length, nulls }))
  const buffers = readPairs(view, batch, 2, (offset, length) => ({ offset: body + offset, length }))
  return { rows, nodes, buffers }
}

/** A vector of structs of two 64-bit integers. */
function readPairs<T>(view: DataView, table: number, field: number, make: (a: number, b: number) => T): T[] {
  if (!hasField(view, table, field)) return []
  const reference = fieldAt(view, table, field)
  const vector = reference + view.getUint32(reference, true)
  const count = view.getUint32(vector, true)
  const pairs: T[] = []
  for (let i = 0; i < count; i++) {
    const at = vector + 4 + i * 16
    pairs.push(make(readSmall64(view, at), readSmall64(view, at + 8)))
  }
  return pairs
}

/** Lengths and offsets stay below 2^53. */
function readSmall64(view: DataView, at: number): number {
  return view.getInt32(at + 4, true) * 0x100000000 + view.getUint32(at, true)
}

function fieldOffset(view: DataView, table: number, field: number): number {
  const vtable = table - view.getInt32(table, true)
  const slot = 4 + field * 2
  return slot < view.getUint16(vtable, true) ? view.getUint16(vtable + slot, true) : 0
}

function hasField(view: DataView, table: number, field: number): boolean {
  return fieldOffset(view, table, field) !== 0
}

function fieldAt(view: DataView, table: number, field: number): number {
  const offset = fieldOffset(view, table, field)
  if (offset === 0) throw new Error(`the engine's result lacks field ${field} of its Arrow message`)
  return table + offset
}

/**
 * Where a message's parts stand. Every table is laid out by hand:
 *
 *   0 root → 16 | 4 vtable of Message | 16 Message | 40 vtable of RecordBatch | 56 RecordBatch | 76 nodes | … buffers
 */
export function recordBatchHeaderBytes(nodes: number, buffers: number): number {
  return PREFIX_BYTES + 88 + 16 * nodes + 16 * buffers
}

/** Writes prefix and metadata at `at`; the body follows. Buffer offsets count from the body's start. */
export function writeRecordBatchHeader(
  bytes: Uint8Array,
  at: number,
  rows: number,
  nodes: readonly FieldNode[],
  buffers: readonly BufferPlace[],
  bodyBytes: number,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, recordBatchHeaderBytes(nodes.length, buffers.length))
  view.setUint32(0, CONTINUATION, true)
  view.setInt32(4, view.byteLength - PREFIX_BYTES, true)
  const base = PREFIX_BYTES
  view.setUint32(base, 16, true)
  // The vtable of Message: its bytes, the table's bytes, then where version, header type, header and body length stand.
  for (const [i, value] of [12, 20, 16, 18, 4, 8].entries()) view.setUint16(base + 4 + i * 2, value, true)
  view.setInt32(base + 16, 12, true)
  view.setUint32(base + 20, 56 - 20, true)
  view.setBigInt64(base + 24, BigInt(bodyBytes), true)
  view.setInt16(base + 32, METADATA_V5, true)
  view.setUint8(base + 34, RECORD_BATCH)
  // The vtable of RecordBatch: its bytes, the table's bytes, then where length, nodes and buffers stand.
  for (const [i, value] of [10, 20, 8, 4, 16].entries()) view.setUint16(base + 40 + i * 2, value, true)
  view.setInt32(base + 56, 16, true)
  view.setUint32(base + 60, 76 - 60, true)
  view.setBigInt64(base + 64, BigInt(rows), true)
  const bufferVector = 84 + 16 * nodes.length
  view.setUint32(base + 72, bufferVector - 72, true)
  view.setUint32(base + 76, nodes.length, true)
  for (const [i, node] of nodes.entries()) {
    writeSmall64(view, base + 80 + i * 16, node.length)
    writeSmall64(view, base + 88 + i * 16, node.nulls)
  }
  view.setUint32(base + bufferVector, buffers.length, true)
  for (const [i, place] of buffers.entries()) {
    writeSmall64(view, base + bufferVector + 4 + i * 16, place.offset)
    writeSmall64(view, base + bufferVector + 12 + i * 16, place.length)
  }
}

function writeSmall64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % 0x100000000, true)
  view.setInt32(at + 4, Math.floor(value / 0x100000000), true)
}

/** Whether an IPC stream ends with its end marker. DuckDB inserts nothing of a stream without one, and says nothing. */
export function hasEndOfStream(stream: Uint8Array): boolean {
  const start = stream.byteLength - END_OF_STREAM.byteLength
  return start >= 0 && END_OF_STREAM.every((byte, i) => stream[start + i] === byte)
}
