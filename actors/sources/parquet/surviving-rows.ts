import type { PruningPredicate } from "../../../planner/physical/stage.ts"
import { asksBloomFilter, BLOOM_BYTES_MAX, bloomMayMatch } from "./bloom-filter.ts"
import type { ColumnChunk, FileRange } from "./metadata.ts"
import { keptRows, pagesMayMatch, type PageLocation, readPageLocations } from "./page-index.ts"
import type { ColumnGroup } from "./pruning.ts"
import type { RowRange } from "../source.ts"
import { intersectRanges } from "./row-ranges.ts"

/** A larger index is not read: it would cost more than the pages it may spare. */
const INDEX_BYTES_MAX = 16 * 1024 * 1024

/** A predicate and the column of a row group that it is about. */
export interface GroupPredicate {
  readonly target: ColumnGroup
  readonly predicate: PruningPredicate
}

/** Reads a part of the file; undefined where the file does not reach so far. */
export type ReadPart = (part: FileRange) => Promise<Uint8Array | undefined>

/**
 * The rows of a row group for which all the predicates may be true, as its Bloom filters and the bounds of its pages
 * tell. Indexes are hints (law 8): one that cannot be read, or contradicts itself, leaves out nothing.
 */
export async function survivingRows(
  rows: number,
  predicates: readonly GroupPredicate[],
  read: ReadPart,
): Promise<readonly RowRange[]> {
  let ranges: readonly RowRange[] = [{ start: 0, end: rows }]
  for (const { target, predicate } of predicates) {
    const chunk = flatChunk(target)
    if (chunk === undefined) continue
    if (!(await mayBeInFilter(target, chunk, predicate, read))) return []
    const kept = await rowsOfPages(target, chunk, predicate, read)
    if (kept !== undefined) ranges = intersectRanges(ranges, kept)
    if (ranges.length === 0) return []
  }
  return ranges
}

/** Where the pages of a chunk stand, if its writer said so and it can be. */
export async function pageLocations(
  { offsetIndex }: ColumnChunk,
  rows: number,
  read: ReadPart,
): Promise<readonly PageLocation[] | undefined> {
  if (offsetIndex === undefined || offsetIndex.length > INDEX_BYTES_MAX) return undefined
  const bytes = await read(offsetIndex)
  return bytes && hint(() => readPageLocations(bytes, rows))
}

function flatChunk({ column, group }: ColumnGroup): ColumnChunk | undefined {
  return column.flat === undefined ? undefined : group.chunks[column.leaves[0] ?? -1]
}

async function mayBeInFilter(
  { column }: ColumnGroup,
  { bloomFilter }: ColumnChunk,
  predicate: PruningPredicate,
  read: ReadPart,
): Promise<boolean> {
  if (bloomFilter === undefined || bloomFilter.length === undefined) return true
  const { start, length } = bloomFilter
  if (length > BLOOM_BYTES_MAX || !asksBloomFilter(column, predicate)) return true
  const bytes = await read({ start, length })
  return bytes === undefined || (hint(() => bloomMayMatch(column, bytes, predicate)) ?? true)
}

async function rowsOfPages(
  target: ColumnGroup,
  chunk: ColumnChunk,
  predicate: PruningPredicate,
  read: ReadPart,
): Promise<readonly RowRange[] | undefined> {
  const { columnIndex } = chunk
  if (columnIndex === undefined || columnIndex.length > INDEX_BYTES_MAX) return undefined
  const pages = await pageLocations(chunk, target.group.rows, read)
  if (pages === undefined || pages.length < 2) return undefined
  const bytes = await read(columnIndex)
  return bytes && hint(() => keptRows(pages, pagesMayMatch(target, bytes, pages, predicate), target.group.rows))
}

function hint<A>(tell: () => A): A | undefined {
  try {
    return tell()
  } catch {
    return undefined
  }
}
