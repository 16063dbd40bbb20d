import type { Msg, NatsConnection } from "nats"
import { createInbox, headers as natsHeaders } from "nats"

/** Longer than any answer of a test takes. */
export const WAIT_MS_MAX = 20_000

export interface Heard {
  /** Of the first message. */
  readonly first: Readonly<Record<string, string>>
  /** Of the last one: the end or the error. */
  readonly last: Readonly<Record<string, string>>
  readonly body: Buffer
  /** Sizes of the messages that made the body. */
  readonly sizes: readonly number[]
  /** The error's body, when the last message was one. */
  readonly error: unknown
}

/** What a client that knows nothing of Skein hears on an inbox of its own, up to the end or the error. */
export async function ask(
  connection: NatsConnection,
  body: unknown,
  { headers = {}, subject = "skein.v1.query", onMessage = () => undefined }: AskOptions = {},
): Promise<Heard> {
  const inbox = createInbox()
  const subscription = connection.subscribe(inbox)
  const timer = setTimeout(() => subscription.unsubscribe(), WAIT_MS_MAX)
  try {
    connection.publish(subject, bytesOf(body), { reply: inbox, headers: headersOf(headers) })
    const parts: Buffer[] = []
    let first: Record<string, string> | undefined
    let taken = 0
    for await (const message of subscription) {
      const found = recordOf(message)
      first ??= found
      const isError = "Nats-Service-Error-Code" in found
      if (isError || message.data.length === 0) {
        const error: unknown = isError ? JSON.parse(message.string()) : undefined
        return { first, last: found, body: Buffer.concat(parts), sizes: parts.map((part) => part.length), error }
      }
      parts.push(Buffer.from(message.data))
      taken += message.data.length
      onMessage(message, taken)
    }
    throw new Error(`no end came: ${parts.length} messages, ${taken} bytes`)
  } finally {
    clearTimeout(timer)
    if (!connection.isClosed()) subscription.unsubscribe()
  }
}

export interface AskOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly subject?: string
  /** Each message with rows, and the bytes that have come with it. */
  readonly onMessage?: (message: Msg, taken: number) => void
}

export function bytesOf(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body))
}

export function recordOf({ headers }: Msg): Record<string, string> {
  return Object.fromEntries([...(headers ?? [])].map(([name, [value = ""]]) => [name, value]))
}

function headersOf(values: Readonly<Record<string, string>>) {
  const made = natsHeaders()
  for (const [name, value] of Object.entries(values)) made.set(name, value)
  return made
}
