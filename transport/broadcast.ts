/** Tells all nodes of a cluster at once, at most once each, in order per sender. For presence; small bodies only. */
export interface Broadcast {
  /** The largest body. */
  readonly bodyBytesMax: number
  /** Nothing is told while the carrier is broken. */
  readonly tell: (body: Uint8Array) => void
  /** What anyone tells, this node included; `sender` where the carrier vouches for it. Gives a function that ends it. */
  readonly hear: (receive: (body: Uint8Array, sender: string | undefined) => void) => () => void
  /** One watcher: told when nobody can be heard, and when that is over. */
  readonly watch: (events: { readonly broken: (why: string) => void; readonly restored: () => void }) => void
  /** Settles when what was told has left, or cannot leave. */
  readonly close: () => Promise<void>
}
