import type { Address } from "./address.ts"
import type { Codec } from "./codec.ts"
import type { IncomingStream } from "./incoming-stream.ts"

/** How nodes reach each other. The same over an in-process bus and over a network; bodies are opaque bytes. */
export interface Transport {
  readonly node: string
  /**
   * One way, at most once. Throws TransportFailure: `size` for a body over the wire's limit (open a stream instead), `lost`
   * while the wire is broken.
   */
  readonly send: (to: Address, body: Uint8Array) => void
  readonly listen: (path: string, receive: (body: Uint8Array, from: string) => void) => () => void
  /** Asks for frames. A request of any size, frames of any size; nothing is held beyond the window and one frame. */
  readonly open: (to: Address, request: Uint8Array, options: OpenOptions) => IncomingStream
  /** Asks for exactly one frame. */
  readonly request: (to: Address, request: Uint8Array, options: RequestOptions) => Promise<Uint8Array>
  readonly serve: (path: string, handler: StreamHandler) => () => void
  /**
   * Settles when others can reach what this node listens to and serves by now. Rejects with TransportFailure `refused` when the
   * carrier forbids any of it.
   */
  readonly settled: () => Promise<void>
  /** A node is known to be gone: every stream with it fails with `reason`. */
  readonly lose: (node: string, reason: string) => void
  /** Asks the carrier whether that node listens at all; `onGone` is told when it does not. */
  readonly probe: (node: string) => void
  readonly counts: () => TransportCounts
  /** Ends every stream and the wire. Settles when nothing is left. */
  readonly close: () => Promise<void>
}

export interface OpenOptions {
  readonly windowBytes: number
  readonly signal?: AbortSignal
}

export interface RequestOptions {
  readonly deadlineMs: number
  readonly signal?: AbortSignal
}

/**
 * What it yields are the frames; what it throws is thrown at the other side. `signal` aborts when nobody reads on: a
 * handler that waits for something else must heed it.
 */
export type StreamHandler = (
  request: Uint8Array,
  about: { readonly from: string; readonly signal: AbortSignal },
) => AsyncIterable<Uint8Array>

export interface TransportOptions {
  readonly node: string
  /** How errors of handlers cross; the program has one union of all of them, TransportFailure included. */
  readonly failures: Codec<unknown>
  /** A parcel that is not an envelope of this version, or belongs to nothing; for the log. */
  readonly onRefused?: (reason: string) => void
  /** The carrier says that nobody listens where that node's transport would: the node is gone, or cut off. */
  readonly onGone?: (node: string) => void
  /** Where the numbers of this node's streams begin; for tests. */
  readonly firstStream?: number
}

export interface TransportCounts {
  /** Streams that this node opened, and streams that it serves. */
  readonly opened: number
  readonly served: number
  readonly refused: number
  readonly parcelsSent: number
  readonly bytesSent: number
  readonly bytesReceived: number
}
