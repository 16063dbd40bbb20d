import { type TreeNode, walkTree } from "../../ast/walk-tree.ts"
import type { Cte, Query } from "../../ast/query.ts"
import type { Span } from "../../ast/span.ts"
import type { DescribedColumn, FunctionNames } from "../../describe.ts"
import type { Column } from "../../logical/column.ts"
import type { Whole } from "../../logical/plan.ts"
import { loweredText } from "../../lowering/lowered-text.ts"
import { asWritten } from "../../lowering/names.ts"
import { quoteIdentifier } from "../../sql/quote.ts"
import { functionNames } from "../context.ts"
import type { BoundSubquery, FromContext } from "../from.ts"
import { isRefusal, type NamedSpan, refused } from "../refusal.ts"
import { sameName } from "../scope.ts"
import { emptyTable } from "../typing.ts"
import { aliasOf, allFields } from "./alias.ts"
import { isPlannersOwn } from "./closed-query.ts"
import { filteredTable } from "./filters.ts"
import { inputsFor, type WholeInputs } from "./inputs.ts"
import { collectSites, type Site, type Sites, type TableSite, type TextSite } from "./sites.ts"
import { guards } from "./guards.ts"
import { type Edit, edited, shown } from "./text.ts"
import { unknownName } from "./unknown-name.ts"
import { withClauses } from "./with-clause.ts"

/** A part of the user's text that can stand after `DESCRIBE`. */
interface WholeText {
  readonly root: Query
  readonly span: Span
  /** What of it is left out. */
  readonly cuts: readonly Span[]
  /** What stands around it; a `before` is the beginning of a WITH, and `open` follows all of that. */
  readonly before: string
  readonly open: string
  readonly after: string
  /** CTEs that the text defines for itself. */
  readonly names: ReadonlySet<string>
  /** The text begins with the query's own WITH, and nothing is taken out of it. */
  readonly inOnePiece: boolean
}

const AS_IT_IS = { open: "", after: "" }

/** `DESCRIBE t` is a query only where a table may stand. */
const AS_A_TABLE = { open: "FROM (", after: ")" }

const NO_NAMES: ReadonlySet<string> = new Set()

/**
 * A query block as one node that runs its text:
 *
 *   SELECT rank() OVER (ORDER BY a) FROM t     →     Whole "SELECT rank() OVER (ORDER BY a) FROM (SELECT c1 AS a FROM x1) AS t"
 *                                                      Scan t (a)
 *
 * Its WITH is not part of it: those CTEs are bound by themselves. `because` names what the planner does not take apart.
 */
export function bindWhole(query: Query, env: FromContext, because: string): Promise<BoundSubquery> {
  const cuts = withClauses(env.context.sql, query)
  const text = { root: query, span: query.span, cuts, before: "", ...AS_IT_IS, names: NO_NAMES, inOnePiece: false }
  return bindText(query.body._tag === "Describe" ? { ...text, ...AS_A_TABLE } : text, env, because)
}

/** The whole statement, WITH and all, over nothing but tables. */
export function bindInOnePiece(query: Query, env: FromContext, because: string): Promise<BoundSubquery> {
  const text = { root: query, span: query.span, cuts: [], before: "", ...AS_IT_IS, names: NO_NAMES, inOnePiece: true }
  return bindText(query.body._tag === "Describe" ? { ...text, ...AS_A_TABLE } : text, env, because)
}

/** A CTE that reads itself, as a query of its own. */
export function bindRecursiveCte(cte: Cte, env: FromContext): Promise<BoundSubquery> {
  const name = cte.name.text
  const text: WholeText = {
    root: cte.query,
    span: cte.span,
    cuts: [],
    before: "WITH RECURSIVE ",
    open: "",
    after: ` SELECT * FROM ${quoteIdentifier(name)}`,
    names: new Set([name.toLowerCase()]),
    inOnePiece: false,
  }
  return bindText(text, env, `${name} is recursive`)
}

