import { UnsupportedSql } from "../../planner/errors.ts"
import { parse } from "../../planner/parser/parse.ts"
import { planQuery } from "../../planner/plan-query.ts"
import type { Planner } from "./coordinator.ts"

/** One query. The statements beside it are the affair of the workspace, which gives their queries to this. */
export const sqlPlanner: Planner = async (sql, { options, ...request }) => {
  const statements = parse(sql)
  const [statement] = statements
  if (statement === undefined) throw new UnsupportedSql({ message: "there is no statement to run" })
  const [, second] = statements
  if (second !== undefined) {
    const message = `one statement at a time: ${statements.length} were given`
    throw new UnsupportedSql({ message, span: second.span })
  }
  if (statement._tag !== "QueryStatement" && statement._tag !== "ExplainStatement") {
    throw new UnsupportedSql({ message: "this statement needs a session to run in", span: statement.span })
  }
  const now = { epochMicros: BigInt(Date.now()) * 1000n }
  const { settings = {}, form = "arrow", parts } = options
  const togetherBy = parts?.togetherBy ?? 0
  return planQuery(statement.query, { ...request, sql, now, settings, form, togetherBy })
}
