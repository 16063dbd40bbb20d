import { ownNodes } from "../../ast/child-nodes.ts"
import type { TreeNode } from "../../ast/walk-tree.ts"
import type { Query, Select } from "../../ast/query.ts"
import { bodyNodes } from "./sites.ts"

/** What the planner takes apart itself. Any other node makes its block run whole. */
export const TAKEN_APART: ReadonlySet<string> = new Set([
  "TableRef",
  "SubqueryRef",
  "JoinRef",
  "Select",
  "ColumnRef",
  "Literal",
  "TypedLiteral",
  "IntervalLiteral",
  "Star",
  "FunctionCall",
  "Cast",
  "Unary",
  "Binary",
  "IsTest",
  "Between",
  "InList",
  "Case",
  "Subscript",
  "Field",
  "ListLiteral",
  "StructLiteral",
  "Row",
])

/** What to call the rest, for EXPLAIN. */
export const NAMES: Readonly<Record<string, string>> = {
  SetOperation: "UNION, INTERSECT or EXCEPT",
  Values: "VALUES",
  Pivot: "PIVOT",
  Unpivot: "UNPIVOT",
  PivotRef: "PIVOT",
  UnpivotRef: "UNPIVOT",
  TableFunctionRef: "a table function",
  SubqueryExpr: "a subquery in an expression",
  Lambda: "a lambda",
  ColumnsCall: "COLUMNS",
  Comprehension: "a list comprehension",
  QuantifiedList: "ANY or ALL",
  Grouping: "GROUPING()",
  PositionalReference: "a column by its place",
  NamedArgument: "a named argument",
  MapLiteral: "a MAP literal",
  TableStatement: "TABLE",
  ParenthesisedFrom: "an alias for tables in parentheses",
  Collate: "COLLATE",
  ValuesRef: "VALUES",
  Describe: "DESCRIBE or SUMMARIZE",
  Sample: "a sample",
}

/** Calls that read more than their arguments' values: the row's text, or several rows. */
export const WHOLE_CALLS: Readonly<Record<string, string>> = {
  unnest: "unnest",
  unlist: "unnest",
  generate_subscripts: "unnest",
  struct_pack: "a function that reads its arguments' names",
  struct_insert: "a function that reads its arguments' names",
  struct_update: "a function that reads its arguments' names",
  alias: "a function that reads its arguments' names",
}

/** Why the block runs as its text stands, on one engine; undefined when the planner can take it apart. */
export function wholeReason(query: Query): string | undefined {
  const { body } = query
  if (body._tag !== "Select") return NAMES[body._tag] ?? "a query in parentheses"
  const clause = clauseReason(query, body)
  if (clause !== undefined) return clause
  for (const node of ownNodes(...bodyNodes(query))) {
    if (node._tag === "Query") continue
    const reason = nodeReason(node, body)
    if (reason !== undefined) return reason
  }
  return undefined
}

function clauseReason(query: Query, select: Select): string | undefined {
  if (select.distinctOn.length > 0) return "DISTINCT ON"
  if (select.qualify !== undefined) return "QUALIFY"
  if (select.windows.length > 0) return "window functions"
  if (select.sample !== undefined) return "a sample"
  if ((select.groupBy?.sets.length ?? 0) > 0) return "GROUPING SETS"
  if (query.limitPercent) return "LIMIT in percent"
  return undefined
}

function nodeReason(node: TreeNode, select: Select): string | undefined {
  if (!TAKEN_APART.has(node._tag)) return NAMES[node._tag] ?? node._tag
  switch (node._tag) {
    case "FunctionCall":
      if (node.over !== undefined) return "window functions"
      if (node.withinGroup.length > 0) return "WITHIN GROUP"
      if (node.ignoreNulls) return "IGNORE NULLS"
      if (node.method) return "a call after a dot"
      return WHOLE_CALLS[node.name.toLowerCase()]
    case "Star":
      if (node.rename.length > 0 || node.exclude.some((name) => name.length > 1)) return "* RENAME"
      return select.items.some((item) => item.expr === node) ? undefined : "* in an expression"
    case "JoinRef":
      return /^(asof|positional)/.test(node.kind) ? `${node.kind.toUpperCase()} JOIN` : undefined
    case "SubqueryRef":
      return node.lateral ? "LATERAL" : undefined
    default:
      return undefined
  }
}
