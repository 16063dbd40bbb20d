/** Rows of a row group, from `start` up to `end`. Lists of them are in order, neither empty nor touching. */
export interface RowRange {
  readonly start: number
  readonly end: number
}

/** The same rows as a list that is in order, with touching ranges joined and empty ones left out. */
export function joinRanges(ranges: readonly RowRange[]): readonly RowRange[] {
  const joined: RowRange[] = []
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start)) {
    if (end <= start) continue
    const last = joined.at(-1)
    if (last !== undefined && start <= last.end) {
      joined[joined.length - 1] = { start: last.start, end: Math.max(last.end, end) }
    } else joined.push({ start, end })
  }
  return joined
}

/** The rows that are in both. */
export function intersectRanges(left: readonly RowRange[], right: readonly RowRange[]): readonly RowRange[] {
  const both: RowRange[] = []
  let [i, j] = [0, 0]
  for (;;) {
    const [a, b] = [left[i], right[j]]
    if (a === undefined || b === undefined) return both
    const start = Math.max(a.start, b.start)
    const end = Math.min(a.end, b.end)
    if (start < end) both.push({ start, end })
    if (a.end <= b.end) i++
    else j++
  }
}

export function countRows(ranges: readonly RowRange[]): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0)
}
