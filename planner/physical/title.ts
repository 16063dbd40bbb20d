import { inputsOf, type Plan } from "../logical/plan.ts"

/** One word or two for people: what a stage mostly does. */
export function stageTitle(plan: Plan): string {
  switch (plan._tag) {
    case "Aggregate":
      return plan.phase === "complete" ? "aggregate" : `${plan.phase} aggregate`
    case "TopN":
      return plan.phase === "partial" ? "partial top-N" : "top-N"
    case "Join":
      return "join"
    case "Sort":
      return "sort"
    case "Limit":
      return "limit"
    case "Scan":
      return `scan ${plan.table.alias}`
    case "CteScan":
      return `CTE ${plan.name}`
    case "OneRow":
      return "one row"
    case "Whole":
      return "whole block"
    case "Filter":
    case "Project":
    case "Exchange": {
      const [input] = inputsOf(plan)
      return input === undefined ? plan._tag.toLowerCase() : stageTitle(input)
    }
  }
}
