import type { Identifier } from "./expression.ts"
import type { NamedExpr, Query } from "./query.ts"
import type { Span } from "./span.ts"

/** One statement of a script. `span` is its text without its semicolon. */
export type Statement =
  | QueryStatement
  | ExplainStatement
  | DescribeStatement
  | SummarizeStatement
  | ShowStatement
  | CreateViewStatement
  | CreateTableStatement
  | CreateMacroStatement
  | DropStatement
  | SetStatement
  | ResetStatement
  | PrepareStatement
  | ExecuteStatement
  | DeallocateStatement
  | CopyStatement

export interface QueryStatement {
  readonly _tag: "QueryStatement"
  readonly query: Query
  readonly span: Span
}

export interface ExplainStatement {
  readonly _tag: "ExplainStatement"
  readonly verbose: boolean
  readonly analyze: boolean
  readonly format: "text" | "json"
  readonly query: Query
  readonly span: Span
}

/** What DESCRIBE and SUMMARIZE are about: `text` spans a query, or what could stand after FROM. */
export interface Subject {
  readonly kind: "query" | "table"
  readonly text: Span
}

/** `DESCRIBE t`, `DESC SELECT …`, `SHOW t`. */
export interface DescribeStatement {
  readonly _tag: "DescribeStatement"
  readonly subject: Subject
  readonly span: Span
}

export interface SummarizeStatement {
  readonly _tag: "SummarizeStatement"
  readonly subject: Subject
  readonly span: Span
}

/**
 * `SHOW TABLES`, `SHOW ALL TABLES`, `SHOW ALL` (the settings). `SHOW name` is one setting, unless there is a table of
 * that name: then it describes it.
 */
export interface ShowStatement {
  readonly _tag: "ShowStatement"
  readonly what: "tables" | "all tables" | "settings" | Identifier
  readonly span: Span
}

/** What CREATE does when the name is taken. */
export type OnExisting = "refuse" | "replace" | "keep"

export interface CreateViewStatement {
  readonly _tag: "CreateViewStatement"
  readonly onExisting: OnExisting
  readonly name: Identifier
  readonly columns: readonly Identifier[]
  readonly query: Query
  readonly span: Span
}

/** `CREATE TABLE … AS`; `withData` is false for WITH NO DATA. */
export interface CreateTableStatement {
  readonly _tag: "CreateTableStatement"
  readonly onExisting: OnExisting
  readonly name: Identifier
  readonly columns: readonly Identifier[]
  readonly query: Query
  readonly withData: boolean
  readonly span: Span
}

export interface CreateMacroStatement {
  readonly _tag: "CreateMacroStatement"
  readonly onExisting: OnExisting
  readonly name: Identifier
  /** Told apart by the number of their parameters. */
  readonly overloads: readonly MacroOverload[]
  readonly span: Span
}

export interface MacroOverload {
  readonly parameters: readonly MacroParameter[]
  readonly body:
    | { readonly _tag: "scalar"; readonly expr: NamedExpr }
    | { readonly _tag: "table"; readonly query: Query }
  readonly span: Span
}

export interface MacroParameter {
  readonly name: Identifier
  readonly default: NamedExpr | undefined
}

export interface DropStatement {
  readonly _tag: "DropStatement"
  readonly kind: "view" | "table" | "macro" | "table macro"
  readonly ifExists: boolean
  readonly name: Identifier
  readonly span: Span
}

/** `SET name = value`. A value of several words (`SET search_path = a, b`) is refused. */
export interface SetStatement {
  readonly _tag: "SetStatement"
  readonly name: Identifier
  /** undefined: DEFAULT. */
  readonly value: NamedExpr | undefined
  readonly span: Span
}

/** `RESET name`; `RESET ALL` has no name. */
export interface ResetStatement {
  readonly _tag: "ResetStatement"
  readonly name: Identifier | undefined
  readonly span: Span
}

/** What may be prepared: its text is kept, and read again when it is executed. */
export type PreparableStatement =
  | QueryStatement
  | ExplainStatement
  | DescribeStatement
  | SummarizeStatement
  | ShowStatement
  | CopyStatement

export interface PrepareStatement {
  readonly _tag: "PrepareStatement"
  readonly name: Identifier
  readonly statement: PreparableStatement
  readonly span: Span
}

/** `EXECUTE q(1, 'a')` and `EXECUTE q(name := 1)`. */
export interface ExecuteStatement {
  readonly _tag: "ExecuteStatement"
  readonly name: Identifier
  readonly args: readonly { readonly name: Identifier | undefined; readonly value: NamedExpr }[]
  readonly span: Span
}

/** `DEALLOCATE name`; `DEALLOCATE ALL` has no name. */
export interface DeallocateStatement {
  readonly _tag: "DeallocateStatement"
  readonly name: Identifier | undefined
  readonly span: Span
}

/** `COPY (query) TO 'path' (options)`, `COPY t (a, b) TO 'path'`. */
export interface CopyStatement {
  readonly _tag: "CopyStatement"
  readonly source: CopySource
  readonly path: string
  readonly pathSpan: Span
  readonly options: readonly CopyOption[]
  readonly span: Span
}

export type CopySource =
  | { readonly _tag: "query"; readonly query: Query }
  | { readonly _tag: "table"; readonly name: Span; readonly columns: readonly Identifier[] }

export interface CopyOption {
  /** In lower case. */
  readonly name: string
  readonly nameSpan: Span
  readonly value: CopyOptionValue | undefined
}

/** `HEADER`, `DELIMITER ';'`, `PARTITION_BY (a, b)`, `FORCE_QUOTE *`. */
export type CopyOptionValue =
  | { readonly _tag: "word"; readonly text: string; readonly span: Span }
  | { readonly _tag: "string"; readonly text: string; readonly span: Span }
  | { readonly _tag: "number"; readonly text: string; readonly span: Span }
  | { readonly _tag: "names"; readonly names: readonly Identifier[]; readonly span: Span }
  | { readonly _tag: "star"; readonly span: Span }
