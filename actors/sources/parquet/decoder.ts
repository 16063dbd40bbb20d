import * as Schema from "effect/Schema"
import { SourceError } from "../../errors.ts"
import type { DecodedBatch, DecodedColumn, SplitBytes, SplitDecoder } from "../source.ts"
import { ParquetLayout } from "./layout.ts"
import type { LayoutColumn } from "./layout.ts"
import { arrowField } from "./pages/arrow-fields.ts"
import { arrowStream, schemaMessage } from "./pages/arrow-stream.ts"
import { ColumnReader } from "./pages/column-reader.ts"
import { BATCH_BYTES_MAX, BatchTooLarge, ROW_BYTES_MAX, TooLarge } from "./pages/limits.ts"
import { Rooms } from "./pages/rooms.ts"
import type { Vector } from "./pages/vector.ts"
import { reason } from "./reason.ts"

/** Uncompressed bytes that one Arrow stream holds: a larger split becomes several, so that no copy of one is large. */
const STREAM_BYTES_TARGET = 64 * 1024 * 1024
/** Rows in one Arrow stream. A dictionary hides how long its strings are, so bytes alone do not bound a stream. */
const STREAM_ROWS_MAX = 256 * 1024

/** Of one batch at a time: what is read is in its stream before the next is begun. */
const rooms = new Rooms()
/** Of the stream that was given out last. */
const streamRooms = new Rooms()

const decodeLayout = Schema.decodeUnknownSync(ParquetLayout)

/** The engine thread's half of the Parquet source. */
export const parquetDecoder: SplitDecoder = {
  kind: "parquet",
  decode: decodeSplit,
}

function* decodeSplit(
  split: SplitBytes,
  wanted: readonly DecodedColumn[],
  lent: boolean = false,
): Generator<DecodedBatch> {
  const layout = layoutOf(split)
  const columns = wanted.map((column) => findColumn(split, layout, column))
  const schema = schemaMessage(columns.map((column, index) => arrowField(`c${index}`, column.elements)))
  const bytes = columns.flatMap(({ chunks }) => chunks).reduce((sum, chunk) => sum + chunk.uncompressedBytes, 0)
  let rowsAtOnce = Math.min(
    STREAM_ROWS_MAX,
    Math.ceil(layout.rows / Math.max(1, Math.ceil(bytes / STREAM_BYTES_TARGET))),
  )
  let readers: readonly ColumnRead[] | undefined
  let done = 0
  while (done < layout.rows) {
    const rows = Math.min(rowsAtOnce, layout.rows - done)
    let ipc: Uint8Array
    try {
      readers ??= columns.map((column) => columnRead(column, split, layout, done, rowsAtOnce))
      const vectors = readers.map((read) => read(rows))
      if (lent) streamRooms.takeBack()
      const bytesMax = rows === 1 ? ROW_BYTES_MAX : BATCH_BYTES_MAX
      ipc = arrowStream(schema, vectors, rows, bytesMax, lent ? streamRooms : undefined)
    } catch (cause) {
      if (!(cause instanceof BatchTooLarge)) throw cause
      if (rows === 1) throw sourceError(`"${split.file}"`, split, layout, cause)
      // Some columns have gone on, some have not: all start again where the last batch ended.
      rowsAtOnce = Math.ceil(rows / 2)
      readers = undefined
      continue
    } finally {
      rooms.takeBack()
    }
    yield { ipc, rows }
    done += rows
  }
}

/** Decoded once a split, which is asked for its columns one after the other. */
function layoutOf(split: SplitBytes): ParquetLayout {
  const layout = layouts.get(split) ?? decodeLayout(split.layout)
  layouts.set(split, layout)
  return layout
}

const layouts = new WeakMap<SplitBytes, ParquetLayout>()

type ColumnRead = (rows: number) => Vector

/** Reads on from row `first`. Throws SourceError, and BatchTooLarge while there is more than one row to read. */
function columnRead(
  column: LayoutColumn,
  split: SplitBytes,
  layout: ParquetLayout,
  first: number,
  rowsAtOnce: number,
): ColumnRead {
  const guarded = <A>(rows: number, work: () => A): A => {
    try {
      return work()
    } catch (cause) {
      if (cause instanceof BatchTooLarge && rows > 1) throw cause
      throw sourceError(`column "${column.name}" of "${split.file}"`, split, layout, cause)
    }
  }
  const reader = guarded(rowsAtOnce, () => {
    const made = new ColumnReader(column, split.buffers, rooms)
    made.skip(first, rowsAtOnce)
    return made
  })
  return (rows) => guarded(rows, () => reader.read(rows))
}

function sourceError(what: string, { file }: SplitBytes, { rowGroup }: ParquetLayout, cause: unknown): SourceError {
  return new SourceError({
    message: `cannot read ${what}: row group ${rowGroup}: ${reason(cause)}`,
    path: file,
    hint:
      cause instanceof TooLarge
        ? "Leave this column out, or write the file again with smaller values or pages."
        : "Copy or write the file again; the other columns and row groups can still be read.",
  })
}

function findColumn(split: SplitBytes, layout: ParquetLayout, wanted: DecodedColumn): LayoutColumn {
  const column = layout.columns.find((candidate) => candidate.name === wanted.name)
  if (column === undefined) throw new Error(`column "${wanted.name}" of "${split.file}" was not fetched`)
  return column
}
