import * as Schema from "effect/Schema"
import { ActorError, EngineLost } from "../errors.ts"
import type { EngineMacro } from "./duckdb.ts"
import { startHost, type Host } from "./host.ts"
import type { EngineEvent, EngineRequest } from "./messages.ts"
import { compileDuckDB } from "./modules.ts"

/** The main thread's side of an engine. */
export interface EngineThread {
  readonly name: string
  /** Of DuckDB. */
  readonly version: string
  /** A thread that is gone takes nothing: `onExit` has said so. */
  readonly send: (request: EngineRequest, transfer?: readonly ArrayBuffer[]) => void
  /** Returns what takes the listener away again. */
  readonly onEvent: (listener: (event: EngineEvent) => void) => () => void
  /** Called once, with the reason; at once when the thread is gone already. */
  readonly onExit: (listener: (reason: string) => void) => () => void
  readonly terminate: () => Promise<void>
}

export interface EngineOptions {
  readonly name: string
  /** DuckDB's own limit; the thread needs some 200 MB more. */
  readonly memoryLimitBytes: number
  /** Of that, what columns of files may take between tasks; by default nothing is kept. */
  readonly cacheBytes?: number
  /** Statements run once, before the instance is locked. */
  readonly prelude?: readonly string[]
  /** Macros that are made when a statement first mentions them. */
  readonly macros?: readonly EngineMacro[]
}

/** From starting the thread to its Ready. About a second is usual; a loaded machine takes longer. */
const ENGINE_START_MS_MAX = 30_000

/** Starts an engine and waits until it answers. Rejects with EngineLost. */
export async function spawnEngine(options: EngineOptions): Promise<EngineThread> {
  const thread = new WorkerThread(options.name)
  try {
    // The thread loads its code while the module is compiled here.
    const duckdb = await compileDuckDB()
    thread.send({
      _tag: "Init",
      duckdb,
      memoryLimitBytes: options.memoryLimitBytes,
      cacheBytes: options.cacheBytes ?? 0,
      prelude: options.prelude ?? [],
      macros: options.macros ?? [],
      name: options.name,
    })
    const version = await firstReady(thread, options.name)
    return {
      name: options.name,
      version,
      send: (request, transfer) => thread.send(request, transfer),
      onEvent: (listener) => thread.onEvent(listener),
      onExit: (listener) => thread.onExit(listener),
      terminate: () => thread.terminate(),
    }
  } catch (error) {
    await thread.terminate()
    throw error
  }
}

async function firstReady(thread: WorkerThread, name: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const lost = (why: string): void =>
    reject(new EngineLost({ message: `engine ${name} did not start: ${why}`, node: name }))
  const timer = setTimeout(() => lost(`no answer within ${ENGINE_START_MS_MAX} ms`), ENGINE_START_MS_MAX)
  const stopEvents = thread.onEvent((event) => {
    if (event._tag === "Ready") resolve(event.version)
    if (event._tag === "Trapped") lost(event.message)
  })
  const stopExit = thread.onExit(lost)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    stopEvents()
    stopExit()
  }
}

class WorkerThread {
  readonly #host: Host
  readonly #events = new Set<(event: EngineEvent) => void>()
  readonly #exits = new Set<(reason: string) => void>()
  #gone: string | undefined

  constructor(name: string) {
    this.#host = startHost(name, {
      onMessage: (message) => this.#hear(message as EngineEvent),
      onEnd: (reason) => this.end(reason),
    })
  }

  send(message: EngineRequest, transfer: readonly ArrayBuffer[] = []): void {
    if (this.#gone === undefined) this.#host.post(message, transfer)
  }

  onEvent(listener: (event: EngineEvent) => void): () => void {
    this.#events.add(listener)
    return () => this.#events.delete(listener)
  }

  onExit(listener: (reason: string) => void): () => void {
    if (this.#gone !== undefined) listener(this.#gone)
    else this.#exits.add(listener)
    return () => this.#exits.delete(listener)
  }

  async terminate(): Promise<void> {
    this.end("it was terminated")
    await this.#host.terminate()
  }

  /** After the first end nothing is heard from the thread any more, not even what it sent before. */
  end(reason: string): void {
    if (this.#gone !== undefined) return
    this.#gone = reason
    void this.#host.terminate()
    for (const listener of this.#exits) listener(reason)
  }

  #hear(message: EngineEvent): void {
    if (this.#gone !== undefined) return
    const event = message._tag === "TaskFailed" ? { ...message, error: decodeError(message.error) } : message
    for (const listener of this.#events) listener(event)
    if (event._tag === "Trapped") this.end(event.message)
  }
}

/** Tagged errors lose their class in a structured clone: they cross as plain objects. */
const decodeError = Schema.decodeUnknownSync(ActorError)
