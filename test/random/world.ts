import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Native, openNative } from "../../bench/oracle/native.ts"
import { openSession } from "../../runtime/local.ts"
import type { Session } from "../../runtime/session.ts"
import { type Layout, LAYOUTS, layOut } from "../layouts.ts"
import { kindOf, type Table } from "./kinds.ts"
import { randomTables } from "./random-tables.ts"

/** Tables in files, and the two engines that answer queries over them. */
export interface World {
  readonly name: string
  /** How the tables were made, for whoever has to make them again. */
  readonly recipe: string
  readonly tables: readonly Table[]
  readonly native: Native
  readonly session: Session
  readonly close: () => Promise<void>
}

const WORKERS = 2

/** One of the fixed layouts, by its name. */
export async function fixedWorld(layout: Layout): Promise<World> {
  const { dir, native, remove } = await layOut(layout)
  return opened({ name: layout, recipe: `layout "${layout}" of test/layouts.ts`, dir, native, remove })
}

/** Tables drawn by a seed, each in one file or in several. */
export async function randomWorld(seed: number): Promise<World> {
  const dir = mkdtempSync(join(tmpdir(), "skein-random-"))
  const writer = await openNative({ threads: 1 })
  const recipe: string[] = []
  for (const { name, select, files } of randomTables(seed)) {
    recipe.push(`${name}: ${select}; files: ${files.map((file) => `${file.where} (${file.options})`).join(", ")}`)
    mkdirSync(join(dir, name))
    for (const [i, { where, options }] of files.entries()) {
      const rows = `SELECT * EXCLUDE (i) FROM (${select}) t WHERE ${where}`
      await writer.run(`COPY (${rows}) TO '${join(dir, name, `part-${i}.parquet`)}' (FORMAT parquet, ${options})`)
    }
  }
  writer.close()
  const native = await openNative({ threads: 1, dataDir: dir })
  const remove = () => {
    native.close()
    rmSync(dir, { recursive: true, force: true })
  }
  return opened({ name: `random tables of seed ${seed}`, recipe: recipe.join("\n"), dir, native, remove })
}

/** The world that the n-th run of a campaign takes place in. */
export async function worldOf(n: number, seed: number): Promise<World> {
  const layout = LAYOUTS[n % (2 * LAYOUTS.length)]
  return layout === undefined ? randomWorld(seed + n) : fixedWorld(layout)
}

interface Place {
  readonly name: string
  readonly recipe: string
  readonly dir: string
  readonly native: Native
  readonly remove: () => void
}

async function opened({ name, recipe, dir, native, remove }: Place): Promise<World> {
  const tables = await describeTables(native)
  const session = await openSession({ workers: WORKERS, dataDir: dir, cwd: dir })
  return {
    name,
    recipe,
    tables,
    native,
    session,
    close: async () => {
      await session.close()
      remove()
    },
  }
}

async function describeTables(native: Native): Promise<readonly Table[]> {
  const { rows } = await native.query("SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1")
  const tables: Table[] = []
  for (const alias of rows.map((row) => row[0] ?? "")) {
    const described = await native.query(`SELECT column_name, column_type FROM (DESCRIBE ${alias})`)
    const counted = await native.query(`SELECT count(*) FROM ${alias}`)
    const fields = described.rows.map((row) => ({ name: row[0] ?? "", kind: kindOf(row[1] ?? "") }))
    tables.push({ alias, fields, rows: Number(counted.rows[0]?.[0]) })
  }
  return tables
}
