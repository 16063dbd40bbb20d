import type { PruningPredicate } from "../../../planner/physical/stage.ts"
import type { LayoutColumn } from "./layout.ts"
import { compareOrdered, fractionDigits, type Ordered, parseOrdered } from "./ordered.ts"
import { FixedValues } from "./pages/dense.ts"
import type { Dense } from "./pages/form.ts"
import type { CodesVector, Dictionary, FixedVector, TextsVector, Vector } from "./pages/vector.ts"
import { keepBetween } from "./value-ranges.ts"

/**
 * Leaves out rows for which predicates of one column cannot be true. Of the first `count` of `selected`, the rows that
 * stay are moved to its front; returns how many. Looks at a dictionary once an entry. A row in doubt stays: the statement
 * applies the predicates again (law 8).
 */
export type RowFilter = (vector: Vector, selected: Int32Array, count: number) => number

/** A predicate as values of a vector are compared with it; NULL passes only "is null". */
type Test = "is null" | "is not null" | readonly ValueRange[]

/** Undefined where the column's values are not compared in this way. */
export function rowFilter(column: LayoutColumn, predicates: readonly PruningPredicate[]): RowFilter | undefined {
  if (column.elements.length !== 1) return undefined
  const tests = predicates.flatMap((predicate) => testOf(column, predicate) ?? []).map((test) => test.of)
  const ranges = tests.filter((test) => typeof test !== "string")
  if (tests.length === 0) return undefined
  return (vector, selected, all) => {
    let count = all
    if (tests.includes("is null")) count = keepNulls(vector, selected, count)
    if (tests.some((test) => test !== "is null")) count = keepValid(vector, selected, count)
    if (ranges.length === 0 || count === 0) return count
    if (vector._tag === "codes") return keepCodes(column.type, vector, ranges, selected, count)
    for (const each of ranges) {
      if (vector._tag === "texts") count = keepTexts(vector, each, selected, count)
      else if (vector._tag === "fixed") count = keepFixed(column.type, vector, each, selected, count)
    }
    return count
  }
}

function testOf(column: LayoutColumn, { op, values }: PruningPredicate): { readonly of: Test } | undefined {
  if (op === "is null" || op === "is not null") return { of: op }
  const constants = values.map((text) => parseOrdered(column.type, text))
  if (!constants.every((each) => each !== undefined) || !isAsOrdered(column)) return undefined
  return { of: constants.map((constant) => valueRange(op, constant)) }
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

function keepNulls({ validity }: Vector, selected: Int32Array, count: number): number {
  if (validity === undefined) return 0
  let kept = 0
  for (let i = 0; i < count; i++) {
    const row = selected[i] as number
    selected[kept] = row
    kept += isSet(validity, row) ^ 1
  }
  return kept
}

function keepValid({ validity }: Vector, selected: Int32Array, count: number): number {
  if (validity === undefined) return count
  let kept = 0
  for (let i = 0; i < count; i++) {
    const row = selected[i] as number
    selected[kept] = row
    kept += isSet(validity, row)
  }
  return kept
}

const isSet = (bits: Uint8Array, at: number): number => ((bits[at >> 3] as number) >> (at & 7)) & 1

function keepCodes(
  type: string,
  { codes, dictionary }: CodesVector,
  tests: readonly (readonly ValueRange[])[],
  selected: Int32Array,
  count: number,
): number {
  // The blank entry is that of NULLs, which are left out already.
  const marks = new Uint8Array(dictionary.count + 1).fill(1, 0, dictionary.count)
  for (const ranges of tests) markEntries(type, dictionary, ranges, marks)
  let kept = 0
  for (let i = 0; i < count; i++) {
    const row = selected[i] as number
    selected[kept] = row
    kept += marks[codes[row] as number] as number
  }
  return kept
}

/** Sets the marks of entries to 0 for which none of the ranges holds. */
function markEntries(
  type: string,
  { count, values }: Dictionary,
  ranges: readonly ValueRange[],
  marks: Uint8Array,
): void {
  if (ranges.length === 1 && values instanceof FixedValues) {
    const { width, bytes } = values
    const entries: FixedVector = { _tag: "fixed", rows: count, nulls: 0, validity: undefined, width, bytes }
    const passing = Int32Array.from({ length: count }, (_, entry) => entry)
    const kept = keepFixed(type, entries, ranges, passing, count)
    const before = marks.slice()
    marks.fill(0)
    for (let i = 0; i < kept; i++) marks[passing[i] as number] = before[passing[i] as number] as number
    return
  }
  for (let entry = 0; entry < count; entry++) {
    const value = entryAt(type, values, entry)
    if (value !== undefined && !ranges.some((range) => isWithin(value, range))) marks[entry] = 0
  }
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

function keepTexts(
  { offsets, bytes }: TextsVector,
  ranges: readonly ValueRange[],
  selected: Int32Array,
  count: number,
): number {
  let kept = 0
  for (let i = 0; i < count; i++) {
    const row = selected[i] as number
    const value = bytes.subarray(offsets[row] as number, offsets[row + 1] as number)
    selected[kept] = row
    if (ranges.some((range) => isWithin(value, range))) kept++
  }
  return kept
}

/** Of several ranges the one around all of them. */
function keepFixed(
  type: string,
  vector: FixedVector,
  ranges: readonly ValueRange[],
  selected: Int32Array,
  count: number,
): number {
  const outer = (side: "min" | "max"): Ordered | undefined => {
    let bound: Ordered | undefined
    for (const range of ranges) {
      const own = range[side]
      if (own === undefined) return undefined
      if (bound === undefined || (side === "min") === compareOrdered(own, bound) < 0) bound = own
    }
    return bound
  }
  if (ranges.length === 0) return count
  return keepBetween(type, vector, { min: outer("min"), max: outer("max") }, selected, count)
}
