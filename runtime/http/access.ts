import { createHash, timingSafeEqual } from "node:crypto"
import type { IncomingMessage } from "node:http"
import { isIPv6 } from "node:net"
import { isLoopback, plainAddress } from "./address.ts"
import { CannotServe, RequestRefused } from "./errors.ts"

export interface AccessRules {
  /** The address that was asked for when the server was started. */
  readonly host: string
  readonly token: string | undefined
  readonly allowHosts: readonly string[]
  readonly allowOrigins: readonly string[]
}

export interface AccessOptions {
  /** What each request for a query must bring. An address that is not this machine's alone needs one. */
  readonly token?: string | undefined
  /** Names beside the address and localhost, without a port, that requests may be addressed to. */
  readonly allowHosts?: readonly string[] | undefined
  /** Origins of pages that may ask from a browser. */
  readonly allowOrigins?: readonly string[] | undefined
}

/** Throws CannotServe when the rules would let in what nobody meant, or could never let in what they name. */
export function accessRules(host: string, options: AccessOptions): AccessRules {
  const { token, allowHosts = [], allowOrigins = [] } = options
  if (token !== undefined && !/^\S+$/u.test(token)) {
    throw new CannotServe({ message: "the token must be a text without blanks, and not an empty one" })
  }
  if (token === undefined && !isLoopback(host)) throw tokenNeeded(host)
  const hosts = allowHosts.map((written) => {
    const name = /:\d+$/u.test(written) && !isIPv6(written) ? undefined : hostName(written)
    if (name !== undefined) return name
    throw new CannotServe({
      message: `"${written}" is not the name of a host`,
      hint: "write it without http:// and port",
    })
  })
  for (const origin of allowOrigins) {
    if (URL.canParse(origin) && new URL(origin).origin === origin) continue
    throw new CannotServe({ message: `"${origin}" is not an origin`, hint: "write it like https://example.org" })
  }
  return { host, token, allowHosts: hosts, allowOrigins }
}

export function tokenNeeded(host: string): CannotServe {
  return new CannotServe({
    message: `${host} can be reached from other machines, so it needs a token`,
    hint: "set SKEIN_TOKEN (or give --token TOKEN), or serve on 127.0.0.1",
  })
}

const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "::1"]

/**
 * A page of another site that has its own name point to this address (DNS rebinding) is told by the name in Host. The
 * port is not compared: it may have been forwarded.
 */
export function checkHost(request: IncomingMessage, { host, allowHosts }: AccessRules): void {
  const written = request.headers.host
  const name = hostName(written)
  const local = plainAddress(request.socket.localAddress ?? "")
  const names = [host, local, ...allowHosts, ...(isLoopback(local) ? LOOPBACK_NAMES : [])]
  if (name !== undefined && names.includes(name)) return
  throw new RequestRefused({
    reason: "UnknownHost",
    message: written === undefined ? "the request has no Host header" : `this server does not answer for "${written}"`,
    hint: "a name that leads here is allowed with --allow-host NAME",
  })
}

/**
 * Whatever a browser sends for a page carries the page's origin. Programs send none. Gives the origin that an answer must
 * name, if the request has one that is not the server's own.
 */
export function checkOrigin(request: IncomingMessage, { allowOrigins }: AccessRules): string | undefined {
  const { origin, host } = request.headers
  if (origin === undefined) return undefined
  // The Host has been checked: a page from there was served by this server.
  if (origin === `http://${host}` || origin === `https://${host}`) return undefined
  if (allowOrigins.includes(origin)) return origin
  throw new RequestRefused({
    reason: "ForeignOrigin",
    message: `pages of "${origin}" may not ask this server`,
    hint: "an origin is allowed with --allow-origin ORIGIN",
  })
}

export function checkToken(request: IncomingMessage, { token }: AccessRules): void {
  if (token === undefined) return
  const given = /^Bearer +(?<token>\S+) *$/iu.exec(request.headers.authorization ?? "")?.groups?.["token"]
  // Digests have one length, and how long it takes to compare them says nothing about the token.
  if (given !== undefined && timingSafeEqual(digest(given), digest(token))) return
  throw new RequestRefused({
    reason: "Unauthorized",
    message: given === undefined ? "this server needs a token" : "the token is not the one of this server",
    hint: "send it as: Authorization: Bearer TOKEN",
    headers: { "WWW-Authenticate": 'Bearer realm="skein"' },
  })
}

const WRITTEN_HOST = /^(?:\[(?<six>[0-9a-f:.]+)\]|(?<name>[a-z0-9._-]+))(?::\d{1,5})?$/u

/** The name or address in a Host header, in lower case and without its port. */
function hostName(written: string | undefined): string | undefined {
  const text = written?.toLowerCase() ?? ""
  if (isIPv6(text)) return text
  const { six, name = six } = WRITTEN_HOST.exec(text)?.groups ?? {}
  return name
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest()
}
