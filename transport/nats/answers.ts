import { setTimeout as delay } from "node:timers/promises"
import { headers as natsHeaders } from "nats"
import type { MsgHdrs, Subscription } from "nats"
import { TransportFailure } from "../errors.ts"
import { creditWindow, type CreditWindow } from "../flow.ts"
import type { NatsLink } from "./connect.ts"
import { Unconfirmed } from "./unconfirmed.ts"

/** Bytes of one message of an answer: a client that shows or stores them one by one should not choke on one. */
const PART_BYTES_MAX = 256 * 1024

/** What servers on the way may add to a message's headers; their limit counts it. */
const ADDED_BYTES_MAX = 512

/** A server that allows less cannot carry an error with its place and its hint. */
export const PAYLOAD_BYTES_MIN = 4096

/** The status of the empty message by which a server says that nobody listens. */
const NOBODY_STATUS = 503

/** Digits of a number of bytes. */
const DIGITS_MAX = 15

/** Between two tries to reach a client that is coming back. */
const TRY_AGAIN_MS = 100

/** Answers are numbered from 1. */
const NO_ANSWER = 0

export type Headers = Readonly<Record<string, string>>

/** One answer in several messages. */
export interface Answer {
  /** Where the client publishes, as decimal digits, how many bytes of the answer it has taken in all. */
  readonly ackSubject: string
  /** Aborts with a TransportFailure when nobody hears the answer any more, or a part of it may have been lost. */
  readonly signal: AbortSignal
  /** Bytes of a message, its headers included. */
  readonly messageBytesMax: () => number
  /** Bytes of a part that fit beside these headers. */
  readonly bodyBytesMax: (headers?: Headers) => number
  /** Settles when the part is sent: not before the client's window and the server have room for it. One at a time. */
  readonly part: (body: Uint8Array, headers?: Headers) => Promise<void>
  /** The last message, and the end; it waits for nothing. */
  readonly last: (body: Uint8Array, headers: Headers) => void
  /** The same for a client that may have lost its server too: again and again until somebody hears it, or for so long. */
  readonly lastWithPatience: (body: Uint8Array, headers: Headers, msMax: number) => Promise<void>
  /** Nothing is sent any more. Twice is the same as once. */
  readonly close: () => void
}

/** What the client grants; without a window the answer goes as fast as the server takes it. */
export interface Pace {
  readonly windowBytes: number | undefined
  /** A client with a window that takes nothing for so long is given up. */
  readonly stalledMs: number
}

/** All answers of one service. */
export interface Answers {
  readonly open: (reply: string, pace: Pace) => Answer
  /** One message that is no part of an answer. */
  readonly tell: (reply: string, body: Uint8Array, headers: Headers) => void
  /** Says when another service of this kind does not listen any more. */
  readonly probe: (service: string, onNobody: () => void) => void
  /** When all answers are closed. */
  readonly close: () => void
}

interface Open {
  readonly reply: string
  readonly nobody: () => void
  readonly taken: (bytes: number) => void
  readonly fail: (failure: TransportFailure) => void
}

/**
 * Each message of an answer names the answer's own subject as the one to reply to. There the client acknowledges, and there the
 * server itself says that nobody listens: an answer whose client has gone ends with its next message.
 */
export function answersOf(link: NatsLink, service: string): Answers {
  const { connection, subjects } = link
  const opened = new Map<number, Open>()
  const unconfirmed = new Unconfirmed(() => connection.flush())
  let numbers = 0
  const hear = (subject: string, headers: MsgHdrs | undefined, data: Uint8Array) => {
    const open = opened.get(Number(subject.slice(subject.lastIndexOf(".") + 1)))
    if (open === undefined) return
    if (headers?.code === NOBODY_STATUS && data.length === 0) open.nobody()
    else open.taken(bytesTaken(data))
  }
  const subscription: Subscription = connection.subscribe(subjects.answer(service, "*"), {
    callback: (error, { subject, headers, data }) => {
      if (error === null) hear(subject, headers, data)
    },
  })
  const ends = [
    link.watch((state) => {
      if (state._tag === "Connected") return
      unconfirmed.forget()
      const failure = new TransportFailure({ message: `the answer broke off: ${state.why}`, reason: "lost" })
      for (const open of opened.values()) open.fail(failure)
    }),
    link.watchRefusals(({ operation, subject, words }) => {
      if (operation !== "publish") return
      const failure = new TransportFailure({ message: `no answer can be sent: ${words}`, reason: "refused" })
      for (const open of opened.values()) if (open.reply === subject) open.fail(failure)
    }),
  ]
  return {
    open: (reply, pace) => {
      const number = ++numbers
      const onClose = () => opened.delete(number)
      const ackSubject = subjects.answer(service, number)
      const answer = new OneAnswer({ link, unconfirmed, reply, pace, ackSubject, onClose })
      opened.set(number, answer)
      return answer
    },
    tell: (to, body, headers) => connection.publish(to, body, { headers: encoded(headers) }),
    probe: (other, onNobody) => {
      const number = ++numbers
      const done = () => opened.delete(number)
      opened.set(number, { reply: "", nobody: onNobody, taken: () => undefined, fail: done })
      const reply = subjects.answer(service, number)
      connection.publish(subjects.answer(other, NO_ANSWER), new Uint8Array(), { reply })
      // The server says that nobody is there before it answers the ping.
      connection.flush().then(done, done)
    },
    close: () => {
      for (const end of ends) end()
      if (!connection.isClosed()) subscription.unsubscribe()
    },
  }
}

