import { lstat, stat } from "node:fs/promises"
import { basename, dirname, isAbsolute, join, resolve } from "node:path"
import { SourceError } from "../../actors/errors.ts"
import type { TableRef } from "../../planner/ast/query.ts"
import { UnknownTable, UnsupportedSql } from "../../planner/errors.ts"
import { nearestName } from "../../planner/parser/nearest.ts"
import { formatOf } from "./file-format.ts"
import { isGlob, looksLikePath, lookups, PARQUET_ENDING } from "./lookups.ts"
import type { Places } from "./lookups.ts"
import { namesIn, tableNames } from "./table-names.ts"

/** Names that an error lists. */
const NAMES_SHOWN_MAX = 12

/** Says what was looked for, where, and what was probably meant. */
export async function notFound(ref: TableRef, places: Places): Promise<UnknownTable | UnsupportedSql | SourceError> {
  const { name, nameSpan: span } = ref
  if (places.dataDir !== undefined && !(await isFolder(places.dataDir))) {
    return new SourceError({ message: `the folder of --data does not exist: ${places.dataDir}`, path: places.dataDir })
  }
  if (isGlob(name)) {
    const roots = [...new Set(lookups(name, ref.spelling, places).map((lookup) => lookup.root))]
    const hint = isAbsolute(name) ? undefined : `looked in ${roots.join(" and ")}`
    return new UnknownTable({ message: `no file matches '${name}'`, span, name, hint })
  }
  const format = formatOf(name)
  if (format !== undefined) {
    return new UnsupportedSql({ message: `'${name}' names a ${format} file: only Parquet files can be read yet`, span })
  }
  return ref.spelling !== "identifier" || looksLikePath(name)
    ? missingFile(ref, places)
    : missingTable(ref, places.dataDir)
}

async function missingFile(ref: TableRef, { cwd }: Places): Promise<UnknownTable> {
  const path = resolve(cwd, ref.name)
  // The empty name would be the folder that all names start in.
  const other = ref.name === "" ? undefined : await whatElse(path)
  if (other !== undefined) {
    const message = `'${ref.name}' cannot be read: ${other}`
    const hint = other === FOLDER ? `name its files with a glob: '${join(ref.name, "*.parquet")}'` : undefined
    return new UnknownTable({ message, span: ref.nameSpan, name: ref.name, hint })
  }
  const siblings = (await namesIn(dirname(path))).filter((name) => name.toLowerCase().endsWith(PARQUET_ENDING))
  const nearest = nearestName(basename(path), siblings)
  const hint = nearest === undefined ? `looked for ${path}` : `did you mean '${join(dirname(ref.name), nearest)}'?`
  const message = `file '${ref.name}' does not exist`
  return new UnknownTable({ message, span: ref.nameSpan, name: ref.name, nearest, hint })
}

const FOLDER = "it is a folder"

/** What stands at the path, when it is not a file. */
async function whatElse(path: string): Promise<string | undefined> {
  const entry = await lstat(path).catch(() => undefined)
  if (entry === undefined) return undefined
  if (!entry.isSymbolicLink()) return entry.isDirectory() ? FOLDER : "it is not a regular file"
  const target = await stat(path).catch(() => undefined)
  if (target === undefined) return "it is a link to a file that does not exist"
  return target.isDirectory() ? FOLDER : "it is a link to what is not a regular file"
}

async function missingTable(ref: TableRef, dataDir: string | undefined): Promise<UnknownTable> {
  const { name, nameSpan: span } = ref
  if (dataDir === undefined) {
    const hint = `tables without a path are looked for in --data DIR; a file is named in quotes: FROM '${name}.parquet'`
    return new UnknownTable({ message: `table "${name}" does not exist`, span, name, hint })
  }
  const tables = await tableNames(dataDir)
  const nearest = nearestName(name, tables)
  const shown = tables.slice(0, NAMES_SHOWN_MAX).join(", ") + (tables.length > NAMES_SHOWN_MAX ? ", …" : "")
  const has = tables.length === 0 ? `${dataDir} has no tables` : `${dataDir} has: ${shown}`
  const hint = nearest === undefined ? has : `did you mean "${nearest}"?  ${has}`
  return new UnknownTable({ message: `table "${name}" does not exist in ${dataDir}`, span, name, nearest, hint })
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}
