import { UnsupportedSql } from "../errors.ts"
import { quoteString } from "./quote.ts"

/** Lists and structs inside each other; the parser's own limit would come a little later. */
const VALUE_DEPTH_MAX = 40

const INT32 = 2n ** 31n
const INT64 = 2n ** 63n
const INT128 = 2n ** 127n

/**
 * A value of a program as a SQL literal of its type:
 *
 *   null → NULL                    true → true                  "it's" → 'it''s'
 *   42 → 42 (INTEGER, BIGINT)      1.5 → '1.5'::DOUBLE          42n → 42 (up to HUGEINT)
 *   Date → TIMESTAMPTZ             Uint8Array → BLOB            [1, 2] → [1, 2]
 *   {a: 1} → {'a': 1}              Map → MAP {…}
 *
 * A number without a fraction is a whole number; every other one is a DOUBLE, because that is what it is in the program.
 * Throws UnsupportedSql for what has no type; `name` says which value.
 */
export function printValue(value: unknown, name: string): string {
  return print(value, name, 0)
}

function print(value: unknown, name: string, depth: number): string {
  if (depth > VALUE_DEPTH_MAX) throw refusal(name, `is nested more than ${VALUE_DEPTH_MAX} levels deep`)
  switch (typeof value) {
    case "undefined":
      return "NULL"
    case "boolean":
      return value ? "true" : "false"
    case "number":
      return printNumber(value)
    case "bigint":
      return printInteger(value, name)
    case "string":
      return printText(value, name)
    case "object":
      return value === null ? "NULL" : printObject(value, name, depth)
    case "symbol":
    case "function":
      throw refusal(name, `is a ${typeof value}, which has no type in SQL`)
  }
}

function printNumber(value: number): string {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return integerText(BigInt(value))
  return `CAST('${Object.is(value, -0) ? "-0" : String(value)}' AS DOUBLE)`
}

function printInteger(value: bigint, name: string): string {
  if (value >= -INT128 && value < INT128) return integerText(value)
  if (value >= 0n && value < 2n * INT128) return `CAST('${value}' AS UHUGEINT)`
  throw refusal(name, "is a whole number of more than 128 bits")
}

/** A minus sign before a literal is an operator: without it the least number of a type is one too large for it. */
function integerText(value: bigint): string {
  if (value === -INT32) return `CAST('${value}' AS INTEGER)`
  if (value < -INT64 || value >= INT64) return `CAST('${value}' AS HUGEINT)`
  return value < 0n ? `(${value})` : String(value)
}

/** DuckDB reads SQL up to a NUL, so that one is computed. */
function printText(value: string, name: string): string {
  if (!value.isWellFormed()) throw refusal(name, "is a text with half a surrogate pair, which is no Unicode text")
  if (!value.includes("\0")) return quoteString(value)
  return `(${value.split("\0").map(quoteString).join(" || chr(0) || ")})`
}

function printObject(value: object, name: string, depth: number): string {
  const inner = (each: unknown, part: string): string => print(each, `${name}${part}`, depth + 1)
  if (value instanceof Date) return printDate(value, name)
  if (value instanceof Uint8Array) return printBytes(value)
  if (value instanceof ArrayBuffer) return printBytes(new Uint8Array(value))
  if (Array.isArray(value)) {
    refuseMixed(value, name, "list")
    return `[${value.map((each, i) => inner(each, `[${i}]`)).join(", ")}]`
  }
  if (value instanceof Map) {
    refuseMixed([...value.keys()], name, "Map of keys")
    refuseMixed([...value.values()], name, "Map of values")
    const entries = [...value].map(([key, each]) => `${inner(key, " (a key)")}: ${inner(each, " (a value)")}`)
    return `MAP {${entries.join(", ")}}`
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    throw refusal(name, `is a ${value.constructor.name}, which has no type in SQL`)
  }
  const fields = Object.entries(value)
  if (fields.length === 0) throw refusal(name, "is an object without fields, and a STRUCT needs one")
  const wrong = fields.find(([key]) => key.includes("\0"))
  if (wrong !== undefined) throw refusal(name, "has a field whose name holds the character U+0000")
  return `{${fields.map(([key, each]) => `${printText(key, name)}: ${inner(each, `.${key}`)}`).join(", ")}}`
}

/** DuckDB would make numbers of the texts beside numbers, where it can: `[1, '2']` is a list of numbers. */
function refuseMixed(items: readonly unknown[], name: string, what: string): void {
  const kinds = new Set(items.map(kindOf).filter((kind) => kind !== undefined))
  const [first, second] = kinds
  if (first === undefined || second === undefined) return
  throw refusal(name, `is a ${what} of several types, ${first} and ${second}: one has to be that of all`)
}

/** Undefined for NULL, and for a list of nothing else: they are of any type. */
function kindOf(value: unknown): string | undefined {
  switch (typeof value) {
    case "undefined":
      return undefined
    case "bigint":
      return "number"
    case "string":
      return "text"
    case "object":
      if (value === null) return undefined
      if (value instanceof Date) return "date"
      if (value instanceof Uint8Array || value instanceof ArrayBuffer) return "bytes"
      if (!Array.isArray(value)) return value instanceof Map ? "Map" : "object"
      return listKind(value.map(kindOf).find((kind) => kind !== undefined))
    default:
      return typeof value
  }
}

function listKind(item: string | undefined): string | undefined {
  return item === undefined ? undefined : `list of ${item}`
}

function printDate(value: Date, name: string): string {
  const millis = value.getTime()
  if (Number.isNaN(millis)) throw refusal(name, "is an invalid Date")
  return `CAST(make_timestamp(${BigInt(millis) * 1000n}) AS TIMESTAMP WITH TIME ZONE)`
}

function printBytes(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")
  return `CAST('${text}' AS BLOB)`
}

function refusal(name: string, what: string): UnsupportedSql {
  return new UnsupportedSql({ message: `the value of parameter ${name} ${what}` })
}
