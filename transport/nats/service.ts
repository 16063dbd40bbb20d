import { Match, type ServiceMsg } from "nats"
import { TransportFailure } from "../errors.ts"
import { answersOf, PAYLOAD_BYTES_MIN, type Answer, type Answers, type Pace } from "./answers.ts"
import type { NatsLink } from "./connect.ts"
import { patiently } from "./patience.ts"
import { openWills, type WillParts, type Wills } from "./wills.ts"

/** What a request ended with, as the service's statistics tell it. */
export interface ServiceFault {
  readonly code: number
  readonly description: string
}

export interface ServiceRequest {
  readonly body: Uint8Array
  /** Undefined when the request has no such header. */
  readonly header: (name: string) => string | undefined
  /** Once. */
  readonly open: (pace: Pace) => Answer
}

/** A service with one endpoint, as `$SRV.INFO` describes it. */
export interface NatsServiceOptions {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly metadata: Readonly<Record<string, string>>
  readonly endpoint: {
    readonly name: string
    readonly subject: string
    /** Each request goes to one of those that have the same. */
    readonly queue: string
    readonly metadata: Readonly<Record<string, string>>
  }
  /** The node that it is on, for those who are told that it has gone. */
  readonly node: string
  /** What the client of a service that has died is told by another one. */
  readonly orphaned: WillParts["orphaned"]
  /** Answers a request to its end. What it rejects with is a defect. */
  readonly handle: (request: ServiceRequest) => Promise<ServiceFault | undefined>
  /** One line about what nobody else is told. */
  readonly log: (line: string) => void
}

export interface NatsService {
  /** Its name among the services of this kind. */
  readonly id: string
  /** Requests that are being answered. */
  readonly running: () => number
  /** No new requests; settles when those that had been sent here are being answered. */
  readonly drain: () => Promise<void>
  /** Settles when no request is being answered. */
  readonly idle: () => Promise<void>
  /** After `drain`, when no request is running. */
  readonly close: () => Promise<void>
}

/** Requests that were answered, counted when their answers end: the client's own counts end when they begin. */
interface Counts {
  requests: number
  errors: number
  ms: number
  lastError: string | undefined
  running: number
  /** Who waits for that to be none. */
  waiting: (() => void)[]
}

/**
 * Serves one endpoint by the protocol of NATS services: PING, INFO and STATS are answered by the client library.
 * Rejects with TransportFailure when the server does not let it listen.
 */
export async function openService(link: NatsLink, options: NatsServiceOptions): Promise<NatsService> {
  const { connection, subjects } = link
  const { name, version, description, endpoint } = options
  const counts: Counts = { requests: 0, errors: 0, ms: 0, lastError: undefined, running: 0, waiting: [] }
  if (link.maxPayloadBytes() < PAYLOAD_BYTES_MIN) {
    const found = `max_payload: ${link.maxPayloadBytes()}, and at least ${PAYLOAD_BYTES_MIN} is needed`
    throw new TransportFailure({ message: `the NATS server has ${found}`, reason: "size" })
  }
  const service = await connection.services.add({
    name,
    version,
    description,
    metadata: { ...options.metadata },
    queue: endpoint.queue,
    statsHandler: (served) => {
      writeCounts(served, counts)
      return Promise.resolve({ running: counts.running })
    },
  })
  const { id } = service.info()
  const answers = answersOf(link, id)
  const { subject, metadata } = endpoint
  const isAnswerable = (reply: string) => unanswerable(reply, link.cluster) === undefined
  const wills = openWills({ ...options, link, service: id, answers, isAnswerable })
  const handle = handler(link, { answers, wills, counts }, options)
  const heard = [subject, subjects.answer(id, "*"), subjects.will(), CONTROL_SUBJECTS]
  const refusals = watchRefusals(link, heard, options)
  service.addEndpoint(endpoint.name, { subject, metadata: { ...metadata }, handler: (_, message) => handle(message) })
  const end = () => {
    wills.close()
    answers.close()
    refusals.end()
  }
  const failure = await refusalOf(link, name, refusals.words)
  if (failure !== undefined) {
    end()
    if (!connection.isClosed()) await patiently(service.stop().then(() => undefined))
    throw failure
  }
  return {
    id,
    running: () => counts.running,
    drain: async () => {
      if (connection.isClosed()) return
      await patiently(service.stop().then(() => undefined))
    },
    idle: () => (counts.running === 0 ? Promise.resolve() : new Promise((resolve) => counts.waiting.push(resolve))),
    close: async () => {
      if (!connection.isClosed() && link.state()._tag === "Connected") await patiently(connection.flush())
      end()
    },
  }
}

