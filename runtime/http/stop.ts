import type { ServerResponse } from "node:http"
import { RequestRefused } from "./errors.ts"

/** Nobody waits for the answer any more. */
export class ClientGone extends Error {
  constructor() {
    super("the client has gone")
  }
}

/** What can end a request early; the reason of the signal is what the client is told, if it is still there. */
export interface Stop {
  readonly signal: AbortSignal
  readonly release: () => void
}

/** Aborts when the client leaves, when the time is over, and when the server gives up. */
export function openStop(response: ServerResponse, deadlineMs: number, closing: AbortSignal): Stop {
  const stop = new AbortController()
  const onGone = () => stop.abort(new ClientGone())
  const onClosing = () => stop.abort(closing.reason)
  const timer = setTimeout(() => stop.abort(deadlineExceeded(deadlineMs)), deadlineMs)
  response.once("close", onGone)
  closing.addEventListener("abort", onClosing, { once: true })
  if (closing.aborted) onClosing()
  if (response.destroyed) onGone()
  return {
    signal: stop.signal,
    release: () => {
      clearTimeout(timer)
      response.off("close", onGone)
      closing.removeEventListener("abort", onClosing)
    },
  }
}

export function deadlineExceeded(deadlineMs: number): RequestRefused {
  return new RequestRefused({
    reason: "DeadlineExceeded",
    message: `the query was cancelled: it was not answered within ${deadlineMs} ms`,
    hint: 'a longer time is given by "deadline_ms"',
  })
}
