import type { ServiceMsg } from "nats"
import { TransportFailure } from "../errors.ts"
import { answersOf, PAYLOAD_BYTES_MIN, type Answer, type Answers, type Pace } from "./answers.ts"
import type { NatsLink } from "./connect.ts"
import { patiently } from "./patience.ts"

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
  /** Resolves when the server is connected again, or after this time. */
  readonly connected: (msMax: number) => Promise<void>
  /** No new requests; settles when those that had been sent here are being answered. */
  readonly drain: () => Promise<void>
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
}

/**
 * Serves one endpoint by the protocol of NATS services: PING, INFO and STATS are answered by the client library.
 * Rejects with TransportFailure when the server does not let it listen.
 */
export async function openService(link: NatsLink, options: NatsServiceOptions): Promise<NatsService> {
  const { connection } = link
  const { name, version, description, endpoint } = options
  const counts: Counts = { requests: 0, errors: 0, ms: 0, lastError: undefined, running: 0 }
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
  const handle = handler(link, answers, options, counts)
  const { subject, metadata } = endpoint
  service.addEndpoint(endpoint.name, { subject, metadata: { ...metadata }, handler: (_, message) => handle(message) })
  await connection.flush()
  if (service.isStopped || answers.refusal() !== undefined) {
    const why = answers.refusal() ?? (await service.stopped)?.message ?? "it was stopped"
    answers.close()
    await service.stop()
    const message = `the NATS server does not let the service "${name}" listen: ${why}`
    throw new TransportFailure({ message, reason: "refused" })
  }
  void service.stopped.then((error) => {
    if (error !== null && !connection.isClosed()) options.log(`the NATS service "${name}" ended: ${error.message}`)
  })
  return {
    id,
    running: () => counts.running,
    connected: (msMax) => connected(link, msMax),
    drain: async () => {
      if (connection.isClosed()) return
      await patiently(service.stop().then(() => undefined))
    },
    close: async () => {
      if (!connection.isClosed() && link.state()._tag === "Connected") await patiently(connection.flush())
      answers.close()
    },
  }
}

function handler(link: NatsLink, answers: Answers, options: NatsServiceOptions, counts: Counts) {
  const work = async (message: ServiceMsg): Promise<ServiceFault | undefined> => {
    const why = unanswerable(message.reply, link.cluster)
    if (why !== undefined) return { code: 400, description: why }
    const { headers } = message
    return options.handle({
      // The client's buffer is used again for what comes later.
      body: message.data.slice(),
      header: (header) => (headers?.has(header) === true ? headers.get(header) : undefined),
      open: (pace) => answers.open(message.reply, pace),
    })
  }
  return (message: ServiceMsg): void => {
    const began = performance.now()
    counts.running += 1
    const over = (fault: ServiceFault | undefined) => {
      counts.running -= 1
      counts.requests += 1
      counts.ms += performance.now() - began
      if (fault === undefined) return
      counts.errors += 1
      counts.lastError = `${fault.code}:${fault.description}`
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

async function connected(link: NatsLink, msMax: number): Promise<void> {
  if (link.state()._tag === "Connected") return
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer)
      unwatch()
      resolve()
    }
    const timer = setTimeout(done, msMax)
    const unwatch = link.watch((state) => {
      if (state._tag !== "Broken") done()
    })
  })
}
