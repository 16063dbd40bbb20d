import type { Address } from "./address.ts"
import { addressText } from "./address.ts"
import type { Envelope } from "./envelope.ts"
import { PROTOCOL_VERSION, decodeEnvelope, encodeEnvelope } from "./envelope.ts"
import { TransportFailure } from "./errors.ts"
import { cut } from "./flow.ts"
import type { IncomingStream } from "./incoming-stream.ts"
import { StreamReceiver } from "./incoming-stream.ts"
import { ServedStreams } from "./served-streams.ts"
import type {
  OpenOptions,
  RequestOptions,
  StreamHandler,
  Transport,
  TransportCounts,
  TransportOptions,
} from "./transport.ts"
import type { Wire } from "./wire.ts"

/** Where a node gets what belongs to streams that are open already. */
const STREAMS_PATH = "streams"

/** Streams are numbered from a random number below this: those of a node's last life are not taken for new ones. */
const FIRST_STREAM_MAX = 2 ** 48

/** The window of a request; its one frame may be larger, see `StreamReceiver`. */
const REQUEST_WINDOW_BYTES = 1024 * 1024

const EMPTY = new Uint8Array(0)

/** The transport of one node over a wire. */
export function nodeTransport(wire: Wire, options: TransportOptions): Transport {
  return new NodeTransport(wire, options)
}

interface Opened {
  readonly to: Address
  readonly receiver: StreamReceiver
}

class NodeTransport implements Transport {
  readonly node: string
  private readonly wire: Wire
  private readonly options: TransportOptions
  private readonly head: { readonly version: typeof PROTOCOL_VERSION; readonly from: string }
  private readonly opened = new Map<number, Opened>()
  /** The windows of all that is opened. */
  private granted = 0
  private readonly served: ServedStreams
  private readonly totals = { refused: 0, parcelsSent: 0, bytesSent: 0, bytesReceived: 0 }
  private streams: number
  /** Why nothing can be sent at the moment. */
  private broken: string | undefined
  /** What others are to be told of streams that ended while nothing could be sent. */
  private untold: (() => void)[] = []
  private closed = false

  constructor(wire: Wire, options: TransportOptions) {
    this.node = options.node
    this.wire = wire
    this.options = options
    this.head = { version: PROTOCOL_VERSION, from: options.node }
    this.streams = options.firstStream ?? 1 + Math.floor(Math.random() * FIRST_STREAM_MAX)
    this.served = new ServedStreams({
      bodyBytesMax: () => wire.bodyBytesMax,
      room: () => wire.room(),
      encodeFailure: options.failures.encode,
      data: (to, piece, body) => {
        const onNobody = () => this.served.cancel(to, failure("lost", `${to.from} is gone`))
        this.publish(streamsOf(to.from), { _tag: "data", ...this.head, stream: to.stream, ...piece }, body, onNobody)
      },
      end: (to, chunks) =>
        this.publish(streamsOf(to.from), { _tag: "end", ...this.head, stream: to.stream, chunks }, EMPTY),
    })
    this.subscribe(STREAMS_PATH, (envelope, body) => this.carryOn(envelope, body))
    wire.watch({
      broken: (why) => this.wireBroke(why),
      restored: () => this.wireRestored(),
      refused: (address, why) => this.wireRefused(address, why),
    })
  }

  send(to: Address, body: Uint8Array): void {
    const limit = this.wire.bodyBytesMax
    if (body.byteLength > limit) {
      throw failure("size", `a message of ${body.byteLength} bytes is over the limit of ${limit}: open a stream for it`)
    }
    if (this.broken !== undefined) throw failure("lost", `nothing can be sent to ${addressText(to)}: ${this.broken}`)
    this.publish(to, { _tag: "message", ...this.head }, body)
  }

  listen(path: string, receive: (body: Uint8Array, from: string) => void): () => void {
    return this.subscribe(path, (envelope, body) => {
      if (envelope._tag === "message") receive(body, envelope.from)
      else this.refuse(`an envelope "${envelope._tag}" came to "${path}", which takes messages`)
    })
  }

