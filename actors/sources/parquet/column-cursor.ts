import { SourceError } from "../../errors.ts"
import type { SplitBytes } from "../source.ts"
import type { LayoutColumn, ParquetLayout } from "./layout.ts"
import { ColumnReader } from "./pages/column-reader.ts"
import { BatchTooLarge, TooLarge } from "./pages/limits.ts"
import type { Rooms } from "./pages/rooms.ts"
import type { Vector } from "./pages/vector.ts"
import { reason } from "./reason.ts"

/** A column of a split that is read from front to back; rows in between may be passed over. */
export class ColumnCursor {
  readonly #column: LayoutColumn
  readonly #split: SplitBytes
  readonly #layout: ParquetLayout
  readonly #reader: ColumnReader
  /** Rows that are passed over at once. */
  readonly #rowsAtOnce: number
  #at = 0

  /** Its vectors are good until the rooms are taken back. Throws SourceError. */
  constructor(column: LayoutColumn, split: SplitBytes, layout: ParquetLayout, rooms: Rooms, rowsAtOnce: number) {
    this.#column = column
    this.#split = split
    this.#layout = layout
    this.#rowsAtOnce = rowsAtOnce
    this.#reader = this.#guarded(1, () => new ColumnReader(column, split.buffers, rooms))
  }

  /** The rows from `from` up to `to`. Throws SourceError, and BatchTooLarge while there is more than one row to read. */
  read(from: number, to: number): Vector {
    return this.#guarded(to - from, () => {
      if (from > this.#at) this.#reader.skip(from - this.#at, this.#rowsAtOnce)
      this.#at = to
      return this.#reader.read(to - from)
    })
  }

  #guarded<A>(rows: number, work: () => A): A {
    try {
      return work()
    } catch (cause) {
      if (cause instanceof BatchTooLarge && rows > 1) throw cause
      throw unreadable(`column "${this.#column.name}" of "${this.#split.file}"`, this.#split, this.#layout, cause)
    }
  }
}

export function unreadable(
  what: string,
  { file }: SplitBytes,
  { rowGroup }: ParquetLayout,
  cause: unknown,
): SourceError {
  return new SourceError({
    message: `cannot read ${what}: row group ${rowGroup}: ${reason(cause)}`,
    path: file,
    hint:
      cause instanceof TooLarge
        ? "Leave this column out, or write the file again with smaller values or pages."
        : "Copy or write the file again; the other columns and row groups can still be read.",
  })
}
