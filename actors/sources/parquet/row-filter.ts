import type { PruningPredicate } from "../../../planner/physical/stage.ts"
import type { LayoutColumn } from "./layout.ts"
import { compareOrdered, fractionDigits, type Ordered, parseOrdered } from "./ordered.ts"
import { FixedValues } from "./pages/dense.ts"
import type { Dense } from "./pages/form.ts"
import type { CodesVector, FixedVector, TextsVector, Vector } from "./pages/vector.ts"
import { keepBetween } from "./value-ranges.ts"

/**
 * Leaves out rows for which a predicate cannot be true: sets their bytes in `kept` to 0. Looks at a dictionary once an
 * entry. A row in doubt stays: the statement applies the predicate again (law 8).
 */
export type RowFilter = (vector: Vector, kept: Uint8Array) => void

/** Undefined where the column's values are not compared in this way. */
export function rowFilter(column: LayoutColumn, { op, values }: PruningPredicate): RowFilter | undefined {
  if (column.elements.length !== 1) return undefined
  if (op === "is null") return ({ rows, validity }, kept) => keepNulls(rows, validity, kept)
  if (op === "is not null") return (vector, kept) => keepValid(vector, kept)
  const constants = values.map((text) => parseOrdered(column.type, text))
  if (!constants.every((each) => each !== undefined) || !isAsOrdered(column)) return undefined
  const ranges = constants.map((constant) => valueRange(op, constant))
  return (vector, kept) => {
    keepValid(vector, kept)
    if (vector._tag === "codes") keepCodes(column.type, vector, ranges, kept)
    else if (vector._tag === "texts") keepTexts(vector, ranges, kept)
    else if (vector._tag === "fixed") keepFixed(column.type, vector, ranges, kept)
  }
}

/** Whether values stand in a vector as `Ordered` has them: in the type's own unit. */
function isAsOrdered({ type, elements: [element] }: LayoutColumn): boolean {
  const { annotation, conversion } = element ?? {}
  if (element === undefined || annotation === undefined || element.group !== undefined) return false
  if (annotation._tag !== "time" && annotation._tag !== "timestamp") return conversion !== "interval"
  return fractionDigits(type) === { MILLIS: undefined, MICROS: 6, NANOS: 9 }[annotation.unit]
}

/** Values from `min` to `max`, both included; what has no bound is undefined. */
export interface ValueRange {
  readonly min: Ordered | undefined
  readonly max: Ordered | undefined
  /** Every value that begins with these bytes, and no other. */
  readonly prefix?: Uint8Array
}

/** The smallest range that holds every value for which the predicate is true of this constant. */
function valueRange(op: PruningPredicate["op"], constant: Ordered): ValueRange {
  const step = typeof constant === "bigint" ? 1n : undefined
  switch (op) {
    case "<":
    case "<=":
      return {
        min: undefined,
        max: op === "<" && step !== undefined && typeof constant === "bigint" ? constant - step : constant,
      }
    case ">":
    case ">=":
      return {
        min: op === ">" && step !== undefined && typeof constant === "bigint" ? constant + step : constant,
        max: undefined,
      }
    case "starts with":
      return constant instanceof Uint8Array
        ? { min: constant, max: undefined, prefix: constant }
        : { min: undefined, max: undefined }
    case "=":
    case "in":
    case "is null":
    case "is not null":
      return { min: constant, max: constant }
  }
}

function isWithin(value: Ordered, { min, max, prefix }: ValueRange): boolean {
  // NaN orders above everything in DuckDB and nowhere here.
  if (typeof value === "number" && Number.isNaN(value)) return true
  if (prefix !== undefined && value instanceof Uint8Array) {
    return compareOrdered(value.subarray(0, prefix.byteLength), prefix) === 0
  }
  return (
    (min === undefined || compareOrdered(value, min) >= 0) && (max === undefined || compareOrdered(value, max) <= 0)
  )
}

function keepNulls(rows: number, validity: Uint8Array | undefined, kept: Uint8Array): void {
  for (let row = 0; row < rows; row++) if (validity === undefined || isSet(validity, row)) kept[row] = 0
}

function keepValid({ rows, validity }: Vector, kept: Uint8Array): void {
  if (validity === undefined) return
  for (let row = 0; row < rows; row++) if (!isSet(validity, row)) kept[row] = 0
}

const isSet = (bits: Uint8Array, at: number): boolean => ((bits[at >> 3] as number) & (1 << (at & 7))) !== 0

function keepCodes(
  type: string,
  { rows, codes, dictionary }: CodesVector,
  ranges: readonly ValueRange[],
  kept: Uint8Array,
): void {
  const { count, values } = dictionary
  // The blank entry is that of NULLs, which are left out already.
  const marks = new Uint8Array(count + 1)
  for (let entry = 0; entry < count; entry++) {
    const value = entryAt(type, values, entry)
    marks[entry] = value === undefined || ranges.some((range) => isWithin(value, range)) ? 1 : 0
  }
  for (let row = 0; row < rows; row++) kept[row] = (kept[row] as number) & (marks[codes[row] as number] as number)
}

function entryAt(type: string, values: Dense, entry: number): Ordered | undefined {
  if (!(values instanceof FixedValues)) {
    return values.bytes.subarray(values.offsets[entry] as number, values.offsets[entry + 1] as number)
  }
  const view = new DataView(values.bytes.buffer, values.bytes.byteOffset + entry * values.width, values.width)
  if (type === "DOUBLE") return view.getFloat64(0, true)
  if (type === "FLOAT") return view.getFloat32(0, true)
  const signed = !type.startsWith("U")
  switch (values.width) {
    case 1:
      return BigInt(signed ? view.getInt8(0) : view.getUint8(0))
    case 2:
      return BigInt(signed ? view.getInt16(0, true) : view.getUint16(0, true))
    case 4:
      return BigInt(signed ? view.getInt32(0, true) : view.getUint32(0, true))
    case 8:
      return signed ? view.getBigInt64(0, true) : view.getBigUint64(0, true)
    case 16:
      return (view.getBigInt64(8, true) << 64n) | view.getBigUint64(0, true)
    default:
      return undefined
  }
}

function keepTexts({ rows, offsets, bytes }: TextsVector, ranges: readonly ValueRange[], kept: Uint8Array): void {
  for (let row = 0; row < rows; row++) {
    if (kept[row] === 0) continue
    const value = bytes.subarray(offsets[row] as number, offsets[row + 1] as number)
    if (!ranges.some((range) => isWithin(value, range))) kept[row] = 0
  }
}

/** Of several ranges the one around all of them. */
function keepFixed(type: string, vector: FixedVector, ranges: readonly ValueRange[], kept: Uint8Array): void {
  const outer = (side: "min" | "max"): Ordered | undefined => {
    let bound: Ordered | undefined
    for (const range of ranges) {
      const own = range[side]
      if (own === undefined) return undefined
      if (bound === undefined || (side === "min") === compareOrdered(own, bound) < 0) bound = own
    }
    return bound
  }
  if (ranges.length > 0) keepBetween(type, vector, { min: outer("min"), max: outer("max") }, kept)
}
