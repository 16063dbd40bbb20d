import type { Duplex } from "node:stream"
import { RequestRefused, type RefusalReason } from "./errors.ts"
import { PROBLEM_TYPE, problemBody, problemOf } from "./problem.ts"

/** Answers what is no HTTP request, and closes the connection: where the next one would begin cannot be known. */
export function answerMalformed(error: Error, socket: Duplex): void {
  if (socket.destroyed || !socket.writable) {
    socket.destroy()
    return
  }
  const problem = problemOf(refusalOf("code" in error ? error.code : undefined))
  const body = problemBody(problem)
  const head = [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ]
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`)
}

function refusalOf(code: unknown): RequestRefused {
  const refused = (reason: RefusalReason, message: string) => new RequestRefused({ reason, message })
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return refused("HeadersTooLarge", "the headers of the request are too large")
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return refused("RequestTimeout", "the request did not arrive in time")
    default:
      return refused("MalformedRequest", "this is not an HTTP request")
  }
}
