import type { Parameter } from "../ast/expression.ts"
import type { NamedExpr } from "../ast/query.ts"
import type { Statement } from "../ast/statement.ts"
import { walkTree, type TreeNode } from "../ast/walk-tree.ts"

/** `TRIM(b FROM a)` is `trim(a, b)`, `a AT TIME ZONE b` is `timezone(b, a)`: DuckDB counts their `?` in that order. */
const TURNED: ReadonlySet<string> = new Set(["trim", "ltrim", "rtrim", "timezone"])

/** The lexer counted every `?` in the order of the text; where DuckDB counts otherwise they change their numbers. */
export function countAsDuckDb(statements: readonly Statement[]): void {
  for (const statement of statements) {
    for (const root of rootsOf(statement)) {
      for (const node of walkTree(root)) if (node._tag === "FunctionCall" && TURNED.has(node.name)) recount(node.args)
    }
  }
}

function rootsOf(statement: Statement): readonly TreeNode[] {
  if (statement._tag === "PrepareStatement") return rootsOf(statement.statement)
  return "query" in statement && statement.query !== undefined ? [statement.query] : []
}

function recount(args: readonly NamedExpr[]): void {
  const [first, second] = args
  if (first === undefined || second === undefined || first.span.start < second.span.start) return
  const found = args.map((arg) => [...walkTree(arg)].filter((node) => node._tag === "Parameter")).map(byNumber)
  const all = found.flat()
  if (all.some(({ spelling }) => spelling !== "?")) return
  const numbers = byNumber(all).map(({ name }) => name)
  for (const [i, parameter] of all.entries()) Object.assign(parameter, { name: numbers[i] })
}

function byNumber(parameters: readonly Parameter[]): readonly Parameter[] {
  return parameters.toSorted((a, b) => Number(a.name) - Number(b.name))
}
