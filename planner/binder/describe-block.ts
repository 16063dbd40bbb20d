import type { ColumnRef, FunctionCall, Identifier, OrderItem } from "../ast/expression.ts"
import type { FromItem, JoinRef, NamedExpr, Select, SelectItem, SelectQuery } from "../ast/query.ts"
import type { Span } from "../ast/span.ts"
import { collect } from "../ast/traverse.ts"
import type { CopiedText, DescribedColumn } from "../describe.ts"
import { ownNodes } from "../ast/child-nodes.ts"
import type { TextEdit } from "../lowering/insertions.ts"
import { loweredText } from "../lowering/lowered-text.ts"
import { asWritten } from "../lowering/names.ts"
import { printExpr } from "../sql/print-expression.ts"
import { quoteIdentifier } from "../sql/quote.ts"
import type { BindContext } from "./context.ts"
import type { BoundFrom } from "./from.ts"
import { isRefusal, type NamedSpan, refused } from "./refusal.ts"
import { plainStar } from "./hidden.ts"
import type { Relation } from "./scope.ts"
import { emptyTable } from "./typing.ts"
import { bodyNodes } from "./whole/sites.ts"
import { edited } from "./whole/text.ts"

/**
 * Shows DuckDB the query block as the user wrote it, over empty tables of the same schemas, and asks what it yields.
 * So names and types are DuckDB's own, and whatever it would refuse (a type, a function, an ungrouped column) is
 * refused here in its words and at its place.
 */
export async function describeBlock(
  context: BindContext,
  query: SelectQuery,
  from: BoundFrom,
): Promise<readonly DescribedColumn[]> {
  const lowered = loweredBlock(context, query, from)
  const textOf = (expr: NamedExpr) => {
    if (expr._tag === "Star") return named(plainStar(expr, from.relations))
    return expr._tag === "ColumnRef" ? named(expr) : textWithin(context.sql, expr.span, lowered)
  }
  const sql = new DescribeText(textOf)
  writeBlock(sql, query, from)
  try {
    return asWritten(await context.oracle.describe(sql.text))
  } catch (error) {
    if (!isRefusal(error)) throw error
    throw refused(error, sql.copied, calledNames(query), context.sql)
  }
}

/** The block's text without what is in its subqueries, which are bound by themselves. */
function loweredBlock({ sql }: BindContext, query: SelectQuery, from: BoundFrom): readonly TextEdit[] {
  const columns = from.relations.flatMap((each) =>
    [...each.columns, ...each.hidden].map(({ name, column }) => ({ name, type: column.type })),
  )
  const nodes = [...ownNodes(...bodyNodes(query))].filter((node) => node._tag !== "Query")
  return loweredText({ sql, nodes, columns, runs: false })
}

/** The text of `span` with the edits that lie in it. */
function textWithin(sql: string, span: Span, edits: readonly TextEdit[]): string {
  if (edits.length === 0) return sql.slice(span.start, span.end)
  const within = edits.filter((edit) => edit.span.start >= span.start && edit.span.end <= span.end)
  return edited(sql, span, within).join("")
}

/**
 * The user's very text. DuckDB compares and names expressions as its own parser reads them: `extract(hour FROM t)` in the
 * list and in GROUP BY must be shown the same way, and `date_part('hour', t)` would have another name.
 */
type TextOf = (expr: NamedExpr) => string

/** SQL for DuckDB that remembers which parts of it stand for which parts of the user's text. */
class DescribeText {
  text = ""
  readonly copied: CopiedText[] = []
  readonly #textOf: TextOf

  constructor(textOf: TextOf) {
    this.#textOf = textOf
  }

