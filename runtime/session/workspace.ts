import type { ExplainStatement, Statement } from "../../planner/ast/statement.ts"
import { edited, type EditedText, partOf } from "../../planner/sql/edited-text.ts"
import { explain, type Explanation, explainRows } from "../formats/explain.ts"
import type { Session } from "../session.ts"
import { type Answer, doneAnswer, queryAnswer } from "./answer.ts"
import { describe } from "./describe.ts"
import { createMacro } from "./create-macro.ts"
import { privateFolder } from "../../actors/exchange/spool-folder.ts"
import type { Parameters } from "./parameters.ts"
import { deallocate, execution, prepare } from "./prepared.ts"
import { openRun, type Run, type RunOptions } from "./run.ts"
import { resetSetting, type Settings, setSetting, settingValues } from "./settings.ts"
import { show } from "./show.ts"
import type { SessionState } from "./state.ts"
import { type TableBudget, tableBudgets } from "./table-budget.ts"
import { tableFolder } from "./table-folder.ts"
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

/** What a workspace is opened with. */
export interface WorkspaceOptions extends Partial<Settings> {
  /** The folder that COPY may write below; without it nothing is written. */
  readonly writeRoot?: string | undefined
  /** Of the disk that its tables may take; without it there is no limit. */
  readonly tableBudget?: TableBudget | undefined
}

export function openWorkspace(
  session: Session,
  { writeRoot, tableBudget = tableBudgets(undefined)(), ...initial }: WorkspaceOptions = {},
): Workspace {
  const state: SessionState = {
    relations: new Map(),
    macros: new Map(),
    tableMacros: new Map(),
    prepared: new Map(),
    settings: settingValues(initial),
  }
  const scope = scopeOf(state)
  const folder = tableFolder(() => privateFolder(), tableBudget)
  const open = ({ parameters, ...options }: StatementOptions): Run =>
    openRun({ session, state, scope, folder, writeRoot, options, parameters })
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
      return queryAnswer(await run.query(asQuery(partOf(sql, statement.span))))
    case "ShowStatement":
      return show(run, statement)
    case "CreateViewStatement":
      return createView(run, statement, sql)
    case "CreateMacroStatement":
      return createMacro(run, statement, sql)
    case "CreateTableStatement":
      return (await import("./create-table.ts")).createTable(run, statement, sql)
    case "CopyStatement":
      return (await import("./copy/copy.ts")).copy(run, statement, sql)
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

/** SUMMARIZE is a query only in parentheses. */
function asQuery(text: EditedText): EditedText {
  const end = text.text.length
  return edited(text, [
    { span: { start: 0, end: 0 }, text: "FROM (" },
    { span: { start: end, end }, text: "\n)" },
  ])
}

function explainStatement(run: Run, statement: ExplainStatement, sql: string, width?: number): Promise<Explanation> {
  const text = partOf(sql, statement.query.span)
  return explain({ plan: () => run.plan(text), query: () => run.query(text) }, statement, width)
}
