/** Neighbouring rows of a window that are read at once. */
export interface Stretch {
  /** In the window, `to` excluded. */
  readonly from: number
  readonly to: number
  /** Those of them that are wanted, counted from `from`; undefined: all. */
  readonly rows: Int32Array | undefined
}

/** Wanted rows with more unwanted ones between them are read apart: a page may lie there that need not be unpacked. */
const GAP_ROWS_MAX = 4096
/** Where more than this share of the rows is wanted, picking them costs more than it saves. */
const SHARE_MAX = 0.75

/** The wanted rows of a window: the first `count` of `selected`, rising, or all of its `rows` where that is nearly all. */
export function stretchesOf(selected: Int32Array, count: number, rows: number): readonly Stretch[] {
  if (count === 0) return []
  if (count > rows * SHARE_MAX) return [{ from: 0, to: rows, rows: undefined }]
  const stretches: Stretch[] = []
  for (let start = 0; start < count;) {
    let end = start + 1
    while (end < count && (selected[end] as number) - (selected[end - 1] as number) <= GAP_ROWS_MAX) end++
    const from = selected[start] as number
    const to = (selected[end - 1] as number) + 1
    const own = to - from === end - start ? undefined : selected.slice(start, end).map((row) => row - from)
    stretches.push({ from, to, rows: own })
    start = end
  }
  return stretches
}
