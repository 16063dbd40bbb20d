const MIB = 1024 * 1024

/** A page that no column chunk announced may have so many bytes all the same: some writers add them up wrongly. */
export const PAGE_BYTES_FREE = 16 * MIB
/** Bytes of a page without compression: it is in memory as a whole, beside what is made of it. */
export const PAGE_BYTES_MAX = 1024 * MIB

/** Bytes of one column in one batch. Texts of a dictionary, and those that share beginnings, can be far more than their pages. */
export const BATCH_BYTES_MAX = 256 * MIB
/** The same for a batch of one row, which cannot be made smaller. DuckDB-WASM fails to insert one of a GiB. */
export const ROW_BYTES_MAX = 512 * MIB

/** Levels of one column in one batch: members of lists, and NULLs, cost nothing in a page. */
export const BATCH_LEVELS_MAX = 16 * MIB
/** The same for a batch of one row. */
export const ROW_LEVELS_MAX = 64 * MIB

/** The file may be whole, but what it holds is larger than can be read. */
export class TooLarge extends Error {}

/** A batch would be too large. It is read again with fewer rows; of one row it is the file's error. */
export class BatchTooLarge extends TooLarge {}

export function tooManyBytes(bytes: number): BatchTooLarge {
  return new BatchTooLarge(`one of its rows takes ${bytes} bytes, more than the limit of ${ROW_BYTES_MAX}`)
}

export function tooManyLevels(): BatchTooLarge {
  return new BatchTooLarge(`one of its rows has more than ${ROW_LEVELS_MAX} members`)
}
