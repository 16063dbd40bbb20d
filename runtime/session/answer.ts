import { Table, tableToIPC, Utf8, vectorFromArray } from "apache-arrow"
import type { OutputColumn, ResultForm } from "../../planner/physical/stage.ts"
import { arrowType } from "../formats/arrow-type.ts"
import type { QueryMetrics, QueryResult } from "../session.ts"

/** What a statement gives. Every statement has columns and rows; those that only change the session have no rows. */
export interface Answer extends Omit<QueryResult, "metrics"> {
  /** false: nothing to look at, as after SET; a shell prints nothing. */
  readonly hasRows: boolean
  /** undefined when no query ran. */
  readonly metrics: (() => QueryMetrics) | undefined
}

/** A value of a row that is made here and not by an engine. Whole numbers are given as bigint. */
export type MadeValue = string | bigint | boolean | null | readonly string[]

type MadeType = "VARCHAR" | "BIGINT" | "BOOLEAN" | "VARCHAR[]"

export interface MadeColumn extends OutputColumn {
  readonly type: MadeType
}

/** Rows that no engine has to compute. */
export function madeAnswer(
  id: string,
  columns: readonly MadeColumn[],
  rows: readonly (readonly MadeValue[])[],
  form: ResultForm = "arrow",
): Answer {
  const names = columns.map((_, i) => `r${i}`)
  const vectors = columns.map(({ type }, i) => {
    const values = rows.map((row) => row[i] ?? null)
    return form === "text" ? vectorFromArray(values.map(printed), new Utf8()) : vectorFromArray(values, arrowType(type))
  })
  const ipc = tableToIPC(new Table(Object.fromEntries(names.map((name, i) => [name, vectors[i] ?? empty()]))), "stream")
  return {
    id,
    columns: columns.map(({ name, type }) => ({ name, type })),
    batches: once(rows.length === 0 ? [] : [{ ipc, rows: rows.length }]),
    hasRows: true,
    metrics: undefined,
  }
}

/** As DuckDB answers what it did: `Success`, without rows. */
export function doneAnswer(id: string, form?: ResultForm): Answer {
  return { ...madeAnswer(id, [{ name: "Success", type: "BOOLEAN" }], [], form), hasRows: false }
}

/** As DuckDB answers CREATE VIEW and CREATE MACRO: a count of no rows. */
export function createdAnswer(id: string, form?: ResultForm): Answer {
  return { ...madeAnswer(id, [{ name: "Count", type: "BIGINT" }], [], form), hasRows: false }
}

/** How many rows were written. */
export function countAnswer(id: string, rows: number, form?: ResultForm): Answer {
  return madeAnswer(id, [{ name: "Count", type: "BIGINT" }], [[BigInt(rows)]], form)
}

export function queryAnswer(result: QueryResult): Answer {
  return { ...result, hasRows: true }
}

function empty() {
  return vectorFromArray([], new Utf8())
}

/** As DuckDB prints the value. */
function printed(value: MadeValue): string | null {
  if (value === null) return null
  if (typeof value === "object") return `[${value.map(listItem).join(", ")}]`
  return String(value)
}

/** A text in a list stands bare unless DuckDB could not read it back. */
function listItem(text: string): string {
  const plain = text !== "" && text.trim() === text && !/[[\](){},'"=:]/u.test(text) && !/^null$/iu.test(text)
  return plain ? text : `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`
}

async function* once<T>(values: readonly T[]): AsyncGenerator<T> {
  for (const value of values) yield await Promise.resolve(value)
}
