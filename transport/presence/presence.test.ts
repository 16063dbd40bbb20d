import { afterEach, describe, expect, test } from "vitest"
import { addressText } from "../address.ts"
import type { Broadcast } from "../broadcast.ts"
import { inProcessBus } from "../in-process.ts"
import type { NodeCard } from "./card.ts"
import { newIncarnation } from "./card.ts"
import type { PresenceEvent } from "./core.ts"
import { HEARTBEAT_MS, LOST_AFTER_HEARTBEATS, PROBE_AFTER_HEARTBEATS } from "./core.ts"
import type { Clock, Presence } from "./presence.ts"
import { openPresence } from "./presence.ts"

/** Time that passes when the test says so. */
function handClock() {
  let nowMs = 1_000
  const runs = new Set<() => void>()
  const clock: Clock = {
    nowMs: () => nowMs,
    every: (_, run) => {
      runs.add(run)
      return () => runs.delete(run)
    },
  }
  return {
    clock,
    /** One heartbeat, and what is told at it is heard. */
    beat: async (ms = HEARTBEAT_MS) => {
      nowMs += ms
      for (const run of runs) run()
      await settle()
    },
  }
}

/** What was told has been heard, and answered, and the answer heard. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise(setImmediate)
}

const card = (node: string, change: Partial<NodeCard> = {}): NodeCard => ({
  node,
  incarnation: 1,
  protocol: 1,
  duckdb: "v1.4.3",
  roles: ["coordinator", "worker"],
  workers: 2,
  dataRoots: ["/data"],
  ...change,
})

const open: Presence[] = []
afterEach(async () => {
  for (const presence of open.splice(0)) await presence.close()
})

function cluster() {
  const bus = inProcessBus()
  const { clock, beat } = handClock()
  const mute = new Set<string>()
  const receivers = new Map<string, (body: Uint8Array, from: string) => void>()
  const join = (own: NodeCard, broadcast: Broadcast = bus.broadcast()) => {
    const log: string[] = []
    const presence = openPresence({
      card: own,
      clock,
      broadcast: { ...broadcast, tell: (body) => void (mute.has(own.node) || broadcast.tell(body)) },
      transport: {
        lose: (node, reason) => log.push(`lose ${node}: ${reason}`),
        probe: (node) => log.push(`probe ${node}`),
        send: (to, body) => void (mute.has(to.node) || receivers.get(addressText(to))?.(body, own.node)),
        listen: (path, receive) => {
          receivers.set(addressText({ node: own.node, path }), receive)
          return () => undefined
        },
      },
      onRefused: (reason) => log.push(`cannot read: ${reason.slice(0, 60)}`),
    })
    open.push(presence)
    presence.watch((event) => log.push(eventText(event)))
    return { presence, log, names: () => presence.nodes().map(({ node }) => node) }
  }
  return { bus, beat, join, mute }
}

function eventText(event: PresenceEvent): string {
  switch (event._tag) {
    case "Joined":
    case "Changed":
      return `${event._tag} ${event.card.node}/${event.card.incarnation}`
    case "Left":
    case "Lost":
    case "Refused":
      return `${event._tag} ${event.node}: ${event.reason}`
    case "NameTaken":
    case "CutOff":
      return `${event._tag}: ${event.reason}`
    case "Back":
      return "Back"
  }
}

describe("presence", () => {
  test("a new node knows everyone, and is known, before the first heartbeat", async () => {
    const { join } = cluster()
    const a = join(card("a"))
    const b = join(card("b"))
    await settle()
    const c = join(card("c", { roles: ["worker"], workers: 7, address: "http://127.0.0.1:8080" }))
    await c.presence.until((nodes) => nodes.length === 3, AbortSignal.timeout(10_000))
    await settle()
    expect([a.names(), b.names(), c.names()]).toEqual([
      ["a", "b", "c"],
      ["b", "a", "c"],
      ["c", "a", "b"],
    ])
    expect(a.presence.nodes()[2]).toEqual(
      card("c", { roles: ["worker"], workers: 7, address: "http://127.0.0.1:8080" }),
    )
  })

  test("a node that closes is gone at once", async () => {
    const { join } = cluster()
    const [a, b] = [join(card("a")), join(card("b"))]
    await settle()
    await b.presence.close()
    await settle()
    expect(a.names()).toEqual(["a"])
    expect(a.log).toEqual(["Joined b/1", "lose b: node b has left", "Left b: node b has left"])
  })

  test("a node that falls silent is probed, then lost; when it is heard again, it joins again", async () => {
    const { join, beat, mute } = cluster()
    const [a, b] = [join(card("a")), join(card("b"))]
    await settle()
    mute.add("b")
    for (let missed = 1; missed <= PROBE_AFTER_HEARTBEATS; missed += 1) await beat()
    expect(a.log).toEqual(["Joined b/1"])
    await beat()
    expect(a.log.at(-1)).toBe("probe b")
    for (let missed = PROBE_AFTER_HEARTBEATS + 2; missed <= LOST_AFTER_HEARTBEATS; missed += 1) await beat()
    expect(a.names()).toEqual(["a", "b"])
    await beat()
    expect(a.names()).toEqual(["a"])
    expect(a.log.slice(-2)).toEqual([
      "lose b: node b has not been heard for 9000 ms",
      "Lost b: node b has not been heard for 9000 ms",
    ])
    mute.clear()
    await beat()
    expect(a.names()).toEqual(["a", "b"])
    // What b had with a is over for a, so it is for b: who is heard again starts anew with the other one.
    expect(b.log).toEqual([
      "Joined a/1",
      "lose a: node a has given this node up for lost",
      "Lost a: node a has given this node up for lost",
    ])
    await beat()
    expect([a.names(), b.names()]).toEqual([
      ["a", "b"],
      ["b", "a"],
    ])
    const [ofA, ofB] = [a.log.length, b.log.length]
    for (let beats = 0; beats < 3; beats += 1) await beat()
    expect([a.log.length, b.log.length]).toEqual([ofA, ofB])
  })

  test("two nodes that gave each other up are together again after both have told", async () => {
    const { join, beat, mute } = cluster()
    const [a, b] = [join(card("a")), join(card("b"))]
    await settle()
    mute.add("a").add("b")
    for (let missed = 0; missed <= LOST_AFTER_HEARTBEATS; missed += 1) await beat()
    expect([a.names(), b.names()]).toEqual([["a"], ["b"]])
    mute.clear()
    for (let beats = 0; beats < 3; beats += 1) await beat()
    const [ofA, ofB] = [a.log.length, b.log.length]
    for (let beats = 0; beats < 3; beats += 1) await beat()
    expect([a.names(), b.names()]).toEqual([
      ["a", "b"],
      ["b", "a"],
    ])
    expect([a.log.length, b.log.length]).toEqual([ofA, ofB])
  })

  test("a process that stood still does not blame the others for it", async () => {
    const { join, beat } = cluster()
    const a = join(card("a"))
    const b = join(card("b"))
    await settle()
    await beat(100 * HEARTBEAT_MS)
    await beat()
    expect([a.log, b.log]).toEqual([["Joined b/1"], ["Joined a/1"]])
  })

  test("the carrier's word that nobody listens is enough", async () => {
    const { join } = cluster()
    const [a] = [join(card("a")), join(card("b"))]
    await settle()
    a.presence.gone("b")
    a.presence.gone("b")
    a.presence.gone("x")
    const reason = "node b is gone: it is no longer connected"
    expect(a.log).toEqual(["Joined b/1", `lose b: ${reason}`, `Lost b: ${reason}`])
  })

  test("a node that was started anew loses its streams and its old self, whatever the clocks say", async () => {
    const { join, mute } = cluster()
    const a = join(card("a"))
    join(card("b", { incarnation: 7 }))
    await settle()
    mute.add("b")
    await open.pop()?.close()
    mute.delete("b")
    join(card("b", { incarnation: 5 }))
    await settle()
    expect(a.log.slice(1)).toEqual(["lose b: node b was started anew", "Lost b: node b was started anew", "Joined b/5"])
    expect(a.presence.nodes()[1]?.incarnation).toBe(5)
  })

  test("what a node says of itself may change", async () => {
    const { join } = cluster()
    const [a, b] = [join(card("a")), join(card("b"))]
    await settle()
    b.presence.describe({ workers: 0, dataRoots: [] })
    await settle()
    expect(a.log).toEqual(["Joined b/1", "Changed b/1"])
    expect(a.presence.nodes()[1]).toEqual(card("b", { workers: 0, dataRoots: [] }))
  })

  test("nodes of two versions say why they do not work together, each in its own process, once", async () => {
    const { join, beat, bus } = cluster()
    const [a, b] = [join(card("a")), join(card("b", { duckdb: "v1.5.0" }))]
    const stranger = { presence: "hello", node: "c", incarnation: 1, protocol: 2, duckdb: "v1.4.3", new: { form: [] } }
    bus.broadcast().tell(Buffer.from(JSON.stringify(stranger)))
    await settle()
    await beat()
    const same = "run the same version of skein on all nodes of a cluster"
    expect(a.log).toEqual([
      `Refused b: node b has DuckDB v1.5.0 and node a has v1.4.3: ${same}`,
      `Refused c: node c speaks protocol 2 and node a speaks 1: ${same}`,
    ])
    expect(b.log[0]).toBe(`Refused a: node a has DuckDB v1.4.3 and node b has v1.5.0: ${same}`)
    expect([a.names(), b.names()]).toEqual([["a"], ["b"]])
    expect(a.presence.refused().map(({ node }) => node)).toEqual(["b", "c"])
    await b.presence.close()
    await settle()
    for (let missed = 0; missed < LOST_AFTER_HEARTBEATS; missed += 1) await beat()
    expect(a.presence.refused()).toEqual([])
  })

  test("the later of two nodes with one name is told to end", async () => {
    const { join, beat } = cluster()
    const first = join(card("b", { incarnation: 1 }))
    const a = join(card("a"))
    await settle()
    const second = join(card("b", { incarnation: 2 }))
    await settle()
    expect(second.log).toContain(
      "NameTaken: another node named b is in the cluster already: start this one under another name",
    )
    expect(first.log).toEqual(["Joined a/1"])
    await second.presence.close()
    await beat()
    expect(a.presence.nodes()[1]?.incarnation).toBe(1)
  })

  test("announcements that cannot be read, or are another node's, are reported and have no effect", async () => {
    const { join, bus } = cluster()
    const a = join(card("a"))
    const tell = (text: string) => bus.broadcast().tell(Buffer.from(text))
    tell("nonsense")
    tell(JSON.stringify({ presence: "here", ...card("b"), workers: -1 }))
    tell(JSON.stringify({ presence: "here", ...card("b.c") }))
    await settle()
    expect(a.log.map((each) => each.slice(0, 43))).toEqual(Array(3).fill("cannot read: an announcement that cannot be"))
    expect(a.names()).toEqual(["a"])
  })

  test("while this node is cut off nobody is lost; when it is back, it says hello", async () => {
    const { join, beat, bus } = cluster()
    const own = bus.broadcast()
    const carrier: { events?: Parameters<Broadcast["watch"]>[0] } = {}
    const a = join(card("a"), { ...own, watch: (events) => void (carrier.events = events) })
    const b = join(card("b"))
    await settle()
    carrier.events?.broken("the connection broke")
    for (let missed = 0; missed < 3; missed += 1) await beat()
    a.presence.gone("b")
    expect(a.log).toEqual(["Joined b/1", "CutOff: the connection broke"])
    carrier.events?.restored()
    await settle()
    expect(a.log.slice(2)).toEqual(["Back"])
    expect([a.names(), b.names()]).toEqual([
      ["a", "b"],
      ["b", "a"],
    ])
  })

  test("a card that no message can hold is refused before anything is told", () => {
    const { join, bus } = cluster()
    const dataRoots = Array.from({ length: 32 }, (_, index) => `/${String(index).repeat(500)}`)
    expect(() => join(card("a", { dataRoots }), { ...bus.broadcast(), bodyBytesMax: 1024 })).toThrow(
      /^the announcement of node a has \d+ bytes, over the limit of 1024: give it fewer or shorter data roots$/u,
    )
  })

  test("a later start has a larger number", () => {
    expect(newIncarnation(2000)).toBeGreaterThan(newIncarnation(1999))
    expect(Number.isSafeInteger(newIncarnation(Date.UTC(2200, 0)))).toBe(true)
  })
})
