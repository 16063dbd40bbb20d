import * as arrow from "apache-arrow"
import { END_OF_STREAM, recordBatchHeaderBytes, writeRecordBatchHeader } from "../../../engine/flat-message.ts"
import type { BufferPlace, FieldNode } from "../../../engine/flat-message.ts"
import { FixedValues } from "./dense.ts"
import { expandFixed, textBytes, writeSameLength, writeTexts } from "./expand.ts"
import { tooManyBytes } from "./limits.ts"
import type { Rooms } from "./rooms.ts"
import type { CodesVector, Vector } from "./vector.ts"

/** The first message of a stream: FF FF FF FF, the metadata's length, the metadata. */
export function schemaMessage(fields: readonly arrow.Field[]): Uint8Array {
  const stream = arrow.tableToIPC(new arrow.Table(new arrow.Schema([...fields])), "stream")
  const length = new DataView(stream.buffer, stream.byteOffset).getInt32(4, true)
  return stream.slice(0, 8 + length)
}

/**
 * One Arrow stream of one batch. Codes are looked up on their way into it, so that a dictionary's values are written
 * once. Throws BatchTooLarge where a column's texts are more than `bytesMax`. With `rooms` the stream is good only until
 * they are taken back.
 */
export function arrowStream(
  schema: Uint8Array,
  columns: readonly Vector[],
  rows: number,
  bytesMax: number,
  rooms?: Rooms,
): Uint8Array {
  const body = new Body(bytesMax)
  for (const column of columns) body.add(column)
  const { nodes, buffers, length, writers } = body
  const start = schema.byteLength + recordBatchHeaderBytes(nodes.length, buffers.length)
  const total = start + length + END_OF_STREAM.byteLength
  const stream = rooms === undefined ? new Uint8Array(total) : lentBytes(rooms, total)
  stream.set(schema)
  writeRecordBatchHeader(stream, schema.byteLength, rows, nodes, buffers, length)
  const bytes = new Uint8Array(stream.buffer, start, length)
  const words = new Int32Array(stream.buffer, start, length >> 2)
  for (const write of writers) write(bytes, words)
  stream.set(END_OF_STREAM, start + length)
  return stream
}

function lentBytes(rooms: Rooms, length: number): Uint8Array {
  const words = rooms.lend(Math.ceil(length / 4))
  return new Uint8Array(words.buffer, words.byteOffset, length)
}

const ALIGNMENT_BYTES = 8

/** Places are given first, so that the whole stream is allocated once. */
class Body {
  readonly nodes: FieldNode[] = []
  readonly buffers: BufferPlace[] = []
  readonly writers: ((bytes: Uint8Array, words: Int32Array) => void)[] = []
  length = 0
  readonly #bytesMax: number

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  add(vector: Vector): void {
    const { rows, nulls, validity } = vector
    this.nodes.push({ length: rows, nulls })
    if (validity === undefined) this.#place(0)
    else this.#copy(validity.subarray(0, (rows + 7) >> 3))
    switch (vector._tag) {
      case "fixed":
        return this.#copy(vector.bytes)
      case "bits":
        return this.#copy(vector.bits)
      case "texts":
        this.#copy(bytesOf(vector.offsets))
        return this.#copy(vector.bytes)
      case "codes":
        return this.#lookUp(vector)
      case "list":
        this.#copy(bytesOf(vector.offsets))
        return this.add(vector.item)
      case "struct":
        for (const field of vector.fields) this.add(field)
        return
    }
  }

  #lookUp({ rows, nulls, codes, dictionary: { values, length } }: CodesVector): void {
    if (values instanceof FixedValues) {
      const at = this.#place(rows * values.width)
      // Buffers are aligned to eight bytes, so a view of the one at hand is a multiple of any narrower width.
      this.writers.push((bytes, words) => {
        expandFixed(codes, rows, values, words.subarray(at >> 2), bytes.subarray(at), 0)
      })
      return
    }
    const sameLength = nulls === 0 ? length : undefined
    const total = sameLength === undefined ? textBytes(codes, rows, values) : rows * sameLength
    if (total > this.#bytesMax) throw tooManyBytes(total)
    const offsets = this.#place((rows + 1) * 4)
    const at = this.#place(total)
    this.writers.push((bytes, words) => {
      const places = words.subarray(offsets >> 2)
      places[0] = 0
      const out = bytes.subarray(at, at + total)
      if (sameLength === undefined) writeTexts(codes, rows, values, places, out)
      else writeSameLength(codes, rows, values.bytes, sameLength, places, out)
    })
  }

  #copy(content: Uint8Array): void {
    const at = this.#place(content.byteLength)
    this.writers.push((bytes) => bytes.set(content, at))
  }

  #place(length: number): number {
    const offset = this.length
    this.buffers.push({ offset, length })
    this.length += Math.ceil(length / ALIGNMENT_BYTES) * ALIGNMENT_BYTES
    return offset
  }
}

const bytesOf = (words: Int32Array): Uint8Array => new Uint8Array(words.buffer, words.byteOffset, words.byteLength)
