const STAR = 0x2a
const QUESTION = 0x3f
const OPEN = 0x5b
const CLOSE = 0x5d
const EXCLAMATION = 0x21
const DASH = 0x2d

export const hasGlob = (text: string): boolean => /[*?[]/.test(text)

/** Whether a name matches a pattern without `/`. Bytes are compared, as DuckDB does: `?` is one byte of UTF-8. */
export function matchesGlob(name: string, pattern: string): boolean {
  const bytes = Buffer.from(name)
  const glob = Buffer.from(pattern)
  let at = 0
  let step = 0
  // Where to take up again when what follows the latest `*` does not match: that `*` then swallows one byte more.
  let star = -1
  let swallowed = 0
  while (at < bytes.length) {
    if (glob[step] === STAR) {
      star = step++
      swallowed = at
      continue
    }
    const next = matchOne(glob, step, bytes[at] ?? 0)
    if (next !== undefined) {
      step = next
      at++
    } else if (star >= 0) {
      step = star + 1
      at = ++swallowed
    } else return false
  }
  while (glob[step] === STAR) step++
  return step === glob.length
}

/** The position after the pattern's next element if that element matches `byte`. */
function matchOne(glob: Uint8Array, step: number, byte: number): number | undefined {
  const element = glob[step]
  if (element === undefined) return undefined
  if (element === QUESTION) return step + 1
  if (element === OPEN) return matchSet(glob, step + 1, byte)
  return element === byte ? step + 1 : undefined
}

/** `[abc]`, `[a-z]`, `[!a]`; a `]` that comes first is a member. A set that is not closed matches nothing. */
function matchSet(glob: Uint8Array, start: number, byte: number): number | undefined {
  const inverted = glob[start] === EXCLAMATION
  let step = inverted ? start + 1 : start
  let found = false
  for (let first = true; first || glob[step] !== CLOSE; first = false) {
    const low = glob[step]
    if (low === undefined) return undefined
    let high = low
    if (glob[step + 1] === DASH) {
      const end = glob[step + 2]
      if (end === undefined) return undefined
      high = end
      step += 2
    }
    if (low <= byte && byte <= high) found = true
    step++
  }
  return found === inverted ? undefined : step + 1
}
