import type { CopyOption, CopyOptionValue, CopyStatement } from "../../../planner/ast/statement.ts"
import { UnsupportedSql } from "../../../planner/errors.ts"
import { nearestName } from "../../../planner/parser/nearest.ts"
import { CSV_DEFAULTS, type CsvOptions } from "../../writers/csv.ts"
import type { FileFormat } from "../../writers/file-format.ts"
import { COMPRESSIONS, type ParquetCompression, ROW_GROUP_ROWS } from "../../writers/parquet.ts"

/** Rows of one row group that may be asked for: they are held in memory until it is full. */
const ROW_GROUP_ROWS_MAX = 10_000_000

export interface CopyPlan {
  readonly file: FileFormat
  /** Of whole files of text; Parquet compresses inside. */
  readonly compression: "none" | "gzip" | "zstd"
  readonly extension: string
  readonly partitionBy: readonly string[]
  /** A folder with a file for each part of the result, instead of one file. */
  readonly perThreadOutput: boolean
  readonly writePartitionColumns: boolean
  readonly onExisting: "refuse" | "overwrite" | "overwrite_or_ignore" | "append"
  /** Of the files in a folder, without their ending; `{i}` is their number, `{uuid}` a new name. */
  readonly filenamePattern: string
}

type FormatName = FileFormat["_tag"]

/** Where each option belongs. Other names for the same stand with the name that is used. */
const OPTIONS: Readonly<Record<string, { readonly name: string; readonly formats: readonly FormatName[] }>> = {
  format: { name: "format", formats: ["parquet", "csv", "json"] },
  compression: { name: "compression", formats: ["parquet", "csv", "json"] },
  codec: { name: "compression", formats: ["parquet"] },
  row_group_size: { name: "row_group_size", formats: ["parquet"] },
  header: { name: "header", formats: ["csv"] },
  delimiter: { name: "delimiter", formats: ["csv"] },
  delim: { name: "delimiter", formats: ["csv"] },
  sep: { name: "delimiter", formats: ["csv"] },
  quote: { name: "quote", formats: ["csv"] },
  escape: { name: "escape", formats: ["csv"] },
  nullstr: { name: "nullstr", formats: ["csv"] },
  null: { name: "nullstr", formats: ["csv"] },
  force_quote: { name: "force_quote", formats: ["csv"] },
  array: { name: "array", formats: ["json"] },
  partition_by: { name: "partition_by", formats: ["parquet", "csv", "json"] },
  per_thread_output: { name: "per_thread_output", formats: ["parquet", "csv", "json"] },
  write_partition_columns: { name: "write_partition_columns", formats: ["parquet", "csv", "json"] },
  overwrite: { name: "overwrite", formats: ["parquet", "csv", "json"] },
  overwrite_or_ignore: { name: "overwrite_or_ignore", formats: ["parquet", "csv", "json"] },
  append: { name: "append", formats: ["parquet", "csv", "json"] },
  filename_pattern: { name: "filename_pattern", formats: ["parquet", "csv", "json"] },
}

const FORMAT_WORDS: Readonly<Record<string, FormatName>> = {
  parquet: "parquet",
  csv: "csv",
  json: "json",
  ndjson: "json",
}

/** What a COPY writes, and how. Throws UnsupportedSql for what is not known, with the nearest name. */
export function copyPlan({ path, options }: CopyStatement): CopyPlan {
  const given = named(options)
  const fileFormat = formatOf(path, given.get("format"))
  for (const option of options) {
    if (OPTIONS[option.name]?.formats.includes(fileFormat) !== true) {
      const message = `${option.name.toUpperCase()} is no option of ${fileFormat} files`
      throw new UnsupportedSql({ message, span: option.nameSpan })
    }
  }
  const reader = optionReader(given)
  const partitionBy = reader.names("partition_by") ?? []
  const pattern = reader.text("filename_pattern")
  if (pattern !== undefined && /[/\\\0]|^\.+$/u.test(pattern)) {
    throw reader.wrong("filename_pattern", "a file's name without a folder")
  }
  const perThreadOutput = reader.flag("per_thread_output") ?? false
  if (perThreadOutput && partitionBy.length > 0) {
    throw reader.wrong("per_thread_output", "no PARTITION_BY beside it: partitions are written in parallel anyway")
  }
  const fallback = reader.flag("append") === true ? "{uuid}" : "data_{i}"
  const compression = fileFormat === "parquet" ? "none" : textCompression(path, reader)
  return {
    file: fileFormatOf(fileFormat, reader),
    compression,
    extension: { none: fileFormat, gzip: `${fileFormat}.gz`, zstd: `${fileFormat}.zst` }[compression],
    partitionBy,
    perThreadOutput,
    writePartitionColumns: reader.flag("write_partition_columns") ?? false,
    onExisting: onExisting(reader),
    filenamePattern: pattern ?? fallback,
  }
}

function named(options: readonly CopyOption[]): ReadonlyMap<string, CopyOption> {
  const given = new Map<string, CopyOption>()
  for (const option of options) {
    const known = Object.hasOwn(OPTIONS, option.name) ? OPTIONS[option.name] : undefined
    const written = option.name.toUpperCase()
    if (known === undefined) {
      const nearest = nearestName(option.name, Object.keys(OPTIONS))
      const all = Object.keys(OPTIONS).join(", ").toUpperCase()
      const hint = nearest === undefined ? `there are: ${all}` : `did you mean ${nearest.toUpperCase()}?`
      throw new UnsupportedSql({ message: `COPY has no option ${written}`, span: option.nameSpan, hint })
    }
    if (given.has(known.name)) throw new UnsupportedSql({ message: `${written} is given twice`, span: option.nameSpan })
    given.set(known.name, option)
  }
  return given
}

