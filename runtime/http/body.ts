import type { IncomingMessage, ServerResponse } from "node:http"
import { RequestRefused } from "./errors.ts"
import { ClientGone } from "./stop.ts"

/** The whole body as text. What is too large, or no JSON by its headers, is refused before it is read. */
export async function readBody(request: IncomingMessage, response: ServerResponse, bytesMax: number): Promise<string> {
  checkHeaders(request)
  if (Number(request.headers["content-length"] ?? 0) > bytesMax) throw tooLarge(bytesMax)
  // A client that asks before it sends a large body is told to go on only now.
  if (request.headers.expect !== undefined) response.writeContinue()
  const bytes = await readBytes(request, bytesMax)
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes)
  } catch {
    throw new RequestRefused({ reason: "InvalidBody", message: "the body is not UTF-8 text" })
  }
}

/**
 * Not the stream's own iterator: that ends the request when it is left early, but the answer is still to be written, and
 * what the client sends meanwhile is read and thrown away.
 */
function readBytes(request: IncomingMessage, bytesMax: number): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  const chunks: Uint8Array[] = []
  let bytes = 0
  request.on("data", (chunk: Uint8Array) => {
    bytes += chunk.length
    if (bytes <= bytesMax) chunks.push(chunk)
    else reject(tooLarge(bytesMax))
  })
  request.on("end", () => resolve(Buffer.concat(chunks)))
  request.on("error", () => reject(new ClientGone()))
  request.on("close", () => reject(new ClientGone()))
  return promise
}

const JSON_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-?8"?\s*)?$/iu

function checkHeaders({ headers }: IncomingMessage): void {
  const hint = "send JSON as: Content-Type: application/json"
  const type = headers["content-type"]
  if (type === undefined) {
    throw new RequestRefused({ reason: "UnsupportedMediaType", message: "the request has no Content-Type", hint })
  }
  if (!JSON_TYPE.test(type)) {
    throw new RequestRefused({ reason: "UnsupportedMediaType", message: `a body of type "${type}" is not read`, hint })
  }
  const coding = headers["content-encoding"]
  if (coding !== undefined && coding.toLowerCase() !== "identity") {
    throw new RequestRefused({
      reason: "UnsupportedMediaType",
      message: `a body in the encoding "${coding}" is not read`,
      hint: "send it as it is",
    })
  }
}

function tooLarge(bytesMax: number): RequestRefused {
  return new RequestRefused({
    reason: "BodyTooLarge",
    message: `the body is larger than ${bytesMax} bytes`,
    hint: "long lists of values are better joined from a file",
  })
}
