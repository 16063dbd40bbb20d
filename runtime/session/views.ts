import type { CreateViewStatement, DropStatement } from "../../planner/ast/statement.ts"
import type { Identifier } from "../../planner/ast/expression.ts"
import type { Query } from "../../planner/ast/query.ts"
import { walkTree } from "../../planner/ast/walk-tree.ts"
import type { ViewDefinition } from "../../planner/catalog.ts"
import { UnknownTable, UnsupportedSql } from "../../planner/errors.ts"
import { nearestName } from "../../planner/parser/nearest.ts"
import { parseQuery } from "../../planner/parser/parse.ts"
import { partOf } from "../../planner/sql/edited-text.ts"
import { quoteIdentifier } from "../../planner/sql/quote.ts"
import { type Answer, createdAnswer, doneAnswer } from "./answer.ts"
import { expanded } from "./expand.ts"
import { type Run } from "./run.ts"
import type { StatementScope } from "./scope.ts"
import { type KeptRelation, keyOf, type SessionState } from "./state.ts"

/** Views and tables that one session may keep. */
const RELATIONS_MAX = 10_000

/** What the text of a view or table was read as, which lasts while it stays the same text. */
const READ = new WeakMap<KeptRelation, ViewDefinition>()

/** What the planner is told of the session's views and tables. A view's macros are those of the moment it is read. */
export function scopeOf(state: SessionState): StatementScope {
  return {
    view: (name) => {
      const kept = state.relations.get(keyOf(name))
      return kept === undefined ? undefined : definition(kept, state)
    },
    files: (name) => {
      for (const kept of state.relations.values()) if (kept.kind === "table" && kept.source === name) return kept.files
      return undefined
    },
  }
}

function definition(kept: KeptRelation, state: SessionState): ViewDefinition {
  const whole = partOf(kept.sql, { start: 0, end: kept.sql.length })
  const { text } = kept.kind === "table" ? whole : expanded(whole, { state, parameters: undefined })
  const known = READ.get(kept)
  if (known?.sql === text) return known
  const read = { kind: kept.kind, name: kept.name, sql: text, query: parseQuery(text), columns: kept.columns }
  READ.set(kept, read)
  return read
}

/** The view is bound once, so that what is wrong in it is told now, with its own text. */
export async function createView(run: Run, statement: CreateViewStatement, sql: string): Promise<Answer> {
  const { state, options } = run
  if (isKept(run, statement, "view")) return createdAnswer("create", options.form)
  const { name, columns, query } = statement
  refuseParts(query, "view")
  const text = partOf(sql, query.span)
  const { output } = await run.plan(text)
  refuseExtraColumns(columns, output.length)
  const view = { kind: "view", name: name.text, sql: text.text, columns: columns.map((each) => each.text) } as const
  const before = state.relations.get(keyOf(name.text))
  state.relations.set(keyOf(name.text), view)
  if (!mayReadItself(view, state)) return createdAnswer("create", options.form)
  try {
    // Only now does a view that reads itself find itself.
    const own = `FROM ${quoteIdentifier(name.text)}`
    await run.plan({ text: own, original: () => query.span })
  } catch (error) {
    if (before === undefined) state.relations.delete(keyOf(name.text))
    else state.relations.set(keyOf(name.text), before)
    throw error
  }
  return createdAnswer("create", options.form)
}

/** Whether the view, or one that it reads, names it. Whether that means the view or a CTE is for the planner to say. */
function mayReadItself(view: KeptRelation, state: SessionState): boolean {
  const seen = new Set<KeptRelation>()
  const pending: KeptRelation[] = [view]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (seen.has(next)) continue
    seen.add(next)
    for (const read of namedIn(next, state)) {
      if (read === view) return true
      pending.push(read)
    }
  }
  return false
}

function namedIn(kept: KeptRelation, state: SessionState): readonly KeptRelation[] {
  // The text of one that is only named, as a CTE is, may be of a macro that is gone.
  const query = parsedOf(kept, state)
  const nodes = query === undefined ? [] : [...walkTree(query)]
  return nodes.flatMap((node) => (node._tag === "TableRef" ? (state.relations.get(keyOf(node.name)) ?? []) : []))
}

