import { bytes, ms, table } from "../../runtime/cli/timing.ts"
import type { BenchResult } from "./run.ts"

/** What the figures were measured on and with; printed above them and kept in the JSON. */
export interface BenchConditions {
  readonly scale: number
  readonly workers: number
  readonly hotRuns: number
  readonly cores: number
  readonly cpu: string
  readonly runtime: string
  readonly duckdb: string
  readonly date: string
}

/** The bench's table. `ratio` is Skein's best hot time over native DuckDB's. */
export function reportText(conditions: BenchConditions, results: readonly BenchResult[]): string {
  const header = [
    "query",
    "answer",
    "start",
    "cold",
    "hot",
    "native",
    "ratio",
    "rows",
    "read",
    "exchanged",
    "busy per actor",
  ]
  const rows = results.map((result) => [
    `Q${result.query}`,
    result.difference === undefined ? "equal" : "DIFFERS",
    ms(result.startMs),
    ms(result.coldMs),
    ms(result.hotMs),
    ms(result.nativeMs),
    `${(result.hotMs / result.nativeMs).toFixed(2)}x`,
    String(result.rows),
    bytes(result.metrics.bytesRead),
    bytes(result.metrics.bytesExchanged),
    result.metrics.actors.map((actor) => Math.round(actor.busyMs)).join(" "),
  ])
  const sum = (pick: (result: BenchResult) => number): number => results.reduce((total, r) => total + pick(r), 0)
  const [hot, native] = [sum((r) => r.hotMs), sum((r) => r.nativeMs)]
  const total = [
    "all",
    "",
    ms(sum((r) => r.startMs)),
    ms(sum((r) => r.coldMs)),
    ms(hot),
    ms(native),
    `${(hot / native).toFixed(2)}x`,
    "",
    "",
    "",
    "",
  ]
  const differing = results.filter((result) => result.difference !== undefined)
  return [
    `TPC-H at scale ${conditions.scale}, Parquet. Skein with ${conditions.workers} workers; native DuckDB ` +
      `${conditions.duckdb} with ${conditions.workers} threads over the same files.`,
    `start: until every engine has run something; cold: the first run after it; hot and native: best of ${conditions.hotRuns}. ${conditions.cpu}, ${conditions.cores} cores, ${conditions.runtime}.`,
    "",
    ...table(header, [...rows, total], 2),
    ...differing.flatMap((result) => ["", `Q${result.query}: ${result.difference}`]),
  ].join("\n")
}

export function reportJson(conditions: BenchConditions, results: readonly BenchResult[]): string {
  return `${JSON.stringify({ conditions, results: results.map((r) => ({ ...r, equal: r.difference === undefined })) }, undefined, 2)}\n`
}
