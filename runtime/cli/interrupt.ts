import { EXIT_FAILED, EXIT_INTERRUPTED, OutputClosed } from "./exit.ts"
import { complain, standardOutput } from "./output.ts"

/** After Ctrl-C or the loss of the reader everything must be over in this time; then the process ends as it is. */
const CANCEL_MS_MAX = 5_000
const EXIT_TERMINATED = 143
const EXIT_HUNG_UP = 129

/**
 * Runs work that ends early on Ctrl-C, on SIGTERM or SIGHUP, and when nobody reads the output any more. A second Ctrl-C does not
 * wait for anything.
 */
export async function interruptible(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const cancel = new AbortController()
  let interrupted: number | undefined
  const stop = (code: number): void => {
    if (interrupted !== undefined) process.exit(interrupted)
    interrupted = code
    cancel.abort()
    setTimeout(() => process.exit(code), CANCEL_MS_MAX).unref()
  }
  const onInterrupt = (): void => stop(EXIT_INTERRUPTED)
  const onTerminate = (): void => stop(EXIT_TERMINATED)
  // A terminal that closes must not leave a spool folder behind.
  const onHangUp = (): void => stop(EXIT_HUNG_UP)
  const onClosed = (): void => {
    cancel.abort()
    setTimeout(() => process.exit(EXIT_FAILED), CANCEL_MS_MAX).unref()
  }
  const { closed } = standardOutput()
  process.on("SIGINT", onInterrupt)
  process.on("SIGTERM", onTerminate)
  process.on("SIGHUP", onHangUp)
  closed.addEventListener("abort", onClosed)
  try {
    return await work(cancel.signal)
  } catch (error) {
    if (closed.aborted) throw new OutputClosed()
    if (interrupted === undefined) throw error
    complain("interrupted")
    return interrupted
  } finally {
    process.off("SIGINT", onInterrupt)
    process.off("SIGTERM", onTerminate)
    process.off("SIGHUP", onHangUp)
    closed.removeEventListener("abort", onClosed)
  }
}
