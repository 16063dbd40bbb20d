import { clearImmediate, setImmediate } from "node:timers"
import type { Living } from "./kernel.ts"
import { workQueue } from "./work-queue.ts"

/** Messages handled before timers, sockets and files get their turn again. */
const TURNS_IN_A_ROW_MAX = 256

export interface RunLoop {
  readonly wake: (cell: Living) => void
  readonly betweenTurns: (action: () => void) => void
  readonly close: () => void
}

/**
 * Gives each actor with work one turn after the other. Starts from the event loop, never from a microtask: actors that
 * keep each other busy must not keep files and sockets waiting.
 */
export function runLoop(): RunLoop {
  const ready = workQueue<Living>()
  const actions = workQueue<() => void>()
  let immediate: NodeJS.Immediate | undefined
  let inTurn = false
  let acting = false

  const act = () => {
    if (inTurn || acting) return
    acting = true
    try {
      for (let action = actions.take(); action !== undefined; action = actions.take()) action()
    } finally {
      acting = false
    }
  }
  const loop = () => {
    immediate = undefined
    for (let turns = 0; turns < TURNS_IN_A_ROW_MAX; turns += 1) {
      const cell = ready.take()
      if (cell === undefined) return
      inTurn = true
      try {
        if (cell.turn()) ready.put(cell)
      } finally {
        inTurn = false
      }
      act()
    }
    if (ready.size() > 0) immediate = setImmediate(loop)
  }
  return {
    wake: (cell) => {
      ready.put(cell)
      immediate ??= setImmediate(loop)
    },
    betweenTurns: (action) => {
      actions.put(action)
      act()
    },
    close: () => {
      clearImmediate(immediate)
      immediate = undefined
      ready.clear()
    },
  }
}
