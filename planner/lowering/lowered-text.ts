import type { ColumnRef } from "../ast/expression.ts"
import type { TreeNode } from "../ast/walk-tree.ts"
import type { DescribedColumn } from "../describe.ts"
import { groupChains } from "./group-chains.ts"
import { guardInText } from "./guard-date-trunc.ts"
import { Insertions, type TextEdit } from "./insertions.ts"
import { holdsZoned, makesZoned, type MomentType, momentType, MomentTypes } from "./moment-types.ts"
import type { Column } from "../logical/column.ts"
import { ZonedText } from "./zoned-text.ts"

interface TextToLower {
  /** The statement's text. */
  readonly sql: string
  /** Every node of the text to be lowered, a parent before what it holds. */
  readonly nodes: readonly TreeNode[]
  /** Every column of the tables that it reads. */
  readonly columns: readonly DescribedColumn[]
  /** Whether it will run over data, and is not only shown to DuckDB. */
  readonly runs: boolean
}

/** What has to stand in the text where the engines lack something, or would take long. Most texts need nothing. */
export function loweredText({ sql, nodes, columns, runs }: TextToLower): readonly TextEdit[] {
  const insertions = new Insertions()
  groupChains(nodes, insertions)
  if (runs) for (const node of nodes) guardInText(node, insertions)
  if (nodes.some(makesZoned) || columns.some(({ type }) => holdsZoned(type))) {
    const text = new ZonedText(sql, runs, new MomentTypes(namedTypes(nodes, columns)), insertions)
    for (const node of nodes) text.lower(node)
  }
  return insertions.edits()
}

/** What a name tells of a type: something when all columns of that name agree, and the text calls nothing else so. */
function namedTypes(
  nodes: readonly TreeNode[],
  columns: readonly DescribedColumn[],
): (column: ColumnRef | Column) => MomentType {
  const types = new Map<string, MomentType>()
  for (const { name, type } of columns) {
    const key = name.toLowerCase()
    const found = momentType(type)
    types.set(key, types.has(key) && types.get(key) !== found ? "unknown" : found)
  }
  for (const name of nodes.flatMap(namesGiven)) types.set(name.toLowerCase(), "unknown")
  return (column) => {
    if (column._tag === "Column") return momentType(column.type)
    const last = column.parts.at(-1)
    // Of several parts the last may be a field of a struct.
    const field = column.parts.length > 1 && types.has(column.parts[0]?.text.toLowerCase() ?? "")
    return (field || last === undefined ? undefined : types.get(last.text.toLowerCase())) ?? "unknown"
  }
}

/** The names that a node gives to values. */
export function namesGiven(node: TreeNode): readonly string[] {
  switch (node._tag) {
    case "Select":
      return node.items.flatMap((item) => (item.alias === undefined ? [] : [item.alias.text]))
    case "Cte":
      return node.columns.map((each) => each.text)
    case "TableRef":
    case "SubqueryRef":
    case "TableFunctionRef":
    case "ValuesRef":
      return (node.alias?.columns ?? []).map((each) => each.text)
    case "Lambda":
      return node.parameters.map((each) => each.text)
    case "Comprehension":
      return node.variables.map((each) => each.text)
    case "StructLiteral":
      return node.fields.map((field) => field.name)
    default:
      return []
  }
}
