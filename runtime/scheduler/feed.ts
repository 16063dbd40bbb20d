import type { ExchangeBatch } from "../../actors/exchange/keys.ts"
import type { ExchangeStore } from "../../actors/exchange/store.ts"
import type { RowRange, Split, SplitBytes } from "../../actors/sources/source.ts"
import type { EngineSplit } from "../../actors/engine/messages.ts"
import type { ExchangeInput, ScanInput, Stage, StageId } from "../../planner/physical/stage.ts"
import type { Conversation } from "./conversation.ts"
import type { TaskReads } from "./layout.ts"

/** Splits whose bytes are read before the engine asks for them. */
const SPLITS_AHEAD_MAX = 2

/** Bytes of an exchange that a task's reader may hold. */
const READ_WINDOW_BYTES = 8 * 1024 * 1024

/** What a task needs to know of its stage. Plain data: it crosses to other nodes. */
export interface WorkStage extends Pick<Stage, "id" | "sql" | "columns" | "tasks" | "output" | "columnNames"> {
  readonly inputs: readonly (WorkScan | ExchangeInput)[]
}

/** A scan whose splits are chosen. */
export type WorkScan = Pick<ScanInput, "_tag" | "table" | "source" | "columns" | "pruning">

/** Where a task's output lies. */
export interface Holder {
  readonly node: string
  readonly attempt: number
}

/** Where a task's inputs come from, and where its output goes. */
export interface Supplies {
  readonly store: ExchangeStore
  /** Batches in the order (producer, partition, sequence), each verified. Throws InputLost when a node has not got them. */
  readonly read: (request: InputRequest) => AsyncIterable<ExchangeBatch>
  readonly fetch: (source: string, split: Split, columns: readonly string[], signal: AbortSignal) => Promise<SplitBytes>
  /** The rows of the split that the scan may need, as far as its indexes tell. */
  readonly survivors: (
    source: string,
    split: Split,
    pruning: WorkScan["pruning"],
    signal: AbortSignal,
  ) => Promise<readonly RowRange[]>
  /** Tells the split's content from any other that a split of this node ever had. */
  readonly version: (source: string, split: Split) => Promise<string>
}

export interface InputRequest {
  readonly query: string
  readonly stage: StageId
  /** One a task of the stage. */
  readonly holders: readonly Holder[]
  readonly partition: number | "all"
  readonly windowBytes: number
  readonly signal: AbortSignal
  /** Bytes of batches came from another node. */
  readonly onRemote: (bytes: number) => void
}

/** Reads from a store that holds everything: of a session that is no part of a cluster. */
export function readStore(store: ExchangeStore): Supplies["read"] {
  return ({ holders, query, stage, partition, windowBytes, signal }) =>
    store.open({ query, stage, partition, windowBytes, signal, producers: holders.length })
}

/** An input cannot be had from the node that holds it. The task is not to blame, nor its engine. */
export class InputLost extends Error {
  readonly node: string
  constructor(node: string, message: string) {
    super(message)
    this.node = node
  }
}

/** A task's inputs, and what is counted while they are read. */
export interface Feeding {
  readonly query: string
  readonly taskId: string
  readonly stage: WorkStage
  readonly reads: TaskReads
  readonly holders: ReadonlyMap<StageId, readonly Holder[]>
  readonly supplies: Supplies
  readonly tally: FeedTally
}

export interface FeedTally {
  /** From storage. */
  bytesRead: number
  /** From other nodes. */
  bytesRemote: number
  /** Of splits whose indexes left none. */
  rowsSkipped: number
}

/**
 * Sends all that a task reads. Exchanges come first: a join's small side is there when its large one arrives. Gives the
 * rows of every exchange table, as its producers' end markers say.
 */
export async function feedTask(
  feeding: Feeding,
  talk: Conversation,
  signal: AbortSignal,
): Promise<Readonly<Record<string, number>>> {
  const { stage, reads } = feeding
  const rows: Record<string, number> = {}
  const scans: WorkScan[] = []
  for (const input of stage.inputs) {
    if (input._tag === "scan") scans.push(input)
    else rows[input.table] = await feedExchange(feeding, input, talk, signal)
  }
  for (const scan of scans) await feedScan(feeding, scan, reads.splits.get(scan.table) ?? [], talk, signal)
  return rows
}

async function feedExchange(
  { query, taskId, reads, holders, supplies, tally }: Feeding,
  input: ExchangeInput,
  talk: Conversation,
  signal: AbortSignal,
): Promise<number> {
  const from = holders.get(input.stage)
  if (from === undefined) throw new Error(`nobody said where the output of stage ${input.stage} lies`)
  const batches = supplies.read({
    query,
    stage: input.stage,
    holders: from,
    partition: input.mode === "hash" && reads.partition !== undefined ? reads.partition : "all",
    windowBytes: READ_WINDOW_BYTES,
    signal,
    onRemote: (bytes) => {
      tally.bytesRemote += bytes
    },
  })
  let rows = 0
  for await (const { bytes, rows: count, checksum } of batches) {
    signal.throwIfAborted()
    const batch = { bytes, rows: count, checksum }
    await talk.input({ _tag: "InputBatch", task: taskId, table: input.table, batch }, [])
    rows += count
  }
  return rows
}

async function feedScan(
  { taskId, supplies, tally }: Feeding,
  input: WorkScan,
  listed: readonly Split[],
  talk: Conversation,
  signal: AbortSignal,
): Promise<void> {
  const splits: Split[] = []
  const known: EngineSplit[] = []
  for (const split of listed) {
    const { rows, made } = split
    const survivors =
      input.pruning.length === 0 ? undefined : await supplies.survivors(input.source, split, input.pruning, signal)
    if (survivors?.length === 0) {
      tally.rowsSkipped += rows
      continue
    }
    splits.push(split)
    known.push({ key: await supplies.version(input.source, split), rows, made, survivors })
  }
  const missing = await talk.look(input.table, known)
  signal.throwIfAborted()
  const wanted = splits.flatMap((split, index) => {
    const columns = missing[index] ?? []
    return columns.length === 0 ? [] : [{ split, index, columns }]
  })
  const fetch = async ({ split, index, columns }: (typeof wanted)[number]) => ({
    index,
    split: await supplies.fetch(input.source, split, columns, signal),
  })
  for await (const { index, split } of readAhead(wanted, fetch)) {
    signal.throwIfAborted()
    tally.bytesRead += split.bytesRead
    await talk.input({ _tag: "InputSplit", task: taskId, table: input.table, index, split }, split.buffers)
  }
}

async function* readAhead<A, B>(splits: readonly A[], fetch: (split: A) => Promise<B>): AsyncGenerator<B> {
  const ahead: Promise<B>[] = []
  let next = 0
  try {
    for (;;) {
      while (ahead.length <= SPLITS_AHEAD_MAX) {
        const split = splits[next]
        if (split === undefined) break
        next += 1
        const bytes = fetch(split)
        // It is awaited in its turn; until then its failure must not count as unhandled.
        bytes.catch(() => undefined)
        ahead.push(bytes)
      }
      const first = ahead.shift()
      if (first === undefined) return
      yield await first
    }
  } finally {
    // Whoever leaves early still waits for the reads that are under way: no file stays open behind it.
    await Promise.allSettled(ahead)
  }
}
