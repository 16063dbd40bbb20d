import type { TableDescription } from "../catalog.ts"
import type { PruningPredicate } from "../physical/stage.ts"
import type { BoundExpr, Column } from "./column.ts"

/**
 * A relational tree over bound columns. The optimizer rewrites it; the distribution pass adds `Exchange` nodes. At every
 * moment it can be printed as one DuckDB statement and run whole on one engine (an Exchange prints as its input).
 */
export type Plan =
  | Scan
  | OneRow
  | CteScan
  | Whole
  | Filter
  | Project
  | Join
  | Aggregate
  | Sort
  | TopN
  | Limit
  | Exchange

/** A column that a node makes, and what it is made of. */
export interface Item {
  readonly column: Column
  readonly expr: BoundExpr
}

export interface Scan {
  readonly _tag: "Scan"
  readonly table: TableDescription
  /** `sourceName` is the column's name in the files. */
  readonly columns: readonly { readonly column: Column; readonly sourceName: string }[]
  /** Row groups that cannot hold a matching row need not be read. A hint: the filter stays in the plan (law 8). */
  readonly pruning: readonly PruningPredicate[]
  /** Rows after which reading may stop, in (file, row group, row) order. A hint: the LIMIT stays in the plan. */
  readonly limit: number | undefined
}

/** One row without columns: `SELECT 1` reads it. */
export interface OneRow {
  readonly _tag: "OneRow"
}

/** A use of a CTE that is computed once. `source` is the CTE plan's column. */
export interface CteScan {
  readonly _tag: "CteScan"
  readonly cte: number
  readonly name: string
  readonly columns: readonly { readonly column: Column; readonly source: Column }[]
}

/**
 * A query block that DuckDB runs as its text stands, on one engine: whatever the planner does not take apart. Its
 * tables, and the subqueries that stand by themselves, are inputs, which are planned and spread like any other plan.
 */
export interface Whole {
  readonly _tag: "Whole"
  /** The block's SQL: text, and between it the reads of inputs. */
  readonly parts: readonly (string | WholeRead)[]
  readonly inputs: readonly Plan[]
  /** What the text yields, by position. */
  readonly columns: readonly Column[]
  /** Calls a volatile function or takes a sample (law 5). */
  readonly volatile: boolean
  /** What the planner does not take apart, for EXPLAIN: `window functions`. */
  readonly because: string
}

/** Where the text reads an input, and under which names. */
export interface WholeRead {
  readonly input: number
  readonly fields: readonly { readonly name: string; readonly column: Column }[]
  /** Whether the read needs parentheses of its own where it stands. */
  readonly parenthesised: boolean
}

export interface Filter {
  readonly _tag: "Filter"
  readonly input: Plan
  readonly predicate: BoundExpr
}

export interface Project {
  readonly _tag: "Project"
  readonly input: Plan
  readonly items: readonly Item[]
}

export type JoinKind = "inner" | "left" | "right" | "full" | "semi" | "anti"

/** A cross join is an inner join without a condition. Semi and anti joins yield the left side's columns only. */
export interface Join {
  readonly _tag: "Join"
  readonly kind: JoinKind
  readonly left: Plan
  readonly right: Plan
  readonly condition: BoundExpr | undefined
}

/**
 * Groups by `groups`; without groups the whole input is one group and the result exactly one row. Without aggregates
 * it is DISTINCT.
 */
export interface Aggregate {
  readonly _tag: "Aggregate"
  readonly input: Plan
  readonly groups: readonly Item[]
  readonly aggregates: readonly Item[]
  /** What the distribution pass made of it; rules see only "complete". */
  readonly phase: "complete" | "partial" | "final"
}

export interface SortKey {
  readonly expr: BoundExpr
  readonly descending: boolean
  readonly nulls: "first" | "last" | undefined
}

export interface Sort {
  readonly _tag: "Sort"
  readonly input: Plan
  readonly keys: readonly SortKey[]
  /** Rows that agree in the keys stay in the order in which an exchange brings them. */
  readonly thenArrival?: boolean
}

/** Sort and Limit in one: the engine keeps only `count + offset` rows. */
export interface TopN {
  readonly _tag: "TopN"
  readonly input: Plan
  readonly keys: readonly SortKey[]
  readonly count: number
  readonly offset: number
  readonly phase: "complete" | "partial" | "final"
}

export interface Limit {
  readonly _tag: "Limit"
  readonly input: Plan
  readonly count: number | undefined
  readonly offset: number
  readonly phase: "complete" | "partial" | "final"
}

