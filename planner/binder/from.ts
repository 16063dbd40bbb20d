import type { Identifier } from "../ast/expression.ts"
import type { FromItem, JoinRef, Query, SubqueryRef, TableAlias, TableRef } from "../ast/query.ts"
import { NOWHERE } from "../ast/span.ts"
import type { TableColumn } from "../catalog.ts"
import { UnknownColumn, UnsupportedSql } from "../errors.ts"
import { type BoundExpr, call, type Column, columnIds, conjunction, conjuncts } from "../logical/column.ts"
import type { JoinKind, Plan } from "../logical/plan.ts"
import { isWireType } from "../types/wire.ts"
import { equality, explicitComparisons } from "./comparisons.ts"
import type { BindContext } from "./context.ts"
import { type CteBindings, cteScan } from "./ctes.ts"
import { NotTakenApart } from "./not-taken-apart.ts"
import { plainFromItem, type PlainJoinRef } from "./plain-query.ts"
import { mention, notTaken } from "./hidden.ts"
import { uniqueInSubquery } from "./unique-names.ts"
import { mayBeUntyped } from "./untyped.ts"
import { bindView } from "./views.ts"
import { NO_ALIASES, resolve } from "./resolve.ts"
import {
  bareRef,
  EMPTY_SCOPE,
  joinScopes,
  lookup,
  type MergedColumn,
  type Relation,
  sameName,
  type Scope,
} from "./scope.ts"

/** What FROM yields: a plan, and the names for its columns. */
export interface BoundFrom {
  readonly plan: Plan
  readonly scope: Scope
  /** Everything that stands in FROM, in the text's order: also what a SEMI JOIN hides. */
  readonly relations: readonly Relation[]
  /** The names that each join merges, those that NATURAL found included. */
  readonly using: ReadonlyMap<JoinRef, readonly Identifier[]>
}

/** Binds a subquery; passed in, so that this file does not import its own importer. */
export type BindQuery = (query: Query, ctes: CteBindings) => Promise<BoundSubquery>

export interface BoundSubquery {
  readonly plan: Plan
  readonly fields: readonly { readonly name: string; readonly column: Column }[]
}

export interface FromContext {
  readonly context: BindContext
  readonly ctes: CteBindings
  /** What each name of the block was found to stand for. */
  readonly tables: WeakMap<TableRef, Promise<ResolvedTable>>
  readonly bindQuery: BindQuery
  /** Binds queries of another text. */
  readonly bindIn: (context: BindContext) => BindQuery
}

export async function bindFrom(from: FromItem | undefined, env: FromContext): Promise<BoundFrom> {
  if (from === undefined) return { plan: { _tag: "OneRow" }, scope: EMPTY_SCOPE, relations: [], using: new Map() }
  const plain = plainFromItem(from)
  switch (plain._tag) {
    case "TableRef":
      return bindTable(plain, env)
    case "SubqueryRef":
      return bindSubquery(plain, env)
    case "JoinRef":
      return bindJoin(plain, env)
  }
}

async function bindTable(ref: TableRef, env: FromContext): Promise<BoundFrom> {
  const { plan, name, fields, hidden } = await resolveTable(ref, env)
  const named = relation(ref.alias, name, fields)
  return single(plan, { ...named, hidden: notTaken(hidden, named) })
}

/** What a table's name stands for. */
export interface ResolvedTable {
  /** Equal for two references to one table. */
  readonly key: string
  /** What its columns may be qualified with when no alias is written. */
  readonly name: string
  readonly plan: Plan
  readonly fields: BoundSubquery["fields"]
  /** Those of its hidden columns that the text mentions. */
  readonly hidden: BoundSubquery["fields"]
}

/** What `main.t` may be qualified with: the only schema there is. */
const OWN_SCHEMAS: ReadonlySet<string> = new Set(["main", "temp", "memory"])

