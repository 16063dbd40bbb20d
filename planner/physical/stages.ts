import { columnsOf } from "../ast/traverse.ts"
import type { FunctionNames } from "../describe.ts"
import { printBound, sqlName } from "../logical/column.ts"
import {
  type CteScan,
  type Exchange,
  expressionsOf,
  inputsOf,
  mapInputs,
  outputs,
  type Plan,
  type QueryPlan,
  type Scan,
} from "../logical/plan.ts"
import { isVolatilePlan } from "../logical/volatile.ts"
import { type LeafPrinter, printPlanAs, type SelectItemText } from "../sql/print-plan.ts"
import { jsonForm, parquetForm, storedForm } from "../types/stored.ts"
import { type ArrowForm, arrowForm, textForm, wireColumn } from "../types/wire.ts"
import { orderNeeds, type StageTree } from "./order-need.ts"
import { planTree } from "./plan-tree.ts"
import {
  type ExchangeInput,
  PARTITION_COLUMN,
  type ResultForm,
  type Stage,
  type StageColumn,
  type StageId,
  type StageInput,
  type StageOutput,
  type StagePlan,
  type TaskLayout,
} from "./stage.ts"
import { stageTitle } from "./title.ts"

/**
 * `hash()` and DuckDB's own hash tables use the low bits; partitions are told by higher ones, or every partition's
 * join would collide (measured: twice slower).
 */
const PARTITION_HASH_SHIFT_BITS = 40

export interface SplitOptions {
  readonly functions: FunctionNames
  readonly partitions: number
  readonly form: ResultForm
  /** false: scans are read by the only task of one stage. */
  readonly distributed: boolean
}

/**
 * Cuts the plan at its exchanges. What is between two of them is a stage: printed as one SELECT over the tables that
 * its inputs fill.
 *
 *   Aggregate final                    stage 2: SELECT … FROM x1 GROUP BY …
 *     Exchange hash k            →     stage 1: SELECT …, (hash(k) >> 40) % n AS p FROM s1 GROUP BY …
 *       Aggregate partial
 *         Scan lineitem
 */
export function splitStages(query: QueryPlan, options: SplitOptions): StagePlan {
  const splitter = new StageSplitter(options)
  for (const cte of query.ctes) splitter.addCte(cte.id, cte.name, cte.plan)
  splitter.addResult(query)
  const output = query.output.map(({ column, name }) => ({ name, type: column.type }))
  const needs = orderNeeds(splitter.trees)
  const stages = splitter.stages.map((stage, i) => ({ ...stage, isOrdered: needs[i] ?? true }))
  return { stages, output, partitions: options.partitions }
}

class StageSplitter {
  readonly stages: Omit<Stage, "isOrdered">[] = []
  readonly trees: StageTree[] = []
  readonly #options: SplitOptions
  readonly #ctes = new Map<number, StageId>()

  constructor(options: SplitOptions) {
    this.#options = options
  }

  /** A CTE that is read more than once: computed once, gathered, and kept for every reader. */
  addCte(id: number, name: string, plan: Plan): void {
    const because = `${name} is read more than once: it is computed once and kept whole`
    this.#ctes.set(id, this.#addStage(plan, [], { _tag: "single" }, because, `CTE ${name}`))
  }

