import type { FunctionNames } from "../describe.ts"
import type { ColumnIds } from "../logical/column.ts"
import type { Exchange, Plan } from "../logical/plan.ts"
import type { BoundExpr } from "../logical/column.ts"
import type { Estimate } from "./estimate.ts"
import type { Spread } from "./spread.ts"

export interface DistributionContext {
  readonly functions: FunctionNames
  readonly ids: ColumnIds
  readonly workers: number
  /** Partitions of every hash exchange of the query. */
  readonly partitions: number
  readonly joins: "auto" | "hash" | "broadcast"
  readonly cte: (id: number) => Estimate
}

/** A plan with its exchanges in place, and where its rows are. */
export interface Distributed {
  readonly plan: Plan
  readonly spread: Spread
}

export function hashed(input: Plan, keys: readonly BoundExpr[]): Exchange {
  return { _tag: "Exchange", input, mode: "hash", keys, because: undefined }
}

export function broadcast(input: Plan): Exchange {
  return { _tag: "Exchange", input, mode: "broadcast", keys: [], because: undefined }
}

/** Everything in one task; rows that are there already need no exchange. */
export function gathered(side: Distributed, because?: string): Plan {
  if (side.spread._tag === "single") return side.plan
  return { _tag: "Exchange", input: side.plan, mode: "gather", keys: [], because }
}
