import { outputs, type Plan } from "../logical/plan.ts"
import { OTHER_SELECTIVITY, selectivity } from "./selectivity.ts"

/** Rows per group that an aggregation is taken to find. */
const ROWS_PER_GROUP = 4

/** Bytes of a value of a type whose width the files do not tell. */
const VALUE_BYTES = 8
const TEXT_BYTES = 16

export interface Estimate {
  readonly rows: number
  readonly bytes: number
}

/** How much a plan yields, from the footers' row counts and sizes. `cte` looks up what a CTE yields. */
export function estimate(plan: Plan, cte: (id: number) => Estimate): Estimate {
  const rows = rowsOf(plan, cte)
  return { rows, bytes: rows * rowBytes(plan) }
}

function rowsOf(plan: Plan, cte: (id: number) => Estimate): number {
  switch (plan._tag) {
    case "OneRow":
      return 1
    case "Scan":
      return plan.table.rows
    case "CteScan":
      return cte(plan.cte).rows
    case "Whole":
      return Math.max(1, ...plan.inputs.map((input) => rowsOf(input, cte)))
    case "Filter":
      return rowsOf(plan.input, cte) * selectivity(plan)
    case "Aggregate":
      return plan.groups.length === 0 ? 1 : Math.max(1, rowsOf(plan.input, cte) / ROWS_PER_GROUP)
    case "TopN":
    case "Limit":
      return Math.min(plan.count ?? Number.POSITIVE_INFINITY, rowsOf(plan.input, cte))
    case "Join": {
      const left = rowsOf(plan.left, cte)
      const right = rowsOf(plan.right, cte)
      if (plan.condition === undefined) return left * right
      if (plan.kind === "semi" || plan.kind === "anti") return left * OTHER_SELECTIVITY
      return joinRows(plan, left, right)
    }
    default:
      return rowsOf(plan.input, cte)
  }
}

/**
 * A key join keeps the larger side's rows, thinned as its smaller side was: a customer filter that keeps a fifth keeps
 * a fifth of the orders.
 */
function joinRows(plan: Plan & { _tag: "Join" }, left: number, right: number): number {
  const [large, small, thinned] =
    left >= right ? [left, right, keptShare(plan.right)] : [right, left, keptShare(plan.left)]
  const outer = plan.kind === "full" || plan.kind === "left" || plan.kind === "right"
  return Math.max(large * (outer ? 1 : thinned), Math.min(small, large) * 0.01)
}

/** The share of its base table's rows that a plan keeps. */
function keptShare(plan: Plan): number {
  switch (plan._tag) {
    case "Filter":
      return selectivity(plan) * keptShare(plan.input)
    case "Join":
      return plan.kind === "inner" ? keptShare(plan.left) * keptShare(plan.right) : 1
    case "Project":
    case "Sort":
    case "Exchange":
      return keptShare(plan.input)
    default:
      return 1
  }
}

/** Bytes of one row: from the files for scanned columns, by type for computed ones. */
function rowBytes(plan: Plan): number {
  if (plan._tag === "Scan") {
    const perRow = new Map(plan.table.columns.map((each) => [each.name, each.bytes / Math.max(1, plan.table.rows)]))
    return plan.columns.reduce((sum, each) => sum + Math.max(1, perRow.get(each.sourceName) ?? VALUE_BYTES), 0)
  }
  return outputs(plan).reduce(
    (sum, column) => sum + (/CHAR|BLOB|\[|STRUCT|MAP/.test(column.type) ? TEXT_BYTES : VALUE_BYTES),
    0,
  )
}
