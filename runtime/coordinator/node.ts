import { EngineLost, QueryError } from "../../actors/errors.ts"
import type { Source } from "../../actors/sources/source.ts"
import { openExchangeStore } from "../../actors/exchange/store.ts"
import type { ExchangeStore } from "../../actors/exchange/store.ts"
import { createActorSystem } from "../../actors/system/system.ts"
import type { ActorRef } from "../../actors/system/actor.ts"
import type { ActorSystem } from "../../actors/system/system.ts"
import type { Thread } from "../pool/engine.ts"
import { ENGINE_KEPT_BYTES_MAX, EXCHANGE_MEMORY_BYTES_MAX, WORKERS_MAX } from "../pool/memory.ts"
import { engineOracle } from "../pool/oracle.ts"
import type { EngineOracle } from "../pool/oracle.ts"
import { enginePool } from "../pool/pool.ts"
import type { EnginePool } from "../pool/pool.ts"
import { SCHEDULER_MESSAGES_MAX, schedulerActor } from "../scheduler/actor.ts"
import { slowness } from "../pool/slowness.ts"
import type { SchedulerMessage } from "../scheduler/actor.ts"
import { ALONE } from "../scheduler/state.ts"
import type { OwnNode } from "../scheduler/state.ts"
import type { Places } from "../catalog/lookups.ts"
import { coordinator } from "./coordinator.ts"
import type { Coordinator, Planner } from "./coordinator.ts"
import type { Peers } from "./peers.ts"

export interface NodeOptions {
  readonly workers: number
  readonly places: Places
  readonly planner: Planner
  readonly source: Source
  /** Gives a thread whose engine is ready. */
  readonly spawn: (name: string) => Promise<Thread>
  readonly exchangeMemoryBytes?: number
  readonly spoolParent?: string
  /** Absent: a process for itself. */
  readonly cluster?: Cluster
}

/** What makes a process one node of several. */
export interface Cluster {
  readonly own: OwnNode
  /** What the names of its queries begin with: no other node's, and none of its own earlier lives', begin so. */
  readonly queryPrefix: string
  readonly peers: (store: ExchangeStore) => Peers
}

/** One process with its engines, its store and its coordinator. */
export interface Node extends Coordinator {
  readonly pool: EnginePool
  readonly store: ExchangeStore
  readonly system: ActorSystem
  readonly scheduler: ActorRef<SchedulerMessage>
}

export async function openNode(options: NodeOptions): Promise<Node> {
  const { workers, cluster } = options
  // In a cluster others may do the work.
  const workersMin = cluster === undefined ? 1 : 0
  if (!Number.isInteger(workers) || workers < workersMin || workers > WORKERS_MAX) {
    throw new QueryError({
      kind: "Settings",
      message: `the number of workers must be a whole number from ${workersMin} to ${WORKERS_MAX}, but is ${workers}`,
    })
  }
  const memoryBytes = options.exchangeMemoryBytes ?? EXCHANGE_MEMORY_BYTES_MAX
  const { spoolParent } = options
  const store = await openExchangeStore(spoolParent === undefined ? { memoryBytes } : { memoryBytes, spoolParent })
  const own = cluster?.own ?? ALONE
  const system = createActorSystem({ node: own.name })
  const pool = enginePool(workers, options.spawn, cluster === undefined ? "" : `${own.name}/`)
  const scheduler = system.spawn<SchedulerMessage>("scheduler", schedulerActor(pool, ENGINE_KEPT_BYTES_MAX, own), {
    mailboxMessages: SCHEDULER_MESSAGES_MAX,
  })
  pool.onIdleLoss((engine) => {
    // Should the mailbox be full, the loss is noticed when the engine is given its next task.
    scheduler.send({ _tag: "EngineGone", engine })
  })
  const oracle = engineOracle({
    slowness,
    borrow: (loan) => {
      const sent = scheduler.send({ _tag: "Borrow", loan })
      if (sent !== "accepted")
        loan.fail(new EngineLost({ message: `DuckDB cannot be asked: the scheduler is ${sent}` }))
    },
  })
  const { planner, source, places } = options
  const queryPrefix = cluster?.queryPrefix ?? ""
  const peers = cluster?.peers(store)
  const inner = coordinator({ planner, source, places, oracle, pool, store, scheduler, queryPrefix, peers })
  let closing: Promise<void> | undefined
  return {
    ...inner,
    pool,
    store,
    system,
    scheduler,
    close: () => {
      closing ??= closeAll(inner, oracle, pool, store, system)
      return closing
    },
  }
}

/** Queries first, so that their engines give up what they do; then the scheduler, the threads, the files. */
async function closeAll(
  inner: Coordinator,
  oracle: EngineOracle,
  pool: EnginePool,
  store: ExchangeStore,
  system: ActorSystem,
) {
  oracle.close()
  await inner.close()
  await system.close()
  await pool.close()
  await store.close()
}
