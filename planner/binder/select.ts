import type { ColumnRef, Identifier, Star } from "../ast/expression.ts"
import type { NamedExpr, Query, Select, SelectItem, SelectQuery } from "../ast/query.ts"
import { isColumn, replaceNodes } from "../ast/traverse.ts"
import type { DescribedColumn, FunctionNames } from "../describe.ts"
import { BindError, PlanDefect, UnknownColumn } from "../errors.ts"
import { type BoundExpr, type Column, isConstant, printBound } from "../logical/column.ts"
import { filtered, type Item, passing, type Plan, type SortKey } from "../logical/plan.ts"
import { isVolatile } from "../logical/volatile.ts"
import { bindGrouping, hasAggregate, isAggregate } from "./aggregation.ts"
import { explicitComparisons } from "./comparisons.ts"
import { type BindContext, functionNames } from "./context.ts"
import { describeBlock } from "./describe-block.ts"
import { type BoundSubquery, bindFrom, type FromContext } from "./from.ts"
import { bindLimit } from "./limit.ts"
import { NotTakenApart } from "./not-taken-apart.ts"
import { type Aliases, NO_ALIASES, resolve } from "./resolve.ts"
import { expandAll, sameName, type Scope, unknownColumn } from "./scope.ts"
import { isWireType } from "../types/wire.ts"
import { typesOf } from "./typing.ts"

/** A select list item after `*` was expanded: what it is, and its name where the text itself gives one. */
interface ListItem {
  readonly expr: BoundExpr
  readonly name: string | undefined
  readonly source: SelectItem
}

/** Everything of one block with its names resolved; nothing of it has been asked of DuckDB yet. */
interface ResolvedBlock {
  readonly items: readonly ListItem[]
  readonly where: BoundExpr | undefined
  readonly groups: readonly BoundExpr[] | "all" | undefined
  readonly having: BoundExpr | undefined
  readonly orderBy: readonly SortKey[]
}

/**
 * One query block, in SQL's order of evaluation:
 *
 *   Limit ← Project (list) ← Sort ← Project (list and sort keys) ← Filter HAVING ← Aggregate ← Filter WHERE ← FROM
 */
export async function bindBlock(query: SelectQuery, env: FromContext): Promise<BoundSubquery> {
  const { context } = env
  const from = await bindFrom(query.body.from, env)
  const block = resolveBlock(context, query, from.scope)
  const described = await describeBlock(context, query, from)
  if (described.length !== block.items.length) throw countsDiffer(block.items.length, described.length)
  refuseNameless(query, described)
  const functions = await functionNames(context)
  refuseCopiedVolatile(block, functions)
  const where = await explicitComparisons(context.oracle, block.where)
  const input = filtered(from.plan, where)
  const grouped = await group(context, input, block, functions)
  if (query.body.distinct) refuseUnlistedKeys(grouped, query)
  const listed = await project(context, grouped, query.body.distinct, described)
  const limit = await bindLimit(context, query)
  const sorted: Plan = grouped.keys.length === 0 ? listed.plan : { _tag: "Sort", input: listed.plan, keys: listed.keys }
  const cut: Plan = limit === undefined ? sorted : { _tag: "Limit", input: sorted, ...limit, phase: "complete" }
  const fields = described.map((each, i) => ({ name: each.name, column: columnAt(listed.columns, i) }))
  return { plan: onlyColumns(cut, listed), fields }
}

/** A row without field names can be shown, but no stage can hand it to the next. */
function refuseNameless({ body, orderBy }: SelectQuery, described: readonly DescribedColumn[]): void {
  const moves = body.groupBy !== undefined || body.distinct || orderBy.length > 0
  if (moves && !described.every(({ type }) => isWireType(type))) throw new NotTakenApart("a type that has no name")
}