function formatOf(path: string, option: CopyOption | undefined): FormatName {
  const { value } = option ?? {}
  if (value !== undefined && (value._tag === "word" || value._tag === "string")) {
    const known = FORMAT_WORDS[value.text.toLowerCase()]
    if (known !== undefined) return known
  }
  if (option !== undefined) {
    throw new UnsupportedSql({ message: "FORMAT is parquet, csv or json", span: value?.span ?? option.nameSpan })
  }
  const name = path.toLowerCase().replace(/\.(gz|zst)$/u, "")
  if (name.endsWith(".parquet")) return "parquet"
  return /\.(json|ndjson|jsonl)$/u.test(name) ? "json" : "csv"
}

type OptionReader = ReturnType<typeof optionReader>

function optionReader(given: ReadonlyMap<string, CopyOption>) {
  const wrong = (name: string, wanted: string): UnsupportedSql => {
    const option = given.get(name)
    const span = option?.value?.span ?? option?.nameSpan
    return new UnsupportedSql({
      message: `${name.toUpperCase()} takes ${wanted}`,
      ...(span === undefined ? {} : { span }),
    })
  }
  const valueOf = (name: string): CopyOptionValue | undefined => given.get(name)?.value
  const textIn = (value: CopyOptionValue | undefined): string | undefined =>
    value === undefined || value._tag === "names" || value._tag === "star" ? undefined : value.text
  return {
    wrong,
    has: (name: string) => given.has(name),
    text: (name: string): string | undefined => {
      if (!given.has(name)) return undefined
      const text = textIn(valueOf(name))
      if (text === undefined) throw wrong(name, "a text")
      return text
    },
    flag: (name: string): boolean | undefined => {
      if (!given.has(name)) return undefined
      const text = valueOf(name) === undefined ? "true" : textIn(valueOf(name))
      if (text !== undefined && /^(true|on|1|t|yes)$/iu.test(text)) return true
      if (text !== undefined && /^(false|off|0|f|no)$/iu.test(text)) return false
      throw wrong(name, "true or false")
    },
    count: (name: string, max: number): number | undefined => {
      if (!given.has(name)) return undefined
      const text = textIn(valueOf(name)) ?? ""
      const count = /^\d{1,12}$/u.test(text) ? Number(text) : 0
      if (count < 1 || count > max) throw wrong(name, `a whole number from 1 to ${max}`)
      return count
    },
    names: (name: string): readonly string[] | undefined => {
      const value = valueOf(name)
      if (!given.has(name)) return undefined
      if (value?._tag === "names") return value.names.map((each) => each.text)
      const text = textIn(value)
      if (text === undefined) throw wrong(name, "a column, or several in parentheses")
      return [text]
    },
    isStar: (name: string): boolean => valueOf(name)?._tag === "star",
  }
}

function fileFormatOf(format: FormatName, reader: OptionReader): FileFormat {
  switch (format) {
    case "parquet": {
      const codec = (reader.text("compression") ?? "snappy").toLowerCase()
      const compression = codec === "none" ? "uncompressed" : codec
      if (!isCompression(compression)) throw reader.wrong("compression", Object.keys(COMPRESSIONS).join(", "))
      const rowGroupRows = reader.count("row_group_size", ROW_GROUP_ROWS_MAX) ?? ROW_GROUP_ROWS
      return { _tag: "parquet", compression, rowGroupRows }
    }
    case "csv":
      return { _tag: "csv", ...csvOptions(reader) }
    case "json":
      return { _tag: "json", array: reader.flag("array") ?? false }
  }
}

function isCompression(name: string): name is ParquetCompression {
  return Object.hasOwn(COMPRESSIONS, name)
}

function csvOptions(reader: OptionReader): CsvOptions {
  const one = (name: string, max: number): string | undefined => {
    const text = reader.text(name)
    if (text !== undefined && (text.length > max || /[\r\n]/u.test(text))) {
      throw reader.wrong(name, max === 1 ? "one character" : `up to ${max} characters`)
    }
    return text
  }
  const delimiter = one("delimiter", 4) ?? CSV_DEFAULTS.delimiter
  if (delimiter === "") throw reader.wrong("delimiter", "one to 4 characters")
  const quote = one("quote", 1) ?? CSV_DEFAULTS.quote
  const forced = reader.isStar("force_quote") ? "all" : reader.names("force_quote")
  return {
    header: reader.flag("header") ?? CSV_DEFAULTS.header,
    delimiter,
    quote,
    escape: one("escape", 1) ?? CSV_DEFAULTS.escape,
    nullText: reader.text("nullstr") ?? CSV_DEFAULTS.nullText,
    forceQuote: forced === "all" ? "all" : new Set((forced ?? []).map((name) => name.toLowerCase())),
  }
}

function textCompression(path: string, reader: OptionReader): CopyPlan["compression"] {
  const word = reader.text("compression")?.toLowerCase() ?? "auto"
  switch (word) {
    case "auto":
      return path.toLowerCase().endsWith(".gz") ? "gzip" : path.toLowerCase().endsWith(".zst") ? "zstd" : "none"
    case "none":
    case "uncompressed":
      return "none"
    case "gzip":
    case "zstd":
      return word
    default:
      throw reader.wrong("compression", "none, gzip or zstd")
  }
}

function onExisting(reader: OptionReader): CopyPlan["onExisting"] {
  const ways = (["overwrite", "overwrite_or_ignore", "append"] as const).filter((way) => reader.flag(way) === true)
  const [way, other] = ways
  if (other !== undefined) throw reader.wrong(other, "effect alone: one of OVERWRITE, OVERWRITE_OR_IGNORE and APPEND")
  return way ?? "refuse"
}
