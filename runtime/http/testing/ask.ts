import { request as openRequest, type IncomingMessage, type RequestOptions } from "node:http"
import { connect } from "node:net"
import { text } from "node:stream/consumers"
import type { HttpServer } from "../server.ts"

export interface Asked {
  readonly status: number
  readonly headers: IncomingMessage["headers"]
  readonly body: string
}

export interface Question {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/** One request on a connection of its own, with every header as given. */
export async function ask(server: HttpServer, path: string, question: Question = {}): Promise<Asked> {
  const response = await begin(server, path, question)
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) }
}

/** The same, as soon as the headers of the answer have come. */
export function begin({ address }: HttpServer, path: string, question: Question = {}): Promise<IncomingMessage> {
  const { method = "GET", headers = {}, body } = question
  const options: RequestOptions = { ...address, path, method, headers: { ...headers }, agent: false }
  return new Promise((resolve, reject) => {
    const request = openRequest(options, resolve)
    request.on("error", reject)
    request.end(body)
  })
}

export const JSON_HEADERS = { "content-type": "application/json" }

export function post(
  server: HttpServer,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
  path = "/query",
) {
  const json = typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body)
  return ask(server, path, { method: "POST", headers: { ...JSON_HEADERS, ...headers }, body: json })
}

/** What the server says to these bytes until it closes the connection. */
export function raw({ address }: HttpServer, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(address.port, address.host)
    let heard = ""
    socket.setEncoding("utf8")
    socket.on("data", (chunk) => {
      heard += String(chunk)
    })
    socket.on("error", reject)
    socket.on("close", () => resolve(heard))
    socket.write(bytes)
  })
}
