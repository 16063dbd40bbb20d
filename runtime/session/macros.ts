import type { FunctionCall, Identifier, ColumnRef } from "../../planner/ast/expression.ts"
import type { NamedExpr, Query, TableFunctionRef } from "../../planner/ast/query.ts"
import type { Span } from "../../planner/ast/span.ts"
import type { CreateMacroStatement, MacroOverload } from "../../planner/ast/statement.ts"
import { walkTree } from "../../planner/ast/walk-tree.ts"
import { BindError, UnsupportedSql } from "../../planner/errors.ts"
import { tokenize } from "../../planner/parser/lexer.ts"
import { LParen, RParen, spanOf } from "../../planner/parser/tokens.ts"
import { edited, partOf, type Edit } from "../../planner/sql/edited-text.ts"
import { freeColumns } from "./free-columns.ts"
import { type KeptMacro, keyOf, type SessionState } from "./state.ts"

type Macros = Pick<SessionState, "macros" | "tableMacros">

/** What a macro's own schema may be called in `main.f(1)`. */
const OWN_SCHEMAS: ReadonlySet<string> = new Set(["main", "temp", "memory"])

/** Characters that all macros of a statement may put into it: one that uses another twice doubles it at every level. */
export const MACRO_CHARACTERS_MAX = 128 * 1024

export function hasMacros({ macros, tableMacros }: Macros): boolean {
  return macros.size + tableMacros.size > 0
}

/** Every outermost call of a macro, and the text that it stands for. Calls among its arguments are left for the next pass. */
export function macroEdits(query: Query, sql: string, state: Macros): readonly Edit[] {
  const edits: Edit[] = []
  for (const node of walkTree(query)) {
    const edit =
      node._tag === "FunctionCall"
        ? scalarEdit(node, sql, state)
        : node._tag === "TableFunctionRef"
          ? tableEdit(node, sql, state)
          : undefined
    if (edit !== undefined) edits.push(edit)
  }
  const kept = outermost(edits)
  let added = 0
  for (const { span, text } of kept) {
    added += text.length
    if (added > MACRO_CHARACTERS_MAX) throw tooLong(span)
  }
  return kept
}

/** Of edits inside each other the widest. */
function outermost(edits: readonly Edit[]): readonly Edit[] {
  const ordered = edits.toSorted((a, b) => a.span.start - b.span.start || b.span.end - a.span.end)
  const kept: Edit[] = []
  for (const edit of ordered) if (edit.span.start >= (kept.at(-1)?.span.end ?? 0)) kept.push(edit)
  return kept
}

export function tooLong(span: Span): UnsupportedSql {
  const message = `macros make the statement longer by more than ${MACRO_CHARACTERS_MAX} characters`
  const hint =
    "a macro that uses a parameter or another macro twice doubles its text at every level: name the value in a CTE"
  return new UnsupportedSql({ message, span, hint })
}

function scalarEdit(call: FunctionCall<ColumnRef>, sql: string, { macros }: Macros): Edit | undefined {
  const macro = macros.get(keyOf(call.name))
  if (macro === undefined) return undefined
  if (callsItself(macro, macros)) throw endless(macro, call.nameSpan)
  if (call.star || call.distinct || call.filter !== undefined || call.orderBy.length + call.withinGroup.length > 0) {
    const message = `"${macro.name}" is a macro: DISTINCT, FILTER and ORDER BY belong to aggregates`
    throw new UnsupportedSql({ message, span: call.nameSpan, hint: "write them inside the macro" })
  }
  const [first] = call.args
  const schema = call.method && first?._tag === "ColumnRef" && first.parts.length === 1 ? first.parts[0] : undefined
  const qualified = schema !== undefined && OWN_SCHEMAS.has(keyOf(schema.text))
  const overload = chosen(macro, qualified ? call.args.slice(1) : call.args, call.nameSpan, sql)
  if (overload.body._tag !== "scalar") throw notScalar(macro, call.nameSpan)
  refuseCapture(macro, call, overload.body.expr, overload.values)
  const body = withArguments(macro.sql, overload.body.expr, overload.values, call.nameSpan)
  // `f(x) OVER (…)`: the window belongs to the aggregate that the macro is.
  if (call.over !== undefined && overload.body.expr._tag === "FunctionCall") {
    return { span: { start: call.span.start, end: call.over.span.start }, text: `${body} ` }
  }
  return { span: call.span, text: `(${body})` }
}

