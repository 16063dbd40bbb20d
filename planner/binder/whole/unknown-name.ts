import type { ColumnRef } from "../../ast/expression.ts"
import type { Span } from "../../ast/span.ts"
import type { TreeNode } from "../../ast/walk-tree.ts"
import type { CopiedText, DescribeRefusal } from "../../describe.ts"
import type { UnknownColumn } from "../../errors.ts"
import { spanAt } from "../refusal.ts"
import { sameName, unknownColumn } from "../scope.ts"
import { relationOf } from "./alias.ts"
import type { TableSite } from "./sites.ts"

/** DuckDB's words for a name that it does not find. */
const NOT_FOUND =
  /^Binder Error: (?:Referenced (?:column|table) "|(?:Values list|Table) "[^"]*" does not have a column)/u

/** What FROM may bring in beside tables: whose columns are not known here. */
const OTHERS: ReadonlySet<string> = new Set(["SubqueryRef", "TableFunctionRef", "ValuesRef", "PivotRef", "UnpivotRef"])

export interface WholeNames {
  readonly copied: readonly CopiedText[]
  readonly nodes: readonly TreeNode[]
  readonly tables: readonly TableSite[]
}

/**
 * A column that DuckDB does not find, in the words of a block that is taken apart: what the tables around it have, and
 * which name is nearest. Undefined where that cannot be said of tables alone; then DuckDB's own words stand.
 */
export function unknownName(refusal: DescribeRefusal, names: WholeNames): UnknownColumn | undefined {
  if (!NOT_FOUND.test(refusal.message)) return undefined
  const span = spanAt(refusal.position, names.copied)
  const ref = names.nodes.find((node): node is ColumnRef => node._tag === "ColumnRef" && isSame(node.span, span))
  if (ref === undefined) return undefined
  const selects = names.nodes.filter((node) => node._tag === "Select").map((node) => node.span)
  const visible = (at: Span) => smallestAround(selects, at).every((select) => contains(select, ref.span))
  const relations = names.tables.filter((site) => visible(site.span)).map((site) => relationOf(site.ref, site.table))
  const [first, second] = ref.parts
  const owner = second === undefined ? undefined : relations.find((each) => sameName(each.alias, first?.text ?? ""))
  const others = names.nodes.some(
    (node) => isOther(node, names.tables) && !contains(node.span, ref.span) && visible(node.span),
  )
  if (owner === undefined && others) return undefined
  return unknownColumn({ relations, merged: [] }, ref, [])
}

/** A CTE of the text's own is a TableRef without a site. */
function isOther(node: TreeNode, tables: readonly TableSite[]): boolean {
  return OTHERS.has(node._tag) || (node._tag === "TableRef" && !tables.some((site) => site.ref === node))
}

/** The select that a part of FROM belongs to; none for what stands outside of all. */
function smallestAround(selects: readonly Span[], span: Span): readonly Span[] {
  const around = selects.filter((select) => contains(select, span) && !isSame(select, span))
  return around.toSorted((a, b) => a.end - a.start - (b.end - b.start)).slice(0, 1)
}

function contains(outer: Span, inner: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end
}

function isSame(a: Span, b: Span | undefined): boolean {
  return b !== undefined && a.start === b.start && a.end === b.end
}
