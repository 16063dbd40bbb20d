import type { PruningPredicate } from "../../planner/physical/stage.ts"

/**
 * A connector: lists, describes and reads tables. `list`, `describe` and `splits` run on the node's main thread and do
 * I/O; `fetch` reads bytes there; `decode` (see `SplitDecoder`) runs in the engine's thread and does none.
 */
export interface Source {
  readonly kind: string
  /** Reads the metadata of these files (absolute paths, in order). Rejects with SourceError. */
  readonly describe: (files: readonly string[], signal?: AbortSignal, options?: ReadOptions) => Promise<SourceTable>
}

/** How several files make one table, beside what stands in them. */
export interface ReadOptions {
  /** Columns go by name, and a file may lack some; undefined: every file has those of the first. Gives their one type. */
  readonly commonType: ((types: readonly string[]) => Promise<string>) | undefined
  /** Columns that are not read from the files. */
  readonly added: readonly AddedColumn[]
}

export interface AddedColumn {
  readonly name: string
  readonly type: string
  /** Whether it stands in the place of a column of that name; otherwise there must be none. */
  readonly replaces: boolean
  /** Found by its name alone: no part of `columns`, and not there at all beside one of its name. */
  readonly hidden?: boolean
  /**
   * The same in all rows of a file, as text that is cast to the type; the row's number in its file; or the file's number
   * in the table.
   */
  readonly values: { readonly [file: string]: string | null } | "row numbers" | "file numbers"
}

/** A column of a split that its file does not hold as the table has it. */
export type MadeColumn =
  | { readonly _tag: "constant"; readonly name: string; readonly text: string | null }
  | { readonly _tag: "rowNumber"; readonly name: string; readonly first: number }
  /** `from` is its type in the file. */
  | { readonly _tag: "cast"; readonly name: string; readonly from: string }

export interface SourceTable {
  readonly columns: readonly SourceColumn[]
  /** Columns that can be asked for like the others, though nobody would know of them from a list. */
  readonly hidden: readonly SourceColumn[]
  readonly rows: number
  readonly files: number
  /**
   * Splits in (file, row group) order that may hold a row for which every predicate is true, and how many may not.
   * Throws SourceError when a column asked for cannot be read.
   */
  readonly splits: (columns: readonly string[], pruning: readonly PruningPredicate[]) => SplitList
  /**
   * The rows for which every predicate may be true, as far as the split's own indexes tell. Reads none of its pages.
   * Rejects with SourceError.
   */
  readonly survivors: (
    split: Split,
    pruning: readonly PruningPredicate[],
    signal?: AbortSignal,
  ) => Promise<readonly RowRange[]>
  /** What one of its files was when its metadata was read. */
  readonly identity: (file: string) => FileIdentity
  /**
   * Tells a split's content from every other that this machine's splits ever had, as far as a file's size, times, place on
   * the disk and metadata tell it.
   */
  readonly version: (split: Pick<Split, "file" | "index">) => string
  /** Reads a split's bytes for these columns. The buffers are fresh and may be transferred. Rejects with SourceError. */
  readonly fetch: (split: Split, columns: readonly string[], signal?: AbortSignal) => Promise<SplitBytes>
}

/** Tells one content of a file from another, on whatever node it lies. */
export interface FileIdentity {
  readonly bytes: number
  /** CRC-32 of its metadata as it is stored. */
  readonly checksum: number
}

export interface SourceColumn {
  readonly name: string
  /** DuckDB's spelling of the type that a scan yields. */
  readonly type: string
  /** Uncompressed bytes over all files. */
  readonly bytes: number
  readonly min: string | undefined
  readonly max: string | undefined
}

export interface SplitList {
  readonly splits: readonly Split[]
  /** Row groups excluded by statistics. */
  readonly pruned: number
  /** Rows of files that were excluded whole, and of other row groups. */
  readonly rowsSkipped: { readonly files: number; readonly rowGroups: number }
}

/** A row-group range of one file; for Parquet exactly one row group. Plain data: it crosses threads and nodes. */
export interface Split {
  readonly file: string
  readonly index: number
  readonly rows: number
  /** Uncompressed bytes of the columns asked for. */
  readonly bytes: number
  /** Those of the columns asked for that are made. */
  readonly made?: readonly MadeColumn[] | undefined
}

/** What crosses to the engine's thread for one split. Plain data; `buffers` are transferred. */
export interface SplitBytes {
  readonly kind: string
  readonly file: string
  readonly rows: number
  /** The source's own description of what `buffers` hold; only its decoder reads it. */
  readonly layout: unknown
  readonly buffers: readonly ArrayBuffer[]
  readonly made?: readonly MadeColumn[]
  /** Bytes read from storage. */
  readonly bytesRead: number
}

/** The engine thread's half of a source. */
export interface SplitDecoder {
  readonly kind: string
  /**
   * Decodes into Arrow IPC streams with an end marker, each small enough to insert; columns in the order asked for.
   * Throws SourceError naming the file, the column and the reason. Any other error means that the decoder is unusable
   * and its thread must be replaced.
   */
  readonly decode: (
    bytes: SplitBytes,
    columns: readonly DecodedColumn[],
    options?: DecodeOptions,
  ) => Iterable<DecodedBatch>
}

export interface DecodeOptions {
  /** A stream's memory is used again for the next one: whoever keeps it until then copies it. */
  readonly lent?: boolean
  /** Rows may be left out that this shows to be of no use. */
  readonly filter?: SplitFilter | undefined
}

/** What is known of the rows that a scan needs of a split. A hint: more may come (law 8). */
export interface SplitFilter {
  /** All must hold. */
  readonly pruning: readonly PruningPredicate[]
  /** All others are known not to matter. */
  readonly ranges: readonly RowRange[]
}

/** Rows of a split, from `start` up to `end`. Lists of them are in order, neither empty nor touching. */
export interface RowRange {
  readonly start: number
  readonly end: number
}

export interface DecodedColumn {
  readonly name: string
  readonly type: string
}

/** `rows` may be 0, and then there is no stream. */
export interface DecodedBatch {
  readonly ipc: Uint8Array
  readonly rows: number
  /** Rows of the split since the batch before that are not in this one. */
  readonly leftOut: LeftOut
}

export interface LeftOut {
  /** Together with their pages, by the split's indexes. */
  readonly pages: number
  /** By their values. */
  readonly rows: number
}
