import { DuckDBInstance } from "@duckdb/node-api"
import type { TextRow } from "./engine.ts"

/** Native DuckDB, the oracle. */
export interface NativeOracle {
  readonly run: (sql: string) => Promise<void>
  /** Every value as the text that DuckDB prints. */
  readonly texts: (sql: string) => Promise<readonly TextRow[]>
  readonly describe: (sql: string) => Promise<readonly { readonly name: string; readonly type: string }[]>
  readonly close: () => void
}

export async function openNativeOracle(): Promise<NativeOracle> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" })
  const connection = await instance.connect()
  await connection.run("SET TimeZone = 'UTC'")
  const rows = async (sql: string): Promise<readonly TextRow[]> =>
    (await connection.runAndReadAll(sql)).getRowsJson().map((row) => row.map((v) => (typeof v === "string" ? v : null)))
  return {
    run: async (sql) => {
      await connection.run(sql)
    },
    texts: (sql) => rows(`SELECT (COLUMNS(*))::VARCHAR FROM (${sql})`),
    describe: async (sql) => (await rows(`DESCRIBE ${sql}`)).map((row) => ({ name: row[0] ?? "", type: row[1] ?? "" })),
    close: () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}
