import { mapExpr } from "../../planner/ast/traverse.ts"
import type { Column } from "../../planner/logical/column.ts"
import { mapExpressions, mapInputs, type Plan, type QueryPlan } from "../../planner/logical/plan.ts"
import { printQueryPlan, wholeLeaves } from "../../planner/sql/print-plan.ts"

/**
 * One text for plans that differ only in names and in projections that do nothing: so that the SQL that a rule should
 * make can be written as a person writes it, `FROM (SELECT * FROM a WHERE x = 1) a`.
 */
export function canonicalText(query: QueryPlan): string {
  const renames = new Map<number, Column>()
  const root = passThrough(query.root, renames)
  const output = query.output.map((each) => ({ ...each, column: renamed(each.column, renames) }))
  const ctes = query.ctes.map((cte) => ({ ...cte, plan: passThrough(cte.plan, renames) }))
  return numbered(
    printQueryPlan(
      { ctes, root, output },
      wholeLeaves((scan) => scan.table.id),
    ),
  )
}

function passThrough(plan: Plan, renames: Map<number, Column>): Plan {
  const below = mapInputs(plan, (input) => passThrough(input, renames))
  const renamedPlan = mapExpressions(below, (expr) => mapExpr(expr, (column) => renamed(column, renames)))
  if (renamedPlan._tag !== "Project") return renamedPlan
  if (!renamedPlan.items.every((item) => item.expr._tag === "Column")) return renamedPlan
  for (const item of renamedPlan.items) if (item.expr._tag === "Column") renames.set(item.column.id, item.expr)
  return renamedPlan.input
}

function renamed(column: Column, renames: ReadonlyMap<number, Column>): Column {
  return renames.get(column.id) ?? column
}

/** Columns by their order of appearance, so that ids do not matter. */
function numbered(sql: string): string {
  const seen = new Map<string, string>()
  return sql.replaceAll(/\bc\d+\b/g, (name) => {
    const known = seen.get(name) ?? `c${seen.size + 1}`
    seen.set(name, known)
    return known
  })
}
