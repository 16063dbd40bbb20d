import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import type { Native } from "../../bench/oracle/native.ts"
import type { Outcome } from "./programs.ts"

const COPIES =
  "COPY lineitem TO 'p' (FORMAT parquet, PARTITION_BY l_shipmode); COPY lineitem TO 'c' (FORMAT csv, PER_THREAD_OUTPUT)"

/** What COPY writes in another program, as native DuckDB reads it, beside the table itself. */
export async function copyAnswers(native: Native, skein: (args: readonly string[]) => Promise<Outcome>) {
  const root = mkdtempSync(path.join(tmpdir(), "skein-copied-"))
  try {
    const outcome = await skein(["--write-root", root, "--format", "csv", "-c", COPIES])
    const sums = async (from: string) =>
      (await native.query(`SELECT count(*), sum(hash(l_orderkey, l_linenumber, l_comment, l_shipmode)) FROM ${from}`))
        .rows
    if (outcome.code !== 0) return { outcome }
    return {
      outcome,
      left: readdirSync(root).toSorted(),
      table: await sums("lineitem"),
      parquet: await sums(`read_parquet('${root}/p/**', hive_partitioning = true)`),
      csv: await sums(`read_csv('${root}/c/*')`),
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}
