/**
 * Snappy's block format, compressed the greedy way: look up where the next four bytes were last seen, copy as far as
 * both agree, else go on, in wider steps the longer nothing was found.
 */

/** Positions are kept in 16 bits, so a block is compressed on its own. */
const BLOCK_BYTES = 1 << 16
const HASH_BITS = 14
const HASH_FACTOR = 0x1e35a7bd
/** No match is looked for in a block's last bytes: reading four at a time must stay inside. */
const TAIL_BYTES = 15
/** After 32 misses the steps become two bytes wide, after 64 three … */
const MISSES_PER_STEP_BITS = 5

const LITERAL_SHORT_MAX = 60
const COPY_BYTES_MAX = 64
/** The form of a copy with an offset of eleven bits reaches to here, and to lengths of four to eleven. */
const NEAR_BYTES = 2048
const NEAR_LENGTH_BELOW = 12

/** Most bytes that `length` bytes can become. */
export function compressedMax(length: number): number {
  return 32 + length + Math.ceil(length / 6)
}

const table = new Uint16Array(1 << HASH_BITS)

/** Compresses `input` from `start` to `end` into `out` from `at` on; returns where it ends. */
export function compress(input: Uint8Array, start: number, end: number, out: Uint8Array, at: number): number {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength)
  let place = at
  let length = end - start
  while (length >= 128) {
    out[place++] = (length & 127) | 128
    length >>>= 7
  }
  out[place++] = length
  for (let block = start; block < end; block += BLOCK_BYTES)
    place = compressBlock(input, view, block, Math.min(block + BLOCK_BYTES, end), out, place)
  return place
}

function compressBlock(
  input: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  out: Uint8Array,
  at: number,
): number {
  let place = at
  // where what has not been written yet begins
  let pending = start
  if (end - start >= TAIL_BYTES) {
    table.fill(0)
    const limit = end - TAIL_BYTES
    let here = start + 1
    let misses = 1 << MISSES_PER_STEP_BITS
    while (here <= limit) {
      const next = view.getInt32(here, true)
      const hash = Math.imul(next, HASH_FACTOR) >>> (32 - HASH_BITS)
      const seen = start + table[hash]!
      table[hash] = here - start
      if (view.getInt32(seen, true) !== next) {
        here += misses++ >>> MISSES_PER_STEP_BITS
        continue
      }
      if (here > pending) place = literal(input, pending, here, out, place)
      let reach = here + 4
      let behind = seen + 4
      while (reach < end && input[reach] === input[behind]) {
        reach++
        behind++
      }
      place = copies(out, place, here - seen, reach - here)
      pending = here = reach
      misses = 1 << MISSES_PER_STEP_BITS
      if (here <= limit) {
        const before = view.getInt32(here - 1, true)
        table[Math.imul(before, HASH_FACTOR) >>> (32 - HASH_BITS)] = here - 1 - start
      }
    }
  }
  return pending < end ? literal(input, pending, end, out, place) : place
}

function literal(input: Uint8Array, from: number, to: number, out: Uint8Array, at: number): number {
  const length = to - from
  const tag = length - 1
  let place = at
  if (length <= LITERAL_SHORT_MAX) out[place++] = tag << 2
  else if (length <= 256) {
    out[place++] = 60 << 2
    out[place++] = tag
  } else {
    // a block has at most 2^16 bytes: two bytes are enough
    out[place++] = 61 << 2
    out[place++] = tag & 255
    out[place++] = tag >>> 8
  }
  for (let byte = from; byte < to; byte++) out[place++] = input[byte]!
  return place
}

function copies(out: Uint8Array, at: number, offset: number, length: number): number {
  let place = at
  let left = length
  while (left > 0) {
    // no remainder below four, which only the longer form could write
    const take = left <= COPY_BYTES_MAX ? left : left < COPY_BYTES_MAX + 4 ? COPY_BYTES_MAX - 4 : COPY_BYTES_MAX
    if (take >= 4 && take < NEAR_LENGTH_BELOW && offset < NEAR_BYTES) {
      out[place++] = 1 | ((take - 4) << 2) | ((offset >>> 8) << 5)
      out[place++] = offset & 255
    } else {
      out[place++] = 2 | ((take - 1) << 2)
      out[place++] = offset & 255
      out[place++] = offset >>> 8
    }
    left -= take
  }
  return place
}
