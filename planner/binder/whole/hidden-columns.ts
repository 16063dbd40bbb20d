import { childNodes, ownNodes } from "../../ast/child-nodes.ts"
import type { ColumnRef, Star } from "../../ast/expression.ts"
import type { Select, TableRef, TableStatement } from "../../ast/query.ts"
import type { Span } from "../../ast/span.ts"
import type { TreeNode } from "../../ast/walk-tree.ts"
import { UnsupportedSql } from "../../errors.ts"
import { quoteIdentifier } from "../../sql/quote.ts"
import { namesToExclude } from "../hidden.ts"
import { type Relation, sameName } from "../scope.ts"
import type { TextSite } from "./sites.ts"

/** The edits that keep a select's `*` from what the tables of its FROM hide. `relations` are those that hide something. */
export function hiddenInSelect(select: Select, relations: readonly Relation[], sql: string): readonly TextSite[] {
  refuseWide(select, relations)
  const { start } = select.span
  return select.items.flatMap(({ expr }): readonly TextSite[] => {
    if (expr._tag !== "Star") return []
    const names = excludedNames(relations, expr)
    if (names === "") return []
    if (select.impliedList) return [shaping({ start, end: start }, `SELECT * EXCLUDE (${names}) `)]
    return excluding(expr, names, sql)
  })
}

/** `TABLE t`: after TABLE only a name can stand, after FROM what it stands for, too. */
export function asFrom({ span, table }: TableStatement, relations: readonly Relation[]): TextSite {
  const verb = { start: span.start, end: table.span.start }
  const names = excludedNames(relations, undefined)
  if (names === "") return { _tag: "text", span: verb, text: "FROM ", shapes: false }
  return shaping(verb, `SELECT * EXCLUDE (${names}) FROM `)
}

/** `SELECT t, filename FROM t`: the row would have the hidden column. */
export function refuseHiddenInRow(
  ref: TableRef,
  { alias, columns, hidden }: Relation,
  bare: ReadonlySet<string>,
): void {
  if (!bare.has(alias.toLowerCase()) || columns.some(({ name }) => sameName(name, alias))) return
  throw refused(`${alias} as a value`, [{ hidden }], ref.nameSpan)
}

/** What asks for all columns in another way than by `*`. */
function refuseWide(select: Select, relations: readonly Relation[]): void {
  const stars = new Set<TreeNode>(select.items.map(({ expr }) => expr).filter((expr) => expr._tag === "Star"))
  for (const node of ownNodes(...childNodes(select))) {
    const what = wideName(node)
    if (what !== undefined && !stars.has(node)) throw refused(what, relations, node.span)
  }
}

function wideName(node: TreeNode): string | undefined {
  switch (node._tag) {
    case "Star":
      return "* in an expression"
    case "ColumnsCall":
      return "COLUMNS"
    case "PositionalReference":
      return "a column by its place"
    case "PivotRef":
      return "PIVOT"
    case "UnpivotRef":
      return "UNPIVOT"
    case "JoinRef":
      return node.natural ? "NATURAL JOIN" : undefined
    default:
      return undefined
  }
}

export function refused(
  what: string,
  relations: readonly Pick<Relation, "hidden">[],
  span: Span | undefined,
): UnsupportedSql {
  const name = relations[0]?.hidden[0]?.name ?? ""
  return new UnsupportedSql({
    message: `${what} beside ${name}, which the table has without showing it, is not supported`,
    span,
    hint: `make it a column like the others: FROM (SELECT *, ${name} FROM …)`,
  })
}

function excludedNames(relations: readonly Relation[], star: Star<ColumnRef> | undefined): string {
  const names = namesToExclude(relations, star?.relation)
  return names.map((parts) => parts.map(({ text }) => quoteIdentifier(text)).join(".")).join(", ")
}

/** `*` gets an EXCLUDE, or its EXCLUDE more names. */
function excluding({ exclude, relation, span }: Star<ColumnRef>, names: string, sql: string): readonly TextSite[] {
  const [first, last] = [exclude[0]?.[0], exclude.at(-1)?.at(-1)]
  if (first === undefined || last === undefined) {
    const at = sql.indexOf("*", relation?.span.end ?? span.start) + 1
    return [shaping({ start: at, end: at }, ` EXCLUDE (${names})`)]
  }
  const open = /\(\s*$/.test(sql.slice(span.start, first.span.start))
  const [before, after] = [first.span.start, last.span.end]
  const more = shaping({ start: after, end: after }, open ? `, ${names}` : `, ${names})`)
  return open ? [more] : [shaping({ start: before, end: before }, "("), more]
}

function shaping(span: Span, text: string): TextSite {
  return { _tag: "text", span, text, shapes: true }
}
