import * as arrow from "apache-arrow"
import type { EngineCall } from "./core.ts"
import type { DuckDB } from "./duckdb.ts"
import type { EngineEvent } from "./messages.ts"
import { positionIn, Refused } from "./refusal.ts"

/** Rows that Evaluate returns: it serves constants and small lists, not results. */
const EVALUATED_ROWS_MAX = 100_000

const EVALUATE_PREFIX = "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (\n"

/** Throws Trap; what DuckDB refuses is an answer too. */
export function answer(db: DuckDB, call: EngineCall): EngineEvent {
  const { prefix, suffix } = wrapping(call)
  try {
    const rows = runTexts(db, prefix + call.sql + suffix)
    switch (call._tag) {
      case "Describe":
        return {
          _tag: "Described",
          call: call.call,
          columns: rows.map(([name, type]) => ({ name: name ?? "", type: type ?? "" })),
        }
      case "Explain":
        return { _tag: "Explained", call: call.call, plan: rows.find(([key]) => key === "logical_plan")?.[1] ?? "" }
      case "Evaluate":
        return { _tag: "Evaluated", call: call.call, rows }
    }
  } catch (thrown) {
    if (!(thrown instanceof Refused) || thrown.fatal) throw thrown
    const position = positionIn(call.sql, prefix, thrown.refusal.position)
    return { _tag: "CallFailed", call: call.call, refusal: { ...thrown.refusal, position } }
  }
}

/** A line of its own for what follows the SQL, which may end in a comment. */
function wrapping(call: EngineCall): { readonly prefix: string; readonly suffix: string } {
  switch (call._tag) {
    case "Describe":
      return { prefix: "DESCRIBE ", suffix: "" }
    case "Explain":
      return { prefix: "EXPLAIN (FORMAT json) ", suffix: "" }
    case "Evaluate":
      return { prefix: EVALUATE_PREFIX, suffix: "\n)" }
  }
}

function runTexts(db: DuckDB, sql: string): (string | null)[][] {
  const table = arrow.tableFromIPC(db.calls.run(sql))
  if (table.numRows > EVALUATED_ROWS_MAX) {
    const message = `the statement returned ${table.numRows} rows; at most ${EVALUATED_ROWS_MAX} can be evaluated at once`
    throw new Refused({ kind: "Limit", message, position: undefined, candidates: undefined })
  }
  const columns = table.schema.fields.map((_, i) => table.getChildAt(i))
  return Array.from({ length: table.numRows }, (_, row) =>
    columns.map((column) => {
      const value: unknown = column?.get(row)
      return typeof value === "string" ? value : null
    }),
  )
}