/** A CTE, a view, or a table of the catalog: looked up once, however often its block is bound. */
export function resolveTable(ref: TableRef, env: FromContext): Promise<ResolvedTable> {
  const known = env.tables.get(ref) ?? findTable(ref, env)
  env.tables.set(ref, known)
  return known
}

async function findTable(ref: TableRef, env: FromContext): Promise<ResolvedTable> {
  if (ref.at !== undefined) {
    throw new UnsupportedSql({ message: "AT (VERSION …) is not supported: files have no history", span: ref.at.span })
  }
  const [schema] = ref.qualifiers
  if (schema !== undefined && !ref.qualifiers.every((each) => OWN_SCHEMAS.has(each.text.toLowerCase()))) {
    throw new UnsupportedSql({
      message: `there is no schema "${ref.qualifiers.map((each) => each.text).join(".")}": tables have none, or the one called main`,
      span: { start: schema.span.start, end: ref.nameSpan.end },
      hint: "a file's path is written in quotes: FROM 'data/lineitem.parquet'",
    })
  }
  const isBare = ref.spelling === "identifier" && schema === undefined
  const cte = isBare ? env.ctes.get(ref.name.toLowerCase()) : undefined
  if (cte !== undefined) return { key: `cte ${cte.id}`, name: cte.name, hidden: [], ...cteScan(cte, env.context.ids) }
  const view = env.context.catalog.view?.(ref)
  if (view !== undefined) {
    const bound = await bindView(ref, view, env)
    return { key: `view ${view.name.toLowerCase()}`, name: view.name, hidden: [], ...bound }
  }
  const table = await env.context.catalog.resolve(ref)
  const made = ({ name, type }: TableColumn) => ({ column: env.context.ids.make(name, type), sourceName: name })
  const shown = table.columns.map(made)
  const fields = shown.map((each) => ({ name: each.sourceName, column: each.column }))
  const hidden = (table.hidden ?? []).flatMap((each) => {
    const name = mention(env.context.sql, each.name)
    return name === undefined ? [] : [{ ...made(each), name }]
  })
  const columns = [...shown, ...hidden.map(({ column, sourceName }) => ({ column, sourceName }))]
  const plan: Plan = { _tag: "Scan", table, columns, pruning: [], limit: undefined }
  return { key: `table ${table.id}`, name: table.alias, plan, fields, hidden }
}

async function bindSubquery(ref: SubqueryRef, env: FromContext): Promise<BoundFrom> {
  const bound = await env.bindQuery(ref.query, env.ctes)
  if (mayBeUntyped(ref.query, bound)) throw new NotTakenApart("a column of NULL without a type")
  if (!isSpeakable(bound)) throw new NotTakenApart("a subquery whose type has no name")
  const { plan, fields } = bound
  return single(plan, relation(ref.alias, "unnamed_subquery", uniqueInSubquery(fields)))
}

/** A column of a type that cannot be written in SQL (a row without field names) can be shown, but not read again. */
export function isSpeakable({ fields }: BoundSubquery): boolean {
  return fields.every(({ column }) => isWireType(column.type))
}

function single(plan: Plan, only: Relation): BoundFrom {
  return { plan, scope: { relations: [only], merged: [] }, relations: [only], using: new Map() }
}

function relation(alias: TableAlias | undefined, name: string, columns: Relation["columns"]): Relation {
  if (alias === undefined) return { alias: name, columns, hidden: [] }
  const extra = alias.columns[columns.length]
  if (extra !== undefined) {
    throw new UnknownColumn({
      message: `${alias.name.text} is given ${alias.columns.length} column names but has ${columns.length} columns`,
      span: extra.span,
      name: extra.text,
      available: columns.map((each) => each.name),
    })
  }
  return {
    alias: alias.name.text,
    columns: columns.map((each, i) => ({ ...each, name: alias.columns[i]?.text ?? each.name })),
    hidden: [],
  }
}

