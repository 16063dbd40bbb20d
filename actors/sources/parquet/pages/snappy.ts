/**
 * Snappy's block format, undone into `out`, which must come out full:
 *
 *   length (varint) | tag: literal n, bytes | tag: copy n from so far back | …
 */
export function inflateSnappy(input: Uint8Array, out: Uint8Array, size: number): void {
  let at = 0
  let length = 0
  for (let shift = 0; ; shift += 7) {
    if (at >= input.byteLength || shift > 28) throw corrupt("its length is cut off")
    const byte = input[at++] as number
    length += (byte & 0x7f) * 2 ** shift
    if (byte < 0x80) break
  }
  if (length !== size) throw corrupt(`it says that it holds ${length} bytes, its page's header says ${size}`)
  const end = input.byteLength
  let to = 0
  while (at < end) {
    const tag = input[at++] as number
    let count = (tag >> 2) + 1
    if ((tag & 3) === 0) {
      if (count > LITERAL_MAX) {
        const more = count - LITERAL_MAX
        count = readLittle(input, at, more) + 1
        at += more
      }
      if (count > end - at || count > size - to) throw corrupt("a literal is too long")
      if (count > SHORT_BYTES) {
        out.set(input.subarray(at, at + count), to)
        at += count
        to += count
      } else for (const stop = to + count; to < stop;) out[to++] = input[at++] as number
      continue
    }
    let back: number
    if ((tag & 3) === 1) {
      count = ((tag >> 2) & 7) + 4
      back = ((tag & 0xe0) << 3) | readLittle(input, at, 1)
      at += 1
    } else {
      const width = (tag & 3) === 2 ? 2 : 4
      back = readLittle(input, at, width)
      at += width
    }
    if (back === 0 || back > to || at > end || count > size - to) throw corrupt("a copy reaches outside")
    copyBack(out, to, back, count)
    to += count
  }
  if (to !== size) throw corrupt(`it holds ${to} bytes, its page's header says ${size}`)
}

/** Lengths up to so many stand in the tag itself. */
const LITERAL_MAX = 60
/** Up to so many bytes a loop is faster than two views. */
const SHORT_BYTES = 32

/** Copies what `out` holds `back` bytes before `to`; where the two overlap, what was just written repeats. */
export function copyBack(out: Uint8Array, to: number, back: number, count: number): void {
  if (count > SHORT_BYTES && back >= count) {
    out.copyWithin(to, to - back, to - back + count)
    return
  }
  let from = to - back
  for (const stop = to + count; to < stop;) out[to++] = out[from++] as number
}

function readLittle(input: Uint8Array, at: number, width: number): number {
  if (width > input.byteLength - at) throw corrupt("it is cut off")
  let value = 0
  for (let i = width - 1; i >= 0; i--) value = value * 256 + (input[at + i] as number)
  return value
}

const corrupt = (found: string): Error => new Error(`its Snappy data is damaged: ${found}`)
