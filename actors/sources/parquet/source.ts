import type { PruningPredicate } from "../../../planner/physical/stage.ts"
import { SourceError } from "../../errors.ts"
import type {
  ReadOptions,
  RowRange,
  Source,
  SourceColumn,
  SourceTable,
  Split,
  SplitBytes,
  SplitList,
} from "../source.ts"
import { codecRefusal } from "./codec.ts"
import { damaged, readFooter, readRanges } from "./file.ts"
import type { FileVersion } from "./file.ts"
import type { LayoutChunk, LayoutColumn, ParquetLayout } from "./layout.ts"
import type { ColumnChunk, ParquetMetadata, RowGroup, SchemaElement } from "./metadata.ts"
import { hiddenColumns, madeColumns, mayBeMade, NO_OPTIONS, shown, tableColumns, type TableColumn } from "./made.ts"
import { mayMatch, tableBounds } from "./pruning.ts"
import { reason } from "./reason.ts"
import { parquetColumns } from "./schema.ts"
import type { ParquetColumn } from "./schema.ts"
import { survivingRows } from "./surviving-rows.ts"

export const PARQUET_KIND = "parquet"

/** Footers read at the same time: enough to keep a disk busy, few enough for the limit on open files. */
const FOOTERS_AT_ONCE_MAX = 16
/** Bytes of other columns between two wanted chunks that are read along rather than asked for apart. */
const GAP_BYTES_MAX = 64 * 1024
/** A split is in memory as a whole, beside what is made of it. */
const SPLIT_BYTES_MAX = 1024 * 1024 * 1024

/** Up to version 1.2.8 it forgot the header of the dictionary when it added up a column's bytes (PARQUET-816). */
const OLD_PARQUET_MR = /^parquet-mr(?: version (?:0|1\.[01]|1\.2\.[0-8])(?!\d).*)?$/
const DICTIONARY_HEADER_BYTES_MAX = 100

/** Parquet files on the local disk. */
export const parquetSource: Source = {
  kind: PARQUET_KIND,
  describe: async (files, signal, options = NO_OPTIONS) => {
    const opened = await openAll(files, signal)
    const first = opened[0]
    if (first === undefined) throw new SourceError({ message: "a table needs at least one file" })
    if (options.commonType === undefined) for (const file of opened) checkSameColumns(first, file, options)
    return sourceTable(await tableColumns(opened, options), opened, options)
  },
}

export interface OpenedFile {
  readonly path: string
  readonly version: FileVersion
  readonly metadata: ParquetMetadata
  readonly footerChecksum: number
  /** The schema's elements that hold values, in the order of a row group's chunks. */
  readonly leaves: readonly SchemaElement[]
  /** By name in lower case, in the file's order. */
  readonly columns: ReadonlyMap<string, ParquetColumn>
}

async function openAll(files: readonly string[], signal: AbortSignal | undefined): Promise<readonly OpenedFile[]> {
  const opened: OpenedFile[] = []
  for (let start = 0; start < files.length; start += FOOTERS_AT_ONCE_MAX) {
    const some = files.slice(start, start + FOOTERS_AT_ONCE_MAX)
    // All are awaited before one's failure is told, so that no file is still open then; the first in order is told.
    const results = await Promise.allSettled(some.map((path) => openFile(path, signal)))
    for (const result of results) {
      if (result.status === "rejected") throw result.reason
      opened.push(result.value)
    }
  }
  return opened
}

async function openFile(path: string, signal: AbortSignal | undefined): Promise<OpenedFile> {
  const { version, metadata, footerChecksum } = await readFooter(path, signal)
  try {
    const columns = parquetColumns(metadata.schema)
    const leaves = metadata.schema.filter((element) => element.physical !== undefined)
    const byName = new Map(columns.map((column) => [column.name.toLowerCase(), column]))
    return { path, version, metadata, footerChecksum, leaves, columns: byName }
  } catch (cause) {
    throw damaged(path, reason(cause))
  }
}

