import { PlanDefect, UnsupportedSql } from "./errors.ts"
import { inputsOf, mapInputs, type Plan, type QueryPlan } from "./logical/plan.ts"
import { sameOutputs, validate } from "./logical/validate.ts"
import { factorDisjunction } from "./rules/factor-disjunction.ts"
import { implyDisjunction } from "./rules/imply-disjunction.ts"
import { leaveOutEmpty } from "./rules/leave-out-empty.ts"
import { mergeFilters } from "./rules/merge-filters.ts"
import { mergeProjects } from "./rules/merge-projects.ts"
import { pruneColumns } from "./rules/prune-columns.ts"
import { pushConditionBelowJoin } from "./rules/push-condition-below-join.ts"
import { pushFilterBelowAggregate } from "./rules/push-filter-below-aggregate.ts"
import { pushFilterBelowJoin } from "./rules/push-filter-below-join.ts"
import { pushFilterBelowProject } from "./rules/push-filter-below-project.ts"
import { pushLimitIntoScan } from "./rules/push-limit-into-scan.ts"
import { type Rule, type RuleContext, unchanged } from "./rules/rule.ts"
import { topN } from "./rules/top-n.ts"

/** Passes over the tree for one group of rules. Each pass moves a filter at least one node down; deeper plans stop early. */
const RULE_PASSES_MAX = 64

/**
 * The optimizer on one screen. The rules of a group run together until none changes anything; groups run in order.
 * No rule is required so far: each leaves a plan that means the same.
 */
export const RULE_GROUPS: readonly (readonly Rule[])[] = [
  [
    // First, so that a join key inside an OR is seen by the rules that look for keys.
    factorDisjunction,
    leaveOutEmpty,
    mergeFilters,
    pushFilterBelowProject,
    pushFilterBelowAggregate,
    pushFilterBelowJoin,
    pushConditionBelowJoin,
  ],
  // When conditions stand where they belong; by itself, because what it adds would move away, and be added again.
  [implyDisjunction],
  [mergeFilters, pushFilterBelowProject, pushFilterBelowAggregate, pushFilterBelowJoin, pushConditionBelowJoin],
  // After filters have come to rest: what they read is needed only where they stand.
  [pruneColumns, mergeProjects],
  [topN, pushLimitIntoScan],
]

export const RULES: readonly Rule[] = [...new Set(RULE_GROUPS.flat())]

/** Passes that are no rules, because they have to ask DuckDB, and can be switched off like one. */
export const PRUNE_SPLITS = "prune_splits"

/** Every name that `--disable-rule` takes. */
export const RULE_NAMES: readonly string[] = [...RULES.map((rule) => rule.name), PRUNE_SPLITS]

/** Sees every change: which rule, what stood there, what stands there now. EXPLAIN VERBOSE and tests listen. */
export type RuleObserver = (rule: Rule, before: Plan, after: Plan) => void

/** Applies every rule that is not disabled to the whole statement. */
export function optimize(
  query: QueryPlan,
  context: RuleContext,
  disabled: ReadonlySet<string>,
  observe: RuleObserver = () => undefined,
): QueryPlan {
  refuseUnknown(disabled)
  const run = (plan: Plan) =>
    RULE_GROUPS.reduce((current, group) => {
      const rules = group.filter((rule) => !disabled.has(rule.name))
      return applyRules(current, rules, context, observe)
    }, plan)
  return withoutUnread({
    ...query,
    ctes: query.ctes.map((cte) => ({ ...cte, plan: run(cte.plan) })),
    root: run(query.root),
  })
}

/** A CTE is computed for its readers, and a rule may have taken the last of them away. Each reads only those before it. */
function withoutUnread(query: QueryPlan): QueryPlan {
  const read = new Set<number>()
  const visit = (plan: Plan): void => {
    if (plan._tag === "CteScan") read.add(plan.cte)
    for (const input of inputsOf(plan)) visit(input)
  }
  visit(query.root)
  for (const { id, plan } of query.ctes.toReversed()) if (read.has(id)) visit(plan)
  return { ...query, ctes: query.ctes.filter(({ id }) => read.has(id)) }
}

/** Runs the rules over the tree, root first, until a pass changes nothing. */
export function applyRules(
  plan: Plan,
  rules: readonly Rule[],
  context: RuleContext,
  observe: RuleObserver = () => undefined,
): Plan {
  let current = plan
  for (let pass = 0; pass < RULE_PASSES_MAX; pass++) {
    const next = onePass(current, rules, context, observe)
    if (next === current) return current
    current = next
  }
  return current
}

function onePass(plan: Plan, rules: readonly Rule[], context: RuleContext, observe: RuleObserver): Plan {
  let current = plan
  for (const rule of rules) {
    const next = rule.rewrite(current, context)
    if (next === unchanged) continue
    sameOutputs(current, next, rule.name)
    validate(next, rule.name)
    observe(rule, current, next)
    current = next
  }
  return mapInputs(current, (input) => onePass(input, rules, context, observe))
}

function refuseUnknown(disabled: ReadonlySet<string>): void {
  for (const name of disabled) {
    if (!RULE_NAMES.includes(name)) {
      const message = `there is no rule "${name}" to disable`
      throw new UnsupportedSql({ message, hint: `rules: ${RULE_NAMES.join(", ")}` })
    }
    if (RULES.find((each) => each.name === name)?.required === true)
      throw new PlanDefect({ message: `rule ${name} is required and cannot be disabled`, rule: name })
  }
}
