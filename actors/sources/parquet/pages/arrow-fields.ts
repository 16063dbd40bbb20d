import * as arrow from "apache-arrow"
import type { LayoutColumn } from "../layout.ts"
import type { TimeUnit } from "../metadata.ts"

type Element = LayoutColumn["elements"][number]

/** A column's Arrow field, of the form in which the engine takes it; every value may be NULL. */
export function arrowField(name: string, elements: readonly Element[]): arrow.Field {
  let index = 0
  const next = (): Element => {
    const element = elements[index++]
    if (element === undefined) throw new Error("a column's elements end within a group")
    return element
  }
  const field = (own: string): arrow.Field => new arrow.Field(own, typeOf(next()), true)
  const members = (count: number): arrow.Field[] =>
    Array.from({ length: count }, () => field(elements[index]?.name ?? ""))
  const typeOf = (element: Element): arrow.DataType => {
    if (element.group === "struct") return new arrow.Struct(members(element.children))
    if (element.group === undefined) return leafType(element)
    const repeated = next()
    const items =
      repeated.group === undefined && repeated.physical === undefined
        ? members(repeated.children)
        : [new arrow.Field("item", typeOf(repeated), true)]
    const [first, second] = items
    if (element.group === "map" && first !== undefined && second !== undefined) {
      const entries = new arrow.Struct<{ key: arrow.DataType; value: arrow.DataType }>([
        new arrow.Field("key", first.type, false),
        new arrow.Field("value", second.type, true),
      ])
      return new arrow.Map_(new arrow.Field("entries", entries, false))
    }
    if (first === undefined) throw new Error(`the list "${element.name}" has no items`)
    return new arrow.List(new arrow.Field("item", first.type, true))
  }
  return field(name)
}

function leafType(element: Element): arrow.DataType {
  switch (element.conversion) {
    case "int96":
      return new arrow.TimestampMicrosecond()
    case "uuid":
      return new arrow.Utf8()
    case "interval":
      return new arrow.IntervalMonthDayNano()
    case "float16":
      return new arrow.Float32()
    case undefined:
      break
  }
  const { annotation } = element
  switch (annotation._tag) {
    case "none":
      return plainType(element)
    case "utf8":
      return new arrow.Utf8()
    case "date":
      return new arrow.DateDay()
    case "int":
      return new arrow.Int(annotation.signed, bitWidth(annotation.bits))
    case "decimal":
      return new arrow.Decimal(annotation.scale, annotation.precision, 128)
    case "time":
      return annotation.unit === "MILLIS" ? new arrow.TimeMillisecond() : new arrow.Time(arrowUnit(annotation.unit), 64)
    case "timestamp":
      return new arrow.Timestamp(arrowUnit(annotation.unit), annotation.utc ? "UTC" : null)
  }
}

function plainType({ physical, name }: Element): arrow.DataType {
  switch (physical) {
    case "BOOLEAN":
      return new arrow.Bool()
    case "INT32":
      return new arrow.Int32()
    case "INT64":
      return new arrow.Int64()
    case "FLOAT":
      return new arrow.Float32()
    case "DOUBLE":
      return new arrow.Float64()
    case "BYTE_ARRAY":
    case "FIXED_LEN_BYTE_ARRAY":
      return new arrow.Binary()
    case "INT96":
    case undefined:
      throw new Error(`"${name}" is no leaf`)
  }
}

function bitWidth(bits: number): 8 | 16 | 32 | 64 {
  if (bits === 8 || bits === 16 || bits === 32 || bits === 64) return bits
  throw new Error(`there are no integers of ${bits} bits`)
}

function arrowUnit(unit: TimeUnit): arrow.TimeUnit {
  switch (unit) {
    case "MILLIS":
      return arrow.TimeUnit.MILLISECOND
    case "MICROS":
      return arrow.TimeUnit.MICROSECOND
    case "NANOS":
      return arrow.TimeUnit.NANOSECOND
  }
}
