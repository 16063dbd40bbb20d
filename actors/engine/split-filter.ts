import type { MadeColumn, RowRange, SplitFilter } from "../sources/source.ts"
import type { EngineInput } from "./messages.ts"

/**
 * What a scan may leave out of a split; undefined where it needs every row. A row's number counts all that stand before
 * it, and a column that is made is not what the file holds.
 */
export function splitFilter(
  { pruning = [] }: EngineInput,
  made: readonly MadeColumn[] = [],
  ranges: readonly RowRange[] | undefined,
): SplitFilter | undefined {
  const stored = pruning.filter(({ column }) => made.every(({ name }) => name !== column))
  if (stored.length === 0 || ranges === undefined || made.some(({ _tag }) => _tag === "rowNumber")) return undefined
  return { pruning: stored, ranges }
}
