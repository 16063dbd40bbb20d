import { isColumn, mapExpr } from "../ast/traverse.ts"
import { type BoundExpr, castTo, type ColumnId } from "../logical/column.ts"
import type { Item } from "../logical/plan.ts"

/**
 * The expression with every column replaced by what it is made of. A computed one is cast to the column's type: a bare
 * literal would take another type beside other operands (`1` next to a TINYINT is a TINYINT).
 */
export function substitute(expr: BoundExpr, items: ReadonlyMap<ColumnId, Item>): BoundExpr {
  return mapExpr(expr, (column): BoundExpr => {
    const item = items.get(column.id)
    if (item === undefined) return column
    return isColumn(item.expr) ? item.expr : castTo(item.expr, column.type)
  })
}

export function itemsById(items: readonly Item[]): ReadonlyMap<ColumnId, Item> {
  return new Map(items.map((item) => [item.column.id, item]))
}
