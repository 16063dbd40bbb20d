import type { Broadcast } from "../broadcast.ts"
import type { LinkState, NatsLink } from "./connect.ts"
import { patiently } from "./patience.ts"

type Events = Parameters<Broadcast["watch"]>[0]

/** Presence over NATS: every node publishes to a subject with its name, and hears all of them. */
export function natsBroadcast(link: NatsLink, { node }: { readonly node: string }): Broadcast {
  const { connection, subjects } = link
  const isUp = () => link.state()._tag === "Connected"
  let events: Events | undefined
  const follow = (state: LinkState) => {
    if (state._tag === "Connected") events?.restored()
    else events?.broken(state.why)
  }
  const unwatch = link.watch(follow)
  return {
    get bodyBytesMax() {
      return link.maxPayloadBytes()
    },
    tell: (body) => {
      // A server that came back with a smaller limit: the wire says so, and others hear no more of this node.
      if (!isUp() || body.byteLength > link.maxPayloadBytes()) return
      connection.publish(subjects.presence(node), body)
    },
    hear: (receive) => {
      const subscription = connection.subscribe(subjects.presence(), {
        callback: (error, message) => {
          if (error === null) receive(message.data.slice(), subjects.presenceFrom(message.subject))
        },
      })
      return () => {
        if (!connection.isClosed()) subscription.unsubscribe()
      }
    },
    watch: (given) => {
      events = given
      if (!isUp()) follow(link.state())
    },
    close: async () => {
      unwatch()
      if (isUp()) await patiently(connection.flush())
    },
  }
}
