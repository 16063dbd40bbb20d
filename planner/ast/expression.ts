import type { Query } from "./query.ts"
import type { Span } from "./span.ts"

/**
 * One expression language for the whole planner. The parser yields `Expr<ColumnRef>`: names as written. The binder
 * turns it into `Expr<Column>` (see `logical/column.ts`): stable ids. Every other node is the same in both, so one
 * printer and one traversal serve them. What a node means is DuckDB's affair: the planner only moves it about.
 */
export type Expr<C> = C | Inner<C>

/** Every node but the columns. It is rebuilt around new children whatever their columns are. */
export type Inner<C> =
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
  | SubqueryExpr<C>
  | QuantifiedList<C>
  | Lambda<C>
  | NamedArgument<C>
  | ColumnsCall<C>
  | Comprehension<C>
  | MapLiteral<C>
  | Grouping<C>
  | Parameter
  | PositionalReference
  | Default

/** A name as written. `quoted` names keep their case in messages; DuckDB resolves both without regard to case. */
export interface Identifier {
  readonly text: string
  readonly quoted: boolean
  readonly span: Span
}

/** `a`, `t.a`: the last part is the name itself. */
export type QualifiedName = readonly Identifier[]

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

/**
 * `*`, `t.*`, with EXCLUDE, REPLACE and RENAME, in that order. `count(*)` is a FunctionCall with `star`. Anywhere but as
 * an item of a select list it stands for several expressions, which only DuckDB can make of it: `* LIKE 'a%'`.
 */
export interface Star<C> {
  readonly _tag: "Star"
  readonly relation: Identifier | undefined
  readonly exclude: readonly QualifiedName[]
  readonly replace: readonly { readonly expr: Expr<C>; readonly name: Identifier }[]
  readonly rename: readonly { readonly from: QualifiedName; readonly name: Identifier }[]
  readonly span: Span
}

export interface FunctionCall<C> {
  readonly _tag: "FunctionCall"
  /** Lower case unless quoted. Special spellings (EXTRACT, SUBSTRING … FROM, TRIM, POSITION) arrive as plain calls. */
  readonly name: string
  readonly nameSpan: Span
  readonly args: readonly Expr<C>[]
  /** `a.f(y)`: the first argument is the name before the dot, which may also be a schema's. `(x).f(y)` is `f(x, y)`. */
  readonly method: boolean
  /** `count(*)`. */
  readonly star: boolean
  readonly distinct: boolean
  readonly orderBy: readonly OrderItem<C>[]
  readonly withinGroup: readonly OrderItem<C>[]
  readonly filter: Expr<C> | undefined
  /** `first(x IGNORE NULLS)`; RESPECT NULLS is what happens without. */
  readonly ignoreNulls: boolean
  readonly over: WindowSpec<C> | undefined
  readonly span: Span
}

/** `OVER w`, `OVER (w PARTITION BY …)`, and the windows that a WINDOW clause names. `base` is `w`. */
export interface WindowSpec<C> {
  readonly _tag: "WindowSpec"
  readonly base: Identifier | undefined
  readonly partitionBy: readonly Expr<C>[]
  readonly orderBy: readonly OrderItem<C>[]
  readonly frame: WindowFrame<C> | undefined
  readonly span: Span
}

/** `end` is CURRENT ROW when only a start was written. */
export interface WindowFrame<C> {
  readonly _tag: "WindowFrame"
  readonly unit: "rows" | "range" | "groups"
  readonly start: FrameBound<C>
  readonly end: FrameBound<C>
  readonly exclude: "current row" | "group" | "ties" | "no others" | undefined
  readonly span: Span
}

/** `offset` is there for `x PRECEDING` and `x FOLLOWING`; UNBOUNDED without. */
export type FrameBound<C> =
  | { readonly kind: "current row" }
  | { readonly kind: "preceding" | "following"; readonly offset: Expr<C> | undefined }

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
  /** `ARRAY[a, b]`: the same list, which DuckDB names otherwise. */
  readonly array: boolean
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

