/**
 * Wakes whoever waits for "something changed". The waiter looks at the state again each time, and looks before it
 * waits, so a change is never missed and one that does not concern it does no harm.
 */
export interface Gate {
  readonly changed: () => Promise<void>
  readonly open: () => void
}

export function gate(): Gate {
  let waiting: (() => void)[] = []
  return {
    changed: () =>
      new Promise((resolve) => {
        waiting.push(resolve)
      }),
    open: () => {
      const ready = waiting
      waiting = []
      for (const wake of ready) wake()
    },
  }
}
