import type { Identifier } from "../../planner/ast/expression.ts"
import type { NamedExpr, ReaderCall } from "../../planner/ast/query.ts"
import { UnsupportedSql } from "../../planner/errors.ts"
import { nearestName } from "../../planner/parser/nearest.ts"
import type { HiveOptions } from "./hive.ts"

/** What `read_parquet` was told beside its paths. */
export interface ReaderOptions {
  readonly hive: HiveOptions
  readonly unionByName: boolean
  /** The column that holds each row's file. */
  readonly filename: string | undefined
  readonly fileRowNumber: boolean
}

export const PLAIN_READER: ReaderOptions = {
  hive: { wanted: undefined, types: new Map(), autocast: true },
  unionByName: false,
  filename: undefined,
  fileRowNumber: false,
}

const TAKEN = ["filename", "file_row_number", "hive_partitioning", "hive_types", "hive_types_autocast", "union_by_name"]

/** DuckDB's others: those that change nothing here, and those that Skein does not read by. */
const WITHOUT_EFFECT = new Set(["explicit_cardinality", "can_have_nan", "debug_use_openssl"])
const NOT_YET = new Set(["binary_as_string", "schema", "encryption_config", "compression", "parquet_version"])

type Option = ReaderCall["options"][number]

/** Throws UnsupportedSql for what cannot be done. */
export function readerOptions({ options }: ReaderCall): ReaderOptions {
  const given = new Map<string, Option>()
  for (const option of options) {
    const name = option.name.text.toLowerCase()
    if (given.has(name)) throw refused(option, `read_parquet is given ${name} twice`)
    if (NOT_YET.has(name) && !isFalse(option.value)) throw refused(option, `read_parquet's ${name} is not supported`)
    if (!TAKEN.includes(name) && !WITHOUT_EFFECT.has(name) && !NOT_YET.has(name)) throw unknown(option.name)
    given.set(name, option)
  }
  const flag = (name: string): boolean | undefined => {
    const option = given.get(name)
    return option === undefined ? undefined : flagOf(option)
  }
  const types = hiveTypes(given.get("hive_types"))
  const wanted = flag("hive_partitioning")
  const typesGiven = given.get("hive_types")
  if (wanted === false && typesGiven !== undefined) {
    throw refused(typesGiven, "hive_types gives types to what hive_partitioning = false leaves out")
  }
  return {
    hive: { wanted: types.size > 0 ? true : wanted, types, autocast: flag("hive_types_autocast") ?? true },
    unionByName: flag("union_by_name") ?? false,
    filename: filenameOf(given.get("filename")),
    fileRowNumber: flag("file_row_number") ?? false,
  }
}

function flagOf(option: Option): boolean {
  const { value } = option
  const text = value._tag === "Literal" ? value.sql.replace(/^'(.*)'$/s, "$1").toLowerCase() : ""
  if (/^(true|t|yes|y|1)$/.test(text)) return true
  if (/^(false|f|no|n|0)$/.test(text)) return false
  throw refused(option, `${option.name.text} is either true or false`)
}

function isFalse(value: NamedExpr): boolean {
  return value._tag === "Literal" && value.kind === "boolean" && /^false$/i.test(value.sql)
}

/** `true` calls the column filename; a string is its name. */
function filenameOf(option: Option | undefined): string | undefined {
  if (option === undefined) return undefined
  const { value } = option
  if (value._tag === "Literal" && value.kind === "string") return value.sql.slice(1, -1).replaceAll("''", "'")
  return flagOf(option) ? "filename" : undefined
}

/** `{'year': BIGINT, 'day': 'DATE'}`. */
function hiveTypes(option: Option | undefined): ReadonlyMap<string, string> {
  if (option === undefined) return new Map()
  if (option.value._tag !== "StructLiteral") throw refused(option, "hive_types is written {'column': TYPE}")
  return new Map(
    option.value.fields.map(({ name, value }) => {
      const type = typeText(value)
      if (type === undefined) throw refused(option, `the type of ${name} in hive_types is no type's name`)
      return [name.toLowerCase(), type]
    }),
  )
}

function typeText(value: NamedExpr): string | undefined {
  const text =
    value._tag === "ColumnRef" && value.parts.length === 1
      ? value.parts[0]?.text
      : value._tag === "Literal" && value.kind === "string"
        ? value.sql.slice(1, -1)
        : undefined
  return text !== undefined && TYPE_NAME.test(text) ? text.toUpperCase() : undefined
}

/** What can be put after AS in a cast, and nothing else. */
const TYPE_NAME = /^[a-z][a-z0-9_]*( [a-z]+)*(\(\d+(, ?\d+)?\))?$/i

function refused({ name }: Option, message: string): UnsupportedSql {
  return new UnsupportedSql({ message, span: name.span })
}

function unknown({ text, span }: Identifier): UnsupportedSql {
  const nearest = nearestName(text.toLowerCase(), TAKEN)
  const meant = nearest === undefined ? "" : `did you mean ${nearest}?  `
  return new UnsupportedSql({
    message: `read_parquet has no option "${text}"`,
    span,
    hint: `${meant}it has: ${TAKEN.join(", ")}`,
  })
}
