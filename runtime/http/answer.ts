import type { ServerResponse } from "node:http"
import type { Sink } from "../formats/format.ts"
import { ClientGone } from "./stop.ts"
import { untilAborted } from "./until-aborted.ts"

export interface AnswerOptions {
  readonly headers: Readonly<Record<string, string>>
  /**
   * Bytes that are held back before the first leaves. As long as nothing has left, a failure becomes a problem of its own
   * instead of an answer that breaks off.
   */
  readonly heldBytesMax: number
  /** A client that takes nothing for so long is cut off: it holds a query. */
  readonly stalledMs: number
  readonly signal: AbortSignal
}

/** The body of a successful answer: with a Content-Length when all of it was held back, else in chunks as they come. */
export interface Answer extends Sink {
  readonly end: () => void
}

export function openAnswer(
  response: ServerResponse,
  { headers, heldBytesMax, stalledMs, signal }: AnswerOptions,
): Answer {
  let held: Uint8Array[] = []
  let heldBytes = 0

  const send = async (chunk: Uint8Array): Promise<void> => {
    if (!response.headersSent) response.writeHead(200, headers)
    if (chunk.length > 0 && !response.write(chunk)) await drained(response, stalledMs, signal)
  }
  const release = (): Uint8Array => {
    const bytes = Buffer.concat(held)
    held = []
    heldBytes = 0
    return bytes
  }
  return {
    write: async (chunk) => {
      signal.throwIfAborted()
      const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk
      if (response.headersSent) return send(bytes)
      held.push(bytes)
      heldBytes += bytes.length
      if (heldBytes > heldBytesMax) await send(release())
    },
    end: () => {
      signal.throwIfAborted()
      if (response.headersSent) return void response.end()
      const bytes = release()
      response.writeHead(200, { ...headers, "Content-Length": String(bytes.length) })
      response.end(bytes)
    },
  }
}

/** Resolves when the client has taken enough for more to be written. */
async function drained(response: ServerResponse, stalledMs: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  const stalled = setTimeout(() => reject(new ClientGone()), stalledMs)
  const onDrain = () => resolve(undefined)
  response.once("drain", onDrain)
  try {
    await untilAborted(promise, signal)
  } finally {
    clearTimeout(stalled)
    response.off("drain", onDrain)
  }
}
