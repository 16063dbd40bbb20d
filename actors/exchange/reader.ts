import { Cancelled, ExchangeError } from "../errors.ts"
import type { AttemptOutput, StoredBatch } from "./attempt-output.ts"
import type { ExchangeBatch } from "./keys.ts"
import { attemptText } from "./keys.ts"
import type { QueryOutputs } from "./query-outputs.ts"
import type { SpoolReader } from "./spool-file.ts"
import { partitionCheck } from "./verify.ts"
import type { WindowCounts, WindowQueue } from "./window-queue.ts"
import { windowQueue } from "./window-queue.ts"

export interface ReadRequest {
  readonly query: string
  readonly stage: number
  /** How many tasks the producing stage has: `first` to `producers - 1` are read, in this order. */
  readonly producers: number
  /** 0 when not given. */
  readonly first?: number
  readonly partition: number | "all"
  /** Bytes fetched ahead of the consumer. A batch that is larger passes alone. */
  readonly windowBytes: number
  /**
   * Gives batches before their attempt is committed. When an attempt is discarded, the next one's first batches must
   * equal those that were given already, or the reader fails. One partition only.
   */
  readonly live?: boolean
  readonly signal?: AbortSignal
}

/** Batches in the order (producer, partition, sequence), each verified. Rejects with the query's or the task's error. */
export interface ExchangeReader extends AsyncIterable<ExchangeBatch> {
  /** undefined: everything was read, and the end markers agree. */
  readonly next: () => Promise<ExchangeBatch | undefined>
  /** Ends reading early; settles when nothing of the reader is left. */
  readonly close: () => Promise<void>
}

/** What the pump works with. */
interface Source {
  readonly request: ReadRequest
  readonly query: QueryOutputs
  readonly window: WindowQueue
}

export function exchangeReader(request: ReadRequest, query: QueryOutputs, windows: WindowCounts): ExchangeReader {
  const cancelled = () =>
    new Cancelled({ message: `Reading stage ${request.stage} of query ${request.query} was cancelled.` })
  const onAbort = () => window.fail(cancelled())
  const onChange = () => {
    // A failed query is told at once, not after what was fetched before it failed.
    if (query.failure !== undefined) window.fail(query.failure)
    window.wake()
  }
  const unwatch = query.watch(request.stage, onChange)
  const window = windowQueue(request.windowBytes, windows, () => {
    unwatch()
    request.signal?.removeEventListener("abort", onAbort)
    query.readers.delete(reader)
  })
  const reader: ExchangeReader = {
    next: window.next,
    close: async () => {
      window.fail(cancelled())
      await pumping
    },
    async *[Symbol.asyncIterator]() {
      try {
        for (let batch = await window.next(); batch !== undefined; batch = await window.next()) yield batch
      } finally {
        await reader.close()
      }
    },
  }
  query.readers.add(reader)
  request.signal?.addEventListener("abort", onAbort)
  if (request.signal?.aborted === true) onAbort()
  const pumping = pump({ request, query, window }).then(window.end, window.fail)
  return reader
}

async function pump(source: Source): Promise<void> {
  const { first = 0, producers, partition } = source.request
  for (let task = first; task < producers; task += 1) {
    if (partition !== "all") await pumpPartition(source, task, partition)
    else {
      const output = await committedOutput(source, task)
      for (let each = 0; each < output.partitionCount(); each += 1) await pumpPartition(source, task, each)
    }
  }
}

/** What ends the reading early: an abort, the query's failure, the task's. */
function throwIfFailed({ request, query, window }: Source, task: number): void {
  window.throwFailure()
  const error = query.failure ?? query.knownTask(request.stage, task)?.failure
  if (error !== undefined) throw error
}

async function committedOutput(source: Source, task: number): Promise<AttemptOutput> {
  for (;;) {
    throwIfFailed(source, task)
    const output = source.query.knownTask(source.request.stage, task)?.committed
    if (output !== undefined) return output
    await source.window.woken()
  }
}

