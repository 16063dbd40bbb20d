/** A query's whole result: every value as the text that DuckDB prints for it, NULL as null. */
export interface Answer {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly Row[]
}

export type Row = readonly (string | null)[]

export interface CompareOptions {
  /**
   * - `exact`: the same rows in the same order.
   * - `any` (the default): the same rows, however ordered.
   * - positions: the same rows, and these columns (the query's ORDER BY keys) read the same from top to bottom; rows
   *   that tie may stand in any order.
   */
  readonly order?: "exact" | "any" | readonly number[]
  /** Compare the columns' types, too. On by default. */
  readonly types?: boolean
}

/** Doubles that were summed in another order differ in their last digits. Relative. */
const DOUBLE_ERROR_MAX = 1e-9
const FLOAT_ERROR_MAX = 1e-5
/** Differing rows that an explanation shows. */
const ROWS_SHOWN_MAX = 3

/** One paragraph that says where `actual` differs from `expected`; undefined when it does not. */
export function difference(expected: Answer, actual: Answer, options: CompareOptions = {}): string | undefined {
  const columns = columnDifference(expected, actual, options.types ?? true)
  if (columns !== undefined) return columns
  if (expected.rows.length !== actual.rows.length) {
    return `expected ${rowCount(expected.rows.length)}, found ${rowCount(actual.rows.length)}: ${inOneOnly(expected, actual)}`
  }
  const order = options.order ?? "any"
  const tolerances = expected.columns.map((column) => toleranceOf(column.type))
  const firstUnequal = expected.rows.findIndex((row, i) => !rowsEqual(row, actual.rows[i] ?? [], tolerances))
  if (firstUnequal === -1) return undefined
  if (order === "exact") {
    return `row ${firstUnequal + 1} differs: expected ${shown(expected.rows[firstUnequal])}, found ${shown(actual.rows[firstUnequal])}`
  }
  if (!sameMultiset(expected.rows, actual.rows, tolerances)) return `rows differ: ${inOneOnly(expected, actual)}`
  return order === "any" ? undefined : keyDifference(expected, actual, order, tolerances)
}

function columnDifference(expected: Answer, actual: Answer, types: boolean): string | undefined {
  const spell = (answer: Answer) => answer.columns.map((c) => (types ? `${c.name} ${c.type}` : c.name)).join(", ")
  const [wanted, found] = [spell(expected), spell(actual)]
  return wanted === found ? undefined : `columns differ: expected (${wanted}), found (${found})`
}

function keyDifference(
  expected: Answer,
  actual: Answer,
  keys: readonly number[],
  tolerances: readonly (number | undefined)[],
): string | undefined {
  const wrong = expected.rows.findIndex((row, i) =>
    keys.some((key) => {
      const type = expected.columns[key]?.type ?? ""
      const [wanted, found] = [row[key] ?? null, actual.rows[i]?.[key] ?? null]
      return !valuesEqual(sortedAs(type, wanted), sortedAs(type, found), tolerances[key])
    }),
  )
  if (wrong === -1) return undefined
  const keysOf = (row: Row | undefined) => keys.map((key) => row?.[key] ?? null)
  return (
    `the rows are right but not in order: in row ${wrong + 1} the sort key should be ` +
    `${shown(keysOf(expected.rows[wrong]))}, found ${shown(keysOf(actual.rows[wrong]))}`
  )
}

const INTERVAL_PARTS: readonly (readonly [RegExp, bigint])[] = [
  [/(-?\d+) years?/u, 12n * 30n * 86_400_000_000n],
  [/(-?\d+) months?/u, 30n * 86_400_000_000n],
  [/(-?\d+) days?/u, 86_400_000_000n],
]

/** Values that sort alike read alike: an INTERVAL of a day and one of 24 hours tie. */
export function sortedAs(type: string, value: string | null): string | null {
  if (type !== "INTERVAL" || value === null) return value
  let micros = 0n
  for (const [part, unit] of INTERVAL_PARTS) micros += BigInt(part.exec(value)?.[1] ?? 0) * unit
  const [, sign, hours = "0", minutes = "0", seconds = "0", fraction = ""] =
    /(-?)(\d+):(\d\d):(\d\d)(?:\.(\d+))?$/u.exec(value) ?? []
  const clock = (BigInt(hours) * 3600n + BigInt(minutes) * 60n + BigInt(seconds)) * 1_000_000n
  const time = clock + BigInt(fraction.padEnd(6, "0"))
  return String(sign === "-" ? micros - time : micros + time)
}

/** The allowed relative error of a column; undefined where texts must be equal. */
function toleranceOf(type: string): number | undefined {
  if (/\bDOUBLE\b/u.test(type)) return DOUBLE_ERROR_MAX
  return /\b(FLOAT|REAL)\b/u.test(type) ? FLOAT_ERROR_MAX : undefined
}

