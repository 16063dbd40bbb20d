import { OutOfMemory } from "../../actors/errors.ts"
import type { StagePlan } from "../../planner/physical/stage.ts"
import type { QueryCatalog } from "../catalog/catalog.ts"
import { textRows } from "../formats/text-batch.ts"
import { asActorError } from "../scheduler/failure.ts"
import type { EnginesFor } from "../scheduler/homes.ts"
import { layOut } from "../scheduler/layout.ts"
import type { QueryMetrics, ResultBatch } from "../session.ts"
import { ledger } from "./ledger.ts"
import type { Ledger } from "./ledger.ts"
import { PlanRun } from "./run.ts"
import type { RunParts } from "./run.ts"

/** How often a query that ran out of memory is planned again, each time with so many times the partitions. */
const MEMORY_REPLANS_MAX = 2
const REPLAN_PARTITIONS_FACTOR = 4

export interface Planned {
  readonly plan: StagePlan
  readonly catalog: QueryCatalog
}

export interface QueryParts extends Omit<RunParts, "ledger"> {
  readonly id: string
  /** Of this node; in the metrics they stand first. */
  readonly engines: readonly string[]
  /** Engines of all nodes. */
  readonly workers: () => number
  readonly enginesFor: EnginesFor
  readonly plan: (partitions: number | undefined) => Promise<Planned>
  readonly signal: AbortSignal
  /** Nothing of the query runs or is held any more. Once. */
  readonly onOver: () => void
}

/** One statement from its plan to its last row. */
export class ActiveQuery {
  readonly id: string
  private readonly parts: QueryParts
  private readonly ledger: Ledger
  private readonly began = performance.now()
  private run: PlanRun | undefined
  private runs = 0
  private questions = 0
  private planMs = 0
  private totalMs: number | undefined
  private isRead = false

  constructor(parts: QueryParts) {
    this.id = parts.id
    this.parts = parts
    this.ledger = ledger(parts.engines)
  }

  /** Plans and starts. Rejects with what planning failed with. */
  async start(partitions: number | undefined): Promise<StagePlan> {
    try {
      const run = await this.begin(partitions)
      // A run that fails before anybody reads it is over all the same, unless reading it will plan it anew.
      void run.released.then(() => {
        if (!this.isRead && run.failure()?._tag !== "OutOfMemory") this.over()
      })
      return run.plan
    } catch (error) {
      this.end()
      throw error
    }
  }

  /** Runs what the planning must know of the data. Nothing of it is left when the rows are there. */
  async ask(plan: StagePlan, catalog: QueryCatalog): Promise<readonly (readonly (string | null)[])[]> {
    // The planning goes on for a moment after the query was cancelled.
    if (this.parts.signal.aborted) throw asActorError(this.parts.signal.reason)
    this.questions += 1
    // These rows are no rows of the result.
    const book = { ...this.ledger, rows: () => undefined }
    const run = this.open(`${this.id}-ask${this.questions}`, plan, catalog, { ledger: book, lanes: undefined })
    const rows: (readonly (string | null)[])[] = []
    for await (const { ipc } of run.batches()) rows.push(...textRows(ipc))
    return rows
  }

  /** It will not be read: it is over as soon as nothing of it runs. */
  end(): void {
    if (this.run === undefined) this.over()
    else void this.released().then(() => this.over())
  }

  /** Once. */
  async *batches(): AsyncGenerator<ResultBatch> {
    this.isRead = true
    try {
      for (let replans = 0; ; replans += 1) {
        const failure = yield* this.runOnce()
        if (failure === undefined) return
        if (replans >= MEMORY_REPLANS_MAX) throw this.outOfMemory(failure)
        await this.run?.released
        await this.begin(this.partitions() * REPLAN_PARTITIONS_FACTOR)
      }
    } finally {
      this.totalMs ??= performance.now() - this.began
      void this.released().then(() => this.over())
    }
  }

  metrics(): QueryMetrics {
    return this.ledger.metrics(this.planMs, this.totalMs ?? performance.now() - this.began)
  }

  /** Settles when nothing of the current run is left. */
  async released(): Promise<void> {
    await this.run?.released
  }

  /** Gives OutOfMemory instead of throwing it while no row has left: the query may be planned anew. */
  private async *runOnce(): AsyncGenerator<ResultBatch, OutOfMemory | undefined> {
    let delivered = false
    try {
      if (this.run === undefined) throw new Error("a query is read before it was started")
      for await (const batch of this.run.batches()) {
        delivered = true
        yield batch
      }
      return undefined
    } catch (error) {
      if (error instanceof OutOfMemory && !delivered) return error
      throw error
    }
  }

  private async begin(partitions: number | undefined): Promise<PlanRun> {
    const { parts, ledger: book } = this
    const planning = performance.now()
    const { plan, catalog } = await parts.plan(partitions)
    this.planMs += performance.now() - planning
    this.runs += 1
    const id = this.runs === 1 ? this.id : `${this.id}-${this.runs}`
    return this.open(id, plan, catalog, { ledger: book, lanes: parts.lanes })
  }

  private open(id: string, plan: StagePlan, catalog: QueryCatalog, own: Pick<RunParts, "ledger" | "lanes">): PlanRun {
    const { parts } = this
    const layouts = layOut(plan, { table: catalog.table, workers: parts.workers(), enginesFor: parts.enginesFor })
    const run = new PlanRun(id, plan, layouts, catalog.table, { ...parts, ...own })
    const abort = () => run.cancel(asActorError(parts.signal.reason))
    parts.signal.addEventListener("abort", abort, { once: true })
    if (parts.signal.aborted) abort()
    void run.released.then(() => parts.signal.removeEventListener("abort", abort))
    this.run = run
    return run
  }

  private over(): void {
    this.totalMs ??= performance.now() - this.began
    this.parts.onOver()
  }

  private partitions(): number {
    return this.run?.plan.partitions ?? 1
  }

  private outOfMemory(error: OutOfMemory): OutOfMemory {
    const tried = `It was tried ${MEMORY_REPLANS_MAX + 1} times, the last time with ${this.partitions()} partitions`
    const advice = "read fewer rows or columns, or use fewer --workers so that each has more memory"
    const { stage, task, node } = error
    return new OutOfMemory({ message: `${error.message} (${tried}: ${advice}.)`, stage, task, node })
  }
}
