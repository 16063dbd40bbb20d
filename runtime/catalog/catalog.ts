import type { AddedColumn, ReadOptions, Source, SourceTable } from "../../actors/sources/source.ts"
import type { TableRef } from "../../planner/ast/query.ts"
import type { Catalog, TableDescription } from "../../planner/catalog.ts"
import type { TypeOracle } from "../../planner/describe.ts"
import { findFiles } from "./find-files.ts"
import { type FoundFile, hiveColumns } from "./hive.ts"
import { aliasOf } from "./lookups.ts"
import { PLAIN_READER, readerOptions, type ReaderOptions } from "./reader-options.ts"
import type { Places } from "./lookups.ts"
import type { StatementScope } from "../session/scope.ts"

/** Tables whose footers are read at once, for one query. */
const DESCRIBES_AT_ONCE_MAX = 4

/** The catalog of one query: what it found is kept until the query ends, and never longer, so it is never stale. */
export interface QueryCatalog extends Catalog {
  /** The table behind `TableDescription.id`. */
  readonly table: (id: string) => SourceTable
  readonly tables: () => readonly SourceTable[]
}

export function queryCatalog(
  source: Source,
  places: Places,
  signal?: AbortSignal,
  scope?: StatementScope,
  oracle: () => TypeOracle = noOracle,
): QueryCatalog {
  const described = new Map<string, Promise<{ readonly id: string; readonly table: SourceTable }>>()
  const tables = new Map<string, SourceTable>()
  const gate = limited(DESCRIBES_AT_ONCE_MAX)

  /** The same files are read once, however often the query names them. */
  const describeOnce = (files: readonly FoundFile[], reader: ReaderOptions, kept: boolean) => {
    const key = JSON.stringify([files, reader, [...reader.hive.types], kept])
    const known = described.get(key)
    if (known !== undefined) return known
    const id = `t${described.size}`
    const found = gate(async () => {
      const paths = files.map(({ file }) => file)
      const options = await readOptions(files, reader, oracle)
      const table = await source.describe(paths, signal, kept ? options : withHidden(options, files))
      tables.set(id, table)
      return { id, table }
    })
    described.set(key, found)
    return found
  }

  return {
    view: (ref) => (ref.spelling === "identifier" ? scope?.view(ref.name) : undefined),
    resolve: async (ref) => {
      // A kept table's own text reads it by `read_parquet('skein-table:…')`: a path, and no file's.
      const own = ref.reader === undefined ? scope?.files(ref.name) : undefined
      const { id, table } =
        own === undefined
          ? await describeOnce(
              await foundFiles(ref, places),
              ref.reader === undefined ? PLAIN_READER : readerOptions(ref.reader),
              false,
            )
          : await describeOnce(
              own.map((file) => ({ file, shown: "" })),
              PLAIN_READER,
              true,
            )
      return description(ref, id, table)
    },
    table: (id) => {
      const table = tables.get(id)
      if (table === undefined) throw new Error(`the catalog does not know table ${id}`)
      return table
    },
    tables: () => [...tables.values()],
  }
}

/** In the order of the paths, a file as often as they lead to it. */
async function foundFiles(ref: TableRef, places: Places): Promise<readonly FoundFile[]> {
  const found: FoundFile[] = []
  for (const name of ref.reader?.paths ?? [ref.name]) {
    const files = await findFiles({ ...ref, name }, places)
    found.push(...files.map((file) => ({ file, shown: shownPath(file, name, places) })))
  }
  return found
}

/** A relative path leads to relative ones. */
function shownPath(file: string, pattern: string, { cwd, dataDir }: Places): string {
  if (/^[/~]/.test(pattern)) return file
  const root = [cwd, dataDir].find((folder) => folder !== undefined && file.startsWith(`${folder}/`))
  return root === undefined ? file : file.slice(root.length + 1)
}

async function readOptions(
  files: readonly FoundFile[],
  { hive, unionByName, filename, fileRowNumber }: ReaderOptions,
  oracle: () => TypeOracle,
): Promise<ReadOptions> {
  const added: AddedColumn[] = []
  if (fileRowNumber) added.push({ name: "file_row_number", type: "BIGINT", replaces: false, values: "row numbers" })
  if (filename !== undefined) {
    const values = Object.fromEntries(files.map(({ file, shown }) => [file, shown]))
    added.push({ name: filename, type: "VARCHAR", replaces: false, values })
  }
  added.push(...(await hiveColumns(files, hive, oracle)))
  return { commonType: unionByName ? (types) => commonType(types, oracle()) : undefined, added }
}

/** What a file's rows have beside its columns, as in DuckDB: `SELECT filename, * FROM 'lake/*.parquet'`. */
function withHidden(options: ReadOptions, files: readonly FoundFile[]): ReadOptions {
  const hidden = { hidden: true, replaces: false }
  const names = Object.fromEntries(files.map(({ file, shown }) => [file, shown]))
  const columns: readonly AddedColumn[] = [
    { ...hidden, name: "filename", type: "VARCHAR", values: names },
    { ...hidden, name: "file_row_number", type: "BIGINT", values: "row numbers" },
    { ...hidden, name: "file_index", type: "UBIGINT", values: "file numbers" },
  ]
  const taken = new Set(options.added.map(({ name }) => name.toLowerCase()))
  return { ...options, added: [...options.added, ...columns.filter(({ name }) => !taken.has(name))] }
}

async function commonType(types: readonly string[], oracle: TypeOracle): Promise<string> {
  const sides = types.map((type) => `SELECT CAST(NULL AS ${type}) AS c`)
  const [column] = await oracle.describe(sides.join(" UNION ALL "))
  if (column === undefined) throw new Error("DuckDB gave no common type")
  return column.type
}

function noOracle(): never {
  throw new Error("this catalog has nobody to ask about types")
}

function description(ref: TableRef, id: string, table: SourceTable): TableDescription {
  const { columns, hidden, rows, files } = table
  return { id, alias: ref.reader?.name ?? aliasOf(ref.name, ref.spelling), columns, hidden, rows, files }
}

/** Runs at most `atOnce` pieces of work, the others in the order of their arrival. */
function limited(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (running >= atOnce) await new Promise<void>((start) => waiting.push(start))
    else running += 1
    try {
      return await work()
    } finally {
      // The place goes to the next in line, or is given back.
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}
