import { NOWHERE } from "../ast/span.ts"
import { walkTree } from "../ast/walk-tree.ts"
import type { Cte, Query } from "../ast/query.ts"
import { AmbiguousColumn, BindError, PlanDefect, UnknownColumn, UnsupportedSql } from "../errors.ts"
import { type ColumnIds, typeName } from "../logical/column.ts"
import { inputsOf, type Plan, type QueryPlan } from "../logical/plan.ts"
import { validate } from "../logical/validate.ts"
import { type CteBinding, type CteBindings, inlineCtes, NO_CTES } from "./ctes.ts"
import type { BindContext } from "./context.ts"
import { type BindQuery, type BoundSubquery, type FromContext, isSpeakable } from "./from.ts"
import { NotTakenApart } from "./not-taken-apart.ts"
import { plainQuery } from "./plain-query.ts"
import { bindBlock } from "./select.ts"
import { uniqueInCte } from "./unique-names.ts"
import { mayBeUntyped } from "./untyped.ts"
import { bindInOnePiece, bindRecursiveCte, bindWhole } from "./whole/bind-whole.ts"
import { wholeReason } from "./whole/reason.ts"

/** Nodes of a plan between its root and a scan: a view that computes something of another adds two or three. */
const PLAN_DEPTH_MAX = 1500

/**
 * Names become columns with ids, implicit casts become explicit, `*` becomes columns. The result runs whole on one
 * engine and means exactly what the statement means.
 */
export async function bind(query: Query, context: BindContext): Promise<QueryPlan> {
  const bindings: CteBinding[] = []
  /** A view is bound in its own text. */
  const bindIn = (own: BindContext): BindQuery => {
    const envFor = (ctes: CteBindings): FromContext => ({
      context: own,
      ctes,
      tables: new WeakMap(),
      bindQuery,
      bindIn,
    })
    const bindQuery: BindQuery = once(async (inner, outer) => {
      const ctes = new Map(outer)
      for (const cte of inner.with) {
        const env = envFor(ctes)
        const bound = isRecursive(cte, inner) ? await bindRecursiveCte(cte, env) : await bindQuery(cte.query, ctes)
        if (!isSpeakable(bound)) throw new NotTakenApart(`a type of ${cte.name.text} that has no name`)
        const typed = mayBeUntyped(cte.query, bound) ? withTypes(bound, own.ids) : bound
        const binding = bindingOf(cte, own.nextCte(), typed)
        bindings.push(binding)
        ctes.set(cte.name.text.toLowerCase(), binding)
      }
      return bindEither(inner, envFor(ctes))
    })
    return (whole, ctes) => bindStatement(whole, envFor(ctes))
  }
  const { plan, fields } = await bindIn(context)(query, NO_CTES)
  const { ctes, root } = inlineCtes(plan, bindings)
  for (const each of [...ctes.map((cte) => cte.plan), root]) {
    refuseDeep(each)
    validate(each, "bind")
  }
  if (fields.length === 0) throw new PlanDefect({ message: "the query yields no columns", rule: "bind" })
  return { ctes, root, output: fields.map(({ name, column }) => ({ name, column })) }
}

/** The passes recurse over a plan. DuckDB refuses a text that is nested so deeply, too. */
function refuseDeep(root: Plan): void {
  const pending = [{ plan: root, depth: 1 }]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const depth = next.depth + 1
    if (depth > PLAN_DEPTH_MAX) {
      throw new UnsupportedSql({
        message: `queries inside queries are planned to a depth of ${PLAN_DEPTH_MAX} steps, and views and CTEs count as far as they read each other`,
        hint: "CREATE TABLE … AS keeps the rows of a view in the middle",
      })
    }
    for (const plan of inputsOf(next.plan)) pending.push({ plan, depth })
  }
}

/**
 * A block that cannot be taken apart is bound a second time, to run whole. What it reads is not: the time would double
 * with every level of such blocks.
 */
function once(bindQuery: BindQuery): BindQuery {
  const bound = new WeakMap<CteBindings, WeakMap<Query, Promise<BoundSubquery>>>()
  return (query, ctes) => {
    const known = bound.get(ctes) ?? new WeakMap<Query, Promise<BoundSubquery>>()
    bound.set(ctes, known)
    const answer = known.get(query) ?? bindQuery(query, ctes)
    known.set(query, answer)
    return answer
  }
}

/**
 * As one text, WITH and all, where something would be lost between two stages: a collation, a type without a name. And
 * where a block is refused that stands in the whole: DuckDB reads some, such as `SELECT NULL AS n … GROUP BY n`,
 * otherwise than when they are all of the statement.
 */
async function bindStatement(query: Query, env: FromContext): Promise<BoundSubquery> {
  for (const node of walkTree(query)) if (node._tag === "Collate") return bindInOnePiece(query, env, "it has COLLATE")
  try {
    return await env.bindQuery(query, env.ctes)
  } catch (error) {
    if (error instanceof NotTakenApart) return bindInOnePiece(query, env, `it has ${error.what}`)
    const isWord = [BindError, UnknownColumn, AmbiguousColumn].some((word) => error instanceof word)
    if (!isWord) throw error
    try {
      return await bindInOnePiece(query, env, "one of its blocks is read otherwise on its own")
    } catch {
      throw error
    }
  }
}

/** Taken apart where the planner can, as its text stands where it cannot. */
async function bindEither(query: Query, env: FromContext): Promise<BoundSubquery> {
  const reason = wholeReason(query)
  if (reason !== undefined) return bindWhole(query, env, `its block has ${reason}`)
  try {
    return await bindBlock(plainQuery(query), env)
  } catch (error) {
    if (!(error instanceof NotTakenApart)) throw error
    try {
      return await bindWhole(query, env, `its block has ${error.what}`)
    } catch (second) {
      throw error.otherwise ?? second
    }
  }
}

/** Whether the CTE reads itself. */
function isRecursive(cte: Cte, query: Query): boolean {
  if (!query.recursive) return false
  const name = cte.name.text.toLowerCase()
  for (const node of walkTree(cte.query)) if (node._tag === "TableRef" && node.name.toLowerCase() === name) return true
  return false
}

/** A NULL without a type becomes what a CTE makes of it, also where the CTE is written into the block that reads it. */
function withTypes({ plan, fields }: BoundSubquery, ids: ColumnIds): BoundSubquery {
  const items = fields.map(({ name, column }) => ({
    column: ids.make(name, column.type),
    // Not by castTo, which does nothing where the types are the same: they only seem to be.
    expr: { _tag: "Cast" as const, input: column, type: typeName(column.type), try: false, span: NOWHERE },
  }))
  return {
    plan: { _tag: "Project", input: plan, items },
    fields: fields.map((field, i) => ({ ...field, column: items[i]?.column ?? field.column })),
  }
}

function bindingOf(cte: Cte, id: number, bound: BoundSubquery): CteBinding {
  const { fields } = bound
  const extra = cte.columns[fields.length]
  if (extra !== undefined) {
    throw new UnknownColumn({
      message: `${cte.name.text} is given ${cte.columns.length} column names but has ${fields.length} columns`,
      span: extra.span,
      name: extra.text,
      available: fields.map((each) => each.name),
    })
  }
  const named = fields.map((field, i) => ({ ...field, name: cte.columns[i]?.text ?? field.name }))
  return { id, name: cte.name.text, plan: bound.plan, fields: uniqueInCte(named), materialized: cte.materialized }
}
