import type { Native } from "../../bench/oracle/native.ts"
import type { TableRef } from "../../planner/ast/query.ts"
import type { Catalog } from "../../planner/catalog.ts"
import { UnknownTable } from "../../planner/errors.ts"

/**
 * Small tables that rules are tried on: keys that are negative, NULL, repeated and unmatched, of mixed width and
 * scale; −0.0 and NaN; a table without rows.
 */
export const SMALL_TABLES: Readonly<Record<string, string>> = {
  a: `SELECT * FROM (VALUES (1, 1, 10, 'x', 0.5::DOUBLE), (2, 1, 20, 'y', -0.0::DOUBLE), (NULL, 2, 30, 'z', 'nan'), (-1, 2, NULL, NULL, 0.0),
       (-1, 1, 50, 'x', NULL), (3, NULL, 60, '7', 2.5)) t(k, x, y, s, d)`,
  b: `SELECT k::BIGINT AS k, y, z, s FROM (VALUES (1, 5, 'p', 'x'), (1, 6, 'q', 'y'), (-1, 7, NULL, 'z'), (NULL, 8, 'r', 'x'),
       (4, NULL, 's', NULL)) t(k, y, z, s)`,
  c: "SELECT k::DECIMAL(9, 2) AS k, d FROM (VALUES (1.00, DATE '2020-01-01'), (-1.00, DATE '2021-06-30'), (2.50, NULL), (NULL, DATE '1999-12-31')) t(k, d)",
  empty: "SELECT 1 AS k, 2 AS x, 'e' AS s WHERE false",
}

export async function createSmallTables(native: Native): Promise<void> {
  for (const [name, sql] of Object.entries(SMALL_TABLES)) await native.run(`CREATE TABLE ${name} AS ${sql}`)
}

/** A catalog over the tables of a native DuckDB. */
export function nativeCatalog(native: Native): Catalog {
  return {
    resolve: async (ref: TableRef) => {
      const name = ref.name.toLowerCase()
      if (!Object.hasOwn(SMALL_TABLES, name)) {
        throw new UnknownTable({ message: `there is no table "${ref.name}"`, span: ref.nameSpan, name: ref.name })
      }
      const described = await native.query(`SELECT column_name, column_type FROM (DESCRIBE ${name})`)
      const counted = await native.query(`SELECT count(*) FROM ${name}`)
      const rows = Number(counted.rows[0]?.[0])
      const columns = described.rows.map((row) => ({
        name: row[0] ?? "",
        type: row[1] ?? "",
        bytes: 8 * rows,
        min: undefined,
        max: undefined,
      }))
      return { id: name, alias: name, columns, rows, files: 1 }
    },
  }
}