function parsedOf(kept: KeptRelation, state: SessionState): Query | undefined {
  try {
    return definition(kept, state).query
  } catch {
    return undefined
  }
}

/** true: there is one of this name, and IF NOT EXISTS leaves it as it is. */
export function isKept(
  { state }: Run,
  { name, onExisting }: Pick<CreateViewStatement, "name" | "onExisting">,
  kind: KeptRelation["kind"],
): boolean {
  const existing = state.relations.get(keyOf(name.text))
  if (existing === undefined) {
    if (state.relations.size < RELATIONS_MAX) return false
    const message = `a session keeps at most ${RELATIONS_MAX} views and tables`
    throw new UnsupportedSql({ message, span: name.span, hint: "DROP some of them" })
  }
  if (onExisting === "keep") return true
  if (existing.kind !== kind) throw otherKind(existing, name, kind)
  if (onExisting === "replace") return false
  const hint = `CREATE OR REPLACE ${kind.toUpperCase()} replaces it`
  throw new UnsupportedSql({ message: `there is a ${kind} "${existing.name}" already`, span: name.span, hint })
}

export function refuseExtraColumns(columns: readonly Identifier[], count: number): void {
  const extra = columns[count]
  if (extra === undefined) return
  const message = `${columns.length} column names are given, but the query has ${count} column${count === 1 ? "" : "s"}`
  throw new UnsupportedSql({ message, span: extra.span })
}

/** What would be lost between the view and whoever reads it: values that it is not given, collations. */
export function refuseParts(query: Query, kind: KeptRelation["kind"]): void {
  const nodes = [...walkTree(query)]
  const collate = nodes.find((node) => node._tag === "Collate")
  if (collate !== undefined) {
    const message = `COLLATE is not supported in a ${kind}: it would be lost outside of it`
    throw new UnsupportedSql({ message, span: collate.span, hint: "compare and sort by lower(x) or strip_accents(x)" })
  }
  const parameter = nodes.find((node) => node._tag === "Parameter")
  if (parameter === undefined) return
  const hint = "a macro has parameters: CREATE MACRO name(a) AS TABLE SELECT …"
  throw new UnsupportedSql({ message: `a ${kind} has no query parameters`, span: parameter.span, hint })
}

function otherKind({ kind, name }: KeptRelation, { span }: Identifier, wanted: string): UnsupportedSql {
  const hint = `DROP ${kind.toUpperCase()} ${name} first`
  return new UnsupportedSql({ message: `"${name}" is a ${kind}, not a ${wanted}`, span, hint })
}

export async function drop({ state, options }: Run, statement: DropStatement): Promise<Answer> {
  const { kind, name, ifExists } = statement
  const key = keyOf(name.text)
  if (kind === "macro" || kind === "table macro") {
    const kept = state.macros.delete(key) || state.tableMacros.delete(key)
    if (!kept && !ifExists) throw unknown(statement, [...state.macros.values(), ...state.tableMacros.values()])
    return doneAnswer("drop", options.form)
  }
  const found = state.relations.get(key)
  if (found === undefined) {
    if (!ifExists) throw unknown(statement, [...state.relations.values()])
    return doneAnswer("drop", options.form)
  }
  if (found.kind !== kind) {
    const hint = `DROP ${found.kind.toUpperCase()} ${found.name}`
    throw new UnsupportedSql({ message: `"${found.name}" is a ${found.kind}, not a ${kind}`, span: name.span, hint })
  }
  state.relations.delete(key)
  if (found.kind === "table") await found.drop()
  return doneAnswer("drop", options.form)
}

function unknown({ kind, name }: DropStatement, kept: readonly { readonly name: string }[]): UnknownTable {
  const names = kept.map((each) => each.name)
  const nearest = nearestName(name.text, names)
  const what = kind === "table macro" ? "macro" : kind
  const hint =
    nearest === undefined ? `only what a statement of this session made can be dropped` : `did you mean "${nearest}"?`
  return new UnknownTable({
    message: `there is no ${what} "${name.text}"`,
    span: name.span,
    name: name.text,
    nearest,
    hint,
  })
}
