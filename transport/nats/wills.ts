import * as Schema from "effect/Schema"
import type { NatsLink } from "./connect.ts"
import type { Answers, Headers } from "./answers.ts"

/** How often it is looked whether those whose wills are held are still there. */
const LOOK_EVERY_MS = 1_000

/** Wills that are held for all others together. One more is not taken: its client waits as long as it would without. */
const WILLS_MAX = 4_096

/** A will that nobody took back in so long was taken back unheard. */
const WILL_MS_MAX = 2 * 3_600_000

const Name = Schema.String.check(Schema.isPattern(/^[A-Za-z0-9_-]{1,64}$/u))

/** Left with a reply subject, taken back without one. */
const Will = Schema.fromJsonString(
  Schema.Struct({ service: Name, number: Schema.Number, node: Name, reply: Schema.optional(Schema.String) }),
)

export interface WillParts {
  readonly link: NatsLink
  /** This service, and the node that it is on. */
  readonly service: string
  readonly node: string
  readonly answers: Answers
  /** Whether something may be published there. */
  readonly isAnswerable: (reply: string) => boolean
  /** What the client of a dead one is told. */
  readonly orphaned: (node: string) => { readonly headers: Headers; readonly body: Uint8Array }
}

export interface Wills {
  /** The others tell this client should this service be gone before the signal aborts. */
  readonly leave: (reply: string, over: AbortSignal) => void
  readonly held: () => number
  readonly close: () => void
}

interface Held {
  readonly node: string
  readonly reply: string
  readonly atMs: number
}

/**
 * Core NATS does not tell a client that the one who answers it has died. So services of one kind keep each other's wills: the
 * reply subjects of answers under way. Whoever holds some asks every second whether their owner still listens; when the
 * server says that nobody does, it tells those clients. With several holders a client may be told more than once.
 */
export function openWills({ link, service, node, answers, isAnswerable, orphaned }: WillParts): Wills {
  const { connection, subjects } = link
  const held = new Map<string, Map<number, Held>>()
  let count = 0
  let numbers = 0
  let looking: NodeJS.Timeout | undefined

  const forget = (owner: string, number: number) => {
    const wills = held.get(owner)
    if (wills?.delete(number) !== true) return
    count -= 1
    if (wills.size === 0) held.delete(owner)
    if (count > 0) return
    clearInterval(looking)
    looking = undefined
  }
  const execute = (owner: string) => {
    for (const [number, will] of held.get(owner) ?? []) {
      const { headers, body } = orphaned(will.node)
      answers.tell(will.reply, body, headers)
      forget(owner, number)
    }
  }
  const look = () => {
    const oldestMs = performance.now() - WILL_MS_MAX
    for (const [owner, wills] of held) {
      for (const [number, { atMs }] of wills) if (atMs < oldestMs) forget(owner, number)
      // While this one is cut off itself, nobody seems to be there.
      if (link.state()._tag === "Connected" && wills.size > 0) answers.probe(owner, () => execute(owner))
    }
  }
  const hear = (data: Uint8Array) => {
    const will = decoded(data)
    if (will === undefined || will.service === service) return
    if (will.reply === undefined) return forget(will.service, will.number)
    if (count >= WILLS_MAX || !isAnswerable(will.reply) || held.get(will.service)?.has(will.number) === true) return
    const wills = held.get(will.service) ?? new Map<number, Held>()
    held.set(will.service, wills.set(will.number, { node: will.node, reply: will.reply, atMs: performance.now() }))
    count += 1
    looking ??= setInterval(look, LOOK_EVERY_MS)
  }
  const subscription = connection.subscribe(subjects.will(), {
    callback: (error, { data }) => {
      if (error === null) hear(data)
    },
  })
  const publish = (will: typeof Will.Type) => {
    if (!connection.isClosed()) connection.publish(subjects.will(), encode(will))
  }
  return {
    leave: (reply, over) => {
      const will = { service, node, number: ++numbers }
      // At once: nobody knows how long the answer will take, and two small messages cost less than a client that waits in vain.
      publish({ ...will, reply })
      over.addEventListener("abort", () => publish(will), { once: true })
    },
    held: () => count,
    close: () => {
      clearInterval(looking)
      held.clear()
      if (!connection.isClosed()) subscription.unsubscribe()
    },
  }
}

const encode = Schema.encodeSync(Will)
const decode = Schema.decodeUnknownSync(Will)

/** Nothing for what another version, or anybody, may have published there. */
function decoded(data: Uint8Array): typeof Will.Type | undefined {
  try {
    return decode(new TextDecoder().decode(data))
  } catch {
    return undefined
  }
}
