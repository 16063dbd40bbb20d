import type { DescribeStatement, SummarizeStatement } from "../../planner/ast/statement.ts"
import { edited, type EditedText, partOf } from "../../planner/sql/edited-text.ts"
import { type Answer, type MadeColumn, type MadeValue, madeAnswer } from "./answer.ts"
import type { Run } from "./run.ts"

export const DESCRIBED: readonly MadeColumn[] = ["column_name", "column_type", "null", "key", "default", "extra"].map(
  (name) => ({ name, type: "VARCHAR" }),
)

/** Plans the query and runs nothing. */
export async function describe(run: Run, statement: DescribeStatement, sql: string): Promise<Answer> {
  const { output } = await run.plan(subjectText(statement, sql))
  const rows = output.map(({ name, type }): readonly MadeValue[] => [name, type, "YES", null, null, null])
  return madeAnswer("describe", DESCRIBED, rows, run.options.form)
}

/** The query that a subject is: a table alone is read after FROM. */
export function subjectText({ subject }: DescribeStatement | SummarizeStatement, sql: string): EditedText {
  const text = partOf(sql, subject.text)
  return subject.kind === "query" ? text : edited(text, [{ span: { start: 0, end: 0 }, text: "FROM " }])
}
