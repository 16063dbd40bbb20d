import type { Address } from "./address.ts"

/** The unit that a wire carries: the envelope's text beside the body's bytes, which nobody looks into or copies. */
export interface Parcel {
  readonly envelope: string
  readonly body: Uint8Array
  /** Who sent it, where the carrier itself vouches for that. */
  readonly sender?: string
}

/** What a wire tells of itself. A wire that cannot break tells nothing. */
export interface WireEvents {
  /** Parcels under way may be lost, and nothing can be published until `restored`. Again when there is another reason. */
  readonly broken: (why: string) => void
  readonly restored: () => void
  /** The carrier forbids what goes to this address, or, for an address of this node, to hear what comes there. */
  readonly refused: (address: Address, why: string) => void
}

/**
 * What has to be written to carry parcels some other way; everything else (streams, windows, chunks) is the
 * transport's. An address becomes whatever the carrier has: see `nats/subjects.ts`.
 */
export interface Wire {
  /** The largest body of one parcel; larger ones are cut. A carrier may change it while no parcel is under way. */
  readonly bodyBytesMax: number
  /** Bytes of streams that may be under way to this node at a time, over all of them; more, and the carrier gives it up. */
  readonly incomingBytesMax: number
  /**
   * Parcels from one sender to one address arrive in order, or not at all. Never blocks. Throws TransportFailure
   * `size` for a body over the limit. While the wire is broken nothing is published.
   */
  readonly publish: (to: Address, parcel: Parcel, onNobody: () => void) => void
  /** Settles when the carrier has taken enough of what was published for more to come; nothing when it has already. */
  readonly room: () => Promise<void> | undefined
  /** Gives a function that ends it. */
  readonly subscribe: (address: Address, receive: (parcel: Parcel) => void) => () => void
  /** Settles when parcels for what is subscribed get here, rejects with TransportFailure `refused` when they may not. */
  readonly settled: () => Promise<void>
  /** One watcher: the transport. */
  readonly watch: (events: WireEvents) => void
  readonly close: () => Promise<void>
}
