import * as Schema from "effect/Schema"
import { Address } from "../../transport/address.ts"
import type { SendResult } from "./actor.ts"
import { ActorMisuse } from "./errors.ts"
import type { ActorSystem } from "./system.ts"
import { workQueue } from "./work-queue.ts"

/** Messages to one actor that may be under way to the other thread; more are `full`. */
export const LINK_MESSAGES_MAX = 8

/** Stands for the link itself in reports of what was lost. */
const LINK_PATH = "link"

/** Two ends that pass messages by structured clone: a MessagePort, a Worker and its parentPort. */
export interface Port {
  readonly post: (message: unknown, transfer: readonly ArrayBuffer[]) => void
  /** Gives a function that ends it. */
  readonly onMessage: (receive: (message: unknown) => void) => () => void
  /** The other end is gone. */
  readonly onClosed: (closed: () => void) => void
  readonly close: () => void
}

/** `taken` gives the sender its room back: the message is in the actor's mailbox, or there was nobody to take it. */
const Frame = Schema.TaggedUnion({
  message: { path: Address.fields.path, body: Schema.Unknown },
  taken: { path: Address.fields.path },
})
type Frame = typeof Frame.Type
const decodeFrame = Schema.decodeUnknownSync(Frame)

/**
 * Joins two systems of one process. Each end keeps at most LINK_MESSAGES_MAX messages under way to each actor of the
 * other, and those wait on the other side until the mailbox has room: a slow actor holds up its own senders only.
 *
 *   this thread                               the other thread
 *     ref.send ── window ── port ──────────▶  waiting, one queue an actor ──▶ mailbox
 *              ◀───────────────── taken ────
 */
export function linkThrough(system: ActorSystem, node: string, port: Port): () => void {
  const underWay = new Map<string, number>()
  const arrivals = arrivalsOf(system, (path) => post({ _tag: "taken", path }, []))
  let closed = false
  const post = (frame: Frame, transfer: readonly ArrayBuffer[]) => {
    if (!closed) port.post(frame, transfer)
  }
  const close = () => {
    if (closed) return
    closed = true
    endListening()
    disconnect()
    arrivals.clear()
    port.close()
  }
  const send = (to: Address, body: unknown, transfer: readonly ArrayBuffer[]): SendResult => {
    if (closed) return "stopped"
    const messages = underWay.get(to.path) ?? 0
    if (messages >= LINK_MESSAGES_MAX) return "full"
    // First, for a message that cannot be cloned throws here, at whoever sends it.
    post({ _tag: "message", path: to.path, body }, transfer)
    underWay.set(to.path, messages + 1)
    return "accepted"
  }
  const receive = (frame: Frame) => {
    if (frame._tag === "message") {
      arrivals.put(frame.path, frame.body)
      return
    }
    const messages = (underWay.get(frame.path) ?? 0) - 1
    if (messages > 0) underWay.set(frame.path, messages)
    else underWay.delete(frame.path)
  }
  const disconnect = system.connect(node, { send, close })
  const endListening = port.onMessage((message) => {
    try {
      receive(decodeFrame(message))
    } catch {
      // The other end does not keep to this: what it says next cannot be trusted either.
      system.lost({ node, path: LINK_PATH }, message)
      close()
    }
  })
  port.onClosed(close)
  return close
}

/** What came and has no room yet, an actor a queue; bounded by the other side's window. */
function arrivalsOf(system: ActorSystem, taken: (path: string) => void) {
  const queues = new Map<string, ReturnType<typeof workQueue<{ readonly body: unknown }>>>()
  const lost = (path: string, body: unknown) => system.lost({ node: system.node, path }, body)

  /** Hands over what the mailbox takes; comes back when it has room again. */
  const handOver = (path: string, queue: ReturnType<typeof workQueue<{ readonly body: unknown }>>) => {
    for (let next = queue.peek(); next !== undefined; next = queue.peek()) {
      const endpoint = system.endpoint(path)
      const result = endpoint?.receiveForeign(next.body) ?? "stopped"
      if (result === "full") {
        endpoint?.whenRoom(() => handOver(path, queue))
        return
      }
      queue.take()
      if (result !== "accepted") lost(path, next.body)
      taken(path)
    }
    queues.delete(path)
  }
  return {
    put: (path: string, body: unknown) => {
      const known = queues.get(path)
      if (known !== undefined && known.size() >= LINK_MESSAGES_MAX) {
        throw new ActorMisuse({
          message: `more than ${LINK_MESSAGES_MAX} messages to "${path}" are under way on a link`,
        })
      }
      const queue = known ?? workQueue<{ readonly body: unknown }>()
      queue.put({ body })
      if (known !== undefined) return
      queues.set(path, queue)
      handOver(path, queue)
    },
    clear: () => {
      for (const [path, queue] of queues) for (const { body } of queue.clear()) lost(path, body)
      queues.clear()
    },
  }
}