/** Where a stage ends and the next begins. `keys` are of the comparison type on both sides of a join (law 1). */
export interface Exchange {
  readonly _tag: "Exchange"
  readonly input: Plan
  readonly mode: "hash" | "broadcast" | "gather"
  readonly keys: readonly BoundExpr[]
  /** Why rows that were spread come together here, when the reason is that Skein cannot do better yet. */
  readonly because: string | undefined
}

/** A statement's plan: the CTEs that are computed once, in order of dependence, and the tree that the user sees. */
export interface QueryPlan {
  readonly ctes: readonly { readonly id: number; readonly name: string; readonly plan: Plan }[]
  readonly root: Plan
  /** The result's columns with the names that the user reads. */
  readonly output: readonly { readonly column: Column; readonly name: string }[]
}

/** The columns that a node yields, in order. */
export function outputs(plan: Plan): readonly Column[] {
  switch (plan._tag) {
    case "OneRow":
      return []
    case "Scan":
    case "CteScan":
      return plan.columns.map((each) => each.column)
    case "Whole":
      return plan.columns
    case "Project":
      return plan.items.map((item) => item.column)
    case "Aggregate":
      return [...plan.groups, ...plan.aggregates].map((item) => item.column)
    case "Join":
      if (plan.kind === "semi" || plan.kind === "anti") return outputs(plan.left)
      return [...outputs(plan.left), ...outputs(plan.right)]
    case "Filter":
    case "Sort":
    case "TopN":
    case "Limit":
    case "Exchange":
      return outputs(plan.input)
  }
}

export function inputsOf(plan: Plan): readonly Plan[] {
  switch (plan._tag) {
    case "OneRow":
    case "Scan":
    case "CteScan":
      return []
    case "Join":
      return [plan.left, plan.right]
    case "Whole":
      return plan.inputs
    default:
      return [plan.input]
  }
}

/** The node around other inputs; the very same node when `f` changes none. */
export function mapInputs(plan: Plan, f: (input: Plan) => Plan): Plan {
  switch (plan._tag) {
    case "OneRow":
    case "Scan":
    case "CteScan":
      return plan
    case "Join": {
      const left = f(plan.left)
      const right = f(plan.right)
      return left === plan.left && right === plan.right ? plan : { ...plan, left, right }
    }
    case "Whole": {
      const inputs = plan.inputs.map(f)
      return inputs.every((input, i) => input === plan.inputs[i]) ? plan : { ...plan, inputs }
    }
    default: {
      const input = f(plan.input)
      return input === plan.input ? plan : { ...plan, input }
    }
  }
}

/** Every expression that the node itself evaluates, over its inputs' columns. */
export function expressionsOf(plan: Plan): readonly BoundExpr[] {
  switch (plan._tag) {
    case "OneRow":
    case "Scan":
    case "CteScan":
    case "Whole":
    case "Limit":
      return []
    case "Filter":
      return [plan.predicate]
    case "Project":
      return plan.items.map((item) => item.expr)
    case "Join":
      return plan.condition === undefined ? [] : [plan.condition]
    case "Aggregate":
      return [...plan.groups, ...plan.aggregates].map((item) => item.expr)
    case "Sort":
    case "TopN":
      return plan.keys.map((key) => key.expr)
    case "Exchange":
      return plan.keys
  }
}

/** The node with `f` applied to every expression of `expressionsOf`. */
export function mapExpressions(plan: Plan, f: (expr: BoundExpr) => BoundExpr): Plan {
  const item = (each: Item): Item => ({ ...each, expr: f(each.expr) })
  switch (plan._tag) {
    case "OneRow":
    case "Scan":
    case "CteScan":
    case "Whole":
    case "Limit":
      return plan
    case "Filter":
      return { ...plan, predicate: f(plan.predicate) }
    case "Project":
      return { ...plan, items: plan.items.map(item) }
    case "Join":
      return { ...plan, condition: plan.condition && f(plan.condition) }
    case "Aggregate":
      return { ...plan, groups: plan.groups.map(item), aggregates: plan.aggregates.map(item) }
    case "Sort":
    case "TopN":
      return { ...plan, keys: plan.keys.map((key) => ({ ...key, expr: f(key.expr) })) }
    case "Exchange":
      return { ...plan, keys: plan.keys.map(f) }
  }
}

/** The filter, or its input when there is nothing to filter by. */
export function filtered(input: Plan, predicate: BoundExpr | undefined): Plan {
  return predicate === undefined ? input : { _tag: "Filter", input, predicate }
}

/** An item that passes a column on as it is. */
export function passing(column: Column): Item {
  return { column, expr: column }
}

/** The columns that a whole block's text reads of its inputs. */
export function wholeReads(plan: Whole): readonly Column[] {
  return plan.parts.flatMap((part) => (typeof part === "string" ? [] : part.fields.map((field) => field.column)))
}
