import * as Schema from "effect/Schema"
import type { Broadcast } from "../broadcast.ts"
import { codecOf } from "../codec.ts"
import { TransportFailure } from "../errors.ts"
import type { Transport } from "../transport.ts"
import type { Say } from "./card.ts"
import { GivenUp, Greeting, NodeCard } from "./card.ts"
import type { PresenceAction, PresenceEvent, PresenceInput, PresenceState } from "./core.ts"
import { HEARTBEAT_MS, presenceOf, step } from "./core.ts"

/** Where time comes from. */
export interface Clock {
  readonly nowMs: () => number
  /** Gives a function that ends it. */
  readonly every: (ms: number, run: () => void) => () => void
}

export interface PresenceOptions {
  readonly card: NodeCard
  readonly broadcast: Broadcast
  /** Streams with a node that is lost, left or was started anew end; whoever made it passes its `onGone` to `gone`. */
  readonly transport: Pick<Transport, "lose" | "probe" | "send" | "listen">
  readonly clock?: Clock
  /** Announcements that cannot be read; for the log. */
  readonly onRefused?: (reason: string) => void
}

/** Who is there. This node tells all others what it is, and hears it of them. */
export interface Presence {
  /** This node first, then the others that take part, in the order of their names. */
  readonly nodes: () => readonly NodeCard[]
  /** Nodes that are there and cannot take part. */
  readonly refused: () => readonly { readonly node: string; readonly reason: string }[]
  readonly watch: (onEvent: (event: PresenceEvent) => void) => () => void
  /** Settles when `isEnough` holds for the nodes; rejects with the signal's reason. */
  readonly until: (isEnough: (nodes: readonly NodeCard[]) => boolean, signal: AbortSignal) => Promise<void>
  /** The carrier found nobody where the node listens. */
  readonly gone: (node: string) => void
  /** This node has other roles, workers, roots or address now. */
  readonly describe: (change: Partial<Pick<NodeCard, "roles" | "workers" | "dataRoots" | "address">>) => void
  /** Says goodbye. */
  readonly close: () => Promise<void>
}

/** Where a node is told that another one has given it up for lost. */
const GIVEN_UP_PATH = "given-up"
const givenUps = codecOf(GivenUp)

/** Begins with a hello, so what the node serves must be reachable by then: see `Transport.settled`. */
export function openPresence(options: PresenceOptions): Presence {
  return new NodePresence(options)
}

const decodeGreeting = Schema.decodeUnknownSync(Greeting)
const decodeCard = Schema.decodeUnknownSync(NodeCard)
const encodeCard = Schema.encodeSync(NodeCard)

const wallClock: Clock = {
  nowMs: () => performance.now(),
  every: (ms, run) => {
    const timer = setInterval(run, ms)
    return () => clearInterval(timer)
  },
}

class NodePresence implements Presence {
  private readonly options: PresenceOptions
  private readonly clock: Clock
  private readonly listeners = new Set<(event: PresenceEvent) => void>()
  private readonly ends: readonly (() => void)[]
  private state: PresenceState
  private closed = false

  constructor(options: PresenceOptions) {
    this.options = options
    this.clock = options.clock ?? wallClock
    this.state = presenceOf(options.card)
    const { broadcast } = options
    refuseLongCard(options.card, broadcast.bodyBytesMax)
    this.ends = [
      options.transport.listen(GIVEN_UP_PATH, (body, from) => this.hearGivenUp(body, from)),
      broadcast.hear((body, sender) => this.hear(body, sender)),
      this.clock.every(HEARTBEAT_MS, () => this.apply({ _tag: "Tick", nowMs: this.clock.nowMs() })),
    ]
    this.apply({ _tag: "Started", nowMs: this.clock.nowMs() })
    broadcast.watch({
      broken: (why) => this.apply({ _tag: "Broken", why }),
      restored: () => this.apply({ _tag: "Restored", nowMs: this.clock.nowMs() }),
    })
  }

  nodes(): readonly NodeCard[] {
    const others = [...this.state.members.values()].map(({ card }) => card)
    return [this.state.self, ...others.toSorted((a, b) => (a.node < b.node ? -1 : 1))]
  }

