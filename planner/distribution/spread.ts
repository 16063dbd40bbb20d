import { type BoundExpr, type Column, type ColumnId, printBound } from "../logical/column.ts"
import type { Item } from "../logical/plan.ts"

/**
 * Where a plan's rows are while it runs.
 * - `single`: all in one task.
 * - `splits`: wherever the scan's splits are read.
 * - `hashed`: by `(hash(keys) >> 40) % partitions`. Each key is a list of expressions that are equal in every row, so
 *   that either side of an equality may be asked for. Without keys the rows are in partitions, but nobody knows why.
 */
export type Spread =
  | { readonly _tag: "single" }
  | { readonly _tag: "splits" }
  | { readonly _tag: "hashed"; readonly keys: readonly (readonly BoundExpr[])[] }

export const SINGLE: Spread = { _tag: "single" }
export const SPLITS: Spread = { _tag: "splits" }

/**
 * Whether rows that agree in `columns` are surely in one task. A key that is computed of them is not enough: `0.0` and
 * `-0.0` are one group, as are a month and thirty days, but their texts are not, nor are they in one partition.
 */
export function isTogether(spread: Spread, columns: ReadonlySet<ColumnId>): boolean {
  if (spread._tag === "single") return true
  if (spread._tag === "splits" || spread.keys.length === 0) return false
  return spread.keys.every((key) => key.some((expr) => isSameFor(expr, columns)))
}

/** Whether the rows are partitioned by exactly these keys, hashed as these very expressions, in this order. */
export function isHashedBy(spread: Spread, keys: readonly BoundExpr[]): boolean {
  if (spread._tag !== "hashed" || spread.keys.length !== keys.length || keys.length === 0) return false
  return keys.every((key, i) => spread.keys[i]?.some((expr) => printBound(expr) === printBound(key)) ?? false)
}

/** What is known after a projection: keys follow their columns to their new ids; others are forgotten. */
export function renamed(spread: Spread, items: readonly Item[]): Spread {
  if (spread._tag !== "hashed") return spread
  const passed = new Map<ColumnId, Item>()
  for (const item of items) if (item.expr._tag === "Column") passed.set(item.expr.id, item)
  const keys = spread.keys.map((key) =>
    key.flatMap((expr) => {
      const item = passed.get(keyColumn(expr)?.id ?? -1)
      return item === undefined ? [] : [renameColumn(expr, item)]
    }),
  )
  return keys.some((key) => key.length === 0) ? { _tag: "hashed", keys: [] } : { _tag: "hashed", keys }
}

/** The column that a key is, or is a cast of. Other keys are not followed. */
function keyColumn(expr: BoundExpr): Column | undefined {
  if (expr._tag === "Cast") return keyColumn(expr.input)
  return expr._tag === "Column" ? expr : undefined
}

function renameColumn(expr: BoundExpr, item: Item): BoundExpr {
  if (expr._tag === "Cast") return { ...expr, input: renameColumn(expr.input, item) }
  return item.column
}

/** The column itself, or a cast between types whose equal values stay equal: what the binder writes out. */
function isSameFor(expr: BoundExpr, columns: ReadonlySet<ColumnId>): boolean {
  if (expr._tag === "Column") return columns.has(expr.id)
  if (expr._tag !== "Cast" || expr.input._tag !== "Column") return false
  return KEEPS_EQUALITY.test(expr.input.type) && KEEPS_EQUALITY.test(expr.type.text) && columns.has(expr.input.id)
}

const KEEPS_EQUALITY = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DECIMAL\(\d+,\s*\d+\)|FLOAT|DOUBLE|DATE|TIMESTAMP)$/
