import type { ColumnRef, Expr, Identifier, OrderItem, TypeName, WindowSpec } from "./expression.ts"
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
export type QueryBody = Select | SetOperation | Values | TableStatement | Pivot | Unpivot | Describe | Query

/** A query whose body is a SELECT. */
export interface SelectQuery extends Query {
  readonly body: Select
}

export interface Cte {
  readonly _tag: "Cte"
  readonly name: Identifier
  readonly columns: readonly Identifier[]
  /** `USING KEY (a, b)` of a recursive CTE. */
  readonly usingKey: readonly Identifier[]
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

/** `DESCRIBE …`, `SUMMARIZE …`, `SHOW …` in parentheses, where a query may stand. */
export interface Describe {
  readonly _tag: "Describe"
  readonly verb: "describe" | "summarize" | "show"
  /** What is described; otherwise `lists` says what is listed. */
  readonly target: Query | TableRef | undefined
  /** `SHOW TABLES`, `SHOW ALL TABLES` and what means the same, `SHOW DATABASES` … `setting` is SHOW TIME ZONE. */
  readonly lists: "tables" | "all tables" | "databases" | "schemas" | "variables" | "setting" | undefined
  /** `SHOW TABLES FROM catalog.schema`. */
  readonly of: readonly Identifier[]
  readonly span: Span
}

/** `PIVOT t ON a IN (1, 2), b USING sum(c) GROUP BY d`. Without IN its columns depend on the data. */
export interface Pivot {
  readonly _tag: "Pivot"
  readonly source: FromItem
  readonly on: readonly PivotColumn[]
  readonly using: readonly SelectItem[]
  readonly groupBy: readonly Identifier[]
  readonly span: Span
}

/** What becomes columns: values, a query that gives them, the name of an ENUM type, or all that there are. */
export interface PivotColumn {
  readonly _tag: "PivotColumn"
  /** One expression; the standard's spelling may list several in parentheses. */
  readonly exprs: readonly NamedExpr[]
  readonly values: readonly SelectItem[]
  readonly query: Query | undefined
  readonly enum: Identifier | undefined
  readonly span: Span
}

/** `UNPIVOT t ON a, (b, c) AS d INTO NAME n VALUE v, w`. */
export interface Unpivot {
  readonly _tag: "Unpivot"
  readonly source: FromItem
  readonly on: readonly SelectItem[]
  /** Undefined when INTO is not written: DuckDB calls the columns name and value. */
  readonly name: Identifier | undefined
  readonly values: readonly Identifier[]
  readonly span: Span
}

export interface Select {
  readonly _tag: "Select"
  readonly distinct: boolean
  /** `DISTINCT ON (a, b)`: `distinct` is true, too. */
  readonly distinctOn: readonly NamedExpr[]
  /** `FROM t` alone: the list is one star, which the text does not have. */
  readonly impliedList: boolean
  readonly items: readonly SelectItem[]
  readonly from: FromItem | undefined
  readonly where: NamedExpr | undefined
  readonly groupBy: GroupBy | undefined
  readonly having: NamedExpr | undefined
  readonly windows: readonly NamedWindow[]
  readonly qualify: NamedExpr | undefined
  /** `USING SAMPLE …`. */
  readonly sample: Sample | undefined
  readonly span: Span
}

export interface GroupBy {
  /** GROUP BY ALL. */
  readonly all: boolean
  /** Expressions, ordinals and aliases as written. */
  readonly items: readonly NamedExpr[]
  /** What stands between them: `()`, ROLLUP, CUBE, GROUPING SETS. */
  readonly sets: readonly GroupingSet[]
}

/** `()`, `ROLLUP (a, b)`, `CUBE (a, b)`, `GROUPING SETS ((a, b), ROLLUP (c), ())`: only the last holds others. */
export interface GroupingSet {
  readonly _tag: "GroupingSet"
  readonly kind: "empty" | "rollup" | "cube" | "sets"
  readonly items: readonly NamedExpr[]
  readonly sets: readonly GroupingSet[]
  readonly span: Span
}

/** `WINDOW w AS (PARTITION BY a)`. */
export interface NamedWindow {
  readonly _tag: "NamedWindow"
  readonly name: Identifier
  readonly window: WindowSpec<ColumnRef>
  readonly span: Span
}

/** `USING SAMPLE 10%`, `TABLESAMPLE reservoir(50 ROWS) REPEATABLE (3)`. */
export interface Sample {
  readonly _tag: "Sample"
  readonly size: number
  readonly unit: "rows" | "percent"
  readonly method: "system" | "bernoulli" | "reservoir" | undefined
  readonly seed: number | undefined
  readonly span: Span
}

export interface SelectItem {
  readonly expr: NamedExpr
  readonly alias: Identifier | undefined
  readonly span: Span
}

export type FromItem =
  | TableRef
  | TableFunctionRef
  | SubqueryRef
  | ValuesRef
  | JoinRef
  | PivotRef
  | UnpivotRef
  | ParenthesisedFrom

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
  /** All that says which table: with its qualifiers, with ONLY, a whole call. What stands for the table goes here. */
  readonly nameSpan: Span
  readonly alias: TableAlias | undefined
  /** `AT (VERSION => 3)`, which only catalogs with a history can answer. */
  readonly at: AtClause | undefined
  /** Of `read_parquet` with more than one path or with options; `name` is the first path. */
  readonly reader?: ReaderCall
  readonly sample: Sample | undefined
  readonly span: Span
}

