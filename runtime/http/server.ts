import { createServer, type Server } from "node:http"
import { accessRules, tokenNeeded, type AccessOptions } from "./access.ts"
import { isLoopback, plainAddress, urlOf, type Address } from "./address.ts"
import { answerMalformed } from "./malformed.ts"
import { CannotServe, RequestRefused } from "./errors.ts"
import { readiness } from "./readiness.ts"
import { openRequests } from "./requests.ts"
import type { Session } from "../session.ts"

/** Connections that are open at once; one more is closed at once. */
const CONNECTIONS_MAX = 256
/** Bytes of a body: a statement with some ten thousand values. */
const BODY_BYTES_MAX = 4 * 1024 * 1024
/** Bytes of a request's headers, its first line included. */
const HEADERS_BYTES_MAX = 16 * 1024
/** Time for a request's headers, and for all of it, to arrive. */
const HEADERS_MS_MAX = 10_000
const REQUEST_MS_MAX = 30_000
/** How often the two are looked at. */
const REQUEST_CHECK_MS = 2_000
/** Time that a connection may stay open between two requests. */
const KEEP_ALIVE_MS = 5_000
/** The longest time that a query may take, and what it is given unless it asks for less. */
const DEADLINE_MS_MAX = 3_600_000
/** A client that takes nothing of its answer for so long is cut off. */
const STALLED_MS_MAX = 60_000
/** Time that running queries get to end when the server is closed. */
const CLOSE_GRACE_MS = 10_000
/** Time after that in which the answers that say so must have left. */
const CLOSE_ANSWERS_MS_MAX = 1_000

export interface HttpLimits {
  readonly connections: number
  readonly bodyBytes: number
  readonly headersMs: number
  readonly requestMs: number
  readonly requestCheckMs: number
  readonly deadlineMs: number
  readonly stalledMs: number
  readonly closeGraceMs: number
}

export interface HttpOptions extends AccessOptions {
  readonly address: Address
  readonly limits?: Partial<HttpLimits>
  /** Takes what is to be known of a defect, some lines. */
  readonly log?: (lines: string) => void
}

export interface HttpServer {
  /** With the port that was taken. */
  readonly address: Address
  /** Takes no more requests, lets those that run end for some seconds, then cancels them. The session stays open. */
  readonly close: () => Promise<void>
}

const LIMITS: HttpLimits = {
  connections: CONNECTIONS_MAX,
  bodyBytes: BODY_BYTES_MAX,
  headersMs: HEADERS_MS_MAX,
  requestMs: REQUEST_MS_MAX,
  requestCheckMs: REQUEST_CHECK_MS,
  deadlineMs: DEADLINE_MS_MAX,
  stalledMs: STALLED_MS_MAX,
  closeGraceMs: CLOSE_GRACE_MS,
}

/** Serves a session over HTTP. Rejects with CannotServe. */
export async function httpServer(session: Session, options: HttpOptions): Promise<HttpServer> {
  const { address, log = () => undefined } = options
  const access = accessRules(address.host, options)
  const limits = { ...LIMITS, ...options.limits }
  const requests = openRequests({ session, access, limits, log, readiness: readiness(session) })
  const server = createServer({
    maxHeaderSize: HEADERS_BYTES_MAX,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: limits.requestCheckMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // One that names no host is refused as one that names another is, with a problem.
    requireHostHeader: false,
  })
  server.maxConnections = limits.connections
  server.on("request", requests.handle)
  // The body is asked for only when its headers were found good.
  server.on("checkContinue", requests.handle)
  server.on("clientError", answerMalformed)
  // A connection that was kept alive is not waited for when the server is closed under its last request.
  server.on("request", (_, response) => {
    response.once("close", () => {
      if (!server.listening) server.closeIdleConnections()
    })
  })
  await listen(server, address)
  const bound = boundAddress(server)
  if (access.token === undefined && !isLoopback(bound.host)) {
    server.close()
    throw tokenNeeded(bound.host)
  }
  let closing: Promise<void> | undefined
  return {
    address: { host: address.host, port: bound.port },
    close: () => {
      closing ??= closeServer(server, requests, limits.closeGraceMs)
      return closing
    },
  }
}

async function listen(server: Server, { host, port }: Address): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  server.once("error", reject)
  server.listen({ host, port }, () => resolve(undefined))
  await promise.catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CannotServe({ message: `cannot serve ${urlOf({ host, port })}: ${reason}` })
  })
  server.off("error", reject)
}

function boundAddress(server: Server): Address {
  const bound = server.address()
  if (bound === null || typeof bound === "string") throw new Error("an HTTP server should listen on a port")
  return { host: plainAddress(bound.address), port: bound.port }
}

async function closeServer(server: Server, requests: ReturnType<typeof openRequests>, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const grace = setTimeout(() => {
    requests.cancel(
      new RequestRefused({ reason: "Closing", message: "the query was cancelled: the server is closing" }),
    )
  }, graceMs)
  const last = setTimeout(() => server.closeAllConnections(), graceMs + CLOSE_ANSWERS_MS_MAX)
  requests.close()
  await closed
  clearTimeout(grace)
  clearTimeout(last)
}