/** DuckDB takes names and types from the first file; it ignores what later files have more and casts what differs. */
function checkSameColumns(first: OpenedFile, file: OpenedFile, { added }: ReadOptions): void {
  for (const [key, column] of first.columns) {
    if (shown(added).some(({ name }) => name.toLowerCase() === key)) continue
    const found = file.columns.get(key)
    if (found === undefined) {
      const has = [...file.columns.values()].map(({ name }) => name).join(", ")
      throw new SourceError({
        message: `cannot read "${file.path}": it has no column "${column.name}", which the table's first file "${first.path}" has`,
        path: file.path,
        hint: `It has: ${has}. Read files with other columns as a table of their own.`,
      })
    }
    if (found.type !== column.type) {
      throw new SourceError({
        message: `cannot read "${file.path}": its column "${found.name}" is ${found.type}, in the table's first file "${first.path}" it is ${column.type}`,
        path: file.path,
        hint: "Read files with other types as a table of their own, with a cast.",
      })
    }
  }
}

function sourceTable(columns: readonly TableColumn[], files: readonly OpenedFile[], options: ReadOptions): SourceTable {
  const byPath = new Map(files.map((file) => [file.path, file]))
  return {
    columns: columns.map((column) => sourceColumn(column, files)),
    hidden: hiddenColumns(columns, options).map((column) => sourceColumn(column, files)),
    rows: files.reduce((sum, file) => sum + file.metadata.rowGroups.reduce((rows, group) => rows + group.rows, 0), 0),
    files: files.length,
    splits: (names, pruning) => listSplits(files, madeColumns(columns, options), names, pruning),
    survivors: (split, pruning, signal) => {
      // A column that is made is compared as what it becomes: its bounds in the file say nothing of that.
      const isMade = (name: string) => split.made?.some((made) => made.name === name) === true
      const stored = pruning.filter(({ column }) => !isMade(column))
      return survivorsOf(fileOf(byPath, split.file), split, stored, signal)
    },
    identity: (path) => {
      const { version, footerChecksum } = fileOf(byPath, path)
      return { bytes: version.bytes, checksum: footerChecksum }
    },
    version: ({ file, index }) => {
      const { path, version, footerChecksum } = fileOf(byPath, file)
      const { bytes, modifiedNs, changedNs, device, inode } = version
      return [path, device, inode, bytes, modifiedNs, changedNs, footerChecksum, index].join(" ")
    },
    fetch: async (split, columns, signal) => fetchSplit(fileOf(byPath, split.file), split, columns, signal),
  }
}

function fileOf(files: ReadonlyMap<string, OpenedFile>, path: string): OpenedFile {
  const file = files.get(path)
  if (file === undefined) throw new SourceError({ message: `"${path}" is not a file of this table`, path })
  return file
}

function sourceColumn(column: TableColumn, files: readonly OpenedFile[]): SourceColumn {
  if (!column.read) return { name: column.name, type: column.type, bytes: 0, min: undefined, max: undefined }
  let bytes = 0
  for (const file of files) {
    const own = file.columns.get(column.name.toLowerCase())
    for (const group of file.metadata.rowGroups) bytes += uncompressedBytes(own, group.chunks)
  }
  const bounds = tableBounds(
    files.flatMap((file) => {
      const own = file.columns.get(column.name.toLowerCase())
      return own === undefined || own.type !== column.type
        ? []
        : file.metadata.rowGroups.map((group) => ({ column: own, group, metadata: file.metadata }))
    }),
  )
  return { name: column.name, type: column.type, bytes, min: bounds?.min, max: bounds?.max }
}

function uncompressedBytes(column: ParquetColumn | undefined, chunks: readonly ColumnChunk[]): number {
  return (column?.leaves ?? []).reduce((sum, leaf) => sum + (chunks[leaf]?.uncompressedBytes ?? 0), 0)
}

