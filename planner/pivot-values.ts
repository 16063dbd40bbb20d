import { childNodes } from "./ast/child-nodes.ts"
import { type TreeNode, walkTree } from "./ast/walk-tree.ts"
import type { Cte, Pivot, PivotColumn, Query } from "./ast/query.ts"
import { BindError, relocated, UnsupportedSql } from "./errors.ts"
import { CopiedQuestion } from "./pivot-question.ts"
import { quoteString } from "./sql/quote.ts"

/** Values that one PIVOT may find: DuckDB's own `pivot_limit`. */
const PIVOT_VALUES_MAX = 100_000

/** The values that become columns, in DuckDB's order, of every PIVOT that takes them from the data. */
export type PivotValues = ReadonlyMap<PivotColumn, readonly string[]>

/** Plans and runs a query of its own; every row as texts. */
export type Ask = (sql: string) => Promise<{ readonly width: number; readonly rows: readonly Row[] }>
type Row = readonly (string | null)[]

/**
 * A PIVOT without IN first looks what there is, as DuckDB does:
 *
 *   PIVOT t ON a USING sum(b)   →   SELECT DISTINCT CAST((a) AS VARCHAR) FROM t WHERE (a) IS NOT NULL ORDER BY 1
 *
 * and IN with a query runs that query. Inner PIVOTs come first: the outer one's question has their answers in it.
 */
export async function pivotValues(query: Query, sql: string, ask: Ask): Promise<PivotValues> {
  const values = new Map<PivotColumn, readonly string[]>()
  if (![...walkTree(query)].some((node) => node._tag === "Pivot" && node.on.some(asksData))) return values
  for (const { pivot, around } of pivotsOf(query)) {
    for (const column of pivot.on) if (asksData(column)) values.set(column, await answer(column, pivot, around))
  }
  return values

  async function answer(column: PivotColumn, pivot: Pivot, around: Around): Promise<readonly string[]> {
    const edits = [...values].map(([known, found]) => pivotEdit(known, found))
    const question = new CopiedQuestion(sql, edits)
    if (column.query === undefined) distinctValues(question, column, pivot, around)
    // As in DuckDB it reads no CTEs.
    else
      question
        .add("SELECT * FROM (")
        .copy(column.query.span)
        .add(`) LIMIT ${PIVOT_VALUES_MAX + 1}`)
    return valuesOf(await asked(question, ask), column)
  }
}

/** What is wrong is told at its place in the statement. */
async function asked(question: CopiedQuestion, ask: Ask): ReturnType<Ask> {
  try {
    return await ask(question.text)
  } catch (error) {
    throw relocated(error, (found) => ({ ...found, span: found.span && question.original(found.span) }))
  }
}

/** Whether its values are found in the data. */
export function asksData({ values, enum: type }: PivotColumn): boolean {
  return values.length === 0 && type === undefined
}

/** The values where they belong in the text. An empty list has no spelling of its own. */
export function pivotEdit(
  { query, span }: PivotColumn,
  values: readonly string[],
): { readonly span: Query["span"]; readonly with: readonly [string] } {
  const list = values.length === 0 ? "SELECT CAST(NULL AS VARCHAR) WHERE FALSE" : values.map(quoteString).join(", ")
  return query === undefined
    ? { span: { start: span.end, end: span.end }, with: [` IN (${list})`] }
    : { span: query.span, with: [list] }
}

function distinctValues(question: CopiedQuestion, column: PivotColumn, pivot: Pivot, around: Around): void {
  writeWith(question, around)
  question.add("SELECT DISTINCT CAST((").copy(column.span).add(") AS VARCHAR) FROM ").copy(pivot.source.span)
  question
    .add(" WHERE (")
    .copy(column.span)
    .add(`) IS NOT NULL ORDER BY 1 LIMIT ${PIVOT_VALUES_MAX + 1}`)
}

function writeWith(question: CopiedQuestion, { ctes, recursive }: Around): void {
  for (const [i, cte] of ctes.entries()) {
    question.add(i > 0 ? ", " : recursive ? "WITH RECURSIVE " : "WITH ").copy(cte.span)
  }
  if (ctes.length > 0) question.add(" ")
}

/** NULL is no value, and only a value's first place counts. */
function valuesOf({ width, rows }: Awaited<ReturnType<Ask>>, { span }: PivotColumn): readonly string[] {
  if (width !== 1) throw new BindError({ message: "Binder Error: The query must return a single column", span })
  if (rows.length > PIVOT_VALUES_MAX) {
    throw new UnsupportedSql({
      message: `PIVOT finds more than ${PIVOT_VALUES_MAX} values to make columns of`,
      span,
      hint: "name those that are wanted: ON column IN (…)",
    })
  }
  return [...new Set(rows.flatMap(([value]) => (typeof value === "string" ? [value] : [])))]
}

/** The CTEs that a place in the text can read. */
interface Around {
  readonly ctes: readonly Cte[]
  readonly recursive: boolean
}

interface Visit {
  readonly node: TreeNode
  readonly around: Around
  /** What is below it was given already. */
  readonly seen: boolean
}

/** Every PIVOT, after those that it reads. In a loop: expressions may be thousands of levels deep. */
function* pivotsOf(query: Query): Generator<{ readonly pivot: Pivot; readonly around: Around }, void, undefined> {
  const pending: Visit[] = [{ node: query, around: { ctes: [], recursive: false }, seen: false }]
  for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
    const { node, around } = visit
    if (node._tag === "Pivot" && visit.seen) yield { pivot: node, around }
    else if (node._tag === "Query") pending.push(...belowQuery(node, around).toReversed())
    else {
      if (node._tag === "Pivot") pending.push({ ...visit, seen: true })
      pending.push(
        ...childNodes(node)
          .map((child) => ({ node: child, around, seen: false }))
          .toReversed(),
      )
    }
  }
}

function belowQuery(query: Query, outer: Around): readonly Visit[] {
  const visits: Visit[] = []
  let around = outer
  for (const cte of query.with) {
    visits.push({ node: cte.query, around, seen: false })
    around = { ctes: [...around.ctes, cte], recursive: around.recursive || query.recursive }
  }
  return [...visits, ...childNodes({ ...query, with: [] }).map((node) => ({ node, around, seen: false }))]
}