async function bindText(text: WholeText, env: FromContext, because: string): Promise<BoundSubquery> {
  const { context } = env
  const collected = await collectSites(text.root, env, { ...text, extract: false })
  const values = await valuesAmong(collected, text, env)
  const plain = { sites: [...collected.sites, ...values] }
  const described = asWritten(await describeText(text, plain.sites, env))
  const functions = await functionNames(context)
  const inputsOf = (sites: readonly Site[]) =>
    inputsFor(context.sql.slice(text.span.start, text.span.end), sites, (plan, places) =>
      filteredTable(plan, places, { context, functions }),
    )
  const { reads, plans } =
    (await withSubqueries(text, env, { described, plain: plain.sites, values }, inputsOf)) ?? inputsOf(plain.sites)
  const columns = described.map(({ name, type }) => context.ids.make(name, type))
  const replaced = [...cutsOf(text), ...reads, ...lowered(text, env, plain.sites, { reads, runs: true })]
  const edits = [
    ...replaced,
    ...guards(
      text.root,
      replaced.map(({ span }) => span),
    ),
  ]
  const whole: Whole = {
    _tag: "Whole",
    parts: [text.before, text.open, ...edited(context.sql, text.span, edits), text.after].filter((part) => part !== ""),
    inputs: plans,
    columns,
    volatile: isVolatileText(text.root, functions),
    because,
  }
  return { plan: whole, fields: described.map(({ name }, i) => ({ name, column: at(columns, i) })) }
}

/** Those names of values that are no column or alias where they stand: in quotes, DuckDB would find one. */
async function valuesAmong(
  { sites, doubtful }: Sites,
  text: WholeText,
  env: FromContext,
): Promise<readonly TextSite[]> {
  const found: TextSite[] = []
  for (const site of doubtful) {
    const name = quoteIdentifier(env.context.sql.slice(site.span.start, site.span.end).toLowerCase())
    const isColumn = await describeText(text, sites, env, [{ span: site.span, with: [name] }]).then(
      () => true,
      (error: unknown) => {
        if (isPlannersOwn(error)) return false
        throw error
      },
    )
    if (!isColumn) found.push(site)
  }
  return found
}

/**
 * The text with its closed subqueries taken out, if DuckDB reads that as it read the whole: GROUP BY, for one, compares
 * subqueries by their text.
 */
async function withSubqueries(
  text: WholeText,
  env: FromContext,
  {
    described,
    plain,
    values,
  }: {
    readonly described: readonly DescribedColumn[]
    readonly plain: readonly Site[]
    readonly values: readonly TextSite[]
  },
  inputsOf: (sites: readonly Site[]) => WholeInputs,
): Promise<WholeInputs | undefined> {
  if (text.inOnePiece) return undefined
  const { sites, extracted, doubtful } = await collectSites(text.root, env, { ...text, extract: true })
  if (!extracted) return undefined
  const left = new Set(doubtful.map((site) => spanKey(site.span)))
  const inputs = inputsOf([...sites, ...values.filter((site) => left.has(spanKey(site.span)))])
  const edits = inputs.reads.map(({ span, with: parts }): Edit<never> => ({ span, with: parts.map(nullsOf) }))
  const zoned = lowered(text, env, plain, { reads: edits, runs: false })
  const { text: sql } = shown(env.context.sql, text.span, [...cutsOf(text), ...edits, ...zoned], {
    before: text.before + text.open,
    nodes: [],
  })
  try {
    const again = await env.context.oracle.describe(sql + text.after)
    const same = again.length === described.length && again.every((each, i) => each.type === described[i]?.type)
    return same ? inputs : undefined
  } catch (error) {
    if (isRefusal(error)) return undefined
    throw error
  }
}

