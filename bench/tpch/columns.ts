import type { Scale } from "./scale.ts"

/** A column of made rows. Values are kept as they are cheapest to make; the writers turn them into text or Parquet. */
export type Column =
  | { readonly kind: "whole"; readonly values: Int32Array }
  /** whole numbers that may pass 2^31 */
  | { readonly kind: "key"; readonly values: Float64Array }
  /** hundredths */
  | { readonly kind: "money"; readonly values: Int32Array }
  /** days since 1992-01-01 */
  | { readonly kind: "date"; readonly values: Int32Array }
  /** positions in a list of words */
  | { readonly kind: "word"; readonly values: Uint8Array; readonly words: readonly string[] }
  /** `prefix` and the number in at least nine digits */
  | { readonly kind: "label"; readonly values: Float64Array; readonly prefix: string }
  /** pieces of the text pool */
  | { readonly kind: "text"; readonly offsets: Int32Array; readonly lengths: Uint8Array }
  /** ASCII; row r stands from `starts[r]` to `starts[r + 1]` */
  | { readonly kind: "bytes"; readonly data: Uint8Array; readonly starts: Int32Array }

export type SqlType = "BIGINT" | "INTEGER" | "DECIMAL(15,2)" | "DATE" | "VARCHAR"

export interface ColumnSchema {
  readonly name: string
  readonly type: SqlType
  /** the longest text of a value, in bytes */
  readonly width: number
  /** may hold commas */
  readonly commas?: boolean
}

/** 1992-01-01, the first day of the data, in days since 1970-01-01. */
export const FIRST_DAY = 8035
/** Number of days from 1992-01-01 to 1998-12-31. */
export const DAYS = 2557
/** 1995-06-17, the benchmark's "today", in days since 1992-01-01. */
export const TODAY = 1263

/** What the generators of all tables start from. */
export interface Material {
  readonly scale: Scale
  readonly pool: Uint8Array
}

/** A table's rows, made range by range into the same columns again and again. */
export interface Rows {
  readonly columns: readonly Column[]
  /** Makes the rows of `count` units from unit `first` on (an order for lineitem, else a row). */
  make(first: number, count: number): void
}