function resolveBlock(context: BindContext, query: SelectQuery, scope: Scope): ResolvedBlock {
  const select = query.body
  const items = resolveList(context, scope, select)
  const aliases: Aliases = new Map(
    items.flatMap((item) =>
      item.source.alias === undefined ? [] : [[item.source.alias.text.toLowerCase(), item.expr]],
    ),
  )
  const inner = (expr: NamedExpr | undefined) =>
    expr === undefined ? undefined : resolve(context, scope, aliases, expr)
  return {
    items,
    where: inner(select.where),
    groups: resolveGroups(context, scope, select, items, aliases),
    having: inner(select.having),
    orderBy: resolveOrder(context, query, scope, items, aliases),
  }
}

function resolveList(context: BindContext, scope: Scope, select: Select): readonly ListItem[] {
  const done: ListItem[] = []
  const aliases = new Map<string, BoundExpr>()
  for (const source of select.items) {
    if (source.expr._tag === "Star") {
      done.push(...expandStar(context, scope, source.expr, source))
      continue
    }
    const expr = resolve(context, scope, aliases, source.expr)
    if (source.alias !== undefined) aliases.set(source.alias.text.toLowerCase(), expr)
    done.push({ expr, name: source.alias?.text ?? lastPart(source.expr), source })
  }
  return done
}

function lastPart(expr: NamedExpr): string | undefined {
  return expr._tag === "ColumnRef" ? expr.parts.at(-1)?.text : undefined
}

function expandStar(
  context: BindContext,
  scope: Scope,
  star: Star<ColumnRef>,
  source: SelectItem,
): readonly ListItem[] {
  const isReplaced = (name: string) => star.replace.some((each) => sameName(each.name.text, name))
  const all = star.relation === undefined ? expandAll(scope, isReplaced) : relationColumns(scope, star.relation)
  refuseUnknownNames(scope, star, all)
  const excluded = (name: string) => star.exclude.some((each) => sameName(each.at(-1)?.text ?? "", name))
  return all
    .filter(({ name }) => !excluded(name))
    .map(({ name, expr }) => {
      const replacement = star.replace.find((each) => sameName(each.name.text, name))
      return { expr: replacement ? resolve(context, scope, NO_ALIASES, replacement.expr) : expr, name, source }
    })
}

/** What EXCLUDE and REPLACE name must be among the star's columns. */
function refuseUnknownNames(scope: Scope, star: Star<ColumnRef>, all: readonly { readonly name: string }[]): void {
  const { relation } = star
  const named = [...star.exclude, ...star.replace.map((each) => [each.name])]
  const parts = named.find((each) => !all.some(({ name }) => sameName(name, each.at(-1)?.text ?? "")))
  const [first, last] = [parts?.[0], parts?.at(-1)]
  if (parts === undefined || first === undefined || last === undefined) return
  const relations =
    relation === undefined ? scope.relations : scope.relations.filter((each) => sameName(each.alias, relation.text))
  const span = { start: first.span.start, end: last.span.end }
  throw unknownColumn({ ...scope, relations }, { _tag: "ColumnRef", parts, span }, [])
}

function relationColumns(scope: Scope, name: Identifier): readonly { name: string; expr: BoundExpr }[] {
  const relation = scope.relations.find((each) => sameName(each.alias, name.text))
  if (relation !== undefined) return relation.columns.map((each) => ({ name: each.name, expr: each.column }))
  const isColumn = scope.relations.some((each) => each.columns.some((column) => sameName(column.name, name.text)))
  if (isColumn) throw new NotTakenApart("the fields of a struct")
  throw new UnknownColumn({
    message: `there is no table "${name.text}" in FROM for ${name.text}.*`,
    span: name.span,
    hint: `FROM has: ${scope.relations.map((each) => each.alias).join(", ") || "nothing"}`,
    name: name.text,
    available: scope.relations.map((each) => each.alias),
  })
}

function resolveGroups(
  context: BindContext,
  scope: Scope,
  select: Select,
  items: readonly ListItem[],
  aliases: Aliases,
): ResolvedBlock["groups"] {
  if (select.groupBy === undefined) return undefined
  if (select.groupBy.all) return "all"
  return select.groupBy.items.map((expr) => ordinal(expr, items) ?? resolve(context, scope, aliases, expr))
}

