import type { PruningPredicate } from "../../../planner/physical/stage.ts"
import { SourceError } from "../../errors.ts"
import type { MadeColumn, ReadOptions } from "../source.ts"
import type { ParquetColumn } from "./schema.ts"

export const NO_OPTIONS: ReadOptions = { commonType: undefined, added: [] }

/** A column of a table over several files. */
export interface TableColumn {
  readonly name: string
  readonly type: string
  /** It stands in the files: in all of them, or, where columns go by name, in some. */
  readonly read: boolean
}

/** What is known of a file here. */
interface FileColumns {
  readonly path: string
  /** By name in lower case, in the file's order. */
  readonly columns: ReadonlyMap<string, ParquetColumn>
}

/** The first file's columns, or by name those of all, each as the first that has it; then those that are added. */
export async function tableColumns(
  files: readonly FileColumns[],
  { commonType, added }: ReadOptions,
): Promise<readonly TableColumn[]> {
  const found = new Map<string, { readonly name: string; readonly types: Set<string> }>()
  for (const { columns } of commonType === undefined ? files.slice(0, 1) : files) {
    for (const [key, { name, type }] of columns) {
      const known = found.get(key)
      if (known === undefined) found.set(key, { name, types: new Set([type]) })
      else known.types.add(type)
    }
  }
  const made = new Map(shown(added).map((column) => [column.name.toLowerCase(), column]))
  const table: TableColumn[] = []
  for (const [key, { name, types }] of found) {
    const instead = made.get(key)
    const [only = ""] = types
    if (instead?.replaces === false) throw alreadyThere(instead.name, files)
    if (instead !== undefined) table.push({ name, type: instead.type, read: false })
    else if (types.size === 1 || commonType === undefined) table.push({ name, type: only, read: true })
    else table.push({ name, type: await commonType([...types]), read: true })
  }
  const others = added.filter(({ name, hidden }) => hidden !== true && !found.has(name.toLowerCase()))
  return [...table, ...others.map(({ name, type }) => ({ name, type, read: false }))]
}

/** Columns that are no part of the table, and that no column of it has the name of. */
export function hiddenColumns(table: readonly TableColumn[], { added }: ReadOptions): readonly TableColumn[] {
  const taken = new Set(table.map(({ name }) => name.toLowerCase()))
  const hidden = added.filter((column) => column.hidden === true && !taken.has(column.name.toLowerCase()))
  return hidden.map(({ name, type }) => ({ name, type, read: false }))
}

function alreadyThere(name: string, files: readonly FileColumns[]): SourceError {
  const file = files.find(({ columns }) => columns.has(name.toLowerCase()))
  const path = file?.path ?? ""
  return new SourceError({
    message: `the column "${name}" that was asked for is also in "${path}"`,
    path,
    hint: "Give the file's name another column: filename = 'other name'.",
  })
}

/** Those that stand in the table. */
export function shown(added: ReadOptions["added"]): ReadOptions["added"] {
  return added.filter(({ hidden }) => hidden !== true)
}

/** Where a split begins. */
interface SplitStart {
  readonly file: FileColumns
  /** The file's number in the table. */
  readonly number: number
  readonly firstRow: number
}

/** How a file's split comes by a column that the file does not hold as the table has it; undefined when it does. */
export function madeColumns(
  columns: readonly TableColumn[],
  options: ReadOptions,
): (start: SplitStart, name: string) => MadeColumn | undefined {
  const { added, commonType } = options
  const types = new Map(columns.map(({ name, type }) => [name.toLowerCase(), type]))
  const hidden = new Set(hiddenColumns(columns, options).map(({ name }) => name))
  const there = added.filter((column) => column.hidden !== true || hidden.has(column.name))
  const made = new Map(there.map((column) => [column.name.toLowerCase(), column]))
  return ({ file, number, firstRow }, name) => {
    const values = made.get(name.toLowerCase())?.values
    if (values === "row numbers") return { _tag: "rowNumber", name, first: firstRow }
    if (values === "file numbers") return { _tag: "constant", name, text: String(number) }
    if (values !== undefined) return { _tag: "constant", name, text: values[file.path] ?? null }
    if (commonType === undefined) return undefined
    const own = file.columns.get(name.toLowerCase())
    if (own === undefined) return { _tag: "constant", name, text: null }
    return own.type === types.get(name.toLowerCase()) ? undefined : { _tag: "cast", name, from: own.type }
  }
}

/** Whether a row of the file can answer the predicate. What has another spelling (`007`) was cast before. */
export function mayBeMade(made: MadeColumn, { op, values }: PruningPredicate): boolean {
  if (made._tag !== "constant") return true
  switch (op) {
    case "is null":
      return made.text === null
    case "is not null":
      return made.text !== null
    case "=":
    case "in":
      return made.text !== null && values.includes(made.text)
    case "starts with":
      return made.text?.startsWith(values[0] ?? "") ?? false
    default:
      return made.text !== null
  }
}
