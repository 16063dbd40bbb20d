/** Rows whose texts are fetched at a time. */
export const TOUCH_ROWS = 32

/** Holds what `touch` has read, so that no compiler finds the reads useless. */
export const touched = new Uint8Array(1)

/**
 * Reads the first and last byte of the pool's texts of rows `from` to `to`. They lie anywhere in 300 MiB: reads that
 * do not wait for each other take the time of one, where copying text by text waits for the memory at each.
 */
export function touch(pool: Uint8Array, starts: Int32Array, lengths: Uint8Array, from: number, to: number): void {
  let seen = 0
  for (let row = from; row < to; row++) {
    const start = starts[row]!
    seen ^= pool[start]! ^ pool[start + lengths[row]! - 1]!
  }
  touched[0] = seen
}
