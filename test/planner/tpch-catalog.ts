import { TABLE, TPCH_TABLES } from "../../bench/tpch/tables/table.ts"
import type { TableRef } from "../../planner/ast/query.ts"
import type { Catalog } from "../../planner/catalog.ts"
import { UnknownTable } from "../../planner/errors.ts"

/** Rows at scale 1. */
const ROWS: Readonly<Record<string, number>> = {
  region: 5,
  nation: 25,
  supplier: 10_000,
  customer: 150_000,
  part: 200_000,
  partsupp: 800_000,
  orders: 1_500_000,
  lineitem: 6_001_215,
}

/** TPC-H at scale 1 as the planner sees it: no file is read, so plans can be looked at without data. */
export const TPCH_CATALOG: Catalog = {
  resolve: (ref: TableRef) => {
    const name = TPCH_TABLES.find((each) => each === ref.name.toLowerCase())
    if (name === undefined) {
      return Promise.reject(new UnknownTable({ message: `there is no table "${ref.name}"`, name: ref.name }))
    }
    const rows = ROWS[name] ?? 0
    const columns = TABLE[name].schema.map((column) => ({
      name: column.name,
      type: column.type,
      bytes: rows * column.width,
      min: undefined,
      max: undefined,
    }))
    return Promise.resolve({ id: name, alias: name, columns, rows, files: 1 })
  },
}
