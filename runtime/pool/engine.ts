import type { EngineEvent, EngineRequest } from "../../actors/engine/messages.ts"
import { EngineLost, type ActorError } from "../../actors/errors.ts"

/** The main thread's side of an engine's thread, as far as the pool needs it. */
export interface Thread {
  readonly name: string
  readonly send: (request: EngineRequest, transfer?: readonly ArrayBuffer[]) => void
  readonly onEvent: (listener: (event: EngineEvent) => void) => unknown
  readonly onExit: (listener: (reason: string) => void) => unknown
  readonly terminate: () => Promise<void>
}

/** What an engine says; `Lost` is its last word. */
export type EngineReport = EngineEvent | { readonly _tag: "Lost"; readonly error: EngineLost }

/** A running engine. It does one thing at a time, so one listener is enough. */
export interface PooledEngine {
  readonly name: string
  readonly send: (request: EngineRequest, transfer?: readonly ArrayBuffer[]) => void
  /** Takes the engine's reports until the returned function is called. On a lost engine it hears `Lost` at once. */
  readonly listen: (listener: (report: EngineReport) => void) => () => void
  /** Ends the thread; a listener hears `Lost`. */
  readonly terminate: () => Promise<void>
}

/** Something short to do on an engine that does nothing else meanwhile. */
export interface Loan {
  /** false: the engine is not usable any more, and its thread has been ended. Never rejects. */
  readonly use: (engine: PooledEngine) => Promise<boolean>
  /** There will be no engine. */
  readonly fail: (error: ActorError) => void
}

/** `onIdleLoss` is told when the engine is lost while nobody listens. */
export function pooledEngine(thread: Thread, onIdleLoss: () => void): PooledEngine {
  let listener: ((report: EngineReport) => void) | undefined
  let lost: EngineLost | undefined
  let trap: string | undefined

  const lose = (reason: string) => {
    if (lost !== undefined) return
    lost = new EngineLost({ message: trap ?? reason, node: thread.name })
    if (listener === undefined) onIdleLoss()
    else listener({ _tag: "Lost", error: lost })
  }
  thread.onEvent((event) => {
    // The trap's own words say more than the exit that follows.
    if (event._tag === "Trapped") trap = event.message
    else if (lost === undefined) listener?.(event)
  })
  thread.onExit((reason) => lose(reason))

  return {
    name: thread.name,
    send: (request, transfer) => {
      if (lost === undefined) thread.send(request, transfer)
    },
    listen: (next) => {
      if (listener !== undefined) throw new Error(`two listen to ${thread.name} at once`)
      listener = next
      if (lost !== undefined) {
        const error = lost
        queueMicrotask(() => {
          if (listener === next) next({ _tag: "Lost", error })
        })
      }
      return () => {
        if (listener === next) listener = undefined
      }
    },
    terminate: async () => {
      lose(`${thread.name} was terminated`)
      await thread.terminate()
    },
  }
}
