import type { ColumnRef } from "../ast/expression.ts"
import type { NamedExpr } from "../ast/query.ts"
import { mapExpr, replaceNodes, walk } from "../ast/traverse.ts"
import type { BoundExpr } from "../logical/column.ts"
import { lowerZoned } from "../lowering/zoned.ts"
import type { BindContext } from "./context.ts"
import { refuseArrow, refuseCall } from "./unsupported-calls.ts"
import { ageOrigin, bareQueryValue, queryValue } from "./query-values.ts"
import { NotTakenApart } from "./not-taken-apart.ts"
import { lookup, sameName, type Scope, unknownColumn } from "./scope.ts"

/** The select list's names, for clauses that may use them. Maps the lower-case alias to what it stands for. */
export type Aliases = ReadonlyMap<string, BoundExpr>

export const NO_ALIASES: Aliases = new Map()

/** Names become columns: of the scope first, then aliases, then values such as current_date. */
export function resolve(context: BindContext, scope: Scope, aliases: Aliases, expr: NamedExpr): BoundExpr {
  refuseCalls(expr)
  const bound = mapExpr(expr, (ref) => resolveRef(context, scope, aliases, ref))
  return lowerZoned(withQueryValues(context, bound))
}

function resolveRef(context: BindContext, scope: Scope, aliases: Aliases, ref: ColumnRef): BoundExpr {
  const found = lookup(scope, ref) ?? aliasOf(aliases, ref) ?? bareQueryValue(ref, context.nowMicros)
  if (found === undefined && isRow(scope, ref)) throw new NotTakenApart("a table as a value")
  if (found === undefined) throw unknownColumn(scope, ref, [...aliases.keys()])
  return found
}

/** `SELECT t FROM t`: the row as a struct. */
function isRow(scope: Scope, ref: ColumnRef): boolean {
  const [first] = ref.parts
  return (
    first !== undefined && scope.relations.some((each) => sameName(each.alias, first.text)) && ref.parts.length === 1
  )
}

function aliasOf(aliases: Aliases, ref: ColumnRef): BoundExpr | undefined {
  const [only, ...rest] = ref.parts
  return only === undefined || rest.length > 0 ? undefined : aliases.get(only.text.toLowerCase())
}

function withQueryValues(context: BindContext, expr: BoundExpr): BoundExpr {
  return replaceNodes(expr, (node) => {
    if (node._tag !== "FunctionCall") return undefined
    const origin = ageOrigin(node, context.nowMicros)
    if (origin === undefined) return queryValue(node, context.nowMicros)
    return { ...node, args: [origin, ...node.args.map((arg) => withQueryValues(context, arg))] }
  })
}

/** Calls that have no right answer here: one sentence each, at its place. */
function refuseCalls(expr: NamedExpr): void {
  for (const node of walk(expr)) {
    if (node._tag === "FunctionCall") refuseCall(node)
    if (node._tag === "Binary") refuseArrow(node)
  }
}
