import type { CreateMacroStatement, PreparableStatement } from "../../planner/ast/statement.ts"
import type { OutputColumn } from "../../planner/physical/stage.ts"
import type { SettingValues } from "./settings.ts"

/** What the statements of one session have made. Names are keys in lower case. */
export interface SessionState {
  /** Views and tables share their names. */
  readonly relations: Map<string, KeptRelation>
  readonly macros: Map<string, KeptMacro>
  readonly tableMacros: Map<string, KeptMacro>
  readonly prepared: Map<string, KeptStatement>
  readonly settings: SettingValues
}

export type KeptRelation = KeptView | KeptTable

export interface KeptView {
  readonly kind: "view"
  readonly name: string
  readonly sql: string
  readonly columns: readonly string[]
}

/** Rows that CREATE TABLE AS kept in files; `sql` reads them back in their own types. */
export interface KeptTable {
  readonly kind: "table"
  readonly name: string
  readonly sql: string
  readonly columns: readonly string[]
  readonly output: readonly OutputColumn[]
  /** What `sql` calls the files. */
  readonly source: string
  readonly files: readonly string[]
  /** Deletes the files. */
  readonly drop: () => Promise<void>
}

export interface KeptMacro {
  readonly name: string
  /** The text of the statement that made it; the spans of `overloads` point into it. */
  readonly sql: string
  readonly overloads: CreateMacroStatement["overloads"]
}

export interface KeptStatement {
  readonly name: string
  readonly sql: string
  readonly statement: PreparableStatement
}

export function keyOf(name: string): string {
  return name.toLowerCase()
}
