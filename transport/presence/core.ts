import type { GivenUp, Greeting, NodeCard, Say } from "./card.ts"
import { mismatch } from "./card.ts"

export const HEARTBEAT_MS = 1_000

/** After so many heartbeats that did not come the carrier is asked whether the node listens at all. */
export const PROBE_AFTER_HEARTBEATS = 2

/** After so many a node is lost, although the carrier still has its connection: it hangs. */
export const LOST_AFTER_HEARTBEATS = 8

/** Nodes of a cluster, and nodes that are remembered as refused. */
export const NODES_MAX = 1024

interface Member {
  readonly card: NodeCard
  readonly heardMs: number
}

interface Refused {
  readonly incarnation: number
  readonly reason: string
  readonly heardMs: number
}

export interface PresenceState {
  readonly self: NodeCard
  readonly members: ReadonlyMap<string, Member>
  readonly refused: ReadonlyMap<string, Refused>
  /** Nodes that this one gave up for lost: one of them that is heard again was only silent. */
  readonly givenUp: ReadonlyMap<string, { readonly incarnation: number; readonly loss: number }>
  /** How often this node gave one up. */
  readonly losses: number
  /** By node: the last time that it gave this one up. */
  readonly givenUpBy: ReadonlyMap<string, GivenUp>
  /** Why nobody can be heard at the moment. */
  readonly broken: string | undefined
  readonly tickedMs: number
}

export type PresenceInput =
  | { readonly _tag: "Started"; readonly nowMs: number }
  /** `card` when both speak the same protocol. */
  | { readonly _tag: "Heard"; readonly nowMs: number; readonly greeting: Greeting; readonly card?: NodeCard }
  | { readonly _tag: "Tick"; readonly nowMs: number }
  /** The carrier says that nobody listens where the node would. */
  | { readonly _tag: "Gone"; readonly node: string }
  /** The node says that it had given this one up for lost. */
  | { readonly _tag: "GivenUp"; readonly node: string; readonly by: GivenUp }
  | { readonly _tag: "Broken"; readonly why: string }
  | { readonly _tag: "Restored"; readonly nowMs: number }
  | { readonly _tag: "Described"; readonly card: NodeCard }
  | { readonly _tag: "Closed" }

export type PresenceEvent =
  | { readonly _tag: "Joined"; readonly card: NodeCard }
  /** The same life of the node has other roles, workers, roots or address. */
  | { readonly _tag: "Changed"; readonly card: NodeCard }
  | { readonly _tag: "Left"; readonly node: string; readonly reason: string }
  | { readonly _tag: "Lost"; readonly node: string; readonly reason: string }
  /** It is there, and cannot take part. */
  | { readonly _tag: "Refused"; readonly node: string; readonly reason: string }
  /** Another node has had this one's name for longer: this one must end. */
  | { readonly _tag: "NameTaken"; readonly reason: string }
  | { readonly _tag: "CutOff"; readonly reason: string }
  | { readonly _tag: "Back" }

export type PresenceAction =
  | { readonly _tag: "Tell"; readonly say: Say }
  | { readonly _tag: "Probe"; readonly node: string }
  /** Tells a node that this one has given it up for lost: should it be there, what the two had is over for both. */
  | { readonly _tag: "TellGivenUp"; readonly node: string; readonly loss: number }
  /** Every stream with the node is over. */
  | { readonly _tag: "Lose"; readonly node: string; readonly reason: string }
  | { readonly _tag: "Notify"; readonly event: PresenceEvent }

type Step = readonly [PresenceState, readonly PresenceAction[]]

export function presenceOf(self: NodeCard): PresenceState {
  return {
    self,
    members: new Map(),
    refused: new Map(),
    givenUp: new Map(),
    losses: 0,
    givenUpBy: new Map(),
    broken: undefined,
    tickedMs: 0,
  }
}

