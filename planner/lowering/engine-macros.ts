import { QUERY_VALUE_MACROS } from "../binder/query-values.ts"
import { ZONED_MACROS } from "./zoned-rules.ts"

/** What the SQL of plans calls beside DuckDB's own functions: every engine that runs it has to have it. */
export const ENGINE_MACROS = { prelude: QUERY_VALUE_MACROS, macros: ZONED_MACROS } as const
