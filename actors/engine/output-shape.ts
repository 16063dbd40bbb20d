import * as arrow from "apache-arrow"
import { ExchangeError } from "../errors.ts"
import { END_OF_STREAM } from "./flat-message.ts"
import { layoutOf } from "./layout.ts"
import type { EngineTask } from "./messages.ts"
import type { OutputShape } from "./partitioner.ts"

/**
 * What a task's result looks like, from the schema message that DuckDB opens it with. Throws ExchangeError when the
 * statement does not yield what the task promised, UnknownLayout for a type that cannot move.
 */
export function outputShape(message: Uint8Array, task: EngineTask): OutputShape {
  const { columns, partitions, batchBytesTarget } = task
  const { fields } = readSchema(message)
  const expected = columns.length + (partitions > 0 ? 1 : 0)
  if (fields.length !== expected) {
    throw new ExchangeError({ message: `the statement yields ${fields.length} columns instead of ${expected}` })
  }
  const last = fields.at(-1)
  if (partitions > 0 && !(arrow.DataType.isInt(last?.type) && last.type.bitWidth === 32)) {
    throw new ExchangeError({ message: `the partition column is ${String(last?.type)} instead of INTEGER` })
  }
  // Names are the task's: DuckDB's own change with the expression, and a batch's bytes should not.
  const named = fields
    .slice(0, columns.length)
    .map((field, i) => new arrow.Field(columns[i]?.name ?? field.name, field.type, true, field.metadata))
  return {
    columns: named.map((field) => layoutOf(field.type)),
    schema: schemaMessage(new arrow.Schema(named)),
    partitions,
    batchBytesTarget,
  }
}

function readSchema(message: Uint8Array): arrow.Schema {
  const stream = new Uint8Array(message.byteLength + END_OF_STREAM.byteLength)
  stream.set(message)
  stream.set(END_OF_STREAM, message.byteLength)
  return arrow.RecordBatchReader.from(stream).open().schema
}

/** The first message of an IPC stream: FF FF FF FF, the metadata's length, the metadata. */
function schemaMessage(schema: arrow.Schema): Uint8Array {
  const stream = arrow.tableToIPC(new arrow.Table(schema), "stream")
  const length = new DataView(stream.buffer, stream.byteOffset).getInt32(4, true)
  return stream.slice(0, 8 + length)
}