/** One input in, the next state and the actions it calls for out. No clock, no I/O. */
export function step(state: PresenceState, input: PresenceInput): Step {
  switch (input._tag) {
    case "Started":
      return [{ ...state, tickedMs: input.nowMs }, [{ _tag: "Tell", say: "hello" }]]
    case "Heard":
      return heard(state, input)
    case "Tick":
      return tick(state, input.nowMs)
    case "Gone": {
      if (state.broken !== undefined || !state.members.has(input.node)) return [state, []]
      return givenUp(state, input.node, `node ${input.node} is gone: it is no longer connected`)
    }
    case "GivenUp":
      return givenUpBy(state, input.node, input.by)
    case "Broken":
      return [{ ...state, broken: input.why }, [notify({ _tag: "CutOff", reason: input.why })]]
    case "Restored":
      return restored(state, input.nowMs)
    case "Described":
      return [{ ...state, self: input.card }, [{ _tag: "Tell", say: "here" }]]
    case "Closed":
      return [state, [{ _tag: "Tell", say: "leave" }]]
  }
}

function heard(state: PresenceState, input: Extract<PresenceInput, { _tag: "Heard" }>): Step {
  const { greeting } = input
  if (greeting.node === state.self.node) return namesake(state, greeting)
  const answer: readonly PresenceAction[] = greeting.presence === "hello" ? [{ _tag: "Tell", say: "here" }] : []
  if (greeting.presence === "leave") return left(state, greeting)
  const why = mismatch(state.self, greeting)
  if (why !== undefined) return plus(refuse(state, greeting, why, input.nowMs), answer)
  // Same version and no card: what it says of itself cannot be read. The shell has reported that.
  if (input.card === undefined) return [state, []]
  return plus(welcome(state, greeting, input.card, input.nowMs), answer)
}

/** Somebody has this node's name: itself, heard again, or another. */
function namesake(state: PresenceState, greeting: Greeting): Step {
  const { node, incarnation } = state.self
  if (greeting.incarnation === incarnation || greeting.presence === "leave") return [state, []]
  if (greeting.incarnation > incarnation) return [state, [{ _tag: "Tell", say: "here" }]]
  const reason = `another node named ${node} is in the cluster already: start this one under another name`
  return [state, [notify({ _tag: "NameTaken", reason })]]
}

function welcome(state: PresenceState, greeting: Greeting, card: NodeCard, nowMs: number): Step {
  const { node } = card
  const known = state.members.get(node)
  if (known === undefined) {
    if (state.members.size >= NODES_MAX) {
      return refuse(state, greeting, `node ${node} is one too many: a cluster has at most ${NODES_MAX} nodes`, nowMs)
    }
    const before = state.givenUp.get(node)
    // It may not have heard it then; now it hears it before anything else is sent to it.
    const again: readonly PresenceAction[] =
      before?.incarnation === card.incarnation ? [{ _tag: "TellGivenUp", node, loss: before.loss }] : []
    return [withMember(state, card, nowMs), [...again, notify({ _tag: "Joined", card })]]
  }
  if (known.card.incarnation === card.incarnation) {
    const isSame = JSON.stringify(known.card) === JSON.stringify(card)
    return [withMember(state, card, nowMs), isSame ? [] : [notify({ _tag: "Changed", card })]]
  }
  // A late word of an earlier life. A hello is never late: whoever says it has just connected.
  if (greeting.presence === "here" && card.incarnation < known.card.incarnation) return [state, []]
  const [without, actions] = lost(state, node, `node ${node} was started anew`)
  return [withMember(without, card, nowMs), [...actions, notify({ _tag: "Joined", card })]]
}

function refuse(state: PresenceState, { node, incarnation }: Greeting, reason: string, nowMs: number): Step {
  // The name's earlier life may have fitted.
  const [without, actions] = state.members.has(node) ? lost(state, node, reason) : [state, []]
  const isNews = state.refused.get(node)?.incarnation !== incarnation
  if (isNews && state.refused.size >= NODES_MAX) return [without, actions]
  const refused = new Map(without.refused).set(node, { incarnation, reason, heardMs: nowMs })
  return [{ ...without, refused }, isNews ? [...actions, notify({ _tag: "Refused", node, reason })] : actions]
}

function left(state: PresenceState, { node, incarnation }: Greeting): Step {
  const refused = without(state.refused, state.refused.get(node)?.incarnation === incarnation ? [node] : [])
  const known = state.members.get(node)
  if (known?.card.incarnation !== incarnation) return [{ ...state, refused }, []]
  const reason = `node ${node} has left`
  return [
    { ...state, refused, members: without(state.members, [node]) },
    [{ _tag: "Lose", node, reason }, notify({ _tag: "Left", node, reason })],
  ]
}

