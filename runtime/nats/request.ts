import type { ServiceRequest } from "../../transport/nats/service.ts"
import type { GivenValues } from "../session/parameters.ts"
import { RequestRefused } from "../http/errors.ts"
import { HTTP_FORMATS, type HttpFormat } from "../http/media.ts"
import { readQueryRequest } from "../http/query-request.ts"
import { WINDOW_HEADER } from "./headers.ts"

/** Bytes that a client may say it can take at once. Less than the least would be mostly headers. */
const WINDOW_BYTES_MIN = 1024
const WINDOW_BYTES_MAX = 64 * 1024 * 1024

export interface NatsQuery {
  readonly sql: string
  readonly parameters: GivenValues | undefined
  readonly format: HttpFormat
  readonly deadlineMs: number
}

export interface RequestLimits {
  readonly bodyBytes: number
  /** What a query may take when the request does not say, and what it may say. */
  readonly deadlineMs: number
  readonly deadlineMsMax: number
}

/** The same body as over HTTP. Throws RequestRefused. */
export function readRequest({ body }: ServiceRequest, limits: RequestLimits): NatsQuery {
  if (body.length > limits.bodyBytes) {
    throw new RequestRefused({
      reason: "BodyTooLarge",
      message: `the body is larger than ${limits.bodyBytes} bytes`,
      hint: "long lists of values are better joined from a file",
    })
  }
  const { sql, parameters, format, deadlineMs } = readQueryRequest(textOf(body), limits.deadlineMsMax)
  return { sql, parameters, format: format ?? HTTP_FORMATS[0], deadlineMs: deadlineMs ?? limits.deadlineMs }
}

/** Undefined when the client does not ask for one. Throws RequestRefused. */
export function readWindow({ header }: ServiceRequest): number | undefined {
  const text = header(WINDOW_HEADER)
  if (text === undefined) return undefined
  const bytes = /^\d{1,9}$/u.test(text) ? Number(text) : 0
  if (bytes >= WINDOW_BYTES_MIN && bytes <= WINDOW_BYTES_MAX) return bytes
  const wanted = `a whole number of bytes from ${WINDOW_BYTES_MIN} to ${WINDOW_BYTES_MAX}`
  throw new RequestRefused({
    reason: "InvalidField",
    message: `the header "${WINDOW_HEADER}" must be ${wanted}, found ${JSON.stringify(text.slice(0, 20))}`,
  })
}

function textOf(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body)
  } catch {
    throw new RequestRefused({ reason: "InvalidBody", message: "the body is not UTF-8 text" })
  }
}
