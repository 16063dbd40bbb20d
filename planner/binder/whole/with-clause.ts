import type { Query } from "../../ast/query.ts"
import type { Span } from "../../ast/span.ts"

const COMMENTS = /--[^\n]*|\/\*[\s\S]*?\*\//g

/**
 * Where the query's own WITH stands, from the word to the end of the last CTE. There are two where one query in
 * parentheses is the whole of another: `WITH a AS (…) (WITH b AS (…) SELECT …)`.
 */
export function withClauses(sql: string, query: Query): readonly Span[] {
  const found: Span[] = []
  let end = query.span.start
  for (const { span } of query.with) {
    const between = sql.slice(end, span.start).replaceAll(COMMENTS, (comment) => " ".repeat(comment.length))
    const word = between.toLowerCase().lastIndexOf("with")
    const last = found.at(-1)
    if (word < 0 && last !== undefined) found[found.length - 1] = { start: last.start, end: span.end }
    else found.push({ start: end + Math.max(0, word), end: span.end })
    end = span.end
  }
  return found
}