/** What the engines lack, in the parts of the text that stay. */
function lowered(
  text: WholeText,
  env: FromContext,
  sites: readonly Site[],
  { reads, runs }: { readonly reads: readonly Edit<unknown>[]; readonly runs: boolean },
): readonly Edit<never>[] {
  const gone = new Set([...text.cuts, ...reads.map((read) => read.span)].map(spanKey))
  const cut = (node: TreeNode) => node._tag === "Cte" && text.cuts.some((span) => isWithin(node.span, span))
  const nodes = [...walkTree(text.root, (node) => !cut(node) && !gone.has(spanKey(node.span)))]
  const tables = sites.filter((site) => site._tag === "table")
  const columns = tables.flatMap(({ table }) =>
    allFields(table).map(({ name, column }) => ({ name, type: column.type })),
  )
  return loweredText({ sql: env.context.sql, nodes: nodes.filter((node) => !cut(node)), columns, runs })
}

function spanKey({ start, end }: Span): string {
  return `${start} ${end}`
}

function isWithin(inner: Span, outer: Span): boolean {
  return inner.start >= outer.start && inner.end <= outer.end
}

function cutsOf(text: WholeText): readonly Edit<never>[] {
  return text.cuts.map((span) => ({ span, with: [] }))
}

function nullsOf(part: WholeInputs["reads"][number]["with"][number]): string {
  if (typeof part === "string") return part
  const nulls = emptyTable(part.fields)
  return part.parenthesised ? `(${nulls})` : nulls
}

/** What the text yields, as DuckDB reads it over empty tables of the same names and columns. */
async function describeText(
  text: WholeText,
  sites: readonly Site[],
  env: FromContext,
  more: readonly Edit<never>[] = [],
): Promise<readonly DescribedColumn[]> {
  const tables = sites.filter((site) => site._tag === "table")
  const isNamed = (site: TableSite) => !text.inOnePiece && !site.bare && hasItsName(site)
  const named = new Map(tables.filter(isNamed).map((site) => [site.ref.name.toLowerCase(), site]))
  const edits = sites.flatMap((site): readonly Edit<never>[] => {
    if (site._tag === "table" && site.bare) return [{ span: site.span, with: [emptyTable(allFields(site.table))] }]
    if (site._tag === "table" && !isNamed(site)) {
      return [{ span: site.span, with: [`(${emptyTable(allFields(site.table))})${aliasOf(site)}`] }]
    }
    return site._tag === "text" && site.shapes ? [{ span: site.span, with: [site.text] }] : []
  })
  const nodes = [...walkTree(text.root)]
  const ctes = [...named.values()].map(
    (site) => `${quoteIdentifier(site.ref.name)} AS (${emptyTable(allFields(site.table))})`,
  )
  const before = withCtes(text.before, ctes) + text.open
  const zoned = lowered(text, env, sites, { reads: [], runs: false })
  const all = [...cutsOf(text), ...edits, ...more, ...zoned]
  const { text: sql, copied } = shown(env.context.sql, text.span, all, { before, nodes })
  try {
    return await env.context.oracle.describe(sql + text.after)
  } catch (error) {
    if (!isRefusal(error)) throw error
    throw unknownName(error, { copied, nodes, tables }) ?? refused(error, copied, calls(nodes), env.context.sql)
  }
}

/** The text's own WITH goes on after the tables. */
function withCtes(before: string, ctes: readonly string[]): string {
  if (ctes.length === 0) return before
  return before === "" ? `WITH ${ctes.join(", ")} ` : `${before}${ctes.join(", ")}, `
}

/** Whether a CTE of the table's name can stand for it, so that the text need not be touched. */
function hasItsName(site: TableSite): boolean {
  return site.ref.spelling === "identifier" && sameName(site.ref.name, site.table.name)
}

function calls(nodes: readonly TreeNode[]): readonly NamedSpan[] {
  return nodes.flatMap((node) => (node._tag === "FunctionCall" ? [{ name: node.name, span: node.nameSpan }] : []))
}

function isVolatileText(root: Query, { volatile }: FunctionNames): boolean {
  for (const node of walkTree(root)) {
    if (node._tag === "FunctionCall" && volatile.has(node.name.toLowerCase())) return true
    if ("sample" in node && node.sample !== undefined) return true
  }
  return false
}

function at(columns: readonly Column[], index: number): Column {
  const column = columns[index]
  if (column === undefined) throw new Error(`a whole block has no column ${index}`)
  return column
}
