import { clearImmediate, setImmediate } from "node:timers"
import type { Address } from "./address.ts"
import { addressText } from "./address.ts"
import type { Broadcast } from "./broadcast.ts"
import { TransportFailure } from "./errors.ts"
import type { Parcel, Wire } from "./wire.ts"

/** Parcels handed over before timers and sockets get their turn. */
const PARCELS_IN_A_ROW_MAX = 256

/** Nodes of one process. Bodies are handed over as they are, without a copy; nothing is cut unless a limit is given. */
export interface InProcessBus {
  readonly connect: () => Wire
  readonly broadcast: () => Broadcast
}

export function inProcessBus(bodyBytesMax: number = Number.MAX_SAFE_INTEGER): InProcessBus {
  const receivers = new Map<string, (parcel: Parcel) => void>()
  const hearers = new Set<Hear>()
  return { connect: () => connect(receivers, bodyBytesMax), broadcast: () => broadcast(hearers) }
}

type Hear = (body: Uint8Array, sender: string | undefined) => void

function broadcast(hearers: Set<Hear>): Broadcast {
  return {
    bodyBytesMax: Number.MAX_SAFE_INTEGER,
    tell: (body) => {
      setImmediate(() => {
        for (const hear of hearers) hear(body, undefined)
      })
    },
    hear: (receive) => {
      hearers.add(receive)
      return () => hearers.delete(receive)
    },
    watch: () => undefined,
    close: () => new Promise((resolve) => setImmediate(resolve)),
  }
}

function connect(receivers: Map<string, (parcel: Parcel) => void>, bodyBytesMax: number): Wire {
  const own = new Set<string>()
  const deliveries: (() => void)[] = []
  let immediate: NodeJS.Immediate | undefined
  const deliver = () => {
    const now = deliveries.splice(0, PARCELS_IN_A_ROW_MAX)
    immediate = deliveries.length > 0 ? setImmediate(deliver) : undefined
    for (const delivery of now) delivery()
  }
  return {
    bodyBytesMax,
    incomingBytesMax: Number.MAX_SAFE_INTEGER,
    publish: (to, parcel, onNobody) => {
      if (parcel.body.byteLength > bodyBytesMax) {
        throw new TransportFailure({
          message: `a parcel of ${parcel.body.byteLength} bytes is over this wire's limit of ${bodyBytesMax}; cut it`,
          reason: "size",
        })
      }
      // Never from within publish: a receiver that answers at once must not run inside its sender.
      deliveries.push(() => {
        const receive = receivers.get(addressText(to))
        if (receive === undefined) onNobody()
        else receive(parcel)
      })
      immediate ??= setImmediate(deliver)
    },
    room: () => undefined,
    settled: () => Promise.resolve(),
    watch: () => undefined,
    subscribe: (address: Address, receive) => {
      const key = addressText(address)
      if (receivers.has(key)) throw new Error(`${key} is taken: two nodes of one process need two names`)
      receivers.set(key, receive)
      own.add(key)
      return () => {
        if (own.delete(key)) receivers.delete(key)
      }
    },
    close: async () => {
      for (const key of own) receivers.delete(key)
      own.clear()
      clearImmediate(immediate)
      immediate = undefined
      // What was published before the end still leaves: others are waiting to hear that this node has gone.
      for (const delivery of deliveries.splice(0)) delivery()
    },
  }
}
