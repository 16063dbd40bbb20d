import type { BatchBytes } from "../engine/messages.ts"
import { ExchangeError } from "../errors.ts"
import type { AttemptOutput, AttemptSurroundings } from "./attempt-output.ts"
import type { AttemptKey, BatchKey, EndMarker } from "./keys.ts"
import { attemptText } from "./keys.ts"
import type { ExchangeReader } from "./reader.ts"
import { TaskOutputs } from "./task-outputs.ts"

/** `refused`: the attempt was discarded, is finished, or another one is committed, or its query is over. Nothing was kept. */
export type WriteResult = "taken" | "refused"

/** What a query has written so far, discarded attempts included. */
export interface QueryTotals {
  batches: number
  rows: number
  bytes: number
  spooledBytes: number
}

/** One query's outputs, stage by stage, and their readers. */
export class QueryOutputs {
  readonly id: string
  readonly totals: QueryTotals = { batches: 0, rows: 0, bytes: 0, spooledBytes: 0 }
  readonly readers = new Set<ExchangeReader>()
  /** The first failure of the whole query; every reader and writer is told. */
  failure: Error | undefined
  private readonly around: AttemptSurroundings
  private readonly stages = new Map<number, Map<number, TaskOutputs>>()
  private readonly watchers = new Map<number, Set<() => void>>()
  /** Discarded attempts whose files are being deleted. */
  private readonly dropping = new Set<Promise<void>>()

  constructor(id: string, around: AttemptSurroundings) {
    this.id = id
    this.around = around
  }

  async append(key: BatchKey, batch: BatchBytes): Promise<WriteResult> {
    const output = this.writable(key)
    if (output === undefined) return "refused"
    this.totals.batches += 1
    this.totals.rows += batch.rows
    this.totals.bytes += batch.bytes.byteLength
    const settled = output.append(key.partition, key.sequence, batch)
    this.changed(key.stage)
    await settled
    if (this.failure !== undefined) throw this.failure
    return "taken"
  }

  async finish(key: AttemptKey, markers: readonly EndMarker[]): Promise<WriteResult> {
    const output = this.writable(key)
    if (output === undefined) return "refused"
    output.markers = markers
    await output.flush()
    if (this.failure !== undefined) throw this.failure
    return output.dropped ? "refused" : "taken"
  }

  commit(key: AttemptKey): WriteResult {
    const task = this.task(key.stage, key.task)
    if (task.committed !== undefined) return task.committed.key.attempt === key.attempt ? "taken" : "refused"
    const output = task.attempt(key.attempt)
    if (output === undefined) return "refused"
    if (output.markers === undefined) throw exchangeError(key, "cannot be committed: it is not finished")
    task.committed = output
    for (const other of task.all()) if (other !== output) this.forget(other.key)
    this.changed(key.stage)
    return "taken"
  }

  discard(key: AttemptKey): void {
    if (this.knownTask(key.stage, key.task)?.committed?.key.attempt === key.attempt) {
      throw exchangeError(key, "cannot be discarded: it is committed")
    }
    this.forget(key)
  }

  /** Takes back what was committed, if anything was; every attempt so far is dead. */
  retract(stage: number, task: number): void {
    const outputs = this.knownTask(stage, task)
    if (outputs === undefined) return
    outputs.committed = undefined
    for (const output of outputs.all()) this.forget(output.key)
  }

  failTask(stage: number, task: number, error: Error): void {
    this.task(stage, task).failure ??= error
    this.changed(stage)
  }

  fail(error: Error): void {
    this.failure ??= error
    for (const stage of this.watchers.keys()) this.changed(stage)
  }

  /** Forgets every output. Settles when memory and disk are free of them. */
  async drop(): Promise<void> {
    for (const tasks of this.stages.values()) {
      for (const task of tasks.values()) for (const output of task.all()) this.forget(output.key)
    }
    await Promise.all(this.dropping)
  }

  /** For asking only: makes nothing. */
  knownTask(stage: number, task: number): TaskOutputs | undefined {
    return this.stages.get(stage)?.get(task)
  }

  /** Calls `wake` at every change of the stage. Gives a function that ends this. */
  watch(stage: number, wake: () => void): () => void {
    let watchers = this.watchers.get(stage)
    if (watchers === undefined) this.watchers.set(stage, (watchers = new Set()))
    watchers.add(wake)
    return () => {
      watchers.delete(wake)
    }
  }

  private changed(stage: number): void {
    for (const wake of this.watchers.get(stage) ?? []) wake()
  }

  private writable(key: AttemptKey): AttemptOutput | undefined {
    if (this.failure !== undefined) throw this.failure
    return this.task(key.stage, key.task).writable(key, this.around)
  }

  private forget(key: AttemptKey): void {
    const output = this.task(key.stage, key.task).discard(key.attempt)
    if (output === undefined) return
    const dropped = output.drop().finally(() => this.dropping.delete(dropped))
    this.dropping.add(dropped)
    this.changed(key.stage)
  }

  private task(stage: number, task: number): TaskOutputs {
    let tasks = this.stages.get(stage)
    if (tasks === undefined) this.stages.set(stage, (tasks = new Map<number, TaskOutputs>()))
    let outputs = tasks.get(task)
    if (outputs === undefined) tasks.set(task, (outputs = new TaskOutputs()))
    return outputs
  }
}

function exchangeError(key: AttemptKey, what: string): ExchangeError {
  return new ExchangeError({ message: `${attemptText(key)} ${what}.`, stage: key.stage, task: key.task })
}
