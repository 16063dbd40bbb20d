import type { FunctionNames } from "../describe.ts"
import type { ColumnIds } from "../logical/column.ts"
import type { Plan } from "../logical/plan.ts"

/** What a rule may know beside its node. */
export interface RuleContext {
  readonly functions: FunctionNames
  readonly ids: ColumnIds
}

/** A rule sees one node and what is below it, and says what should stand there instead. */
export interface Rule {
  /** As EXPLAIN VERBOSE and `--disable-rule` spell it. */
  readonly name: string
  /** A required rule cannot be switched off: later passes rely on what it leaves. */
  readonly required: boolean
  readonly rewrite: (node: Plan, context: RuleContext) => Plan | Unchanged
}

export const unchanged: unique symbol = Symbol("unchanged")
export type Unchanged = typeof unchanged
