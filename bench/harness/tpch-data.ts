import { existsSync } from "node:fs"
import * as path from "node:path"
import { generateTpch, type TpchOptions } from "../tpch/generate.ts"

const TABLES = ["region", "nation", "supplier", "customer", "part", "partsupp", "orders", "lineitem"] as const

/** The folder of the sample data at a scale, below the working folder. Git does not look into it. */
export function sampleDir(cwd: string, scale: number): string {
  return path.join(cwd, ".skein", `tpch-${scale}`)
}

/**
 * Makes TPC-H as Parquet unless it is there. A file gets its name when it is complete, so one that exists can be used:
 * only the tables that are missing are made. Returns whether any was.
 */
export async function ensureTpch(
  dir: string,
  scale: number,
  onProgress: NonNullable<TpchOptions["onProgress"]>,
  signal?: AbortSignal,
): Promise<boolean> {
  const tables = TABLES.filter((table) => !existsSync(path.join(dir, `${table}.parquet`)))
  if (tables.length === 0) return false
  const common = { scale, format: "parquet", out: dir, tables, onProgress } as const
  await generateTpch(signal === undefined ? common : { ...common, signal })
  return true
}
