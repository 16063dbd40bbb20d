import {
  type DataType,
  Field,
  makeData,
  RecordBatch,
  RecordBatchReader,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  type TypeMap,
} from "apache-arrow"
import { arrowType } from "./arrow-type.ts"
import type { Format } from "./format.ts"
import { ownBytes } from "./text-batch.ts"

/**
 * The whole result as one Arrow IPC stream. What arrives is a stream a batch, with the engine's own column names:
 *
 *   schema, batch, end; schema, batch, end   →   schema with the query's names, batch, batch, end
 *
 * The types are those of the first batch; without any batch they follow from DuckDB's types.
 */
export const arrowFormat: Format = {
  form: "arrow",
  open: ({ columns, sink }) => {
    let started = false
    const start = async (types: readonly DataType[]): Promise<void> => {
      started = true
      const fields = columns.map((column, i) => new Field(column.name, types[i] ?? arrowType(column.type), true))
      await sink.write(withoutEnd(streamOf(new Schema(fields), [])))
    }
    return {
      batch: async ({ ipc }) => {
        for (const batch of RecordBatchReader.from(ownBytes(ipc))) {
          const types = batch.schema.fields.map((field) => field.type)
          if (!started) await start(types)
          if (batch.numRows > 0) await sink.write(batchMessages(batch, types))
        }
      },
      end: async () => {
        if (!started) await start([])
        await sink.write(END_MARK)
      },
    }
  },
}

/** A batch as it stands in a stream, between the schema and the end. Names stand in the schema only. */
function batchMessages(batch: RecordBatch, types: readonly DataType[]): Uint8Array {
  // Numbered, because the library takes columns of the same name for one. All may hold NULL, as the stream declares.
  const fields = types.map((type, i) => new Field(String(i), type, true))
  const schema = new Schema(fields)
  const data = makeData({
    type: new Struct(fields),
    length: batch.numRows,
    nullCount: 0,
    children: batch.data.children,
  })
  const head = withoutEnd(streamOf(schema, [])).length
  return withoutEnd(streamOf(schema, [new RecordBatch(schema, data)])).subarray(head)
}

const END_MARK = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0)

function streamOf(schema: Schema, batches: readonly RecordBatch[]): Uint8Array {
  const writer = new RecordBatchStreamWriter<TypeMap>()
  writer.reset(undefined, schema)
  for (const batch of batches) writer.write(batch)
  return writer.finish().toUint8Array(true)
}

function withoutEnd(stream: Uint8Array): Uint8Array {
  return stream.subarray(0, stream.length - END_MARK.length)
}
