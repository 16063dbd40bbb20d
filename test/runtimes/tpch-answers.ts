import { expect } from "vitest"
import { tpchQuery } from "../../bench/harness/queries.ts"
import { difference } from "../../bench/oracle/compare.ts"
import type { Native } from "../../bench/oracle/native.ts"
import { orderOf } from "../../bench/oracle/order-keys.ts"
import { type Outcome, plainCsv, type Program, type ProgramOptions, serve } from "./programs.ts"

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

/** What `skein serve` over the tables answers to one query, and the code with which it ends when it is told to. */
export async function served(program: Program, dataDir: string, options: ProgramOptions) {
  const args = ["--http", "127.0.0.1:0", "--data", dataDir]
  await using server = await serve(program, args, options, /http:\/\/127\.0\.0\.1:\d+/u)
  const response = await fetch(`${server.found[0]}/query`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ sql: "SELECT count(*) AS n FROM nation" }),
  })
  const answer: unknown = await response.json()
  server.process.kill("SIGTERM")
  const { code } = await server.outcome
  return { status: response.status, answer, code }
}

export const SERVED = { status: 200, answer: expect.objectContaining({ result: [{ n: 25 }] }), code: 0 }
