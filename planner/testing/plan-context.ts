import { parseQuery } from "../parser/parse.ts"
import { type PlanContext, planQuery } from "../plan-query.ts"
import type { StagePlan } from "../physical/stage.ts"

/** What planning needs beside a catalog and somebody to ask: 1970, two workers, rows as texts. */
export function planContext(
  sql: string,
  given: Pick<PlanContext, "catalog" | "oracle"> & Partial<PlanContext>,
): PlanContext {
  return {
    sql,
    now: { epochMicros: 0n },
    workers: 2,
    partitions: undefined,
    settings: {},
    form: "text",
    ...given,
  }
}

/** The plan of a text that is one query. */
export function planText(sql: string, given: Parameters<typeof planContext>[1]): Promise<StagePlan> {
  return planQuery(parseQuery(sql), planContext(sql, given))
}
