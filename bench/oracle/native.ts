import { existsSync, readdirSync } from "node:fs"
import * as path from "node:path"
import { DuckDBInstance, type DuckDBConnection, type DuckDBInstance as Instance } from "@duckdb/node-api"
import type { Answer } from "./compare.ts"

export interface NativeOptions {
  readonly threads: number
  /** Unqualified names are looked for here, as `--data` does. */
  readonly dataDir?: string | undefined
  /** Relative paths in SQL start here; the process's own folder by default. */
  readonly cwd?: string | undefined
}

/** Native DuckDB of the engine's version: the oracle of tests and a peer in the bench. */
export interface Native {
  /** Runs one SELECT; every value as the text that DuckDB prints for it. */
  readonly query: (sql: string) => Promise<Answer>
  /** Runs any statement and drops its result. */
  readonly run: (sql: string) => Promise<void>
  /** Runs one SELECT, materialises its result inside DuckDB, and returns how long that took. */
  readonly time: (sql: string) => Promise<number>
  readonly version: () => Promise<string>
  readonly close: () => void
}

export async function openNative(options: NativeOptions): Promise<Native> {
  const instance: Instance = await DuckDBInstance.create(":memory:", { threads: String(options.threads) })
  const connection = await instance.connect()
  await connection.run("SET TimeZone = 'UTC'")
  const searched = [options.cwd, options.dataDir].filter((folder) => folder !== undefined)
  if (searched.length > 0) await connection.run(`SET file_search_path = ${text(searched.join(","))}`)
  if (options.dataDir !== undefined) await createViews(connection, options.dataDir)

  return {
    query: (sql) => answer(connection, sql),
    run: async (sql) => {
      await connection.run(sql)
    },
    time: async (sql) => {
      const start = performance.now()
      await connection.run(withoutSemicolon(sql))
      return performance.now() - start
    },
    version: async () => {
      const rows = await texts(connection, "SELECT version()")
      return rows[0]?.[0] ?? "unknown"
    },
    close: () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

/** `DIR/x.parquet` becomes the view x, and so does the folder `DIR/x/` with Parquet files below it. */
async function createViews(connection: DuckDBConnection, dir: string): Promise<void> {
  const views = new Map<string, string>()
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const file = path.join(dir, entry.name)
    if (entry.isDirectory()) {
      if (holdsParquet(file)) views.set(entry.name, path.join(file, "**", "*.parquet"))
    } else if (entry.name.endsWith(".parquet")) {
      views.set(entry.name.slice(0, -".parquet".length), file)
    }
  }
  for (const [name, files] of views) {
    await connection.run(`CREATE VIEW ${identifier(name)} AS SELECT * FROM read_parquet(${text(files)})`)
  }
}

function holdsParquet(dir: string): boolean {
  return (
    existsSync(dir) &&
    readdirSync(dir, { withFileTypes: true, recursive: true }).some((x) => x.isFile() && x.name.endsWith(".parquet"))
  )
}

async function answer(connection: DuckDBConnection, sql: string): Promise<Answer> {
  const bare = withoutSemicolon(sql)
  const described = await texts(connection, `DESCRIBE ${bare}`)
  const columns = described.map((row) => ({ name: row[0] ?? "", type: row[1] ?? "" }))
  // By position: names may repeat. The newline ends a comment at the end of the statement.
  const names = columns.map((_, i) => `c${i}`)
  const casts = names.map((name) => `CAST(${name} AS VARCHAR)`)
  const rows = await texts(connection, `SELECT ${casts.join(", ")} FROM (${bare}\n) AS answer(${names.join(", ")})`)
  return { columns, rows }
}

async function texts(connection: DuckDBConnection, sql: string): Promise<readonly (readonly (string | null)[])[]> {
  const reader = await connection.runAndReadAll(sql)
  return reader.getRows().map((row) => row.map((value) => (value === null ? null : String(value))))
}

function withoutSemicolon(sql: string): string {
  return sql.replace(/[\s;]+$/u, "")
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}