function tick(state: PresenceState, nowMs: number): Step {
  if (state.broken !== undefined) return [{ ...state, tickedMs: nowMs }, []]
  // While this process itself stood still, or slept, it heard nobody: that is not the others' silence.
  const stoodStillMs = Math.max(0, nowMs - state.tickedMs - HEARTBEAT_MS)
  const members = new Map<string, Member>()
  for (const [node, { card, heardMs }] of state.members) {
    members.set(node, { card, heardMs: Math.min(nowMs, heardMs + stoodStillMs) })
  }
  const silentFor = (heartbeats: number) => (heardMs: number) => nowMs - heardMs > heartbeats * HEARTBEAT_MS
  const isLost = silentFor(LOST_AFTER_HEARTBEATS)
  const isDoubtful = silentFor(PROBE_AFTER_HEARTBEATS)
  const forgotten = [...state.refused].flatMap(([node, { heardMs }]) => (isLost(heardMs + stoodStillMs) ? [node] : []))
  let next: PresenceState = { ...state, members, refused: without(state.refused, forgotten), tickedMs: nowMs }
  const actions: PresenceAction[] = [{ _tag: "Tell", say: "here" }]
  for (const [node, { heardMs }] of members) {
    if (isLost(heardMs)) {
      const [after, losing] = givenUp(
        next,
        node,
        `node ${node} has not been heard for ${Math.round(nowMs - heardMs)} ms`,
      )
      next = after
      actions.push(...losing)
    } else if (isDoubtful(heardMs)) actions.push({ _tag: "Probe", node })
  }
  return [next, actions]
}

function restored(state: PresenceState, nowMs: number): Step {
  const members = new Map([...state.members].map(([node, { card }]) => [node, { card, heardMs: nowMs }]))
  return [
    { ...state, members, broken: undefined, tickedMs: nowMs },
    [notify({ _tag: "Back" }), { _tag: "Tell", say: "hello" }],
  ]
}

/** A loss by this node's own judgement, which the other one may know nothing of. */
function givenUp(state: PresenceState, node: string, reason: string): Step {
  const lives = new Map(state.givenUp)
  lives.delete(node)
  const [oldest] = lives.keys()
  if (lives.size >= NODES_MAX && oldest !== undefined) lives.delete(oldest)
  const incarnation = state.members.get(node)?.card.incarnation
  const loss = state.losses + 1
  if (incarnation !== undefined) lives.set(node, { incarnation, loss })
  return plus(lost({ ...state, givenUp: lives, losses: loss }, node, reason), [{ _tag: "TellGivenUp", node, loss }])
}

function givenUpBy(state: PresenceState, node: string, by: GivenUp): Step {
  const last = state.givenUpBy.get(node)
  if (last?.incarnation === by.incarnation && last.loss === by.loss) return [state, []]
  const all = new Map(state.givenUpBy)
  all.delete(node)
  const [oldest] = all.keys()
  if (all.size >= NODES_MAX && oldest !== undefined) all.delete(oldest)
  all.set(node, by)
  // Also when it is no member at the moment: something may have been begun with it since.
  return lost({ ...state, givenUpBy: all }, node, `node ${node} has given this node up for lost`)
}

function lost(state: PresenceState, node: string, reason: string): Step {
  return [
    { ...state, members: without(state.members, [node]) },
    [{ _tag: "Lose", node, reason }, notify({ _tag: "Lost", node, reason })],
  ]
}

function withMember(state: PresenceState, card: NodeCard, heardMs: number): PresenceState {
  const refused = without(state.refused, [card.node])
  const lives = without(state.givenUp, [card.node])
  return { ...state, refused, givenUp: lives, members: new Map(state.members).set(card.node, { card, heardMs }) }
}

function without<V>(map: ReadonlyMap<string, V>, keys: readonly string[]): ReadonlyMap<string, V> {
  if (!keys.some((key) => map.has(key))) return map
  return new Map([...map].filter(([key]) => !keys.includes(key)))
}

function notify(event: PresenceEvent): PresenceAction {
  return { _tag: "Notify", event }
}

function plus([state, actions]: Step, more: readonly PresenceAction[]): Step {
  return [state, [...actions, ...more]]
}
