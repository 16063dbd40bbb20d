import type { Msg, Subscription } from "nats"
import { headers as natsHeaders } from "nats"
import type { Address } from "../address.ts"
import { TransportFailure } from "../errors.ts"
import type { Parcel, Wire, WireEvents } from "../wire.ts"
import type { NatsLink } from "./connect.ts"
import { wordsOf } from "./connect.ts"
import { patiently } from "./patience.ts"
import { Unconfirmed } from "./unconfirmed.ts"

/** The header that holds a parcel's envelope. */
const ENVELOPE_HEADER = "Skein"

/** What an envelope and its header need at most: a server's limit counts them together with the body. */
const HEADER_BYTES_MAX = 512

/** A server that allows less is of no use. */
const BODY_BYTES_MIN = 512

/** Half of what a server keeps for a client that does not read (`max_pending`, 64 MiB) before it cuts it. */
const INCOMING_BYTES_MAX = 32 * 1024 * 1024

/** The status of the empty message by which a server says that nobody listens. */
const NOBODY_STATUS = 503

export interface NatsWireOptions {
  /** This node's name: the only sender it publishes as, and where it is told that nobody took a parcel. */
  readonly node: string
  /** Less than what the server allows. */
  readonly bodyBytesMax?: number
}

/**
 * Parcels as NATS messages: the address is the subject, the envelope a header, the body the payload. Each has a reply
 * subject, where the server itself answers when no subscription took it.
 */
export function natsWire(link: NatsLink, options: NatsWireOptions): Wire {
  return new LinkWire(link, options)
}

class LinkWire implements Wire {
  readonly incomingBytesMax = INCOMING_BYTES_MAX
  private readonly link: NatsLink
  private readonly node: string
  private readonly limit: number
  private readonly subscriptions = new Set<Subscription>()
  private readonly unconfirmed: Unconfirmed
  private readonly ends: (() => void)[]
  private readonly refusals: string[] = []
  private events: WireEvents | undefined
  private broken: string | undefined
  private closed = false

  constructor(link: NatsLink, { node, bodyBytesMax = Number.MAX_SAFE_INTEGER }: NatsWireOptions) {
    this.link = link
    this.node = node
    this.limit = bodyBytesMax
    this.unconfirmed = new Unconfirmed(() => link.connection.flush())
    this.subscribeTo(link.subjects.nobody(node, "*"), (message) => this.nobodyTook(message))
    this.ends = [
      link.watch(() => this.follow()),
      link.watchRefusals(({ operation, subject, words }) => {
        if (operation === "publish") this.publishRefused(subject, words)
      }),
    ]
    this.follow()
  }

  get bodyBytesMax(): number {
    return Math.min(this.limit, this.link.maxPayloadBytes() - HEADER_BYTES_MAX)
  }

  publish(to: Address, { envelope, body }: Parcel, onNobody: () => void): void {
    if (this.broken !== undefined || this.closed || this.link.state()._tag !== "Connected") return
    if (body.byteLength > this.bodyBytesMax) {
      throw new TransportFailure({
        message: `a parcel of ${body.byteLength} bytes is over this wire's limit of ${this.bodyBytesMax}; cut it`,
        reason: "size",
      })
    }
    const headers = natsHeaders()
    headers.set(ENVELOPE_HEADER, envelope)
    const number = this.unconfirmed.add(body.byteLength, onNobody)
    const reply = this.link.subjects.nobody(this.node, number)
    this.link.connection.publish(this.link.subjects.parcel(to, this.node), body, { headers, reply })
  }

  room(): Promise<void> | undefined {
    return this.unconfirmed.room()
  }

  subscribe(address: Address, receive: (parcel: Parcel) => void): () => void {
    const { inbox, parse } = this.link.subjects
    const subscription = this.subscribeTo(inbox(address), ({ subject, headers, data }) => {
      const sender = parse(subject)?.from
      // The client's buffer is shared with other messages, or up to three times larger than this one.
      receive({ envelope: headers?.get(ENVELOPE_HEADER) ?? "", body: data.slice(), ...(sender && { sender }) })
    })
    return () => this.unsubscribe(subscription)
  }

  watch(events: WireEvents): void {
    this.events = events
    if (this.broken !== undefined) events.broken(this.broken)
  }

  async settled(): Promise<void> {
    await this.link.connection.flush()
    const [first] = this.refusals
    if (first === undefined) return
    const message = `the NATS server does not let node ${this.node} listen: ${first}`
    throw new TransportFailure({ message, reason: "refused" })
  }

  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    for (const end of this.ends) end()
    for (const subscription of this.subscriptions) this.unsubscribe(subscription)
    await patiently(this.unconfirmed.close())
    // Whoever is told that this wire is closed may count on the server's knowing it: nobody listens here any more.
    if (this.link.state()._tag === "Connected") await patiently(this.link.connection.flush())
  }

  private follow(): void {
    const state = this.link.state()
    const max = this.link.maxPayloadBytes()
    const isTooSmall = max < HEADER_BYTES_MAX + BODY_BYTES_MIN
    const least = `max_payload: ${max}, and at least ${HEADER_BYTES_MAX + BODY_BYTES_MIN} is needed`
    if (state._tag !== "Connected") this.breakUp(state.why)
    else if (isTooSmall) this.breakUp(`the NATS server at ${state.server} has ${least}`)
    else if (this.broken !== undefined) {
      this.broken = undefined
      this.events?.restored()
    }
  }

  private breakUp(why: string): void {
    const isNews = this.broken !== why
    this.broken = why
    this.unconfirmed.forget()
    if (isNews) this.events?.broken(why)
  }

  private subscribeTo(subject: string, receive: (message: Msg) => void): Subscription {
    const subscription = this.link.connection.subscribe(subject, {
      callback: (error, message) => {
        // What is thrown here would end the client's reader, and with it everything.
        report(() => (error === null ? receive(message) : this.subscriptionRefused(subject, wordsOf(error))))
      },
    })
    this.subscriptions.add(subscription)
    return subscription
  }

  private unsubscribe(subscription: Subscription): void {
    if (this.subscriptions.delete(subscription) && !this.link.connection.isClosed()) subscription.unsubscribe()
  }

  private nobodyTook({ subject, headers, data }: Msg): void {
    if (headers?.code !== NOBODY_STATUS || data.byteLength > 0) return
    this.unconfirmed.nobody(Number(subject.slice(subject.lastIndexOf(".") + 1)))
  }

  private publishRefused(subject: string, words: string): void {
    const parsed = this.link.subjects.parse(subject)
    if (parsed?.from === this.node) this.events?.refused(parsed.to, words)
  }

  private subscriptionRefused(subject: string, words: string): void {
    this.refusals.push(words)
    const path = this.link.subjects.parse(subject)?.to.path ?? "nobody"
    this.events?.refused({ node: this.node, path }, words)
  }
}

/** An error in what this program does with a message is a defect: it must be seen, and must not stop the reader. */
function report(work: () => void): void {
  try {
    work()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
