import { inputsOf, outputs, type Plan } from "../logical/plan.ts"
import type { StageId } from "./stage.ts"

/** A stage's tree, and which stage each of its leaves reads; undefined for a scan. */
export interface StageTree {
  readonly plan: Plan
  readonly stageOf: (leaf: Plan) => StageId | undefined
}

/**
 * Types whose equal values are the same value. Of those that are not (1 month and 30 days, 0.0 and -0.0) a group shows the
 * one that came first, and a sum of floats depends on its order.
 */
const EXACT_TYPE =
  /^(BOOLEAN|U?(TINYINT|SMALLINT|INTEGER|BIGINT)|U?HUGEINT|DECIMAL\(\d+,\d+\)|DATE|TIME|TIMESTAMP(_S|_MS|_NS)?|TIMESTAMP WITH TIME ZONE|UUID|VARCHAR|BLOB)$/

/**
 * By stage, whether the order of its scan's rows matters, or without a scan the order of its own (law 9). The last stage
 * is the result's; each reads only stages before it.
 *
 *   Sort                        matters
 *     Aggregate final           does not matter below: partial aggregates are merged by functions that know no order
 *       Exchange hash
 *         Aggregate partial
 *           Join                of neither side
 */
export function orderNeeds(stages: readonly StageTree[]): readonly boolean[] {
  const needed = new Set<StageId>([stages.length - 1])
  const needs = stages.map(() => false)
  for (const [id, { plan, stageOf }] of [...stages.entries()].toReversed()) {
    let ofScan: boolean | undefined
    const visit = (node: Plan, matters: boolean): void => {
      const stage = stageOf(node)
      if (stage !== undefined) {
        if (matters) needed.add(stage)
        return
      }
      if (node._tag === "Scan") ofScan = (ofScan ?? false) || matters
      const below = belowMatters(node, matters)
      for (const input of inputsOf(node)) visit(input, below)
    }
    visit(plan, needed.has(id))
    needs[id] = ofScan ?? needed.has(id)
  }
  return needs
}

function belowMatters(node: Plan, matters: boolean): boolean {
  switch (node._tag) {
    case "Filter":
    case "Project":
    case "Join":
    case "Sort":
    case "Exchange":
      return matters
    case "Aggregate":
      if (node.phase === "complete") return true
      return !outputs(node.phase === "partial" ? node : node.input).every(({ type }) => EXACT_TYPE.test(type))
    case "OneRow":
    case "Scan":
    case "CteScan":
    case "Whole":
    case "Limit":
    case "TopN":
      return true
  }
}
