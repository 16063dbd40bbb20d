import type { NatsLink } from "../../transport/nats/connect.ts"
import { openService, type NatsService } from "../../transport/nats/service.ts"
import { RequestRefused } from "../http/errors.ts"
import type { Session } from "../session.ts"
import { answerRequest, type NatsLimits } from "./answer.ts"
import { orphaned } from "./failure.ts"
import { DESCRIPTION, endpointMetadata } from "./description.ts"

/** Requests that are answered at once; one more is refused. */
const REQUESTS_MAX = 256
/** Bytes of a request's body: as over HTTP. The server's `max_payload` is usually less. */
const BODY_BYTES_MAX = 4 * 1024 * 1024
/** The time that a query is given unless it asks for another. Nothing tells that a client has gone until rows are sent to it. */
const DEADLINE_MS_DEFAULT = 300_000
const DEADLINE_MS_MAX = 3_600_000
/** A client with a window that acknowledges nothing for so long is given up. */
const STALLED_MS_MAX = 60_000
/** How long a client is told again and again that the connection broke, until it is back. */
const RESTORED_MS_MAX = 10_000
/** Time that running queries get to end when the service is closed. */
const CLOSE_GRACE_MS = 10_000

const LIMITS: NatsServiceLimits = {
  requests: REQUESTS_MAX,
  bodyBytes: BODY_BYTES_MAX,
  deadlineMs: DEADLINE_MS_DEFAULT,
  deadlineMsMax: DEADLINE_MS_MAX,
  stalledMs: STALLED_MS_MAX,
  restoredMs: RESTORED_MS_MAX,
  closeGraceMs: CLOSE_GRACE_MS,
}

/** Of those who listen to the query subject, one gets each request. */
const QUEUE = "coordinators"

export interface NatsServiceLimits extends NatsLimits {
  readonly closeGraceMs: number
}

export interface NatsServiceOptions {
  /** Of Skein, as `packageVersion()` gives it. */
  readonly version: string
  /** The node that answers: a name as nodes have it. */
  readonly node: string
  readonly limits?: Partial<NatsServiceLimits>
  /** Takes one line about a defect, or about what the NATS server forbids. */
  readonly log?: (line: string) => void
}

export interface QueryService {
  /** Of this instance, as `$SRV.PING` tells it. */
  readonly id: string
  readonly subject: string
  /** Takes no more requests, lets those that run end for some seconds, then cancels them. Session and link stay open. */
  readonly close: () => Promise<void>
}

/** Serves a session on `skein.v1.query`. Rejects with TransportFailure when the server does not let it. */
export async function natsService(
  session: Session,
  link: NatsLink,
  options: NatsServiceOptions,
): Promise<QueryService> {
  const { version, node, log = () => undefined } = options
  const limits = { ...LIMITS, ...options.limits }
  const closing = new AbortController()
  const subject = link.subjects.query()
  /** Made with the handler that needs it. */
  const made: { service?: NatsService } = {}
  const service = await openService(link, {
    name: "skein",
    version,
    description: DESCRIPTION,
    metadata: { cluster: link.cluster, node },
    endpoint: {
      name: "query",
      subject,
      queue: QUEUE,
      metadata: endpointMetadata(limits.deadlineMs, limits.deadlineMsMax),
    },
    log,
    node,
    orphaned,
    handle: (request) =>
      answerRequest(
        {
          session,
          limits,
          closing: closing.signal,
          running: () => made.service?.running() ?? 0,
          log,
        },
        request,
      ),
  })
  made.service = service
  let closed: Promise<void> | undefined
  return {
    id: service.id,
    subject,
    close: () => {
      closed ??= closeService(service, closing, limits.closeGraceMs)
      return closed
    },
  }
}

async function closeService(service: NatsService, closing: AbortController, graceMs: number): Promise<void> {
  await service.drain()
  const grace = setTimeout(() => {
    const message = "the query was cancelled: the service is closing"
    closing.abort(new RequestRefused({ reason: "Closing", message }))
  }, graceMs)
  await service.idle()
  clearTimeout(grace)
  await service.close()
}
