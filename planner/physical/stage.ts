/**
 * What the planner hands to the runtime: a DAG of stages. A stage is one SQL text that every one of its tasks runs on
 * one engine, over input tables that the engine fills first.
 */
export interface StagePlan {
  /** In topological order: a stage stands after the stages it reads. The last one is the result. */
  readonly stages: readonly Stage[]
  /** What the user sees, in order. */
  readonly output: readonly OutputColumn[]
  /** How many partitions the hash exchanges have. */
  readonly partitions: number
}

export interface OutputColumn {
  readonly name: string
  /** DuckDB's type. The result's wire form follows from `ResultForm`. */
  readonly type: string
}

/**
 * `text`: every result column is VARCHAR as DuckDB prints it. `arrow`: the nearest Arrow type, for programs. `parquet`:
 * the nearest type of Parquet. `json`: texts, in lists, structs and maps as they are. `stored`: what a session's own table is kept as; see `types/stored.ts`.
 */
export type ResultForm = "text" | "arrow" | "parquet" | "json" | "stored"

export type StageId = number

export interface Stage {
  readonly id: StageId
  /** One word or two for people: `scan lineitem`, `join`, `final aggregate`, `result`. */
  readonly title: string
  readonly inputs: readonly StageInput[]
  /** A SELECT over the input tables. Its columns are exactly `columns`, in order, already in wire form. */
  readonly sql: string
  readonly columns: readonly StageColumn[]
  readonly tasks: TaskLayout
  readonly output: StageOutput
  /** Calls a function whose value changes from call to call: a second attempt may differ from the first. */
  readonly volatile: boolean
  /** Whether it matters in which order its rows come out; a retry gives them in the same order in any case. */
  readonly isOrdered: boolean
  /** Why a stage runs on one engine although its input is spread; undefined when it does not, or need not. */
  readonly gatheredBecause: string | undefined
  /** What the columns in `sql` are called by people: `c7` → `l_shipdate`. For messages. */
  readonly columnNames: Readonly<Record<string, string>>
  /** Lines for EXPLAIN: the stage's operator tree, root first, two spaces an inner level. */
  readonly tree: readonly string[]
}

/**
 * How many tasks a stage has, and what each reads.
 * - `splits`: one task a group of splits of the stage's scan input (the runtime groups them); every other input must be
 *   a broadcast.
 * - `partitions`: one task a partition; its `hash` inputs give it that partition, its broadcasts everything.
 * - `single`: one task that reads everything.
 */
export type TaskLayout = { readonly _tag: "splits" } | { readonly _tag: "partitions" } | { readonly _tag: "single" }

export type StageInput = ScanInput | ExchangeInput

/** A scan of a table. At most one a stage unless the stage is `single`. */
export interface ScanInput {
  readonly _tag: "scan"
  /** The table's name in `sql`. */
  readonly table: string
  /** `TableDescription.id`. */
  readonly source: string
  /** Created and filled in this order. `sourceName` is the column's name in the files. */
  readonly columns: readonly { readonly name: string; readonly sourceName: string; readonly type: string }[]
  /** All must hold for a row to matter. A hint only: the SQL applies them again (law 8). */
  readonly pruning: readonly PruningPredicate[]
  /** Stop after so many rows in (file, row group, row) order: LIMIT without ORDER BY and without a filter. */
  readonly limit: number | undefined
}

/** An exchange's consumer end. */
export interface ExchangeInput {
  readonly _tag: "exchange"
  readonly table: string
  readonly stage: StageId
  /**
   * - `hash`: this task's partition of every producer's output.
   * - `broadcast`, `gather`: all of it. Order is always (producer task, sequence).
   */
  readonly mode: "hash" | "broadcast" | "gather"
  readonly columns: readonly StageColumn[]
}

/** A column between stages. */
export interface StageColumn {
  readonly name: string
  /** The type that the consumer's table is created with. */
  readonly type: string
  /** The type that leaves the producer and crosses; see `types/wire.ts`. */
  readonly wireType: string
}

/**
 * - `hash`: `sql` has one more column, last, named `PARTITION_COLUMN`, an INTEGER below `partitions`; the engine
 *   scatters rows by it and drops it.
 * - `single`: one partition, numbered 0: read by gather, broadcast, or the door.
 */
export type StageOutput = { readonly _tag: "hash"; readonly partitions: number } | { readonly _tag: "single" }

export const PARTITION_COLUMN = "p"

export const PRUNING_OPS = ["=", "<", "<=", ">", ">=", "in", "starts with", "is null", "is not null"] as const

/**
 * `column op value`. `value` is a constant as DuckDB prints it after a cast to the column's type that lost nothing.
 * `in`: any of the values.
 */
export interface PruningPredicate {
  readonly column: string
  readonly op: (typeof PRUNING_OPS)[number]
  readonly values: readonly string[]
}
