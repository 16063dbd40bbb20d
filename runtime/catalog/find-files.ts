import { expandFiles } from "../../actors/sources/files.ts"
import type { TableRef } from "../../planner/ast/query.ts"
import { UnknownTable, UnsupportedSql } from "../../planner/errors.ts"
import { formatOf } from "./file-format.ts"
import { looksLikePath, lookups, PARQUET_ENDING } from "./lookups.ts"
import type { Places } from "./lookups.ts"
import { notFound } from "./not-found.ts"
import { refuseOutside, rootsGuard } from "./roots.ts"
import { tableNames } from "./table-names.ts"

/** Bytes of a name: no file system takes longer paths, and a search takes a step for each of its parts. */
const NAME_BYTES_MAX = 4096

/** The files behind a name, in order. Rejects with UnknownTable, or UnsupportedSql for what cannot be read yet. */
export async function findFiles(ref: TableRef, places: Places): Promise<readonly string[]> {
  refuseLong(ref)
  refuseRemote(ref)
  const { roots, dataDir } = places
  if (roots !== undefined) refuseOutside(ref, roots)
  const guard = roots === undefined ? undefined : rootsGuard(ref, roots)
  let others: readonly string[] = []
  for (const lookup of lookups(ref.name, ref.spelling, places)) {
    const found = await expandFiles(lookup.pattern, lookup.root, guard)
    const files = lookup.parquetOnly ? found.filter((file) => file.toLowerCase().endsWith(PARQUET_ENDING)) : found
    if (files.length > 0) return files
    if (others.length === 0) others = found
  }
  const [other] = others
  if (other !== undefined) throw otherFormat(ref, other)
  const table = dataDir === undefined ? undefined : await tableOfOtherCase(ref, dataDir)
  if (table !== undefined) return findFiles({ ...ref, name: table }, places)
  throw await notFound(ref, places)
}

/** The one table of --data that is called like this but for upper and lower case, which SQL does not tell apart. */
async function tableOfOtherCase({ name, nameSpan: span, spelling }: TableRef, dataDir: string) {
  if (spelling !== "identifier" || looksLikePath(name)) return undefined
  const tables = (await tableNames(dataDir)).filter((table) => table.toLowerCase() === name.toLowerCase())
  // What is there as it is written was looked into already, and holds nothing.
  if (tables.includes(name)) return undefined
  if (tables.length < 2) return tables[0]
  const message = `table "${name}" could be any of ${tables.map((table) => `"${table}"`).join(", ")}`
  throw new UnknownTable({ message, span, name, hint: "write its name as it stands in the folder" })
}

function refuseLong({ name, nameSpan: span }: TableRef): void {
  const bytes = Buffer.byteLength(name)
  if (bytes <= NAME_BYTES_MAX) return
  const message = `the name of a table or file has ${bytes} bytes: names of up to ${NAME_BYTES_MAX} are looked for`
  throw new UnsupportedSql({ message, span })
}

function refuseRemote(ref: TableRef): void {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(ref.name)?.[1]
  if (scheme === undefined) return
  throw new UnsupportedSql({
    message: `reading ${scheme.toLowerCase()}:// is not supported yet: tables are Parquet files on local disk`,
    span: ref.nameSpan,
  })
}

function otherFormat(ref: TableRef, file: string): UnsupportedSql {
  const format = formatOf(file)
  if (format !== undefined) {
    const message = `'${ref.name}' is a ${format} file: only Parquet files can be read yet`
    return new UnsupportedSql({ message, span: ref.nameSpan })
  }
  return new UnsupportedSql({
    message: `'${ref.name}' does not end in ${PARQUET_ENDING}`,
    span: ref.nameSpan,
    hint: `read_parquet('${ref.name}') reads a file as Parquet whatever its name`,
  })
}
