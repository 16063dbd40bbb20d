import { deepStrictEqual } from "node:assert"
import type { ActorContext, ActorFactory } from "../actor.ts"
import type { ActorSystem } from "../system.ts"
import { createActorSystem } from "../system.ts"

interface Recorded {
  readonly failures: string[]
  readonly deadLetters: string[]
}

const open: ActorSystem[] = []

/** Closes what a test has made, and looks whether anything is left. */
export async function closeSystems(): Promise<void> {
  for (const system of open.splice(0)) {
    await system.close()
    const { actors, waiting, piped, timers, asks } = system.counts()
    deepStrictEqual({ actors, waiting, piped, timers, asks }, { actors: 0, waiting: 0, piped: 0, timers: 0, asks: 0 })
  }
}

/** A system that writes down what goes wrong in it; `closeSystems` ends it. */
export function newSystem(now?: () => number): ActorSystem & Recorded {
  const recorded: Recorded = { failures: [], deadLetters: [] }
  const system = createActorSystem({
    node: "test",
    onFailure: (address, error) => recorded.failures.push(`${address.path}: ${String(error)}`),
    onDeadLetter: (address, message) => recorded.deadLetters.push(`${address.path}: ${String(message)}`),
    ...(now === undefined ? {} : { now }),
  })
  open.push(system)
  return { ...system, ...recorded }
}

/** An actor that calls `onMessage`; `reached(n)` settles when it has received n messages. */
export function recorder(onMessage: (message: string, context: ActorContext<string>) => void = () => undefined) {
  const received: string[] = []
  const waiting: { readonly count: number; readonly resolve: () => void }[] = []
  const factory: ActorFactory<string> = (context) => ({
    receive: (message) => {
      received.push(message)
      for (const { count, resolve } of waiting) if (received.length >= count) resolve()
      onMessage(message, context)
    },
  })
  const reached = (count: number) =>
    received.length >= count
      ? Promise.resolve()
      : new Promise<void>((resolve) => {
          waiting.push({ count, resolve })
        })
  return { received, factory, reached }
}

/** One turn of the event loop: every message that waits now is handled. */
export const turn = () => new Promise<void>((resolve) => void setImmediate(resolve))
export const turns = async (count: number) => {
  for (let i = 0; i < count; i += 1) await turn()
}
