import type { Plan } from "../logical/plan.ts"
import { distributeAggregate } from "./aggregate.ts"
import { type Distributed, type DistributionContext, gathered } from "./context.ts"
import { distributeJoin } from "./join.ts"
import { renamed, SINGLE, SPLITS } from "./spread.ts"

/**
 * Adds exchanges where rows that must meet are apart, bottom up. What a node needs (rows of a group together, sorted
 * rows in one task) is compared with what its input offers; an exchange is added only where they differ. The plan
 * still means the same, and still runs whole: an exchange changes no row.
 */
export function distribute(plan: Plan, context: DistributionContext): Distributed {
  switch (plan._tag) {
    case "OneRow":
      return { plan, spread: SINGLE }
    case "CteScan":
      return { plan, spread: SINGLE }
    case "Scan":
      return { plan, spread: SPLITS }
    case "Filter":
    case "Exchange": {
      const input = distribute(plan.input, context)
      return { plan: { ...plan, input: input.plan }, spread: input.spread }
    }
    case "Project": {
      const input = distribute(plan.input, context)
      return { plan: { ...plan, input: input.plan }, spread: renamed(input.spread, plan.items) }
    }
    case "Whole": {
      const inputs = plan.inputs.map((input) => gathered(distribute(input, context), plan.because))
      return { plan: { ...plan, inputs }, spread: SINGLE }
    }
    case "Join":
      return distributeJoin(plan, distribute(plan.left, context), distribute(plan.right, context), context)
    case "Aggregate":
      return distributeAggregate(plan, distribute(plan.input, context), context)
    case "Sort":
      return { plan: { ...plan, input: gathered(distribute(plan.input, context)) }, spread: SINGLE }
    case "TopN":
    case "Limit":
      return distributeLimit(plan, distribute(plan.input, context))
  }
}

/**
 * Every task keeps as many rows as could be needed, one task cuts:
 *
 *   Limit 10 offset 5          Limit 10 offset 5
 *     a                  →       Exchange gather
 *                                  Limit 15
 *                                    a
 *
 * Gathering keeps (file, row group, row) order, so a limit without ORDER BY takes the first rows (law 9).
 */
function distributeLimit(plan: Plan & { readonly _tag: "TopN" | "Limit" }, input: Distributed): Distributed {
  if (input.spread._tag === "single") return { plan: { ...plan, input: input.plan }, spread: SINGLE }
  const partial: Plan =
    plan._tag === "TopN"
      ? { ...plan, input: input.plan, count: plan.count + plan.offset, offset: 0, phase: "partial" }
      : {
          ...plan,
          input: input.plan,
          count: plan.count === undefined ? undefined : plan.count + plan.offset,
          offset: 0,
          phase: "partial",
        }
  const below = plan.count === undefined ? input : { plan: partial, spread: input.spread }
  return { plan: { ...plan, input: gathered(below), phase: "final" }, spread: SINGLE }
}
