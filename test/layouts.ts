import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { type Native, openNative } from "../bench/oracle/native.ts"

/**
 * The same kind of data laid out twice: `one`, each table in one file; `odd`, over many files: an empty one, one of a
 * single row, one of a single key, tiny row groups.
 */
export const LAYOUTS = ["one", "odd"] as const
export type Layout = (typeof LAYOUTS)[number]

export interface LayoutTables {
  /** The query that makes each table's rows. */
  readonly tables: Readonly<Record<string, string>>
  /** Which of its rows go to which file of the odd layout. */
  readonly oddFiles: Readonly<Record<string, readonly string[]>>
  /** Files that are the same in every layout, by their paths. */
  readonly files: Readonly<Record<string, string>>
}

export const NO_TABLES: LayoutTables = { tables: {}, oddFiles: {}, files: {} }

/** Keys are negative, NULL, repeated, skewed, unmatched, and of another width or scale in every table. */
export const TABLES: Readonly<Record<string, string>> = {
  users: `SELECT CASE WHEN i % 17 = 0 THEN NULL ELSE i - 40 END::INTEGER AS id,
      CASE WHEN i % 11 = 0 THEN NULL ELSE 'user ' || (i % 23) END AS name,
      CASE i % 7 WHEN 0 THEN 'nan'::DOUBLE WHEN 1 THEN -0.0::DOUBLE WHEN 2 THEN 0.0::DOUBLE WHEN 3 THEN NULL ELSE i / 8.0 END AS score,
      DATE '2020-01-01' + (i * 13 % 400)::INTEGER AS born,
      (i % 3 = 0) AS active
    FROM range(120) t(i)`,
  orders: `SELECT i::BIGINT AS oid,
      CASE WHEN i % 29 = 0 THEN NULL WHEN i % 3 = 0 THEN -7 ELSE i * 7 % 150 - 50 END::BIGINT AS user_id,
      CASE WHEN i % 19 = 0 THEN NULL ELSE (i * 37 % 10000 / 100.0 - 30) END::DECIMAL(10, 2) AS amount,
      TIMESTAMP '2021-03-01 00:00:00' + INTERVAL (i * 97 % 5000) MINUTE AS placed,
      CASE i % 5 WHEN 0 THEN 'new' WHEN 1 THEN 'paid' WHEN 2 THEN 'sent' WHEN 3 THEN '' ELSE NULL END AS status,
      (i % 200 - 100)::SMALLINT AS small
    FROM range(3000) t(i)`,
  prices: `SELECT (i - 45)::DECIMAL(12, 3) AS user_key, (i * 1.5)::FLOAT AS factor, (i * 3 - 100)::HUGEINT AS big,
      CASE WHEN i % 4 = 0 THEN NULL ELSE DATE '2020-02-01' + (i * 5)::INTEGER END AS since
    FROM range(100) t(i)`,
  events: `SELECT (i % 9 - 4)::TINYINT AS kind, (i * 31 % 130 - 50)::INTEGER AS user_id, i AS seq, 'e' || (i % 4) AS label
    FROM range(800) t(i)`,
  nothing: "SELECT 1::INTEGER AS id, 'n' AS name, 1.5::DECIMAL(8, 1) AS amount WHERE false",
}

/** Which rows go to which file of the odd layout. The first file has none, the second one, the third one key. */
const ODD_FILES: Readonly<Record<string, readonly string[]>> = {
  users: ["false", "id = 5", "id IS NULL", "id < 0", "id >= 0 AND id <> 5"],
  orders: [
    "false",
    "oid = 17",
    "user_id = -7",
    "user_id IS NULL",
    "user_id <> -7 AND oid <> 17 AND oid % 2 = 0",
    "user_id <> -7 AND oid <> 17 AND oid % 2 = 1",
  ],
  prices: ["false", "user_key = 0", "user_key < 0", "user_key > 0"],
  events: ["kind = 0", "kind < 0", "false", "kind > 0"],
  nothing: ["true", "true"],
}

export interface LaidOut {
  readonly dir: string
  readonly native: Native
  readonly remove: () => void
}

/** Writes the tables, and those that are added, and opens native DuckDB over the very same files. */
export async function layOut(layout: Layout, added = NO_TABLES): Promise<LaidOut> {
  const dir = mkdtempSync(join(tmpdir(), `skein-${layout}-`))
  const writer = await openNative({ threads: 1 })
  const oddFiles = { ...ODD_FILES, ...added.oddFiles }
  for (const [name, sql] of Object.entries({ ...TABLES, ...added.tables })) {
    if (layout === "one") await writer.run(`COPY (${sql}) TO '${join(dir, name)}.parquet'`)
    else await writeOdd(writer, { dir, name, sql, files: oddFiles[name] ?? [] })
  }
  for (const [path, sql] of Object.entries(added.files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    await writer.run(`COPY (${sql}) TO '${join(dir, path).replaceAll("'", "''")}'`)
  }
  writer.close()
  const native = await openNative({ threads: 1, dataDir: dir })
  return {
    dir,
    native,
    remove: () => {
      native.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

interface OddTable {
  readonly dir: string
  readonly name: string
  readonly sql: string
  readonly files: readonly string[]
}

async function writeOdd(writer: Native, { dir, name, sql, files }: OddTable): Promise<void> {
  mkdirSync(join(dir, name))
  for (const [i, where] of files.entries()) {
    const file = join(dir, name, `part-${i}.parquet`)
    await writer.run(
      `COPY (SELECT * FROM (${sql}) t WHERE ${where}) TO '${file}' (ROW_GROUP_SIZE 2048, COMPRESSION ${i % 2 === 0 ? "snappy" : "zstd"})`,
    )
  }
}