/** Settles when the server has taken the subscriptions: with what it, or the connection, has against them. */
async function refusalOf(
  link: NatsLink,
  name: string,
  words: readonly string[],
): Promise<TransportFailure | undefined> {
  try {
    await link.connection.flush()
  } catch {
    const state = link.state()
    const why = state._tag === "Connected" ? "the connection to NATS broke" : state.why
    return new TransportFailure({ message: `the service "${name}" cannot start: ${why}`, reason: "lost" })
  }
  // What was refused is told a turn later than what came after it.
  await new Promise(setImmediate)
  const [refusal] = words
  if (refusal === undefined) return undefined
  const message = `the NATS server does not let the service "${name}" listen: ${refusal}`
  return new TransportFailure({ message, reason: "refused" })
}

/** Where every service is asked about itself. */
const CONTROL_SUBJECTS = "$SRV."

/** What the server does not let the service hear: at first, or later, when its permissions were changed. */
function watchRefusals(link: NatsLink, starts: readonly string[], { name, log }: NatsServiceOptions) {
  const words: string[] = []
  const end = link.watchRefusals((refusal) => {
    if (refusal.operation !== "subscription" || !starts.some((start) => refusal.subject.startsWith(start))) return
    words.push(refusal.words)
    log(`the NATS server does not let the service "${name}" listen: ${refusal.words}`)
  })
  return { words, end }
}

interface HandlerParts {
  readonly answers: Answers
  readonly wills: Wills
  readonly counts: Counts
}

function handler(link: NatsLink, { answers, wills, counts }: HandlerParts, options: NatsServiceOptions) {
  const work = async (message: ServiceMsg): Promise<ServiceFault | undefined> => {
    const { headers, reply = "" } = message
    const why = unanswerable(reply, link.cluster)
    if (why !== undefined) return { code: 400, description: why }
    return options.handle({
      // The client's buffer is used again for what comes later.
      body: message.data.slice(),
      header: (wanted) =>
        headers?.has(wanted, Match.IgnoreCase) === true ? headers.get(wanted, Match.IgnoreCase) : undefined,
      open: (pace) => {
        const answer = answers.open(reply, pace)
        wills.leave(reply, answer.signal)
        return answer
      },
    })
  }
  return (message: ServiceMsg): void => {
    const began = performance.now()
    counts.running += 1
    const over = (fault: ServiceFault | undefined) => {
      counts.running -= 1
      counts.requests += 1
      counts.ms += performance.now() - began
      if (fault !== undefined) {
        counts.errors += 1
        counts.lastError = `${fault.code}:${fault.description}`
      }
      if (counts.running === 0) for (const wake of counts.waiting.splice(0)) wake()
    }
    work(message).then(over, (error: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      options.log(`a defect, in the NATS service "${options.name}": ${text}`)
      over({ code: 500, description: text.split("\n", 1)[0] ?? "" })
    })
  }
}

/**
 * Why nothing may be published to a reply subject. It is the client's choice, but the permissions are the service's: a client
 * that may only ask must not be able to speak to the nodes of the cluster, or to the server, through an answer.
 */
function unanswerable(reply: string, cluster: string): string | undefined {
  if (reply === "") return "the request has no reply subject: publish it with one, or use request"
  if (/(^|\.)[*>](\.|$)/u.test(reply)) return `the reply subject "${reply}" has a wildcard`
  if (reply.startsWith("$") || reply.startsWith(`${cluster}.`)) return `the reply subject "${reply}" is reserved`
  return undefined
}

/** The library hands out its endpoint with the statistics in it, right before it tells them. */
function writeCounts(endpoint: object, { requests, errors, ms, lastError }: Counts): void {
  const stats: unknown = Reflect.get(endpoint, "stats")
  if (typeof stats !== "object" || stats === null) throw new Error("an endpoint of nats.js should have statistics")
  Object.assign(stats, {
    num_requests: requests,
    num_errors: errors,
    last_error: lastError,
    processing_time: nanoseconds(ms),
    average_processing_time: requests === 0 ? 0 : nanoseconds(ms / requests),
  })
}

function nanoseconds(ms: number): number {
  return Math.round(ms * 1_000_000)
}
