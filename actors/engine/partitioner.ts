import { crc32 } from "node:zlib"
import { ExchangeError } from "../errors.ts"
import type { Builder } from "./builder.ts"
import { emptySink, makeBuilder } from "./builder.ts"
import { END_OF_STREAM, readRecordBatch, recordBatchHeaderBytes, writeRecordBatchHeader } from "./flat-message.ts"
import type { Layout } from "./layout.ts"
import { ChunkReader } from "./layout.ts"
import type { BatchBytes } from "./messages.ts"

export interface OutputShape {
  /** The output's columns; with `partitions` the result has one more, last. */
  readonly columns: readonly Layout[]
  /** The Arrow schema message that opens every batch's stream. */
  readonly schema: Uint8Array
  /** 0: no partition column. */
  readonly partitions: number
  readonly batchBytesTarget: number
}

/**
 * Scatters a result's chunks over partitions in one pass, and cuts each partition into batches.
 *
 *   chunk: a b p            order by p, stable       partition 0: x,1  z,3
 *          x 1 0              rows 0 2 | 1     →     partition 1: y,2
 *          y 2 1
 *          z 3 0
 */
export class Partitioner {
  readonly #shape: OutputShape
  readonly #partitions: readonly Partition[]
  readonly #deliver: (partition: number, sequence: number, batch: BatchBytes) => void
  #order: Int32Array = new Int32Array(0)
  readonly #starts: Int32Array

  constructor(shape: OutputShape, deliver: (partition: number, sequence: number, batch: BatchBytes) => void) {
    this.#shape = shape
    this.#deliver = deliver
    this.#partitions = Array.from({ length: Math.max(1, shape.partitions) }, () => new Partition(shape))
    this.#starts = new Int32Array(this.#partitions.length + 1)
  }

  /** `message` is one record batch as DuckDB streams it. Delivers the batches that became full. */
  add(message: Uint8Array): void {
    const { rows, nodes, buffers } = readRecordBatch(message)
    if (rows === 0) return
    const reader = new ChunkReader(message, nodes, buffers)
    const chunks = this.#shape.columns.map((layout) => reader.read(layout))
    if (this.#shape.partitions === 0) this.#orderAsIs(rows)
    else this.#orderByPartition(reader, rows)
    for (const [i, partition] of this.#partitions.entries()) {
      const from = this.#starts[i] as number
      const to = this.#starts[i + 1] as number
      if (from === to) continue
      for (const [c, chunk] of chunks.entries()) partition.builders[c]?.append(chunk, this.#order, from, to, false)
      partition.rows += to - from
      if (partition.bytes() >= this.#shape.batchBytesTarget) this.#flush(i, partition)
    }
  }

  /** Delivers what is left. A partition without rows has no batch. */
  finish(): void {
    for (const [i, partition] of this.#partitions.entries()) if (partition.rows > 0) this.#flush(i, partition)
  }

  partitionRows(): number[] {
    return this.#partitions.map((partition) => partition.delivered)
  }

  #orderAsIs(rows: number): void {
    if (this.#order.length < rows) this.#order = Int32Array.from({ length: rows }, (_, row) => row)
    this.#starts[1] = rows
  }

  /** A counting sort: stable, so that every partition keeps the result's order. */
  #orderByPartition(reader: ChunkReader, rows: number): void {
    const column = reader.read(PARTITION_LAYOUT)
    if (column.validity !== undefined) throw new ExchangeError({ message: "the partition column holds a NULL" })
    const numbers = column.words
    const count = this.#partitions.length
    const starts = this.#starts.fill(0)
    for (let row = 0; row < rows; row++) {
      const partition = numbers[row] as number
      if (partition < 0 || partition >= count) {
        throw new ExchangeError({ message: `the partition column holds ${partition} of ${count}` })
      }
      starts[partition + 1] = (starts[partition + 1] as number) + 1
    }
    for (let i = 1; i <= count; i++) starts[i] = (starts[i] as number) + (starts[i - 1] as number)
    if (this.#order.length < rows) this.#order = new Int32Array(rows)
    const next = starts.slice(0, count)
    for (let row = 0; row < rows; row++) {
      const partition = numbers[row] as number
      const at = next[partition] as number
      this.#order[at] = row
      next[partition] = at + 1
    }
  }

  #flush(number: number, partition: Partition): void {
    this.#deliver(number, partition.sequence++, partition.take())
  }
}

const PARTITION_LAYOUT: Layout = { _tag: "fixed", width: 4 }

class Partition {
  readonly builders: readonly Builder[]
  rows = 0
  delivered = 0
  sequence = 0
  readonly #schema: Uint8Array

  constructor(shape: OutputShape) {
    this.builders = shape.columns.map(makeBuilder)
    this.#schema = shape.schema
  }

  bytes(): number {
    let bytes = 0
    for (const builder of this.builders) bytes += builder.bytes()
    return bytes
  }

  /** One Arrow IPC stream of the collected rows, in shared memory; the builders start again. */
  take(): BatchBytes {
    const sink = emptySink()
    for (const builder of this.builders) builder.writeTo(sink)
    const header = recordBatchHeaderBytes(sink.nodes.length, sink.buffers.length)
    const body = this.#schema.byteLength + header
    const end = body + sink.bodyBytes
    const bytes = new Uint8Array(new SharedArrayBuffer(end + END_OF_STREAM.byteLength))
    bytes.set(this.#schema)
    writeRecordBatchHeader(bytes, this.#schema.byteLength, this.rows, sink.nodes, sink.buffers, sink.bodyBytes)
    for (const [i, place] of sink.buffers.entries()) bytes.set(sink.contents[i] ?? END_OF_STREAM, body + place.offset)
    bytes.set(END_OF_STREAM, end)
    const rows = this.rows
    this.delivered += rows
    this.rows = 0
    for (const builder of this.builders) builder.clear()
    return { bytes, rows, checksum: crc32(bytes) }
  }
}
