/** Between two pauses the thread works so long and hears nothing, a cancellation neither. */
const SLICE_MS = 20

export type WorkKind = "decode" | "ingest" | "execute" | "scatter" | "other"

/** Measures a task's work, waiting excluded, and says when it is time to let messages in. */
export class TaskClock {
  readonly ms: Record<WorkKind, number> = { decode: 0, ingest: 0, execute: 0, scatter: 0, other: 0 }
  readonly #now: () => number
  readonly #pause: () => Promise<void>
  #sliceStart = 0

  /** `pause` lets messages in; it throws when one of them ends the task. */
  constructor(now: () => number, pause: () => Promise<void>) {
    this.#now = now
    this.#pause = pause
  }

  busyMs(): number {
    return Object.values(this.ms).reduce((sum, ms) => sum + ms, 0)
  }

  /** Measured pieces do not nest. */
  work<T>(kind: WorkKind, work: () => T): T {
    const start = this.#now()
    try {
      return work()
    } finally {
      this.ms[kind] += this.#now() - start
    }
  }

  startSlice(): void {
    this.#sliceStart = this.#now()
  }

  async pauseWhenDue(): Promise<void> {
    if (this.#now() - this.#sliceStart < SLICE_MS) return
    await this.#pause()
    this.startSlice()
  }
}
