import { spawnEngine } from "../actors/engine/thread.ts"
import { parquetSource } from "../actors/sources/parquet/source.ts"
import { UnsupportedSql } from "../planner/errors.ts"
import { parse } from "../planner/parser/parse.ts"
import { planStatement } from "../planner/plan-query.ts"
import type { Planner } from "./coordinator/coordinator.ts"
import { openNode } from "./coordinator/node.ts"
import { engineMemoryBytes } from "./pool/memory.ts"
import type { Session, SessionOptions } from "./session.ts"

/** A session in this process. Nothing starts, no engine and no file, before the first query needs it. */
export async function openSession({ workers, dataDir, cwd }: SessionOptions): Promise<Session> {
  const memoryLimitBytes = engineMemoryBytes(workers)
  const node = await openNode({
    workers,
    places: { dataDir, cwd },
    planner: planText,
    source: parquetSource,
    spawn: (name) => spawnEngine({ name, memoryLimitBytes }),
  })
  return { query: node.query, plan: node.plan, close: node.close }
}

/** EXPLAIN plans the query that it explains; who shows it is the door's affair. */
const planText: Planner = (sql, { catalog, oracle, options, workers, partitions }) => {
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
  return planStatement(statement, { sql, catalog, oracle, now, workers, partitions, settings, form })
}
