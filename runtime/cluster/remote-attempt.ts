import type { EndMarker } from "../../actors/exchange/keys.ts"
import { EngineLost, ExchangeError } from "../../actors/errors.ts"
import { partitionCheck } from "../../actors/exchange/verify.ts"
import type { ExchangeStore } from "../../actors/exchange/store.ts"
import type { Transport } from "../../transport/transport.ts"
import type { WorkElsewhere } from "../coordinator/peers.ts"
import type { AttemptReport } from "../scheduler/attempt.ts"
import { asActorError } from "../scheduler/failure.ts"
import type { AttemptKey, AttemptOutcome } from "../scheduler/state.ts"
import { isTransportFailure, words } from "./failures.ts"
import { answers, orders, TASK_PATH } from "./order.ts"
import type { OrderedFile, TaskOrder } from "./order.ts"
import { placeInRoots } from "./roots.ts"
import type { DataRoot } from "./roots.ts"

/** Bytes of a result that are on their way from the node that makes it. */
const RESULT_WINDOW_BYTES = 4 * 1024 * 1024

export interface RemoteAttemptParts {
  readonly transport: Transport
  readonly store: ExchangeStore
  readonly roots: readonly DataRoot[]
  /** Finds out whether a node is gone, and tells the scheduler before it settles. */
  readonly suspect: (node: string) => Promise<unknown>
}

/** Has another node run an attempt. The output stays there, but for a result's, which comes here. Never rejects. */
export async function remoteAttempt(
  parts: RemoteAttemptParts,
  elsewhere: WorkElsewhere,
  stop: AbortSignal,
): Promise<AttemptReport> {
  const { work, node, isResult } = elsewhere
  const output = isResult ? resultOutput(parts.store, work.at) : undefined
  let bytesRemote = 0
  try {
    const order = orders.encode(taskOrder(parts.roots, elsewhere))
    const answer = parts.transport.open({ node, path: TASK_PATH }, order, {
      windowBytes: RESULT_WINDOW_BYTES,
      signal: stop,
    })
    for await (const frame of answer) {
      const { header, body } = answers.decode(frame)
      if (header._tag === "report") {
        const { metrics, bytesRead } = header
        const outcome = await settled(parts, header.outcome, output)
        return { outcome, metrics, bytesRead, bytesRemote: header.bytesRemote + bytesRemote, lost: false }
      }
      bytesRemote += frame.byteLength
      if (output === undefined) throw new ExchangeError({ message: `node ${node} sent output that nobody asked for` })
      if (header._tag === "end") output.end(header)
      else await output.batch(header.sequence, { bytes: body, rows: header.rows, checksum: header.checksum })
    }
    throw new ExchangeError({ message: `node ${node} ended without telling how the task ended` })
  } catch (error) {
    output?.discard()
    const outcome = await failedOutcome(parts, elsewhere, error, stop)
    return { outcome, metrics: undefined, bytesRead: 0, bytesRemote, lost: false }
  }
}

type Output = ReturnType<typeof resultOutput>

/** What the worker says, once the output is here and the nodes it accuses were looked at. */
async function settled(
  { suspect }: RemoteAttemptParts,
  outcome: AttemptOutcome,
  output: Output | undefined,
): Promise<AttemptOutcome> {
  if (outcome._tag === "done") await output?.commit()
  else output?.discard()
  if (outcome._tag === "inputLost") await suspect(outcome.node)
  return outcome
}

/** Whatever goes wrong on the way counts against the node, and the task runs again; its own failures came as a report. */
async function failedOutcome(
  { suspect }: RemoteAttemptParts,
  { work, node }: WorkElsewhere,
  error: unknown,
  stop: AbortSignal,
): Promise<AttemptOutcome> {
  if (stop.aborted) return { _tag: "stopped" }
  const { stage, task } = work.at
  const isOfTheWay = isTransportFailure(error) || error instanceof ExchangeError
  if (!isOfTheWay) return { _tag: "failed", error: asActorError(error) }
  await suspect(node)
  if (stop.aborted) return { _tag: "stopped" }
  const lost = new EngineLost({ message: `node ${node}: ${words(error)}`, stage, task, node })
  return { _tag: "failed", error: lost }
}

function taskOrder(roots: readonly DataRoot[], { work, table, isResult }: WorkElsewhere): TaskOrder {
  const { at, stage, reads, holders } = work
  const files: OrderedFile[] = []
  const numbers = new Map<string, number>()
  const numberOf = (file: string, source: string) => {
    const known = numbers.get(file)
    if (known !== undefined) return known
    numbers.set(file, files.length)
    return files.push({ ...placeInRoots(file, roots), ...table(source).identity(file) }) - 1
  }
  const splits = [...reads.splits].map(([name, list]) => {
    const scan = stage.inputs.find((input) => input.table === name)
    if (scan?._tag !== "scan") throw new Error(`stage ${stage.id} has no scan ${name}`)
    return {
      table: name,
      splits: list.map((split) => ({ ...split, file: numberOf(split.file, scan.source) })),
    }
  })
  return {
    query: at.query,
    stage: { ...stage, inputs: stage.inputs },
    task: at.task,
    attempt: at.attempt,
    ...(reads.partition === undefined ? {} : { partition: reads.partition }),
    ...(reads.home === undefined ? {} : { home: reads.home }),
    files,
    splits,
    inputs: [...holders].map(([id, list]) => ({
      stage: id,
      holders: list.map(({ node, attempt }) => ({ node, attempt })),
    })),
    isResult,
  }
}

/** A result's output on its way into this node's store, verified on arrival. */
function resultOutput(store: ExchangeStore, at: AttemptKey) {
  const check = partitionCheck(at, 0)
  let marker: EndMarker | undefined
  // What an earlier attempt wrote is not what readers shall get now; a live reader compares the two.
  if (at.attempt > 1) store.retract(at)
  return {
    batch: async (sequence: number, batch: { bytes: Uint8Array; rows: number; checksum: number }) => {
      check.batch({ producer: at.task, partition: 0, sequence, ...batch })
      await store.append({ ...at, partition: 0, sequence }, batch)
    },
    end: ({ batches, rows, bytes }: EndMarker) => {
      marker = { batches, rows, bytes }
      check.end(marker)
    },
    commit: async () => {
      if (marker === undefined) check.end(undefined)
      else await store.finish(at, [marker])
      if (store.commit(at) === "refused") throw new ExchangeError({ message: "a result was not kept" })
    },
    discard: () => store.discard(at),
  }
}
