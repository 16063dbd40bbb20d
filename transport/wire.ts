import type { Address } from "./address.ts"

/** The unit that a wire carries: the envelope's text beside the body's bytes, which nobody looks into or copies. */
export interface Parcel {
  readonly envelope: string
  readonly body: Uint8Array
}

/**
 * What has to be written to carry parcels some other way; everything else (streams, windows, chunks) is the
 * transport's. An address becomes whatever the carrier has: for NATS the subject `skein.v1.<node>.<path by dots>`, with
 * the envelope in a header.
 */
export interface Wire {
  /** The largest body of one parcel; larger ones are cut. */
  readonly bodyBytesMax: number
  /** Parcels from one sender to one address arrive in order, or not at all. Never blocks. */
  readonly publish: (to: Address, parcel: Parcel, onNobody: () => void) => void
  /** Gives a function that ends it. */
  readonly subscribe: (address: Address, receive: (parcel: Parcel) => void) => () => void
  readonly close: () => Promise<void>
}
