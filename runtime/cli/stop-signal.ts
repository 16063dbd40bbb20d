import { EXIT_INTERRUPTED } from "./exit.ts"

/** The same signal so soon is the first one again: it was sent to the process and to its group. */
const SAME_SIGNAL_MS_MAX = 200

/** For a command that works until it is told to stop: called at the first signal. A second one ends the process as it is. */
export function onStopSignal(stop: () => void): void {
  let first: { readonly signal: NodeJS.Signals; readonly atMs: number } | undefined
  const onSignal = (signal: NodeJS.Signals) => {
    const atMs = performance.now()
    const isSame = first?.signal === signal && atMs - first.atMs <= SAME_SIGNAL_MS_MAX
    if (first !== undefined && !isSame) process.exit(EXIT_INTERRUPTED)
    first ??= { signal, atMs }
    stop()
  }
  process.on("SIGINT", onSignal)
  process.on("SIGTERM", onSignal)
}
