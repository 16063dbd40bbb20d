import { availableParallelism, cpus } from "node:os"
import { openSession } from "../../runtime/local.ts"
import { skeinAnswer } from "../oracle/skein-answer.ts"
import type { TpchOptions } from "../tpch/generate.ts"
import { tpchQuery } from "./queries.ts"
import type { BenchConditions } from "./report.ts"
import { benchQuery, type BenchResult } from "./run.ts"
import { ensureTpch } from "./tpch-data.ts"

export interface TpchBenchOptions {
  readonly scale: number
  readonly queries: readonly number[]
  readonly workers: number
  readonly hotRuns: number
  /** Where the Parquet files are, or will be. */
  readonly dataDir: string
  readonly onData: NonNullable<TpchOptions["onProgress"]>
  readonly onQuery: (query: number) => void
  readonly signal: AbortSignal
}

export interface TpchBenchReport {
  readonly conditions: BenchConditions
  readonly results: readonly BenchResult[]
}

/** A task for each engine, over five rows. */
const START_SQL = "SELECT r_regionkey, count(*) FROM region GROUP BY r_regionkey"

/** Runs TPC-H queries on Skein and on native DuckDB, one after the other in one process, over the same files. */
export async function benchTpch(options: TpchBenchOptions): Promise<TpchBenchReport> {
  const { scale, queries, workers, hotRuns, dataDir, signal } = options
  await ensureTpch(dataDir, scale, options.onData, signal)
  const { openNative } = await import("../oracle/native.ts")
  const native = await openNative({ threads: workers, dataDir })
  try {
    const open = async () => {
      const session = await openSession({ workers, dataDir, cwd: process.cwd() })
      await skeinAnswer(session, START_SQL, { partitions: workers, signal })
      return session
    }
    const results: BenchResult[] = []
    for (const query of queries) {
      signal.throwIfAborted()
      options.onQuery(query)
      results.push(await benchQuery({ query, sql: await tpchQuery(query), hotRuns, open, native, signal }))
    }
    return { conditions: conditionsOf(options, await native.version()), results }
  } finally {
    native.close()
  }
}

function conditionsOf({ scale, workers, hotRuns }: TpchBenchOptions, duckdb: string): BenchConditions {
  return {
    scale,
    workers,
    hotRuns,
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? "unknown processor",
    runtime: `Node ${process.versions.node}`,
    duckdb,
    date: new Date().toISOString(),
  }
}
