import type { ExplainStatement, Statement } from "../../planner/ast/statement.ts"
import { UnsupportedSql } from "../../planner/errors.ts"
import { partOf } from "../../planner/sql/edited-text.ts"
import { explain, type Explanation, explainRows } from "../formats/explain.ts"
import type { Session } from "../session.ts"
import { type Answer, doneAnswer, queryAnswer } from "./answer.ts"
import { describe } from "./describe.ts"
import { createMacro } from "./create-macro.ts"
import { privateFolder } from "../../actors/exchange/spool-folder.ts"
import { createTable, tableFolder } from "./create-table.ts"
import type { Parameters } from "./parameters.ts"
import { deallocate, execution, prepare } from "./prepared.ts"
import { openRun, type Run, type RunOptions } from "./run.ts"
import { resetSetting, type Settings, setSetting, settingValues } from "./settings.ts"
import { show } from "./show.ts"
import type { SessionState } from "./state.ts"
import { createView, drop, scopeOf } from "./views.ts"

/**
 * Runs statements one after the other; those that follow can use what those before them made. One a run of the shell,
 * one a request at a served door.
 */
export interface Workspace {
  /** `statement` is one of `sql`'s. Rejects with a PlannerError that points into `sql`, or an ActorError. */
  readonly run: (statement: Statement, sql: string, options?: StatementOptions) => Promise<Answer>
  /** EXPLAIN as the text that people read. */
  readonly explain: (
    statement: ExplainStatement,
    sql: string,
    options: StatementOptions,
    width?: number,
  ) => Promise<Explanation>
  readonly settings: () => Settings
  /** Forgets everything, and deletes the files of its tables. */
  readonly close: () => Promise<void>
}

export interface StatementOptions extends RunOptions {
  readonly parameters?: Parameters | undefined
}

export function openWorkspace(session: Session, initial: Partial<Settings> = {}): Workspace {
  const state: SessionState = {
    relations: new Map(),
    macros: new Map(),
    tableMacros: new Map(),
    prepared: new Map(),
    settings: settingValues(initial),
  }
  const scope = scopeOf(state)
  const folder = tableFolder(() => privateFolder())
  const open = ({ parameters, ...options }: StatementOptions): Run =>
    openRun({ session, state, scope, folder, options, parameters })
  return {
    run: (statement, sql, options = {}) => runStatement(open(options), statement, sql),
    explain: (statement, sql, options, width) => explainStatement(open(options), statement, sql, width),
    settings: () => state.settings.now,
    close: async () => {
      state.relations.clear()
      await folder.close()
    },
  }
}

async function runStatement(run: Run, statement: Statement, sql: string): Promise<Answer> {
  const { state, options } = run
  switch (statement._tag) {
    case "QueryStatement":
      return queryAnswer(await run.query(partOf(sql, statement.query.span)))
    case "ExplainStatement":
      return explainRows(await explainStatement(run, statement, sql), statement.analyze)
    case "DescribeStatement":
      return describe(run, statement, sql)
    case "SummarizeStatement":
      throw new UnsupportedSql({ message: "SUMMARIZE is not supported yet", span: statement.span })
    case "ShowStatement":
      return show(run, statement)
    case "CreateViewStatement":
      return createView(run, statement, sql)
    case "CreateMacroStatement":
      return createMacro(run, statement, sql)
    case "CreateTableStatement":
      return createTable(run, statement, sql)
    case "CopyStatement":
      throw new UnsupportedSql({ message: "COPY is not supported yet", span: statement.span })
    case "DropStatement":
      return drop(run, statement)
    case "SetStatement":
      setSetting(state.settings, statement.name, statement.value)
      return doneAnswer("set", options.form)
    case "ResetStatement":
      resetSetting(state.settings, statement.name)
      return doneAnswer("reset", options.form)
    case "PrepareStatement":
      return prepare(run, statement, sql)
    case "ExecuteStatement": {
      const { kept, parameters, relocate } = await execution(run, statement, sql)
      return relocate(() => runStatement(openRun({ ...run, parameters }), kept.statement, kept.sql))
    }
    case "DeallocateStatement":
      return deallocate(run, statement)
  }
}

function explainStatement(run: Run, statement: ExplainStatement, sql: string, width?: number): Promise<Explanation> {
  const text = partOf(sql, statement.query.span)
  return explain({ plan: () => run.plan(text), query: () => run.query(text) }, statement, width)
}
