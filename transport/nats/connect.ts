import { readFileSync } from "node:fs"
import type { ConnectionOptions, NatsConnection } from "nats"
import { Events, connect, credsAuthenticator, nkeyAuthenticator } from "nats"
import { NatsConnectError, NatsSettingsError } from "./errors.ts"
import { patiently } from "./patience.ts"
import type { NatsCredentials, NatsSettings } from "./settings.ts"
import type { Subjects } from "./subjects.ts"
import { subjectsOf } from "./subjects.ts"

/** How long one server may take to answer when a connection is made. */
const CONNECT_MS_MAX = 5_000

/** Between two tries to come back: a quarter of the time that the connection has been away, within these. */
const RECONNECT_DELAY_MS_MIN = 50
const RECONNECT_DELAY_MS_MAX = 2_000

/** A server that has not answered this many pings is given up, and another connection is tried. */
const PINGS_UNANSWERED_MAX = 2
const PING_EVERY_MS = 10_000

export type LinkState =
  | { readonly _tag: "Connected"; readonly server: string }
  /** Trying to come back, for as long as it takes. */
  | { readonly _tag: "Broken"; readonly why: string }
  | { readonly _tag: "Closed"; readonly why: string }

/** The server forbids what this connection did, in its own words. */
export interface NatsRefusal {
  readonly operation: "publish" | "subscription"
  readonly subject: string
  readonly words: string
}

/** One connection of a process to a NATS server, or to one of several; everything else over NATS goes through it. */
export interface NatsLink {
  /** For what is not a parcel: the request API. It publishes into the void while the link is broken. */
  readonly connection: NatsConnection
  readonly cluster: string
  readonly subjects: Subjects
  /** The server's limit for the header and body of one message, the last known one while the link is broken. */
  readonly maxPayloadBytes: () => number
  readonly state: () => LinkState
  readonly watch: (onState: (state: LinkState) => void) => () => void
  readonly watchRefusals: (onRefusal: (refusal: NatsRefusal) => void) => () => void
  /** Settles when the server has taken what was published, or a named time has passed, and the connection is closed. */
  readonly close: () => Promise<void>
}

/** When the connection broke; nothing while it is whole, and until the client has told that it broke. */
interface Clock {
  brokenAtMs: number | undefined
}

/** Rejects with NatsConnectError or NatsSettingsError. Once connected, it comes back by itself whatever happens. */
export async function connectNats(settings: NatsSettings, { name }: { readonly name: string }): Promise<NatsLink> {
  const clock: Clock = { brokenAtMs: undefined }
  const brokenForMs = () => (clock.brokenAtMs === undefined ? 0 : Date.now() - clock.brokenAtMs)
  const options = connectionOptions(settings, name, () => reconnectDelayMs(brokenForMs()))
  let connection: NatsConnection
  try {
    connection = await connect(options)
  } catch (error) {
    const servers = settings.servers.join(", ")
    const why = error instanceof Error ? wordsOf(error) : String(error)
    throw new NatsConnectError({
      message: `cannot connect to NATS at ${servers}: ${why}. Is nats-server running there, and are the credentials right?`,
      servers: settings.servers,
    })
  }
  if (connection.info?.headers !== true) {
    await connection.close()
    const message = `the NATS server at ${connection.getServer()} has no message headers: version 2.2 or newer is needed`
    throw new NatsConnectError({ message, servers: settings.servers })
  }
  return new Link(connection, settings.cluster, clock)
}

/** Exported for its test. */
export function reconnectDelayMs(brokenForMs: number): number {
  const delay = Math.min(RECONNECT_DELAY_MS_MAX, Math.max(RECONNECT_DELAY_MS_MIN, brokenForMs / 4))
  // The nodes of a cluster lose their server at the same moment and should not all come back at the same moment.
  return Math.round(delay * (0.75 + Math.random() / 2))
}

function connectionOptions(settings: NatsSettings, name: string, delayMs: () => number): ConnectionOptions {
  return {
    servers: [...settings.servers],
    name,
    timeout: CONNECT_MS_MAX,
    maxReconnectAttempts: -1,
    reconnectDelayHandler: delayMs,
    // A server whose accounts are being changed may refuse twice in a row: a cluster that runs waits it out.
    ignoreAuthErrorAbort: true,
    pingInterval: PING_EVERY_MS,
    maxPingOut: PINGS_UNANSWERED_MAX,
    noAsyncTraces: true,
    ...credentialOptions(settings.credentials),
    ...(settings.tls === undefined ? {} : { tls: { ...settings.tls } }),
  }
}

function credentialOptions(credentials: NatsCredentials): ConnectionOptions {
  switch (credentials._tag) {
    case "None":
      return {}
    case "Password":
      return { user: credentials.user, pass: credentials.password }
    case "Token":
      return { token: credentials.token }
    case "Creds":
      return { authenticator: credsAuthenticator(freshFile(credentials.file, "NATS_CREDS")) }
    case "Nkey":
      return { authenticator: nkeyAuthenticator(freshFile(credentials.file, "NATS_NKEY")) }
  }
}

