/** Cuts the work into pieces that threads make on their own: a row group of Parquet, or some rows of text. */
import { nextSeed, STREAM } from "./random.ts"
import type { Scale } from "./scale.ts"
import { linesOf } from "./tables/lines.ts"
import { TABLE, type TpchTable } from "./tables/table.ts"

export interface Piece {
  readonly table: TpchTable
  /** number of the file, from 0 */
  readonly file: number
  /** the first of the units (see `Table.units`) to make, and how many */
  readonly first: number
  readonly units: number
  /** rows of these that belong to the piece before */
  readonly skip: number
  readonly rows: number
  readonly last: boolean
}

/** Rows that a table has at this scale. */
export function rowsOf(table: TpchTable, scale: Scale): number {
  return table === "lineitem" ? countLines(scale.orders) : TABLE[table].units(scale)
}

/** Every order's line count comes from a stream of its own: this walks it, which takes 5 ms a million orders. */
function countLines(orders: number): number {
  let seed: number = STREAM.orderLines
  let lines = 0
  for (let order = 0; order < orders; order++) {
    seed = nextSeed(seed)
    lines += linesOf(seed)
  }
  return lines
}

/** The pieces of one table, in order; `rows` is what `rowsOf` counted. */
export function* cut(table: TpchTable, rows: number, files: number, pieceRows: number): Generator<Piece> {
  const cursor = table === "lineitem" ? new LineCursor() : new RowCursor()
  for (let file = 0; file < files; file++) {
    const end = rowsBefore(file + 1, files, rows)
    for (let row = rowsBefore(file, files, rows); row < end; row += pieceRows) {
      const take = Math.min(pieceRows, end - row)
      yield { table, file, ...cursor.take(take), rows: take, last: row + take === end }
    }
  }
}

function rowsBefore(file: number, files: number, rows: number): number {
  return Math.floor((rows / files) * file + 0.5)
}

interface Cursor {
  take(rows: number): Pick<Piece, "first" | "units" | "skip">
}

class RowCursor implements Cursor {
  #next = 0

  take(rows: number): Pick<Piece, "first" | "units" | "skip"> {
    const first = this.#next
    this.#next += rows
    return { first, units: rows, skip: 0 }
  }
}

/** Lineitem is cut at rows, but made in orders: a piece may begin and end within one. */
class LineCursor implements Cursor {
  #seed = nextSeed(STREAM.orderLines)
  #order = 0
  #used = 0

  take(rows: number): Pick<Piece, "first" | "units" | "skip"> {
    const first = this.#order
    const skip = this.#used
    let used = this.#used
    let seed = this.#seed
    let order = first
    for (let left = rows; left > 0;) {
      const rest = linesOf(seed) - used
      if (rest > left) {
        used += left
        left = 0
      } else {
        left -= rest
        used = 0
        order++
        seed = nextSeed(seed)
      }
    }
    this.#seed = seed
    this.#order = order
    this.#used = used
    return { first, units: order - first + (used > 0 ? 1 : 0), skip }
  }
}
