import type { ColumnRef, Expr, Identifier, OrderItem, TypeName } from "./expression.ts"
import type { Span } from "./span.ts"

/** An expression as parsed: its columns are names. */
export type NamedExpr = Expr<ColumnRef>

/**
 * `[WITH …] body [ORDER BY …] [LIMIT …]`. ORDER BY and LIMIT belong to the query, not to the select. As in DuckDB,
 * parentheses around a whole query mean nothing: `(SELECT … LIMIT 3) ORDER BY a` orders before it limits.
 */
export interface Query {
  readonly _tag: "Query"
  readonly with: readonly Cte[]
  /** WITH RECURSIVE: every one of its CTEs may read itself. */
  readonly recursive: boolean
  readonly body: QueryBody
  readonly orderBy: readonly OrderItem<ColumnRef>[]
  readonly limit: NamedExpr | undefined
  /** `LIMIT 10%`. */
  readonly limitPercent: boolean
  readonly offset: NamedExpr | undefined
  readonly span: Span
}

/** A Query stands here only as a side of a set operation: `(SELECT … LIMIT 1) UNION …`. */
export type QueryBody = Select | SetOperation | Values | TableStatement | Query

/** A query whose body is a SELECT. */
export interface SelectQuery extends Query {
  readonly body: Select
}

export interface Cte {
  readonly _tag: "Cte"
  readonly name: Identifier
  readonly columns: readonly Identifier[]
  /** `USING KEY (a, b)` of a recursive CTE. */
  readonly usingKey: readonly NamedExpr[]
  /** `AS MATERIALIZED` / `AS NOT MATERIALIZED`; undefined when neither was written. */
  readonly materialized: boolean | undefined
  readonly query: Query
  readonly span: Span
}

/** A run of the same operation leans to the left, up to SET_OPERATIONS_MAX levels. */
export interface SetOperation {
  readonly _tag: "SetOperation"
  readonly op: "union" | "intersect" | "except"
  readonly all: boolean
  /** Only UNION has BY NAME. */
  readonly byName: boolean
  readonly left: QueryBody
  readonly right: QueryBody
  readonly span: Span
}

/** `VALUES (1, 'a'), (2, 'b')`. DuckDB looks whether the rows are of one length. */
export interface Values {
  readonly _tag: "Values"
  readonly rows: readonly (readonly NamedExpr[])[]
  readonly span: Span
}

/** `TABLE t` is `SELECT * FROM t`. */
export interface TableStatement {
  readonly _tag: "TableStatement"
  readonly table: TableRef
  readonly span: Span
}

export interface Select {
  readonly _tag: "Select"
  readonly distinct: boolean
  readonly items: readonly SelectItem[]
  readonly from: FromItem | undefined
  readonly where: NamedExpr | undefined
  /** Expressions, ordinals and aliases as written; `all` for GROUP BY ALL. */
  readonly groupBy: { readonly all: boolean; readonly items: readonly NamedExpr[] } | undefined
  readonly having: NamedExpr | undefined
  readonly span: Span
}

export interface SelectItem {
  readonly expr: NamedExpr
  readonly alias: Identifier | undefined
  readonly span: Span
}

export type FromItem = TableRef | TableFunctionRef | SubqueryRef | ValuesRef | JoinRef | ParenthesisedFrom

/**
 * `lineitem`, `"data_part_*"`, `'data/x.parquet'`, `read_parquet('a.parquet')`. `name` is the unquoted text: a CTE's
 * name, a table of --data, a path or a glob; the binder and the catalog decide.
 */
export interface TableRef {
  readonly _tag: "TableRef"
  /** `schema.` or `catalog.schema.` before the name. */
  readonly qualifiers: readonly Identifier[]
  readonly name: string
  /** How it was written: a bare or "quoted" identifier, a 'string', or read_parquet('string'). */
  readonly spelling: "identifier" | "string" | "read_parquet"
  readonly nameSpan: Span
  readonly alias: TableAlias | undefined
  readonly span: Span
}

/** `range(10)`, `read_csv('a.csv', header = true)`, `unnest(t.list)`: its arguments may read the tables before it. */
export interface TableFunctionRef {
  readonly _tag: "TableFunctionRef"
  /** `schema.` or `catalog.schema.` before the name. */
  readonly qualifiers: readonly Identifier[]
  /** Lower case unless quoted. */
  readonly name: string
  readonly nameSpan: Span
  readonly args: readonly NamedExpr[]
  /** `WITH ORDINALITY`. */
  readonly ordinality: boolean
  readonly lateral: boolean
  readonly alias: TableAlias | undefined
  /** `AS t(a INTEGER)`; DuckDB reads the types and forgets them. */
  readonly columnTypes: readonly TypeName[]
  readonly span: Span
}

/** Any subquery may read the tables before it; LATERAL only says so. */
export interface SubqueryRef {
  readonly _tag: "SubqueryRef"
  readonly lateral: boolean
  readonly query: Query
  readonly alias: TableAlias | undefined
  readonly span: Span
}

/** `FROM VALUES (1), (2) AS t(a)`: without parentheses it must have an alias. */
export interface ValuesRef {
  readonly _tag: "ValuesRef"
  readonly values: Values
  readonly alias: TableAlias
  readonly span: Span
}

/** `FROM a, b` is a JoinRef of kind "cross". `using` is empty unless written; `natural` excludes both. */
export interface JoinRef {
  readonly _tag: "JoinRef"
  readonly kind: "inner" | "left" | "right" | "full" | "cross" | "semi" | "anti"
  readonly natural: boolean
  readonly left: FromItem
  readonly right: FromItem
  readonly on: NamedExpr | undefined
  readonly using: readonly Identifier[]
  readonly span: Span
}

/** `(a JOIN b ON …) AS t`. Parentheses without an alias leave no node. */
export interface ParenthesisedFrom {
  readonly _tag: "ParenthesisedFrom"
  readonly from: FromItem
  readonly alias: TableAlias
  readonly span: Span
}

export interface TableAlias {
  readonly name: Identifier
  readonly columns: readonly Identifier[]
}

/** One statement of a script. `text` spans it without its semicolon. */
export type Statement =
  | { readonly _tag: "QueryStatement"; readonly query: Query; readonly span: Span }
  | {
      readonly _tag: "ExplainStatement"
      readonly verbose: boolean
      readonly analyze: boolean
      readonly format: "text" | "json"
      readonly query: Query
      readonly span: Span
    }
