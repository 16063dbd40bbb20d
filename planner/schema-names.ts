import { ownNodes } from "./ast/child-nodes.ts"
import type { ColumnRef, Identifier } from "./ast/expression.ts"
import type { Query, TableRef } from "./ast/query.ts"
import type { Span } from "./ast/span.ts"
import { type TreeNode, walkTree } from "./ast/walk-tree.ts"
import { UnsupportedSql } from "./errors.ts"
import { type Edit, edited, type EditedText, partOf } from "./sql/edited-text.ts"

/** The one schema there is, as it may be written before a table's name. */
const SCHEMA_SPELLINGS: ReadonlySet<string> = new Set(["main", "memory", "memory.main"])

/**
 * The statement without the name of the one schema; undefined where it is not written.
 *
 *   SELECT main.depts.title FROM memory.main.depts   →   SELECT depts.title FROM depts
 */
export function withoutSchema(query: Query, sql: string): EditedText | undefined {
  const nodes = [...walkTree(query)]
  const tables = nodes.filter((node) => node._tag === "TableRef").filter((ref) => ref.spelling === "identifier")
  const columns = nodes.filter((node) => node._tag === "ColumnRef")
  const cuts = [
    ...tables.flatMap((ref) => tableCut(ref, sql)),
    ...columns.flatMap((ref) => columnCut(ref, tables) ?? []),
  ]
  if (cuts.length === 0) return undefined
  refuseHidden(nodes, tables)
  refuseNameless(nodes, tables)
  const edits = cuts.map((span): Edit => ({ span, text: "" }))
  return edited(partOf(sql, { start: 0, end: sql.length }), edits)
}

function tableCut({ qualifiers, nameSpan }: TableRef, sql: string): readonly Span[] {
  const [first, last] = [qualifiers[0], qualifiers.at(-1)]
  if (first === undefined || last === undefined || !SCHEMA_SPELLINGS.has(written(qualifiers))) return []
  const dot = /^\s*\.\s*/.exec(sql.slice(last.span.end, nameSpan.end))?.[0]
  return dot === undefined ? [] : [{ start: first.span.start, end: last.span.end + dot.length }]
}

/** What stands before the table's name in `main.t.a`, where a table t is read. */
function columnCut({ parts }: ColumnRef, tables: readonly TableRef[]): Span | undefined {
  for (const length of [1, 2]) {
    const [first, table] = [parts[0], parts[length]]
    if (first === undefined || table === undefined || parts.length < length + 2) return undefined
    if (!SCHEMA_SPELLINGS.has(written(parts.slice(0, length)))) continue
    const isRead = tables.some((ref) => ref.alias === undefined && sameText(ref.name, table.text))
    if (isRead) return { start: first.span.start, end: table.span.start }
  }
  return undefined
}

/** A CTE would be read instead of the table, or a table called main be taken for the schema. */
function refuseHidden(nodes: readonly TreeNode[], tables: readonly TableRef[]): void {
  for (const node of nodes) {
    const name = node._tag === "Cte" ? node.name : node._tag === "TableRef" ? node.alias?.name : undefined
    if (name === undefined) continue
    const hidesTable =
      node._tag === "Cte" && tables.some((ref) => ref.qualifiers.length > 0 && sameText(ref.name, name.text))
    if (!hidesTable && !SCHEMA_SPELLINGS.has(name.text.toLowerCase())) continue
    throw new UnsupportedSql({
      message: `the name "${name.text}" also stands beside the name of a schema, which is not supported`,
      span: name.span,
      hint: "give it another name",
    })
  }
}

/** DuckDB names an expression by its text, schema and all. */
function refuseNameless(nodes: readonly TreeNode[], tables: readonly TableRef[]): void {
  for (const node of nodes) {
    if (node._tag !== "Select") continue
    for (const { expr, alias } of node.items) {
      if (alias !== undefined || expr._tag === "ColumnRef") continue
      for (const inner of ownNodes(expr)) {
        if (inner._tag !== "ColumnRef" || columnCut(inner, tables) === undefined) continue
        throw new UnsupportedSql({
          message: "an expression over columns with their schema's name needs a name of its own",
          span: expr.span,
          hint: "write … AS name, or leave out the schema: there is only one",
        })
      }
    }
  }
}

function written(parts: readonly Identifier[]): string {
  return parts.map((part) => part.text.toLowerCase()).join(".")
}

function sameText(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
