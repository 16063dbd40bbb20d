import type { Address } from "../../transport/address.ts"
import type { ActorEnd, ActorRef, Ask, SendResult } from "./actor.ts"

/** Something of this thread that has an address: an actor's mailbox, or the place where one answer is awaited. */
export interface Endpoint {
  /** A message from this thread, typed by the sender's ref. */
  readonly send: (message: never) => SendResult
  /** A message from elsewhere, checked first; `refused` when it is not what this endpoint takes. */
  readonly receiveForeign: (message: unknown) => SendResult | "refused"
  /** Calls back once, when the mailbox has room again or is gone. */
  readonly whenRoom: (wake: () => void) => void
}

/** An actor as the system and its parent see it, whatever its messages are. */
export interface Living {
  readonly address: Address
  /** Does the next piece of work; says whether there is more. */
  readonly turn: () => boolean
  /** Stops children first, then this. undefined: already over; else settles when it is. */
  readonly stop: (end: ActorEnd) => Promise<void> | undefined
  readonly fail: (error: unknown) => void
  readonly tellChildEnded: (child: Living, end: ActorEnd) => void
}

/** What a cell needs of its system. */
export interface Kernel {
  readonly node: string
  readonly now: () => number
  readonly counts: Counts
  readonly isClosed: () => boolean
  readonly endpoints: Map<string, Endpoint>
  /** Queues a cell for a turn. */
  readonly wake: (cell: Living) => void
  /** Runs `action` now, or right after the turn that is going on: nobody is stopped in the middle of `receive`. */
  readonly betweenTurns: (action: () => void) => void
  readonly deadLetter: (address: Address, message: unknown) => void
  readonly failed: (address: Address, error: unknown) => void
  readonly ref: <T>(address: Address) => ActorRef<T>
  readonly ask: <R>(ask: Ask<R>, signal: AbortSignal) => Promise<R>
}

/** For tests and metrics. Everything but the totals is zero after `close()`. */
export interface Counts {
  actors: number
  /** Messages and reports that wait. */
  waiting: number
  /** Promises piped by living actors that have not settled. */
  piped: number
  timers: number
  /** Questions without an answer yet. */
  asks: number
  /** Totals since the start. */
  deadLetters: number
  lateReports: number
  failures: number
  restarts: number
}
