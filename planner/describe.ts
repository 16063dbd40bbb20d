import type { Span } from "./ast/span.ts"

export interface DescribedColumn {
  readonly name: string
  readonly type: string
}

/**
 * DuckDB's word on types, functions and constants. Implemented by an engine that holds no data; every call is a
 * statement over typed NULLs, so the port keeps no state and answers may be cached by their SQL.
 */
export interface TypeOracle {
  /** `DESCRIBE sql`. Rejects with DescribeRefusal. */
  readonly describe: (sql: string) => Promise<readonly DescribedColumn[]>
  /** The unoptimized logical plan of `EXPLAIN (FORMAT json)`, parsed from JSON: shows every implicit cast. */
  readonly explain: (sql: string) => Promise<unknown>
  /** Runs a query that reads no table and returns every row as texts (`::VARCHAR`), NULL as null. */
  readonly evaluate: (sql: string) => Promise<readonly (readonly (string | null)[])[]>
  /** Names of the functions that DuckDB has, in lower case. Loaded once. */
  readonly functions: () => Promise<FunctionNames>
}

export interface FunctionNames {
  readonly aggregates: ReadonlySet<string>
  /** Functions whose value changes from call to call: `random`, `uuid`, `nextval` … */
  readonly volatile: ReadonlySet<string>
  readonly all: ReadonlySet<string>
}

/** DuckDB's refusal, as `errors_as_json` gives it. `position` is an offset in the SQL that was sent. */
export interface DescribeRefusal {
  readonly _tag: "DescribeRefusal"
  readonly kind: string
  readonly message: string
  readonly position: number | undefined
  readonly candidates: string | undefined
}

/** A span of generated SQL that was copied from the statement, so that DuckDB's position can be given as the user's. */
export interface CopiedText {
  readonly at: number
  readonly span: Span
}