/** Whether the macro calls itself, or one that calls it. One of several definitions may call another of them. */
function callsItself(macro: KeptMacro, macros: Macros["macros"]): boolean {
  if (macro.overloads.length > 1) return false
  const seen = new Set<KeptMacro>()
  const pending = [macro]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const { body } of next.overloads) {
      for (const node of walkTree(body._tag === "scalar" ? body.expr : body.query)) {
        const called = node._tag === "FunctionCall" ? macros.get(keyOf(node.name)) : undefined
        if (called === macro) return true
        if (called === undefined || seen.has(called)) continue
        seen.add(called)
        pending.push(called)
      }
    }
  }
  return false
}

function endless({ name }: KeptMacro, span: Span): UnsupportedSql {
  return new UnsupportedSql({
    message: `macro ${name}() calls itself, so it would never end`,
    span,
    hint: "WITH RECURSIVE repeats a query, list_reduce goes through a list",
  })
}

function tableEdit(ref: TableFunctionRef, sql: string, { tableMacros }: Macros): Edit | undefined {
  const macro = tableMacros.get(keyOf(ref.name))
  if (macro === undefined) return undefined
  if (ref.ordinality)
    throw new UnsupportedSql({ message: "WITH ORDINALITY after a macro is not supported", span: ref.nameSpan })
  const overload = chosen(macro, ref.args, ref.nameSpan, sql)
  if (overload.body._tag !== "table") throw notScalar(macro, ref.nameSpan)
  const { query } = overload.body
  const text = withArguments(macro.sql, query, overload.values, ref.nameSpan)
  const start = ref.qualifiers[0]?.span.start ?? ref.nameSpan.start
  return { span: { start, end: closing(sql, ref.nameSpan.end) }, text: `(${text})` }
}

/** Where the parentheses that open after an offset are closed. */
function closing(sql: string, from: number): number {
  let depth = 0
  for (const token of tokenize(sql)) {
    if (token.startOffset < from) continue
    if (token.tokenType === LParen) depth += 1
    if (token.tokenType === RParen) depth -= 1
    if (depth === 0) return spanOf(token).end
  }
  return sql.length
}

interface Chosen {
  readonly body: MacroOverload["body"]
  /** By parameter, in lower case. */
  readonly values: ReadonlyMap<string, string>
}

/** The first definition that the arguments fit: by place, then by name, the rest by default. */
function chosen(macro: KeptMacro, args: readonly NamedExpr[], span: Span, sql: string): Chosen {
  for (const overload of macro.overloads) {
    const values = fitted(macro, overload, args, sql)
    if (values !== undefined) return { body: overload.body, values }
  }
  const candidates = macro.overloads.map(({ parameters }) => `${macro.name}(${parameters.map(written).join(", ")})`)
  throw new BindError({
    message: `macro ${macro.name}() does not take these arguments`,
    span,
    hint: `it is defined as ${candidates.join(" and ")}`,
  })
}

function written({ name, default: value }: MacroOverload["parameters"][number]): string {
  return value === undefined ? name.text : `${name.text} := …`
}

