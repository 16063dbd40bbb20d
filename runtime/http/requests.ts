import type { IncomingMessage, ServerResponse } from "node:http"
import type { Session } from "../session.ts"
import { checkHost, checkOrigin, checkToken, type AccessRules } from "./access.ts"
import { readBody } from "./body.ts"
import { RequestRefused } from "./errors.ts"
import { formatAccepted, formatNamed, type HttpFormat } from "./media.ts"
import { isKnownError } from "./problem-table.ts"
import { PROBLEM_TYPE, problemBody, problemHeaders, problemOf, type Context } from "./problem.ts"
import { answerQuery } from "./query.ts"
import { readQueryRequest } from "./query-request.ts"
import type { Readiness } from "./readiness.ts"
import { ClientGone, openStop } from "./stop.ts"

export interface RequestParts {
  readonly session: Session
  readonly access: AccessRules
  readonly limits: { readonly bodyBytes: number; readonly deadlineMs: number; readonly stalledMs: number }
  readonly readiness: Readiness
  readonly log: (line: string) => void
}

/** All requests of one server. */
export interface Requests {
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void
  /** What runs may end; what comes on connections that are still open is refused. */
  readonly close: () => void
  /** Ends what still runs, with this error. */
  readonly cancel: (error: RequestRefused) => void
}

/** One request and its answer. */
interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly path: string
  readonly parameters: URLSearchParams
  readonly began: number
  /** Sent with every answer. */
  readonly headers: Record<string, string>
  /** What an error is told with, as far as it is known. */
  context: Context
}

type Route = { readonly methods: readonly string[]; readonly answer: (exchange: Exchange) => Promise<void> }

export function openRequests(parts: RequestParts): Requests {
  const cancelled = new AbortController()
  let isClosing = false

  const routes: ReadonlyMap<string, Route> = new Map([
    ["/query", { methods: ["POST"], answer: (exchange) => postQuery(parts, exchange, cancelled.signal) }],
    ["/healthz", { methods: ["GET", "HEAD"], answer: async (exchange) => sendStatus(exchange, "up") }],
    ["/readyz", { methods: ["GET", "HEAD"], answer: (exchange) => getReady(parts, exchange, isClosing) }],
  ])
  const route = async (exchange: Exchange): Promise<void> => {
    const { request, response, path } = exchange
    // A closing server's connections end with the answer that is under way.
    if (isClosing) response.shouldKeepAlive = false
    checkHost(request, parts.access)
    allowOrigin(exchange, checkOrigin(request, parts.access))
    const found = routes.get(path)
    if (found === undefined) throw unknownPath(path, routes)
    if (isPreflight(exchange)) return sendPreflight(exchange, found)
    if (!found.methods.includes(request.method ?? "")) throw methodNotAllowed(exchange, found)
    if (isClosing && path === "/query") throw new RequestRefused({ reason: "Closing", message: CLOSING })
    return found.answer(exchange)
  }
  return {
    handle: (request, response) => {
      const exchange = exchangeOf(request, response)
      route(exchange).catch((error: unknown) => fail(parts, exchange, error))
    },
    close: () => {
      isClosing = true
    },
    cancel: (error) => cancelled.abort(error),
  }
}

const CLOSING = "the server is closing"

async function postQuery(parts: RequestParts, exchange: Exchange, cancelled: AbortSignal): Promise<void> {
  const { request, response, parameters, began, headers } = exchange
  checkToken(request, parts.access)
  const { bodyBytes, deadlineMs, stalledMs } = parts.limits
  const asked = askedFormat(parameters)
  const body = await readBody(request, response, bodyBytes)
  const { sql, parameters: values, format: named, deadlineMs: ownDeadlineMs } = readQueryRequest(body, deadlineMs)
  if (asked !== undefined && named !== undefined && asked !== named) {
    const message = `the URL asks for the format "${asked}", the body for "${named}"`
    throw new RequestRefused({ reason: "InvalidField", message, hint: "give one of them" })
  }
  const format = asked ?? named ?? formatAccepted(request.headers.accept)
  exchange.context = { sql }
  const stop = openStop(response, ownDeadlineMs ?? deadlineMs, cancelled)
  try {
    const onStart = (query: string) => {
      exchange.context = { sql, query }
    }
    await answerQuery(parts.session, response, {
      sql,
      parameters: values,
      format,
      stalledMs,
      signal: stop.signal,
      began,
      headers,
      onStart,
    })
    parts.readiness.answered()
  } catch (error) {
    parts.readiness.failed(error)
    // Whatever form it comes in: what was stopped ends with what stopped it.
    throw stop.signal.aborted ? stop.signal.reason : error
  } finally {
    stop.release()
  }
}

