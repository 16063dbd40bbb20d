import { printForPeople } from "../logical/column.ts"
import { inputsOf, type Item, type Plan, type Scan, type SortKey, type Whole } from "../logical/plan.ts"

/** Items of one list that EXPLAIN prints before it says how many more there are. */
const ITEMS_SHOWN_MAX = 6

/** Characters of a whole block's text that EXPLAIN prints. */
const WHOLE_CHARACTERS_SHOWN_MAX = 80

/** A stage's operators for people, root first, two spaces an inner level. Exchanges are where it ends. */
export function planTree(plan: Plan, tableOf: (leaf: Plan) => string | undefined): readonly string[] {
  const lines: string[] = []
  const visit = (node: Plan, depth: number): void => {
    // A projection that only passes columns on says nothing.
    const silent = node._tag === "Project" && node.items.every((item) => item.expr._tag === "Column")
    if (!silent) lines.push(`${"  ".repeat(depth)}${lineOf(node, tableOf(node))}`)
    if (node._tag === "Exchange") return
    for (const input of inputsOf(node)) visit(input, silent ? depth : depth + 1)
  }
  visit(plan, 0)
  return lines
}

function lineOf(node: Plan, table: string | undefined): string {
  switch (node._tag) {
    case "OneRow":
      return "one row"
    case "Scan":
      return scanText(node, table)
    case "CteScan":
      return `read CTE ${node.name} as ${table ?? "?"}`
    case "Exchange":
      return `read ${table ?? "?"} (${node.mode})`
    case "Whole":
      return `run ${wholeText(node)}`
    case "Filter":
      return `filter ${printForPeople(node.predicate)}`
    case "Project":
      return `project ${shortList(node.items.map(itemText))}`
    case "Join":
      return `${node.kind} join${node.condition === undefined ? "" : ` on ${printForPeople(node.condition)}`}`
    case "Aggregate":
      return aggregateText(node.phase, node.groups, node.aggregates)
    case "Sort":
      return `sort by ${keysText(node.keys)}`
    case "TopN":
      return `${phasePrefix(node.phase)}top ${node.count}${offsetText(node.offset)} by ${keysText(node.keys)}`
    case "Limit":
      return `${phasePrefix(node.phase)}limit ${node.count ?? "none"}${offsetText(node.offset)}`
  }
}

/** The block's own text on one line, with `…` where it reads an input. */
function wholeText(node: Whole): string {
  const text = node.parts.map((part) => (typeof part === "string" ? part : " … ")).join("")
  const line = text.replaceAll(/\s+/g, " ").trim()
  return line.length <= WHOLE_CHARACTERS_SHOWN_MAX ? line : `${line.slice(0, WHOLE_CHARACTERS_SHOWN_MAX)}…`
}

function scanText(scan: Scan, table: string | undefined): string {
  const columns = shortList(scan.columns.map((each) => each.column.name))
  const stop = scan.limit === undefined ? "" : `, stops after ${scan.limit} rows`
  return `scan ${scan.table.alias} as ${table ?? "?"}: ${columns}${stop}`
}

function aggregateText(phase: string, groups: readonly Item[], aggregates: readonly Item[]): string {
  const by = groups.length === 0 ? "" : ` by ${shortList(groups.map((item) => printForPeople(item.expr)))}`
  if (aggregates.length === 0) return `${phasePrefix(phase)}distinct${by}`
  // What a final aggregation merges is told by its name; how is told once, in docs/.
  const texts = aggregates.map((item) => (phase === "final" ? item.column.name : printForPeople(item.expr)))
  return `${phasePrefix(phase)}aggregate${by}: ${shortList(texts)}`
}

function phasePrefix(phase: string): string {
  return phase === "complete" ? "" : `${phase} `
}

function itemText(item: Item): string {
  const text = printForPeople(item.expr)
  return text === item.column.name || item.column.name.includes("(")
    ? item.column.name
    : `${text} AS ${item.column.name}`
}

function keysText(keys: readonly SortKey[]): string {
  return keys.map((key) => `${printForPeople(key.expr)}${key.descending ? " DESC" : ""}${nullsText(key)}`).join(", ")
}

function nullsText(key: SortKey): string {
  return key.nulls === undefined ? "" : ` NULLS ${key.nulls.toUpperCase()}`
}

function offsetText(offset: number): string {
  return offset === 0 ? "" : ` offset ${offset}`
}

function shortList(items: readonly string[]): string {
  if (items.length <= ITEMS_SHOWN_MAX) return items.join(", ")
  return `${items.slice(0, ITEMS_SHOWN_MAX).join(", ")} and ${items.length - ITEMS_SHOWN_MAX} more`
}
