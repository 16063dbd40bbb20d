import type { PruningPredicate } from "../../../planner/physical/stage.ts"
import type { ChunkStatistics, ParquetMetadata, PhysicalType, RowGroup, SchemaElement, TimeUnit } from "./metadata.ts"
import { compareOrdered, fractionDigits, parseOrdered, printOrdered } from "./ordered.ts"
import type { Ordered } from "./ordered.ts"
import type { ParquetColumn } from "./schema.ts"

/** One column of one row group. */
export interface ColumnGroup {
  readonly column: ParquetColumn
  readonly group: RowGroup
  readonly metadata: ParquetMetadata
}

/** What is known of some values of one column: a row group's, or a page's. */
export interface ValueFacts {
  readonly values: number
  readonly nulls: number | undefined
  readonly bounds: Bounds | undefined
}

export interface Bounds {
  readonly min: Ordered
  readonly max: Ordered
  readonly exact: boolean
}

/** Whether a row for which the predicate is true may be in the row group. In doubt, it may. */
export function mayMatch(target: ColumnGroup, predicate: PruningPredicate): boolean {
  const { column, group } = target
  const chunk = group.chunks[column.leaves[0] ?? -1]
  if (column.flat === undefined || chunk === undefined) return true
  const nulls = column.flat.repetition === "REQUIRED" ? 0 : chunk.statistics?.nulls
  return factsMayMatch(column.type, { values: chunk.values, nulls, bounds: chunkBounds(target) }, predicate)
}

/** Whether the predicate may be true for one of these values of the type. In doubt, it may. */
export function factsMayMatch(type: string, facts: ValueFacts, { op, values }: PruningPredicate): boolean {
  const { nulls, bounds } = facts
  if (op === "is null") return nulls !== 0
  if (nulls !== undefined && nulls === facts.values) return false
  if (op === "is not null" || bounds === undefined) return true
  return values.some((text) => {
    const value = parseOrdered(type, text)
    return value === undefined || withinBounds(type, bounds, op, value)
  })
}

function withinBounds(type: string, { min, max }: Bounds, op: PruningPredicate["op"], value: Ordered): boolean {
  // NaN, which DuckDB orders above every number, is never part of a float's maximum.
  const hasMax = type !== "FLOAT" && type !== "DOUBLE"
  switch (op) {
    case "=":
    case "in":
      return compareOrdered(min, value) <= 0 && compareOrdered(max, value) >= 0
    case "<":
      return compareOrdered(min, value) < 0
    case "<=":
      return compareOrdered(min, value) <= 0
    case ">":
      return !hasMax || compareOrdered(max, value) > 0
    case ">=":
      return !hasMax || compareOrdered(max, value) >= 0
    case "starts with":
      return compareOrdered(start(min, value), value) <= 0 && compareOrdered(max, value) >= 0
    case "is null":
    case "is not null":
      return true
  }
}

/** As much of a text as another has bytes: where it is no greater, texts that begin with the other may follow. */
function start(text: Ordered, other: Ordered): Ordered {
  return text instanceof Uint8Array && other instanceof Uint8Array ? text.subarray(0, other.byteLength) : text
}

/** The smallest and largest value over row groups as DuckDB prints them, if every row group's statistics tell. */
export function tableBounds(
  targets: readonly ColumnGroup[],
): { readonly min: string | undefined; readonly max: string | undefined } | undefined {
  let min: Ordered | undefined
  let max: Ordered | undefined
  let type = ""
  for (const target of targets) {
    const chunk = target.group.chunks[target.column.leaves[0] ?? -1]
    if (target.group.rows === 0) continue
    // Strings may have been cut without a word about it.
    if (target.column.flat === undefined || chunk === undefined || target.column.type === "VARCHAR") return undefined
    if (chunk.statistics?.nulls === chunk.values) continue
    const bounds = chunkBounds(target)
    if (bounds === undefined || !bounds.exact) return undefined
    type = target.column.type
    if (min === undefined || compareOrdered(bounds.min, min) < 0) min = bounds.min
    if (max === undefined || compareOrdered(bounds.max, max) > 0) max = bounds.max
  }
  if (min === undefined || max === undefined) return undefined
  return { min: printOrdered(type, min), max: printOrdered(type, max) }
}

function chunkBounds({ column, group, metadata }: ColumnGroup): Bounds | undefined {
  const leaf = column.leaves[0] ?? -1
  const statistics = group.chunks[leaf]?.statistics
  const element = column.flat
  if (statistics === undefined || element === undefined) return undefined
  const raw = trustedBytes(element, statistics, metadata, leaf)
  if (raw === undefined) return undefined
  const exact = statistics.minExact !== false && statistics.maxExact !== false
  return readBounds(column, raw, exact)
}

interface RawBounds {
  readonly min: Uint8Array
  readonly max: Uint8Array
}

