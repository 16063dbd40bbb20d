import type { Answer, Headers } from "../../transport/nats/answers.ts"
import type { Sink } from "../formats/format.ts"
import { untilAborted } from "../http/until-aborted.ts"

/** How long bytes wait for more of them before they leave: a small answer is one message. */
const LINGER_MS = 5

export interface PartsOptions {
  /** Of the first message. */
  readonly headers: Headers
  /** false: nothing leaves before a message is full, or the answer over. */
  readonly asTheyCome: boolean
  readonly signal: AbortSignal
}

/** Cuts an answer into messages. */
export interface Parts extends Sink {
  /** Sends what is held. */
  readonly end: () => Promise<void>
  /** Whatever happened: what is held is dropped. */
  readonly close: () => void
  readonly bytes: () => number
  readonly messages: () => number
}

export function partsOf(answer: Answer, { headers, asTheyCome, signal }: PartsOptions): Parts {
  let held: Uint8Array[] = []
  let [heldBytes, bytes, messages] = [0, 0, 0]
  let timer: NodeJS.Timeout | undefined
  /** What the timer began; its failure is the next writer's. */
  let lingering: Promise<void> = Promise.resolve()

  const ownHeaders = () => (messages === 0 ? headers : undefined)
  const send = async (bodyBytes: number): Promise<void> => {
    const [body, rest] = takeFrom(held, bodyBytes)
    held = rest
    heldBytes -= body.length
    const own = ownHeaders()
    bytes += body.length
    messages += 1
    await untilAborted(answer.part(body, own), signal)
  }
  const sendFull = async (): Promise<void> => {
    for (let room = 0; (room = answer.bodyBytesMax(ownHeaders())) <= heldBytes;) await send(room)
  }
  const sendAll = async (): Promise<void> => {
    await sendFull()
    if (heldBytes > 0) await send(heldBytes)
  }
  const linger = () => {
    timer = undefined
    lingering = sendAll()
    lingering.catch(() => undefined)
  }
  const settle = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    await lingering
    signal.throwIfAborted()
  }
  return {
    write: async (chunk) => {
      await settle()
      const added = typeof chunk === "string" ? Buffer.from(chunk) : chunk
      if (added.length > 0) held.push(added)
      heldBytes += added.length
      await sendFull()
      if (asTheyCome && heldBytes > 0) timer = setTimeout(linger, LINGER_MS)
    },
    end: async () => {
      await settle()
      await sendAll()
    },
    close: () => {
      clearTimeout(timer)
      held = []
      heldBytes = 0
    },
    bytes: () => bytes,
    messages: () => messages,
  }
}

/** The first so many bytes, as a view where they lie in one piece, and what follows. */
function takeFrom(pieces: readonly Uint8Array[], bytes: number): readonly [Uint8Array, Uint8Array[]] {
  const [first, ...others] = pieces
  if (first !== undefined && first.length > bytes) return [first.subarray(0, bytes), [first.subarray(bytes), ...others]]
  if (first !== undefined && first.length === bytes) return [first, others]
  const all = Buffer.concat(pieces)
  return [all.subarray(0, bytes), all.length > bytes ? [all.subarray(bytes)] : []]
}
