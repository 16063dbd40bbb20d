import { Int32, Table, tableFromIPC, tableToIPC, vectorFromArray } from "apache-arrow"
import { expect, test } from "vitest"
import { openDuckDB } from "../duckdb.ts"
import { compileDuckDB } from "../modules.ts"
import { ResidentTables } from "./resident-tables.ts"

const MIB = 1024 * 1024

const numbers = (...values: readonly number[]): Uint8Array =>
  tableToIPC(new Table({ v: vectorFromArray(values, new Int32()) }), "stream")

async function opened() {
  const duckdb = await compileDuckDB()
  const db = await openDuckDB({ duckdb, memoryLimitBytes: 256 * MIB, prelude: [], macros: [] })
  return { db, tables: new ResidentTables(db, 64 * MIB) }
}

test("columns of a split that came one after the other are made one table, unless many others stand beside them", async () => {
  const { db, tables } = await opened()
  const read = (key: string, more: readonly string[], first: number): void => {
    tables.begin(key)
    const columns = [key, ...more].map((each) => ({ key: each, type: "INTEGER" }))
    const table = tables.create(columns, 2)
    const vectors = columns.map(
      ({ key: name }, i) => [name, vectorFromArray([first + i, -first], new Int32())] as const,
    )
    table.append(tableToIPC(new Table(Object.fromEntries(vectors)), "stream"), 2)
    table.flush()
    tables.settle()
    tables.release()
  }
  read("a", [], 1)
  read("b", [], 10)
  read("c", ["d", "e", "f", "g", "h", "i"], 100)
  tables.begin("q")
  tables.join(["a", "b"])
  const [a, b] = [tables.place("a"), tables.place("b")]
  expect(a.table).toBe(b.table)
  const rows = tableFromIPC(db.statements.run(`SELECT ${a.column} AS x, ${b.column} AS y FROM "${a.table}"`))
  expect(rows.toArray().map((row) => Object.values(row.toJSON()))).toEqual([
    [1, 10],
    [-1, -10],
  ])
  tables.join(["a", "c"])
  expect(tables.place("c").table).not.toBe(a.table)
  tables.join(["a", "c", "d"])
  expect(tables.place("c").table).toBe(tables.place("b").table)
})

test("law 3: a column with fewer or more rows than its split is not kept, nor read", async () => {
  const { tables } = await opened()
  const read = (key: string, rows: number): void => {
    tables.begin(key)
    const table = tables.create([{ key, type: "INTEGER" }], rows)
    table.append(numbers(1, 2, 3), 3)
    table.flush()
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
