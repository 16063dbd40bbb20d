import { deadlineExceeded } from "../http/stop.ts"

/** What ends a request early; the reason of the signal is what the client is told, if it is still there. */
export interface Stop {
  readonly signal: AbortSignal
  readonly release: () => void
}

/** Aborts with the first of these signals, and when the time is over. */
export function openStop(signals: readonly AbortSignal[], deadlineMs: number): Stop {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(deadlineExceeded(deadlineMs)), deadlineMs)
  const follow = () => stop.abort(signals.find(({ aborted }) => aborted)?.reason)
  for (const signal of signals) signal.addEventListener("abort", follow, { once: true })
  if (signals.some(({ aborted }) => aborted)) follow()
  return {
    signal: stop.signal,
    release: () => {
      clearTimeout(timer)
      for (const signal of signals) signal.removeEventListener("abort", follow)
    },
  }
}
