import type { Presence } from "../../transport/presence/presence.ts"
import type { Transport } from "../../transport/transport.ts"
import { isTransportFailure } from "./failures.ts"
import { NO_WORDS, PROBE_PATH } from "./order.ts"

/** How long a node that is under suspicion may take to answer. */
const PROBE_MS_MAX = 2_000

/** How long work that broke off because this node was cut off waits for the way back, before it is tried again. */
const BACK_MS_MAX = 5_000

/**
 * Every node finds its own way back to a server that was away, and tries every 2 s at least: for so long after this one
 * is back it is no sign of a loss that nobody listens where another would.
 */
const OTHERS_BACK_MS_MAX = 4_000
const ASK_AGAIN_MS = 200

/** Finds out about nodes that did not do what they should. */
export interface Suspicions {
  /**
   * Asks a node that did not do what it should whether it is there at all. When nobody listens there it is lost, for
   * everything on this node, before this settles. While this node itself is cut off it waits a while for the way back.
   */
  readonly suspect: (node: string) => Promise<void>
  /** The carrier says that nobody listens where the node would. */
  readonly gone: (node: string) => void
  /** This node cannot reach anybody; it can again. */
  readonly cutOff: () => void
  readonly back: () => void
}

export function suspicions({
  presence,
  transport,
}: {
  readonly presence: Pick<Presence, "gone">
  readonly transport: Pick<Transport, "node" | "request">
}): Suspicions {
  const probes = new Map<string, Promise<void>>()
  const isolation = isolated()
  const isNobodyThere = async (node: string): Promise<boolean> => {
    try {
      await transport.request({ node, path: PROBE_PATH }, NO_WORDS, { deadlineMs: PROBE_MS_MAX })
      return false
    } catch (error) {
      return isTransportFailure(error) && error.reason === "nobody"
    }
  }
  const probe = async (node: string): Promise<void> => {
    await isolation.over(BACK_MS_MAX)
    while (await isNobodyThere(node)) {
      if (!isolation.isJustOver()) return presence.gone(node)
      await pause(ASK_AGAIN_MS).over
    }
  }
  return {
    suspect: (node) => {
      if (node === transport.node) return Promise.resolve()
      let asked = probes.get(node)
      if (asked === undefined) {
        asked = probe(node).finally(() => probes.delete(node))
        probes.set(node, asked)
      }
      return asked
    },
    gone: (node) => {
      if (!isolation.isJustOver()) presence.gone(node)
    },
    cutOff: isolation.begin,
    back: isolation.end,
  }
}

/** The time in which nobody can be reached. */
function isolated() {
  let back: PromiseWithResolvers<void> | undefined
  let backAtMs = Number.NEGATIVE_INFINITY
  return {
    begin: () => {
      back ??= Promise.withResolvers<void>()
    },
    end: () => {
      if (back !== undefined) backAtMs = performance.now()
      back?.resolve()
      back = undefined
    },
    isJustOver: () => performance.now() - backAtMs < OTHERS_BACK_MS_MAX,
    /** Settles when it is over, or after so long. */
    over: async (ms: number) => {
      if (back === undefined) return
      const patience = pause(ms)
      await Promise.race([back.promise, patience.over])
      patience.end()
    },
  }
}

function pause(ms: number): { readonly over: Promise<void>; readonly end: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  return { over: promise, end: () => clearTimeout(timer) }
}