/** Bounds from their stored bytes; none where they are not of the column's type or the wrong way round. */
export function readBounds({ flat, type }: ParquetColumn, raw: RawBounds, exact: boolean): Bounds | undefined {
  if (flat === undefined) return undefined
  const min = readOrdered(flat, type, raw.min, "down")
  const max = readOrdered(flat, type, raw.max, "up")
  return min === undefined || max === undefined || compareOrdered(min, max) > 0 ? undefined : { min, max, exact }
}

/** The deprecated fields hold signed comparisons, so they are right for signed numbers only. */
function trustedBytes(
  element: SchemaElement,
  { min, max, legacyMin, legacyMax }: ChunkStatistics,
  metadata: ParquetMetadata,
  leaf: number,
): RawBounds | undefined {
  if (min !== undefined && max !== undefined) return isOrderTrusted(element, metadata, leaf) ? { min, max } : undefined
  if (metadata.typeOrdered.length > 0 && metadata.typeOrdered[leaf] !== true) return undefined
  return isSigned(element) && legacyMin !== undefined && legacyMax !== undefined
    ? { min: legacyMin, max: legacyMax }
    : undefined
}

/**
 * Bounds say nothing unless the footer declares the type's own order; DuckDB's writer is known to keep it without
 * saying so.
 */
export function isOrderTrusted(element: SchemaElement, metadata: ParquetMetadata, leaf: number): boolean {
  if (metadata.typeOrdered.length > 0) return metadata.typeOrdered[leaf] === true
  return isSigned(element) || metadata.createdBy.startsWith("DuckDB")
}

function isSigned(element: SchemaElement): boolean {
  switch (element.physical) {
    case "BOOLEAN":
    case "FLOAT":
    case "DOUBLE":
      return true
    case "INT32":
    case "INT64":
      return !(element.converted?.startsWith("UINT") ?? false)
    case "INT96":
    case "BYTE_ARRAY":
    case "FIXED_LEN_BYTE_ARRAY":
    case undefined:
      return false
  }
}

/** A statistic's bytes as a value of DuckDB's type; coarser units are rounded away from the values between the bounds. */
function readOrdered(
  element: SchemaElement,
  type: string,
  bytes: Uint8Array,
  round: "down" | "up",
): Ordered | undefined {
  if (type === "VARCHAR") return bytes
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (type === "FLOAT" || type === "DOUBLE") return readFloating(view, element.physical)
  const whole = readWhole(element, type, view)
  const digits = fractionDigits(type)
  if (whole === undefined || digits === undefined) return whole
  const unit = unitDigits(element)
  if (unit <= digits) return whole * 10n ** BigInt(digits - unit)
  const factor = 10n ** BigInt(unit - digits)
  const floor = (whole - (((whole % factor) + factor) % factor)) / factor
  return round === "down" || floor * factor === whole ? floor : floor + 1n
}

function readFloating(view: DataView, physical: PhysicalType | undefined): number | undefined {
  const value =
    physical === "FLOAT" && view.byteLength === 4
      ? view.getFloat32(0, true)
      : physical === "DOUBLE" && view.byteLength === 8
        ? view.getFloat64(0, true)
        : NaN
  return Number.isNaN(value) ? undefined : value
}

function readWhole(element: SchemaElement, type: string, view: DataView): bigint | undefined {
  const unsigned = element.converted?.startsWith("UINT") ?? false
  switch (element.physical) {
    case "BOOLEAN":
      return view.byteLength === 1 ? BigInt(view.getUint8(0)) : undefined
    case "INT32":
      if (view.byteLength !== 4) return undefined
      return BigInt(unsigned ? view.getUint32(0, true) : view.getInt32(0, true))
    case "INT64":
      if (view.byteLength !== 8) return undefined
      return unsigned ? view.getBigUint64(0, true) : view.getBigInt64(0, true)
    case "BYTE_ARRAY":
    case "FIXED_LEN_BYTE_ARRAY":
      return type.startsWith("DECIMAL") ? readBigEndian(view) : undefined
    case "INT96":
    case "FLOAT":
    case "DOUBLE":
    case undefined:
      return undefined
  }
}

function readBigEndian(view: DataView): bigint | undefined {
  if (view.byteLength === 0) return undefined
  let value = BigInt(view.getInt8(0))
  for (let index = 1; index < view.byteLength; index++) value = value * 256n + BigInt(view.getUint8(index))
  return value
}

const UNIT_DIGITS: Readonly<Record<TimeUnit, number>> = { MILLIS: 3, MICROS: 6, NANOS: 9 }

function unitDigits(element: SchemaElement): number {
  const { logical, converted } = element
  if (logical?._tag === "TIME" || logical?._tag === "TIMESTAMP") return UNIT_DIGITS[logical.unit]
  return converted === "TIME_MILLIS" || converted === "TIMESTAMP_MILLIS" ? UNIT_DIGITS.MILLIS : UNIT_DIGITS.MICROS
}
