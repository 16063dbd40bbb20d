import { crc32 } from "node:zlib"
import type { BatchBytes, EngineTask, TaskMetrics } from "../../actors/engine/messages.ts"
import { EngineLost, ExchangeError, OutOfMemory, QueryError, type ActorError } from "../../actors/errors.ts"
import type { Stage, StageId } from "../../planner/physical/stage.ts"
import type { ExchangeStore } from "../../actors/exchange/store.ts"
import type { PooledEngine } from "../pool/engine.ts"
import { converse } from "./conversation.ts"
import type { TaskOutput } from "./conversation.ts"
import { asActorError } from "./failure.ts"
import { feedTask, InputLost } from "./feed.ts"
import type { FeedTally, Holder, Supplies, WorkStage } from "./feed.ts"
import type { TaskReads } from "./layout.ts"
import type { AttemptKey, AttemptOutcome } from "./state.ts"

/** Bytes of a batch between stages, and of a result's. */
const BATCH_BYTES_TARGET = 1024 * 1024

export interface AttemptWork {
  readonly at: AttemptKey
  readonly stage: WorkStage
  readonly reads: TaskReads
  /** Where the outputs lie that it reads, by stage. */
  readonly holders: ReadonlyMap<StageId, readonly Holder[]>
  readonly supplies: Supplies
}

export interface AttemptReport extends Pick<FeedTally, "bytesRead" | "bytesRemote"> {
  readonly outcome: AttemptOutcome
  /** Only of an attempt that is done. */
  readonly metrics: TaskMetrics | undefined
  /** The engine's thread is gone. */
  readonly lost: boolean
}

/** One run of one task on one engine: feeds it, keeps its output. Never rejects. */
export async function runAttempt(work: AttemptWork, engine: PooledEngine, stop: AbortSignal): Promise<AttemptReport> {
  const { at, stage, reads, holders, supplies } = work
  const task = engineTask(work)
  // What an earlier attempt wrote here is not what readers shall get now.
  if (at.attempt > 1) supplies.store.retract(at)
  const output = attemptOutput(at, stage, supplies.store)
  const talk = converse(engine, task, output.take)
  const halt = AbortSignal.any([stop, output.failed])
  const ended = new AbortController()
  const tally: FeedTally = { bytesRead: 0, bytesRemote: 0, rowsSkipped: 0 }
  const read = () => ({ bytesRead: tally.bytesRead, bytesRemote: tally.bytesRemote })
  // A task that ends before it was told to run has failed: what is still being read for it is of no use.
  void talk.lastWord.then(() => ended.abort())
  const signal = AbortSignal.any([halt, ended.signal])
  const inputs = { query: at.query, taskId: task.id, stage, reads, holders, supplies, tally }
  const feeding = feedTask(inputs, talk, signal)
  try {
    // An engine that takes no more input must not keep the feeding from being given up.
    talk.run(await Promise.race([feeding, aborted(halt)]))
    const word = await Promise.race([talk.lastWord, aborted(halt)])
    if (word._tag === "failed") throw word.error
    const outcome = await output.finish(word.metrics)
    return { outcome, metrics: withSkipped(word.metrics, tally), ...read(), lost: false }
  } catch (error) {
    const spokeFirst = ended.signal.aborted
    const word = await talk.cancel()
    await feeding.catch(() => undefined)
    await output.discard()
    const lost = word._tag === "failed" && word.error._tag === "EngineLost"
    if (stop.aborted) return { outcome: { _tag: "stopped" }, metrics: undefined, ...read(), lost }
    // What the engine said first is the cause; that the reading for it was broken off is only the consequence.
    const told = spokeFirst && word._tag === "failed" ? word.error : error
    const cause: unknown = output.failed.aborted ? output.failed.reason : told
    return { outcome: failedOutcome(cause, work, engine.name), metrics: undefined, ...read(), lost }
  }
}

function withSkipped(metrics: TaskMetrics, { rowsSkipped }: FeedTally): TaskMetrics {
  const { pages, rows } = metrics.rowsSkipped
  return { ...metrics, rowsSkipped: { pages: pages + rowsSkipped, rows } }
}

export function attemptName({ query, stage, task, attempt }: AttemptKey): string {
  return `${query}/${stage}/${task}/${attempt}`
}

function failedOutcome(cause: unknown, { at, stage }: AttemptWork, engine: string): AttemptOutcome {
  if (cause instanceof InputLost) return { _tag: "inputLost", node: cause.node, message: cause.message }
  return { _tag: "failed", error: located(asActorError(cause), at, engine, stage.columnNames) }
}

