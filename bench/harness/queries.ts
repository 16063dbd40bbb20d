import { readFile } from "node:fs/promises"

export const QUERIES_MAX = 22

export const ALL_QUERIES: readonly number[] = Array.from({ length: QUERIES_MAX }, (_, i) => i + 1)

/** Those whose every part is spread; the main job shows them. */
export const SPREAD_QUERIES: readonly number[] = [1, 3, 5, 6, 10, 12, 14, 19]

/** The text of a TPC-H query with the specification's validation parameters. */
export function tpchQuery(number: number): Promise<string> {
  const file = `q${String(number).padStart(2, "0")}.sql`
  return readFile(new URL(`../tpch/queries/${file}`, import.meta.url), "utf8")
}
