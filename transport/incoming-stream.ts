import { TransportFailure } from "./errors.ts"
import { join } from "./flow.ts"

/** Frames that another node sends, in order. Ends, or throws what the other side threw or a TransportFailure. */
export interface IncomingStream extends AsyncIterable<Uint8Array> {
  readonly next: () => Promise<Uint8Array | undefined>
  /** Tells the other side to stop. */
  readonly cancel: () => void
}

/** A piece of what a stream carries. */
export interface DataChunk {
  readonly chunk: number
  readonly of: "frame" | "failure"
  /** The frame, or the failure, is whole with this piece. */
  readonly last: boolean
}

export interface ReceiverPorts {
  readonly name: string
  readonly credit: (bytes: number) => void
  /** The other side is to stop; nothing more is wanted. */
  readonly cancel: () => void
  readonly decodeFailure: (body: Uint8Array) => unknown
  /** Called once, when nothing more can arrive. */
  readonly onOver: () => void
}

interface Frame {
  readonly body: Uint8Array
  /** Bytes of it that have not been credited. */
  readonly owed: number
}

/**
 * The receiving half of a stream; the transport feeds it with what arrives. Credits bytes when the consumer takes them.
 * A frame larger than the window could then never arrive: so the pieces of an unfinished frame are credited as they
 * come while the consumer waits for it. Held at most: the window and one frame.
 */
export class StreamReceiver implements IncomingStream {
  private readonly ports: ReceiverPorts
  private readonly ready: Frame[] = []
  private pieces: Uint8Array[] = []
  private owed = 0
  private chunks = 0
  private state: "open" | "ended" | "failed" = "open"
  private failing = false
  private failure: unknown
  private wake: (() => void)[] = []

  constructor(ports: ReceiverPorts) {
    this.ports = ports
  }

  async next(): Promise<Uint8Array | undefined> {
    while (this.ready.length === 0 && this.state === "open") {
      await new Promise<void>((resolve) => {
        this.wake.push(resolve)
      })
    }
    const frame = this.ready.shift()
    if (frame === undefined) {
      if (this.state === "failed") throw this.failure
      return undefined
    }
    if (this.state === "open") {
      this.ports.credit(frame.owed)
      this.creditUnfinished()
    }
    return frame.body
  }

  cancel(): void {
    this.stop("cancelled", `${this.ports.name} was cancelled`)
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    try {
      for (let frame = await this.next(); frame !== undefined; frame = await this.next()) yield frame
    } finally {
      this.cancel()
    }
  }

  data({ chunk, of, last }: DataChunk, body: Uint8Array): void {
    if (this.state !== "open") return
    if (chunk !== this.chunks) return this.broken(`chunk ${chunk} came where chunk ${this.chunks} was expected`)
    this.chunks += 1
    if (of === "failure") return this.failurePiece(body, last)
    this.pieces.push(body)
    this.owed += body.byteLength
    if (!last) return this.creditUnfinished()
    this.ready.push({ body: join(this.pieces), owed: this.owed })
    this.pieces = []
    this.owed = 0
    this.awaken()
  }

  end(announced: number): void {
    if (this.state !== "open") return
    if (announced !== this.chunks) this.broken(`${announced} chunks were announced, but ${this.chunks} came`)
    else this.finish("ended")
  }

  /** This side's own reason to end: what came and was not taken is thrown away. */
  fail(error: unknown): void {
    if (this.state === "open") this.ready.length = 0
    this.finish("failed", error)
  }

  /** Follows the frames that the other side sent before it failed, and may come in the middle of one, never whole then. */
  private failurePiece(body: Uint8Array, last: boolean): void {
    if (!this.failing) this.pieces = []
    this.failing = true
    this.pieces.push(body)
    if (!last) return
    try {
      this.finish("failed", this.ports.decodeFailure(join(this.pieces)))
    } catch (error) {
      this.broken(`it failed, and its failure cannot be read: ${String(error)}`)
    }
  }

  private stop(reason: "cancelled" | "lost", message: string): void {
    if (this.state !== "open") return
    this.ports.cancel()
    this.fail(new TransportFailure({ message, reason }))
  }

  private broken(what: string): void {
    this.stop("lost", `${this.ports.name}: ${what}`)
  }

  private creditUnfinished(): void {
    if (this.owed === 0 || this.ready.length > 0) return
    this.ports.credit(this.owed)
    this.owed = 0
  }

  private finish(state: "ended" | "failed", error?: unknown): void {
    if (this.state !== "open") return
    this.state = state
    this.failure = error
    this.pieces = []
    this.ports.onOver()
    this.awaken()
  }

  private awaken(): void {
    const waiting = this.wake
    this.wake = []
    for (const each of waiting) each()
  }
}
