import { allTerms } from "../ast/chain.ts"
import type { Expr, FunctionCall, TypeName } from "../ast/expression.ts"
import { type ColumnLeaf, columnsOf, isColumn } from "../ast/traverse.ts"
import { NOWHERE } from "../ast/span.ts"
import { printExpr } from "../sql/print-expression.ts"

/** Rules compare ids, never names. Unique within one statement. */
export type ColumnId = number

/** A bound column: the id says which, the name is for people, the type is DuckDB's spelling. */
export interface Column {
  readonly _tag: "Column"
  readonly id: ColumnId
  readonly name: string
  readonly type: string
}

export type BoundExpr = Expr<Column>

/** Hands out ids for one statement. */
export class ColumnIds {
  #next = 1

  make(name: string, type: string): Column {
    return { _tag: "Column", id: this.#next++, name, type }
  }
}

/** A column that holds nothing but a NULL without a type, as in `SELECT NULL AS c`. */
export function isUntyped(column: Pick<Column, "type">): boolean {
  return column.type === '"NULL"' || column.type === "NULL"
}

/** How a column is called in every SQL text that an engine runs. */
export function sqlName(column: Pick<Column, "id">): string {
  return `c${column.id}`
}

/** The expression as an engine reads it: columns by id. Equal texts are equal expressions. */
export function printBound(expr: BoundExpr): string {
  return printExpr(expr, sqlName)
}

/** The expression as EXPLAIN shows it: columns by name. */
export function printForPeople(expr: BoundExpr): string {
  return printExpr(expr, (column) => column.name)
}

export function columnIds(expr: BoundExpr): ReadonlySet<ColumnId> {
  return new Set(columnsOf(expr).map((column) => column.id))
}

export function isConstant<C extends ColumnLeaf>(expr: Expr<C>): boolean {
  return columnsOf(expr).length === 0
}

export function isSubset(ids: ReadonlySet<ColumnId>, of: ReadonlySet<ColumnId>): boolean {
  for (const id of ids) if (!of.has(id)) return false
  return true
}

/** A cast that says outright what DuckDB would do silently. Casting to the type it has already is no cast. */
export function castTo(expr: BoundExpr, type: string): BoundExpr {
  if (isColumn(expr) && expr.type === type) return expr
  return { _tag: "Cast", input: expr, type: typeName(type), try: false, span: NOWHERE }
}

export function typeName(text: string): TypeName {
  return { text, span: NOWHERE }
}

/** A plain call of the planner's own making. */
export function call(name: string, args: readonly BoundExpr[]): FunctionCall<Column> {
  return {
    _tag: "FunctionCall",
    name,
    nameSpan: NOWHERE,
    args,
    method: false,
    star: false,
    distinct: false,
    orderBy: [],
    withinGroup: [],
    filter: undefined,
    ignoreNulls: false,
    over: undefined,
    span: NOWHERE,
  }
}

/** `a AND b AND c` → `[a, b, c]`. */
export function conjuncts<C>(predicate: Expr<C> | undefined): readonly Expr<C>[] {
  return predicate === undefined ? [] : allTerms(predicate, "AND")
}

/** `[a, b, c]` → `a AND b AND c`; undefined when there is nothing to ask. */
export function conjunction(terms: readonly BoundExpr[]): BoundExpr | undefined {
  return joined(terms, "AND")
}

/** `[a, b, c]` → `a OR b OR c`; undefined when there is nothing to choose from. */
export function disjunction(terms: readonly BoundExpr[]): BoundExpr | undefined {
  return joined(terms, "OR")
}

function joined(terms: readonly BoundExpr[], op: "AND" | "OR"): BoundExpr | undefined {
  return terms.reduce<BoundExpr | undefined>((left, right) => {
    if (left === undefined) return right
    return { _tag: "Binary", op, left, right, escape: undefined, span: NOWHERE }
  }, undefined)
}
