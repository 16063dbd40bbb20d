import type { Column } from "../logical/column.ts"
import type { Plan, Sort } from "../logical/plan.ts"
import { hashed } from "./context.ts"

/**
 * For whoever writes a result part by part: rows that agree in `keys` come from one task, one after the other, and
 * among themselves in the order in which they came.
 *
 *   a        →     Sort k, then arrival
 *                    Exchange hash k
 *                      a
 */
export function together(plan: Plan, keys: readonly Column[], distributed: boolean): Sort {
  const input = distributed ? hashed(plan, keys) : plan
  const sortKeys = keys.map((expr) => ({ expr, descending: false, nulls: undefined }))
  return { _tag: "Sort", input, keys: sortKeys, thenArrival: true }
}
