import { columnsOf } from "../ast/traverse.ts"
import type { BoundExpr, ColumnId } from "../logical/column.ts"
import {
  expressionsOf,
  type Item,
  mapInputs,
  outputs,
  passing,
  type Plan,
  type Scan,
  type Whole,
  wholeReads,
} from "../logical/plan.ts"
import { type Rule, unchanged } from "./rule.ts"

/**
 * Reads and carries only what somebody needs. A projection, an aggregation or a join knows what it reads of its
 * inputs; whatever else they yield is dropped as far down as it goes.
 *
 *   Aggregate sum(a.x)               Aggregate sum(a.x)
 *     Join a.k = b.k           →       Project a.x
 *       Scan a (k, x, y, z)              Join a.k = b.k
 *       Scan b (k, u, v)                   Scan a (k, x)
 *                                          Scan b (k)
 *
 * One column at least is kept: rows without columns cannot be counted.
 */
export const pruneColumns: Rule = {
  name: "prune_columns",
  required: false,
  rewrite(node) {
    if (node._tag === "Whole") return narrowInputs(node)
    if (node._tag !== "Project" && node._tag !== "Aggregate") return unchanged
    const needed = columnsRead(expressionsOf(node))
    const input = narrow(node.input, needed)
    return input === node.input ? unchanged : { ...node, input }
  },
}

/** What a whole block reads, it reads by name: the names that it needs were found when it was bound. */
function narrowInputs(whole: Whole): Plan | typeof unchanged {
  const needed = new Set(wholeReads(whole).map((column) => column.id))
  const narrowed = mapInputs(whole, (input) => narrow(input, needed))
  return narrowed === whole ? unchanged : narrowed
}

/** The same plan yielding the needed columns, and perhaps others that it cannot be without. */
function narrow(plan: Plan, needed: ReadonlySet<ColumnId>): Plan {
  switch (plan._tag) {
    case "OneRow":
    case "Exchange":
    case "CteScan":
    case "Whole":
      return plan
    case "Scan":
      return narrowScan(plan, needed)
    case "Project": {
      const items = keepNeeded(plan.items, needed)
      return items.length === plan.items.length ? plan : { ...plan, items }
    }
    case "Aggregate": {
      // Groups decide what the rows are; only aggregates that nobody reads can go. One is kept if there is no group.
      const aggregates =
        plan.groups.length > 0
          ? plan.aggregates.filter((item) => needed.has(item.column.id))
          : keepNeeded(plan.aggregates, needed)
      const stillGroups = plan.groups.length > 0 || aggregates.length > 0
      return aggregates.length === plan.aggregates.length || !stillGroups ? plan : { ...plan, aggregates }
    }
    case "Join": {
      const read = union(needed, columnsRead(expressionsOf(plan)))
      return mapInputs(plan, (input) => only(narrow(input, read), read))
    }
    case "Filter":
    case "Sort":
    case "TopN":
    case "Limit": {
      const read = union(needed, columnsRead(expressionsOf(plan)))
      return mapInputs(plan, (input) => narrow(input, read))
    }
  }
}

/** What only a filter or a lower join reads would be carried further up: it ends here. */
function only(plan: Plan, needed: ReadonlySet<ColumnId>): Plan {
  if (plan._tag !== "Join" && plan._tag !== "Filter") return plan
  const columns = outputs(plan)
  const kept = columns.filter((column) => needed.has(column.id))
  if (kept.length === columns.length) return plan
  return { _tag: "Project", input: plan, items: (kept.length === 0 ? columns.slice(0, 1) : kept).map(passing) }
}

function narrowScan(scan: Scan, needed: ReadonlySet<ColumnId>): Scan {
  const kept = scan.columns.filter(({ column }) => needed.has(column.id))
  if (kept.length === scan.columns.length) return scan
  return { ...scan, columns: kept.length > 0 ? kept : cheapest(scan) }
}

/** The column with the fewest bytes stands for the rows when no column is asked for. */
function cheapest(scan: Scan): Scan["columns"] {
  const bytes = new Map(scan.table.columns.map((each) => [each.name, each.bytes]))
  const size = (each: Scan["columns"][number]) => bytes.get(each.sourceName) ?? Number.POSITIVE_INFINITY
  const best = [...scan.columns].sort((a, b) => size(a) - size(b))[0]
  return best === undefined ? scan.columns : [best]
}

function keepNeeded(items: readonly Item[], needed: ReadonlySet<ColumnId>): readonly Item[] {
  const kept = items.filter((item) => needed.has(item.column.id))
  return kept.length > 0 ? kept : items.slice(0, 1)
}

function columnsRead(exprs: readonly BoundExpr[]): ReadonlySet<ColumnId> {
  return new Set(exprs.flatMap((expr) => columnsOf(expr).map((column) => column.id)))
}

function union(a: ReadonlySet<ColumnId>, b: ReadonlySet<ColumnId>): ReadonlySet<ColumnId> {
  return new Set([...a, ...b])
}
