import { MessageReader } from "apache-arrow"
import * as Schema from "effect/Schema"
import { initSync, readParquet } from "parquet-wasm/esm/parquet_wasm.js"
import { SourceError } from "../../errors.ts"
import type { DecodedBatch, DecodedColumn, SplitBytes, SplitDecoder } from "../source.ts"
import { assembleFile } from "./assemble.ts"
import { convertStream } from "./convert.ts"
import { ParquetLayout } from "./layout.ts"
import type { LayoutColumn } from "./layout.ts"
import { loadParquetModule } from "./module.ts"
import { reason } from "./reason.ts"
import { shapeOfColumn, shapesOfSchema } from "./shape.ts"

/** Uncompressed bytes that one Arrow stream holds: a larger split becomes several, so that no copy of one is large. */
const STREAM_BYTES_TARGET = 64 * 1024 * 1024
/** Rows in one Arrow stream. A dictionary hides how long its strings are, so bytes alone do not bound a stream. */
const STREAM_ROWS_MAX = 256 * 1024
/** A stream whose strings pass Arrow's 2 GiB is read again with half the rows, so many times. */
const HALVINGS_MAX = 8

const decodeLayout = Schema.decodeUnknownSync(ParquetLayout)

/**
 * After a trap the instance still answers, but what it had allocated is lost and its stack has shrunk. The split that
 * trapped is reported as damaged; the next one throws, so that the thread is replaced.
 */
const instance = { trapped: false }

/** For a thread that may read the installed package. */
export const parquetDecoder: SplitDecoder = parquetDecoderWith(loadParquetModule)

/** Decodes by parquet-wasm. A thread without files is sent the compiled module and gives it here. */
export function parquetDecoderWith(load: () => Promise<WebAssembly.Module>): SplitDecoder {
  return {
    kind: "parquet",
    prepare: async () => {
      initSync({ module: await load() })
    },
    decode: decodeSplit,
  }
}

function* decodeSplit(split: SplitBytes, wanted: readonly DecodedColumn[]): Generator<DecodedBatch> {
  if (instance.trapped) {
    throw new WebAssembly.RuntimeError("the Parquet decoder of this thread is unusable after an earlier trap")
  }
  const layout = decodeLayout(split.layout)
  const asked: ParquetLayout = { ...layout, columns: wanted.map((column) => findColumn(split, layout, column)) }
  try {
    yield* decodeColumns(asked, split.buffers)
  } catch (cause) {
    if (cause instanceof WebAssembly.RuntimeError) instance.trapped = true
    throw failure(split, asked, cause)
  }
}

function findColumn(split: SplitBytes, layout: ParquetLayout, wanted: DecodedColumn): LayoutColumn {
  const column = layout.columns.find((candidate) => candidate.name === wanted.name)
  if (column === undefined) throw new Error(`column "${wanted.name}" of "${split.file}" was not fetched`)
  return column
}

function* decodeColumns(layout: ParquetLayout, buffers: readonly ArrayBuffer[]): Generator<DecodedBatch> {
  const file = assembleFile(layout, buffers)
  const shapes = layout.columns.map(shapeOfColumn).join("; ")
  const leaves = layout.columns.flatMap((column) => column.elements.filter((element) => element.physical !== undefined))
  const conversions = leaves.map((leaf) => leaf.conversion)
  const chunks = layout.columns.flatMap((column) => column.chunks)
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.uncompressedBytes, 0)
  let rowsAtOnce = Math.min(
    STREAM_ROWS_MAX,
    Math.ceil(layout.rows / Math.max(1, Math.ceil(bytes / STREAM_BYTES_TARGET))),
  )
  let halvings = 0
  let done = 0
  while (done < layout.rows) {
    const rows = Math.min(rowsAtOnce, layout.rows - done)
    let ipc: Uint8Array
    try {
      ipc = readRows(file, done, rows)
    } catch (cause) {
      if (!/overflow/i.test(reason(cause)) || rows === 1 || halvings === HALVINGS_MAX) throw cause
      rowsAtOnce = Math.ceil(rows / 2)
      halvings++
      continue
    }
    const schema = new MessageReader(ipc).readSchema()
    const found = schema === null || schema === undefined ? "" : shapesOfSchema(schema).join("; ")
    if (found !== shapes) throw new Error(`its pages hold ${found}, its schema says ${shapes}`)
    yield { ipc: convertStream(ipc, conversions), rows }
    done += rows
  }
}

/** Rows `offset` to `offset + rows` as one Arrow stream of one batch. Arrow's own types and memory never leave here. */
function readRows(file: Uint8Array, offset: number, rows: number): Uint8Array {
  const table = readParquet(file, { batchSize: rows, offset, limit: rows })
  // `intoIPCStream` frees the table; until then a failure must.
  let owned = true
  try {
    const batches = table.recordBatches()
    const found = batches.reduce((sum, batch) => sum + batch.numRows, 0)
    for (const batch of batches) batch.free()
    if (found !== rows) throw new Error(`its pages hold ${offset + found} rows, its metadata says ${offset + rows}`)
    owned = false
    return table.intoIPCStream()
  } finally {
    if (owned) table.free()
  }
}

/** Names the column: each is decoded alone until one fails. */
function failure(split: SplitBytes, layout: ParquetLayout, cause: unknown): SourceError {
  for (const column of layout.columns) {
    try {
      for (const _ of decodeColumns({ ...layout, columns: [column] }, split.buffers)) continue
    } catch (own) {
      return sourceError(`column "${column.name}" of "${split.file}"`, split, layout, own)
    }
  }
  return sourceError(`"${split.file}"`, split, layout, cause)
}

function sourceError(what: string, { file }: SplitBytes, { rowGroup }: ParquetLayout, cause: unknown): SourceError {
  const { found, hint } = explained(cause)
  return new SourceError({ message: `cannot read ${what}: row group ${rowGroup}: ${found}`, path: file, hint })
}

/** parquet-wasm's own words without its prefixes, where they say enough. */
function explained(cause: unknown): { readonly found: string; readonly hint: string } {
  const hint = "Copy or write the file again; the other columns and row groups can still be read."
  if (cause instanceof WebAssembly.RuntimeError) {
    return { found: "its pages are damaged, or too large for the decoder's memory", hint }
  }
  const words = reason(cause).replace(/^(?:Parquet argument error: |Parquet error: |External: |EOF: )+/, "")
  if (words === "Error strings stripped") return { found: "its compressed data is damaged", hint }
  if (/^('min_delta' too large|first value too large|Invalid delta bit width)/.test(words)) {
    return {
      found: "its 32-bit numbers are encoded with DELTA_BINARY_PACKED in more than 32 bits",
      hint: "Write the file again with data pages of version 1.",
    }
  }
  return { found: words, hint }
}
