import type { ColumnIds, Column } from "../logical/column.ts"
import { inputsOf, mapInputs, type Plan, type QueryPlan } from "../logical/plan.ts"

/** A CTE that names may refer to. Its plan is bound once; every use reads it through fresh columns. */
export interface CteBinding {
  readonly id: number
  readonly name: string
  readonly plan: Plan
  readonly fields: readonly { readonly name: string; readonly column: Column }[]
  readonly materialized: boolean | undefined
}

/** By lower-case name; an inner WITH hides an outer one. */
export type CteBindings = ReadonlyMap<string, CteBinding>

export const NO_CTES: CteBindings = new Map()

/** A use of a CTE. */
export function cteScan(cte: CteBinding, ids: ColumnIds): { plan: Plan; fields: CteBinding["fields"] } {
  const fields = cte.fields.map(({ name, column }) => ({ name, source: column, column: ids.make(name, column.type) }))
  const columns = fields.map(({ column, source }) => ({ column, source }))
  return { plan: { _tag: "CteScan", cte: cte.id, name: cte.name, columns }, fields }
}

/**
 * A CTE that is read once is put where it is read; one that nobody reads is left out. One that is read twice stays,
 * and is computed once: two evaluations of a volatile or a float expression may differ (law 5).
 *
 *   WITH t AS (plan) … CteScan t (c9 ← c5)     →     … Project c5 AS c9
 *                                                       plan
 */
export function inlineCtes(root: Plan, bindings: readonly CteBinding[]): Pick<QueryPlan, "ctes" | "root"> {
  const uses = new Map<number, number>()
  const needed = countUses(root, bindings, uses)
  const inlined = new Map<number, Plan>()
  const kept: { id: number; name: string; plan: Plan }[] = []
  for (const cte of bindings) {
    if (!needed.has(cte.id)) continue
    const plan = substitute(cte.plan, inlined)
    if (uses.get(cte.id) === 1 && cte.materialized !== true) inlined.set(cte.id, plan)
    else kept.push({ id: cte.id, name: cte.name, plan })
  }
  return { ctes: kept, root: substitute(root, inlined) }
}

/** The CTEs that the root reads, directly or through others. Bindings stand in order of dependence. */
function countUses(root: Plan, bindings: readonly CteBinding[], uses: Map<number, number>): ReadonlySet<number> {
  countIn(root, uses)
  for (const cte of [...bindings].reverse()) if (uses.has(cte.id)) countIn(cte.plan, uses)
  return new Set(uses.keys())
}

function countIn(plan: Plan, uses: Map<number, number>): void {
  if (plan._tag === "CteScan") uses.set(plan.cte, (uses.get(plan.cte) ?? 0) + 1)
  for (const input of inputsOf(plan)) countIn(input, uses)
}

function substitute(plan: Plan, inlined: ReadonlyMap<number, Plan>): Plan {
  if (plan._tag === "CteScan") {
    const input = inlined.get(plan.cte)
    if (input === undefined) return plan
    return { _tag: "Project", input, items: plan.columns.map(({ column, source }) => ({ column, expr: source })) }
  }
  return mapInputs(plan, (each) => substitute(each, inlined))
}
