/** Longer names are compared by their first characters only: the work is quadratic. */
const NAME_CHARACTERS_MAX = 128

/** More candidates than this are not looked at; a hint is not worth the time. */
const CANDIDATES_MAX = 10_000

/**
 * The candidate that was probably meant by a misspelt name: at most one edit in three characters away (a letter added,
 * lost, replaced, or two neighbours swapped), never three or more for short words. Case does not count. Of equally near
 * ones the first is taken.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase().slice(0, NAME_CHARACTERS_MAX)
  let best: string | undefined
  let bound = Math.min(3, Math.floor((wanted.length + 1) / 3)) + 1
  let seen = 0
  for (const candidate of candidates) {
    if (++seen > CANDIDATES_MAX) break
    const other = candidate.toLowerCase().slice(0, NAME_CHARACTERS_MAX)
    if (Math.abs(other.length - wanted.length) >= bound) continue
    const distance = editDistance(wanted, other)
    if (distance < bound) {
      best = candidate
      bound = distance
    }
  }
  return best
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one text into the other. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let cost = Math.min(at(last, j) + 1, at(row, j - 1) + 1, replaced)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, at(beforeLast, j - 2) + 1)
      }
      row.push(cost)
    }
    beforeLast = last
    last = row
  }
  return at(last, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
