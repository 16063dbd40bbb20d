import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api"
import { parse } from "../../planner/parser/parse.ts"
import { readTextBatches } from "../../runtime/formats/text-batch.ts"
import { openSession } from "../../runtime/local.ts"
import type { LocalSession } from "../../runtime/session.ts"
import type { Answer } from "../../runtime/session/answer.ts"
import type { Workspace } from "../../runtime/session/workspace.ts"

/** What one statement gave: `name TYPE` of each column, and the rows as texts. */
export interface Shown {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
}

/** Skein and native DuckDB over the same small folder. */
export interface Both {
  readonly dir: string
  readonly session: LocalSession
  /** Runs a script in a fresh session of each; the answers of every statement. */
  readonly answers: (script: string) => Promise<{ readonly ours: readonly Shown[]; readonly theirs: readonly Shown[] }>
  /** Of Skein alone. */
  readonly ours: (script: string, given?: Workspace) => Promise<readonly Shown[]>
  readonly native: (sql: string) => Promise<Shown>
  readonly close: () => Promise<void>
}

const TABLES = {
  a: "SELECT i AS id, i % 3 AS g, 'n' || i AS name, CASE WHEN i % 4 <> 0 THEN i * 10 END AS x FROM range(12) t(i)",
  b: "SELECT i AS id, DATE '2024-01-01' + i::INTEGER AS d FROM range(5) t(i)",
}

export async function openBoth(): Promise<Both> {
  const dir = mkdtempSync(path.join(tmpdir(), "skein-statements-"))
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" })
  const maker = await instance.connect()
  for (const [name, sql] of Object.entries(TABLES)) await maker.run(`COPY (${sql}) TO '${dir}/${name}.parquet'`)
  const session = await openSession({ workers: 2, dataDir: dir, cwd: dir })
  const ours = async (script: string, given?: Workspace): Promise<readonly Shown[]> => {
    const workspace = given ?? session.workspace()
    try {
      const shown: Shown[] = []
      for (const statement of parse(script))
        shown.push(await read(await workspace.run(statement, script, { form: "text" })))
      return shown
    } finally {
      if (given === undefined) await workspace.close()
    }
  }
  return {
    dir,
    session,
    ours,
    answers: async (script) => ({ ours: await ours(script), theirs: await native(dir, script) }),
    native: async (sql) => show(maker, sql),
    close: async () => {
      await session.close()
      maker.closeSync()
      instance.closeSync()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

async function native(dir: string, script: string): Promise<readonly Shown[]> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" })
  const connection = await instance.connect()
  try {
    // The tables of --data, in a schema of their own: SHOW TABLES shows none of them.
    await connection.run("CREATE SCHEMA data; SET TimeZone = 'UTC'")
    for (const name of Object.keys(TABLES)) {
      await connection.run(`CREATE VIEW data.${name} AS FROM '${dir}/${name}.parquet'`)
    }
    await connection.run("SET search_path = 'main,data'")
    const shown: Shown[] = []
    for (const { span } of parse(script)) shown.push(await show(connection, script.slice(span.start, span.end)))
    return shown
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

async function show(connection: DuckDBConnection, sql: string): Promise<Shown> {
  const reader = await connection.runAndReadAll(sql)
  const types = reader.columnTypes().map(String)
  return {
    columns: reader.columnNames().map((name, i) => `${name} ${types[i]}`),
    rows: reader.getRows().map((row) => row.map((value) => (value === null ? null : String(value)))),
  }
}

async function read({ columns, batches }: Answer): Promise<Shown> {
  const rows: (readonly (string | null)[])[] = []
  for await (const { ipc } of batches) {
    for (const batch of readTextBatches(ipc)) {
      for (let row = 0; row < batch.rows; row++) rows.push(batch.columns.map((column) => column.at(row)))
    }
  }
  return { columns: columns.map(({ name, type }) => `${name} ${type}`), rows }
}