/** `read_parquet(['a.parquet', 'b/*.parquet'], union_by_name = true)`. */
export interface ReaderCall {
  /** Lower case. */
  readonly name: string
  readonly paths: readonly string[]
  readonly options: readonly { readonly name: Identifier; readonly value: NamedExpr }[]
}

export interface AtClause {
  readonly _tag: "AtClause"
  readonly unit: "version" | "timestamp"
  readonly expr: NamedExpr
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
  /** `AS t(a INTEGER)`, which DuckDB reads and ignores. */
  readonly typedColumns: readonly TypedColumn[]
  readonly sample: Sample | undefined
  readonly span: Span
}

export interface TypedColumn {
  readonly name: Identifier
  readonly type: TypeName
}

/** Any subquery may read the tables before it; LATERAL only says so. */
export interface SubqueryRef {
  readonly _tag: "SubqueryRef"
  readonly lateral: boolean
  readonly query: Query
  readonly alias: TableAlias | undefined
  readonly sample: Sample | undefined
  readonly span: Span
}

/** `FROM VALUES (1), (2) AS t(a)`: without parentheses it must have an alias. */
export interface ValuesRef {
  readonly _tag: "ValuesRef"
  readonly values: Values
  readonly alias: TableAlias
  readonly sample: Sample | undefined
  readonly span: Span
}

/** `FROM a, b` is a JoinRef of kind "cross". `using` is empty unless written; `natural` excludes both. */
export interface JoinRef {
  readonly _tag: "JoinRef"
  readonly kind: PlainJoin | "cross" | "positional" | "asof" | `asof ${Exclude<PlainJoin, "inner">}`
  readonly natural: boolean
  readonly left: FromItem
  readonly right: FromItem
  readonly on: NamedExpr | undefined
  readonly using: readonly Identifier[]
  readonly span: Span
}

export type PlainJoin = "inner" | "left" | "right" | "full" | "semi" | "anti"

/** `t PIVOT (sum(a) FOR b IN (1, 2) c IN ('x') GROUP BY d) AS p`, the standard's spelling. */
export interface PivotRef {
  readonly _tag: "PivotRef"
  readonly source: FromItem
  readonly using: readonly SelectItem[]
  readonly on: readonly PivotColumn[]
  readonly groupBy: readonly Identifier[]
  readonly alias: TableAlias | undefined
  readonly span: Span
}

/** `t UNPIVOT INCLUDE NULLS ((v, w) FOR n IN ((a, b) AS q)) AS u`. */
export interface UnpivotRef {
  readonly _tag: "UnpivotRef"
  readonly source: FromItem
  readonly includeNulls: boolean
  readonly values: readonly Identifier[]
  readonly name: Identifier
  readonly on: readonly SelectItem[]
  readonly alias: TableAlias | undefined
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
