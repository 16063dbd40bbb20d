/** Open expressions and queries at once: a level costs about ten frames, and 1,000 levels overflow Node's stack. */
export const NESTING_MAX = 100

/** Levels of an expression's tree, long runs of AND, OR, + and the like not counted: later passes recurse over it. */
export const EXPRESSION_DEPTH_MAX = 400

/** Tables joined in one FROM: later passes recurse over the joins. */
export const FROM_TABLES_MAX = 500

/** Set operations in one query: later passes recurse over them, and DuckDB refuses a thousand. */
export const SET_OPERATIONS_MAX = 500

/** What a query has got to. It decides what an error says may follow. */
export type Clause = "statement" | "with" | "select" | "from" | "where" | "group" | "having" | "order" | "limit"
