/** LZ4's block format, undone into `out`, which must come out full: literals and copies in turns. */
export function inflateLz4(input: Uint8Array, out: Uint8Array, size: number): void {
  const end = input.byteLength
  let at = 0
  let to = 0
  /** A length of 15 goes on in the next bytes, as long as they are 255. */
  const longer = (length: number): number => {
    if (length < LONG) return length
    let byte = 255
    while (byte === 255) {
      if (at >= end || length > size) throw corrupt("a length is cut off or too long")
      byte = input[at++] as number
      length += byte
    }
    return length
  }
  while (at < end) {
    const token = input[at++] as number
    const literal = longer(token >> 4)
    if (literal > end - at || literal > size - to) throw corrupt("a literal is too long")
    out.set(input.subarray(at, at + literal), to)
    at += literal
    to += literal
    if (at === end) break
    if (end - at < 2) throw corrupt("it is cut off")
    const back = (input[at] as number) | ((input[at + 1] as number) << 8)
    at += 2
    const count = longer(token & LONG) + COPY_MIN
    if (back === 0 || back > to || count > size - to) throw corrupt("a copy reaches outside")
    copyBack(out, to, back, count)
    to += count
  }
  if (to !== size) throw corrupt(`it holds ${to} bytes, its page's header says ${size}`)
}

/** Copies what `out` holds `back` bytes before `to`; where the two overlap, what was just written repeats. */
function copyBack(out: Uint8Array, to: number, back: number, count: number): void {
  if (count > SHORT_BYTES && back >= count) {
    out.copyWithin(to, to - back, to - back + count)
    return
  }
  let from = to - back
  for (const stop = to + count; to < stop;) out[to++] = out[from++] as number
}

/** Up to so many bytes a loop is faster than a call. */
const SHORT_BYTES = 32
const LONG = 15
const COPY_MIN = 4

const corrupt = (found: string): Error => new Error(`its LZ4 data is damaged: ${found}`)
