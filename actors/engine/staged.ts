import type { MadeColumn } from "../sources/source.ts"
import type { EngineInput } from "./messages.ts"

/**
 * A split of which some columns are made (its file's name, its row's number, a value of its path, a cast) is put into a
 * table of its own first, and from there, with what DuckDB makes, behind the rows that the input has already.
 */
export function stagedInput(input: EngineInput, made: readonly MadeColumn[]): EngineInput {
  const columns = input.columns.flatMap((column) => {
    const instead = made.find(({ name }) => name === column.sourceName)
    if (instead === undefined) return [column]
    return instead._tag === "cast" ? [{ ...column, type: instead.from }] : []
  })
  return { table: stagedName(input.table), columns }
}

export function stagedName(table: string): string {
  return `${table} staged`
}

/** Rows leave a table as they were put in. */
export function fillFrom(staged: EngineInput, { table, columns }: EngineInput, made: readonly MadeColumn[]): string {
  const items = columns.map(({ name, sourceName, type }) => {
    const instead = made.find((each) => each.name === sourceName)
    switch (instead?._tag) {
      case undefined:
        return identifier(name)
      case "cast":
        return `CAST(${identifier(name)} AS ${type})`
      case "rowNumber":
        return `rowid + ${instead.first}`
      case "constant":
        return instead.text === null ? "NULL" : `CAST('${instead.text.replaceAll("'", "''")}' AS ${type})`
    }
  })
  return `INSERT INTO ${identifier(table)} SELECT ${items.join(", ")} FROM ${identifier(staged.table)}`
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