/**
 * A query inside an expression: `(SELECT …)`, `EXISTS (…)`, `x NOT IN (SELECT …)`, `x = ALL (SELECT …)`,
 * `ARRAY(SELECT …)`. Traversal of expressions sees the operand and not the query, whose names are its own affair.
 */
export interface SubqueryExpr<C> {
  readonly _tag: "SubqueryExpr"
  readonly spelling: "scalar" | "exists" | "in" | "quantified" | "array"
  /** What stands before IN or the operator of ANY and ALL. */
  readonly operand: Expr<C> | undefined
  /** The operator of ANY and ALL. */
  readonly op: string | undefined
  readonly quantifier: "any" | "all" | undefined
  /** NOT IN. NOT EXISTS is a Unary above. */
  readonly not: boolean
  readonly query: Query
  readonly span: Span
}

/** `x = ANY (list)`, `x < ALL (list)`; SOME is ANY. */
export interface QuantifiedList<C> {
  readonly _tag: "QuantifiedList"
  readonly operand: Expr<C>
  readonly op: string
  readonly quantifier: "any" | "all"
  readonly list: Expr<C>
  readonly span: Span
}

/**
 * `lambda x, y: body`, and `x -> body` or `(x, y) -> body` as an argument. Only the function that is called decides
 * whether an arrow made a lambda or is JSON's operator, so its left side is kept as it was read: what looks like
 * columns in it may be parameters, and the same names in the body too.
 */
export interface Lambda<C> {
  readonly _tag: "Lambda"
  readonly parameters: readonly Identifier[]
  /** What stands before the arrow; undefined after the word `lambda`. */
  readonly left: Expr<C> | undefined
  readonly body: Expr<C>
  readonly span: Span
}

/** `f(name := x)` and `f(name => x)`: stands only among the arguments of a call. */
export interface NamedArgument<C> {
  readonly _tag: "NamedArgument"
  readonly name: Identifier
  readonly value: Expr<C>
  readonly span: Span
}

/** `COLUMNS(…)` of a regex, a list, a lambda or a star, and `*COLUMNS(…)`, whose columns become arguments. */
export interface ColumnsCall<C> {
  readonly _tag: "ColumnsCall"
  readonly unpacked: boolean
  readonly input: Expr<C>
  readonly span: Span
}

/** `[body FOR variables IN list IF condition]`. */
export interface Comprehension<C> {
  readonly _tag: "Comprehension"
  readonly body: Expr<C>
  readonly variables: readonly Identifier[]
  readonly list: Expr<C>
  readonly condition: Expr<C> | undefined
  readonly span: Span
}

/** `MAP {key: value}`. */
export interface MapLiteral<C> {
  readonly _tag: "MapLiteral"
  readonly entries: readonly { readonly key: Expr<C>; readonly value: Expr<C> }[]
  readonly span: Span
}

/** `GROUPING(a, b)`, `GROUPING_ID(a, b)`. */
export interface Grouping<C> {
  readonly _tag: "Grouping"
  readonly args: readonly Expr<C>[]
  readonly span: Span
}

/**
 * `$1`, `?1`, `$name` in lower case, and `?`: the number after the highest so far, in the order of the text; but, as
 * DuckDB counts, what is trimmed comes before what TRIM takes off, a time zone before the moment.
 */
export interface Parameter {
  readonly _tag: "Parameter"
  readonly name: string | number
  /** As written: `?`, `?1`, `$1`, `$name`. */
  readonly spelling: string
  readonly span: Span
}

/** `#1`: a column of FROM by its place. */
export interface PositionalReference {
  readonly _tag: "PositionalReference"
  readonly index: number
  readonly span: Span
}

/** `DEFAULT`, which DuckDB takes for an expression and refuses in every query. */
export interface Default {
  readonly _tag: "Default"
  readonly span: Span
}

/** `nulls` is what was written; DuckDB's default is NULLS LAST for both directions. */
export interface OrderItem<C> {
  readonly expr: Expr<C>
  readonly descending: boolean
  readonly nulls: "first" | "last" | undefined
}
