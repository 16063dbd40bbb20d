import { readFileSync } from "node:fs"
import * as fc from "fast-check"
import { expect, test } from "vitest"
import { childNodes } from "../ast/child-nodes.ts"
import type { Query } from "../ast/query.ts"
import type { Span } from "../ast/span.ts"
import { type TreeNode, walkTree } from "../ast/walk-tree.ts"
import { SyntaxError, UnsupportedSql } from "../errors.ts"
import { parse } from "./parse.ts"
import { queryText } from "./testing/query-text.ts"

/**
 * The binder cuts blocks out of the user's text by the spans of nodes. So the text of a node, read by itself, must be
 * that node.
 */

/** Nodes whose text is no statement or expression of its own, or means something else by itself. */
const PARTS: ReadonlySet<string> = new Set([
  ..."Cte NamedWindow Sample AtClause GroupingSet PivotColumn WindowSpec WindowFrame NamedArgument Describe".split(" "),
  ..."TableRef TableFunctionRef SubqueryRef ValuesRef JoinRef PivotRef UnpivotRef ParenthesisedFrom".split(" "),
])

function queryOf(sql: string): Query | undefined {
  try {
    const [statement] = parse(sql)
    return statement?._tag === "QueryStatement" ? statement.query : undefined
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof UnsupportedSql) return undefined
    throw error
  }
}

/** ORDER BY ALL, LIMIT ALL and FETCH without a number hold values that are not written. */
const IMPLIED = /^(?:ALL$|FETCH )/

const within = (inner: Span, outer: Span): boolean => outer.start <= inner.start && inner.end <= outer.end

/** The tag of what a text is by itself, as the same kind of node. */
function tagOf(node: TreeNode, text: string): string | undefined {
  const query = queryOf(isQueryNode(node) ? `(${text})` : `SELECT ${text}`)
  if (query === undefined || node._tag === "Query") return query?._tag
  if (isQueryNode(node)) return query.body._tag
  return query.body._tag === "Select" ? query.body.items[0]?.expr._tag : undefined
}

function isQueryNode({ _tag }: TreeNode): boolean {
  return ["Query", "Select", "SetOperation", "Values", "TableStatement", "Pivot", "Unpivot"].includes(_tag)
}

/** What is wrong with the spans below a node. */
function* faults(sql: string, root: Query): Generator<string, void, undefined> {
  const implied = new Set<TreeNode>()
  for (const node of walkTree(root)) {
    // `FROM t` has a star that it does not show.
    if (node._tag === "Select" && node.impliedList) for (const { expr } of node.items) implied.add(expr)
    const text = sql.slice(node.span.start, node.span.end)
    for (const child of childNodes(node)) {
      if (!within(child.span, node.span)) yield `${child._tag} reaches out of ${node._tag}: ${text}`
    }
    if (node._tag === "TableRef") {
      const name = sql.slice(node.nameSpan.start, node.nameSpan.end)
      const from = queryOf(`FROM ${name}`)?.body
      const table = from?._tag === "Select" ? from.from : undefined
      if (table?._tag !== "TableRef" || table.name !== node.name) yield `${name} is not the table ${node.name}`
    }
    if (PARTS.has(node._tag) || implied.has(node) || IMPLIED.test(text)) continue
    const tag = tagOf(node, text)
    if (tag !== node._tag) yield `${text} is no ${node._tag} but ${tag}`
  }
}

const RUNS = Number(process.env["SKEIN_PROPERTY_RUNS"] ?? 1_000)

test("each node is what its text is: queries put together at random", () => {
  let nodes = 0
  const check = (sql: string): void => {
    const query = queryOf(sql)
    if (query === undefined) return
    expect([...faults(sql, query)]).toEqual([])
    nodes += [...walkTree(query)].length
  }
  fc.assert(fc.property(queryText, check), { numRuns: RUNS })
  expect(nodes).toBeGreaterThan(RUNS)
})

test("each node is what its text is: every spelling", () => {
  const texts = readFileSync(new URL("testing/queries.txt", import.meta.url), "utf8")
    .trim()
    .split("\n")
  const found = texts.flatMap((sql) => {
    const query = queryOf(sql)
    return query === undefined ? [] : [...faults(sql, query)].map((fault) => ({ sql, fault }))
  })
  expect(found).toEqual([])
})
