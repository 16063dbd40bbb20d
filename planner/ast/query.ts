import type { ColumnRef, Expr, Identifier, OrderItem } from "./expression.ts"
import type { Span } from "./span.ts"

/** An expression as parsed: its columns are names. */
export type NamedExpr = Expr<ColumnRef>

/** `[WITH …] SELECT … [ORDER BY …] [LIMIT …]`. ORDER BY and LIMIT belong to the query, not to the select. */
export interface Query {
  readonly _tag: "Query"
  readonly with: readonly Cte[]
  readonly body: Select
  readonly orderBy: readonly OrderItem<ColumnRef>[]
  readonly limit: NamedExpr | undefined
  readonly offset: NamedExpr | undefined
  readonly span: Span
}

export interface Cte {
  readonly name: Identifier
  readonly columns: readonly Identifier[]
  /** `AS MATERIALIZED` / `AS NOT MATERIALIZED`; undefined when neither was written. */
  readonly materialized: boolean | undefined
  readonly query: Query
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

export type FromItem = TableRef | SubqueryRef | JoinRef

/**
 * `lineitem`, `"data_part_*"`, `'data/x.parquet'`, `read_parquet('a.parquet')`. `name` is the unquoted text: a CTE's
 * name, a table of --data, a path or a glob; the binder and the catalog decide.
 */
export interface TableRef {
  readonly _tag: "TableRef"
  readonly name: string
  /** How it was written: a bare or "quoted" identifier, a 'string', or read_parquet('string'). */
  readonly spelling: "identifier" | "string" | "read_parquet"
  readonly nameSpan: Span
  readonly alias: TableAlias | undefined
  readonly span: Span
}

export interface SubqueryRef {
  readonly _tag: "SubqueryRef"
  readonly query: Query
  readonly alias: TableAlias | undefined
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
