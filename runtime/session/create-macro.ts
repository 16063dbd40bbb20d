import type { CreateMacroStatement } from "../../planner/ast/statement.ts"
import { UnsupportedSql } from "../../planner/errors.ts"
import { type Answer, createdAnswer } from "./answer.ts"
import { refuseMacro } from "./macros.ts"
import type { Run } from "./run.ts"
import { keyOf } from "./state.ts"

/** Macros that one session may keep. */
const MACROS_MAX = 10_000

/** Kept as its text: what it calls is looked for when it is called. */
export function createMacro(run: Run, statement: CreateMacroStatement, sql: string): Answer {
  const { state, options } = run
  const { name, onExisting, overloads } = statement
  refuseMacro(statement)
  const key = keyOf(name.text)
  const macros = overloads.some(({ body }) => body._tag === "table") ? state.tableMacros : state.macros
  const existing = macros.get(key)
  if (existing !== undefined && onExisting === "refuse") {
    const hint = "CREATE OR REPLACE MACRO replaces it"
    throw new UnsupportedSql({ message: `there is a macro "${existing.name}" already`, span: name.span, hint })
  }
  if (existing === undefined && macros.size >= MACROS_MAX) {
    throw new UnsupportedSql({
      message: `a session keeps at most ${MACROS_MAX} macros`,
      span: name.span,
      hint: "DROP some",
    })
  }
  if (existing === undefined || onExisting === "replace") macros.set(key, { name: name.text, sql, overloads })
  return createdAnswer("create", options.form)
}