  refused(): readonly { readonly node: string; readonly reason: string }[] {
    return [...this.state.refused].map(([node, { reason }]) => ({ node, reason }))
  }

  watch(onEvent: (event: PresenceEvent) => void): () => void {
    this.listeners.add(onEvent)
    return () => this.listeners.delete(onEvent)
  }

  async until(isEnough: (nodes: readonly NodeCard[]) => boolean, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (isEnough(this.nodes())) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onAbort = () => reject(signal.reason)
    signal.addEventListener("abort", onAbort)
    const unwatch = this.watch(() => isEnough(this.nodes()) && resolve())
    try {
      await promise
    } finally {
      signal.removeEventListener("abort", onAbort)
      unwatch()
    }
  }

  gone(node: string): void {
    this.apply({ _tag: "Gone", node })
  }

  describe(change: Partial<Pick<NodeCard, "roles" | "workers" | "dataRoots" | "address">>): void {
    const card = { ...this.state.self, ...change }
    refuseLongCard(card, this.options.broadcast.bodyBytesMax)
    this.apply({ _tag: "Described", card })
  }

  async close(): Promise<void> {
    if (this.closed) return
    this.apply({ _tag: "Closed" })
    this.closed = true
    for (const end of this.ends) end()
    await this.options.broadcast.close()
  }

  private hear(body: Uint8Array, sender: string | undefined): void {
    const nowMs = this.clock.nowMs()
    let heard: Pick<Extract<PresenceInput, { _tag: "Heard" }>, "greeting" | "card">
    try {
      heard = this.read(body)
    } catch (error) {
      return this.options.onRefused?.(`an announcement that cannot be read: ${String(error)}`)
    }
    const { node } = heard.greeting
    if (sender === undefined || sender === node) this.apply({ _tag: "Heard", nowMs, ...heard })
    else this.options.onRefused?.(`an announcement of node "${node}" was sent by "${sender}"`)
  }

  private read(body: Uint8Array): { readonly greeting: Greeting; readonly card?: NodeCard } {
    const json: unknown = JSON.parse(new TextDecoder().decode(body))
    const greeting = decodeGreeting(json)
    // What else another version says of itself may have any form.
    const isReadable = greeting.protocol === this.state.self.protocol && greeting.presence !== "leave"
    return isReadable ? { greeting, card: decodeCard(json) } : { greeting }
  }

  private hearGivenUp(body: Uint8Array, node: string): void {
    try {
      this.apply({ _tag: "GivenUp", node, by: givenUps.decode(body) })
    } catch (error) {
      this.options.onRefused?.(`a word of node "${node}" that cannot be read: ${String(error)}`)
    }
  }

  private tellGivenUp(node: string, loss: number): void {
    const { incarnation } = this.state.self
    try {
      this.options.transport.send({ node, path: GIVEN_UP_PATH }, givenUps.encode({ incarnation, loss }))
    } catch (error) {
      // Cut off just now: that ends what the two have with each other as well.
      if (!(error instanceof TransportFailure)) throw error
    }
  }

  private apply(input: PresenceInput): void {
    if (this.closed) return
    const [state, actions] = step(this.state, input)
    this.state = state
    for (const action of actions) this.act(action)
  }

  private act(action: PresenceAction): void {
    switch (action._tag) {
      case "Tell":
        return this.options.broadcast.tell(announcement(action.say, this.state.self))
      case "Probe":
        return this.options.transport.probe(action.node)
      case "TellGivenUp":
        return this.tellGivenUp(action.node, action.loss)
      case "Lose":
        return this.options.transport.lose(action.node, action.reason)
      case "Notify":
        for (const each of this.listeners) each(action.event)
    }
  }
}

function announcement(say: Say, card: NodeCard): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ presence: say, ...encodeCard(card) }))
}

function refuseLongCard(card: NodeCard, bytesMax: number): void {
  const { byteLength } = announcement("hello", card)
  if (byteLength <= bytesMax) return
  const what = `the announcement of node ${card.node} has ${byteLength} bytes, over the limit of ${bytesMax}`
  throw new TransportFailure({ message: `${what}: give it fewer or shorter data roots`, reason: "size" })
}
