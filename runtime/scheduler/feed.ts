import type { ExchangeStore } from "../../actors/exchange/store.ts"
import type { SourceTable, Split, SplitBytes } from "../../actors/sources/source.ts"
import type { ExchangeInput, ScanInput, StageId } from "../../planner/physical/stage.ts"
import type { Conversation } from "./conversation.ts"
import type { StageLayout, TaskReads } from "./layout.ts"

/** Splits whose bytes are read before the engine asks for them. */
const SPLITS_AHEAD_MAX = 2

/** Bytes of an exchange that a task's reader may hold. */
const READ_WINDOW_BYTES = 8 * 1024 * 1024

/** Where a task's inputs come from. */
export interface Supplies {
  readonly store: ExchangeStore
  readonly table: (source: string) => SourceTable
  /** How many tasks the stage has. */
  readonly producers: (stage: StageId) => number
}

export interface Fed {
  /** Rows of every exchange table, as its producers' end markers say. */
  readonly rows: Readonly<Record<string, number>>
  /** From storage. */
  readonly bytesRead: number
}

/** Sends all that a task reads. Exchanges come first: a join's small side is there when its large one arrives. */
export async function feedTask(
  query: string,
  taskId: string,
  layout: StageLayout,
  reads: TaskReads,
  talk: Conversation,
  supplies: Supplies,
  signal: AbortSignal,
): Promise<Fed> {
  const rows: Record<string, number> = {}
  const scans: ScanInput[] = []
  for (const input of layout.stage.inputs) {
    if (input._tag === "scan") scans.push(input)
    else rows[input.table] = await feedExchange(query, taskId, input, reads.partition, talk, supplies, signal)
  }
  let bytesRead = 0
  for (const scan of scans) {
    const splits = reads.splits.get(scan.table) ?? []
    bytesRead += await feedScan(taskId, scan, splits, talk, supplies.table(scan.source), signal)
  }
  return { rows, bytesRead }
}

async function feedExchange(
  query: string,
  taskId: string,
  input: ExchangeInput,
  partition: number | undefined,
  talk: Conversation,
  { store, producers }: Supplies,
  signal: AbortSignal,
): Promise<number> {
  const wanted = input.mode === "hash" && partition !== undefined ? partition : "all"
  const from = { query, stage: input.stage, producers: producers(input.stage), partition: wanted } as const
  let rows = 0
  const reader = store.open({ ...from, windowBytes: READ_WINDOW_BYTES, signal })
  for await (const { bytes, rows: count, checksum } of reader) {
    signal.throwIfAborted()
    const batch = { bytes, rows: count, checksum }
    await talk.input({ _tag: "InputBatch", task: taskId, table: input.table, batch }, [])
    rows += count
  }
  return rows
}

async function feedScan(
  taskId: string,
  input: ScanInput,
  splits: readonly Split[],
  talk: Conversation,
  table: SourceTable,
  signal: AbortSignal,
): Promise<number> {
  const columns = input.columns.map((column) => column.sourceName)
  let bytesRead = 0
  for await (const split of readAhead(splits, (each) => table.fetch(each, columns, signal))) {
    signal.throwIfAborted()
    bytesRead += split.bytesRead
    await talk.input({ _tag: "InputSplit", task: taskId, table: input.table, split }, split.buffers)
  }
  return bytesRead
}

async function* readAhead(
  splits: readonly Split[],
  fetch: (split: Split) => Promise<SplitBytes>,
): AsyncGenerator<SplitBytes> {
  const ahead: Promise<SplitBytes>[] = []
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
