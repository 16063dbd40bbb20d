import type { Source, SourceTable } from "../../actors/sources/source.ts"
import type { TableRef } from "../../planner/ast/query.ts"
import type { Catalog, TableDescription } from "../../planner/catalog.ts"
import { findFiles } from "./find-files.ts"
import { aliasOf } from "./lookups.ts"
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
): QueryCatalog {
  const described = new Map<string, Promise<{ readonly id: string; readonly table: SourceTable }>>()
  const tables = new Map<string, SourceTable>()
  const gate = limited(DESCRIBES_AT_ONCE_MAX)

  /** The same files are read once, however often the query names them. */
  const describeOnce = (files: readonly string[]) => {
    const key = files.join("\0")
    const known = described.get(key)
    if (known !== undefined) return known
    const id = `t${described.size}`
    const found = gate(async () => {
      const table = await source.describe(files, signal)
      tables.set(id, table)
      return { id, table }
    })
    described.set(key, found)
    return found
  }

  return {
    view: (ref) => (ref.spelling === "identifier" ? scope?.view(ref.name) : undefined),
    resolve: async (ref) => {
      const { id, table } = await describeOnce(scope?.files(ref.name) ?? (await findFiles(ref, places)))
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

function description(ref: TableRef, id: string, table: SourceTable): TableDescription {
  const { columns, rows, files } = table
  return { id, alias: aliasOf(ref.name, ref.spelling), columns, rows, files }
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
