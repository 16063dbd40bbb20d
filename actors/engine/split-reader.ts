import { ExchangeError } from "../errors.ts"
import type { DecodedBatch, DecodedColumn, LeftOut, SplitBytes, SplitFilter } from "../sources/source.ts"
import { decoderFor } from "./decoders.ts"
import type { TaskClock } from "./task-clock.ts"

/** Decodes a task's splits, and lets messages in between two batches. */
export class SplitReader {
  readonly #clock: TaskClock
  #bytes = 0
  #leftOut = { pages: 0, rows: 0 }

  constructor(clock: TaskClock) {
    this.#clock = clock
  }

  /** Arrow data that was decoded. */
  bytes(): number {
    return this.#bytes
  }

  /** Rows that were left out so far. */
  leftOut(): LeftOut {
    return this.#leftOut
  }

  /** Milliseconds of decoding and inserting so far. */
  workedMs(): number {
    return this.#clock.ms.decode + this.#clock.ms.ingest
  }

  insert(work: () => void): void {
    this.#clock.work("ingest", work)
  }

  /**
   * Gives every batch of these columns, each in memory that the next one is written to: `take` inserts or copies it. Returns
   * how many rows came. Throws when the split has not the rows that it should have.
   */
  async read(
    split: SplitBytes,
    columns: readonly DecodedColumn[],
    take: (stream: Uint8Array, rows: number) => void,
    filter?: SplitFilter,
  ): Promise<number> {
    const decoder = await decoderFor(split.kind)
    const batches = decoder.decode(split, columns, { lent: true, filter })[Symbol.iterator]()
    const before = this.#leftOut
    let rows = 0
    this.#clock.startSlice()
    try {
      for (let next = this.#decode(batches); next !== undefined; next = this.#decode(batches)) {
        const { ipc, rows: count, leftOut } = next
        this.#bytes += ipc.byteLength
        if (count > 0) this.insert(() => take(ipc, count))
        rows += count
        this.#leftOut = { pages: this.#leftOut.pages + leftOut.pages, rows: this.#leftOut.rows + leftOut.rows }
        await this.#clock.pauseWhenDue()
      }
    } finally {
      // A decoder that is left in the middle frees what it holds.
      batches.return?.()
    }
    const seen = rows + this.#leftOut.pages - before.pages + this.#leftOut.rows - before.rows
    if (seen === split.rows) return rows
    throw new ExchangeError({
      message: `${split.file} holds ${split.rows} rows in this split, but ${seen} were decoded`,
    })
  }

  #decode(batches: Iterator<DecodedBatch>): DecodedBatch | undefined {
    return this.#clock.work("decode", () => {
      const next = batches.next()
      return next.done === true ? undefined : next.value
    })
  }
}
