import { PlanDefect } from "../errors.ts"
import { columnsOf } from "../ast/traverse.ts"
import type { Column } from "./column.ts"
import { expressionsOf, inputsOf, outputs, type Plan, wholeReads } from "./plan.ts"

/** Plans that were found right, which stay so: a rule leaves most of a plan as it is. */
const VALID = new WeakSet<Plan>()

/**
 * Checks that every expression reads only columns that its node's inputs yield, and that no column is made twice. Run
 * after each rule: a rule that breaks a plan is named, instead of giving a wrong answer.
 */
export function validate(plan: Plan, rule: string): void {
  if (VALID.has(plan)) return
  for (const input of inputsOf(plan)) validate(input, rule)
  const available = new Set(inputsOf(plan).flatMap((input) => allColumns(input)))
  const read = plan._tag === "Whole" ? wholeReads(plan) : expressionsOf(plan).flatMap((expr) => columnsOf(expr))
  for (const column of read) {
    if (!available.has(column.id)) throw broken(rule, `${plan._tag} reads ${column.name}, which its input lacks`)
  }
  const made = outputs(plan).map((column) => column.id)
  if (new Set(made).size !== made.length) throw broken(rule, `${plan._tag} yields a column twice`)
  VALID.add(plan)
}

/** A rule may not change what a plan yields: same columns, same types, same order. */
export function sameOutputs(before: Plan, after: Plan, rule: string): void {
  const a = outputs(before).map(signature).join(", ")
  const b = outputs(after).map(signature).join(", ")
  if (a !== b) throw broken(rule, `the plan yielded ${a} before and ${b} after`)
}

function allColumns(plan: Plan): readonly number[] {
  return outputs(plan).map((column) => column.id)
}

function signature(column: Column): string {
  return `c${column.id} ${column.type}`
}

function broken(rule: string, what: string): PlanDefect {
  return new PlanDefect({
    message: `rule ${rule} broke the plan: ${what}. This is a defect of Skein; the query was not run.`,
    hint: `--disable-rule ${rule} may let the query run`,
    rule,
  })
}
