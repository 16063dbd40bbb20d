import type { Cte, Query } from "../ast/query.ts"
import { PlanDefect, UnknownColumn } from "../errors.ts"
import type { QueryPlan } from "../logical/plan.ts"
import { validate } from "../logical/validate.ts"
import { type CteBinding, type CteBindings, inlineCtes, NO_CTES } from "./ctes.ts"
import type { BindContext } from "./context.ts"
import { type BoundSubquery, refuseUnspeakable } from "./from.ts"
import { plainQuery, refuseCte } from "./plain-query.ts"
import { bindBlock } from "./select.ts"
import { uniqueInCte } from "./unique-names.ts"

/**
 * Names become columns with ids, implicit casts become explicit, `*` becomes columns. The result runs whole on one
 * engine and means exactly what the statement means.
 */
export async function bind(query: Query, context: BindContext): Promise<QueryPlan> {
  const bindings: CteBinding[] = []
  const bindQuery = async (inner: Query, outer: CteBindings): Promise<BoundSubquery> => {
    const plain = plainQuery(inner)
    const ctes = new Map(outer)
    for (const cte of inner.with) {
      refuseCte(cte)
      const bound = await bindQuery(cte.query, ctes)
      refuseUnspeakable(bound)
      const binding = bindingOf(cte, context.nextCte(), bound)
      bindings.push(binding)
      ctes.set(cte.name.text.toLowerCase(), binding)
    }
    return bindBlock(plain, { context, ctes, bindQuery })
  }
  const { plan, fields } = await bindQuery(query, NO_CTES)
  const { ctes, root } = inlineCtes(plan, bindings)
  for (const each of [...ctes.map((cte) => cte.plan), root]) validate(each, "bind")
  if (fields.length === 0) throw new PlanDefect({ message: "the query yields no columns", rule: "bind" })
  return { ctes, root, output: fields.map(({ name, column }) => ({ name, column })) }
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
