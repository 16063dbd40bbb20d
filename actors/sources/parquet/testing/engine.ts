import { createRequire } from "node:module"
import * as duckdb from "@duckdb/duckdb-wasm/blocking"
import type { SplitBytes, SourceTable } from "../../source.ts"
import { parquetDecoder } from "../decoder.ts"

export type TextRow = readonly (string | null)[]

/** DuckDB-WASM as an engine actor drives it: typed tables, appended by position, a connection a stream. */
export interface TestEngine {
  /** Reads these columns of every split into a table and gives its rows as texts, with the rows the decoder announced. */
  readonly scan: (table: SourceTable, columns: readonly string[]) => Promise<readonly TextRow[]>
}

export async function openTestEngine(): Promise<TestEngine> {
  const resolve = createRequire(import.meta.url).resolve
  const bundle = { mainModule: resolve("@duckdb/duckdb-wasm/dist/duckdb-eh.wasm"), mainWorker: "" }
  const db = await duckdb.createDuckDB({ mvp: bundle, eh: bundle }, new duckdb.VoidLogger(), duckdb.NODE_RUNTIME)
  await db.instantiate(() => undefined)
  db.open({ query: { castDecimalToDouble: false } })
  const control = db.connect()
  control.query("SET autoinstall_known_extensions=false")
  control.query("SET autoload_known_extensions=false")

  const insert = (name: string, types: readonly { name: string; type: string }[], split: SplitBytes): number => {
    let rows = 0
    for (const batch of parquetDecoder.decode(split, types)) {
      const connection = db.connect()
      connection.insertArrowFromIPCStream(batch.ipc, { name, create: false })
      connection.close()
      rows += batch.rows
    }
    return rows
  }

  return {
    scan: async (table, columns) => {
      const types = columns.map((name) => {
        const column = table.columns.find((candidate) => candidate.name === name)
        return { name, type: column?.type ?? "" }
      })
      control.query(`CREATE OR REPLACE TABLE t (${types.map(({ type }, index) => `c${index} ${type}`).join(", ")})`)
      let announced = 0
      for (const split of table.splits(columns, []).splits) {
        announced += insert("t", types, await table.fetch(split, columns))
      }
      const texts = types.map((_, index) => `c${index}::VARCHAR AS c${index}`).join(", ")
      const result = control.query(`SELECT ${texts} FROM t`)
      const rows = result.toArray().map((row): TextRow => types.map((_, index) => textOf(row[`c${index}`])))
      if (rows.length !== announced) throw new Error(`the decoder announced ${announced} rows, ${rows.length} arrived`)
      return rows
    },
  }
}

function textOf(value: unknown): string | null {
  if (value === null) return null
  if (typeof value !== "string") throw new Error(`not a text but a ${typeof value}`)
  return value
}
