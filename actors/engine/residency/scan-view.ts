import type { EngineInput, EngineSplit } from "../messages.ts"
import type { MadeColumn } from "../../sources/source.ts"
import type { ColumnPlace } from "./resident-tables.ts"

/** Where a column of a split is read. */
type PlaceOf = (split: number, sourceName: string) => ColumnPlace

/** UNION ALL of so many parts stands in parentheses of its own: DuckDB recurses once a part. */
const PARTS_TOGETHER_MAX = 64

/** A column of a split as it is read: from the file, or made of what is known. */
export interface SplitColumn {
  readonly name: string
  readonly sourceName: string
  /** The type in the table of the scan. */
  readonly type: string
  /** The type in the file; undefined: the file is not read for it. */
  readonly read: string | undefined
  readonly made: MadeColumn | undefined
}

export function splitColumns({ columns }: EngineInput, { made = [] }: EngineSplit): readonly SplitColumn[] {
  return columns.map(({ name, sourceName, type }): SplitColumn => {
    const instead = made.find((each) => each.name === sourceName)
    const read = instead === undefined ? type : instead._tag === "cast" ? instead.from : undefined
    return { name, sourceName, type, read, made: instead }
  })
}

/**
 * The table of a scan, over the tables that hold its columns; the rows in the order of the splits:
 *
 *   SELECT t0.v3 AS c1, t0.v4 AS c2 FROM "resident 7" t0
 *   UNION ALL SELECT t0.v5 AS c1, t1.v9 AS c2 FROM "resident 8" t0 POSITIONAL JOIN "resident 9" t1
 *   UNION ALL SELECT t0.v7 AS c1, CAST('x' AS VARCHAR) AS c2 FROM "resident 11" t0
 */
export function scanSelect(input: EngineInput, splits: readonly EngineSplit[], placeOf: PlaceOf): string {
  if (input.columns.length === 0) {
    // `count(*)` reads no column, but rows.
    const rows = splits.reduce((sum, split) => sum + split.rows, 0)
    return `SELECT true AS "rows" FROM range(${rows})`
  }
  if (splits.length === 0) {
    const items = input.columns.map(({ name, type }) => `CAST(NULL AS ${type}) AS ${quoted(name)}`)
    return `SELECT ${items.join(", ")} WHERE false`
  }
  return united(splits.map((split, index) => splitSelect(input, split, (name) => placeOf(index, name))))
}

function splitSelect(input: EngineInput, split: EngineSplit, placeOf: (sourceName: string) => ColumnPlace): string {
  const columns = splitColumns(input, split)
  const read = new Set(columns.flatMap((column) => (column.read === undefined ? [] : [column.sourceName])))
  const places = new Map([...read].map((name) => [name, placeOf(name)]))
  const tables = [...new Set([...places.values()].map(({ table }) => table))]
  const values = new Map([...places].map(([name, { table, column }]) => [name, `t${tables.indexOf(table)}.${column}`]))
  const ordinal = tables.length > 0 ? "t0.rowid" : `t0.${ORDINAL}`
  const items = columns.map((column) => `${itemText(column, values, ordinal)} AS ${quoted(column.name)}`)
  const aliased = tables.map((table, index) => `${quoted(table)} t${index}`)
  const from = tables.length > 0 ? aliased.join(" POSITIONAL JOIN ") : `range(${split.rows}) t0(${ORDINAL})`
  return `SELECT ${items.join(", ")} FROM ${from}`
}

/** Of a split of which nothing is read. */
const ORDINAL = "i"

function itemText(
  { sourceName, type, made }: SplitColumn,
  values: ReadonlyMap<string, string>,
  ordinal: string,
): string {
  switch (made?._tag) {
    case undefined:
      return values.get(sourceName) ?? "NULL"
    case "cast":
      return `CAST(${values.get(sourceName)} AS ${type})`
    case "rowNumber":
      return `CAST(${ordinal} + ${made.first} AS ${type})`
    case "constant":
      return `CAST(${made.text === null ? "NULL" : `'${made.text.replaceAll("'", "''")}'`} AS ${type})`
  }
}

function united(parts: readonly string[]): string {
  if (parts.length <= PARTS_TOGETHER_MAX) return parts.join(" UNION ALL ")
  const groups: string[] = []
  for (let start = 0; start < parts.length; start += PARTS_TOGETHER_MAX) {
    groups.push(`(${parts.slice(start, start + PARTS_TOGETHER_MAX).join(" UNION ALL ")})`)
  }
  return united(groups)
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
