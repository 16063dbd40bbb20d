import type { Transport } from "../../transport/transport.ts"
import { RELEASE_PATH, releaseRequests } from "./order.ts"

/** How long a node may take to stop what it does for a query and to forget what it wrote: a query's end waits for it. */
const RELEASE_MS_MAX = 2_000

/** After this a node that could not be told is told again, for as long as it is in the cluster. */
const RELEASE_AGAIN_MS = 5_000

/** Which nodes took part in which query, and the word to them that it is over. */
export interface Releases {
  readonly takesPart: (query: string, node: string) => void
  /** Settles when every member that took part was told once; those that could not be told are told again later. */
  readonly release: (query: string) => Promise<void>
  /** What it held is gone with it, or will be when it is heard again: it is not told again of what is over. */
  readonly nodeGone: (node: string) => void
  readonly pending: () => number
  readonly close: () => void
}

export function queryReleases(transport: Transport, isMember: (node: string) => boolean): Releases {
  const taking = new Map<string, Set<string>>()
  /** By node: queries that it could not be told the end of. */
  const untold = new Map<string, Set<string>>()
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const tell = async (node: string, query: string): Promise<void> => {
    try {
      await transport.request({ node, path: RELEASE_PATH }, releaseRequests.encode({ query }), {
        deadlineMs: RELEASE_MS_MAX,
      })
      forget(node, query)
    } catch {
      // One that is not in the cluster any more has nothing left; one that cannot be reached just now is asked again.
      if (isMember(node)) later()
      else forget(node, query)
    }
  }
  const forget = (node: string, query: string) => {
    const queries = untold.get(node)
    queries?.delete(query)
    if (queries?.size === 0) untold.delete(node)
  }
  const later = () => {
    if (closed || timer !== undefined) return
    timer = setTimeout(() => {
      timer = undefined
      for (const [node, queries] of untold) for (const query of queries) void tell(node, query)
    }, RELEASE_AGAIN_MS)
    timer.unref()
  }
  return {
    takesPart: (query, node) => {
      const nodes = taking.get(query)
      if (nodes === undefined) taking.set(query, new Set([node]))
      else nodes.add(node)
    },
    release: async (query) => {
      const nodes = [...(taking.get(query) ?? [])]
      taking.delete(query)
      for (const node of nodes) {
        const queries = untold.get(node)
        if (queries === undefined) untold.set(node, new Set([query]))
        else queries.add(query)
      }
      // One that was given up may still be there, only silent: it is told, and not waited for.
      const told = nodes.map((node) => ({ node, over: tell(node, query) }))
      await Promise.all(told.filter(({ node }) => isMember(node)).map(({ over }) => over))
    },
    nodeGone: (node) => {
      untold.delete(node)
    },
    pending: () => taking.size + untold.size,
    close: () => {
      closed = true
      clearTimeout(timer)
    },
  }
}
