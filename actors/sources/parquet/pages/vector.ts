import type { Dense } from "./form.ts"

/**
 * One column's values for some rows, as Arrow lays them out. NULLs hold zeros, or no bytes; `validity` has a bit for each
 * value that is none, and is undefined where there is no NULL.
 */
export type Vector = FixedVector | BitsVector | TextsVector | CodesVector | ListVector | StructVector

interface Values {
  readonly rows: number
  readonly nulls: number
  readonly validity: Uint8Array | undefined
}

export interface FixedVector extends Values {
  readonly _tag: "fixed"
  readonly width: number
  /** Little-endian, at a multiple of four in its buffer. */
  readonly bytes: Uint8Array
}

export interface BitsVector extends Values {
  readonly _tag: "bits"
  readonly bits: Uint8Array
}

/** Texts and blobs: row i goes from `offsets[i]` to `offsets[i + 1]`. */
export interface TextsVector extends Values {
  readonly _tag: "texts"
  readonly offsets: Int32Array
  readonly bytes: Uint8Array
}

/** Values of a dictionary that nobody has looked up yet. The code of a NULL is the dictionary's `blank`. */
export interface CodesVector extends Values {
  readonly _tag: "codes"
  readonly codes: Int32Array
  readonly dictionary: Dictionary
}

export interface Dictionary {
  /** Entries of the file; a value may stand in it twice. */
  readonly count: number
  /** `count` entries, then one of zeros or no bytes, which stands for NULL. */
  readonly values: Dense
  /** Bytes of each entry, where all of them are as long. */
  readonly length: number | undefined
}

/** Lists and maps: row i holds the items from `offsets[i]` to `offsets[i + 1]`; a map's items are structs of two. */
export interface ListVector extends Values {
  readonly _tag: "list"
  readonly offsets: Int32Array
  readonly item: Vector
}

export interface StructVector extends Values {
  readonly _tag: "struct"
  readonly fields: readonly Vector[]
}
