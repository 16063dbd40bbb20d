import { headers as natsHeaders } from "nats"
import type { MsgHdrs, Subscription } from "nats"
import { TransportFailure } from "../errors.ts"
import { creditWindow } from "../flow.ts"
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

export type Headers = Readonly<Record<string, string>>

/** One answer in several messages. */
export interface Answer {
  /** Where the client publishes, as decimal digits, how many bytes of the answer it has taken in all. */
  readonly ackSubject: string
  /** Aborts with a TransportFailure when nobody hears the answer any more, or a part of it may have been lost. */
  readonly signal: AbortSignal
  /** Bytes that fit beside these headers. */
  readonly bodyBytesMax: (headers?: Headers) => number
  /** Settles when the part is sent: not before the client's window and the server have room for it. One at a time. */
  readonly part: (body: Uint8Array, headers?: Headers) => Promise<void>
  /** The last message, and the end; it waits for nothing. */
  readonly last: (body: Uint8Array, headers: Headers) => void
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
  readonly count: () => number
  /** What the server said when it refused to let the acknowledgements come. */
  readonly refusal: () => string | undefined
  /** When all answers are closed. */
  readonly close: () => void
}

interface Open {
  readonly reply: string
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
  let refusal: string | undefined
  const hear = (subject: string, headers: MsgHdrs | undefined, data: Uint8Array) => {
    const open = opened.get(Number(subject.slice(subject.lastIndexOf(".") + 1)))
    if (open === undefined) return
    if (headers?.code === NOBODY_STATUS && data.length === 0) open.fail(nobodyHears(open.reply))
    else open.taken(bytesTaken(data))
  }
  const subscription: Subscription = connection.subscribe(subjects.answer(service, "*"), {
    callback: (error, { subject, headers, data }) => {
      if (error === null) hear(subject, headers, data)
      else refusal = error.message
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
      const made = openAnswer({ link, unconfirmed, reply, pace, ackSubject: subjects.answer(service, number), onClose })
      opened.set(number, { reply, taken: made.taken, fail: made.fail })
      return made.answer
    },
    count: () => opened.size,
    refusal: () => refusal,
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

function openAnswer({ link, unconfirmed, reply, pace, ackSubject, onClose }: AnswerParts) {
  const { connection } = link
  const { windowBytes = Number.POSITIVE_INFINITY, stalledMs } = pace
  const window = creditWindow(windowBytes)
  const over = new AbortController()
  let [sent, taken] = [0, 0]
  const fail = (failure: TransportFailure) => {
    window.fail(failure)
    over.abort(failure)
  }
  const stalled = () =>
    fail(
      new TransportFailure({
        message: `the client has acknowledged nothing for ${stalledMs} ms: ${taken} of ${sent} bytes`,
        reason: "deadline",
      }),
    )
  const claim = async (bytes: number) => {
    const timer = setTimeout(stalled, stalledMs)
    await window.claim(bytes).finally(() => clearTimeout(timer))
  }
  const close = () => {
    fail(new TransportFailure({ message: "the answer is over", reason: "closed" }))
    onClose()
  }
  const answer: Answer = {
    ackSubject,
    signal: over.signal,
    bodyBytesMax: (headers = {}) => {
      const message = Math.min(PART_BYTES_MAX, link.maxPayloadBytes() - ADDED_BYTES_MAX)
      return Math.min(windowBytes, message - encoded(headers).encode().length)
    },
    part: async (body, headers) => {
      await claim(body.length)
      await unconfirmed.room()
      over.signal.throwIfAborted()
      sent += body.length
      unconfirmed.add(body.length, () => undefined)
      connection.publish(reply, body, {
        reply: ackSubject,
        ...(headers === undefined ? {} : { headers: encoded(headers) }),
      })
    },
    last: (body, headers) => {
      close()
      if (!connection.isClosed()) connection.publish(reply, body, { headers: encoded(headers) })
    },
    close,
  }
  const onTaken = (bytes: number) => {
    // More than was sent, or less than before: a mistake, or an acknowledgement that came late.
    if (bytes <= taken || bytes > sent) return
    window.credit(bytes - taken)
    taken = bytes
  }
  return { answer, fail, taken: onTaken }
}

function encoded(values: Headers): MsgHdrs {
  const made = natsHeaders()
  for (const [name, value] of Object.entries(values)) made.set(name, value)
  return made
}

/** 0 for what is no number: it acknowledges nothing. */
function bytesTaken(data: Uint8Array): number {
  if (data.length > DIGITS_MAX) return 0
  const text = new TextDecoder().decode(data)
  return /^\d+$/u.test(text) ? Number(text) : 0
}

function nobodyHears(reply: string): TransportFailure {
  return new TransportFailure({ message: `nobody listens at ${reply}: the client has gone`, reason: "nobody" })
}
