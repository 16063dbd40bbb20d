import type { FunctionNames } from "./describe.ts"

/** What `functionNamesOf` reads: every function of DuckDB, its macros with what they stand for. */
export const FUNCTIONS_QUERY =
  "SELECT DISTINCT lower(function_name), function_type, coalesce(stability, ''), coalesce(macro_definition, '') FROM duckdb_functions()"

/** The functions by kind, in lower case. A macro that calls an aggregate, as `geomean` does, is one itself. */
export function functionNamesOf(rows: readonly (readonly (string | null)[])[]): FunctionNames {
  const all = new Set<string>()
  const aggregates = new Set<string>()
  const volatile = new Set<string>()
  const macros = new Map<string, readonly string[]>()
  for (const [name, type, stability, definition] of rows) {
    if (typeof name !== "string") continue
    all.add(name)
    if (type === "aggregate") aggregates.add(name)
    if (stability === "VOLATILE") volatile.add(name)
    if (type === "macro") macros.set(name, calledIn(definition ?? ""))
  }
  // Macros call macros: until nothing changes.
  for (let known = -1; known !== aggregates.size;) {
    known = aggregates.size
    for (const [name, called] of macros) if (called.some((each) => aggregates.has(each))) aggregates.add(name)
  }
  return { all, aggregates, volatile }
}

function calledIn(definition: string): readonly string[] {
  // Aggregates of a subquery are its own.
  if (/\bSELECT\b/u.test(definition)) return []
  return [...definition.matchAll(/\b(\w+)\(/gu)].map((match) => (match[1] ?? "").toLowerCase())
}
