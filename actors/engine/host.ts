import * as nodeModule from "node:module"
import { Worker as NodeWorker } from "node:worker_threads"
import { threadFile } from "../installation.ts"

/** A thread, seen from the one that starts it. */
export interface Host {
  readonly post: (message: unknown, transfer: readonly ArrayBuffer[]) => void
  readonly terminate: () => Promise<void>
}

export interface HostListeners {
  readonly onMessage: (message: unknown) => void
  /** The thread failed or ended. May come more than once. */
  readonly onEnd: (reason: string) => void
}

/** JavaScript's own heap in an engine's thread, MiB. Batches and the WASM memory lie outside of it. */
const ENGINE_HEAP_MIB_MAX = 1024

/** Some errors of the library quote its whole source. */
const REASON_CHARS_MAX = 200

const UNREADABLE = "it sent a message that cannot be read"

/** Starts an engine's thread with as few rights as the runtime can give one. */
export function startHost(name: string, listeners: HostListeners): Host {
  const file = threadFile("actors/engine/worker", import.meta.url)
  return "Deno" in globalThis ? permittedHost(file, name, listeners) : nodeHost(file, name, listeners)
}

/** Node and Bun: no environment, no arguments, no output. Files are closed to the engine by its runtime object. */
function nodeHost(file: URL, name: string, { onMessage, onEnd }: HostListeners): Host {
  const worker = new NodeWorker(file, {
    name,
    workerData: { codeCache: codeCache() },
    env: {},
    argv: [],
    execArgv: [],
    stdin: false,
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: ENGINE_HEAP_MIB_MAX },
  })
  // Read and forgotten: unread output would fill up, and ours is the user's.
  worker.stdout?.resume()
  worker.stderr?.resume()
  worker.on("message", onMessage)
  worker.on("messageerror", () => onEnd(UNREADABLE))
  worker.on("error", (error: unknown) => onEnd(firstLine(error instanceof Error ? error : undefined)))
  worker.on("exit", (code) => onEnd(`its thread ended with code ${code}`))
  return {
    post: (message, transfer) => worker.postMessage(message, [...transfer]),
    terminate: async () => {
      await worker.terminate()
    },
  }
}

/** Where Node keeps compiled code from one run to the next, if this process lets it: loading takes half the time then. */
function codeCache(): string | undefined {
  return "getCompileCacheDir" in nodeModule ? nodeModule.getCompileCacheDir() : undefined
}

/** `navigator` and `node:os` may say how many cores there are; the library asks. */
const DENO_PERMISSIONS = { sys: ["cpus"] }

/**
 * Deno: a worker of the web, since only those take permissions of their own. What it imports by literal names was
 * checked with its parent's permissions; it cannot read, write, connect, start programs or see the environment.
 */
function permittedHost(file: URL, name: string, { onMessage, onEnd }: HostListeners): Host {
  const options: WorkerOptions & { readonly deno: unknown } = {
    type: "module",
    name,
    deno: { permissions: DENO_PERMISSIONS },
  }
  const worker = new Worker(file, options)
  worker.addEventListener("message", ({ data }: MessageEvent<unknown>) => onMessage(data))
  worker.addEventListener("messageerror", () => onEnd(UNREADABLE))
  worker.addEventListener("error", (event) => {
    // Unless it is prevented, the error of a worker ends the whole process.
    event.preventDefault()
    onEnd(firstLine(event))
  })
  return {
    post: (message, transfer) => worker.postMessage(message, [...transfer]),
    terminate: async () => worker.terminate(),
  }
}

function firstLine(error: { readonly name?: string; readonly message: string } | undefined): string {
  if (error === undefined) return "it failed without an error"
  const text = error.name === undefined ? error.message : `${error.name}: ${error.message}`
  return (text.split("\n", 1)[0] ?? "").slice(0, REASON_CHARS_MAX)
}