function resolveOrder(
  context: BindContext,
  query: Query,
  scope: Scope,
  items: readonly ListItem[],
  aliases: Aliases,
): ResolvedBlock["orderBy"] {
  const [only, ...others] = query.orderBy
  if (only !== undefined && others.length === 0 && isAll(only.expr)) {
    return items.map(({ expr }) => ({ expr, descending: only.descending, nulls: only.nulls }))
  }
  return query.orderBy.map(({ expr, descending, nulls }) => {
    const found = ordinal(expr, items) ?? listName(expr, items) ?? resolve(context, scope, aliases, expr)
    return { expr: found, descending, nulls }
  })
}

/** ORDER BY ALL arrives as a reference to a column of that name. */
function isAll(expr: NamedExpr | undefined): boolean {
  return (
    expr?._tag === "ColumnRef" &&
    expr.parts.length === 1 &&
    expr.parts[0]?.text.toLowerCase() === "all" &&
    !expr.parts[0].quoted
  )
}

/** `ORDER BY 2`. */
function ordinal(expr: NamedExpr, items: readonly ListItem[]): BoundExpr | undefined {
  if (expr._tag !== "Literal" || expr.kind !== "number" || !/^\d+$/.test(expr.sql)) return undefined
  const item = items[Number(expr.sql) - 1]
  if (item !== undefined) return item.expr
  throw new BindError({
    message: `position ${expr.sql} is not in the select list, which has ${items.length} ${items.length === 1 ? "item" : "items"}`,
    span: expr.span,
  })
}

/** In ORDER BY the select list's names come before the tables'. */
function listName(expr: NamedExpr, items: readonly ListItem[]): BoundExpr | undefined {
  if (expr._tag !== "ColumnRef" || expr.parts.length !== 1) return undefined
  return items.find(
    (item) => item.source.alias !== undefined && sameName(item.source.alias.text, expr.parts[0]?.text ?? ""),
  )?.expr
}

/** An alias used twice would run a volatile expression twice, with two values (law 5). */
function refuseCopiedVolatile(block: ResolvedBlock, functions: FunctionNames): void {
  const texts = new Set<string>()
  for (const item of block.items) {
    if (!isVolatile(item.expr, functions)) continue
    const text = printBound(item.expr)
    const elsewhere = [block.where, block.having, ...(block.groups === "all" ? [] : (block.groups ?? []))]
    const reused = item.source.alias !== undefined && elsewhere.some((expr) => expr && printBound(expr).includes(text))
    const inList = [...texts].some((other) => text.includes(other)) && item.source.expr._tag !== "FunctionCall"
    texts.add(text)
    if (!reused && !inList) continue
    throw new NotTakenApart("an alias of a volatile expression that is used again")
  }
}

interface GroupedBlock {
  readonly plan: Plan
  readonly items: readonly BoundExpr[]
  readonly keys: readonly SortKey[]
}

async function group(
  context: BindContext,
  input: Plan,
  block: ResolvedBlock,
  functions: FunctionNames,
): Promise<GroupedBlock> {
  const items = block.items.map((item) => item.expr)
  const keys = block.orderBy
  const read = [...items, ...keys.map((key) => key.expr), ...(block.having === undefined ? [] : [block.having])]
  const groups = block.groups === "all" ? items.filter((expr) => isGroupOfAll(expr, functions)) : (block.groups ?? [])
  // GROUP BY ALL of a list that reads nothing and aggregates nothing groups nothing: as many rows as there are.
  const written = block.groups !== undefined && block.groups !== "all"
  const aggregates = block.having !== undefined || read.some((expr) => hasAggregate(expr, functions))
  if (!written && !aggregates && groups.length === 0) return { plan: input, items, keys }
  if (block.groups === "all" && block.having !== undefined) refuseHavingColumns(block.having, groups, functions)
  const env = { functions, oracle: context.oracle, ids: context.ids }
  const { plan, rewrite } = await bindGrouping(input, groups, read, env)
  return {
    plan: filtered(plan, block.having === undefined ? undefined : rewrite(block.having)),
    items: items.map(rewrite),
    keys: keys.map((key) => ({ ...key, expr: rewrite(key.expr) })),
  }
}

