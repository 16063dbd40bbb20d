import type { BoundExpr } from "../logical/column.ts"
import { type Join, type JoinKind, type Plan } from "../logical/plan.ts"
import { broadcast, type Distributed, type DistributionContext, gathered, hashed } from "./context.ts"
import { type EquiKeys, equiKeys } from "./equi-keys.ts"
import { estimate } from "./estimate.ts"
import { isHashedBy, SINGLE, type Spread } from "./spread.ts"

/** A side estimated larger than this is not sent to every task. */
const BROADCAST_BYTES_MAX = 128 * 1024 * 1024

/** Scan tasks that a worker gets when each of them also builds a join; see the scheduler's grouping of splits. */
const BUILD_TASKS_PER_WORKER = 2

type Movement = "broadcast right" | "broadcast left" | "hash" | "gather"

/**
 * Brings rows that may match into one task.
 *
 *   Join a.k = b.k          Join                     Join
 *     a             →         a                 or     Exchange hash a.k
 *     b                       Exchange broadcast         a
 *                               b                      Exchange hash b.k
 *                                                        b
 *
 * A side whose unmatched rows are output is never replicated: they would come out once a task (law 6).
 */
export function distributeJoin(
  join: Join,
  left: Distributed,
  right: Distributed,
  context: DistributionContext,
): Distributed {
  if (left.spread._tag === "single" && right.spread._tag === "single") {
    return { plan: { ...join, left: left.plan, right: right.plan }, spread: SINGLE }
  }
  const keys = equiKeys(join, context.functions)
  switch (chooseMovement(join, left, right, keys, context)) {
    case "broadcast right":
      return { plan: { ...join, left: left.plan, right: broadcast(right.plan) }, spread: left.spread }
    case "broadcast left":
      return { plan: { ...join, left: broadcast(left.plan), right: right.plan }, spread: right.spread }
    case "hash":
      return {
        plan: { ...join, left: partitioned(left, keys.left), right: partitioned(right, keys.right) },
        spread: afterHashJoin(join.kind, keys),
      }
    case "gather": {
      const because = `a ${join.kind.toUpperCase()} JOIN without an equality between its sides runs on one engine`
      return { plan: { ...join, left: gathered(left, because), right: gathered(right, because) }, spread: SINGLE }
    }
  }
}

/** Which sides may be replicated: those whose unmatched rows are not output. */
const MAY_REPLICATE: Readonly<Record<JoinKind, { readonly left: boolean; readonly right: boolean }>> = {
  inner: { left: true, right: true },
  left: { left: false, right: true },
  right: { left: true, right: false },
  full: { left: false, right: false },
  semi: { left: false, right: true },
  anti: { left: false, right: true },
}

function chooseMovement(
  join: Join,
  left: Distributed,
  right: Distributed,
  keys: EquiKeys,
  context: DistributionContext,
): Movement {
  const legal = MAY_REPLICATE[join.kind]
  const options: { movement: Movement; cost: number; bytes: number }[] = []
  const add = (movement: Movement, cost: number, bytes: number) => options.push({ movement, cost, bytes })
  const [l, r] = [bytesOf(join.left, context), bytesOf(join.right, context)]
  // The side that stays must be spread: broadcasting to one task is gathering.
  if (legal.right && left.spread._tag !== "single") add("broadcast right", r * tasksOf(left.spread, context), r)
  if (legal.left && right.spread._tag !== "single") add("broadcast left", l * tasksOf(right.spread, context), l)
  const broadcasts = options.filter((each) => keys.left.length === 0 || each.bytes <= BROADCAST_BYTES_MAX)
  const cheapest = (all: readonly { movement: Movement; cost: number }[]) =>
    [...all].sort((a, b) => a.cost - b.cost)[0]?.movement
  if (keys.left.length === 0) return cheapest(broadcasts) ?? "gather"
  if (context.joins === "hash") return "hash"
  if (context.joins === "broadcast") return cheapest(options) ?? "hash"
  const moved = (isHashedBy(left.spread, keys.left) ? 0 : l) + (isHashedBy(right.spread, keys.right) ? 0 : r)
  return cheapest([...broadcasts, { movement: "hash", cost: moved }]) ?? "hash"
}

function bytesOf(plan: Plan, context: DistributionContext): number {
  return estimate(plan, context.cte).bytes
}

function tasksOf(spread: Spread, context: DistributionContext): number {
  return spread._tag === "hashed" ? context.partitions : BUILD_TASKS_PER_WORKER * context.workers
}

function partitioned(side: Distributed, keys: readonly BoundExpr[]): Plan {
  return isHashedBy(side.spread, keys) ? side.plan : hashed(side.plan, keys)
}

/** Either key tells the partition where both are equal in every row; a padded side's key is NULL and tells nothing. */
function afterHashJoin(kind: JoinKind, keys: EquiKeys): Spread {
  const known = keys.left.map((left, i): readonly BoundExpr[] => {
    const right = keys.right[i]
    if (kind === "full" || right === undefined) return []
    if (kind === "inner") return [left, right]
    return kind === "right" ? [right] : [left]
  })
  return { _tag: "hashed", keys: known.some((key) => key.length === 0) ? [] : known }
}
