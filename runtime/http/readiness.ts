import { EngineLost } from "../../actors/errors.ts"
import type { Session } from "../session.ts"

/** How long a probe waits for its answer: the first one starts an engine. */
const PROBE_MS_MAX = 10_000

/** Whether queries can be answered. Known from the last one; asked only while that is not known, or was bad. */
export interface Readiness {
  /** Undefined when ready, else what a client may be told. */
  readonly reason: () => Promise<string | undefined>
  /** Is told how each query ended. */
  readonly answered: () => void
  readonly failed: (error: unknown) => void
}

export function readiness(session: Session): Readiness {
  let isReady = false
  let probing: Promise<string | undefined> | undefined

  const probe = async (): Promise<string | undefined> => {
    try {
      const { batches } = await session.query("SELECT 1", { form: "text", signal: AbortSignal.timeout(PROBE_MS_MAX) })
      const reading = batches[Symbol.asyncIterator]()
      while ((await reading.next()).done !== true);
      isReady = true
      return undefined
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    } finally {
      probing = undefined
    }
  }
  return {
    reason: async () => {
      if (isReady) return undefined
      probing ??= probe()
      return probing
    },
    answered: () => {
      isReady = true
    },
    failed: (error) => {
      if (error instanceof EngineLost) isReady = false
    },
  }
}
