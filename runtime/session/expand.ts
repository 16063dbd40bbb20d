import type { Parameter } from "../../planner/ast/expression.ts"
import type { Query, SelectItem } from "../../planner/ast/query.ts"
import { walkTree, type TreeNode } from "../../planner/ast/walk-tree.ts"
import { parse } from "../../planner/parser/parse.ts"
import { relocated, UnsupportedSql } from "../../planner/errors.ts"
import { displayName } from "../../planner/sql/display-name.ts"
import { edited, type Edit, type EditedText } from "../../planner/sql/edited-text.ts"
import { quoteIdentifier, quoteString } from "../../planner/sql/quote.ts"
import { hasMacros, MACRO_CHARACTERS_MAX, macroEdits, tooLong } from "./macros.ts"
import { matched, type Parameters } from "./parameters.ts"
import { settingNamed } from "./settings.ts"
import { sortEdits, sortsAsDuckDb } from "./sort-defaults.ts"
import type { SessionState } from "./state.ts"

/** Macros inside macros: each pass takes one level off. */
const MACRO_LEVELS_MAX = 50

export interface Expansion {
  readonly state: Pick<SessionState, "macros" | "tableMacros" | "settings">
  readonly parameters: Parameters | undefined
}

/**
 * The query as the planner reads it: parameters are their values, macros what they stand for, current_setting() the
 * session's setting, and ORDER BY says what it means. A text that has nothing of it stays as it is.
 */
export function expanded(source: EditedText, expansion: Expansion): EditedText {
  let current: EditedText = { text: source.text, original: (span) => span }
  try {
    for (const step of steps(current, expansion)) current = step
  } catch (error) {
    // What is wrong in a text that macros made is told at their calls.
    throw relocated(error, (found) => ({ ...found, span: found.span && current.original(found.span) }))
  }
  return { text: current.text, original: (span) => source.original(current.original(span)) }
}

/** The text after each pass. */
function* steps(source: EditedText, { state, parameters }: Expansion): Generator<EditedText, void, undefined> {
  let current = source
  if (parameters !== undefined || /[?$]|current_setting/iu.test(source.text)) {
    current = pass(current, (query, sql) => valueEdits(query, sql, state, parameters))
    yield current
  }
  for (let level = 0; hasMacros(state); level++) {
    const next = pass(current, (query, sql) => named(query, sql, macroEdits(query, sql, state)))
    if (next === current) break
    if (next.text.length - source.text.length > MACRO_CHARACTERS_MAX)
      throw tooLong({ start: 0, end: current.text.length })
    if (level >= MACRO_LEVELS_MAX) {
      const message = `macros inside macros are more than ${MACRO_LEVELS_MAX} levels deep: does one call itself?`
      throw new UnsupportedSql({ message, span: { start: 0, end: current.text.length } })
    }
    current = next
    yield current
  }
  if (sortsAsDuckDb(state.settings.now)) return
  yield pass(current, (query, sql) => named(query, sql, sortEdits(query, sql, state.settings.now)))
}

function pass(source: EditedText, edits: (query: Query, sql: string) => readonly Edit[]): EditedText {
  const [statement] = parse(source.text)
  return statement?._tag === "QueryStatement" ? edited(source, edits(statement.query, source.text)) : source
}

function valueEdits(
  query: Query,
  sql: string,
  state: Expansion["state"],
  parameters: Parameters | undefined,
): readonly Edit[] {
  const nodes = [...walkTree(query)]
  const found = nodes.filter((node) => node._tag === "Parameter")
  refuseOrdinals(nodes)
  const valueOf = matched(found, parameters)
  // `LIMIT?` and `THEN?ELSE` are whole words, which a number beside them would not leave so.
  const values = found.map((node: Parameter): Edit => ({ span: node.span, text: ` ${valueOf(node)} ` }))
  const settings = nodes.flatMap((node): readonly Edit[] => {
    if (node._tag !== "FunctionCall" || node.name.toLowerCase() !== "current_setting") return []
    const [name, more] = node.args
    if (name?._tag !== "Literal" || name.kind !== "string" || more !== undefined) return []
    const text = name.sql.slice(1, -1).replaceAll("''", "'")
    const setting = settingNamed({ text, quoted: true, span: name.span }, "current_setting")
    return [{ span: node.span, text: quoteString(setting.show(state.settings)) }]
  })
  return named(query, sql, [...values, ...settings])
}

/** `ORDER BY ?` would order by a constant, or by a place in the list: DuckDB refuses it, too. */
function refuseOrdinals(nodes: readonly TreeNode[]): void {
  for (const node of nodes) {
    const ordered = "orderBy" in node ? node.orderBy.map(({ expr }) => expr) : []
    const grouped = node._tag === "Select" ? (node.groupBy?.items ?? []) : []
    const found = [...ordered, ...grouped].find((expr) => expr._tag === "Parameter")
    if (found === undefined) continue
    const message = "a parameter alone cannot be what a query is ordered or grouped by"
    throw new UnsupportedSql({ message, span: found.span, hint: "write the column, or its place in the list" })
  }
}

/** A column is called by what was written, not by what it was replaced with. */
function named(query: Query, sql: string, edits: readonly Edit[]): readonly Edit[] {
  if (edits.length === 0) return edits
  const names: Edit[] = []
  for (const node of walkTree(query)) {
    if (node._tag !== "Select") continue
    for (const item of node.items) {
      if (item.alias !== undefined || !edits.some((edit) => inside(edit, item))) continue
      const name = displayName(item.expr, sql)
      names.push({ span: { start: item.span.end, end: item.span.end }, text: ` AS ${quoteIdentifier(name)}` })
    }
  }
  return [...edits, ...names]
}

function inside({ span }: Edit, item: SelectItem): boolean {
  return span.start >= item.span.start && span.end <= item.span.end && item.expr._tag !== "Star"
}
