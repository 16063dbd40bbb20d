import type { Broadcast } from "../../transport/broadcast.ts"
import type { NatsLink } from "../../transport/nats/connect.ts"
import { connectNats } from "../../transport/nats/connect.ts"
import { natsBroadcast } from "../../transport/nats/broadcast.ts"
import type { NatsSettings } from "../../transport/nats/settings.ts"
import { natsWire } from "../../transport/nats/wire.ts"
import type { Wire } from "../../transport/wire.ts"

/** What carries a node's parcels and announcements. */
export interface ClusterLink {
  readonly wire: Wire
  readonly broadcast: Broadcast
  /** Last, when nothing is carried any more. */
  readonly close: () => Promise<void>
}

/** The same over one connection to NATS, which other doors of the process may use as well. */
export interface NatsClusterLink extends ClusterLink {
  readonly nats: NatsLink
}

export async function natsClusterLink(settings: NatsSettings, node: string): Promise<NatsClusterLink> {
  const nats = await connectNats(settings, { name: `skein node ${node}` })
  return {
    nats,
    wire: natsWire(nats, { node }),
    broadcast: natsBroadcast(nats, { node }),
    close: () => nats.close(),
  }
}