/** Read again whenever the connection is made anew, so that credentials can be replaced under a running node. */
function freshFile(file: string, variable: string): () => Uint8Array {
  const read = () => new TextEncoder().encode(readFileSync(file, "utf8").trim())
  let last: Uint8Array
  try {
    last = read()
  } catch (error) {
    throw new NatsSettingsError({ message: `${variable} names a file that cannot be read: ${String(error)}` })
  }
  return () => {
    try {
      last = read()
    } catch {
      // It is being replaced right now. What throws here would end the connection for good.
    }
    return last
  }
}

class Link implements NatsLink {
  readonly connection: NatsConnection
  readonly cluster: string
  readonly subjects: Subjects
  private readonly clock: Clock
  private readonly onState = new Set<(state: LinkState) => void>()
  private readonly onRefusal = new Set<(refusal: NatsRefusal) => void>()
  private maxPayload = 0
  private current: LinkState
  private words: string | undefined
  private returning = false

  constructor(connection: NatsConnection, cluster: string, clock: Clock) {
    this.connection = connection
    this.cluster = cluster
    this.subjects = subjectsOf(cluster)
    this.clock = clock
    this.current = { _tag: "Connected", server: connection.getServer() }
    void this.follow()
    void connection.closed().then((error) => {
      this.become({ _tag: "Closed", why: error instanceof Error ? error.message : "it was closed" })
    })
  }

  maxPayloadBytes(): number {
    this.maxPayload = this.connection.info?.max_payload ?? this.maxPayload
    return this.maxPayload
  }

  state(): LinkState {
    // The client tells of its end a little later.
    if (this.connection.isClosed()) this.become({ _tag: "Closed", why: "it was closed" })
    return this.current
  }

  watch(onState: (state: LinkState) => void): () => void {
    this.onState.add(onState)
    return () => this.onState.delete(onState)
  }

  watchRefusals(onRefusal: (refusal: NatsRefusal) => void): () => void {
    this.onRefusal.add(onRefusal)
    return () => this.onRefusal.delete(onRefusal)
  }

  async close(): Promise<void> {
    if (this.connection.isClosed()) return
    if (this.current._tag === "Connected") await patiently(this.connection.flush())
    await this.connection.close()
  }

  private async follow(): Promise<void> {
    for await (const { type, data, permissionContext } of this.connection.status()) {
      const server = typeof data === "string" ? data : this.connection.getServer()
      if (type === Events.Disconnect) this.broke(server)
      else if (type === Events.Reconnect) void this.cameBack(server)
      else if (type === Events.Error && permissionContext === undefined) this.failed(lastWords(this.connection, data))
      else if (type === Events.Error && permissionContext !== undefined) this.refused(permissionContext)
    }
  }

  private broke(server: string): void {
    // The client tells it again for every try that a server refuses, and in the end as often that it is back.
    if (this.current._tag === "Broken") return
    this.clock.brokenAtMs = Date.now()
    const why = this.words === undefined ? "" : `: ${this.words}`
    this.become({ _tag: "Broken", why: `the connection to NATS at ${server} broke${why}` })
  }

  private async cameBack(server: string): Promise<void> {
    if (this.current._tag === "Connected" || this.returning) return
    this.returning = true
    try {
      // Back is who can be reached again: the subscriptions are on their way to the server, and this comes after them.
      await this.connection.flush()
      this.words = undefined
      this.clock.brokenAtMs = undefined
      this.become({ _tag: "Connected", server })
    } catch {
      // It broke again; the client goes on trying.
    } finally {
      this.returning = false
    }
  }

  /** The server says why it is about to end the connection, or why it does not take the next one. */
  private failed(words: string): void {
    const isNews = words !== this.words
    this.words = words
    if (this.current._tag === "Broken" && isNews) {
      this.become({ _tag: "Broken", why: `the connection to NATS broke and cannot be made anew: ${words}` })
    }
  }

  private refused({ operation, subject }: { readonly operation: string; readonly subject: string }): void {
    const isPublish = operation === "publish"
    // Word for word what the server says; the client gives its parts only.
    const words = `Permissions Violation for ${isPublish ? "Publish" : "Subscription"} to "${subject}"`
    for (const each of this.onRefusal) each({ operation: isPublish ? "publish" : "subscription", subject, words })
  }

  private become(state: LinkState): void {
    if (this.current._tag === "Closed") return
    this.current = state
    for (const each of this.onState) each(state)
  }
}

/** The client reports an error of the server by a code of its own; the server's sentence stays inside of it. */
function lastWords(connection: NatsConnection, code: unknown): string {
  const protocol: unknown = Reflect.get(connection, "protocol")
  const error: unknown =
    typeof protocol === "object" && protocol !== null ? Reflect.get(protocol, "lastError") : undefined
  return error instanceof Error ? wordsOf(error) : String(code)
}

/** The protocol puts a server's sentence into quotation marks. */
export function wordsOf(error: Error): string {
  return error.message.replace(/^'(.*)'$/u, "$1")
}
