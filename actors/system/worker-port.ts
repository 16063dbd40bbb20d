import type { MessagePort, Worker } from "node:worker_threads"
import type { Port } from "./port-link.ts"

/** Either end of a thread's channel: the Worker outside, its parentPort inside, or one half of a MessageChannel. */
export function workerPort(end: Worker | MessagePort): Port {
  return {
    post: (message, transfer) => end.postMessage(message, transfer),
    onMessage: (receive) => {
      end.on("message", receive)
      return () => end.off("message", receive)
    },
    onClosed: (closed) => {
      // A Worker says "exit", a port "close"; the other event never comes.
      end.once("exit", closed)
      end.once("close", closed)
    },
    // A Worker is ended by its owner; a port is nobody else's.
    close: () => {
      if ("close" in end) end.close()
    },
  }
}
