import { gate } from "./gate.ts"
import type { ExchangeBatch } from "./keys.ts"

/** Bytes that readers have fetched and their consumers have not taken, over the whole store. */
export interface WindowCounts {
  held: number
  peak: number
}

/**
 * Between what fetches batches and who takes them. Never holds more than the window, except one batch that is larger
 * than it and passes alone: so a window of any size lets everything through.
 */
export interface WindowQueue {
  /** Waits until there is room for `bytes`, and claims it. Throws the failure. */
  readonly claim: (bytes: number) => Promise<void>
  /** Puts a batch into the room claimed for it. */
  readonly put: (batch: ExchangeBatch) => void
  /** Gives claimed room back. */
  readonly giveBack: (bytes: number) => void
  /** Waits for a batch. undefined: the good end. Throws the failure. */
  readonly next: () => Promise<ExchangeBatch | undefined>
  /** What was put can still be taken. */
  readonly end: () => void
  /** What was put is thrown away, and everyone who waits is told. Only the first end or failure counts. */
  readonly fail: (error: unknown) => void
  readonly throwFailure: () => void
  /** Wakes the fetching side to look again, and waits for that. */
  readonly wake: () => void
  readonly woken: () => Promise<void>
}

/** `onOver` is called once, when nothing is left to take. */
export function windowQueue(windowBytes: number, counts: WindowCounts, onOver: () => void): WindowQueue {
  const ready: ExchangeBatch[] = []
  const fetching = gate()
  const taking = gate()
  let state: "open" | "ended" | "failed" = "open"
  let failure: unknown
  let held = 0
  let over = false

  const giveBack = (bytes: number) => {
    held -= bytes
    counts.held -= bytes
    fetching.open()
  }
  const settle = () => {
    if (!over && state !== "open" && ready.length === 0) {
      over = true
      onOver()
    }
    fetching.open()
    taking.open()
  }
  const throwFailure = () => {
    if (state === "failed") throw failure
  }
  return {
    claim: async (bytes) => {
      while (state === "open" && held > 0 && held + bytes > windowBytes) await fetching.changed()
      throwFailure()
      held += bytes
      counts.held += bytes
      counts.peak = Math.max(counts.peak, counts.held)
    },
    put: (batch) => {
      if (state === "open") ready.push(batch)
      else giveBack(batch.bytes.byteLength)
      taking.open()
    },
    giveBack,
    next: async () => {
      while (ready.length === 0 && state === "open") await taking.changed()
      throwFailure()
      const batch = ready.shift()
      if (batch !== undefined) giveBack(batch.bytes.byteLength)
      if (state !== "open") settle()
      return batch
    },
    end: () => {
      if (state === "open") state = "ended"
      settle()
    },
    fail: (error) => {
      // After a good end a failure still counts while there is something to take: it must not outlive its query.
      if (state === "failed" || over) return
      state = "failed"
      failure = error
      for (const batch of ready.splice(0)) giveBack(batch.bytes.byteLength)
      settle()
    },
    throwFailure,
    wake: fetching.open,
    woken: fetching.changed,
  }
}
