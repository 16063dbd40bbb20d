import type { ExchangeReader } from "../../actors/exchange/reader.ts"
import type { ResultBatch } from "../session.ts"

interface Arrival {
  readonly lane: Lane
  /** undefined: nothing is left for this lane. */
  readonly batch: ResultBatch | undefined
}

interface Lane {
  readonly lane: number
  task: number
  reader: ExchangeReader
}

/**
 * Reads tasks side by side, each by itself from its first row to its last. A lane takes the next task as soon as it has
 * read one; batches come as they arrive.
 */
export async function* readLanes(
  open: (task: number) => ExchangeReader,
  tasks: number,
  lanes: number,
): AsyncGenerator<ResultBatch> {
  let next = Math.min(tasks, lanes)
  const all = Array.from({ length: next }, (_, i): Lane => ({ lane: i, task: i, reader: open(i) }))
  const waiting = new Map<Lane, Promise<Arrival>>()

  const nextBatch = async (lane: Lane): Promise<Arrival> => {
    for (;;) {
      const batch = await lane.reader.next()
      const part = { task: lane.task, lane: lane.lane }
      if (batch !== undefined) return { lane, batch: { ipc: batch.bytes, rows: batch.rows, part } }
      if (next >= tasks) return { lane, batch: undefined }
      lane.task = next
      next += 1
      lane.reader = open(lane.task)
    }
  }
  const wait = (lane: Lane): void => {
    const arrival = nextBatch(lane)
    // It may fail while the consumer has the word: the next round hears of it.
    arrival.catch(() => undefined)
    waiting.set(lane, arrival)
  }
  try {
    for (const lane of all) wait(lane)
    while (waiting.size > 0) {
      const { lane, batch } = await Promise.race(waiting.values())
      waiting.delete(lane)
      if (batch === undefined) continue
      wait(lane)
      yield batch
    }
  } finally {
    await Promise.all(all.map(({ reader }) => reader.close()))
  }
}