/**
 * One partition of one producer, to its end. Reading live, the attempt may be discarded under way: the next one is
 * then read from its beginning, and what the consumer already has is compared instead of given.
 */
async function pumpPartition(source: Source, task: number, partition: number): Promise<void> {
  const { request, query } = source
  /** Checksums of the batches that the consumer was given. */
  const given: number[] = []
  for (;;) {
    throwIfFailed(source, task)
    const outputs = query.knownTask(request.stage, task)
    const output = request.live === true ? outputs?.newest() : outputs?.committed
    if (output === undefined) {
      await source.window.woken()
      continue
    }
    const loader = batchLoader(output)
    try {
      if (await pumpAttempt(source, output, partition, given, loader)) return
    } finally {
      await loader.close()
    }
  }
}

/** Reads an attempt as far as it is readable. false: it was discarded, or a newer one has taken its place. */
async function pumpAttempt(
  source: Source,
  output: AttemptOutput,
  partition: number,
  given: number[],
  loader: BatchLoader,
): Promise<boolean> {
  const { request, query } = source
  const { stage, task } = output.key
  const check = partitionCheck(output.key, partition)
  const isCurrent = () => !output.dropped && query.knownTask(stage, task)?.newest() === output
  for (let index = 0; ;) {
    throwIfFailed(source, task)
    if (!isCurrent()) return leave(source, output)
    const stored = output.batches(partition)[index]
    if (stored === undefined) {
      if (query.knownTask(stage, task)?.committed === output) {
        check.end(output.markers?.[partition])
        requireSame(output, partition, given.length <= index)
        return true
      }
      await source.window.woken()
      continue
    }
    await source.window.claim(stored.byteLength)
    let isGiven = false
    try {
      const bytes = await loader.load(stored)
      if (bytes === undefined || !isCurrent()) return leave(source, output)
      const { sequence, rows, checksum } = stored
      const batch: ExchangeBatch = { producer: task, partition, sequence, rows, checksum, bytes }
      check.batch(batch)
      if (index < given.length) requireSame(output, partition, given[index] === checksum)
      else {
        if (request.live === true) given.push(checksum)
        isGiven = true
        source.window.put(batch)
      }
    } finally {
      if (!isGiven) source.window.giveBack(stored.byteLength)
    }
    index += 1
  }
}

/** A live reader goes on with the next attempt; what another one has given cannot be compared with that. */
function leave({ request }: Source, output: AttemptOutput): false {
  if (request.live === true) return false
  throw new ExchangeError({
    message: `${attemptText(output.key)}: its output was taken back while it was read; the task runs again.`,
    stage: output.key.stage,
    task: output.key.task,
  })
}

function requireSame(output: AttemptOutput, partition: number, same: boolean): void {
  if (same) return
  throw new ExchangeError({
    message:
      `${attemptText(output.key)}, partition ${partition}: the task ran again and gave other batches than those ` +
      `that had been read already; run the query again.`,
    stage: output.key.stage,
    task: output.key.task,
  })
}

interface BatchLoader {
  /** undefined: the attempt was dropped meanwhile. */
  readonly load: (stored: StoredBatch) => Promise<Uint8Array | undefined>
  readonly close: () => Promise<void>
}

function batchLoader(output: AttemptOutput): BatchLoader {
  let reader: SpoolReader | undefined
  return {
    load: async (stored) => {
      if (stored.bytes !== undefined) return stored.bytes
      if (output.dropped) return undefined
      try {
        reader ??= await output.openReader()
        return await reader.read(stored.offset, stored.byteLength)
      } catch (error) {
        if (output.dropped) return undefined
        throw output.diskError(`batch ${stored.sequence} could not be read back from the spool folder`, error)
      }
    },
    close: async () => {
      await reader?.close()
    },
  }
}
