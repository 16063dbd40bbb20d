import { type Answer, difference } from "../../bench/oracle/compare.ts"
import type { Native } from "../../bench/oracle/native.ts"
import { skeinAnswer } from "../../bench/oracle/skein-answer.ts"
import { errorParagraph } from "../../runtime/cli/error-report.ts"
import type { QueryOptions, Session } from "../../runtime/session.ts"
import type { CorpusStatement } from "./statements.ts"

/** What is wrong with an answer. A refusal is wrong, too: native DuckDB answers every statement of the corpus. */
export interface Problem {
  readonly kind: "differs" | "refused"
  readonly text: string
}

/** What the statement's answer is compared with. */
export interface Expected {
  readonly answer: Answer
  /** Of a statement that takes some rows of another one's answer. */
  readonly whole: Answer | undefined
}

export async function expectedOf({ sql, compare }: CorpusStatement, native: Native): Promise<Expected> {
  const answer = await native.query(sql)
  return { answer, whole: compare._tag === "part" ? await native.query(compare.of) : undefined }
}

/** Runs the statement in one way. Undefined when its answer is right. */
export async function problemOf(
  statement: CorpusStatement,
  expected: Expected,
  session: Session,
  way: QueryOptions,
): Promise<Problem | undefined> {
  let actual: Answer
  try {
    actual = await skeinAnswer(session, statement.sql, way)
  } catch (error) {
    return { kind: "refused", text: await errorParagraph(error) }
  }
  const text = wrongIn(statement, expected, actual)
  return text === undefined ? undefined : { kind: "differs", text }
}

/** Where an answer is not what the statement's comparison asks for. */
export function wrongIn({ compare }: CorpusStatement, expected: Expected, actual: Answer): string | undefined {
  if (compare._tag === "rows") {
    return difference(expected.answer, actual, { order: compare.inOrder ? "exact" : "any" })
  }
  const columns = difference({ ...expected.answer, rows: [] }, { ...actual, rows: [] })
  if (columns !== undefined) return columns
  const [min, max] =
    compare._tag === "part" ? [compare.min, compare.max] : [expected.answer.rows.length, expected.answer.rows.length]
  if (actual.rows.length < min || actual.rows.length > max) {
    return `expected ${min === max ? min : `${min} to ${max}`} rows, found ${actual.rows.length}`
  }
  return expected.whole === undefined ? undefined : rowsOutside(expected.whole, actual)
}

/** The first row that the whole does not have, or not as often. */
function rowsOutside(whole: Answer, part: Answer): string | undefined {
  const left = new Map<string, number>()
  for (const row of whole.rows) {
    const key = JSON.stringify(row)
    left.set(key, (left.get(key) ?? 0) + 1)
  }
  for (const row of part.rows) {
    const key = JSON.stringify(row)
    const count = left.get(key) ?? 0
    if (count === 0) return `the row ${key} is not in the whole, or not as often`
    left.set(key, count - 1)
  }
  return undefined
}