function engineTask({ at, stage }: AttemptWork): EngineTask {
  return {
    id: attemptName(at),
    query: at.query,
    inputs: stage.inputs.map((input) => ({
      table: input.table,
      isScan: input._tag === "scan",
      // One task that does everything may know an order: first, list, DISTINCT ON.
      isOrdered: stage.tasks._tag === "single",
      columns:
        input._tag === "scan"
          ? input.columns
          : input.columns.map(({ name, type }) => ({ name, sourceName: name, type })),
      pruning: input._tag === "scan" ? input.pruning : [],
    })),
    sql: stage.sql,
    columns: stage.columns.map(({ name, wireType }) => ({ name, wireType })),
    partitions: stage.output._tag === "hash" ? stage.output.partitions : 0,
    batchBytesTarget: BATCH_BYTES_TARGET,
  }
}

/** An attempt's output on its way into the store: appended in the order in which it came, counted for the end markers. */
function attemptOutput(at: AttemptKey, stage: WorkStage, store: ExchangeStore) {
  const partitions = stage.output._tag === "hash" ? stage.output.partitions : 1
  const markers = Array.from({ length: partitions }, () => ({ batches: 0, rows: 0, bytes: 0 }))
  const digests = new Uint32Array(partitions)
  const failure = new AbortController()
  let appended: Promise<void> = Promise.resolve()
  return {
    failed: failure.signal,
    /** Settles when the batch is safe, or when there is no more need for it. */
    take: ({ partition, sequence, batch }: TaskOutput): Promise<void> => {
      const marker = markers[partition]
      if (marker === undefined) {
        failure.abort(new ExchangeError({ message: `a batch of partition ${partition} came, of only ${partitions}` }))
        return appended
      }
      marker.batches += 1
      marker.rows += batch.rows
      marker.bytes += batch.bytes.byteLength
      digests[partition] = batchDigest(digests[partition] ?? 0, batch)
      appended = appended
        .then(async () => {
          if (!failure.signal.aborted) await store.append({ ...at, partition, sequence }, batch)
        })
        .catch((error: unknown) => failure.abort(error))
      return appended
    },
    /** The engine's own counts must agree with what came from it before anybody may read it. */
    finish: async (metrics: TaskMetrics): Promise<AttemptOutcome> => {
      await appended
      failure.signal.throwIfAborted()
      for (const [partition, marker] of markers.entries()) {
        const rows = metrics.partitionRows[partition] ?? 0
        if (rows === marker.rows) continue
        const message = `the engine wrote ${rows} rows of partition ${partition}, but ${marker.rows} came from it`
        throw new ExchangeError({ message })
      }
      await store.finish(at, markers)
      if (store.commit(at) === "refused") throw new ExchangeError({ message: "its output was not kept" })
      return { _tag: "done", digest: crc32(new Uint8Array(digests.buffer)), bytes: metrics.bytesOut }
    },
    discard: async () => {
      await appended
      store.discard(at)
    },
  }
}

/** What stands for all batches of a partition so far, in their order. */
function batchDigest(before: number, { checksum, rows }: BatchBytes): number {
  return crc32(new Uint8Array(Uint32Array.of(checksum, rows).buffer), before)
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    // An attempt's signals live as long as the attempt: the listener goes with them.
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true })
  })
}

/** DuckDB speaks of the fragment's columns, `source column c2`; the user knows them by their own names. */
function withNames(message: string, names: Stage["columnNames"]): string {
  return message.replaceAll(/(column "?)(c\d+)\b/g, (text, before: string, name: string) => {
    const known = Object.hasOwn(names, name) ? names[name] : undefined
    return known === undefined ? text : `${before}${known}`
  })
}

/** Says which task it was, and where it ran. */
function located(
  error: ActorError,
  { stage, task }: AttemptKey,
  node: string,
  names: Stage["columnNames"],
): ActorError {
  switch (error._tag) {
    case "QueryError":
      return new QueryError({ message: withNames(error.message, names), kind: error.kind, stage, task, node })
    case "OutOfMemory":
      return new OutOfMemory({ message: error.message, stage, task, node })
    case "EngineLost":
      return new EngineLost({ message: error.message, stage, task, node })
    case "ExchangeError":
      return new ExchangeError({ message: error.message, stage, task })
    case "SourceError":
    case "Cancelled":
      return error
  }
}
