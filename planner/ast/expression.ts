import type { Span } from "./span.ts"

/**
 * One expression language for the whole planner. The parser yields `Expr<ColumnRef>`: names as written. The binder
 * turns it into `Expr<Column>` (see `logical/column.ts`): stable ids. Every other node is the same in both, so one
 * printer and one traversal serve them. What a node means is DuckDB's affair: the planner only moves it about.
 */
export type Expr<C> =
  | C
  | Literal
  | TypedLiteral
  | IntervalLiteral<C>
  | Star<C>
  | FunctionCall<C>
  | Cast<C>
  | Unary<C>
  | Binary<C>
  | IsTest<C>
  | Between<C>
  | InList<C>
  | Case<C>
  | Subscript<C>
  | Field<C>
  | ListLiteral<C>
  | StructLiteral<C>
  | Row<C>
  | Collate<C>
  | SubqueryExpr

/** A name as written. `quoted` names keep their case in messages; DuckDB resolves both without regard to case. */
export interface Identifier {
  readonly text: string
  readonly quoted: boolean
  readonly span: Span
}

/** `a`, `t.a`, `"data/x.parquet".a`; more parts are struct fields, decided by the binder. */
export interface ColumnRef {
  readonly _tag: "ColumnRef"
  readonly parts: readonly Identifier[]
  readonly span: Span
}

/** `sql` is the canonical text DuckDB reads: `42`, `0.06`, `1e3`, `'it''s'`, `TRUE`, `NULL`, `'\x00'::BLOB` is a Cast. */
export interface Literal {
  readonly _tag: "Literal"
  readonly kind: "number" | "string" | "boolean" | "null"
  readonly sql: string
  readonly span: Span
}

/** `DATE '1994-01-01'`: a type name, then a string. `text` is the string's value, not quoted. */
export interface TypedLiteral {
  readonly _tag: "TypedLiteral"
  readonly type: TypeName
  readonly text: string
  readonly span: Span
}

/** `INTERVAL '1' YEAR`, `INTERVAL 3 MONTHS`, `INTERVAL (x) DAY`, `INTERVAL '1 day'` (no unit). */
export interface IntervalLiteral<C> {
  readonly _tag: "IntervalLiteral"
  readonly value: Expr<C>
  readonly unit: string | undefined
  readonly span: Span
}

/** `*`, `t.*`, with EXCLUDE and REPLACE. Stands only in a select list; `count(*)` is a FunctionCall with `star`. */
export interface Star<C> {
  readonly _tag: "Star"
  readonly relation: Identifier | undefined
  readonly exclude: readonly Identifier[]
  readonly replace: readonly { readonly expr: Expr<C>; readonly name: Identifier }[]
  readonly span: Span
}

export interface FunctionCall<C> {
  readonly _tag: "FunctionCall"
  /** Lower case unless quoted. Special spellings (EXTRACT, SUBSTRING … FROM, TRIM, POSITION) arrive as plain calls. */
  readonly name: string
  readonly nameSpan: Span
  readonly args: readonly Expr<C>[]
  /** `count(*)`. */
  readonly star: boolean
  readonly distinct: boolean
  readonly orderBy: readonly OrderItem<C>[]
  readonly filter: Expr<C> | undefined
  /** `f(…) OVER (…)`: kept whole so that the binder can say what is not supported and where. */
  readonly over: Span | undefined
  readonly span: Span
}

/** A type as DuckDB spells it, normalised to upper case words: `DECIMAL(15,2)`, `TIMESTAMP WITH TIME ZONE`, `INTEGER[]`. */
export interface TypeName {
  readonly text: string
  readonly span: Span
}

/** `CAST(x AS T)`, `x::T`, `TRY_CAST(x AS T)`. */
export interface Cast<C> {
  readonly _tag: "Cast"
  readonly input: Expr<C>
  readonly type: TypeName
  readonly try: boolean
  readonly span: Span
}

/** `op` is `-`, `+`, `~`, `@`, `NOT`. */
export interface Unary<C> {
  readonly _tag: "Unary"
  readonly op: string
  readonly input: Expr<C>
  readonly span: Span
}

/**
 * Every binary operator, in upper case: `AND`, `OR`, `+`, `||`, `=`, `<>`, `LIKE`, `NOT ILIKE`, `GLOB`, `SIMILAR TO`,
 * `~`, `^`, `//`, `<<`, `->>`, `IS DISTINCT FROM`, `IS NOT DISTINCT FROM` … `escape` belongs to the LIKE family.
 */
export interface Binary<C> {
  readonly _tag: "Binary"
  readonly op: string
  readonly left: Expr<C>
  readonly right: Expr<C>
  readonly escape: Expr<C> | undefined
  readonly span: Span
}

/** `x IS [NOT] NULL | TRUE | FALSE | UNKNOWN`. */
export interface IsTest<C> {
  readonly _tag: "IsTest"
  readonly input: Expr<C>
  readonly test: "NULL" | "TRUE" | "FALSE" | "UNKNOWN"
  readonly not: boolean
  readonly span: Span
}

export interface Between<C> {
  readonly _tag: "Between"
  readonly input: Expr<C>
  readonly low: Expr<C>
  readonly high: Expr<C>
  readonly not: boolean
  readonly span: Span
}

export interface InList<C> {
  readonly _tag: "InList"
  readonly input: Expr<C>
  readonly items: readonly Expr<C>[]
  readonly not: boolean
  readonly span: Span
}

export interface Case<C> {
  readonly _tag: "Case"
  readonly operand: Expr<C> | undefined
  readonly branches: readonly { readonly when: Expr<C>; readonly then: Expr<C> }[]
  readonly otherwise: Expr<C> | undefined
  readonly span: Span
}

/** `x[i]` (`slice` false: only `from` is set) and `x[from:to:step]`, each part optional. */
export interface Subscript<C> {
  readonly _tag: "Subscript"
  readonly input: Expr<C>
  readonly slice: boolean
  readonly from: Expr<C> | undefined
  readonly to: Expr<C> | undefined
  readonly step: Expr<C> | undefined
  readonly span: Span
}

/** `(expr).field`. */
export interface Field<C> {
  readonly _tag: "Field"
  readonly input: Expr<C>
  readonly name: Identifier
  readonly span: Span
}

export interface ListLiteral<C> {
  readonly _tag: "ListLiteral"
  readonly items: readonly Expr<C>[]
  readonly span: Span
}

export interface StructLiteral<C> {
  readonly _tag: "StructLiteral"
  readonly fields: readonly { readonly name: string; readonly value: Expr<C> }[]
  readonly span: Span
}

/** `(a, b)`: at least two items; one in parentheses is just that expression. */
export interface Row<C> {
  readonly _tag: "Row"
  readonly items: readonly Expr<C>[]
  readonly span: Span
}

export interface Collate<C> {
  readonly _tag: "Collate"
  readonly input: Expr<C>
  readonly collation: string
  readonly span: Span
}

/** `(SELECT …)`, `EXISTS (…)`, `x IN (SELECT …)`, `x = ANY (…)`: recognised and refused in one sentence by the binder. */
export interface SubqueryExpr {
  readonly _tag: "SubqueryExpr"
  readonly spelling: "scalar" | "exists" | "in" | "quantified"
  readonly span: Span
}

/** `nulls` is what was written; DuckDB's default is NULLS LAST for both directions. */
export interface OrderItem<C> {
  readonly expr: Expr<C>
  readonly descending: boolean
  readonly nulls: "first" | "last" | undefined
}
