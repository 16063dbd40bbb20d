import * as Schema from "effect/Schema"
import type { PruningPredicate } from "../../../planner/physical/stage.ts"
import type { DecodedBatch, DecodedColumn, DecodeOptions, LeftOut, SplitBytes, SplitDecoder } from "../source.ts"
import { ColumnCursor, unreadable } from "./column-cursor.ts"
import { ParquetLayout } from "./layout.ts"
import type { LayoutColumn } from "./layout.ts"
import { arrowField } from "./pages/arrow-fields.ts"
import { arrowStream, schemaMessage } from "./pages/arrow-stream.ts"
import { BATCH_BYTES_MAX, BatchTooLarge, ROW_BYTES_MAX } from "./pages/limits.ts"
import { Rooms } from "./pages/rooms.ts"
import { takeRows } from "./pages/take-rows.ts"
import type { Vector } from "./pages/vector.ts"
import { rowFilter, type RowFilter } from "./row-filter.ts"
import { stretchesOf } from "./stretches.ts"

/** Uncompressed bytes that one Arrow stream holds: a larger split becomes several, so that no copy of one is large. */
const STREAM_BYTES_TARGET = 64 * 1024 * 1024
/** Rows in one Arrow stream. A dictionary hides how long its strings are, so bytes alone do not bound a stream. */
const STREAM_ROWS_MAX = 256 * 1024

/** Of one window of rows at a time: all that is read of it is in its streams before the next is begun. */
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
  { lent = false, filter }: DecodeOptions = {},
): Generator<DecodedBatch> {
  const layout = layoutOf(split)
  const columns = wanted.map((column) => findColumn(split, layout, column))
  const schema = schemaMessage(columns.map((column, index) => arrowField(`c${index}`, column.elements)))
  const filters = filter === undefined ? [] : filtersOf(columns, wanted, filter.pruning)
  const ranges = filter?.ranges ?? [{ start: 0, end: layout.rows }]
  const skipped = { pages: layout.rows - ranges.reduce((sum, { start, end }) => sum + end - start, 0), rows: 0 }
  let rowsAtOnce = rowsOfStream(columns, layout)
  let cursors: readonly ColumnCursor[] | undefined
  for (const range of ranges) {
    for (let start = range.start; start < range.end;) {
      const end = Math.min(start + rowsAtOnce, range.end)
      try {
        cursors ??= columns.map((column) => new ColumnCursor(column, split, layout, rooms, rowsAtOnce))
        for (const { vectors, rows, to } of windowBatches(cursors, filters, start, end)) {
          if (lent) streamRooms.takeBack()
          const bytesMax = rows === 1 ? ROW_BYTES_MAX : BATCH_BYTES_MAX
          const ipc = arrowStream(schema, vectors, rows, bytesMax, lent ? streamRooms : undefined)
          skipped.rows += to - start - rows
          start = to
          yield { ipc, rows, leftOut: taken(skipped) }
        }
        skipped.rows += end - start
        start = end
      } catch (cause) {
        if (!(cause instanceof BatchTooLarge)) throw cause
        if (end - start === 1) throw unreadable(`"${split.file}"`, split, layout, cause)
        // Some columns have gone on, some have not: all start again where the last batch ended.
        rowsAtOnce = Math.ceil((end - start) / 2)
        cursors = undefined
      } finally {
        rooms.takeBack()
      }
    }
  }
  if (skipped.pages + skipped.rows > 0) yield { ipc: NOTHING, rows: 0, leftOut: taken(skipped) }
}

const NOTHING = new Uint8Array(0)

/** What was counted so far; the count begins anew. */
function taken(skipped: { pages: number; rows: number }): LeftOut {
  const { pages, rows } = skipped
  skipped.pages = 0
  skipped.rows = 0
  return { pages, rows }
}

function rowsOfStream(columns: readonly LayoutColumn[], { rows }: ParquetLayout): number {
  const bytes = columns.flatMap(({ chunks }) => chunks).reduce((sum, chunk) => sum + chunk.uncompressedBytes, 0)
  return Math.min(STREAM_ROWS_MAX, Math.ceil(rows / Math.max(1, Math.ceil(bytes / STREAM_BYTES_TARGET))))
}

/** A filter of the rows, and the place among the columns that it looks at. */
interface PlacedFilter {
  readonly at: number
  readonly filter: RowFilter
}

function filtersOf(
  columns: readonly LayoutColumn[],
  wanted: readonly DecodedColumn[],
  pruning: readonly PruningPredicate[],
): readonly PlacedFilter[] {
  return columns.flatMap((column, at) => {
    const { name, type } = wanted[at] ?? {}
    // What is cast on its way into the table is compared as what it becomes.
    const own = column.type === type ? pruning.filter((predicate) => predicate.column === name) : []
    const filter = own.length === 0 ? undefined : rowFilter(column, own)
    return filter === undefined ? [] : [{ at, filter }]
  })
}

interface WindowBatch {
  readonly vectors: readonly Vector[]
  readonly rows: number
  /** The window's rows before are in this batch, in one before it, or left out. */
  readonly to: number
}

/** The rows from `start` up to `end` that the filters leave. What they look at is read first, the rest only where they left a row. */
function* windowBatches(
  cursors: readonly ColumnCursor[],
  filters: readonly PlacedFilter[],
  start: number,
  end: number,
): Generator<WindowBatch> {
  if (filters.length === 0) {
    yield { vectors: cursors.map((cursor) => cursor.read(start, end)), rows: end - start, to: end }
    return
  }
  const rows = end - start
  const selected = rangeOf(0, rows)
  let count = rows
  const seen = new Map<number, Vector>()
  for (const { at, filter } of filters) {
    const vector = count === 0 ? undefined : cursors[at]?.read(start, end)
    if (vector === undefined) continue
    seen.set(at, vector)
    count = filter(vector, selected, count)
  }
  for (const { from, to, rows: own } of stretchesOf(selected, count, rows)) {
    const vectors = cursors.map((cursor, at) => {
      const whole = seen.get(at)
      if (whole !== undefined) return takeRows(whole, own?.map((row) => row + from) ?? rangeOf(from, to))
      const vector = cursor.read(start + from, start + to)
      return own === undefined ? vector : takeRows(vector, own)
    })
    yield { vectors, rows: own?.length ?? to - from, to: start + to }
  }
}

function rangeOf(from: number, to: number): Int32Array {
  const rows = new Int32Array(to - from)
  for (let i = 0; i < rows.length; i++) rows[i] = from + i
  return rows
}

/** Decoded once a split, which is asked for its columns one after the other. */
function layoutOf(split: SplitBytes): ParquetLayout {
  const layout = layouts.get(split) ?? decodeLayout(split.layout)
  layouts.set(split, layout)
  return layout
}

const layouts = new WeakMap<SplitBytes, ParquetLayout>()

function findColumn(split: SplitBytes, layout: ParquetLayout, wanted: DecodedColumn): LayoutColumn {
  const column = layout.columns.find((candidate) => candidate.name === wanted.name)
  if (column === undefined) throw new Error(`column "${wanted.name}" of "${split.file}" was not fetched`)
  return column
}