function listSplits(
  files: readonly OpenedFile[],
  madeOf: ReturnType<typeof madeColumns>,
  names: readonly string[],
  pruning: readonly PruningPredicate[],
): SplitList {
  const splits: Split[] = []
  let pruned = 0
  const rowsSkipped = { files: 0, rowGroups: 0 }
  for (const [number, file] of files.entries()) {
    const columns = names.flatMap((name) => {
      const made = madeOf({ file, number, firstRow: 0 }, name)
      return made === undefined || made._tag === "cast" ? [readableColumn(file, name)] : []
    })
    const predicates = pruning.map((predicate) => ({
      predicate,
      made: madeOf({ file, number, firstRow: 0 }, predicate.column),
      column: file.columns.get(predicate.column.toLowerCase()),
    }))
    let firstRow = 0
    let rowsLeft = 0
    file.metadata.rowGroups.forEach((group, index) => {
      const start = { file, number, firstRow }
      firstRow += group.rows
      if (group.rows === 0) return
      const matches = predicates.every(({ predicate, made, column }) =>
        made !== undefined
          ? mayBeMade(made, predicate)
          : column === undefined || mayMatch({ column, group, metadata: file.metadata }, predicate),
      )
      if (!matches) {
        pruned++
        return
      }
      rowsLeft += group.rows
      const bytes = columns.reduce((sum, column) => sum + uncompressedBytes(column, group.chunks), 0)
      const made = names.flatMap((name) => madeOf(start, name) ?? [])
      const split = { file: file.path, index, rows: group.rows, bytes }
      splits.push(made.length === 0 ? split : { ...split, made })
    })
    rowsSkipped[rowsLeft === 0 ? "files" : "rowGroups"] += firstRow - rowsLeft
  }
  return { splits, pruned, rowsSkipped }
}

async function survivorsOf(
  file: OpenedFile,
  split: Split,
  pruning: readonly PruningPredicate[],
  signal: AbortSignal | undefined,
): Promise<readonly RowRange[]> {
  const group = file.metadata.rowGroups[split.index]
  if (group === undefined) return [{ start: 0, end: split.rows }]
  const predicates = pruning.flatMap((predicate) => {
    const column = file.columns.get(predicate.column.toLowerCase())
    return column === undefined ? [] : [{ target: { column, group, metadata: file.metadata }, predicate }]
  })
  // Two predicates about one column ask for the same indexes.
  const parts = new Map<number, Uint8Array | undefined>()
  return survivingRows(group.rows, predicates, async ({ start, length }) => {
    if (start + length > file.version.bytes) return undefined
    if (!parts.has(start)) {
      const [bytes] = await readRanges(file.path, file.version, [{ start, end: start + length }], signal)
      parts.set(start, bytes && new Uint8Array(bytes))
    }
    return parts.get(start)
  })
}

function readableColumn(file: OpenedFile, name: string): ParquetColumn {
  const column = file.columns.get(name.toLowerCase())
  if (column === undefined) {
    throw new SourceError({ message: `"${file.path}" has no column "${name}"`, path: file.path })
  }
  if (column.refused !== undefined) throw refusedColumn(file.path, name, column.refused)
  return column
}

const refusedColumn = (path: string, name: string, found: string): SourceError =>
  new SourceError({
    message: `cannot read column "${name}" of "${path}": ${found}`,
    path,
    hint: "The other columns can be read: name them instead of *.",
  })