interface AnswerParts {
  readonly link: NatsLink
  readonly unconfirmed: Unconfirmed
  readonly reply: string
  readonly pace: Pace
  readonly ackSubject: string
  readonly onClose: () => void
}

class OneAnswer implements Answer, Open {
  readonly ackSubject: string
  readonly reply: string
  readonly signal: AbortSignal
  private readonly parts: AnswerParts
  private readonly windowBytes: number
  private readonly window: CreditWindow
  private readonly over = new AbortController()
  private sentBytes = 0
  private takenBytes = 0
  private nobodies = 0

  constructor(parts: AnswerParts) {
    this.parts = parts
    this.ackSubject = parts.ackSubject
    this.reply = parts.reply
    this.signal = this.over.signal
    this.windowBytes = parts.pace.windowBytes ?? Number.POSITIVE_INFINITY
    this.window = creditWindow(this.windowBytes)
  }

  messageBytesMax(): number {
    return Math.min(PART_BYTES_MAX, this.parts.link.maxPayloadBytes() - ADDED_BYTES_MAX)
  }

  bodyBytesMax(headers: Headers = {}): number {
    return Math.min(this.windowBytes, this.messageBytesMax() - headerBytes(headers))
  }

  async part(body: Uint8Array, headers?: Headers): Promise<void> {
    await this.claim(body.length)
    const { link, unconfirmed } = this.parts
    await unconfirmed.room()
    this.signal.throwIfAborted()
    this.sentBytes += body.length
    unconfirmed.add(body.length, () => undefined)
    link.connection.publish(this.reply, body, {
      reply: this.ackSubject,
      ...(headers === undefined ? {} : { headers: encoded(headers) }),
    })
  }

  last(body: Uint8Array, headers: Headers): void {
    this.close()
    const { connection } = this.parts.link
    if (!connection.isClosed()) connection.publish(this.reply, body, { headers: encoded(headers) })
  }

  async lastWithPatience(body: Uint8Array, headers: Headers, msMax: number): Promise<void> {
    const { connection } = this.parts.link
    const until = performance.now() + msMax
    while (!connection.isClosed()) {
      this.nobodies = 0
      connection.publish(this.reply, body, { headers: encoded(headers), reply: this.ackSubject })
      const isSent = await connection.flush().then(
        () => true,
        () => false,
      )
      if ((isSent && this.nobodies === 0) || performance.now() > until) break
      await delay(TRY_AGAIN_MS)
    }
    this.close()
  }

  close(): void {
    this.fail(new TransportFailure({ message: "the answer is over", reason: "closed" }))
    this.parts.onClose()
  }

  nobody(): void {
    this.nobodies += 1
    const message = `nobody listens at ${this.reply}: the client has gone`
    this.fail(new TransportFailure({ message, reason: "nobody" }))
  }

  taken(bytes: number): void {
    // More than was sent, or less than before: a mistake, or an acknowledgement that came late.
    if (bytes <= this.takenBytes || bytes > this.sentBytes) return
    this.window.credit(bytes - this.takenBytes)
    this.takenBytes = bytes
  }

  fail(failure: TransportFailure): void {
    this.window.fail(failure)
    this.over.abort(failure)
  }

  private async claim(bytes: number): Promise<void> {
    const { stalledMs } = this.parts.pace
    const stalled = () => {
      const progress = `${this.takenBytes} of ${this.sentBytes} bytes`
      const message = `the client has acknowledged nothing for ${stalledMs} ms: ${progress}`
      this.fail(new TransportFailure({ message, reason: "deadline" }))
    }
    const timer = setTimeout(stalled, stalledMs)
    await this.window.claim(bytes).finally(() => clearTimeout(timer))
  }
}

function encoded(values: Headers): MsgHdrs {
  const made = natsHeaders()
  for (const [name, value] of Object.entries(values)) made.set(name, value)
  return made
}

/** `NATS/1.0⏎Name: value⏎⏎`, a line's end being two bytes. */
function headerBytes(values: Headers): number {
  const lines = Object.entries(values).map(([name, value]) => Buffer.byteLength(`${name}: ${value}`) + 2)
  return lines.reduce((sum, bytes) => sum + bytes, "NATS/1.0".length + 4)
}

/** 0 for what is no number: it acknowledges nothing. */
function bytesTaken(data: Uint8Array): number {
  if (data.length > DIGITS_MAX) return 0
  const text = new TextDecoder().decode(data)
  return /^\d+$/u.test(text) ? Number(text) : 0
}
