import { relocated } from "../../planner/errors.ts"
import type { ResultForm, StagePlan } from "../../planner/physical/stage.ts"
import type { EditedText } from "../../planner/sql/edited-text.ts"
import type { PartsOptions, QueryOptions, QueryResult, Session } from "../session.ts"
import { expanded } from "./expand.ts"
import type { TableFolder } from "./table-folder.ts"
import type { Parameters } from "./parameters.ts"
import type { StatementScope } from "./scope.ts"
import { planSettings } from "./settings.ts"
import type { SessionState } from "./state.ts"

export interface RunOptions {
  readonly form?: ResultForm
  readonly signal?: AbortSignal
  /** Called with the name of each query as soon as it has one. */
  readonly onAdmitted?: (id: string) => void
}

/** What one statement is run with. Errors of planning point into the text that the statement was written in. */
export interface Run {
  readonly session: Session
  readonly state: SessionState
  readonly scope: StatementScope
  /** Where the rows of tables are kept. */
  readonly folder: TableFolder
  /** The folder that COPY may write below; undefined: none. */
  readonly writeRoot: string | undefined
  readonly options: RunOptions
  /** The values of `?`, `$1` and `$name`; undefined where none were given. */
  readonly parameters: Parameters | undefined
  readonly query: (text: EditedText, form?: ResultForm, parts?: PartsOptions) => Promise<QueryResult>
  readonly plan: (text: EditedText) => Promise<StagePlan>
}

export type RunParts = Pick<Run, "session" | "state" | "scope" | "folder" | "writeRoot" | "options" | "parameters">

export function openRun(parts: RunParts): Run {
  const { session, state, scope, options, parameters } = parts
  const asked = (form: ResultForm | undefined): QueryOptions => {
    const own = planSettings(state.settings)
    return { ...own, ...options, scope, ...(form === undefined ? {} : { form }) }
  }
  const located = async <T>(text: EditedText, ask: (sql: string) => Promise<T>): Promise<T> => {
    let current = text
    try {
      current = expanded(text, { state, parameters })
      return await ask(current.text)
    } catch (error) {
      throw relocated(error, (found) => ({ ...found, span: found.span && current.original(found.span) }))
    }
  }
  return {
    ...parts,
    query: (text, form, parts) =>
      located(text, (sql) => session.query(sql, { ...asked(form), ...(parts === undefined ? {} : { parts }) })),
    plan: (text) => located(text, (sql) => session.plan(sql, asked(undefined))),
  }
}
