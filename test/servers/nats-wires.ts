import type { NatsLink } from "../../transport/nats/connect.ts"
import { connectNats } from "../../transport/nats/connect.ts"
import { natsSettings } from "../../transport/nats/settings.ts"
import { natsWire } from "../../transport/nats/wire.ts"
import type { Wires } from "../transport/wire-suite.ts"
import type { Wire } from "../../transport/wire.ts"

/** A link with nothing from the environment of whoever runs the tests. */
export function linkTo(url: string, cluster: string, name = "test"): Promise<NatsLink> {
  return connectNats(natsSettings({}, { url, cluster }), { name })
}

/** Wires of one cluster, each with a connection of its own, which ends with the wire. */
export function natsWires(url: string, cluster: string, bodyBytesMax?: number): Wires {
  return {
    connect: async (node) => {
      const link = await linkTo(url, cluster, node)
      const wire = natsWire(link, { node, ...(bodyBytesMax === undefined ? {} : { bodyBytesMax }) })
      return owning(wire, link)
    },
  }
}

/** The wire, whose end is the link's. */
export function owning(wire: Wire, link: NatsLink): Wire {
  return {
    incomingBytesMax: wire.incomingBytesMax,
    get bodyBytesMax() {
      return wire.bodyBytesMax
    },
    publish: (to, parcel, onNobody) => wire.publish(to, parcel, onNobody),
    room: () => wire.room(),
    subscribe: (address, receive) => wire.subscribe(address, receive),
    settled: () => wire.settled(),
    watch: (events) => wire.watch(events),
    close: async () => {
      await wire.close()
      await link.close()
    },
  }
}
