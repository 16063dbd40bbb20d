import { spawnEngine } from "../../../actors/engine/thread.ts"
import { parquetSource } from "../../../actors/sources/parquet/source.ts"
import { ENGINE_MACROS } from "../../../planner/lowering/engine-macros.ts"
import type { InProcessBus } from "../../../transport/in-process.ts"
import { inProcessBus } from "../../../transport/in-process.ts"
import type { Role } from "../../../transport/presence/card.ts"
import type { Wire } from "../../../transport/wire.ts"
import { sqlPlanner } from "../../coordinator/sql-planner.ts"
import { openClusterNode } from "../node.ts"
import type { ClusterNode, ClusterNodeOptions } from "../node.ts"
import { dataRoot } from "../roots.ts"

const MEMORY_LIMIT_BYTES = 512 * 1024 * 1024

export interface NodeSetup {
  readonly data: string
  readonly roles?: readonly Role[]
  readonly workers?: number
  readonly more?: Partial<ClusterNodeOptions>
}

/** A node that can be pulled out of its cluster without a word, as if its process had been killed. */
export interface TestNode extends ClusterNode {
  readonly kill: () => void
  /** Killed after it has sent so many more parcels with bytes in them. */
  readonly killAfter: (parcels: number) => void
  readonly isKilled: () => boolean
  /** While it is silent nothing leaves it and nothing reaches it, and nobody is told so: as if it stood still. */
  readonly silence: (isSilent: boolean) => void
}

/** Nodes of one process with real engines, on a bus of their own. */
export class TestCluster {
  readonly nodes: TestNode[] = []
  private readonly bus: InProcessBus

  constructor(bodyBytesMax?: number) {
    this.bus = inProcessBus(bodyBytesMax)
  }

  async open(
    name: string,
    { data, roles = ["coordinator", "worker"], workers = 1, more }: NodeSetup,
  ): Promise<TestNode> {
    const cut = cuttable(this.bus)
    const version = Promise.withResolvers<string>()
    const node = await openClusterNode({
      name,
      roles,
      workers: roles.includes("worker") ? workers : 0,
      roots: [await dataRoot(data)],
      link: { wire: cut.wire, broadcast: cut.broadcast, close: () => Promise.resolve() },
      planner: sqlPlanner,
      source: parquetSource,
      spawn: async (engine) => {
        const thread = await spawnEngine({
          name: engine,
          memoryLimitBytes: MEMORY_LIMIT_BYTES,
          cacheBytes: MEMORY_LIMIT_BYTES / 2,
          ...ENGINE_MACROS,
        })
        version.resolve(thread.version)
        return thread
      },
      duckdb: () => version.promise,
      ...more,
    })
    const { kill, killAfter, isKilled, silence } = cut
    const opened = { ...node, kill, killAfter, isKilled, silence }
    this.nodes.push(opened)
    return opened
  }

  /** Settles when every node knows of so many. */
  async together(nodes: number): Promise<void> {
    const all = this.nodes.filter((node) => !node.isKilled())
    await Promise.all(
      all.map(({ presence }) => presence.until((known) => known.length === nodes, AbortSignal.timeout(20_000))),
    )
  }

  async close(): Promise<void> {
    for (const node of this.nodes.splice(0)) await node.session.close()
  }
}

function cuttable(bus: InProcessBus) {
  const wire = bus.connect()
  const broadcast = bus.broadcast()
  let left = Number.POSITIVE_INFINITY
  let killed = false
  let silent = false
  const kill = () => {
    if (killed) return
    killed = true
    // Nobody listens where it did; what others sent it is answered so.
    void wire.close()
  }
  const cutWire: Wire = {
    ...wire,
    publish: (to, parcel, onNobody) => {
      if (killed || silent) return
      wire.publish(to, parcel, onNobody)
      if (parcel.body.byteLength > 0 && (left -= 1) <= 0) kill()
    },
    subscribe: (address, receive) =>
      wire.subscribe(address, (parcel) => {
        if (!silent) receive(parcel)
      }),
  }
  return {
    wire: cutWire,
    broadcast: {
      ...broadcast,
      tell: (body: Uint8Array) => {
        if (!killed && !silent) broadcast.tell(body)
      },
    },
    kill,
    killAfter: (parcels: number) => {
      left = parcels
    },
    isKilled: () => killed,
    silence: (isSilent: boolean) => {
      silent = isSilent
    },
  }
}

/** What a node may have left behind of its own queries, of others', of streams; the sums of bytes aside. */
export function leftovers({ counts }: ClusterNode) {
  const { guests, queries, releases, transport, store } = counts()
  const { queries: stored, openReaders, memoryBytes, windowBytes, spooledBytes, spooledFiles } = store
  const { opened, served } = transport
  return {
    guests,
    queries,
    releases,
    opened,
    served,
    stored,
    openReaders,
    memoryBytes,
    windowBytes,
    spooledBytes,
    spooledFiles,
  }
}

export const NOTHING_LEFT: ReturnType<typeof leftovers> = {
  guests: 0,
  queries: 0,
  releases: 0,
  opened: 0,
  served: 0,
  stored: 0,
  openReaders: 0,
  memoryBytes: 0,
  windowBytes: 0,
  spooledBytes: 0,
  spooledFiles: 0,
}
