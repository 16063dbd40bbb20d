import * as Schema from "effect/Schema"
import type { PruningPredicate } from "../../../planner/physical/stage.ts"
import type { RowRange } from "../source.ts"
import { type Bounds, factsMayMatch, isOrderTrusted, readBounds } from "./pruning.ts"
import type { ColumnGroup } from "./pruning.ts"
import { decodeThrift } from "./thrift-reader.ts"

/** A data page of a column chunk, as the offset index tells of it. Offsets are of the file. */
export interface PageLocation {
  readonly start: number
  /** With its header. */
  readonly length: number
  /** Of the row group. */
  readonly firstRow: number
}

const RawOffsetIndex = Schema.Struct({
  field_1: Schema.Array(Schema.Struct({ field_1: Schema.BigInt, field_2: Schema.Int, field_3: Schema.BigInt })),
})
const decodeOffsetIndex = Schema.decodeUnknownSync(RawOffsetIndex)

const RawColumnIndex = Schema.Struct({
  field_1: Schema.Array(Schema.Boolean),
  field_2: Schema.Array(Schema.Uint8Array),
  field_3: Schema.Array(Schema.Uint8Array),
  field_5: Schema.optional(Schema.Array(Schema.BigInt)),
})
const decodeColumnIndex = Schema.decodeUnknownSync(RawColumnIndex)

/**
 * The pages of a chunk, in order, from the first row on, side by side. Throws an Error with the reason where they cannot
 * be so: an index is a hint, and the caller does without.
 */
export function readPageLocations(bytes: Uint8Array, rows: number): readonly PageLocation[] {
  const raw = decodeOffsetIndex(decodeThrift(bytes)[0])
  const pages = raw.field_1.map((page): PageLocation => ({
    start: Number(page.field_1),
    length: page.field_2,
    firstRow: Number(page.field_3),
  }))
  let before: PageLocation | undefined
  for (const page of pages) {
    const follows = before === undefined ? page.firstRow === 0 : page.firstRow > before.firstRow
    const apart = before === undefined || page.start >= before.start + before.length
    if (!follows || !apart || page.length <= 0 || page.firstRow >= rows || page.start <= 0) {
      throw new Error("its pages do not stand in order")
    }
    before = page
  }
  return pages
}

/** Whether the predicate may be true in each of the pages. Throws an Error where the index is of other pages. */
export function pagesMayMatch(
  { column, metadata, group }: ColumnGroup,
  index: Uint8Array,
  pages: readonly PageLocation[],
  predicate: PruningPredicate,
): readonly boolean[] {
  const raw = decodeColumnIndex(decodeThrift(index)[0])
  const lists = [raw.field_1, raw.field_2, raw.field_3, ...(raw.field_5 === undefined ? [] : [raw.field_5])]
  if (lists.some((list) => list.length !== pages.length)) throw new Error("its index tells of other pages")
  const leaf = column.leaves[0] ?? -1
  const trusted = column.flat !== undefined && isOrderTrusted(column.flat, metadata, leaf)
  return pages.map(({ firstRow }, i) => {
    const values = (pages[i + 1]?.firstRow ?? group.rows) - firstRow
    const allNull = raw.field_1[i] === true
    const counted = raw.field_5?.[i]
    const nulls = allNull ? values : column.flat?.repetition === "REQUIRED" ? 0 : counted
    const bounds = allNull || !trusted ? undefined : pageBounds(column, raw.field_2[i], raw.field_3[i])
    return factsMayMatch(
      column.type,
      { values, nulls: nulls === undefined ? undefined : Number(nulls), bounds },
      predicate,
    )
  })
}

/** A page's bounds may be cut. */
function pageBounds(column: ColumnGroup["column"], min?: Uint8Array, max?: Uint8Array): Bounds | undefined {
  return min === undefined || max === undefined ? undefined : readBounds(column, { min, max }, false)
}

/** The rows of the pages that are kept. */
export function keptRows(pages: readonly PageLocation[], kept: readonly boolean[], rows: number): readonly RowRange[] {
  return pages.flatMap(({ firstRow }, i) =>
    kept[i] === true ? [{ start: firstRow, end: pages[i + 1]?.firstRow ?? rows }] : [],
  )
}
