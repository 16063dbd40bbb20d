import { Int32, Table, tableToIPC, vectorFromArray } from "apache-arrow"
import { expect, test } from "vitest"
import { openDuckDB } from "../duckdb.ts"
import { compileDuckDB } from "../modules.ts"
import { ResidentTables } from "./resident-tables.ts"

const MIB = 1024 * 1024

const numbers = (...values: readonly number[]): Uint8Array =>
  tableToIPC(new Table({ v: vectorFromArray(values, new Int32()) }), "stream")

test("law 3: a column with fewer or more rows than its split is not kept, nor read", async () => {
  const db = await openDuckDB({
    duckdb: await compileDuckDB(),
    memoryLimitBytes: 256 * MIB,
    prelude: [],
    macros: [],
  })
  const tables = new ResidentTables(db, 64 * MIB)
  const read = (key: string, rows: number): void => {
    tables.begin(key)
    const column = tables.create(key, "INTEGER", rows)
    column.append(numbers(1, 2, 3), 3)
    column.flush()
    tables.settle()
    tables.release()
  }
  read("whole", 3)
  expect(tables.ask("whole")).toBe(true)
  for (const rows of [2, 4]) {
    expect(() => read(`of ${rows} rows`, rows)).toThrow(`holds 3 rows, but its split has ${rows}`)
    tables.release()
    expect(tables.ask(`of ${rows} rows`)).toBe(false)
  }
})
