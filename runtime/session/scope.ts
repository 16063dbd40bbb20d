import type { ViewDefinition } from "../../planner/catalog.ts"

/** What earlier statements of the same session made, as far as the planning of the next one must know it. */
export interface StatementScope {
  /** By a name in any case. */
  readonly view: (name: string) => ViewDefinition | undefined
  /** The files of a table that the session keeps, by the name that only the session's own text uses. */
  readonly files: (name: string) => readonly string[] | undefined
}