function rowsEqual(a: Row, b: Row, tolerances: readonly (number | undefined)[]): boolean {
  return a.length === b.length && a.every((value, i) => valuesEqual(value, b[i] ?? null, tolerances[i]))
}

function valuesEqual(a: string | null, b: string | null, tolerance: number | undefined): boolean {
  if (a === b) return true
  return a !== null && b !== null && tolerance !== undefined && numbersClose(a, b, tolerance)
}

const NUMBER = /[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?/giu

/** Equal but for numbers that are close: one number, or those inside of the text of a list or struct. */
function numbersClose(a: string, b: string, tolerance: number): boolean {
  // A NaN's sign is left to the processor.
  const bare = (text: string) => text.replace(NUMBER, "#").replaceAll("-nan", "nan")
  if (bare(a) !== bare(b)) return false
  const [left, right] = [a.match(NUMBER) ?? [], b.match(NUMBER) ?? []]
  return left.every((text, i) => {
    const [x, y] = [Number(text), Number(right[i])]
    return x === y || Math.abs(x - y) <= tolerance * Math.max(Math.abs(x), Math.abs(y))
  })
}

/**
 * Rows are grouped by what must be exactly equal; inside a group each row takes a partner that is close. With no
 * approximate column a group's rows are all the same and only their number counts.
 */
function sameMultiset(a: readonly Row[], b: readonly Row[], tolerances: readonly (number | undefined)[]): boolean {
  const [left, right] = [groupByExact(a, tolerances), groupByExact(b, tolerances)]
  if (left.size !== right.size) return false
  for (const [key, rows] of left) {
    const others = right.get(key)
    if (others === undefined || others.length !== rows.length) return false
    if (tolerances.every((tolerance) => tolerance === undefined)) continue
    if (!allPaired(rows, others, tolerances)) return false
  }
  return true
}

function allPaired(a: readonly Row[], b: readonly Row[], tolerances: readonly (number | undefined)[]): boolean {
  const sorted = (rows: readonly Row[]) => rows.toSorted((x, y) => compareApproximate(x, y, tolerances))
  const [left, right] = [sorted(a), sorted(b)]
  if (left.every((row, i) => rowsEqual(row, right[i] ?? [], tolerances))) return true
  // Nearly equal numbers may sort either way: then each row looks for a partner among those that are left.
  return left.every((row) => {
    const partner = right.findIndex((other) => rowsEqual(row, other, tolerances))
    if (partner !== -1) right.splice(partner, 1)
    return partner !== -1
  })
}

function compareApproximate(a: Row, b: Row, tolerances: readonly (number | undefined)[]): number {
  for (const [i, tolerance] of tolerances.entries()) {
    if (tolerance === undefined) continue
    const [x, y] = [a[i] ?? null, b[i] ?? null]
    if (x === y) continue
    const byNumber = Number(x ?? "-Infinity") - Number(y ?? "-Infinity")
    if (byNumber !== 0 && !Number.isNaN(byNumber)) return byNumber
    if (String(x) !== String(y)) return String(x) < String(y) ? -1 : 1
  }
  return 0
}

function groupByExact(rows: readonly Row[], tolerances: readonly (number | undefined)[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const key = JSON.stringify(row.map((value, i) => (tolerances[i] === undefined ? value : value === null)))
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  return groups
}

/** The first rows that only one side has, by their texts. */
function inOneOnly(expected: Answer, actual: Answer): string {
  const missing = without(expected.rows, actual.rows)
  const extra = without(actual.rows, expected.rows)
  const list = (rows: readonly Row[]) =>
    rows.slice(0, ROWS_SHOWN_MAX).map(shown).join(" ") +
    (rows.length > ROWS_SHOWN_MAX ? ` and ${rows.length - ROWS_SHOWN_MAX} more` : "")
  return [
    ...(missing.length > 0 ? [`missing ${list(missing)}`] : []),
    ...(extra.length > 0 ? [`unexpected ${list(extra)}`] : []),
  ].join("; ")
}

function without(rows: readonly Row[], others: readonly Row[]): readonly Row[] {
  const counts = new Map<string, number>()
  for (const row of others) {
    const key = JSON.stringify(row)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return rows.filter((row) => {
    const key = JSON.stringify(row)
    const left = counts.get(key) ?? 0
    if (left > 0) counts.set(key, left - 1)
    return left === 0
  })
}

function shown(row: Row | undefined): string {
  return row === undefined ? "nothing" : `(${row.map((value) => value ?? "NULL").join(", ")})`
}

function rowCount(count: number): string {
  return count === 1 ? "1 row" : `${count} rows`
}
