import type { PruningPredicate } from "../../planner/physical/stage.ts"
import type { ActorError } from "../errors.ts"
import type { MadeColumn, RowRange, SplitBytes } from "../sources/source.ts"
import type { EngineMacro } from "./duckdb.ts"

/**
 * The engine actor's mailbox, both ways. Everything is plain data that structured clone carries; `bytes` of batches are
 * backed by SharedArrayBuffers, so that a batch moves between threads without a copy and the store can keep it.
 */
export type EngineRequest =
  | {
      readonly _tag: "Init"
      readonly duckdb: WebAssembly.Module
      readonly memoryLimitBytes: number
      /** Of that, what columns of files may take between tasks; 0: nothing is kept. */
      readonly cacheBytes: number
      /** Statements run once, before the instance is locked: macros for functions that it lacks. */
      readonly prelude: readonly string[]
      /** Macros that are made when a statement first mentions them. */
      readonly macros: readonly EngineMacro[]
      readonly name: string
    }
  | { readonly _tag: "Describe"; readonly call: number; readonly sql: string }
  | { readonly _tag: "Explain"; readonly call: number; readonly sql: string }
  | { readonly _tag: "Evaluate"; readonly call: number; readonly sql: string }
  /** Starts a task: creates its input tables. One at a time. */
  | { readonly _tag: "StartTask"; readonly task: EngineTask }
  | { readonly _tag: "InputBatch"; readonly task: string; readonly table: string; readonly batch: BatchBytes }
  /** What a scan reads, in this order; once, before its splits. The engine answers with `SplitsHeld`. */
  | {
      readonly _tag: "ScanSplits"
      readonly task: string
      readonly table: string
      readonly splits: readonly EngineSplit[]
    }
  /** The columns of a split that the engine does not hold; `index`: in `ScanSplits`. */
  | {
      readonly _tag: "InputSplit"
      readonly task: string
      readonly table: string
      readonly index: number
      readonly split: SplitBytes
    }
  /** All input is there; `rows` is checked against what arrived for every exchange table (law 3). */
  | { readonly _tag: "RunTask"; readonly task: string; readonly rows: Readonly<Record<string, number>> }
  /** So many bytes of the task's output are safe: the engine may send as many more. */
  | { readonly _tag: "OutputTaken"; readonly task: string; readonly bytes: number }
  | { readonly _tag: "CancelTask"; readonly task: string }

export interface EngineTask {
  /** Unique: query, stage, task, attempt. */
  readonly id: string
  readonly query: string
  readonly inputs: readonly EngineInput[]
  readonly sql: string
  /** The output's columns without the partition column: name and wire type. */
  readonly columns: readonly { readonly name: string; readonly wireType: string }[]
  /** 0: no partition column, everything is partition 0. */
  readonly partitions: number
  /** A batch is sent when it holds so many bytes; the door's first batch may be smaller. */
  readonly batchBytesTarget: number
}

export interface EngineInput {
  readonly table: string
  /** Filled by splits, not by batches. */
  readonly isScan?: boolean
  /** Its rows must be read in their order, which DuckDB does of a table, but not of a UNION ALL under an aggregate. */
  readonly isOrdered?: boolean
  readonly columns: readonly { readonly name: string; readonly sourceName: string; readonly type: string }[]
  /** All must hold for a row of a scan to matter; the statement applies them again (law 8). */
  readonly pruning?: readonly PruningPredicate[]
}

/** One split of a scan, as the engine knows it. */
export interface EngineSplit {
  /** Another one for every content that the split ever has. */
  readonly key: string
  readonly rows: number
  readonly made?: readonly MadeColumn[] | undefined
  /** Those of its rows that may matter, as far as its indexes tell; undefined: nobody asked. */
  readonly survivors?: readonly RowRange[] | undefined
}

export interface BatchBytes {
  /** One Arrow IPC stream with its end marker, holding `rows` rows. */
  readonly bytes: Uint8Array
  readonly rows: number
  /** CRC-32 of `bytes`. */
  readonly checksum: number
}

export type EngineEvent =
  | { readonly _tag: "Ready"; readonly version: string }
  | { readonly _tag: "Described"; readonly call: number; readonly columns: readonly { name: string; type: string }[] }
  | { readonly _tag: "Explained"; readonly call: number; readonly plan: string }
  | { readonly _tag: "Evaluated"; readonly call: number; readonly rows: readonly (readonly (string | null)[])[] }
  | { readonly _tag: "CallFailed"; readonly call: number; readonly refusal: EngineRefusal }
  /** By split, the source's names of the columns that must be sent. */
  | {
      readonly _tag: "SplitsHeld"
      readonly task: string
      readonly table: string
      readonly missing: readonly (readonly string[])[]
    }
  /** An InputBatch or InputSplit was ingested: the sender may send the next (credit). */
  | { readonly _tag: "InputTaken"; readonly task: string; readonly table: string; readonly rows: number }
  /** `sequence` counts from 0 within (task, partition). */
  | {
      readonly _tag: "OutputBatch"
      readonly task: string
      readonly partition: number
      readonly sequence: number
      readonly batch: BatchBytes
    }
  | { readonly _tag: "TaskDone"; readonly task: string; readonly metrics: TaskMetrics }
  | { readonly _tag: "TaskFailed"; readonly task: string; readonly error: ActorError }
  /** The instance is unusable; the thread ends after this. */
  | { readonly _tag: "Trapped"; readonly message: string }

/** DuckDB's refusal, from `errors_as_json`. */
export interface EngineRefusal {
  readonly kind: string
  readonly message: string
  readonly position: number | undefined
  readonly candidates: string | undefined
}

export interface TaskMetrics {
  /** Milliseconds in which the engine's thread worked on this task, waiting excluded. */
  readonly busyMs: number
  readonly decodeMs: number
  readonly ingestMs: number
  readonly executeMs: number
  readonly scatterMs: number
  readonly rowsIn: number
  readonly rowsOut: number
  readonly bytesOut: number
  /** Rows of each output partition. */
  readonly partitionRows: readonly number[]
  /** The WASM memory's size after the task, bytes. */
  readonly memoryBytes: number
  /** Arrow data that the decoder made of splits. */
  readonly bytesDecoded: number
  /** Arrow data that was put into tables, of splits and of exchanges. */
  readonly bytesIngested: number
  /** Rows of splits that were left out, with their page or alone. */
  readonly rowsSkipped: { readonly pages: number; readonly rows: number }
  readonly cache: CacheMetrics
}

/** Columns of splits in the engine's cache. */
export interface CacheMetrics {
  /** Read by the task and there already. */
  readonly hits: number
  /** Read by the task from its files. */
  readonly misses: number
  /** Gone to make room. */
  readonly evicted: number
  /** What the cache takes after the task; a part of the engine's memory. */
  readonly bytes: number
}