async function fetchSplit(
  file: OpenedFile,
  split: Split,
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<SplitBytes> {
  const group = file.metadata.rowGroups[split.index]
  if (group === undefined || group.rows !== split.rows) {
    throw new SourceError({
      message: `"${file.path}" has no row group ${split.index} of ${split.rows} rows`,
      path: file.path,
    })
  }
  const made = (split.made ?? []).filter(({ name }) => names.includes(name))
  const read = names.filter((name) => made.every((each) => each.name !== name || each._tag === "cast"))
  const columns = read.map((name) => ({ name, column: readableColumn(file, name) }))
  const wanted = columns.flatMap(({ name, column }) =>
    column.leaves.map((leaf) => wantedChunk(file, group, name, column, leaf)),
  )
  const ranges = mergeRanges(wanted)
  const total = ranges.reduce((sum, range) => sum + range.end - range.start, 0)
  if (total > SPLIT_BYTES_MAX) {
    throw new SourceError({
      message: `cannot read row group ${split.index} of "${file.path}": the ${names.length} columns asked for take ${total} bytes in it, more than the limit of ${SPLIT_BYTES_MAX}`,
      path: file.path,
      hint: "Write the file with smaller row groups, or ask for fewer columns.",
    })
  }
  const buffers = await readRanges(file.path, file.version, ranges, signal)
  const layoutColumns = columns.map(({ name, column }): LayoutColumn => {
    const chunks = column.leaves.map((leaf) => layoutChunk(wanted, ranges, leaf))
    return { name, type: column.type, elements: column.wire, chunks }
  })
  const layout: ParquetLayout = { rowGroup: split.index, rows: group.rows, columns: layoutColumns }
  return {
    kind: PARQUET_KIND,
    file: file.path,
    rows: group.rows,
    layout,
    buffers,
    bytesRead: total,
    ...(made.length === 0 ? {} : { made }),
  }
}

interface ByteRange {
  readonly start: number
  readonly end: number
}

interface WantedChunk extends ByteRange {
  readonly leaf: number
  readonly chunk: ColumnChunk
}

function wantedChunk(
  file: OpenedFile,
  group: RowGroup,
  name: string,
  column: ParquetColumn,
  leaf: number,
): WantedChunk {
  const chunk = group.chunks[leaf]
  if (chunk === undefined) throw damaged(file.path, `column "${name}" has no pages`)
  if (chunk.encrypted) throw refusedColumn(file.path, name, "it is encrypted")
  if (chunk.elsewhere !== undefined) {
    throw refusedColumn(file.path, name, `its pages are in the file "${chunk.elsewhere}"`)
  }
  const refusal = codecRefusal(chunk)
  if (refusal !== undefined) throw refusedColumn(file.path, name, refusal)
  const physical = file.leaves[leaf]?.physical
  if (chunk.physical !== physical) {
    throw damaged(
      file.path,
      `column "${name}" is ${physical} in the schema and ${chunk.physical ?? "of no known type"} in a row group`,
    )
  }
  if (column.flat !== undefined && chunk.values !== group.rows) {
    throw damaged(file.path, `column "${name}" has ${chunk.values} values in a row group of ${group.rows} rows`)
  }
  const start = Math.min(chunk.dataPageOffset, chunk.dictionaryPageOffset ?? chunk.dataPageOffset)
  const end = start + chunk.compressedBytes
  if (end > file.version.bytes || chunk.dataPageOffset > end) {
    throw damaged(file.path, `the pages of column "${name}" should end at byte ${end} of ${file.version.bytes}`)
  }
  const uncounted = OLD_PARQUET_MR.test(file.metadata.createdBy) ? DICTIONARY_HEADER_BYTES_MAX : 0
  return { leaf, start, end: Math.min(end + uncounted, file.version.bytes), chunk }
}

/** Chunks in the order of the file, joined where the gap between them is small. */
function mergeRanges(chunks: readonly ByteRange[]): readonly ByteRange[] {
  const merged: ByteRange[] = []
  for (const { start, end } of chunks.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1)
    if (last !== undefined && start - last.end <= GAP_BYTES_MAX) {
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, end) }
    } else merged.push({ start, end })
  }
  return merged
}

function layoutChunk(wanted: readonly WantedChunk[], ranges: readonly ByteRange[], leaf: number): LayoutChunk {
  const found = wanted.find((candidate) => candidate.leaf === leaf)
  const buffer = ranges.findIndex(
    (range) => found !== undefined && range.start <= found.start && found.end <= range.end,
  )
  const range = ranges[buffer]
  if (found === undefined || range === undefined) throw new Error(`no range holds leaf ${leaf}`)
  const { chunk, start, end } = found
  return {
    buffer,
    start: start - range.start,
    bytes: end - start,
    uncompressedBytes: chunk.uncompressedBytes,
    values: chunk.values,
    codec: chunk.codec,
  }
}
