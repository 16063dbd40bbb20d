import type { LayoutColumn } from "../layout.ts"
import { ColumnReader } from "./column-reader.ts"
import { takeRows } from "./take-rows.ts"
import type { Vector } from "./vector.ts"

/** Rows of a row group, counted from its first. */
export interface RowRange {
  readonly from: number
  /** Exclusive. */
  readonly to: number
}

/** Selected rows with so many unselected ones between them are read along rather than passed over. */
const GAP_ROWS_MAX = 1024
/** Rows that are read at once for a selection. */
const ROWS_AT_ONCE_MAX = 256 * 1024

/**
 * The rows of one column in a range, on their own: nothing else in memory depends on the vector. Pages before the range
 * are passed over by their headers. Throws an Error whose message is the reason, BatchTooLarge where fewer rows may do.
 */
export function decodeColumn(column: LayoutColumn, buffers: readonly ArrayBuffer[], { from, to }: RowRange): Vector {
  const reader = new ColumnReader(column, buffers)
  reader.skip(from, ROWS_AT_ONCE_MAX)
  return reader.read(to - from)
}

/** The rows of one column that a selection names, rising; one vector for each stretch of them, in their order. */
export function* decodeSelected(
  column: LayoutColumn,
  buffers: readonly ArrayBuffer[],
  selection: Int32Array,
): Generator<Vector> {
  const reader = new ColumnReader(column, buffers)
  let at = 0
  for (let start = 0; start < selection.length;) {
    const from = selection[start] as number
    let end = start + 1
    while (end < selection.length && belongs(selection, end, from)) end++
    const to = (selection[end - 1] as number) + 1
    reader.skip(from - at, ROWS_AT_ONCE_MAX)
    const vector = reader.read(to - from)
    at = to
    const isAll = end - start === to - from
    yield isAll
      ? vector
      : takeRows(
          vector,
          selection.slice(start, end).map((row) => row - from),
        )
    start = end
  }
}

function belongs(selection: Int32Array, index: number, from: number): boolean {
  const row = selection[index] as number
  return row - (selection[index - 1] as number) <= GAP_ROWS_MAX && row - from < ROWS_AT_ONCE_MAX
}
