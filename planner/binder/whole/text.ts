import type { TreeNode } from "../../ast/walk-tree.ts"
import type { Span } from "../../ast/span.ts"
import type { CopiedText } from "../../describe.ts"

/** A span of the user's text and what stands there instead. */
export interface Edit<T> {
  readonly span: Span
  readonly with: readonly (string | T)[]
}

/** The text of `span` with its edits, which do not overlap, as pieces in order. */
export function edited<T>(sql: string, span: Span, edits: readonly Edit<T>[]): readonly (string | T)[] {
  const parts: (string | T)[] = []
  let at = span.start
  for (const edit of inOrder(edits)) {
    parts.push(sql.slice(at, edit.span.start), ...edit.with)
    at = edit.span.end
  }
  parts.push(sql.slice(at, span.end))
  return parts.filter((part) => part !== "")
}

/**
 * The same as one text for DuckDB to look at, and where each node of the user's went. `before` stands in front of it.
 */
export function shown(
  sql: string,
  span: Span,
  edits: readonly Edit<never>[],
  { before, nodes }: { readonly before: string; readonly nodes: readonly TreeNode[] },
): { readonly text: string; readonly copied: readonly CopiedText[] } {
  const starts = [...nodes].sort((a, b) => a.span.start - b.span.start || b.span.end - a.span.end)
  const copied: CopiedText[] = []
  let text = before
  let at = span.start
  let next = 0
  const copy = (end: number): void => {
    for (; ; next++) {
      const node = starts[next]
      if (node === undefined || node.span.start >= end) break
      if (node.span.start >= at) copied.push({ at: text.length + node.span.start - at, span: node.span })
    }
    text += sql.slice(at, end)
  }
  for (const edit of inOrder(edits)) {
    copy(edit.span.start)
    if (edit.span.end > edit.span.start) copied.push({ at: text.length, span: edit.span })
    text += edit.with.join("")
    at = edit.span.end
  }
  copy(span.end)
  return { text, copied }
}

function inOrder<T>(edits: readonly Edit<T>[]): readonly Edit<T>[] {
  // What is only put in comes before what stands there.
  return [...edits].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end)
}
