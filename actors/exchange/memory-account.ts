/**
 * Bytes of batches that the store holds in memory, against the node's budget. Batches that are on their way to a file
 * count until they are there. Writers wait here while the account is over its budget, in the order in which they came.
 */
export interface MemoryAccount {
  readonly held: () => number
  /** The most that was ever held. */
  readonly peak: () => number
  /** Whether `bytes` more may stay; the rest of the budget is kept free for batches on their way to a file. */
  readonly mayStay: (bytes: number) => boolean
  readonly take: (bytes: number) => void
  readonly give: (bytes: number) => void
  /** Settles as soon as the account is within its budget. */
  readonly withinBudget: () => Promise<void>
}

/** The share of the budget that is kept free for batches on their way to a file, and its limit. */
const WRITING_SHARE = 1 / 4
const WRITING_BYTES_MAX = 32 * 1024 * 1024

export function memoryAccount(budgetBytes: number): MemoryAccount {
  const stayingBytesMax = budgetBytes - Math.min(WRITING_BYTES_MAX, budgetBytes * WRITING_SHARE)
  let held = 0
  let peak = 0
  let waiting: (() => void)[] = []
  return {
    held: () => held,
    peak: () => peak,
    mayStay: (bytes) => held + bytes <= stayingBytesMax,
    take: (bytes) => {
      held += bytes
      peak = Math.max(peak, held)
    },
    give: (bytes) => {
      held -= bytes
      if (held > budgetBytes) return
      const ready = waiting
      waiting = []
      for (const wake of ready) wake()
    },
    withinBudget: () =>
      held <= budgetBytes
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting.push(resolve)
          }),
  }
}
