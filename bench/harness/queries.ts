import { readFile } from "node:fs/promises"

/** The TPC-H queries that Skein's SQL covers; the main job and the bench run them unless told otherwise. */
export const COVERED_QUERIES = [1, 3, 5, 6, 10, 12, 14, 19] as const
export const QUERIES_MAX = 22

/** The text of a TPC-H query with the specification's validation parameters. */
export function tpchQuery(number: number): Promise<string> {
  const file = `q${String(number).padStart(2, "0")}.sql`
  return readFile(new URL(`../tpch/queries/${file}`, import.meta.url), "utf8")
}