function fitted(
  macro: KeptMacro,
  { parameters }: MacroOverload,
  args: readonly NamedExpr[],
  sql: string,
): ReadonlyMap<string, string> | undefined {
  const textOf = ({ start, end }: Span): string => `(${sql.slice(start, end)})`
  const values = new Map<string, string>()
  for (const [i, arg] of args.entries()) {
    const name: Identifier | undefined = arg._tag === "NamedArgument" ? arg.name : parameters[i]?.name
    if (name === undefined || !parameters.some((each) => keyOf(each.name.text) === keyOf(name.text))) return undefined
    if (values.has(keyOf(name.text))) return undefined
    values.set(keyOf(name.text), textOf(arg._tag === "NamedArgument" ? arg.value.span : arg.span))
  }
  for (const { name, default: value } of parameters) {
    if (values.has(keyOf(name.text))) continue
    if (value === undefined) return undefined
    values.set(keyOf(name.text), `(${macro.sql.slice(value.span.start, value.span.end)})`)
  }
  return values
}

/** A piece of the macro's text with its parameters replaced; `at` is where it is called. */
function withArguments(sql: string, body: NamedExpr | Query, values: ReadonlyMap<string, string>, at: Span): string {
  const { span } = body
  let length = span.end - span.start
  const tables = tableNames(body)
  const edits = freeColumns(body).flatMap((ref): readonly Edit[] => {
    const [first, field] = ref.parts
    const value = first === undefined ? undefined : values.get(keyOf(first.text))
    if (first === undefined || value === undefined) return []
    // `t.x` is a column of the macro's own table before it is a field of its parameter.
    if (field !== undefined && tables.has(keyOf(first.text))) return []
    length += value.length
    if (length > MACRO_CHARACTERS_MAX) throw tooLong(at)
    const { start, end } = first.span
    return [{ span: { start: start - span.start, end: end - span.start }, text: value }]
  })
  return edited(partOf(sql, span), edits).text
}

/** What the tables in a macro's text are called, in lower case. */
function tableNames(body: NamedExpr | Query): ReadonlySet<string> {
  const names = new Set<string>()
  for (const node of walkTree(body)) {
    if ("alias" in node && typeof node.alias === "object" && "name" in node.alias)
      names.add(keyOf(node.alias.name.text))
    else if (node._tag === "TableRef") names.add(keyOf(node.name))
  }
  return names
}

/**
 * An argument is read where the macro is called. Inside a subquery of the macro its columns would be looked for in the
 * subquery's tables first: `id` would be another column. With its table's name before it, it stays what it is.
 */
function refuseCapture(
  macro: KeptMacro,
  call: FunctionCall<ColumnRef>,
  body: NamedExpr,
  values: ReadonlyMap<string, string>,
): void {
  const bare = call.args
    .flatMap((arg) => freeColumns(arg._tag === "NamedArgument" ? arg.value : arg))
    .find((ref) => ref.parts.length === 1)
  if (bare === undefined) return
  for (const query of walkTree(body)) {
    if (query._tag !== "Query" || tableNames(query).size === 0) continue
    const used = freeColumns(query).find(({ parts: [first] }) => first !== undefined && values.has(keyOf(first.text)))
    if (used === undefined) continue
    const name = bare.parts[0]?.text ?? ""
    throw new UnsupportedSql({
      message: `macro ${macro.name}() uses its parameter in a subquery, where the column "${name}" could mean another one`,
      span: bare.span,
      hint: `write it with its table: t.${name}`,
    })
  }
}

function notScalar(macro: KeptMacro, span: Span): UnsupportedSql {
  return new UnsupportedSql({ message: `"${macro.name}" is another kind of macro`, span })
}

/** What makes a definition wrong whatever it is called with. */
export function refuseMacro(statement: CreateMacroStatement): void {
  const kinds = new Set(statement.overloads.map(({ body }) => body._tag))
  if (kinds.size > 1) {
    throw new UnsupportedSql({
      message: "the definitions of one macro are all expressions or all tables",
      span: statement.name.span,
    })
  }
  for (const { body } of statement.overloads) {
    const root = body._tag === "scalar" ? body.expr : body.query
    const parameter = [...walkTree(root)].find((node) => node._tag === "Parameter")
    if (parameter !== undefined) {
      const hint = "give the macro a parameter of its own"
      throw new UnsupportedSql({ message: "a macro has no query parameters", span: parameter.span, hint })
    }
  }
}
