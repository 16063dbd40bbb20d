import { QueryError } from "../../actors/errors.ts"
import { TransportFailure } from "../../transport/errors.ts"
import type { Answer } from "../../transport/nats/answers.ts"
import type { ServiceFault, ServiceRequest } from "../../transport/nats/service.ts"
import type { Context } from "../http/problem.ts"
import { isKnownError } from "../http/problem-table.ts"
import { startAnswer, writeAnswer } from "../http/query.ts"
import type { Session } from "../session.ts"
import { failureOf } from "./failure.ts"
import { firstHeaders, lastHeaders } from "./headers.ts"
import { partsOf } from "./parts.ts"
import { readRequest, readWindow, type NatsQuery, type RequestLimits } from "./request.ts"
import { openStop } from "./stop.ts"

export interface NatsLimits extends RequestLimits {
  /** Requests that are answered at once. */
  readonly requests: number
  /** A client that asked for a window and acknowledges nothing for so long is given up. */
  readonly stalledMs: number
  /** How long a client is told again and again that the connection broke, until it is back. */
  readonly restoredMs: number
}

export interface AnswerParts {
  readonly session: Session
  readonly limits: NatsLimits
  /** Ends what still runs; the reason is what the clients are told. */
  readonly closing: AbortSignal
  readonly running: () => number
  readonly log: (line: string) => void
}

/** One request from its body to the last message. Gives what went wrong, if anything did. */
export async function answerRequest(parts: AnswerParts, request: ServiceRequest): Promise<ServiceFault | undefined> {
  const began = performance.now()
  const { limits } = parts
  let answer: Answer | undefined
  let context: Context = {}
  try {
    const windowBytes = readWindow(request)
    answer = request.open({ windowBytes, stalledMs: limits.stalledMs })
    if (parts.running() > limits.requests) throw tooMany(limits.requests)
    const query = readRequest(request, limits)
    context = { sql: query.sql }
    const onStart = (id: string) => {
      context = { sql: query.sql, query: id }
    }
    await answerQuery(parts, query, { answer, hasWindow: windowBytes !== undefined, began, onStart })
    return undefined
  } catch (error) {
    answer ??= request.open({ windowBytes: undefined, stalledMs: limits.stalledMs })
    return await fail(parts, answer, error, context)
  } finally {
    answer?.close()
  }
}

interface Asked {
  readonly answer: Answer
  readonly hasWindow: boolean
  readonly began: number
  readonly onStart: (id: string) => void
}

async function answerQuery(
  { session, closing }: AnswerParts,
  { sql, parameters, format, deadlineMs }: NatsQuery,
  { answer, hasWindow, began, onStart }: Asked,
): Promise<void> {
  const stop = openStop([answer.signal, closing], deadlineMs)
  const { signal } = stop
  try {
    const asked = { sql, parameters, format, signal, began, onStart }
    const result = await startAnswer(session, asked)
    const headers = firstHeaders({
      query: result.id,
      format,
      columns: result.columns,
      ackSubject: hasWindow ? answer.ackSubject : undefined,
      messageBytesMax: answer.messageBytesMax(),
    })
    // Nobody reads half an object: a small one, or the error instead of it, is one message.
    const parts = partsOf(answer, { headers, asTheyCome: format !== "json", signal })
    try {
      const rows = await writeAnswer(result, parts, asked)
      await parts.end()
      const messages = parts.messages()
      const figures = { query: result.id, rows, bytes: parts.bytes(), messages, ms: performance.now() - began }
      answer.last(new Uint8Array(), { ...(messages === 0 ? headers : {}), ...lastHeaders(figures) })
    } finally {
      parts.close()
    }
  } catch (error) {
    // Whatever form it comes in: what was stopped ends with what stopped it.
    throw signal.aborted ? signal.reason : error
  } finally {
    stop.release()
  }
}

async function fail(
  { log, limits }: AnswerParts,
  answer: Answer,
  error: unknown,
  context: Context,
): Promise<ServiceFault> {
  const { fault, told } = failureOf(error, context, answer.messageBytesMax())
  if (told === undefined) {
    if (error instanceof TransportFailure && error.reason === "refused") log(fault.description)
    return fault
  }
  if (fault.code === DEFECT_CODE && !isKnownError(error)) {
    log(`a defect: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  }
  const isLost = error instanceof TransportFailure && error.reason === "lost"
  if (isLost) await answer.lastWithPatience(told.body, told.headers, limits.restoredMs)
  else answer.last(told.body, told.headers)
  return fault
}

const DEFECT_CODE = 500

function tooMany(requests: number): QueryError {
  return new QueryError({
    kind: "Admission",
    message: `${requests} requests are being answered: try again when one of them has ended`,
  })
}
