import type { Query, TableRef } from "./ast/query.ts"

/**
 * What the planner needs to know of a table, as the catalog found it in the files' footers. No I/O happens in the
 * planner: it is given a `Catalog`.
 */
export interface TableDescription {
  /** Stable within one query; the runtime finds the files again by it. */
  readonly id: string
  /** What the columns may be qualified with when no alias is written: `lineitem` for `data/lineitem.parquet`. */
  readonly alias: string
  readonly columns: readonly TableColumn[]
  /** Columns that a name finds and `*` leaves out; none has the name of another column. */
  readonly hidden?: readonly TableColumn[]
  /** Exact, from the footers. */
  readonly rows: number
  /** How many files; named in EXPLAIN. */
  readonly files: number
}

export interface TableColumn {
  readonly name: string
  /** DuckDB's own spelling: `DECIMAL(15,2)`, `DATE`, `STRUCT(a INTEGER)`. */
  readonly type: string
  /** Uncompressed bytes over all files, from the footers. */
  readonly bytes: number
  /** Smallest and largest value as DuckDB prints them, where every file's statistics can be trusted. */
  readonly min: string | undefined
  readonly max: string | undefined
}

/** A view of the session's, or a table that it keeps: a query with a text of its own. */
export interface ViewDefinition {
  /** For messages. */
  readonly kind: "view" | "table"
  readonly name: string
  /** The spans of `query` point into it. */
  readonly sql: string
  readonly query: Query
  /** Names for its first columns. */
  readonly columns: readonly string[]
}

export interface Catalog {
  /** What an earlier statement called by this name; it hides files of the same name. A CTE hides it. */
  readonly view?: (ref: TableRef) => ViewDefinition | undefined
  /** Rejects with UnknownTable (nearest name included) or the source's own tagged error. */
  readonly resolve: (ref: TableRef) => Promise<TableDescription>
}
