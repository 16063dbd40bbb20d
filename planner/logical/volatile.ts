import { walk } from "../ast/traverse.ts"
import type { FunctionNames } from "../describe.ts"
import type { BoundExpr } from "./column.ts"
import { expressionsOf, inputsOf, type Plan } from "./plan.ts"

/** Whether the expression calls a function whose value changes from call to call (law 5). */
export function isVolatile(expr: BoundExpr, functions: FunctionNames): boolean {
  for (const node of walk(expr)) {
    if (node._tag === "FunctionCall" && functions.volatile.has(node.name.toLowerCase())) return true
  }
  return false
}

export function isVolatilePlan(plan: Plan, functions: FunctionNames): boolean {
  return (
    (plan._tag === "Whole" && plan.volatile) ||
    expressionsOf(plan).some((expr) => isVolatile(expr, functions)) ||
    inputsOf(plan).some((input) => isVolatilePlan(input, functions))
  )
}
