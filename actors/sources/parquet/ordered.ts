/**
 * Values of statistics and constants in a form that orders as DuckDB orders them: whole numbers as bigint (a DECIMAL
 * times its scale, a DATE in days, times in the type's own unit), floats as numbers, strings as UTF-8 bytes.
 */
export type Ordered = bigint | number | Uint8Array

const MICROS_A_DAY = 86_400_000_000n
const DECIMAL = /^DECIMAL\((\d+),(\d+)\)$/
const INTEGER = /^U?(TINYINT|SMALLINT|INTEGER|BIGINT)$/
const MS_A_DAY = 86_400_000
/** What `Date` can hold; DuckDB's own range is wider, and outside of it nothing is pruned. */
const DAYS_MAX = 100_000_000n

/** The digits of a second's fraction that a type of time counts; undefined for another type. */
export function fractionDigits(type: string): 6 | 9 | undefined {
  switch (type) {
    case "TIME":
    case "TIMESTAMP":
    case "TIMESTAMP WITH TIME ZONE":
      return 6
    case "TIMESTAMP_NS":
      return 9
    default:
      return undefined
  }
}

export function compareOrdered(a: Ordered, b: Ordered): number {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b)
  return a < b ? -1 : a > b ? 1 : 0
}

/** A constant as DuckDB prints it; undefined for what is not understood, which prunes nothing. */
export function parseOrdered(type: string, text: string): Ordered | undefined {
  if (type === "VARCHAR") return new TextEncoder().encode(text)
  if (type === "BOOLEAN") return text === "true" ? 1n : text === "false" ? 0n : undefined
  if (INTEGER.test(type)) return /^-?\d+$/.test(text) ? BigInt(text) : undefined
  if (type === "FLOAT" || type === "DOUBLE") return parseFloating(type, text)
  if (type === "DATE") return parseDays(text)
  const scale = DECIMAL.exec(type)?.[2]
  if (scale !== undefined) return parseDecimal(text, Number(scale))
  const digits = fractionDigits(type)
  if (digits === undefined) return undefined
  if (type === "TIME") return parseTime(text, digits)
  const zoned = type === "TIMESTAMP WITH TIME ZONE"
  if (text.endsWith("+00") !== zoned) return undefined
  const [date = "", time = ""] = (zoned ? text.slice(0, -3) : text).split(" ")
  const days = parseDays(date)
  const rest = parseTime(time, digits)
  if (days === undefined || rest === undefined) return undefined
  return days * MICROS_A_DAY * (digits === 9 ? 1000n : 1n) + rest
}

/** NaN orders above everything in DuckDB and nowhere in JavaScript: it is not understood. */
function parseFloating(type: string, text: string): number | undefined {
  const value = text === "inf" ? Infinity : text === "-inf" ? -Infinity : text === "" ? NaN : Number(text)
  if (Number.isNaN(value)) return undefined
  return type === "FLOAT" ? Math.fround(value) : value
}

function parseDecimal(text: string, scale: number): bigint | undefined {
  const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text)
  const [, sign, whole = "", fraction = ""] = match ?? []
  if (match === null || whole + fraction === "" || fraction.length > scale) return undefined
  const digits = BigInt(whole + fraction.padEnd(scale, "0"))
  return sign === "-" ? -digits : digits
}

function parseDays(text: string): bigint | undefined {
  const match = /^(\d{4,6})-(\d\d)-(\d\d)$/.exec(text)
  if (match === null) return undefined
  // Not Date.UTC, which takes the years 0 to 99 for the twentieth century.
  const time = new Date(0).setUTCFullYear(Number(match[1]), Number(match[2]) - 1, Number(match[3]))
  return Number.isNaN(time) ? undefined : BigInt(time / MS_A_DAY)
}

function parseTime(text: string, digits: number): bigint | undefined {
  const match = /^(\d\d):(\d\d):(\d\d)(?:\.(\d+))?$/.exec(text)
  const fraction = match?.[4] ?? ""
  if (match === null || fraction.length > digits) return undefined
  const seconds = Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3])
  return BigInt(seconds) * 10n ** BigInt(digits) + BigInt(fraction.padEnd(digits, "0"))
}

/** As DuckDB prints the value; undefined for what it prints in a form of its own (years beyond 9999 or before 1). */
export function printOrdered(type: string, value: Ordered): string | undefined {
  if (value instanceof Uint8Array) return new TextDecoder("utf-8", { ignoreBOM: true }).decode(value)
  if (typeof value === "number") return undefined
  if (type === "BOOLEAN") return value === 0n ? "false" : "true"
  if (type === "DATE") return printDays(value)
  const [, precision, scale] = DECIMAL.exec(type) ?? []
  if (scale !== undefined) return printDecimal(value, Number(scale), precision === scale)
  const digits = fractionDigits(type)
  if (digits === undefined) return String(value)
  const day = MICROS_A_DAY * (digits === 9 ? 1000n : 1n)
  if (type === "TIME") return printTime(value, digits)
  const rest = ((value % day) + day) % day
  const date = printDays((value - rest) / day)
  const zone = type === "TIMESTAMP WITH TIME ZONE" ? "+00" : ""
  return date === undefined ? undefined : `${date} ${printTime(rest, digits)}${zone}`
}

/** A DECIMAL without whole digits is printed without a zero before its point. */
function printDecimal(value: bigint, scale: number, fractionOnly: boolean): string {
  const digits = String(value < 0n ? -value : value).padStart(fractionOnly ? scale : scale + 1, "0")
  const whole = digits.slice(0, digits.length - scale)
  const fraction = scale === 0 ? "" : `.${digits.slice(digits.length - scale)}`
  return `${value < 0n ? "-" : ""}${whole}${fraction}`
}

function printDays(days: bigint): string | undefined {
  if (days > DAYS_MAX || days < -DAYS_MAX) return undefined
  const text = new Date(Number(days) * MS_A_DAY).toISOString()
  return /^\d{4}-/.test(text) && !text.startsWith("0000") ? text.slice(0, 10) : undefined
}

function printTime(value: bigint, digits: number): string {
  const unit = 10n ** BigInt(digits)
  const seconds = Number(value / unit)
  const two = (part: number): string => String(part).padStart(2, "0")
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  const fraction = String(value % unit)
    .padStart(digits, "0")
    .replace(/0+$/, "")
  return fraction === "" ? clock : `${clock}.${fraction}`
}
