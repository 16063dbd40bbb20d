import { Table, tableToIPC, Utf8, vectorFromArray } from "apache-arrow"
import type { ExplainStatement } from "../../planner/ast/statement.ts"
import { explainJson } from "../../planner/explain/json.ts"
import { explainText } from "../../planner/explain/text.ts"
import type { StagePlan } from "../../planner/physical/stage.ts"
import type { QueryMetrics, QueryResult } from "../session.ts"
import type { Answer } from "../session/answer.ts"

const COLUMNS = [
  { name: "explain_key", type: "VARCHAR" },
  { name: "explain_value", type: "VARCHAR" },
]

export interface Explanation {
  readonly text: string
  /** Of the run; undefined where nothing ran. */
  readonly run: { readonly id: string; readonly metrics: QueryMetrics } | undefined
}

/** How the explained query is planned, and run for ANALYZE. */
export interface Explained {
  readonly plan: () => Promise<StagePlan>
  readonly query: () => Promise<QueryResult>
}

/** Plans, runs for ANALYZE, and says what was planned and done. */
export async function explain(
  explained: Explained,
  { analyze, verbose, format }: ExplainStatement,
  width?: number,
): Promise<Explanation> {
  const plan = await explained.plan()
  const result = analyze ? await explained.query() : undefined
  if (result !== undefined) await drain(result)
  const run = result === undefined ? undefined : { id: result.id, metrics: result.metrics() }
  const stages = run?.metrics.stages
  const text =
    format === "json"
      ? explainJson(plan, stages)
      : explainText(plan, {
          verbose,
          ...(width === undefined ? {} : { width }),
          ...(stages === undefined ? {} : { actuals: stages }),
        })
  return { text, run }
}

/** EXPLAIN as a result of one row; the names are those of DuckDB. */
export function explainRows({ text, run }: Explanation, analyze: boolean): Answer {
  const ipc = oneRow([analyze ? "analyzed_plan" : "physical_plan", text])
  return {
    id: run?.id ?? "explain",
    columns: COLUMNS,
    batches: once({ ipc, rows: 1 }),
    hasRows: true,
    metrics: run === undefined ? undefined : () => run.metrics,
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
