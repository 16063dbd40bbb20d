/** The thread that makes segments of the text pool, then pieces of tables, one message after the other. */
import { parentPort, workerData } from "node:worker_threads"
import type { Rows } from "./columns.ts"
import type { FromWorker, Setup, ToWorker } from "./messages.ts"
import { LINES_MAX } from "./tables/lines.ts"
import { TABLE, type TpchTable } from "./tables/table.ts"
import { fillSegment } from "./text-pool.ts"
import { ByteSink } from "./write/byte-sink.ts"
import { DelimitedWriter } from "./write/delimited.ts"
import { ColumnChunkWriter } from "./write/parquet/column-chunk.ts"

const setup: Setup = workerData
const pool = new Uint8Array(setup.pool)
const chunks = new ColumnChunkWriter(pool)

/** Tables come one after the other: only the current one's columns are kept. */
let current: { readonly table: TpchTable; readonly rows: Rows; readonly text: DelimitedWriter | undefined } | undefined

function rowsFor(table: TpchTable): NonNullable<typeof current> {
  if (current?.table === table) return current
  // a piece of lineitem may begin and end within an order
  const room = setup.pieceRows + 2 * LINES_MAX
  const rows = TABLE[table].rows({ scale: setup.scale, pool }, room)
  const { format } = setup
  const text = format === "parquet" ? undefined : new DelimitedWriter(format, rows.columns, TABLE[table].schema, pool)
  current = { table, rows, text }
  return current
}

function answer(message: ToWorker): FromWorker {
  if (message.kind === "segment") {
    fillSegment(pool, message.index)
    return { kind: "filled" }
  }
  const { table, first, units, skip, rows: count } = message.piece
  const { rows, text } = rowsFor(table)
  rows.make(first, units)
  const sink = new ByteSink(message.spare === undefined ? undefined : new Uint8Array(message.spare))
  if (text !== undefined) {
    sink.length = text.write(sink.room(text.rowBytesMax * count), skip, skip + count)
    return { kind: "made", bytes: sink.bytes.buffer, length: sink.length, chunks: [] }
  }
  const { schema } = TABLE[table]
  const facts = rows.columns.map((column, at) => chunks.write(sink, column, schema[at]!, skip, skip + count))
  return { kind: "made", bytes: sink.bytes.buffer, length: sink.length, chunks: facts }
}

parentPort?.on("message", (message: ToWorker) => {
  const reply = answer(message)
  parentPort?.postMessage(reply, reply.kind === "made" ? [reply.bytes] : [])
})
