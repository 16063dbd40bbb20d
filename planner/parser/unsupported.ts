import type { Span } from "../ast/span.ts"
import { UnsupportedSql } from "../errors.ts"

export function unsupported(message: string, span: Span, hint?: string): UnsupportedSql {
  return new UnsupportedSql(hint === undefined ? { message, span } : { message, span, hint })
}

interface Refusal {
  readonly message: string
  readonly hint?: string
}

const READ_ONLY = "Skein changes no rows: it answers queries, and writes files with COPY"
const notYet = (what: string, hint?: string): Refusal => {
  const message = `${what} is not supported yet.`
  return hint === undefined ? { message } : { message, hint }
}
const writes = (what: string): Refusal => ({ message: `${what} is not supported: ${READ_ONLY}.` })

/** First words of statements that are known, and why they are refused. */
export const REFUSED_STATEMENTS: ReadonlyMap<string, Refusal> = new Map(
  Object.entries<Refusal>({
    ABORT: notYet("ABORT", "every query stands alone: there are no transactions"),
    ALTER: writes("ALTER"),
    ANALYSE: notYet("ANALYZE", "statistics come from the files' footers"),
    ANALYZE: notYet("ANALYZE", "statistics come from the files' footers"),
    ATTACH: {
      message: "ATTACH is not supported: Skein reads files named in FROM.",
      hint: "FROM 'path/to/file.parquet'",
    },
    BEGIN: notYet("BEGIN", "every query stands alone: there are no transactions"),
    CALL: notYet("CALL"),
    CHECKPOINT: writes("CHECKPOINT"),
    COMMENT: writes("COMMENT ON"),
    COMMIT: notYet("COMMIT", "every query stands alone: there are no transactions"),
    DELETE: writes("DELETE"),
    DETACH: { message: "DETACH is not supported: nothing can be attached." },
    EXPORT: writes("EXPORT"),
    IMPORT: writes("IMPORT"),
    FORCE: { message: "Extensions cannot be installed: Skein's engines run without extensions." },
    INSERT: writes("INSERT"),
    INSTALL: { message: "Extensions cannot be installed: Skein's engines run without extensions." },
    LOAD: { message: "Extensions cannot be loaded: Skein's engines run without extensions." },
    MERGE: writes("MERGE"),
    PRAGMA: notYet("PRAGMA"),
    ROLLBACK: notYet("ROLLBACK", "every query stands alone: there are no transactions"),
    START: notYet("START TRANSACTION", "every query stands alone: there are no transactions"),
    TRUNCATE: writes("TRUNCATE"),
    UPDATE: writes("UPDATE"),
    USE: notYet("USE"),
    VACUUM: writes("VACUUM"),
  }),
)
