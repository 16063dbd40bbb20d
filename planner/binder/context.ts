import type { Catalog } from "../catalog.ts"
import type { FunctionNames, TypeOracle } from "../describe.ts"
import type { ColumnIds } from "../logical/column.ts"
import type { PivotValues } from "../pivot-values.ts"

/** What binding a statement needs from outside, and what it hands out. One a statement. */
export interface BindContext {
  /** The statement's text: spans point into it. */
  readonly sql: string
  /** What PIVOTs found in the data before the statement was bound. */
  readonly pivotValues?: PivotValues
  readonly catalog: Catalog
  readonly oracle: TypeOracle
  readonly ids: ColumnIds
  /** The query's one moment: `now()` and its kin are this value wherever they stand (law 5). */
  readonly nowMicros: bigint
  /** Views that are being bound, outermost first, in lower case: none of them may be read again. */
  readonly openViews?: readonly string[]
  /** Counts the views that the statement reads, each as often as it is bound. */
  readonly nextView: () => number
  /** Hands out the ids of CTEs. */
  readonly nextCte: () => number
}

export function functionNames(context: BindContext): Promise<FunctionNames> {
  return context.oracle.functions()
}
