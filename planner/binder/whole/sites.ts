import { childNodes, ownNodes } from "../../ast/child-nodes.ts"
import { type TreeNode, walkTree } from "../../ast/walk-tree.ts"
import type { ColumnRef, TypedLiteral } from "../../ast/expression.ts"
import type {
  Describe,
  JoinRef,
  NamedExpr,
  Pivot,
  PivotColumn,
  Query,
  Select,
  TableRef,
  Unpivot,
} from "../../ast/query.ts"
import type { Span } from "../../ast/span.ts"
import { UnsupportedSql } from "../../errors.ts"
import { namesGiven } from "../../lowering/lowered-text.ts"
import { asksData, pivotEdit } from "../../pivot-values.ts"
import { conjuncts } from "../../logical/column.ts"
import { printExpr } from "../../sql/print-expression.ts"
import { type BoundSubquery, type FromContext, type ResolvedTable, resolveTable } from "../from.ts"
import { ageOrigin, bareQueryValue, queryValue } from "../query-values.ts"
import { emptyTable } from "../typing.ts"
import { refuseArrow, refuseCall } from "../unsupported-calls.ts"
import type { Relation } from "../scope.ts"
import { mention, notTaken } from "../hidden.ts"
import { aliasOf, allFields, relationOf } from "./alias.ts"
import { closedQuery } from "./closed-query.ts"
import { keepsFilters } from "./filters.ts"
import { asFrom, hiddenInSelect, refuseHiddenInRow, refused } from "./hidden-columns.ts"
import { refuseTableFunction } from "./table-functions.ts"

/** A table's name in the text. Every column of it is needed where `wide`; elsewhere those that the text mentions. */
export interface TableSite {
  readonly _tag: "table"
  readonly span: Span
  readonly ref: TableRef
  readonly table: ResolvedTable
  readonly wide: boolean
  /** Where only a name or a query may stand: after SUMMARIZE. */
  readonly bare: boolean
  /** What WHERE asks of the rows that this table is joined into. */
  readonly filters: readonly NamedExpr[]
}

/** A subquery that stands by itself. */
export interface QuerySite {
  readonly _tag: "query"
  readonly span: Span
  readonly bound: BoundSubquery
  readonly parenthesised: boolean
}

/** Text that an engine must not see as it is: `now()`. */
export interface TextSite {
  readonly _tag: "text"
  readonly span: Span
  readonly text: string
  /** What the text yields depends on it: the values of a PIVOT, the columns that DESCRIBE shows. */
  readonly shapes: boolean
}

export type Site = TableSite | QuerySite | TextSite

export interface Sites {
  readonly sites: readonly Site[]
  /** Some subquery could be taken out. */
  readonly extracted: boolean
  /** Values whose name the text also gives to something: each is one or the other. */
  readonly doubtful: readonly TextSite[]
}

/** One node still to be looked at, and where it stands. */
interface Visit {
  readonly node: TreeNode
  /** CTEs that the text itself defines around here. */
  readonly names: ReadonlySet<string>
  /** The tables here are asked for all their columns. */
  readonly wide: boolean
  /** The ORDER BY of the select's query names columns by what they are like. */
  readonly starred: boolean
  readonly filters: readonly NamedExpr[]
  /** Below DESCRIBE nobody asks for rows. */
  readonly dry: boolean
  /** An operand of UNION and its kin; a query in EXISTS, whose list means nothing; a query after LATERAL. */
  readonly place: "plain" | "operand" | "exists" | "lateral"
}

export interface SiteOptions {
  /** Whether subqueries that stand by themselves become inputs. */
  readonly extract: boolean
  readonly names: ReadonlySet<string>
  /** Whether the text has the query's own WITH. */
  readonly inOnePiece: boolean
}

/**
 * Every place in the text that means something outside of it: tables, values that a query has once, and, with
 * `extract`, subqueries that read nothing of what is around them.
 */
export async function collectSites(root: Query, env: FromContext, options: SiteOptions): Promise<Sites> {
  const collector = new SiteCollector(root, env, options.extract)
  const starred = orderIsStarred(root)
  for (const node of options.inOnePiece ? [root] : bodyNodes(root)) {
    await collector.collect({
      node,
      names: options.names,
      wide: true,
      starred,
      filters: [],
      dry: false,
      place: "plain",
    })
  }
  return collector.done()
}

