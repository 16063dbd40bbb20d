import type { NodeCard } from "../../transport/presence/card.ts"
import type { PresenceEvent } from "../../transport/presence/core.ts"
import type { Presence } from "../../transport/presence/presence.ts"
import type { Transport } from "../../transport/transport.ts"
import type { ActorRef } from "../../actors/system/actor.ts"
import type { SchedulerMessage } from "../scheduler/actor.ts"
import { suspicions } from "./suspicion.ts"
import type { Suspicions } from "./suspicion.ts"

/** Events of the cluster that wait for room in the scheduler's mailbox: far more than there are nodes. */
const NEWS_WAITING_MAX = 10_000

/** The other nodes, as presence knows them. */
export interface Members extends Pick<Suspicions, "suspect" | "gone"> {
  /** Engines of other workers; with a data root, of those that have it. */
  readonly engines: (root?: string) => readonly string[]
  readonly close: () => void
}

export interface MembersParts {
  readonly presence: Presence
  readonly transport: Transport
  readonly scheduler: ActorRef<SchedulerMessage>
  /** A node is gone: whatever was kept for it or about it. */
  readonly onGone: (node: string) => void
  readonly onEvent: (event: PresenceEvent) => void
}

export function clusterMembers(parts: MembersParts): Members {
  const { presence, transport } = parts
  const tell = newsLine(parts.scheduler)
  const doubts = suspicions(parts)

  const joined = (card: NodeCard) => {
    if (card.roles.includes("worker")) tell.send({ _tag: "NodeJoined", ...enginesOf(card) })
  }
  const gone = (node: string, reason: string) => {
    tell.send({ _tag: "NodeLost", node, reason })
    parts.onGone(node)
  }
  const hear = (event: PresenceEvent) => {
    switch (event._tag) {
      case "Joined":
        joined(event.card)
        break
      case "Changed":
        if (event.card.roles.includes("worker")) joined(event.card)
        else tell.send({ _tag: "NodeDrains", node: event.card.node })
        break
      case "Left":
      case "Lost":
        gone(event.node, event.reason)
        break
      case "CutOff":
        doubts.cutOff()
        break
      case "Back":
        doubts.back()
        break
      case "Refused":
      case "NameTaken":
        break
    }
    parts.onEvent(event)
  }
  const unwatch = presence.watch(hear)
  // Those that were there before anybody watched.
  for (const card of presence.nodes()) if (card.node !== transport.node) joined(card)

  return {
    engines: (root) =>
      presence
        .nodes()
        .filter(({ node, roles }) => node !== transport.node && roles.includes("worker"))
        .filter(({ dataRoots }) => root === undefined || dataRoots.includes(root))
        .flatMap((card) => enginesOf(card).engines),
    suspect: doubts.suspect,
    gone: doubts.gone,
    close: () => {
      unwatch()
      doubts.back()
      tell.close()
    },
  }
}

function enginesOf({ node, workers, dataRoots }: NodeCard) {
  const engines = Array.from({ length: workers }, (_, index) => `${node}/engine-${index}`)
  return { node, engines, roots: dataRoots }
}

/** News in their order, also when the mailbox is full for a moment: none may be lost. */
function newsLine(scheduler: ActorRef<SchedulerMessage>) {
  const line: SchedulerMessage[] = []
  let again: NodeJS.Immediate | undefined
  const flush = () => {
    again = undefined
    while (line.length > 0) {
      const [first] = line
      if (first === undefined || scheduler.send(first) === "full") break
      line.shift()
    }
    if (line.length > 0) again = setImmediate(flush)
  }
  return {
    send: (message: SchedulerMessage) => {
      if (line.length >= NEWS_WAITING_MAX) throw new Error(`${NEWS_WAITING_MAX} events of the cluster wait`)
      line.push(message)
      if (again === undefined) flush()
    },
    close: () => clearImmediate(again),
  }
}
