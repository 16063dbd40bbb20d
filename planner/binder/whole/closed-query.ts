import { walkTree } from "../../ast/walk-tree.ts"
import type { Query, QueryBody } from "../../ast/query.ts"
import { AmbiguousColumn, BindError, UnknownColumn, UnsupportedSql } from "../../errors.ts"
import { type BoundSubquery, type FromContext, isSpeakable } from "../from.ts"
import { NotTakenApart } from "../not-taken-apart.ts"
import { mayBeUntyped } from "../untyped.ts"

/** The subquery bound by itself; undefined when it reads what is around it, or is not worth a stage of its own. */
export async function closedQuery(query: Query, env: FromContext): Promise<BoundSubquery | undefined> {
  if (!readsTables(query) || !isTyped(query.body)) return undefined
  try {
    const bound = await env.bindQuery(query, env.ctes)
    return isSpeakable(bound) && !mayBeUntyped(query, bound) ? bound : undefined
  } catch (error) {
    if (isPlannersOwn(error)) return undefined
    throw error
  }
}

/** A name that the subquery does not know may be the outer query's; DuckDB will say. */
export function isPlannersOwn(error: unknown): boolean {
  return (
    error instanceof UnknownColumn ||
    error instanceof AmbiguousColumn ||
    error instanceof BindError ||
    error instanceof UnsupportedSql ||
    error instanceof NotTakenApart
  )
}

function readsTables(query: Query): boolean {
  for (const node of walkTree(query)) if (node._tag === "TableRef") return true
  return false
}

/**
 * A literal in the list has no type of its own yet (`'2020-01-01'` becomes a DATE beside one, `1` a TINYINT); a
 * stage's column would have one.
 */
function isTyped(body: QueryBody): boolean {
  switch (body._tag) {
    case "Select":
      return body.items.every(({ expr }) => !UNTYPED.has(expr._tag === "Unary" ? expr.input._tag : expr._tag))
    case "SetOperation":
      return isTyped(body.left) && isTyped(body.right)
    case "Query":
      return isTyped(body.body)
    default:
      return true
  }
}

const UNTYPED: ReadonlySet<string> = new Set(["Literal", "Parameter"])
