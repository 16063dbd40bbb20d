import type { RowRange } from "../source.ts"

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