async function bindJoin(ref: PlainJoinRef, env: FromContext): Promise<BoundFrom> {
  const left = await bindFrom(ref.left, env)
  const right = await bindFrom(ref.right, env).catch((error: unknown) => {
    // A name that a subquery does not know may be of a table before it: LATERAL, implied.
    throw error instanceof UnknownColumn ? new NotTakenApart("LATERAL", error) : error
  })
  const names = ref.natural ? commonNames(ref, left.scope, right.scope) : ref.using
  const merged = names.map((name) => mergeColumn(ref, name, left.scope, right.scope))
  const both = joinScopes(
    left.scope,
    right.scope,
    merged.map((each) => each.column),
  )
  const on = ref.on === undefined ? undefined : resolve(env.context, both, NO_ALIASES, ref.on)
  const all = conjunction([...merged.map((each) => each.equality), ...conjuncts(on)])
  const condition = await explicitComparisons(env.context.oracle, all)
  const kind: JoinKind = ref.kind === "cross" ? "inner" : ref.kind
  const scope = kind === "semi" || kind === "anti" ? keptScope(left.scope, right.scope, names) : both
  return {
    plan: { _tag: "Join", kind, left: left.plan, right: right.plan, condition },
    scope,
    relations: [...left.relations, ...right.relations],
    using: new Map([...left.using, ...right.using, [ref, names] as const]),
  }
}

/**
 * What is left of the names after a SEMI or ANTI join. With the right side DuckDB forgets every merge of a name that it
 * merged, the left side's, too: `a JOIN b USING (k) SEMI JOIN (c JOIN d USING (k)) ON true` has k twice.
 */
function keptScope(left: Scope, right: Scope, using: readonly Identifier[]): Scope {
  const gone = right.merged.filter((each) => !using.some(({ text }) => sameName(text, each.name)))
  return { ...left, merged: left.merged.filter((each) => !gone.some(({ name }) => sameName(name, each.name))) }
}

function commonNames(ref: JoinRef, left: Scope, right: Scope): readonly Identifier[] {
  const rightNames = right.relations.flatMap((each) => each.columns.map((column) => column.name))
  const seen = new Set<string>()
  const common = left.relations
    .flatMap((each) => each.columns.map((column) => column.name))
    .filter((name) => {
      const isNew = !seen.has(name.toLowerCase())
      seen.add(name.toLowerCase())
      return isNew && rightNames.some((other) => sameName(other, name))
    })
  if (common.length === 0) {
    throw new UnsupportedSql({
      message: "NATURAL JOIN finds no column name that both sides have",
      span: ref.span,
      hint: "write the condition with ON",
    })
  }
  return common.map((text) => ({ text, quoted: true, span: ref.span ?? NOWHERE }))
}

function mergeColumn(
  ref: JoinRef,
  name: Identifier,
  leftScope: Scope,
  rightScope: Scope,
): { column: MergedColumn; equality: BoundExpr } {
  const left = sideColumn(leftScope, name, "left")
  const right = sideColumn(rightScope, name, "right")
  const expr = ref.kind === "right" ? right : ref.kind === "full" ? call("coalesce", [left, right]) : left
  // Hidden by the merge: whatever either side's name stood for so far.
  const members = new Set([...memberIds(leftScope, name, left), ...memberIds(rightScope, name, right)])
  return { column: { name: name.text, expr, members }, equality: equality(left, right) }
}

function memberIds(scope: Scope, name: Identifier, expr: BoundExpr): readonly number[] {
  const merged = scope.merged.find((each) => sameName(each.name, name.text))
  return merged === undefined ? [...columnIds(expr)] : [...merged.members]
}

function sideColumn(scope: Scope, name: Identifier, side: "left" | "right"): BoundExpr {
  const found = lookup(scope, bareRef(name))
  if (found !== undefined) return found
  throw new UnknownColumn({
    message: `column "${name.text}" of USING does not exist on the ${side} side of the join`,
    span: name.span,
    name: name.text,
    available: scope.relations.flatMap((each) => each.columns.map((column) => column.name)),
  })
}
