import { UnsupportedSql } from "../errors.ts"
import type { DuckType } from "./type-text.ts"
import { parseType, printType } from "./type-text.ts"

/**
 * How a column crosses from one engine to another (law 2). The producer applies `toWire`; the result streams out as
 * Arrow; appending it to a table that was created with the real type restores the value, because DuckDB then casts
 * `wireType` to it. `fromWire` is the same cast, written out.
 */
export interface WireColumn {
  readonly wireType: string
  readonly toWire: (expr: string) => string
  readonly fromWire: (expr: string) => string
}

/** The form of a result column for programs: the nearest type that Arrow carries. */
export interface ArrowForm {
  readonly type: string
  readonly cast: (expr: string) => string
}

/**
 * Each scalar's wire type where it is not the type itself.
 *
 * - BIT streams out as its storage bytes, TIMETZ loses its offset, TIME_NS and ENUM do not stream at all.
 * - UHUGEINT and BIGNUM stream as bytes that only an extension's name tells apart: lost inside a MAP.
 * - UUID streams as text anyway.
 * - HUGEINT streams as DECIMAL(38,0) with all its 128 bits and comes back whole, the minimum included.
 * - INTERVAL streams in nanoseconds, 64 bits of them: 300 years of microseconds are too much.
 * - NULL has no values; DuckDB streams it as INTEGER.
 */
const SCALAR_WIRE: Readonly<Record<string, string>> = {
  BIT: "VARCHAR",
  "TIME WITH TIME ZONE": "VARCHAR",
  TIME_NS: "VARCHAR",
  UHUGEINT: "VARCHAR",
  BIGNUM: "VARCHAR",
  UUID: "VARCHAR",
  INTERVAL: "VARCHAR",
  NULL: "INTEGER",
}

/** Throws UnsupportedSql for the types whose values cannot move: VARIANT and structs without names. */
export function wireColumn(typeText: string): WireColumn {
  const type = parseType(typeText)
  const wireType = printType(wireOf(type, typeText))
  const real = printType(type)
  const fromWire = (expr: string): string => `CAST(${expr} AS ${real})`
  if (type._tag === "union") return { wireType, fromWire, toWire: (expr) => unionToWire(expr, type.members, wireType) }
  if (containsUnion(type)) refuse(typeText, "a UNION inside another type")
  if (type._tag === "scalar" && type.name === "INTERVAL") return { wireType, fromWire, toWire: intervalText }
  if (wireType === real) return { wireType, fromWire, toWire: (expr) => expr }
  return { wireType, fromWire, toWire: (expr) => `CAST(${expr} AS ${wireType})` }
}

/** Whether values of the type can move between engines. */
export function isWireType(typeText: string): boolean {
  try {
    wireColumn(typeText)
    return true
  } catch (error) {
    if (error instanceof UnsupportedSql) return false
    throw error
  }
}

/** The nearest Arrow type, for programs. What Arrow has no type for becomes text; HUGEINT is DECIMAL(38,0) there. */
export function arrowForm(typeText: string): ArrowForm {
  const type = parseType(typeText)
  const form = printType(arrowOf(type))
  const keep = type._tag !== "tuple" && form === printType(type)
  return { type: form, cast: keep ? (expr) => expr : (expr) => `CAST(${expr} AS ${form})` }
}

/** A result column as DuckDB prints it. */
export function textForm(expr: string): string {
  return `CAST(${expr} AS VARCHAR)`
}

function wireOf(type: DuckType, whole: string): DuckType {
  switch (type._tag) {
    case "scalar":
      if (type.name === "VARIANT") refuse(whole, "DuckDB keeps no VARIANT in a table")
      return { _tag: "scalar", name: SCALAR_WIRE[type.name] ?? type.name }
    case "decimal":
      return type
    case "enum":
      return { _tag: "scalar", name: "VARCHAR" }
    case "tuple":
      return refuse(whole, "DuckDB keeps no struct without field names in a table; name the fields: {'a': …}")
    case "list":
    case "array":
    case "struct":
    case "map":
    case "union":
      return mapInner(type, (inner) => wireOf(inner, whole))
  }
}

function arrowOf(type: DuckType): DuckType {
  switch (type._tag) {
    case "scalar":
      return { _tag: "scalar", name: type.name === "VARIANT" ? "VARCHAR" : (SCALAR_WIRE[type.name] ?? type.name) }
    case "decimal":
      return type
    case "enum":
    case "tuple":
    case "union":
      return { _tag: "scalar", name: "VARCHAR" }
    case "list":
    case "array":
    case "struct":
    case "map":
      return mapInner(type, arrowOf)
  }
}

type NestedType = Extract<DuckType, { readonly _tag: "list" | "array" | "struct" | "map" | "union" }>

export function mapInner(type: NestedType, change: (inner: DuckType) => DuckType): DuckType {
  switch (type._tag) {
    case "list":
    case "array":
      return { ...type, item: change(type.item) }
    case "struct":
      return { ...type, fields: type.fields.map((field) => ({ ...field, type: change(field.type) })) }
    case "map":
      return { ...type, key: change(type.key), value: change(type.value) }
    case "union":
      return { ...type, members: type.members.map((member) => ({ ...member, type: change(member.type) })) }
  }
}

export function containsUnion(type: DuckType): boolean {
  switch (type._tag) {
    case "scalar":
    case "decimal":
    case "enum":
    case "tuple":
      return false
    case "union":
      return true
    case "list":
    case "array":
      return containsUnion(type.item)
    case "struct":
      return type.fields.some((field) => containsUnion(field.type))
    case "map":
      return containsUnion(type.key) || containsUnion(type.value)
  }
}

/**
 * `14 months -3 days 0 hours 5 microseconds`. DuckDB prints an interval as `HH:MM:SS`, but does not read more than some
 * 10^9 hours back; hours and microseconds apart reach both ends of the type.
 */
export function intervalText(expr: string): string {
  const part = (name: string): string => `datepart('${name}', ${expr})`
  const months = `${part("year")} * 12 + ${part("month")}`
  const micros = `${part("minute")} * 60000000 + ${part("microsecond")}`
  return `((${months}) || ' months ' || ${part("day")} || ' days ' || ${part("hour")} || ' hours ' || (${micros}) || ' microseconds')`
}

/**
 * A union's tag with a NULL in it (`union_value(n := NULL)`) is not the NULL union, but Arrow's unions cannot tell them
 * apart: rather an error than another value.
 */
function unionToWire(
  expr: string,
  members: readonly { readonly name: string; readonly type: DuckType }[],
  wireType: string,
): string {
  const text = (value: string): string => `'${value.replaceAll("'", "''")}'`
  const nulls = members
    .map(({ name }) => `(union_tag(${expr}) = ${text(name)} AND union_extract(${expr}, ${text(name)}) IS NULL)`)
    .join(" OR ")
  const message = text("a UNION whose member is NULL cannot move between engines; use NULL itself")
  return `CASE WHEN ${nulls} THEN error(${message}) ELSE CAST(${expr} AS ${wireType}) END`
}

function refuse(type: string, reason: string): never {
  throw new UnsupportedSql({ message: `a value of type ${type} cannot move between engines: ${reason}` })
}
