import { UnsupportedSql } from "../errors.ts"
import { quoteIdentifier, quoteString } from "../sql/quote.ts"
import { type DuckType, parseType, printType, type TypeField } from "./type-text.ts"
import { type ArrowForm, containsUnion, intervalText, mapInner } from "./wire.ts"

/**
 * How a column of a session's own table is kept in Parquet, and read back: `cast` of the value into the file, `restore`
 * of what the file gives, without loss. `real` is the type that the table's column has.
 */
export interface StoredForm extends ArrowForm {
  readonly real: string
  readonly restore: (expr: string) => string
}

/** Scalars that Parquet keeps, and that are read back, with every bit. All others are kept as DuckDB prints them. */
const KEPT: ReadonlySet<string> = new Set([
  "BOOLEAN",
  "TINYINT",
  "SMALLINT",
  "INTEGER",
  "BIGINT",
  "UTINYINT",
  "USMALLINT",
  "UINTEGER",
  "UBIGINT",
  "FLOAT",
  "DOUBLE",
  "VARCHAR",
  "BLOB",
  "DATE",
  "TIME",
  "TIMESTAMP",
  "TIMESTAMP WITH TIME ZONE",
])

/** The field of a stored union that says which member it is. */
const TAG = "tag"

/** Throws UnsupportedSql for what DuckDB keeps in no table. */
export function storedForm(text: string): StoredForm {
  const type = parseType(text)
  const real = printType(realOf(type, text))
  if (type._tag === "union") return storedUnion(type.members, real, text)
  if (containsUnion(type)) throw refusal(text, "a UNION inside another type cannot be kept")
  const form = printType(storedOf(type))
  const restore = (expr: string): string => (form === real ? expr : `CAST(${expr} AS ${real})`)
  if (type._tag === "scalar" && type.name === "INTERVAL") return { type: form, real, cast: intervalText, restore }
  const keeps = form === printType(type)
  return { type: form, real, cast: (expr) => (keeps ? expr : `CAST(${expr} AS ${form})`), restore }
}

/**
 * The nearest type of Parquet, for files that others read. HUGEINT is DECIMAL(38,0), an error for what does not fit;
 * what Parquet has no type for is text.
 */
export function parquetForm(text: string): ArrowForm {
  const type = parseType(text)
  const form = printType(parquetOf(type))
  const keeps = type._tag !== "tuple" && form === printType(type)
  return { type: form, cast: (expr) => (keeps ? expr : `CAST(${expr} AS ${form})`) }
}

/** Every value as DuckDB prints it, with lists, structs and maps around them left as they are. */
export function jsonForm(text: string): ArrowForm {
  const form = printType(jsonOf(parseType(text)))
  return { type: form, cast: (expr) => `CAST(${expr} AS ${form})` }
}

function jsonOf(type: DuckType): DuckType {
  switch (type._tag) {
    case "scalar":
    case "decimal":
    case "enum":
    case "tuple":
    case "union":
      return { _tag: "scalar", name: "VARCHAR" }
    case "array":
      return { _tag: "list", item: jsonOf(type.item) }
    case "list":
    case "struct":
    case "map":
      return mapInner(type, jsonOf)
  }
}

/** A column of nothing but NULL becomes INTEGER, as in DuckDB. */
function realOf(type: DuckType, whole: string): DuckType {
  switch (type._tag) {
    case "scalar":
      if (type.name === "VARIANT") throw refusal(whole, "a VARIANT cannot be kept")
      return type.name === "NULL" ? { _tag: "scalar", name: "INTEGER" } : type
    case "decimal":
    case "enum":
      return type
    case "tuple":
      throw refusal(whole, "a struct without field names cannot be kept; name the fields: {'a': …}")
    case "list":
    case "array":
    case "struct":
    case "map":
    case "union":
      return mapInner(type, (inner) => realOf(inner, whole))
  }
}

function storedOf(type: DuckType): DuckType {
  switch (type._tag) {
    case "scalar":
      if (type.name === "NULL") return { _tag: "scalar", name: "INTEGER" }
      return KEPT.has(type.name) ? type : { _tag: "scalar", name: "VARCHAR" }
    case "decimal":
      return type
    case "enum":
    case "tuple":
    case "union":
      return { _tag: "scalar", name: "VARCHAR" }
    case "array":
      return { _tag: "list", item: storedOf(type.item) }
    case "list":
    case "struct":
    case "map":
      return mapInner(type, storedOf)
  }
}

function parquetOf(type: DuckType): DuckType {
  switch (type._tag) {
    case "scalar":
      if (type.name === "HUGEINT") return { _tag: "decimal", width: 38, scale: 0 }
      if (/^TIMESTAMP_(S|MS|NS)$/u.test(type.name)) return { _tag: "scalar", name: "TIMESTAMP" }
      return storedOf(type)
    case "decimal":
    case "enum":
    case "tuple":
    case "union":
      return storedOf(type)
    case "array":
      return { _tag: "list", item: parquetOf(type.item) }
    case "list":
    case "struct":
    case "map":
      return mapInner(type, parquetOf)
  }
}

/** `UNION(a INTEGER, b TEXT)` is kept as `STRUCT(tag VARCHAR, m0 INTEGER, m1 VARCHAR)`: Parquet has no unions. */
function storedUnion(members: readonly TypeField[], real: string, whole: string): StoredForm {
  const parts = members.map((member, i) => {
    if (containsUnion(member.type)) throw refusal(whole, "a UNION inside another type cannot be kept")
    return { member, field: `m${i}`, form: storedForm(printType(member.type)) }
  })
  const fields = parts.map(({ field, form }) => `${quoteIdentifier(field)} ${form.type}`)
  const type = `STRUCT("${TAG}" VARCHAR, ${fields.join(", ")})`
  const cast = (expr: string): string => {
    const values = parts.map(({ member, field, form }) => {
      const value = `union_extract(${expr}, ${quoteString(member.name)})`
      return `${quoteString(field)}: ${form.cast(value)}`
    })
    const struct = `{${[`'${TAG}': CAST(union_tag(${expr}) AS VARCHAR)`, ...values].join(", ")}}`
    return `CASE WHEN ${expr} IS NULL AND union_tag(${expr}) IS NULL THEN NULL ELSE CAST(${struct} AS ${type}) END`
  }
  const restore = (expr: string): string => {
    const branches = parts.map(({ member, field, form }) => {
      const value = form.restore(`(${expr}).${quoteIdentifier(field)}`)
      const made = `union_value(${quoteIdentifier(member.name)} := CAST(${value} AS ${form.real}))`
      return `WHEN ${quoteString(member.name)} THEN CAST(${made} AS ${real})`
    })
    return `CASE (${expr})."${TAG}" ${branches.join(" ")} END`
  }
  return { type, real, cast, restore }
}

function refusal(type: string, reason: string): UnsupportedSql {
  return new UnsupportedSql({ message: `a column of type ${type} cannot be kept in a table: ${reason}` })
}
