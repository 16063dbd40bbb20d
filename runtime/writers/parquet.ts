import {
  type DataType,
  Field,
  makeData,
  RecordBatch,
  RecordBatchReader,
  Schema,
  Struct,
  Table as ArrowTable,
  tableToIPC,
} from "apache-arrow"
import {
  Compression,
  initSync,
  type RecordBatch as WasmBatch,
  Table,
  transformParquetStream,
  WriterPropertiesBuilder,
} from "parquet-wasm/esm/parquet_wasm.js"
import { loadParquetModule } from "./parquet-module.ts"
import { arrowType } from "../formats/arrow-type.ts"
import type { Format, FormatTarget, ResultWriter, Sink } from "../formats/format.ts"
import { ownBytes } from "../formats/text-batch.ts"
import { parquetForm, storedForm } from "../../planner/types/stored.ts"

/** Rows of a row group, as DuckDB writes them. */
export const ROW_GROUP_ROWS = 122_880

export const COMPRESSIONS = {
  uncompressed: Compression.UNCOMPRESSED,
  snappy: Compression.SNAPPY,
  gzip: Compression.GZIP,
  zstd: Compression.ZSTD,
  brotli: Compression.BROTLI,
  lz4_raw: Compression.LZ4_RAW,
} as const
export type ParquetCompression = keyof typeof COMPRESSIONS

export interface ParquetOptions {
  readonly form: "parquet" | "stored"
  readonly compression: ParquetCompression
  readonly rowGroupRows: number
}

/** One Parquet file, written as its rows come: a row group is encoded as soon as it is full. */
export function parquetFormat(options: ParquetOptions): Format {
  return { form: options.form, open: (target) => openWriter(target, options) }
}

function openWriter({ columns, sink }: FormatTarget, options: ParquetOptions): ResultWriter {
  const types = columns.map(({ type }) => arrowType((options.form === "stored" ? storedForm : parquetForm)(type).type))
  const batches = new TransformStream<WasmBatch, WasmBatch>()
  const writer = batches.writable.getWriter()
  const written = prepared().then(() => pump(batches.readable, sink, options))
  // Whoever waits for a batch or for the end hears of it.
  written.catch((error: unknown) => writer.abort(error).catch(() => undefined))
  writer.closed.catch(() => undefined)
  let rows = 0
  const give = async (batch: RecordBatch): Promise<void> => {
    await prepared()
    const named = withNames(batch, columns)
    for (const each of Table.fromIPCStream(tableToIPC(new ArrowTable([named]), "stream")).recordBatches()) {
      await Promise.race([writer.write(each), written])
    }
  }
  return {
    batch: async ({ ipc }) => {
      for (const batch of RecordBatchReader.from(ownBytes(ipc))) {
        rows += batch.numRows
        if (batch.numRows > 0) await give(batch)
      }
    },
    end: async () => {
      // A file without rows has its schema all the same.
      if (rows === 0) await give(emptyBatch(types))
      await Promise.race([writer.close(), written])
      await written
    },
  }
}

async function pump(batches: ReadableStream<WasmBatch>, sink: Sink, options: ParquetOptions): Promise<void> {
  const properties = new WriterPropertiesBuilder()
    .setCreatedBy("skein")
    .setCompression(COMPRESSIONS[options.compression])
    .setMaxRowGroupSize(options.rowGroupRows)
    .build()
  const stream: ReadableStream<Uint8Array> = await transformParquetStream(batches, properties)
  for await (const bytes of stream) await sink.write(bytes)
}

let ready: Promise<void> | undefined

/** The encoder is loaded when the first file is written. */
function prepared(): Promise<void> {
  ready ??= loadParquetModule().then((module) => {
    initSync({ module })
  })
  return ready
}

/** The same with a module that is compiled already: a thread need not do it again. */
export function useParquetModule(module: WebAssembly.Module): void {
  initSync({ module })
  ready = Promise.resolve()
}

/** The engine's columns have names of its own. */
function withNames(batch: RecordBatch, columns: FormatTarget["columns"]): RecordBatch {
  const fields = batch.schema.fields.map(({ type }, i) => new Field(columns[i]?.name ?? "", type, true))
  const { children } = batch.data
  const data = makeData({ type: new Struct(fields), length: batch.numRows, nullCount: 0, children })
  return new RecordBatch(new Schema(fields), data)
}

function emptyBatch(types: readonly DataType[]): RecordBatch {
  const fields = types.map((type, i) => new Field(`c${i}`, type, true))
  const children = types.map((type) => makeData({ type, length: 0 }))
  return new RecordBatch(new Schema(fields), makeData({ type: new Struct(fields), length: 0, nullCount: 0, children }))
}