  expr(expr: NamedExpr, after = ""): void {
    this.copy(this.#textOf(expr) + after, expr.span)
  }

  add(text: string): void {
    this.text += text
  }

  copy(text: string, span: Span): void {
    this.copied.push({ at: this.text.length, span })
    this.text += text
  }
}

function writeBlock(sql: DescribeText, query: SelectQuery, from: BoundFrom): void {
  const select = query.body
  sql.add(select.distinct ? "SELECT DISTINCT " : "SELECT ")
  writeList(sql, select.items, (item) => writeItem(sql, item))
  if (select.from !== undefined) {
    sql.add(" FROM ")
    writeFrom(sql, select.from, from, [...from.relations])
  }
  writeClause(sql, " WHERE ", select.where)
  writeGroupBy(sql, select)
  writeClause(sql, " HAVING ", select.having)
  if (query.orderBy.length > 0) {
    sql.add(" ORDER BY ")
    writeList(sql, query.orderBy, (item) => writeOrder(sql, item))
  }
}

/** A list item without an alias is named after its text. */
function writeItem(sql: DescribeText, item: SelectItem): void {
  sql.expr(item.expr, item.alias === undefined ? "" : ` AS ${quoteIdentifier(item.alias.text)}`)
}

/** `relations` are taken in the order in which they stand in the text. */
function writeFrom(sql: DescribeText, item: FromItem, from: BoundFrom, relations: Relation[]): void {
  if (item._tag !== "JoinRef") {
    const relation = relations.shift()
    const unnamed = item._tag === "SubqueryRef" && item.alias === undefined
    if (relation !== undefined) sql.copy(emptyRelation(relation, unnamed), item.span)
    return
  }
  writeFrom(sql, item.left, from, relations)
  sql.add(` ${item.kind === "cross" ? "CROSS" : item.kind.toUpperCase()} JOIN `)
  const nested = item.right._tag === "JoinRef"
  sql.add(nested ? "(" : "")
  writeFrom(sql, item.right, from, relations)
  sql.add(nested ? ")" : "")
  writeCondition(sql, item, from.using.get(item) ?? [])
}

function writeCondition(sql: DescribeText, join: JoinRef, using: readonly Identifier[]): void {
  if (using.length > 0) sql.add(` USING (${using.map((name) => quoteIdentifier(name.text)).join(", ")})`)
  else if (join.on !== undefined) writeClause(sql, " ON ", join.on)
  else if (join.kind !== "cross") sql.add(" ON TRUE")
}

function emptyRelation({ alias, columns, hidden }: Relation, unnamed: boolean): string {
  return `(${emptyTable([...columns, ...hidden])})${unnamed ? "" : ` AS ${quoteIdentifier(alias)}`}`
}

function writeClause(sql: DescribeText, keyword: string, expr: NamedExpr | undefined): void {
  if (expr === undefined) return
  sql.add(keyword)
  sql.expr(expr)
}

function writeGroupBy(sql: DescribeText, select: Select): void {
  if (select.groupBy === undefined) return
  sql.add(" GROUP BY ")
  if (select.groupBy.all) sql.add("ALL")
  writeList(sql, select.groupBy.items, (item) => sql.expr(item))
}

function writeOrder(sql: DescribeText, item: OrderItem<ColumnRef>): void {
  sql.expr(item.expr)
  if (item.descending) sql.add(" DESC")
}

function writeList<T>(sql: DescribeText, items: readonly T[], write: (item: T) => void): void {
  for (const [i, item] of items.entries()) {
    if (i > 0) sql.add(", ")
    write(item)
  }
}

function named(expr: NamedExpr): string {
  return printExpr(expr, (ref) => ref.parts.map(partText).join("."))
}

/** Names without quotes stay bare, so that `current_date` is still what it is. */
function partText(part: Identifier): string {
  return part.quoted ? quoteIdentifier(part.text) : part.text
}

/** Every function that the block calls, so that DuckDB's word on one can be put at its place. */
function calledNames(query: SelectQuery): readonly NamedSpan[] {
  const { items, where, groupBy, having } = query.body
  const exprs = [
    ...items.map((item) => item.expr),
    ...(where === undefined ? [] : [where]),
    ...(groupBy?.items ?? []),
    ...(having === undefined ? [] : [having]),
    ...query.orderBy.map((item) => item.expr),
  ]
  const isCall = (node: NamedExpr): node is FunctionCall<ColumnRef> => node._tag === "FunctionCall"
  return exprs.flatMap((expr) => collect(expr, isCall).map((call) => ({ name: call.name, span: call.nameSpan })))
}
