import { createRequire } from "node:module"
import * as duckdb from "@duckdb/duckdb-wasm/blocking"
import type { PruningPredicate } from "../../../../planner/physical/stage.ts"
import type { SplitBytes, SplitFilter, SourceTable } from "../../source.ts"
import { parquetDecoder } from "../decoder.ts"

export type TextRow = readonly (string | null)[]

/** DuckDB-WASM as an engine actor drives it: typed tables, appended by position, a connection a stream. */
export interface TestEngine {
  /** Reads these columns of every split into a table `t` (c0, c1 …) and gives its rows as texts. */
  readonly scan: (table: SourceTable, columns: readonly string[], wanted?: WantedRows) => Promise<readonly TextRow[]>
  /** Rows that the last scan left out. */
  readonly leftOut: () => number
}

/** Rows for which all the predicates hold, and what says the same in SQL. */
export interface WantedRows {
  readonly pruning: readonly PruningPredicate[]
  readonly where: string
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

  let leftOut = 0
  const insert = (
    name: string,
    types: readonly { name: string; type: string }[],
    split: SplitBytes,
    filter: SplitFilter | undefined,
  ): number => {
    let rows = 0
    for (const batch of parquetDecoder.decode(split, types, { filter })) {
      leftOut += batch.leftOut.pages + batch.leftOut.rows
      if (batch.rows === 0) continue
      const connection = db.connect()
      connection.insertArrowFromIPCStream(batch.ipc, { name, create: false })
      connection.close()
      rows += batch.rows
    }
    return rows
  }

  return {
    leftOut: () => leftOut,
    scan: async (table, columns, wanted) => {
      leftOut = 0
      const types = columns.map((name) => {
        const column = table.columns.find((candidate) => candidate.name === name)
        return { name, type: column?.type ?? "" }
      })
      control.query(`CREATE OR REPLACE TABLE t (${types.map(({ type }, index) => `c${index} ${type}`).join(", ")})`)
      let announced = 0
      const all = table.splits(columns, []).splits
      const { pruning = [] } = wanted ?? {}
      for (const split of all) {
        const filter = wanted && { pruning, ranges: await table.survivors(split, pruning) }
        announced += insert("t", types, await table.fetch(split, columns), filter)
      }
      const total = all.reduce((sum, split) => sum + split.rows, 0)
      if (announced + leftOut !== total) throw new Error(`${announced} and ${leftOut} rows left out are not ${total}`)
      const texts = types.map((_, index) => `c${index}::VARCHAR AS c${index}`).join(", ")
      const result = control.query(`SELECT ${texts} FROM t${wanted === undefined ? "" : ` WHERE ${wanted.where}`}`)
      const rows = result.toArray().map((row): TextRow => types.map((_, index) => textOf(row[`c${index}`])))
      if (wanted === undefined && rows.length !== announced)
        throw new Error(`the decoder announced ${announced} rows, ${rows.length} arrived`)
      return rows
    },
  }
}

function textOf(value: unknown): string | null {
  if (value === null) return null
  if (typeof value !== "string") throw new Error(`not a text but a ${typeof value}`)
  return value
}
