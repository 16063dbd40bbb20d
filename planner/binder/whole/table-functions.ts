import type { TableFunctionRef } from "../../ast/query.ts"
import { UnsupportedSql } from "../../errors.ts"
import { needsExtension } from "../../lowering/extensions.ts"
import { nearestName } from "../../parser/nearest.ts"

/** Table functions that make their rows of their arguments alone. */
export const PURE: ReadonlySet<string> = new Set([
  "range",
  "generate_series",
  "unnest",
  "repeat",
  "repeat_row",
  "test_all_types",
])

/** Readers of files, and what they read. */
const READERS: Readonly<Record<string, string>> = {
  read_csv: "CSV",
  read_csv_auto: "CSV",
  sniff_csv: "CSV",
  read_json: "JSON",
  read_json_auto: "JSON",
  read_json_objects: "JSON",
  read_json_objects_auto: "JSON",
  read_ndjson: "newline-delimited JSON",
  read_ndjson_auto: "newline-delimited JSON",
  read_ndjson_objects: "newline-delimited JSON",
}

/** Table functions of extensions. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  json_each: "json",
  json_tree: "json",
  json_execute_serialized_sql: "json",
  pg_timezone_names: "icu",
  read_xlsx: "excel",
  st_read: "spatial",
}

/** SQL reaches files only through sources; what describes the engine itself would describe an empty one. */
export function refuseTableFunction(ref: TableFunctionRef): void {
  if (PURE.has(ref.name.toLowerCase())) return
  const nearest = nearestName(ref.name, [...PURE, "read_parquet"])
  const meant = nearest === undefined ? "" : `did you mean ${nearest}(…)?  `
  refuseReader(ref)
  const extension = Object.hasOwn(EXTENSIONS, ref.name.toLowerCase()) ? EXTENSIONS[ref.name.toLowerCase()] : undefined
  if (extension !== undefined) {
    throw new UnsupportedSql({ ...needsExtension(`table function "${ref.name}"`, extension), span: ref.nameSpan })
  }
  throw new UnsupportedSql({
    message: `The table function ${ref.name}(…) is not supported.`,
    span: ref.nameSpan,
    hint: `${meant}FROM takes a table, a 'path', read_parquet('path'), range(…), generate_series(…), unnest(…) or a subquery`,
  })
}

function refuseReader({ name, nameSpan: span }: TableFunctionRef): void {
  const lower = name.toLowerCase()
  if (lower === "read_parquet" || lower === "parquet_scan") {
    throw new UnsupportedSql({
      message: `${lower} takes paths that are written out, then options by name`,
      span,
      hint: `write ${lower}(['a.parquet', 'b/*.parquet'], union_by_name = true)`,
    })
  }
  const format = Object.hasOwn(READERS, lower) ? READERS[lower] : undefined
  if (format === undefined) return
  throw new UnsupportedSql({
    message: `${lower}: ${format} cannot be read yet: tables are Parquet files`,
    span,
    hint: `DuckDB makes one of it: COPY (FROM ${lower === "sniff_csv" ? "read_csv" : lower}('path')) TO 'name.parquet'`,
  })
}
