import { openNatsNode, type NatsNode } from "../../runtime/cluster/nats-node.ts"
import { dataRoot } from "../../runtime/cluster/roots.ts"
import { natsSettings } from "../../transport/nats/settings.ts"

/** A node without engines in this process, whose counters and metrics can be read. */
export async function openCoordinator(url: string, data: string): Promise<NatsNode> {
  return openNatsNode({
    settings: natsSettings({}, { url }),
    name: "here",
    roles: ["coordinator"],
    workers: 0,
    roots: [await dataRoot(data)],
    onEvent: () => undefined,
    onRefused: (reason) => {
      throw new Error(reason)
    },
  })
}

/** Settles when it knows so many nodes; it knows itself, too. */
export async function together(node: NatsNode, nodes: number): Promise<void> {
  await node.presence.until((known) => known.length === nodes, AbortSignal.timeout(20_000))
}
