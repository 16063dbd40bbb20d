import { parse } from "../../planner/parser/parse.ts"
import type { TreeNode } from "../../planner/ast/walk-tree.ts"
import { bind } from "../../planner/binder/bind.ts"
import { foldConstants } from "../../planner/constants.ts"
import type { TypeOracle } from "../../planner/describe.ts"
import { explainText } from "../../planner/explain/text.ts"
import { ColumnIds } from "../../planner/logical/column.ts"
import type { Plan } from "../../planner/logical/plan.ts"
import { guardDateTrunc } from "../../planner/lowering/guard-date-trunc.ts"
import { optimize } from "../../planner/optimizer.ts"
import { planTree } from "../../planner/physical/plan-tree.ts"
import { planText } from "../../planner/testing/plan-context.ts"
import { printPlan, wholeLeaves } from "../../planner/sql/print-plan.ts"
import { TPCH_CATALOG } from "../planner/tpch-catalog.ts"

/** Lines of a stage's JSON and of the AST that a page shows. */
const LINE_CHARACTERS_MAX = 118

/** Everything that one statement becomes, as text, under the names by which the page asks for it. */
export async function printedFor(sql: string, oracle: TypeOracle): Promise<ReadonlyMap<string, string>> {
  const [statement] = parse(sql)
  if (statement?._tag !== "QueryStatement") throw new Error("the page follows one query")
  const asked: string[] = []
  const listening: TypeOracle = {
    ...oracle,
    describe: (question) => {
      asked.push(`DESCRIBE ${question}`)
      return oracle.describe(question)
    },
  }
  const functions = await oracle.functions()
  const ids = new ColumnIds()
  const context = {
    sql,
    catalog: TPCH_CATALOG,
    oracle: listening,
    ids,
    nowMicros: 0n,
    nextView: () => 0,
    nextCte: () => 0,
  }
  const bound = await bind(statement.query, context)
  const folded = await foldConstants(guardDateTrunc(bound), oracle, functions)
  const steps: string[] = []
  const optimized = optimize(folded, { functions, ids }, new Set(), (rule) => {
    if (steps.at(-1) !== rule.name) steps.push(rule.name)
  })
  const plan = await planText(sql, { catalog: TPCH_CATALOG, oracle })
  const first = plan.stages[0]
  return new Map([
    ["statement", sql],
    ["ast", outline(statement.query)],
    ["questions", asked.map(wrapped).join("\n\n")],
    ["bound", tree(folded.root)],
    ["rules", steps.join("\n")],
    ["optimized", tree(optimized.root)],
    [
      "sql",
      wrapped(
        printPlan(
          optimized.root,
          wholeLeaves((scan) => scan.table.alias),
        ),
      ),
    ],
    ["stages", explainText(plan, { verbose: false, width: 100 })],
    ["stage", wrapped(JSON.stringify(first, undefined, 2))],
  ])
}

function tree(plan: Plan): string {
  return planTree(plan, (leaf) => (leaf._tag === "Scan" ? leaf.table.alias : undefined)).join("\n")
}

/** The tree's tags and what they say of themselves, two spaces an inner level; spans are left out. */
function outline(node: TreeNode): string {
  const lines: string[] = []
  const visit = (value: unknown, name: string, depth: number): void => {
    if (Array.isArray(value)) {
      for (const each of value) visit(each, name, depth)
      return
    }
    if (typeof value !== "object" || value === null) return
    const entries = Object.entries(value).filter(([key]) => key !== "span" && key !== "nameSpan")
    const said = entries.flatMap(([key, each]) =>
      typeof each === "string" && key !== "_tag" ? [`${key} ${JSON.stringify(each)}`] : each === true ? [key] : [],
    )
    const tag = "_tag" in value ? String(value._tag) : ""
    const line = [`${name}:`, tag, said.join(", ")].filter((part) => part !== "").join(" ")
    lines.push(`${"  ".repeat(depth)}${line}`)
    for (const [key, each] of entries) visit(each, key, depth + 1)
  }
  visit(node, "query", 0)
  return lines.join("\n")
}

/** Long lines broken at spaces, so that a page can be read. */
function wrapped(text: string): string {
  return text
    .split("\n")
    .flatMap((line) => {
      const lines: string[] = []
      let rest = line
      const indent = `${/^ */.exec(line)?.[0] ?? ""}    `
      while (rest.length > LINE_CHARACTERS_MAX) {
        const at = rest.lastIndexOf(" ", LINE_CHARACTERS_MAX)
        if (at <= indent.length) break
        lines.push(rest.slice(0, at))
        rest = indent + rest.slice(at + 1)
      }
      return [...lines, rest]
    })
    .join("\n")
}
