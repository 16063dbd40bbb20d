import type { OutputColumn, ResultForm, StagePlan } from "../planner/physical/stage.ts"
import type { GivenValues } from "./session/parameters.ts"
import type { StatementScope } from "./session/scope.ts"
import type { ScriptOptions } from "./session/scripted.ts"
import type { Workspace, WorkspaceOptions } from "./session/workspace.ts"

/** What every door uses. What a node offers takes one query at a time; `scripted` makes it take whole scripts. */
export interface Session {
  /** Plans and starts a query. Rejects with a PlannerError or ActorError before the first row. */
  readonly query: (sql: string, options?: QueryOptions) => Promise<QueryResult>
  /** Plans without running. */
  readonly plan: (sql: string, options?: QueryOptions) => Promise<StagePlan>
  /** Names of the tables that FROM finds without a path. */
  readonly tables: () => Promise<readonly string[]>
  readonly close: () => Promise<void>
}

/** The session of a program: its workspaces keep what their statements make. */
export interface LocalSession extends Session {
  readonly workspace: (options?: WorkspaceOptions) => Workspace
}

export interface SessionOptions extends ScriptOptions {
  readonly workers: number
  /** Where unqualified table names are looked for. */
  readonly dataDir: string | undefined
  /** Relative paths in SQL start here; in a served session they start in `dataDir`. */
  readonly cwd: string
  /** Makes it a served session: it reads only inside these folders (absolute paths), after links are resolved. */
  readonly roots?: readonly string[]
  /** What each engine keeps of files that it has read; 0: nothing. By default a share of its memory. */
  readonly cacheBytes?: number | undefined
}

export interface QueryOptions {
  readonly form?: ResultForm
  readonly signal?: AbortSignal
  /** Called with the query's id when it is admitted, before it is planned: a query that cannot be planned has one, too. */
  readonly onAdmitted?: (id: string) => void
  /** Forces the number of hash partitions; by default the bytes decide. */
  readonly partitions?: number
  readonly settings?: PlanSettings
  /** Values of `?` and `$1`, or of `$name`, in the last statement. */
  readonly parameters?: GivenValues
  /** Views and tables of the workspace that asks. */
  readonly scope?: StatementScope
  /** The result is read by parts instead of from its first row to its last. */
  readonly parts?: PartsOptions
}

/** Each task of the last stage is a part. Parts are read side by side, in lanes; a lane reads one part after the other. */
export interface PartsOptions {
  readonly lanes: number
  /** So many of the last columns say which rows belong together: these are in one part, one after the other. */
  readonly togetherBy: number
}

/** Switches for tests and for people who want to see what a rule does. */
export interface PlanSettings {
  /** Names of rules that are left out. Naming a required rule is refused. */
  readonly disabledRules?: readonly string[]
  /** false: one stage on one engine, scans still read by splits. */
  readonly distribute?: boolean
  /** How joins move; `auto` compares estimated bytes. */
  readonly joins?: "auto" | "hash" | "broadcast"
}

export interface QueryResult {
  readonly id: string
  readonly columns: readonly OutputColumn[]
  /** Arrow IPC streams in order. Ends, or throws the query's error. Leaving the loop cancels the query. */
  readonly batches: AsyncIterable<ResultBatch>
  /** Settles when the query is over; complete only after `batches` ended. */
  readonly metrics: () => QueryMetrics
}

export interface ResultBatch {
  readonly ipc: Uint8Array
  readonly rows: number
  /** Of results that are read by parts: the last stage's task that made it, and the lane that it is read in. */
  readonly part?: { readonly task: number; readonly lane: number }
}

export interface QueryMetrics {
  readonly planMs: number
  readonly totalMs: number
  readonly rows: number
  /** Bytes read from files, and bytes that went through exchanges (the result's excluded). */
  readonly bytesRead: number
  readonly bytesExchanged: number
  /** Bytes of batches that came to a node from another one, the result's included; 0 in one process. */
  readonly bytesRemote: number
  readonly splits: number
  readonly splitsPruned: number
  /** Arrow data that was decoded from files, and all that was put into tables of the engines. */
  readonly bytesDecoded: number
  readonly bytesIngested: number
  readonly cache: CacheUse
  readonly rowsSkipped: RowsSkipped
  readonly tasks: number
  readonly attempts: number
  /** Busy milliseconds of each engine actor, in their order. */
  readonly actors: readonly { readonly name: string; readonly busyMs: number; readonly tasks: number }[]
  readonly stages: readonly StageMetrics[]
}

/** Columns of splits that the engines had already, that were read, and that went to make room. */
export interface CacheUse {
  readonly hits: number
  readonly misses: number
  readonly evicted: number
}

/** Rows that no engine saw, by what it was that could be left out: the largest counts. */
export interface RowsSkipped {
  readonly files: number
  readonly rowGroups: number
  readonly pages: number
  readonly rows: number
}

export interface StageMetrics {
  readonly stage: number
  readonly title: string
  readonly tasks: number
  readonly rowsIn: number
  readonly rowsOut: number
  readonly bytesOut: number
  readonly busyMs: number
}
