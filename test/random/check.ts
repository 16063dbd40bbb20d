import { type Answer, difference, type Row, sortedAs } from "../../bench/oracle/compare.ts"
import { skeinAnswer } from "../../bench/oracle/skein-answer.ts"
import { RULE_NAMES } from "../../planner/optimizer.ts"
import type { QueryOptions } from "../../runtime/session.ts"
import type { World } from "./world.ts"
import type { Written } from "./write-query.ts"

/** How one statement fared. `wrong` is what a campaign looks for. */
export type Verdict =
  | { readonly _tag: "equal"; readonly rows: number }
  | { readonly _tag: "refused by both"; readonly sentence: string }
  /** An UnsupportedSql: a sentence that says what this version does not do. */
  | { readonly _tag: "refused by Skein"; readonly sentence: string }
  /** Which rows an error is raised on is left to the engine, so that one of the two may get round it. */
  | { readonly _tag: "raised by native"; readonly sentence: string }
  | { readonly _tag: "raised by Skein"; readonly sentence: string }
  /** Native answers otherwise with its optimizer off, and then as Skein does. */
  | { readonly _tag: "native contradicts itself"; readonly sentence: string }
  | { readonly _tag: "wrong"; readonly how: string }

/** Nothing is moved by a rule: what raises even then was raised by the statement's own doing (law 10). */
function withoutRules(options: QueryOptions): QueryOptions {
  return { ...options, settings: { ...options.settings, disabledRules: RULE_NAMES } }
}

/** A query that takes longer is taken to hang, also on a machine that does much else. */
export const QUERY_MS_MAX = 180_000

/** Tags of errors that are about the statement or its data; any other is a defect. */
const REFUSALS = new Set([
  "SyntaxError",
  "UnsupportedSql",
  "UnknownTable",
  "UnknownColumn",
  "AmbiguousColumn",
  "BindError",
  "QueryError",
  // Texts that are put into texts grow beyond any engine: the statement is refused for what it needs.
  "OutOfMemory",
])
const RAISED = /^(Conversion|Out of Range|Invalid Input|Overflow|Division) ?\w* ?Error/u

interface Failure {
  readonly tag: string
  readonly message: string
}

export async function checkQuery(world: World, written: Written, options: QueryOptions): Promise<Verdict> {
  const expected = await attempt(world.native.query(written.sql))
  const actual = await attempt(within(world, written.sql, options))
  if (isFailure(actual) && isDefect(actual) && !(isFailure(expected) && isEngines(expected))) {
    return wrong(`${actual.tag}: ${actual.message}`)
  }
  if (isFailure(expected)) {
    if (isFailure(actual)) return { _tag: "refused by both", sentence: actual.message }
    if (RAISED.test(expected.message)) return { _tag: "raised by native", sentence: expected.message }
    return wrong(`native refuses (${firstLine(expected.message)}), Skein answers ${actual.rows.length} rows`)
  }
  if (isFailure(actual)) {
    if (actual.tag === "QueryError" && RAISED.test(actual.message)) {
      const again = await attempt(within(world, written.sql, withoutRules(options)))
      if (isFailure(again)) return { _tag: "raised by Skein", sentence: actual.message }
    }
    if (actual.tag === "UnsupportedSql") return { _tag: "refused by Skein", sentence: actual.message }
    return wrong(`native answers ${expected.rows.length} rows, Skein: ${actual.tag}: ${actual.message}`)
  }
  const ask: Ask = (sql) => world.native.query(sql)
  const how = await answersDiffer(ask, written, expected, actual)
  if (how === undefined) return { _tag: "equal", rows: actual.rows.length }
  const askPlain: Ask = (sql) => withoutOptimizer(world, sql)
  const plain = await attempt(askPlain(written.sql))
  if (isFailure(plain) || (await answersDiffer(ask, written, plain, expected)) === undefined) return wrong(how)
  const other = await answersDiffer(askPlain, written, plain, actual)
  return other === undefined ? { _tag: "native contradicts itself", sentence: how } : wrong(how)
}

/** Who says which rows there would be without a LIMIT: whoever gave the expected answer. */
type Ask = (sql: string) => Promise<Answer>

async function answersDiffer(ask: Ask, written: Written, expected: Answer, actual: Answer) {
  return written.unlimited === undefined || written.total
    ? difference(expected, actual, { order: written.keys.length === 0 ? "any" : written.keys })
    : limitDifference(ask, written, written.unlimited, expected, actual)
}

