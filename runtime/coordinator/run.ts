import { Cancelled, EngineLost, QueryError, type ActorError } from "../../actors/errors.ts"
import type { ExchangeReader } from "../../actors/exchange/reader.ts"
import type { ExchangeStore } from "../../actors/exchange/store.ts"
import type { ActorRef } from "../../actors/system/actor.ts"
import type { StageId, StagePlan } from "../../planner/physical/stage.ts"
import type { Elsewhere, SchedulerMessage } from "../scheduler/actor.ts"
import { asActorError } from "../scheduler/failure.ts"
import type { SourceTable } from "../../actors/sources/source.ts"
import { readStore } from "../scheduler/feed.ts"
import type { StageLayout } from "../scheduler/layout.ts"
import type { ResultBatch } from "../session.ts"
import { readLanes } from "./lanes.ts"
import type { Ledger } from "./ledger.ts"
import type { Peers } from "./peers.ts"

/** Bytes of a result that wait between the store and its reader. */
const RESULT_WINDOW_BYTES = 8 * 1024 * 1024

export interface RunParts {
  readonly scheduler: ActorRef<SchedulerMessage>
  readonly store: ExchangeStore
  readonly ledger: Ledger
  /** undefined: there is no other node. */
  readonly peers: Peers | undefined
  /** Parts of the result that are read at once; undefined: it is read from its first row to its last. */
  readonly lanes: number | undefined
}

type Table = (source: string) => SourceTable

/** One plan that runs, from its submission until nothing of it is left. */
export class PlanRun {
  readonly id: string
  readonly plan: StagePlan
  /** Settles when no engine works for the run and the store holds nothing of it. */
  readonly released: Promise<void>
  private readonly parts: RunParts
  private readonly widths: ReadonlyMap<StageId, number>
  private readonly result: StageId
  private readonly reading = new AbortController()
  private readonly ended = Promise.withResolvers<void>()
  private readonly drained = Promise.withResolvers<void>()
  private readonly read = Promise.withResolvers<void>()
  private error: ActorError | undefined

  constructor(id: string, plan: StagePlan, layouts: readonly StageLayout[], table: Table, parts: RunParts) {
    const result = plan.stages.at(-1)
    if (result === undefined) throw new Error("a plan needs a stage")
    this.id = id
    this.plan = plan
    this.parts = parts
    this.result = result.id
    this.widths = new Map(layouts.map(({ stage, tasks }) => [stage.id, tasks.length]))
    // Whoever reads hears of it; without a reader it is no unhandled rejection.
    this.ended.promise.catch(() => undefined)
    this.released = Promise.all([this.drained.promise, this.read.promise])
      .then(() => Promise.all([parts.store.release(id), parts.peers?.release(id)]))
      .then(() => undefined)
      // A file that cannot be deleted now goes with the spool folder when the session is closed.
      .catch(() => undefined)
    parts.ledger.plan(layouts)
    parts.store.begin(id)
    this.submit(layouts, table)
  }

  /** Once. Throws the run's error; leaving early cancels, and comes back when nothing works for the query any more. */
  async *batches(): AsyncGenerator<ResultBatch> {
    try {
      for await (const batch of this.resultBatches()) {
        this.parts.ledger.rows(batch.rows)
        yield batch
      }
      await this.ended.promise
    } catch (caught) {
      this.cancel(asActorError(caught))
      throw this.error ?? asActorError(caught)
    } finally {
      this.read.resolve()
      // After an error the engines may need a moment to stop: whoever waits for the error does not wait for that.
      if (this.error === undefined) {
        this.cancel(new Cancelled({ message: "the query was cancelled: its reader left" }))
        await this.released
      }
    }
  }

  /** What it failed with, if it did. */
  failure(): ActorError | undefined {
    return this.error
  }

  cancel(error: ActorError): void {
    this.parts.scheduler.send({ _tag: "QueryCancelled", query: this.id, error })
  }

  private async *resultBatches(): AsyncGenerator<ResultBatch> {
    const { lanes } = this.parts
    const tasks = this.widths.get(this.result) ?? 0
    if (lanes === undefined) {
      for await (const { bytes, rows } of this.reader(0, tasks, RESULT_WINDOW_BYTES)) yield { ipc: bytes, rows }
    } else {
      yield* readLanes((task) => this.reader(task, task + 1, RESULT_WINDOW_BYTES / lanes), tasks, lanes)
    }
  }

  private reader(first: number, producers: number, windowBytes: number): ExchangeReader {
    // Live: what was read was read for good, so an attempt that runs again must begin with the same batches (law 4).
    return this.parts.store.open({
      query: this.id,
      stage: this.result,
      first,
      producers,
      partition: 0,
      windowBytes,
      live: true,
      signal: this.reading.signal,
    })
  }

  private submit(layouts: readonly StageLayout[], table: Table): void {
    const { scheduler, store, ledger, peers } = this.parts
    const sent = scheduler.send({
      _tag: "Submit",
      run: {
        id: this.id,
        layouts,
        supplies: {
          store,
          read: peers?.read ?? readStore(store),
          fetch: (source, split, columns, signal) => table(source).fetch(split, columns, signal),
          survivors: (source, split, pruning, signal) => table(source).survivors(split, pruning, signal),
          version: async (source, split) => table(source).version(split),
        },
        ...(peers === undefined ? {} : { elsewhere: elsewhere(peers, table) }),
        onAttempt: (at, engine, report) => ledger.attempt(at.stage, engine, report),
        onEnd: (error) => this.end(error),
        onDrained: () => this.drained.resolve(),
      },
    })
    if (sent === "accepted") return
    const reason = sent === "full" ? "the scheduler has too many messages waiting" : "the session is closed"
    this.end(new EngineLost({ message: `the query was not started: ${reason}` }))
    this.drained.resolve()
  }

  private end(ended: ActorError | undefined): void {
    if (ended === undefined) return this.ended.resolve()
    const error = withPart(ended, this.plan)
    this.error = error
    this.reading.abort(error)
    this.ended.reject(error)
    // What failed will not be read: there is nothing more to wait for.
    this.read.resolve()
  }
}

/** A value that cannot be converted has no place in the statement; what the stage does is the nearest thing to one. */
function withPart(error: ActorError, { stages }: StagePlan): ActorError {
  const stage = error._tag === "QueryError" ? stages.find(({ id }) => id === error.stage) : undefined
  if (error._tag !== "QueryError" || stage === undefined) return error
  const { message, kind, task, node } = error
  return new QueryError({ message, kind, stage: stage.id, part: stage.title, task, node })
}

function elsewhere({ rootOf, run }: Peers, table: Table): Elsewhere {
  return { rootOf, run: (work, node, isResult, stop) => run({ work, node, isResult, table }, stop) }
}
