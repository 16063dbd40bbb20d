import { Table, tableToIPC, Utf8, vectorFromArray } from "apache-arrow"
import type { Statement } from "../../planner/ast/query.ts"
import { explainJson } from "../../planner/explain/json.ts"
import { explainText } from "../../planner/explain/text.ts"
import type { QueryMetrics, QueryOptions, QueryResult, Session } from "../session.ts"

type ExplainStatement = Extract<Statement, { _tag: "ExplainStatement" }>

const COLUMNS = [
  { name: "explain_key", type: "VARCHAR" },
  { name: "explain_value", type: "VARCHAR" },
]

/** A result without its figures. */
export type Rows = Omit<QueryResult, "metrics">

export interface Explanation {
  readonly text: string
  /** Of the run; undefined where nothing ran. */
  readonly run: { readonly id: string; readonly metrics: QueryMetrics } | undefined
}

/** Plans, runs for ANALYZE, and says what was planned and done. */
export async function explain(
  session: Session,
  statement: ExplainStatement,
  sql: string,
  options: QueryOptions,
  width?: number,
): Promise<Explanation> {
  const plan = await session.plan(sql, options)
  const result = statement.analyze ? await session.query(sql, options) : undefined
  if (result !== undefined) await drain(result)
  const run = result === undefined ? undefined : { id: result.id, metrics: result.metrics() }
  const stages = run?.metrics.stages
  const text =
    statement.format === "json"
      ? explainJson(plan, stages)
      : explainText(plan, {
          verbose: statement.verbose,
          ...(width === undefined ? {} : { width }),
          ...(stages === undefined ? {} : { actuals: stages }),
        })
  return { text, run }
}

/** EXPLAIN as a result of one row, for doors that answer with rows; the names are those of DuckDB. */
export async function explainResult(
  session: Session,
  statement: ExplainStatement,
  sql: string,
  options: QueryOptions,
): Promise<Rows> {
  const { text, run } = await explain(session, statement, sql, options)
  const ipc = oneRow([statement.analyze ? "analyzed_plan" : "physical_plan", text])
  return {
    id: run?.id ?? "explain",
    columns: COLUMNS,
    batches: once({ ipc, rows: 1 }),
  }
}

async function drain(result: QueryResult): Promise<void> {
  const batches = result.batches[Symbol.asyncIterator]()
  while ((await batches.next()).done !== true);
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield await Promise.resolve(value)
}

function oneRow(values: readonly string[]): Uint8Array {
  const columns = COLUMNS.map(({ name }, i) => [name, vectorFromArray([values[i] ?? ""], new Utf8())])
  return tableToIPC(new Table(Object.fromEntries(columns)), "stream")
}
