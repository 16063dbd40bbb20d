import { EngineLost } from "../../actors/errors.ts"
import type { ExchangeStore } from "../../actors/exchange/store.ts"
import type { ActorRef } from "../../actors/system/actor.ts"
import type { Split } from "../../actors/sources/source.ts"
import type { StreamHandler } from "../../transport/transport.ts"
import type { SchedulerMessage } from "../scheduler/actor.ts"
import type { AttemptReport, AttemptWork } from "../scheduler/attempt.ts"
import { asActorError } from "../scheduler/failure.ts"
import type { Supplies } from "../scheduler/feed.ts"
import type { AttemptOutcome } from "../scheduler/state.ts"
import { words } from "./failures.ts"
import type { Guest, Guests } from "./guests.ts"
import { answers, orders } from "./order.ts"
import type { TaskOrder } from "./order.ts"

/** Orders that wait for an engine of this node; one more is told to try elsewhere. */
const ORDERS_WAITING_MAX = 1024

/** Bytes of a result fetched from the store before the stream has room for them. */
const READ_AHEAD_BYTES = 1024 * 1024

export interface TaskServiceParts {
  readonly node: string
  readonly store: ExchangeStore
  readonly guests: Guests
  readonly scheduler: ActorRef<SchedulerMessage>
  readonly read: Supplies["read"]
  /** Why this node takes no queries that it does not work for yet; undefined while it does. */
  readonly leaving: () => string | undefined
}

/** Runs attempts for the coordinators of other nodes. */
export function taskService(parts: TaskServiceParts): StreamHandler {
  let waiting = 0
  return async function* (request, { from, signal }) {
    const refusal = waiting >= ORDERS_WAITING_MAX ? `${ORDERS_WAITING_MAX} tasks wait for an engine` : undefined
    const order = readOrder(parts, request)
    if (typeof order === "string") return yield told(failedReport(parts, order))
    const leaving = parts.guests.has(order.query) ? undefined : parts.leaving()
    if (leaving !== undefined) return yield told(reportOf({ _tag: "refused", message: leaving }))
    if (refusal !== undefined) return yield told(failedReport(parts, refusal))
    const guest = await parts.guests.enter(order.query, from)
    waiting += 1
    let isWaiting = true
    const onStart = () => {
      if (isWaiting) waiting -= 1
      isWaiting = false
    }
    const ended = guest.track(execute(parts, order, guest, AbortSignal.any([signal, guest.signal]), onStart))
    const over = ended.finally(onStart)
    if (order.isResult) yield* delivered(parts.store, order, over)
    yield told(await over)
  }
}

function readOrder({ node }: TaskServiceParts, request: Uint8Array): TaskOrder | string {
  try {
    return orders.decode(request)
  } catch (error) {
    return `node ${node} cannot read the order of a task: ${words(error)}`
  }
}

/** Never rejects. */
function execute(
  { node, store, scheduler, read }: TaskServiceParts,
  order: TaskOrder,
  guest: Guest,
  stop: AbortSignal,
  onStart: () => void,
): Promise<AttemptReport> {
  const { promise, resolve } = Promise.withResolvers<AttemptReport>()
  const giveUp = () => resolve(reportOf({ _tag: "stopped" }))
  stop.addEventListener("abort", giveUp, { once: true })
  if (stop.aborted) {
    giveUp()
    return promise
  }
  const started = () => {
    // From here on the attempt itself heeds the signal, and tells when it has let go of everything.
    stop.removeEventListener("abort", giveUp)
    onStart()
  }
  const supplies: Supplies = { store, read, ...orderedFiles(order, guest) }
  const work = attemptWork(order, supplies)
  const sent = scheduler.send({ _tag: "Order", order: { work, stop, onStart: started, onReport: resolve } })
  if (sent !== "accepted") {
    const message = `node ${node} took no task: its scheduler ${sent === "full" ? "has too many messages" : "is closed"}`
    resolve(reportOf({ _tag: "failed", error: new EngineLost({ message, node }) }))
  }
  return promise.finally(() => stop.removeEventListener("abort", giveUp))
}

function attemptWork(order: TaskOrder, supplies: Supplies): AttemptWork {
  const { query, stage, task, attempt } = order
  return {
    at: { query, stage: stage.id, task, attempt },
    stage,
    reads: {
      partition: order.partition,
      home: order.home,
      splits: new Map(
        order.splits.map(({ table, splits }) => [
          table,
          // Until it is read a file goes by its place in the order: what it is called here is nobody else's affair.
          splits.map((split) => ({ ...split, file: String(split.file) })),
        ]),
      ),
    },
    holders: new Map(order.inputs.map((input) => [input.stage, input.holders])),
    supplies,
  }
}

function orderedFiles({ files }: TaskOrder, guest: Guest): Pick<Supplies, "fetch" | "survivors" | "version"> {
  const fileOf = (split: Split) => {
    const file = files[Number(split.file)]
    if (file === undefined) throw new Error(`the order of a task has no file ${split.file}`)
    return file
  }
  return {
    fetch: async (_, split, columns, signal) => guest.fetch(fileOf(split), split, columns, signal),
    survivors: async (_, split, pruning, signal) => guest.survivors(fileOf(split), split, pruning, signal),
    version: async (_, split) => guest.version(fileOf(split), split),
  }
}

/** The attempt's batches as they are made, then their end marker; nothing more when the attempt fails. */
async function* delivered(
  store: ExchangeStore,
  { query, stage, task }: TaskOrder,
  ended: Promise<AttemptReport>,
): AsyncGenerator<Uint8Array> {
  const reading = new AbortController()
  const watched = ended.then(({ outcome }) => {
    if (outcome._tag !== "done") reading.abort()
  })
  const key = { query, stage: stage.id, task }
  const from = { ...key, first: task, producers: task + 1, partition: 0, windowBytes: READ_AHEAD_BYTES } as const
  try {
    for await (const { sequence, rows, checksum, bytes } of store.open({
      ...from,
      live: true,
      signal: reading.signal,
    })) {
      yield answers.encode({ _tag: "batch", sequence, rows, checksum }, bytes)
    }
    const [marker] = store.markers(key) ?? []
    if (marker !== undefined) yield answers.encode({ _tag: "end", ...marker })
  } catch (error) {
    // What the attempt failed with says more.
    await watched
    if (!reading.signal.aborted) throw error
  }
}

function told({ outcome, metrics, bytesRead, bytesRemote }: AttemptReport): Uint8Array {
  const counts = { bytesRead, bytesRemote }
  return answers.encode({ _tag: "report", outcome, ...counts, ...(metrics === undefined ? {} : { metrics }) })
}

function failedReport({ node }: TaskServiceParts, message: string): AttemptReport {
  return reportOf({ _tag: "failed", error: asActorError(new EngineLost({ message, node })) })
}

function reportOf(outcome: AttemptOutcome): AttemptReport {
  return { outcome, metrics: undefined, bytesRead: 0, bytesRemote: 0, lost: false }
}
