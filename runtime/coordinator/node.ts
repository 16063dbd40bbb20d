import { EngineLost, QueryError } from "../../actors/errors.ts"
import type { Source } from "../../actors/sources/source.ts"
import { openExchangeStore } from "../../actors/exchange/store.ts"
import type { ExchangeStore } from "../../actors/exchange/store.ts"
import { createActorSystem } from "../../actors/system/system.ts"
import type { ActorSystem } from "../../actors/system/system.ts"
import type { Thread } from "../pool/engine.ts"
import { ENGINE_KEPT_BYTES_MAX, EXCHANGE_MEMORY_BYTES_MAX } from "../pool/memory.ts"
import { engineOracle } from "../pool/oracle.ts"
import type { EngineOracle } from "../pool/oracle.ts"
import { enginePool } from "../pool/pool.ts"
import type { EnginePool } from "../pool/pool.ts"
import { SCHEDULER_MESSAGES_MAX, schedulerActor } from "../scheduler/actor.ts"
import { slowness } from "../pool/slowness.ts"
import type { SchedulerMessage } from "../scheduler/actor.ts"
import type { Places } from "../catalog/lookups.ts"
import { coordinator } from "./coordinator.ts"
import type { Coordinator, Planner } from "./coordinator.ts"

/** Engines of one process; each needs some 200 MB before it holds a row. */
const WORKERS_MAX = 256

export interface NodeOptions {
  readonly workers: number
  readonly places: Places
  readonly planner: Planner
  readonly source: Source
  /** Gives a thread whose engine is ready. */
  readonly spawn: (name: string) => Promise<Thread>
  readonly exchangeMemoryBytes?: number
  readonly spoolParent?: string
}

/** One process with both roles, coordinator and worker. */
export interface Node extends Coordinator {
  readonly pool: EnginePool
  readonly store: ExchangeStore
  readonly system: ActorSystem
}

export async function openNode(options: NodeOptions): Promise<Node> {
  const { workers } = options
  if (!Number.isInteger(workers) || workers < 1 || workers > WORKERS_MAX) {
    throw new QueryError({
      kind: "Settings",
      message: `the number of workers must be a whole number from 1 to ${WORKERS_MAX}, but is ${workers}`,
    })
  }
  const memoryBytes = options.exchangeMemoryBytes ?? EXCHANGE_MEMORY_BYTES_MAX
  const { spoolParent } = options
  const store = await openExchangeStore(spoolParent === undefined ? { memoryBytes } : { memoryBytes, spoolParent })
  const system = createActorSystem({ node: "local" })
  const pool = enginePool(workers, options.spawn)
  const scheduler = system.spawn<SchedulerMessage>("scheduler", schedulerActor(pool, ENGINE_KEPT_BYTES_MAX), {
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
  const inner = coordinator({ planner, source, places, oracle, pool, store, scheduler })
  let closing: Promise<void> | undefined
  return {
    ...inner,
    pool,
    store,
    system,
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