  addResult(query: QueryPlan): void {
    const { form } = this.#options
    const items = query.output.map(({ column }, i): SelectItemText & StageColumn => {
      const shown = shownForm(form, column.type)
      return { sql: shown.cast(sqlName(column)), name: `r${i}`, type: shown.type, wireType: shown.type }
    })
    const fragment = this.#fragment()
    const columns = items.map(({ name, type, wireType }) => ({ name, type, wireType }))
    this.#push(
      query.root,
      fragment,
      printPlanAs(query.root, fragment.leaves, items),
      columns,
      { _tag: "single" },
      "result",
    )
  }

  /** The stage that computes `plan` and hands its rows over; returns its id. */
  #addStage(
    plan: Plan,
    keys: Exchange["keys"],
    output: StageOutput,
    because: string | undefined,
    title?: string,
  ): StageId {
    const fragment = this.#fragment()
    const columns = stageColumns(plan)
    const items = columns.map(({ name, type }): SelectItemText => {
      const sql = wireColumn(type).toWire(name)
      // A cast column gets a name of its own: an ORDER BY of this SELECT must go on meaning the column itself.
      return { sql, name: sql === name ? name : `w${name.slice(1)}` }
    })
    const partition = output._tag === "hash" ? [partitionItem(keys, output.partitions)] : []
    const sql = printPlanAs(plan, fragment.leaves, [...items, ...partition])
    return this.#push(plan, fragment, sql, columns, output, title ?? stageTitle(plan), because)
  }

  #push(
    plan: Plan,
    fragment: Fragment,
    sql: string,
    columns: readonly StageColumn[],
    output: StageOutput,
    title: string,
    because?: string,
  ): StageId {
    const id = this.stages.length
    this.stages.push({
      id,
      title,
      inputs: fragment.inputs,
      sql,
      columns,
      tasks: this.#layout(fragment.inputs),
      output,
      volatile: isVolatilePlan(withinStage(plan), this.#options.functions),
      gatheredBecause: because ?? gatherReason(plan),
      columnNames: columnNames(withinStage(plan)),
      tree: planTree(plan, fragment.tableOf),
    })
    this.trees.push({ plan, stageOf: (leaf) => stageRead(fragment, leaf) })
    return id
  }

  #layout(inputs: readonly StageInput[]): TaskLayout {
    if (!this.#options.distributed) return { _tag: "single" }
    if (inputs.some((input) => input._tag === "exchange" && input.mode === "hash")) return { _tag: "partitions" }
    return { _tag: inputs.some((input) => input._tag === "scan") ? "splits" : "single" }
  }

  /** Names the stage's input tables, making the stages that it reads first. */
  #fragment(): Fragment {
    const inputs: StageInput[] = []
    const tables = new Map<Plan, string>()
    const tableFor = (leaf: Plan, make: (table: string) => StageInput, prefix: string): string => {
      const known = tables.get(leaf)
      if (known !== undefined) return known
      const table = `${prefix}${inputs.length + 1}`
      inputs.push(make(table))
      tables.set(leaf, table)
      return table
    }
    const leaves: LeafPrinter = {
      scan: (scan) => tableFor(scan, (table) => scanInput(scan, table), "s"),
      exchange: (exchange) => tableFor(exchange, this.#exchangeInput(exchange), "x"),
      cteScan: (scan) => {
        const table = tableFor(scan, (name) => this.#cteInput(scan, name), "x")
        return `(SELECT ${scan.columns.map((each) => `${sqlName(each.source)} AS ${sqlName(each.column)}`).join(", ")} FROM ${table})`
      },
    }
    return { inputs, leaves, tableOf: (leaf) => tables.get(leaf) }
  }

  #exchangeInput(exchange: Exchange): (table: string) => ExchangeInput {
    return (table) => {
      const output: StageOutput =
        exchange.mode === "hash" ? { _tag: "hash", partitions: this.#options.partitions } : { _tag: "single" }
      const stage = this.#addStage(exchange.input, exchange.keys, output, undefined)
      return { _tag: "exchange", table, stage, mode: exchange.mode, columns: stageColumns(exchange.input) }
    }
  }

  #cteInput(scan: CteScan, table: string): ExchangeInput {
    const stage = this.#ctes.get(scan.cte)
    const made = stage === undefined ? undefined : this.stages[stage]
    if (stage === undefined || made === undefined) throw new Error(`the stage of CTE ${scan.name} is missing`)
    return { _tag: "exchange", table, stage, mode: "gather", columns: made.columns }
  }
}

function shownForm(form: ResultForm, type: string): ArrowForm {
  switch (form) {
    case "text":
      return { type: "VARCHAR", cast: textForm }
    case "arrow":
      return arrowForm(type)
    case "parquet":
      return parquetForm(type)
    case "json":
      return jsonForm(type)
    case "stored":
      return storedForm(type)
  }
}

interface Fragment {
  readonly inputs: readonly StageInput[]
  readonly leaves: LeafPrinter
  readonly tableOf: (leaf: Plan) => string | undefined
}

function stageRead({ inputs, tableOf }: Fragment, leaf: Plan): StageId | undefined {
  const table = tableOf(leaf)
  const input = inputs.find((each) => each.table === table)
  return input?._tag === "exchange" ? input.stage : undefined
}

function scanInput(scan: Scan, table: string): StageInput {
  return {
    _tag: "scan",
    table,
    source: scan.table.id,
    columns: scan.columns.map(({ column, sourceName }) => ({ name: sqlName(column), sourceName, type: column.type })),
    pruning: scan.pruning,
    limit: scan.limit,
  }
}

function stageColumns(plan: Plan): readonly StageColumn[] {
  return outputs(plan).map((column) => ({
    name: sqlName(column),
    type: column.type,
    wireType: wireColumn(column.type).wireType,
  }))
}

function partitionItem(keys: Exchange["keys"], partitions: number): SelectItemText {
  const hash = `hash(${keys.map(printBound).join(", ")})`
  return {
    sql: `CAST((${hash} >> ${PARTITION_HASH_SHIFT_BITS}) % ${partitions} AS INTEGER)`,
    name: PARTITION_COLUMN,
  }
}

/** The plan down to the exchanges that it reads. */
function withinStage(plan: Plan): Plan {
  if (plan._tag === "Exchange") return { _tag: "OneRow" }
  return mapInputs(plan, withinStage)
}

function columnNames(plan: Plan): Readonly<Record<string, string>> {
  const names: Record<string, string> = {}
  const visit = (node: Plan): void => {
    for (const column of [...outputs(node), ...expressionsOf(node).flatMap((expr) => columnsOf(expr))]) {
      names[sqlName(column)] = column.name
    }
    for (const input of inputsOf(node)) visit(input)
  }
  visit(plan)
  return names
}

/** Why this stage runs in one task, if an exchange that it reads says so. */
function gatherReason(plan: Plan): string | undefined {
  if (plan._tag === "Exchange") return plan.because
  return inputsOf(plan)
    .map(gatherReason)
    .find((reason) => reason !== undefined)
}
