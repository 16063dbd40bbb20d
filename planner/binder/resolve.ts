import type { ColumnRef } from "../ast/expression.ts"
import type { NamedExpr } from "../ast/query.ts"
import { mapExpr, replaceNodes, walk } from "../ast/traverse.ts"
import { UnsupportedSql } from "../errors.ts"
import type { BoundExpr } from "../logical/column.ts"
import type { BindContext } from "./context.ts"
import { refuseCall } from "./unsupported-calls.ts"
import { bareQueryValue, queryValue } from "./query-values.ts"
import { lookup, type Scope, unknownColumn } from "./scope.ts"

/** The select list's names, for clauses that may use them. Maps the lower-case alias to what it stands for. */
export type Aliases = ReadonlyMap<string, BoundExpr>

export const NO_ALIASES: Aliases = new Map()

/** Names become columns: of the scope first, then aliases, then values such as current_date. */
export function resolve(context: BindContext, scope: Scope, aliases: Aliases, expr: NamedExpr): BoundExpr {
  refuseUnsupported(expr)
  const bound = mapExpr(expr, (ref) => resolveRef(context, scope, aliases, ref))
  return withQueryValues(context, bound)
}

function resolveRef(context: BindContext, scope: Scope, aliases: Aliases, ref: ColumnRef): BoundExpr {
  const found = lookup(scope, ref) ?? aliasOf(aliases, ref) ?? bareQueryValue(ref, context.nowMicros)
  if (found === undefined) throw unknownColumn(scope, ref, [...aliases.keys()])
  return found
}

function aliasOf(aliases: Aliases, ref: ColumnRef): BoundExpr | undefined {
  const [only, ...rest] = ref.parts
  return only === undefined || rest.length > 0 ? undefined : aliases.get(only.text.toLowerCase())
}

function withQueryValues(context: BindContext, expr: BoundExpr): BoundExpr {
  return replaceNodes(expr, (node) => (node._tag === "FunctionCall" ? queryValue(node, context.nowMicros) : undefined))
}

/** What the grammar knows and this version does not do: one sentence each, at its place. */
function refuseUnsupported(expr: NamedExpr): void {
  for (const node of walk(expr)) {
    if (node._tag === "FunctionCall") refuseCall(node)
    if (node._tag === "Collate") {
      throw new UnsupportedSql({
        message: "COLLATE is not supported yet: a collation would be lost between two stages",
        span: node.span,
        hint: "compare and sort by lower(x) or strip_accents(x)",
      })
    }
    if (node._tag === "QuantifiedList" || (node._tag === "SubqueryExpr" && node.spelling === "quantified")) {
      throw new UnsupportedSql({
        message: "ANY and ALL are not supported yet",
        span: node.span,
        hint: "x IN (1, 2, 3) and list_contains(l, x) are",
      })
    }
    if (node._tag === "SubqueryExpr") {
      throw new UnsupportedSql({
        message: "subqueries in expressions are not supported yet; only subqueries in FROM and in WITH are",
        span: node.span,
        hint: "a join, a SEMI JOIN or an ANTI JOIN often says the same",
      })
    }
    const what = WHOLE_NODES.get(node._tag)
    if (what !== undefined) throw new UnsupportedSql({ message: `${what} are not supported yet`, span: node.span })
    if (node._tag === "Star") {
      throw new UnsupportedSql({ message: "* stands only in a select list and in count(*)", span: node.span })
    }
  }
}

const WHOLE_NODES: ReadonlyMap<NamedExpr["_tag"], string> = new Map([
  ["Lambda", "lambdas"],
  ["NamedArgument", "named arguments"],
  ["ColumnsCall", "COLUMNS(…) and *COLUMNS(…)"],
  ["Comprehension", "list comprehensions"],
  ["Grouping", "GROUPING(…) and GROUPING_ID(…)"],
  ["Parameter", "query parameters (?, $1, $name)"],
  ["PositionalReference", "positional references (#1)"],
  ["Default", "expressions that say DEFAULT"],
])
