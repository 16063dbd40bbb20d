import { TransportFailure } from "./errors.ts"
import type { CreditWindow } from "./flow.ts"
import { creditWindow, cut, join } from "./flow.ts"
import type { DataChunk } from "./incoming-stream.ts"
import type { StreamHandler } from "./transport.ts"

/** Streams that one node serves at a time, those whose request is still arriving included. */
const SERVED_STREAMS_MAX = 1024

/** The largest request; statements and plans, never data. */
const REQUEST_BYTES_MAX = 64 * 1024 * 1024

/** How long closing waits for handlers that were told to end. */
const HANDLER_END_MS_MAX = 5_000

/** Who opened a stream, and that node's number for it. */
export interface StreamKey {
  readonly from: string
  readonly stream: number
}

interface OpenChunk extends StreamKey {
  readonly chunk: number
  readonly last: boolean
  readonly windowBytes: number
}

interface Served extends StreamKey {
  readonly request: Uint8Array[]
  requestBytes: number
  /** Sent so far. */
  chunks: number
  readonly abort: AbortController
  readonly window: CreditWindow
}

export interface ServedPorts {
  readonly bodyBytesMax: () => number
  /** Settles when the wire takes more. */
  readonly room: () => Promise<void> | undefined
  readonly data: (to: StreamKey, piece: DataChunk, body: Uint8Array) => void
  readonly end: (to: StreamKey, chunks: number) => void
  readonly encodeFailure: (error: unknown) => Uint8Array
}

/** The sending half of every stream that others opened here. */
export class ServedStreams {
  private readonly ports: ServedPorts
  private readonly streams = new Map<string, Served>()
  private readonly running = new Set<Promise<void>>()

  constructor(ports: ServedPorts) {
    this.ports = ports
  }

  /** A piece of a request; with the last one the handler starts. */
  open(about: OpenChunk, body: Uint8Array, handler: StreamHandler): void {
    const served = this.streams.get(keyText(about)) ?? this.begin(about)
    if (served === undefined) return
    if (about.chunk !== served.request.length) {
      const expected = served.request.length
      return this.refuse(served, "lost", `part ${about.chunk} of the request came where ${expected} was expected`)
    }
    served.request.push(body)
    served.requestBytes += body.byteLength
    if (served.requestBytes > REQUEST_BYTES_MAX) {
      return this.refuse(served, "size", `a request of more than ${REQUEST_BYTES_MAX} bytes: send less`)
    }
    if (!about.last) return
    const work = this.run(served, handler).finally(() => this.running.delete(work))
    this.running.add(work)
  }

  credit(key: StreamKey, bytes: number): void {
    this.streams.get(keyText(key))?.window.credit(bytes)
  }

  /** Nobody wants it any more; the opener is not told. */
  cancel(key: StreamKey, error: TransportFailure): void {
    const served = this.streams.get(keyText(key))
    if (served !== undefined) this.drop(served, error)
  }

  cancelOf(node: string, error: TransportFailure): void {
    for (const served of this.streams.values()) if (served.from === node) this.drop(served, error)
  }

  /** The wire broke: ends every stream, and gives what its opener is to be told when the wire works again. */
  interrupt(error: TransportFailure): readonly (() => void)[] {
    const interrupted = [...this.streams.values()]
    for (const served of interrupted) {
      this.drop(served, error)
      // It may be long until then, and only the stream's name is needed.
      served.request.length = 0
    }
    return interrupted.map((served) => () => this.tell(served, error))
  }

  size(): number {
    return this.streams.size
  }

  /** Tells every opener, and settles when no handler runs any more, or those that do not heed their signal are given up. */
  async close(): Promise<void> {
    for (const served of this.streams.values()) this.refuse(served, "closed", "the node that serves it is closing")
    let timer: NodeJS.Timeout | undefined
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, HANDLER_END_MS_MAX)
    })
    await Promise.race([Promise.all(this.running), patience])
    clearTimeout(timer)
  }

  private begin(about: OpenChunk): Served | undefined {
    // The rest of a request that was refused at an earlier part.
    if (about.chunk > 0) return undefined
    const served: Served = {
      from: about.from,
      stream: about.stream,
      request: [],
      requestBytes: 0,
      chunks: 0,
      abort: new AbortController(),
      window: creditWindow(about.windowBytes),
    }
    if (this.streams.size >= SERVED_STREAMS_MAX) {
      this.refuse(served, "busy", `${SERVED_STREAMS_MAX} streams are served already: try again later`)
      return undefined
    }
    this.streams.set(keyText(about), served)
    return served
  }

  private refuse(served: Served, reason: TransportFailure["reason"], message: string): void {
    const failure = new TransportFailure({ message, reason })
    this.tell(served, failure)
    this.drop(served, failure)
  }

  private drop(served: Served, error: TransportFailure): void {
    this.streams.delete(keyText(served))
    served.window.fail(error)
    served.abort.abort(error)
  }

  private async run(served: Served, handler: StreamHandler): Promise<void> {
    const { signal } = served.abort
    try {
      const frames = handler(join(served.request), { from: served.from, signal })
      for await (const frame of frames) await this.send(served, frame)
      if (!signal.aborted) this.ports.end(served, served.chunks)
    } catch (error) {
      // A cancelled stream has nobody to tell.
      if (!signal.aborted) this.tell(served, error)
    } finally {
      this.streams.delete(keyText(served))
    }
  }

  private async send(served: Served, frame: Uint8Array): Promise<void> {
    const pieces = cut(frame, this.ports.bodyBytesMax())
    for (const [index, piece] of pieces.entries()) {
      await this.ports.room()
      await served.window.claim(piece.byteLength)
      this.publish(served, "frame", index === pieces.length - 1, piece)
    }
  }

  /** Outside the window: a failure is small, and must not wait for a consumer that takes nothing. */
  private tell(served: Served, error: unknown): void {
    const pieces = cut(this.ports.encodeFailure(error), this.ports.bodyBytesMax())
    for (const [index, piece] of pieces.entries()) {
      this.publish(served, "failure", index === pieces.length - 1, piece)
    }
  }

  private publish(served: Served, of: DataChunk["of"], last: boolean, piece: Uint8Array): void {
    this.ports.data(served, { chunk: served.chunks, of, last }, piece)
    served.chunks += 1
  }
}

function keyText({ from, stream }: StreamKey): string {
  return `${from}/${stream}`
}
