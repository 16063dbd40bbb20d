import { parentPort } from "node:worker_threads"
import type { EngineRequest } from "./messages.ts"

/** The way out of an engine's thread, the same in every runtime. */
export interface EnginePort {
  readonly send: (event: unknown) => void
  readonly receive: (listener: (message: EngineRequest) => void) => void
}

/** undefined: this is no thread of ours. */
export function ownPort(): EnginePort | undefined {
  const port = parentPort
  if (port !== null) {
    return { send: (event) => port.postMessage(event), receive: (listener) => void port.on("message", listener) }
  }
  // Deno: a worker of the web, see `permittedHost`.
  if (!("DedicatedWorkerGlobalScope" in globalThis)) return undefined
  return {
    send: (event) => globalThis.postMessage(event),
    receive: (listener) =>
      globalThis.addEventListener("message", ({ data }: MessageEvent<EngineRequest>) => listener(data)),
  }
}
