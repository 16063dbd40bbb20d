import type { Catalog } from "../../planner/catalog.ts"

/** Columns of the table `t`: c0, c1, … */
const COLUMNS = 2000

const columns = Array.from({ length: COLUMNS }, (_, i) => ({
  name: `c${i}`,
  type: i % 10 === 9 ? "VARCHAR" : "INTEGER",
  bytes: 4_000_000,
  min: undefined,
  max: undefined,
}))

export const WIDE_CATALOG: Catalog = {
  resolve: () => Promise.resolve({ id: "t", alias: "t", columns, rows: 1_000_000, files: 1 }),
}

function times(count: number, text: (i: number) => string, between: string): string {
  return Array.from({ length: count }, (_, i) => text(i)).join(between)
}

/** Long, and flat: no expression in them is deep. */
export const BIG_STATEMENTS: Readonly<Record<string, string>> = {
  "10,000 ORed terms": `SELECT count(*) FROM t WHERE ${times(10_000, (i) => `c${i % 8} = ${i}`, " OR ")}`,
  "10,000 ORed terms, whole": `SELECT row_number() OVER () FROM t WHERE ${times(10_000, (i) => `c${i % 8} = ${i}`, " OR ")}`,
  "10,000 ANDed terms": `SELECT count(*) FROM t WHERE ${times(10_000, (i) => `c${i % 8} <> ${i}`, " AND ")}`,
  "50,000 IN values": `SELECT count(*) FROM t WHERE c0 IN (${times(50_000, String, ", ")})`,
  "50,000 IN values, whole": `SELECT row_number() OVER () FROM t WHERE c0 IN (${times(50_000, String, ", ")})`,
  "2,000 columns by star": "SELECT * FROM t ORDER BY c0 LIMIT 10",
  "2,000 columns by name": `SELECT ${times(COLUMNS, (i) => `c${i}`, ", ")} FROM t WHERE c1 > 5`,
  "2,000 aggregates": `SELECT c0, ${times(COLUMNS, (i) => `max(c${i})`, ", ")} FROM t GROUP BY c0`,
  "2,000 expressions": `SELECT ${times(COLUMNS, (i) => `c${i} || 'x' AS x${i}`, ", ")} FROM t`,
  "1 MB of text": `SELECT ${times(500, (i) => `CASE c${i} WHEN ${i} THEN '${"x".repeat(2000)}' ELSE 'y' END AS x${i}`, ", ")} FROM t`,
}

/** Deeper than any statement that a person writes. */
export const DEEP_STATEMENTS: Readonly<Record<string, string>> = {
  "1,000 parentheses": `SELECT ${"(".repeat(1000)}1${")".repeat(1000)}`,
  "1,000 calls": `SELECT ${"abs(".repeat(1000)}c0${")".repeat(1000)} FROM t`,
  "1,000 subqueries": `SELECT ${"(SELECT ".repeat(1000)}1${")".repeat(1000)}`,
  "1,000 subqueries in FROM": `${"SELECT * FROM (".repeat(1000)}SELECT 1${")".repeat(1000)}`,
}