  serve(path: string, handler: StreamHandler): () => void {
    return this.subscribe(path, (envelope, body) => {
      if (envelope._tag === "open") this.served.open(envelope, body, handler)
      else this.refuse(`an envelope "${envelope._tag}" came to "${path}", which serves streams`)
    })
  }

  open(to: Address, request: Uint8Array, options: OpenOptions): IncomingStream {
    const { signal } = options
    const windowBytes = this.grant(options.windowBytes)
    const stream = this.streams
    this.streams += 1
    const name = `the stream from ${addressText(to)}`
    const onAbort = () => receiver.cancel()
    const receiver = new StreamReceiver({
      name,
      credit: (bytes) => this.publish(streamsOf(to.node), { _tag: "credit", ...this.head, stream, bytes }, EMPTY),
      cancel: () => this.publish(streamsOf(to.node), { _tag: "cancel", ...this.head, stream }, EMPTY),
      decodeFailure: this.options.failures.decode,
      onOver: () => {
        if (this.opened.delete(stream)) this.granted -= windowBytes
        signal?.removeEventListener("abort", onAbort)
      },
    })
    if (this.closed) {
      receiver.fail(failure("closed", `${name} cannot be opened: this node's transport is closed`))
      return receiver
    }
    if (this.broken !== undefined) {
      receiver.fail(failure("lost", `${name}: ${this.broken}`))
      return receiver
    }
    this.opened.set(stream, { to, receiver })
    this.granted += windowBytes
    signal?.addEventListener("abort", onAbort)
    const onNobody = () => receiver.fail(failure("nobody", `nobody listens at ${addressText(to)}`))
    const pieces = cut(request, this.wire.bodyBytesMax)
    for (const [chunk, piece] of pieces.entries()) {
      const last = chunk === pieces.length - 1
      this.publish(to, { _tag: "open", ...this.head, stream, chunk, last, windowBytes }, piece, onNobody)
    }
    if (signal?.aborted === true) receiver.cancel()
    return receiver
  }

  async request(to: Address, request: Uint8Array, { deadlineMs, signal }: RequestOptions): Promise<Uint8Array> {
    const deadline = new AbortController()
    const timer = setTimeout(() => deadline.abort(), deadlineMs)
    const stream = this.open(to, request, {
      windowBytes: REQUEST_WINDOW_BYTES,
      signal: signal === undefined ? deadline.signal : AbortSignal.any([signal, deadline.signal]),
    })
    try {
      const answer = await stream.next()
      if (answer !== undefined) return answer
    } catch (error) {
      if (!deadline.signal.aborted) throw error
      throw failure("deadline", `${addressText(to)} did not answer within ${deadlineMs} ms`)
    } finally {
      clearTimeout(timer)
      stream.cancel()
    }
    throw failure("lost", `${addressText(to)} ended without an answer`)
  }

  settled(): Promise<void> {
    return this.wire.settled()
  }

  lose(node: string, reason: string): void {
    this.served.cancelOf(node, failure("lost", reason))
    for (const [stream, { to, receiver }] of this.opened) {
      if (to.node !== node) continue
      // It may be there all the same, only silent: it need not go on.
      this.publish(streamsOf(node), { _tag: "cancel", ...this.head, stream }, EMPTY)
      receiver.fail(failure("lost", reason))
    }
  }

  probe(node: string): void {
    // A credit of nothing for no stream: whoever gets it does nothing, and the carrier says when there is nobody.
    this.publish(streamsOf(node), { _tag: "credit", ...this.head, stream: 0, bytes: 0 }, EMPTY)
  }

  counts(): TransportCounts {
    return { opened: this.opened.size, served: this.served.size(), ...this.totals }
  }

  async close(): Promise<void> {
    if (this.closed) return
    for (const { receiver } of this.opened.values()) receiver.cancel()
    await this.served.close()
    this.closed = true
    await this.wire.close()
  }

