import type { Statement } from "../../planner/ast/statement.ts"
import { parse } from "../../planner/parser/parse.ts"
import type { LocalSession, QueryMetrics, QueryOptions, QueryResult, ResultBatch, Session } from "../session.ts"
import type { Answer } from "./answer.ts"
import { parametersOf } from "./parameters.ts"
import type { Settings } from "./settings.ts"
import { tableBudgets, type TableLimits } from "./table-budget.ts"
import { openWorkspace, type Workspace, type WorkspaceOptions } from "./workspace.ts"

/**
 * A session whose `query` takes whole scripts: each in a workspace of its own, which ends with it. The answer is that of
 * the last statement.
 */
export function scripted(session: Session, { writeRoot, tableLimits }: ScriptOptions = {}): LocalSession {
  const budgets = tableBudgets(tableLimits)
  const workspace = (initial: WorkspaceOptions = {}) =>
    openWorkspace(session, { writeRoot, tableBudget: budgets(), ...initial })
  return {
    ...session,
    query: (sql, options = {}) => runScript(session, sql, options, workspace),
    workspace,
  }
}

/** What the statements of scripts may leave on the disk. */
export interface ScriptOptions {
  /** The folder that COPY may write below, as an absolute path; without it nothing is written. */
  readonly writeRoot?: string | undefined
  /** Of CREATE TABLE AS; without it there is no limit. */
  readonly tableLimits?: TableLimits | undefined
}

async function runScript(
  session: Session,
  sql: string,
  options: QueryOptions,
  open: (initial: WorkspaceOptions) => Workspace,
): Promise<QueryResult> {
  const { parameters: given, form, signal, onAdmitted, partitions, settings = {} } = options
  const asked = {
    ...(form === undefined ? {} : { form }),
    ...(signal === undefined ? {} : { signal }),
    ...(onAdmitted === undefined ? {} : { onAdmitted }),
  }
  const statements = statementsOf(sql)
  const last = statements.at(-1)
  // What is no statement fails as one: it is admitted, and its failure has an id.
  if (last === undefined) return session.query(sql, asked)
  const parameters = given === undefined ? undefined : parametersOf(given)
  const initial: Partial<Settings> = { ...settings, ...(partitions === undefined ? {} : { partitions }) }
  const workspace = open(initial)
  try {
    for (const statement of statements) {
      signal?.throwIfAborted()
      const isLast = statement === last
      const answer = await workspace.run(statement, sql, isLast ? { ...asked, parameters } : asked)
      if (isLast) return resultOf(answer, workspace, signal)
      await drain(answer)
    }
  } catch (error) {
    await workspace.close()
    throw error
  }
  throw new Error("a script has a last statement")
}

/** None when there is none, or the text cannot be read. */
function statementsOf(sql: string): readonly Statement[] {
  try {
    return parse(sql)
  } catch {
    return []
  }
}

/** The workspace is needed until the last row is read, or nobody will read it any more. */
function resultOf(answer: Answer, workspace: Workspace, signal: AbortSignal | undefined): QueryResult {
  const abandon = () => void workspace.close().catch(() => undefined)
  signal?.addEventListener("abort", abandon, { once: true })
  const end = async () => {
    signal?.removeEventListener("abort", abandon)
    await workspace.close()
  }
  return {
    id: answer.id,
    columns: answer.columns,
    batches: closingAfter(answer.batches, end),
    metrics: answer.metrics ?? (() => NOTHING_RUN),
  }
}

async function* closingAfter(
  batches: AsyncIterable<ResultBatch>,
  end: () => Promise<void>,
): AsyncGenerator<ResultBatch> {
  try {
    yield* batches
  } finally {
    await end()
  }
}

async function drain({ batches }: Answer): Promise<void> {
  const reading = batches[Symbol.asyncIterator]()
  while ((await reading.next()).done !== true);
}

const NOTHING_RUN: QueryMetrics = {
  planMs: 0,
  totalMs: 0,
  rows: 0,
  bytesRead: 0,
  bytesExchanged: 0,
  bytesRemote: 0,
  splits: 0,
  splitsPruned: 0,
  bytesDecoded: 0,
  bytesIngested: 0,
  cache: { hits: 0, misses: 0, evicted: 0 },
  rowsSkipped: { files: 0, rowGroups: 0, pages: 0, rows: 0 },
  tasks: 0,
  attempts: 0,
  actors: [],
  stages: [],
}
