/** A column of the picture; without an index it stands for those that are left out. */
export interface ShownColumn {
  readonly index: number | undefined
  readonly width: number
}

/** Columns wider than this are made narrower before any column is left out. */
const COLUMN_CELLS_MAX = 20
/** Spaces and frame of one column. */
const FRAME_CELLS = 3
const DOTS_CELLS = 1

/**
 * Fits the columns into a terminal as DuckDB's shell does: wide ones are cut to 20 cells from left to right until the
 * rest fits; if that is not enough, columns are left out from the middle outwards.
 */
export function chooseColumns(
  wanted: readonly number[],
  cellsMin: number,
  terminal: number | undefined,
): readonly ShownColumn[] {
  const widths = [...wanted]
  let total = totalWidth(widths)
  if (total < cellsMin && widths.length > 0) {
    widths[0] = (widths[0] ?? 0) + cellsMin - total
    total = cellsMin
  }
  if (terminal === undefined || total <= terminal) return widths.map((width, index) => ({ index, width }))
  for (const [i, width] of widths.entries()) {
    if (width <= COLUMN_CELLS_MAX) continue
    const cut = Math.min(width - COLUMN_CELLS_MAX, total - terminal)
    widths[i] = width - cut
    total -= cut
    if (total <= terminal) break
  }
  const left = total <= terminal ? new Set<number>() : leaveOut(widths, total, terminal)
  const firstLeftOut = Math.min(...left)
  return widths.flatMap((width, index): ShownColumn[] => {
    if (!left.has(index)) return [{ index, width }]
    return index === firstLeftOut ? [{ index: undefined, width: DOTS_CELLS }] : []
  })
}

/** Cells of the whole table, its frame included. */
export function totalWidth(widths: readonly number[]): number {
  return 1 + widths.reduce((sum, width) => sum + width + FRAME_CELLS, 0)
}

/** Of ten columns: 5, 4, 6, 3, 7 … until the rest fits. */
function leaveOut(widths: readonly number[], total: number, terminal: number): ReadonlySet<number> {
  const left = new Set<number>()
  let cells = total + FRAME_CELLS + DOTS_CELLS
  let offset = 0
  while (cells > terminal) {
    const index = Math.floor(widths.length / 2) + offset
    const width = widths[index]
    if (width === undefined) break
    cells -= width + FRAME_CELLS
    left.add(index)
    offset = offset >= 0 ? -offset - 1 : -offset
  }
  return left
}
