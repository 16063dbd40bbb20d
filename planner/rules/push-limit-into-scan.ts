import type { Plan } from "../logical/plan.ts"
import { type Rule, unchanged } from "./rule.ts"

/**
 * A limit that nothing filters tells the scan where it may stop reading. A hint: the limit itself stays (law 9).
 *
 *   Limit 10               Limit 10
 *     Project x       →      Project x
 *       Scan a                 Scan a, stops after 10 rows
 */
export const pushLimitIntoScan: Rule = {
  name: "push_limit_into_scan",
  required: false,
  rewrite(node) {
    if (node._tag !== "Limit" || node.count === undefined) return unchanged
    const input = limited(node.input, node.count + node.offset)
    return input === node.input ? unchanged : { ...node, input }
  },
}

function limited(plan: Plan, rows: number): Plan {
  if (plan._tag === "Project") {
    const input = limited(plan.input, rows)
    return input === plan.input ? plan : { ...plan, input }
  }
  if (plan._tag !== "Scan" || (plan.limit !== undefined && plan.limit <= rows)) return plan
  return { ...plan, limit: rows }
}
