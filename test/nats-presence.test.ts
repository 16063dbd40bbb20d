import { afterEach, expect, test } from "vitest"
import { natsBroadcast } from "../transport/nats/broadcast.ts"
import type { NatsLink } from "../transport/nats/connect.ts"
import { natsWire } from "../transport/nats/wire.ts"
import { nodeTransport } from "../transport/node-transport.ts"
import type { NodeCard } from "../transport/presence/card.ts"
import { HEARTBEAT_MS } from "../transport/presence/core.ts"
import type { PresenceEvent } from "../transport/presence/core.ts"
import type { Presence } from "../transport/presence/presence.ts"
import { openPresence } from "../transport/presence/presence.ts"
import type { NatsServer } from "./servers/nats-server.ts"
import { startNatsServer } from "./servers/nats-server.ts"
import { linkTo } from "./servers/nats-wires.ts"
import { describeWith } from "./servers/needs-server.ts"

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

interface Node {
  readonly presence: Presence
  readonly link: NatsLink
  readonly events: PresenceEvent[]
  /** Settles when the node knows just these. */
  readonly knows: (...names: readonly string[]) => Promise<void>
  readonly beat: () => void
}

/** A node that joins as `skein node` does: first reachable, then announced. Its time passes when the test says so. */
async function join(
  server: NatsServer,
  node: string,
  change: Partial<NodeCard> = {},
  cluster = "skein",
): Promise<Node> {
  const link = await linkTo(server.url, cluster, node)
  const transport = nodeTransport(natsWire(link, { node }), {
    node,
    failures: { encode: () => new Uint8Array(0), decode: () => "none here" },
    onGone: (other) => presence.gone(other),
  })
  await transport.settled()
  let nowMs = 0
  let tick = () => {}
  const presence = openPresence({
    card: {
      node,
      incarnation: 1,
      protocol: 1,
      duckdb: "v1.4.3",
      roles: ["worker"],
      workers: 1,
      dataRoots: [],
      ...change,
    },
    broadcast: natsBroadcast(link, { node }),
    transport,
    clock: { nowMs: () => nowMs, every: (_, run) => ((tick = run), () => undefined) },
  })
  const events: PresenceEvent[] = []
  presence.watch((event) => events.push(event))
  ends.push(async () => {
    await presence.close()
    await transport.close()
    await link.close()
  })
  return {
    presence,
    link,
    events,
    knows: (...names) =>
      presence.until(
        (nodes) => nodes.map((each) => each.node).join() === [node, ...names].join(),
        AbortSignal.timeout(10_000),
      ),
    beat: () => {
      nowMs += HEARTBEAT_MS
      tick()
    },
  }
}

async function started(): Promise<NatsServer> {
  const server = await startNatsServer({ maxPayload: 65_536 })
  ends.push(() => server[Symbol.asyncDispose]())
  return server
}

describeWith("nats-server", "presence over NATS", () => {
  test("nodes find each other at once, and hear who leaves", async () => {
    const server = await started()
    const [a, b, c] = [await join(server, "a"), await join(server, "b"), await join(server, "c")]
    await Promise.all([a.knows("b", "c"), b.knows("a", "c"), c.knows("a", "b")])
    await b.presence.close()
    await Promise.all([a.knows("c"), c.knows("a")])
    expect(c.events.at(-1)).toEqual({ _tag: "Left", node: "b", reason: "node b has left" })
  })

  test("a node that is cut off without a word is lost at the first probe", async () => {
    const server = await started()
    const [a, b] = [await join(server, "a"), await join(server, "b")]
    await a.knows("b")
    await b.link.connection.close()
    // A probe that overtakes the end of the connection is delivered, and answered by nobody.
    await expect.poll(() => server.connections(), { timeout: 10_000 }).toBe(1)
    for (let missed = 0; missed < 3; missed += 1) a.beat()
    await a.knows()
    expect(a.events.at(-1)).toEqual({
      _tag: "Lost",
      node: "b",
      reason: "node b is gone: it is no longer connected",
    })
  })

  test("the server stops and starts again: everyone knows everyone", async () => {
    const server = await started()
    const [a, b] = [await join(server, "a"), await join(server, "b")]
    await Promise.all([a.knows("b"), b.knows("a")])
    const isBack = (node: Node) =>
      new Promise<void>((resolve) => node.presence.watch((event) => event._tag === "Back" && resolve()))
    const back = Promise.all([isBack(a), isBack(b)])
    await server.restart()
    await back
    await Promise.all([a.knows("b"), b.knows("a")])
    const c = await join(server, "c")
    await Promise.all([a.knows("b", "c"), b.knows("a", "c"), c.knows("a", "b")])
    expect(a.events.map(({ _tag }) => _tag)).toEqual(["Joined", "CutOff", "Back", "Joined"])
  })

  test("another DuckDB version is refused on both sides; another cluster is not heard", async () => {
    const server = await started()
    const a = await join(server, "a")
    await join(server, "x", {}, "other")
    const b = await join(server, "b", { duckdb: "v1.5.0" })
    await a.presence.until(() => a.presence.refused().length > 0, AbortSignal.timeout(10_000))
    await b.presence.until(() => b.presence.refused().length > 0, AbortSignal.timeout(10_000))
    const same = "run the same version of skein on all nodes of a cluster"
    expect(a.presence.refused()).toEqual([
      { node: "b", reason: `node b has DuckDB v1.5.0 and node a has v1.4.3: ${same}` },
    ])
    expect(b.presence.refused()).toEqual([
      { node: "a", reason: `node a has DuckDB v1.4.3 and node b has v1.5.0: ${same}` },
    ])
    expect(a.presence.nodes().map(({ node }) => node)).toEqual(["a"])
  })
})