  /** All windows together stay within what may be under way; the fuller it is, the smaller a new one, and at least a byte. */
  private grant(windowBytes: number): number {
    const free = this.wire.incomingBytesMax - this.granted
    return Math.min(windowBytes, Math.max(1, Math.floor(free / 2)))
  }

  private subscribe(path: string, receive: (envelope: Envelope, body: Uint8Array) => void): () => void {
    return this.wire.subscribe({ node: this.node, path }, (parcel) => {
      this.totals.bytesReceived += parcel.body.byteLength
      let envelope: Envelope
      try {
        envelope = decodeEnvelope(parcel.envelope)
      } catch (error) {
        return this.refuse(`not an envelope of version ${PROTOCOL_VERSION}: ${String(error)}`)
      }
      if (parcel.sender !== undefined && parcel.sender !== envelope.from) {
        return this.refuse(`an envelope that says "${envelope.from}" was sent by "${parcel.sender}"`)
      }
      receive(envelope, parcel.body)
    })
  }

  private carryOn(envelope: Envelope, body: Uint8Array): void {
    switch (envelope._tag) {
      case "data":
        return this.receiverOf(envelope)?.data(envelope, body)
      case "end":
        return this.receiverOf(envelope)?.end(envelope.chunks)
      case "credit":
        return this.served.credit(envelope, envelope.bytes)
      case "cancel":
        return this.served.cancel(envelope, failure("cancelled", `${envelope.from} reads no further`))
      case "open":
      case "message":
        return this.refuse(`an envelope "${envelope._tag}" came where streams are carried on`)
    }
  }

  /** Late parcels of a stream that is over belong to nobody; a node may only speak for itself. */
  private receiverOf({ from, stream }: { readonly from: string; readonly stream: number }): StreamReceiver | undefined {
    const opened = this.opened.get(stream)
    return opened?.to.node === from ? opened.receiver : undefined
  }

  private publish(to: Address, envelope: Envelope, body: Uint8Array, onNobody: () => void = () => undefined): void {
    if (this.closed || this.broken !== undefined) return
    this.totals.parcelsSent += 1
    this.totals.bytesSent += body.byteLength
    this.wire.publish(to, { envelope: encodeEnvelope(envelope), body }, () => {
      onNobody()
      // Everyone listens for what belongs to open streams; at any other path only a service may be missing.
      if (to.path === STREAMS_PATH) this.options.onGone?.(to.node)
      else this.probe(to.node)
    })
  }

  /** What was under way may be lost, and nobody knows which part: every stream ends, on both of its sides. */
  private wireBroke(why: string): void {
    this.broken = why
    for (const [stream, { to, receiver }] of this.opened) {
      receiver.fail(failure("lost", `the stream from ${addressText(to)}: ${why}`))
      this.untold.push(() => this.publish(streamsOf(to.node), { _tag: "cancel", ...this.head, stream }, EMPTY))
    }
    this.untold.push(...this.served.interrupt(failure("lost", `node ${this.node} lost the stream: ${why}`)))
  }

  private wireRestored(): void {
    this.broken = undefined
    for (const tell of this.untold.splice(0)) tell()
  }

  private wireRefused(address: Address, why: string): void {
    if (address.node === this.node) return this.refuse(`nothing can come to "${address.path}": ${why}`)
    const isAll = address.path === STREAMS_PATH
    for (const { to, receiver } of this.opened.values()) {
      if (to.node !== address.node || (to.path !== address.path && !isAll)) continue
      receiver.fail(failure("refused", `${addressText(to)} cannot be reached: ${why}`))
    }
    if (isAll) this.served.cancelOf(address.node, failure("refused", `${address.node} cannot be answered: ${why}`))
  }

  private refuse(reason: string): void {
    this.totals.refused += 1
    this.options.onRefused?.(reason)
  }
}

function streamsOf(node: string): Address {
  return { node, path: STREAMS_PATH }
}

function failure(reason: TransportFailure["reason"], message: string): TransportFailure {
  return new TransportFailure({ message, reason })
}
