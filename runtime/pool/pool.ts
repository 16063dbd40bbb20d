import { EngineLost } from "../../actors/errors.ts"
import { pooledEngine } from "./engine.ts"
import type { PooledEngine, Thread } from "./engine.ts"

export interface EnginePool {
  /** `engine-0` …; of a node in a cluster `a/engine-0` … */
  readonly names: readonly string[]
  /** Rejects with EngineLost. */
  readonly start: (name: string) => Promise<void>
  /** The engine of this name that was started last. */
  readonly engine: (name: string) => PooledEngine
  /** One more engine, for one question at a time while all others are at work. Rejects with EngineLost. */
  readonly describer: () => Promise<PooledEngine>
  /** Ends an engine that nobody uses; it can be started again. */
  readonly recycle: (name: string) => Promise<void>
  /** Called when an engine is lost while it does nothing. */
  readonly onIdleLoss: (listener: (name: string) => void) => void
  /** Threads that exist. */
  readonly threads: () => number
  readonly close: () => Promise<void>
}

/** `spawn` gives a thread whose engine is ready. Nothing starts before it is asked for. `prefix`: of the names. */
export function enginePool(workers: number, spawn: (name: string) => Promise<Thread>, prefix = ""): EnginePool {
  const names = Array.from({ length: workers }, (_, index) => `${prefix}engine-${index}`)
  const engines = new Map<string, PooledEngine>()
  const alive = new Set<PooledEngine>()
  const starting = new Set<Promise<PooledEngine>>()
  let idleLoss: (name: string) => void = () => undefined
  let closed = false

  const begin = async (name: string): Promise<PooledEngine> => {
    if (closed) throw new EngineLost({ message: "the session is closed", node: name })
    let thread: Thread
    try {
      thread = await spawn(name)
    } catch (error) {
      throw startFailure(name, error)
    }
    const engine = pooledEngine(thread, () => idleLoss(name))
    const tracked: PooledEngine = {
      ...engine,
      terminate: async () => {
        await engine.terminate()
        alive.delete(tracked)
      },
    }
    alive.add(tracked)
    thread.onExit(() => alive.delete(tracked))
    if (closed) {
      await tracked.terminate()
      throw new EngineLost({ message: "the session is closed", node: name })
    }
    return tracked
  }
  const start = (name: string): Promise<PooledEngine> => {
    const started = begin(name)
    const forget = () => starting.delete(started)
    starting.add(started)
    started.then(forget, forget)
    return started
  }
  let describer: PooledEngine | undefined

  return {
    names,
    start: async (name) => {
      // What went by this name before must be gone, or its memory would be held twice.
      await engines.get(name)?.terminate()
      engines.set(name, await start(name))
    },
    engine: (name) => {
      const engine = engines.get(name)
      if (engine === undefined) throw new Error(`${name} was never started`)
      return engine
    },
    describer: async () => {
      if (describer === undefined || !alive.has(describer)) describer = await start(`${prefix}describer`)
      return describer
    },
    recycle: async (name) => {
      await engines.get(name)?.terminate()
    },
    onIdleLoss: (listener) => {
      idleLoss = listener
    },
    threads: () => alive.size,
    close: async () => {
      closed = true
      await Promise.all([...alive].map((engine) => engine.terminate()))
      await Promise.allSettled(starting)
    },
  }
}

function startFailure(name: string, error: unknown): EngineLost {
  if (error instanceof EngineLost) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new EngineLost({ message: `${name} did not start: ${reason}`, node: name })
}
