import type { TableFunctionRef } from "../../ast/query.ts"
import { UnsupportedSql } from "../../errors.ts"
import { nearestName } from "../../parser/nearest.ts"

/** Table functions that make their rows of their arguments alone. */
const PURE: ReadonlySet<string> = new Set([
  "range",
  "generate_series",
  "unnest",
  "repeat",
  "repeat_row",
  "test_all_types",
])

/** SQL reaches files only through sources; what describes the engine itself would describe an empty one. */
export function refuseTableFunction(ref: TableFunctionRef): void {
  if (PURE.has(ref.name.toLowerCase())) return
  const nearest = nearestName(ref.name, [...PURE, "read_parquet"])
  const meant = nearest === undefined ? "" : `did you mean ${nearest}(…)?  `
  throw new UnsupportedSql({
    message: `The table function ${ref.name}(…) is not supported.`,
    span: ref.nameSpan,
    hint: `${meant}FROM takes a table, a 'path', read_parquet('path'), range(…), generate_series(…), unnest(…) or a subquery`,
  })
}
