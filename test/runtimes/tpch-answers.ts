import { tpchQuery } from "../../bench/harness/queries.ts"
import { difference } from "../../bench/oracle/compare.ts"
import type { Native } from "../../bench/oracle/native.ts"
import { orderOf } from "../../bench/oracle/order-keys.ts"
import { type Outcome, plainCsv } from "./programs.ts"

/** An aggregate, a join with a top-N, a filter, a join with a CASE. */
export const QUERIES = [1, 3, 6, 12] as const

/** Where what a command printed as CSV differs from native DuckDB's answer; undefined when it does not. */
export async function tpchDifference(native: Native, query: number, { code, out, err }: Outcome) {
  if (code !== 0) return `it ended with ${code}: ${err}`
  const sql = await tpchQuery(query)
  const expected = await native.query(sql)
  const { names, rows } = plainCsv(out)
  const columns = expected.columns.map(({ type }, i) => ({ name: names[i] ?? "", type }))
  return difference(expected, { columns, rows }, { order: orderOf(sql) })
}