async function withoutOptimizer(world: World, sql: string): Promise<Answer> {
  await world.native.run("PRAGMA disable_optimizer")
  try {
    return await world.native.query(sql)
  } finally {
    await world.native.run("PRAGMA enable_optimizer")
  }
}

/** Of ties a LIMIT may take any: so many rows, with these keys, and each of them one of the whole answer's. */
async function limitDifference(
  ask: Ask,
  { keys }: Written,
  unlimited: string,
  expected: Answer,
  actual: Answer,
): Promise<string | undefined> {
  const onlyKeys = ({ columns, rows }: Answer): Answer => ({
    columns,
    rows: rows.map((row) => row.map((value, i) => (keys.includes(i) ? sortedAs(columns[i]?.type ?? "", value) : null))),
  })
  const byKeys = difference(onlyKeys(expected), onlyKeys(actual), { order: keys.length === 0 ? "any" : keys })
  if (byKeys !== undefined) return byKeys
  const whole = await attempt(ask(unlimited))
  // What the LIMIT left out may raise.
  if (isFailure(whole)) return undefined
  const exact = whole.columns.map((column) => !/\b(DOUBLE|FLOAT)\b/u.test(column.type))
  const keyOf = (row: Row) => JSON.stringify(row.filter((_, i) => exact[i]))
  const counts = new Map<string, number>()
  for (const row of whole.rows) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1)
  for (const row of actual.rows) {
    const left = counts.get(keyOf(row)) ?? 0
    if (left === 0)
      return `a row that the unlimited answer does not have: (${row.map((value) => value ?? "NULL").join(", ")})`
    counts.set(keyOf(row), left - 1)
  }
  return undefined
}

/** `p`, `NOT p` and `p IS NULL` cut the rows of a query in three: together they are all of them. */
export async function checkPartition(
  world: World,
  from: string,
  predicate: string,
  options: QueryOptions,
): Promise<Verdict> {
  const parts = [`(${predicate})`, `NOT (${predicate})`, `(${predicate}) IS NULL`]
  const whole = await attempt(within(world, `SELECT * FROM ${from}`, options))
  if (isFailure(whole)) return failed(whole)
  let rows: readonly Row[] = []
  for (const where of parts) {
    const found = await attempt(within(world, `SELECT * FROM ${from} WHERE ${where}`, options))
    if (isFailure(found)) return failed(found)
    const counted = await attempt(within(world, `SELECT count(*) FROM ${from} WHERE ${where}`, options))
    if (isFailure(counted)) return failed(counted)
    if (counted.rows[0]?.[0] !== String(found.rows.length)) {
      return wrong(`WHERE ${where}: count(*) is ${counted.rows[0]?.[0]}, the rows are ${found.rows.length}`)
    }
    rows = [...rows, ...found.rows]
  }
  const how = difference(whole, { columns: whole.columns, rows })
  return how === undefined ? { _tag: "equal", rows: rows.length } : wrong(`the three parts are not the whole: ${how}`)
}

function failed(failure: Failure): Verdict {
  if (isDefect(failure)) return wrong(`${failure.tag}: ${failure.message}`)
  return { _tag: failure.tag === "UnsupportedSql" ? "refused by Skein" : "refused by both", sentence: failure.message }
}

function wrong(how: string): Verdict {
  return { _tag: "wrong", how }
}

async function within(world: World, sql: string, options: QueryOptions): Promise<Answer> {
  return skeinAnswer(world.session, sql, { ...options, signal: AbortSignal.timeout(QUERY_MS_MAX) })
}

function isDefect(failure: Failure): boolean {
  const { tag, message } = failure
  return (
    !REFUSALS.has(tag) || isEngines(failure) || /Cannot read properties|is not a function|not understood/u.test(message)
  )
}

/** DuckDB's own defect: where native has it too, there is no answer to compare with. */
function isEngines({ message }: Failure): boolean {
  return /INTERNAL|Internal Error/u.test(message)
}

async function attempt(answer: Promise<Answer>): Promise<Answer | Failure> {
  try {
    return await answer
  } catch (error) {
    const tag = typeof error === "object" && error !== null && "_tag" in error ? String(error._tag) : ""
    const name = error instanceof Error ? error.name : typeof error
    return { tag: tag === "" ? name : tag, message: error instanceof Error ? error.message : String(error) }
  }
}

function isFailure(result: Answer | Failure): result is Failure {
  return "message" in result
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? ""
}
