import { UnsupportedSql } from "../../planner/errors.ts"
import { parse } from "../../planner/parser/parse.ts"
import { planStatement } from "../../planner/plan-query.ts"
import type { Planner } from "./coordinator.ts"

/** EXPLAIN plans the query that it explains; who shows it is the door's affair. */
export const sqlPlanner: Planner = async (sql, { options, ...request }) => {
  const statements = parse(sql)
  const [statement] = statements
  if (statement === undefined) throw new UnsupportedSql({ message: "there is no statement to run" })
  const [, second] = statements
  if (second !== undefined) {
    const message = `one statement at a time: ${statements.length} were given`
    throw new UnsupportedSql({ message, span: second.span })
  }
  const now = { epochMicros: BigInt(Date.now()) * 1000n }
  const { settings = {}, form = "arrow" } = options
  return planStatement(statement, { ...request, sql, now, settings, form })
}
