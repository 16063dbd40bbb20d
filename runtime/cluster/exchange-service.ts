import type { ExchangeBatch } from "../../actors/exchange/keys.ts"
import type { ExchangeStore } from "../../actors/exchange/store.ts"
import { ExchangeError } from "../../actors/errors.ts"
import type { StreamHandler } from "../../transport/transport.ts"
import { exchangeParts, exchangeRequests } from "./order.ts"
import type { ExchangeRequest } from "./order.ts"

/** Bytes fetched from the store before the stream has room for them. */
const READ_AHEAD_BYTES = 1024 * 1024

/** Gives other nodes the outputs that lie in this node's store: committed ones, exactly the attempts asked for. */
export function exchangeService(store: ExchangeStore): StreamHandler {
  return async function* (request, { signal }) {
    const wanted = exchangeRequests.decode(request)
    for (const producer of wanted.producers) yield* outputOf(store, wanted, producer, signal)
  }
}

async function* outputOf(
  store: ExchangeStore,
  { query, stage, partition }: ExchangeRequest,
  { task, attempt }: ExchangeRequest["producers"][number],
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const key = { query, stage, task }
  const markers = store.markers(key)
  if (markers === undefined || store.committedAttempt(key) !== attempt) {
    const message = `Query ${query}, stage ${stage}, task ${task} (attempt ${attempt}) has no output here.`
    throw new ExchangeError({ message, stage, task })
  }
  const batches = store.open({
    query,
    stage,
    first: task,
    producers: task + 1,
    partition: partition ?? "all",
    windowBytes: READ_AHEAD_BYTES,
    signal,
  })
  const partitions = markers.length
  const ends = partition === undefined ? [...markers.keys()] : [partition]
  let at = 0
  const endsBefore = function* (reached: number): Generator<Uint8Array> {
    for (; (ends[at] ?? reached) < reached; at += 1) {
      const ended = ends[at] ?? 0
      const marker = markers[ended] ?? { batches: 0, rows: 0, bytes: 0 }
      yield exchangeParts.encode({ _tag: "end", producer: task, partition: ended, partitions, ...marker })
    }
  }
  for await (const batch of batches) {
    yield* endsBefore(batch.partition)
    yield exchangeParts.encode(batchHeader(batch), batch.bytes)
  }
  yield* endsBefore(Number.POSITIVE_INFINITY)
}

function batchHeader({ producer, partition, sequence, rows, checksum }: ExchangeBatch) {
  return { _tag: "batch", producer, partition, sequence, rows, checksum } as const
}