const PARAMETERS = ["format"]

function askedFormat(parameters: URLSearchParams): HttpFormat | undefined {
  const unknown = [...parameters.keys()].find((name) => !PARAMETERS.includes(name))
  if (unknown !== undefined) {
    const message = `there is no URL parameter "${unknown}"`
    throw new RequestRefused({ reason: "UnknownParameter", message, hint: `there is: ${PARAMETERS.join(", ")}` })
  }
  const [name, second] = parameters.getAll("format")
  if (second !== undefined) {
    const message = 'the URL parameter "format" was given twice'
    throw new RequestRefused({ reason: "UnknownParameter", message, hint: "give it once" })
  }
  return name === undefined ? undefined : formatNamed(name)
}

async function getReady({ readiness }: RequestParts, exchange: Exchange, isClosing: boolean): Promise<void> {
  const reason = isClosing ? CLOSING : await readiness.reason()
  if (reason !== undefined) throw new RequestRefused({ reason: "NotReady", message: reason })
  sendStatus(exchange, "ready")
}

function sendStatus(exchange: Exchange, status: string): void {
  send(exchange, 200, { "Content-Type": "application/json" }, `${JSON.stringify({ status })}\n`)
}

/** A browser asks before it lets a page of another origin send JSON. */
function isPreflight({ request }: Exchange): boolean {
  return request.method === "OPTIONS" && request.headers["access-control-request-method"] !== undefined
}

function sendPreflight(exchange: Exchange, { methods }: Route): void {
  const allowed = {
    "Access-Control-Allow-Methods": methods.join(", "),
    "Access-Control-Allow-Headers": "Content-Type, Authorization",
  }
  send(exchange, 204, exchange.headers["Access-Control-Allow-Origin"] === undefined ? {} : allowed, "")
}

function allowOrigin({ headers }: Exchange, origin: string | undefined): void {
  if (origin === undefined) return
  headers["Access-Control-Allow-Origin"] = origin
  headers["Vary"] = "Origin"
}

/** Tells what went wrong; when a part of an answer has left, by breaking the connection, which nobody takes for an end. */
function fail({ log }: RequestParts, exchange: Exchange, error: unknown): void {
  const { response, context } = exchange
  if (!isKnownError(error) && !(error instanceof ClientGone)) {
    log(`a defect, in ${exchange.path}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  }
  if (error instanceof ClientGone || response.headersSent) return breakOff(response)
  const problem = problemOf(error, context)
  const headers = { ...problemHeaders(error, problem), "Content-Type": PROBLEM_TYPE }
  send(exchange, problem.status, headers, problemBody(problem))
}

/** A reset, where the runtime can send one: without chunks (HTTP/1.0) a plain end would look like a whole answer. */
function breakOff(response: ServerResponse): void {
  const { socket } = response
  if (typeof socket?.resetAndDestroy === "function") socket.resetAndDestroy()
  response.destroy()
}

function send(
  { request, response, headers }: Exchange,
  status: number,
  own: Readonly<Record<string, string>>,
  body: string,
): void {
  const bytes = Buffer.from(body)
  response.writeHead(status, { ...headers, ...own, "Content-Length": String(bytes.length) })
  response.end(request.method === "HEAD" ? undefined : bytes)
}

function exchangeOf(request: IncomingMessage, response: ServerResponse): Exchange {
  const [path = "", query = ""] = (request.url ?? "").split("?", 2)
  return {
    request,
    response,
    path,
    parameters: new URLSearchParams(query),
    began: performance.now(),
    headers: { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" },
    context: {},
  }
}

function unknownPath(path: string, routes: ReadonlyMap<string, Route>): RequestRefused {
  const hint = `there are: ${[...routes.keys()].join(", ")}`
  return new RequestRefused({ reason: "UnknownPath", message: `there is nothing at "${path}"`, hint })
}

function methodNotAllowed({ request, path }: Exchange, { methods }: Route): RequestRefused {
  return new RequestRefused({
    reason: "MethodNotAllowed",
    message: `${path} does not take ${request.method}`,
    hint: `it takes: ${methods.join(", ")}`,
    headers: { Allow: methods.join(", ") },
  })
}
