import type { Address } from "../../transport/address.ts"

/**
 * What became of a message at the moment of sending; nothing is ever dropped without this word.
 * - `accepted`: it waits in the mailbox (of a remote actor: it is on its way).
 * - `full`: the mailbox holds its limit. Nothing was kept; the sender waits for an answer it is owed, or gives up.
 * - `stopped`: the actor is no more, or its thread or node cannot be reached.
 */
export type SendResult = "accepted" | "full" | "stopped"

/** Where an actor is reached. Works the same for an actor of this thread, of another thread, of another node. */
export interface ActorRef<in M> {
  readonly address: Address
  /** `transfer` names buffers of `message` that move instead of being copied when it leaves the thread. */
  readonly send: (message: M, transfer?: readonly ArrayBuffer[]) => SendResult
}

/**
 * A behaviour. `receive` is synchronous and gets one message at a time; asynchronous work goes through
 * `context.pipe` and comes back as a message. What it throws fails the actor: see `Supervision`.
 */
export interface Actor<in M> {
  readonly receive: (message: M) => void
  /** A child stopped or failed for good. */
  readonly childEnded?: (child: Address, end: ActorEnd) => void
  /** Last call of this instance, after its children's; before a restart too. A promise is awaited by whoever stops. */
  readonly stopped?: () => void | Promise<void>
}

export type ActorEnd = { readonly _tag: "Stopped" } | { readonly _tag: "Failed"; readonly error: unknown }

/** Makes a fresh instance: at spawn and at every restart. */
export type ActorFactory<M> = (context: ActorContext<M>) => Actor<M>

/**
 * What happens when `receive` or the factory throws. The message that failed is gone; a restarted actor keeps the rest
 * of its mailbox and loses its children, timers and piped work.
 * - `stop`: the actor stops and its parent is told.
 * - `restart`: a fresh instance, at most `restarts` times within `windowMs`; after that, `exhausted`.
 * - `escalate`: the parent fails in its turn, with the same error.
 */
export type Supervision =
  | { readonly _tag: "stop" }
  | { readonly _tag: "escalate" }
  | {
      readonly _tag: "restart"
      readonly restarts: number
      readonly windowMs: number
      readonly exhausted: "stop" | "escalate"
    }

export interface SpawnOptions<M> {
  /** Messages that may wait; MAILBOX_MESSAGES_MAX when not given. */
  readonly mailboxMessages?: number
  /** `stop` when not given. */
  readonly supervision?: Supervision
  /** Checks a message that came from another thread or node. Without it the actor cannot be reached from there. */
  readonly decode?: (message: unknown) => M
}

/** An actor's view of the system. Belongs to one instance: after a restart or a stop its calls do nothing or throw. */
export interface ActorContext<M> {
  readonly self: ActorRef<M>
  readonly spawn: <C>(name: string, factory: ActorFactory<C>, options?: SpawnOptions<C>) => ActorRef<C>
  /** Stops this actor when `receive` returns. */
  readonly stop: () => void
  /** Stops a child; `childEnded` tells when it is gone. */
  readonly stopChild: (child: Address) => void
  /** The outcome of `work` arrives as a message, however full the mailbox is; not at all once this instance is gone. */
  readonly pipe: <T>(work: Promise<T>, onDone: (value: T) => M, onError: (error: unknown) => M) => void
  /** Sends `message` to this actor after `milliseconds`. Gives a function that calls it off. */
  readonly after: (milliseconds: number, message: M) => () => void
  /** Asks another actor; the answer, or the reason why there is none, arrives as a message. */
  readonly ask: <R>(ask: Ask<R>, onReply: (reply: R) => M, onError: (error: unknown) => M) => void
  /** The actor at an address, wherever it is. Sending to an address where nobody is gives `stopped`. */
  readonly ref: <T>(address: Address) => ActorRef<T>
}

export interface Ask<R> {
  readonly deadlineMs: number
  /** Sends the question; `replyTo` takes one answer. Its address may travel inside the message. */
  readonly send: (replyTo: ActorRef<R>) => SendResult
  /** Checks an answer that came from another thread or node; without it such an answer is refused. */
  readonly decode?: (reply: unknown) => R
}
