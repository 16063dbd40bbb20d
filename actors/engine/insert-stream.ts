import type { DuckDB } from "./duckdb.ts"

/** A fresh connection for every stream: what one leaves behind swallows the next. */
export function insertStream(db: DuckDB, table: string, stream: Uint8Array): void {
  const connection = db.connect()
  try {
    connection.insert(table, stream)
  } finally {
    connection.close()
  }
}