/** GROUP BY ALL takes what reads a column and calls no aggregate: a constant is no group. */
function isGroupOfAll(expr: BoundExpr, functions: FunctionNames): boolean {
  return !isConstant(expr) && !hasAggregate(expr, functions)
}

/** DuckDB 1.4 groups by such a column, too. */
function refuseHavingColumns(having: BoundExpr, groups: readonly BoundExpr[], functions: FunctionNames): void {
  const grouped = new Set(groups.filter((group) => isColumn(group)).map((group) => printBound(group)))
  replaceNodes(having, (node) => {
    if (isAggregate(node, functions)) return node
    if (!isColumn(node) || grouped.has(printBound(node))) return undefined
    throw new NotTakenApart("HAVING beside GROUP BY ALL")
  })
}

interface ProjectedBlock {
  readonly plan: Plan
  /** The list's columns. The plan may yield more: sort keys that are not in the list. */
  readonly columns: readonly Column[]
  readonly keys: readonly SortKey[]
}

async function project(
  context: BindContext,
  grouped: GroupedBlock,
  distinct: boolean,
  described: readonly DescribedColumn[],
): Promise<ProjectedBlock> {
  const items = grouped.items.map((expr, i): Item => {
    const { name, type } = described[i] ?? { name: "", type: "" }
    return { column: context.ids.make(name, type), expr }
  })
  const byText = new Map(items.map((item) => [printBound(item.expr), item.column]))
  const extra = grouped.keys.map((key) => key.expr).filter((expr) => !byText.has(printBound(expr)))
  const types = await typesOf(context.oracle, extra)
  for (const [i, expr] of extra.entries()) {
    const text = printBound(expr)
    if (byText.has(text)) continue
    const column = context.ids.make(isColumn(expr) ? expr.name : text, types[i] ?? "")
    byText.set(text, column)
    items.push({ column, expr })
  }
  const columns = items.slice(0, grouped.items.length).map((item) => item.column)
  const plan: Plan = { _tag: "Project", input: grouped.plan, items }
  const keys = grouped.keys.map((key) => ({ ...key, expr: byText.get(printBound(key.expr)) ?? key.expr }))
  return { plan: distinct ? distinctRows(plan, columns) : plan, columns, keys }
}

/** Which of several equal rows should give the key? DuckDB takes any; a distributed run would take another. */
function refuseUnlistedKeys(grouped: GroupedBlock, query: Query): void {
  const listed = new Set(grouped.items.map(printBound))
  const index = grouped.keys.findIndex((key) => !listed.has(printBound(key.expr)))
  const written = query.orderBy[index]
  if (written === undefined) return
  throw new NotTakenApart("DISTINCT that is ordered by something beside its list")
}

/** DISTINCT is grouping by the whole list. */
function distinctRows(input: Plan, columns: readonly Column[]): Plan {
  return { _tag: "Aggregate", input, groups: columns.map(passing), aggregates: [], phase: "complete" }
}

/** Drops the columns that were only sorted by. */
function onlyColumns(plan: Plan, listed: ProjectedBlock): Plan {
  const yields = listed.plan._tag === "Project" ? listed.plan.items.length : listed.columns.length
  if (yields === listed.columns.length) return plan
  return { _tag: "Project", input: plan, items: listed.columns.map(passing) }
}

function columnAt(columns: readonly Column[], index: number): Column {
  const column = columns[index]
  if (column === undefined) throw countsDiffer(columns.length, index + 1)
  return column
}

function countsDiffer(ours: number, theirs: number): PlanDefect {
  return new PlanDefect({
    message: `the select list was read as ${ours} columns, DuckDB reads ${theirs}. This is a defect of Skein; the query was not run.`,
    rule: "bind",
  })
}