/** What belongs to the query beside its WITH, which is bound by itself. */
export function bodyNodes(query: Query): readonly TreeNode[] {
  return childNodes({ ...query, with: [] })
}

class SiteCollector {
  readonly #sites: Site[] = []
  readonly #env: FromContext
  readonly #extract: boolean
  /** Names that stand alone as a column: a table of that name may be meant, as a row. */
  readonly #bare: ReadonlySet<string>
  /** Names that the text gives to values. */
  readonly #given: ReadonlySet<string>
  readonly #values: { readonly ref: ColumnRef; readonly site: TextSite }[] = []
  readonly #text: string
  /** Their tables are looked up where they stand, and then once more for what they hide. */
  readonly #selects: { readonly node: Select; readonly visit: Visit }[] = []
  #extracted = false

  constructor(root: Query, env: FromContext, extract: boolean) {
    this.#env = env
    this.#extract = extract
    this.#text = env.context.sql.slice(root.span.start, root.span.end)
    const nodes = [...walkTree(root)]
    this.#bare = new Set(nodes.flatMap(bareName))
    this.#given = new Set(nodes.flatMap(namesGiven).map((name) => name.toLowerCase()))
  }

  async collect(first: Visit): Promise<void> {
    const pending = [first]
    for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
      pending.push(...(await this.#take(visit)))
    }
    for (const { node, visit } of this.#selects.splice(0)) await this.#hide(node, visit)
  }

  done(): Sites {
    const names = new Set(
      this.#sites.flatMap((site) =>
        site._tag === "table" ? allFields(site.table).map((each) => each.name.toLowerCase()) : [],
      ),
    )
    const nameOf = (ref: ColumnRef) => ref.parts[0]?.text.toLowerCase() ?? ""
    // A column of that name comes before the value.
    const values = this.#values.filter(({ ref }) => !names.has(nameOf(ref)))
    const certain = values.filter(({ ref }) => !this.#given.has(nameOf(ref)))
    return {
      sites: [...this.#sites, ...certain.map(({ site }) => site)],
      extracted: this.#extracted,
      doubtful: values.flatMap((value) => (certain.includes(value) ? [] : [value.site])),
    }
  }

  /** Looks at one node; what is to be looked at next. */
  async #take(visit: Visit): Promise<readonly Visit[]> {
    const { node } = visit
    switch (node._tag) {
      case "Query":
        return this.#query(node, visit)
      case "Select":
        if (visit.place === "operand" && (await this.#tryExtract(asQuery(node), visit, true))) return []
        this.#selects.push({ node, visit })
        return select(node, visit)
      case "SetOperation":
        return childNodes(node).map((child) => ({ ...visit, node: child, filters: [], place: "operand" }))
      case "JoinRef":
        return join(node, visit)
      case "SubqueryRef":
        return childNodes(node).map((child) => ({
          ...visit,
          node: child,
          filters: [],
          place: node.lateral ? "lateral" : "plain",
        }))
      case "SubqueryExpr":
        return childNodes(node).map((child) => ({
          ...visit,
          node: child,
          filters: [],
          place: node.spelling === "exists" && child._tag === "Query" ? "exists" : "plain",
        }))
      case "TableStatement":
        // After TABLE only a name can stand, after FROM what it stands for, too.
        this.#sites.push(asFrom(node, await this.#hiding([node.table], visit)))
        return below(visit)
      case "TableRef":
        await this.#table(node, visit, false)
        return below(visit)
      case "Describe":
        return this.#describe(node, visit)
      case "Pivot":
        await this.#refuseHidden("PIVOT", node, visit)
        return this.#pivot(node, visit)
      case "Unpivot":
        await this.#refuseHidden("UNPIVOT", node, visit)
        return below(visit)
      case "TableFunctionRef":
        refuseTableFunction(node)
        return below(visit)
      case "FunctionCall":
        this.#call(node, visit)
        return below(visit)
      case "Binary":
        refuseArrow(node)
        return below(visit)
      case "ColumnRef":
        if (!visit.dry) this.#column(node)
        return []
      default:
        return below(visit)
    }
  }

  async #query(query: Query, visit: Visit): Promise<readonly Visit[]> {
    if (await this.#tryExtract(query, visit, visit.place === "operand")) return []
    const visits: Visit[] = []
    let names = visit.names
    for (const cte of query.with) {
      const own = new Set([...names, cte.name.text.toLowerCase()])
      const seen = query.recursive ? own : names
      visits.push({ ...visit, node: cte.query, names: seen, wide: true, starred: false, filters: [], place: "plain" })
      names = own
    }
    const place = visit.place === "exists" ? "exists" : "plain"
    const body = { ...visit, names, wide: true, starred: orderIsStarred(query), filters: [], place } as const
    return [...visits, ...bodyNodes(query).map((node): Visit => ({ ...body, node }))]
  }

  async #tryExtract(query: Query, visit: Visit, parenthesised: boolean): Promise<boolean> {
    if (!this.#extract || visit.dry || visit.names.size > 0 || visit.place === "lateral") return false
    const bound = await closedQuery(query, this.#env)
    if (bound === undefined) return false
    this.#extracted = true
    this.#sites.push({ _tag: "query", span: query.span, bound, parenthesised })
    return true
  }

  async #describe({ verb, target, span }: Describe, visit: Visit): Promise<readonly Visit[]> {
    if (target === undefined || isListOfTables(target)) throw refuseTables(verb, span)
    const inner: Visit = {
      ...visit,
      node: target,
      wide: true,
      filters: [],
      dry: visit.dry || verb !== "summarize",
      place: "plain",
    }
    if (target._tag === "Query") return [inner]
    await this.#table(target, inner, true)
    return []
  }

  async #table(ref: TableRef, visit: Visit, bare: boolean): Promise<void> {
    if (ref.spelling === "identifier" && visit.names.has(ref.name.toLowerCase())) return
    const table = bare ? await resolveTable(ref, this.#env) : await this.#resolved(ref)
    if (visit.dry) {
      const text = bare ? emptyTable(allFields(table)) : `(${emptyTable(allFields(table))})${aliasOf({ ref, table })}`
      this.#sites.push({ _tag: "text", span: ref.nameSpan, text, shapes: true })
      return
    }
    const alias = ref.alias?.name.text ?? table.name
    const wide = visit.wide || (ref.alias?.columns.length ?? 0) > 0 || this.#bare.has(alias.toLowerCase())
    const filters = ref.sample === undefined ? visit.filters : []
    this.#sites.push({ _tag: "table", span: ref.nameSpan, ref, table, wide, bare, filters })
  }

  /** With those hidden columns that the text mentions. */
  async #resolved(ref: TableRef): Promise<ResolvedTable> {
    const table = await resolveTable(ref, this.#env)
    const named = relationOf(ref, table)
    const hidden = notTaken(table.hidden, named).filter(({ name }) => mention(this.#text, name) !== undefined)
    if (hidden.length === 0) return { ...table, hidden }
    refuseHiddenInRow(ref, named, this.#bare)
    return { ...table, hidden, key: `${table.key} with ${hidden.map(({ name }) => name).join(", ")}` }
  }

  /** The tables among them that have hidden columns. */
  async #hiding(refs: readonly TableRef[], { names }: Visit): Promise<readonly Relation[]> {
    const found: Relation[] = []
    for (const ref of refs) {
      if (ref.spelling === "identifier" && names.has(ref.name.toLowerCase())) continue
      found.push(relationOf(ref, await this.#resolved(ref)))
    }
    return found.filter(({ hidden }) => hidden.length > 0)
  }

  async #refuseHidden(what: string, node: Pivot | Unpivot, visit: Visit): Promise<void> {
    const relations = await this.#hiding(tablesOf(node), visit)
    if (relations.length > 0) throw refused(what, relations, node.span)
  }

  async #hide(node: Select, visit: Visit): Promise<void> {
    const relations = node.from === undefined ? [] : await this.#hiding(tablesOf(node.from), visit)
    if (relations.length === 0) return
    if (visit.starred) throw refused("* or COLUMNS in ORDER BY", relations, node.span)
    this.#sites.push(...hiddenInSelect(node, relations, this.#env.context.sql))
  }

  #pivot(node: Pivot, visit: Visit): readonly Visit[] {
    for (const column of node.on.filter(asksData)) {
      const values = this.#env.context.pivotValues?.get(column)
      if (values === undefined) throw refusePivot(column)
      const { span, with: text } = pivotEdit(column, values)
      this.#sites.push({ _tag: "text", span, text: text.join(""), shapes: true })
    }
    const on = node.on.map((column) => ({ ...column, query: undefined }))
    return below({ ...visit, node: { ...node, on } })
  }

  #call(call: TreeNode & { readonly _tag: "FunctionCall" }, { dry }: Visit): void {
    refuseCall(call)
    // DESCRIBE shows its name.
    if (dry) return
    const { nowMicros } = this.#env.context
    const value = queryValue(call, nowMicros)
    const origin = ageOrigin(call, nowMicros)
    const [first] = call.args
    if (value !== undefined) this.#sites.push(textSite(call.span, printValue(value)))
    if (origin === undefined || first === undefined) return
    this.#sites.push(textSite({ start: first.span.start, end: first.span.start }, `${printValue(origin)}, `))
  }

  #column(ref: ColumnRef): void {
    const value = bareQueryValue(ref, this.#env.context.nowMicros)
    if (value !== undefined)
      this.#values.push({
        ref,
        site: textSite(ref.span, printValue(value)),
      })
  }
}

function tablesOf(node: TreeNode): readonly TableRef[] {
  return [...ownNodes(node)].filter((each) => each._tag === "TableRef")
}

function printValue(value: TypedLiteral): string {
  return printExpr(value, () => "")
}

function textSite(span: Span, text: string): TextSite {
  return { _tag: "text", span, text, shapes: false }
}

/** DuckDB, too, takes `SHOW TABLES` for a table's name first. */
function isListOfTables(target: Query | TableRef): boolean {
  return target._tag === "TableRef" && target.spelling === "identifier" && /^tables$/i.test(target.name)
}

function refuseTables(verb: Describe["verb"], span: Span): UnsupportedSql {
  return new UnsupportedSql({
    message: `${verb.toUpperCase()} inside of a query takes a table or a query`,
    span,
    hint: "SHOW TABLES is a statement of its own",
  })
}

function refusePivot({ span }: PivotColumn): UnsupportedSql {
  return new UnsupportedSql({
    message: "PIVOT without IN looks at the data before it is planned, and here it cannot",
    span,
    hint: "name the values: ON column IN (…)",
  })
}

function below(visit: Visit): readonly Visit[] {
  return childNodes(visit.node).map((node) => ({ ...visit, node, filters: [], place: "plain" }))
}

function join(node: JoinRef, visit: Visit): readonly Visit[] {
  return childNodes(node).map((child): Visit => {
    const side = child === node.left ? "left" : child === node.right ? "right" : undefined
    const keeps = side !== undefined && keepsFilters(node.kind, side)
    return { ...visit, node: child, filters: keeps ? visit.filters : [], place: "plain" }
  })
}

/** `*`, COLUMNS and `#2` ask a select's tables for everything, unless they stand in the list of EXISTS. */
function select(node: Select, visit: Visit): readonly Visit[] {
  // Of no rows or some, unless they are compared with each other: EXISTS (SELECT DISTINCT * … OFFSET 3).
  const isUnread = visit.place === "exists" && !node.distinct && node.groupBy?.all !== true
  const unread: ReadonlySet<TreeNode> = new Set(isUnread ? node.items.map((item) => item.expr) : [])
  const starred = visit.starred || isStarred(childNodes(node).filter((child) => !unread.has(child)))
  const from = node.from === undefined ? [] : [...ownNodes(node.from)]
  const wide = starred || from.some((each) => WIDE_FROM.has(each._tag) || (each._tag === "JoinRef" && each.natural))
  const filters = node.sample === undefined ? conjuncts(node.where) : []
  return childNodes(node).map((child): Visit => {
    return { ...visit, node: child, wide, filters: child === node.from ? filters : [], place: "plain" }
  })
}

function orderIsStarred(query: Query): boolean {
  return isStarred(query.orderBy.map((item) => item.expr))
}

function isStarred(exprs: readonly TreeNode[]): boolean {
  return [...ownNodes(...exprs)].some((each) => WIDE_ITEMS.has(each._tag))
}

const WIDE_ITEMS: ReadonlySet<string> = new Set(["Star", "ColumnsCall", "PositionalReference"])
const WIDE_FROM: ReadonlySet<string> = new Set(["PivotRef", "UnpivotRef"])

function bareName(node: TreeNode): readonly string[] {
  if (node._tag !== "ColumnRef" || node.parts.length !== 1) return []
  return node.parts.map((part) => part.text.toLowerCase())
}

/** One operand of a set operation, as a query of its own. */
function asQuery(body: Select): Query {
  return {
    _tag: "Query",
    with: [],
    recursive: false,
    body,
    orderBy: [],
    limit: undefined,
    limitPercent: false,
    offset: undefined,
    span: body.span,
  }
}
