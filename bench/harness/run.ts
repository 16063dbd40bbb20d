import { difference } from "../oracle/compare.ts"
import type { Native } from "../oracle/native.ts"
import { orderOf } from "../oracle/order-keys.ts"
import { skeinAnswer } from "../oracle/skein-answer.ts"
import type { QueryMetrics, Session } from "../../runtime/session.ts"

/** One query's figures. Milliseconds are of the wall clock, from the SQL text to the last row. */
export interface BenchResult {
  readonly query: number
  readonly rows: number
  /** Opening a session of its own, until every engine has run something. */
  readonly startMs: number
  /** The first run in it: files are read, nothing is cached. As native DuckDB's instance, the engines are there already. */
  readonly coldMs: number
  /** The best of the runs that follow in the same session. */
  readonly hotMs: number
  /** Native DuckDB over the same files, best of as many runs. */
  readonly nativeMs: number
  /** Undefined when Skein's answer equals native DuckDB's. */
  readonly difference: string | undefined
  /** Of the best hot run. */
  readonly metrics: QueryMetrics
}

export interface BenchOptions {
  readonly query: number
  readonly sql: string
  /** Runs after the first, for Skein and native DuckDB alike. */
  readonly hotRuns: number
  /** A session whose engines have started, and have read nothing that the query reads. */
  readonly open: () => Promise<Session>
  readonly native: Native
  readonly signal: AbortSignal
}

/** Checks the answer first, then measures: a fast wrong answer is worth nothing. */
export async function benchQuery({ query, sql, hotRuns, open, native, signal }: BenchOptions): Promise<BenchResult> {
  const expected = await native.query(sql)
  const opening = performance.now()
  const session = await open()
  const startMs = performance.now() - opening
  try {
    const coldStart = performance.now()
    const answer = await skeinAnswer(session, sql, { signal })
    const coldMs = performance.now() - coldStart
    const wrong = difference(expected, answer, { order: orderOf(sql) })
    let hotMs = Number.POSITIVE_INFINITY
    let metrics = answer.metrics
    for (let run = 0; run < hotRuns; run++) {
      const start = performance.now()
      const hot = await skeinAnswer(session, sql, { signal })
      const took = performance.now() - start
      if (took >= hotMs) continue
      hotMs = took
      metrics = hot.metrics
    }
    let nativeMs = Number.POSITIVE_INFINITY
    for (let run = 0; run < hotRuns; run++) nativeMs = Math.min(nativeMs, await native.time(sql))
    return { query, rows: answer.rows.length, startMs, coldMs, hotMs, nativeMs, difference: wrong, metrics }
  } finally {
    await session.close()
  }
}
