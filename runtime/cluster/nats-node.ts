import { spawnEngine } from "../../actors/engine/thread.ts"
import { parquetSource } from "../../actors/sources/parquet/source.ts"
import { ENGINE_MACROS } from "../../planner/lowering/engine-macros.ts"
import type { Role } from "../../transport/presence/card.ts"
import type { PresenceEvent } from "../../transport/presence/core.ts"
import type { NatsLink } from "../../transport/nats/connect.ts"
import type { NatsSettings } from "../../transport/nats/settings.ts"
import { sqlPlanner } from "../coordinator/sql-planner.ts"
import type { ScriptOptions } from "../session/scripted.ts"
import { engineMemory } from "../pool/memory.ts"
import { natsClusterLink } from "./link.ts"
import { openClusterNode } from "./node.ts"
import type { ClusterNode } from "./node.ts"
import type { DataRoot } from "./roots.ts"

/** After a node has said hello, how long it waits for the first other one before it says that it is alone. */
const ANSWER_MS_MAX = 300

export interface NatsNodeOptions {
  readonly settings: NatsSettings
  readonly name: string
  readonly roles: readonly Role[]
  readonly workers: number
  readonly roots: readonly DataRoot[]
  /** Of the statements that come to this node. */
  readonly scripts?: ScriptOptions
  /** What each engine keeps of files that it has read; 0: nothing. By default a share of its memory. */
  readonly cacheBytes?: number | undefined
  readonly onEvent: (event: PresenceEvent) => void
  readonly onRefused: (reason: string) => void
}

export interface NatsNode extends ClusterNode {
  /** The connection that carries the cluster; other doors may use it too. */
  readonly nats: NatsLink
}

/** A node with real engines, in a cluster over NATS. Rejects with NatsConnectError, or what its engines start with. */
export async function openNatsNode(options: NatsNodeOptions): Promise<NatsNode> {
  const { settings, name, roles, workers, roots, scripts = {}, onEvent, onRefused } = options
  const link = await natsClusterLink(settings, name)
  const memory = engineMemory(Math.max(1, workers), options.cacheBytes)
  const version = Promise.withResolvers<string>()
  version.promise.catch(() => undefined)
  const spawn = async (engine: string) => {
    try {
      const thread = await spawnEngine({ name: engine, ...memory, ...ENGINE_MACROS })
      version.resolve(thread.version)
      return thread
    } catch (error) {
      version.reject(error)
      throw error
    }
  }
  const parts = { planner: sqlPlanner, source: parquetSource, spawn, duckdb: () => version.promise }
  const node = await openClusterNode({ name, roles, workers, roots, scripts, link, ...parts, onEvent, onRefused })
  // Those that are there answer at once; one that is alone need not wait for anybody.
  await node.presence.until((nodes) => nodes.length > 1, AbortSignal.timeout(ANSWER_MS_MAX)).catch(() => undefined)
  return { ...node, nats: link.nats }
}
