import type { ExchangeBatch } from "../../actors/exchange/keys.ts"
import type { ExchangeStore } from "../../actors/exchange/store.ts"
import { partitionCheck } from "../../actors/exchange/verify.ts"
import type { PartitionCheck } from "../../actors/exchange/verify.ts"
import type { IncomingStream } from "../../transport/incoming-stream.ts"
import type { Transport } from "../../transport/transport.ts"
import { InputLost } from "../scheduler/feed.ts"
import type { Holder, InputRequest, Supplies } from "../scheduler/feed.ts"
import { words } from "./failures.ts"
import { EXCHANGE_PATH, exchangeParts, exchangeRequests } from "./order.ts"

/** The smallest window of one node's stream; more nodes than windows of this size fit share the reader's. */
const NODE_WINDOW_BYTES_MIN = 256 * 1024

export interface ReaderParts {
  readonly transport: Transport
  readonly store: ExchangeStore
  /** Finds out whether a node that did not give what it should is gone, and tells everyone if it is. */
  readonly suspect: (node: string) => Promise<unknown>
}

/**
 * Merges what lies here with what lies on other nodes, in the order (producer, partition, sequence). Every node sends
 * what it holds in that order, all at once, each in a window of its own:
 *
 *   producers 0 1 2 3 4, held by a b a c b      a: 0 2     b: 1 4     c: 3      read: a b a c b
 */
export function exchangeReader(parts: ReaderParts): Supplies["read"] {
  return (request) => merged(parts, request)
}

async function* merged(parts: ReaderParts, request: InputRequest): AsyncGenerator<ExchangeBatch> {
  const streams = openStreams(parts, request)
  try {
    for (const [producer, holder] of request.holders.entries()) {
      const stream = streams.get(holder.node)
      if (stream === undefined) yield* fromStore(parts, request, producer, holder)
      else yield* fromNode(parts, request, producer, holder, stream)
    }
  } finally {
    for (const stream of streams.values()) stream.cancel()
  }
}

function openStreams({ transport }: ReaderParts, request: InputRequest): ReadonlyMap<string, IncomingStream> {
  const { query, stage, partition, windowBytes, signal } = request
  const wanted = new Map<string, { readonly task: number; readonly attempt: number }[]>()
  for (const [task, { node, attempt }] of request.holders.entries()) {
    if (node === transport.node) continue
    const of = wanted.get(node)
    if (of === undefined) wanted.set(node, [{ task, attempt }])
    else of.push({ task, attempt })
  }
  const window = Math.max(NODE_WINDOW_BYTES_MIN, Math.floor(windowBytes / Math.max(1, wanted.size)))
  const streams = new Map<string, IncomingStream>()
  for (const [node, producers] of wanted) {
    const asked = exchangeRequests.encode({ query, stage, producers, ...(partition === "all" ? {} : { partition }) })
    streams.set(node, transport.open({ node, path: EXCHANGE_PATH }, asked, { windowBytes: window, signal }))
  }
  return streams
}

async function* fromStore(
  { store, transport }: ReaderParts,
  { query, stage, partition, windowBytes, signal }: InputRequest,
  producer: number,
  { attempt }: Holder,
): AsyncGenerator<ExchangeBatch> {
  if (store.committedAttempt({ query, stage, task: producer }) !== attempt) {
    throw new InputLost(
      transport.node,
      `node ${transport.node}: query ${query}, stage ${stage}, task ${producer} (attempt ${attempt}) has no output here`,
    )
  }
  yield* store.open({ query, stage, first: producer, producers: producer + 1, partition, windowBytes, signal })
}

/** The next producer of a stream, to its last end marker. Whatever goes wrong with the other node is a lost input. */
async function* fromNode(
  { suspect }: ReaderParts,
  request: InputRequest,
  producer: number,
  { node, attempt }: Holder,
  stream: IncomingStream,
): AsyncGenerator<ExchangeBatch> {
  const order = partitionOrder(request, producer, attempt)
  while (!order.isOver()) {
    let batch: ExchangeBatch | undefined
    try {
      const frame = await stream.next()
      if (frame === undefined) throw new Error(`its stream ended before the end of task ${producer}`)
      request.onRemote(frame.byteLength)
      batch = order.take(frame)
    } catch (error) {
      request.signal.throwIfAborted()
      await suspect(node)
      request.signal.throwIfAborted()
      throw new InputLost(node, `node ${node}: ${words(error)}`)
    }
    if (batch !== undefined) yield batch
  }
}

/** Checks that what comes of a producer is all of it, in order, undamaged. */
function partitionOrder({ query, stage, partition }: InputRequest, producer: number, attempt: number) {
  const key = { query, stage, task: producer, attempt }
  let current = partition === "all" ? 0 : partition
  let check: PartitionCheck = partitionCheck(key, current)
  let over = false
  return {
    isOver: () => over,
    /** undefined: the end of a partition. Throws when it is not what comes next. */
    take: (frame: Uint8Array): ExchangeBatch | undefined => {
      const { header, body } = exchangeParts.decode(frame)
      if (header.producer !== producer || header.partition !== current) {
        const came = `task ${header.producer}, partition ${header.partition}`
        throw new Error(`${came} came where task ${producer}, partition ${current} was expected`)
      }
      if (header._tag === "batch") {
        const { sequence, rows, checksum } = header
        const batch = { producer, partition: current, sequence, rows, checksum, bytes: body }
        check.batch(batch)
        return batch
      }
      check.end(header)
      if (partition !== "all" || current + 1 >= header.partitions) over = true
      else {
        current += 1
        check = partitionCheck(key, current)
      }
      return undefined
    },
  }
}
