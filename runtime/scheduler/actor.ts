import type { ActorContext, ActorFactory } from "../../actors/system/actor.ts"
import { Cancelled, EngineLost, type ActorError } from "../../actors/errors.ts"
import type { Loan } from "../pool/engine.ts"
import { recyclableBytes } from "../pool/memory.ts"
import type { EnginePool } from "../pool/pool.ts"
import { attemptName, runAttempt } from "./attempt.ts"
import type { AttemptReport, AttemptWork } from "./attempt.ts"
import { step } from "./core.ts"
import { asActorError } from "./failure.ts"
import type { Holder, Supplies } from "./feed.ts"
import { queryShape } from "./layout.ts"
import type { StageLayout } from "./layout.ts"
import { checkShape, expectQuery, expectStage, initialState } from "./state.ts"
import type { Action, AttemptKey, OwnNode, SchedulerEvent, SchedulerState } from "./state.ts"

/** Events that may wait for the scheduler: far more than the queries that are admitted can cause between two turns. */
export const SCHEDULER_MESSAGES_MAX = 256

/** A query to run, and who hears of its fate. The listeners are called in the scheduler's turn and only take note. */
export interface QueryRun {
  readonly id: string
  readonly layouts: readonly StageLayout[]
  readonly supplies: Supplies
  /** Absent: there is no other node. */
  readonly elsewhere?: Elsewhere
  readonly onAttempt: (at: AttemptKey, engine: string, report: AttemptReport) => void
  /** undefined: every task is done. */
  readonly onEnd: (error: ActorError | undefined) => void
  /** Nothing works for the query any more. Last. */
  readonly onDrained: () => void
}

export interface Elsewhere {
  readonly rootOf: (file: string) => string
  /** Runs an attempt on an engine of another node. Never rejects. */
  readonly run: (work: AttemptWork, node: string, isResult: boolean, stop: AbortSignal) => Promise<AttemptReport>
}

/** A task of another node's coordinator, for an engine of this one. */
export interface Order {
  readonly work: AttemptWork
  /** Once it aborts, nobody waits for an order that has no engine yet. */
  readonly stop: AbortSignal
  readonly onStart: () => void
  /** Called once, in the scheduler's turn. */
  readonly onReport: (report: AttemptReport) => void
}

export type SchedulerMessage =
  | { readonly _tag: "Submit"; readonly run: QueryRun }
  | { readonly _tag: "Borrow"; readonly loan: Loan }
  | { readonly _tag: "Order"; readonly order: Order }
  | Extract<
      SchedulerEvent,
      { _tag: "QueryCancelled" | "EnginesWanted" | "EngineGone" | "NodeJoined" | "NodeDrains" | "NodeLost" }
    >
  /** Piped work comes back. */
  | { readonly _tag: "Started"; readonly engine: string; readonly error: unknown }
  | { readonly _tag: "Attempted"; readonly at: AttemptKey; readonly engine: string; readonly report: AttemptReport }
  | { readonly _tag: "Ordered"; readonly order: Order; readonly engine: string; readonly report: AttemptReport }
  | Extract<SchedulerEvent, { _tag: "LoanEnded" }>
  /** Of no consequence. */
  | { readonly _tag: "Finished" }

/** Carries events into the core and its actions out; decides nothing. */
export function schedulerActor(
  pool: EnginePool,
  engineMemoryBytesMax: number,
  own?: OwnNode,
): ActorFactory<SchedulerMessage> {
  return (context) => new Scheduler(context, pool, initialState(pool.names, engineMemoryBytesMax, own))
}

class Scheduler {
  private readonly context: ActorContext<SchedulerMessage>
  private readonly pool: EnginePool
  private state: SchedulerState
  private readonly runs = new Map<string, QueryRun>()
  private readonly attempts = new Map<string, { readonly stop: AbortController; readonly ended: Promise<unknown> }>()
  /** What each engine would give back after its last finished task: an attempt that fails does not report it. */
  private readonly memory = new Map<string, number>()
  private readonly loans = new Map<number, Loan>()
  /** Orders that wait for an engine. */
  private readonly orders = new Map<number, Order>()
  private lastLoan = 0
  /** What it threw, if it did: every query is told. */
  private defect: ActorError | undefined

  constructor(context: ActorContext<SchedulerMessage>, pool: EnginePool, state: SchedulerState) {
    this.context = context
    this.pool = pool
    this.state = state
  }

  receive(message: SchedulerMessage): void {
    try {
      this.handle(message)
    } catch (error) {
      this.defect = asActorError(error)
      throw error
    }
  }

  /** Whoever waits for a query hears that there is no more scheduler; every attempt is stopped and awaited. */
  async stopped(): Promise<void> {
    for (const { stop } of this.attempts.values()) stop.abort()
    const error = this.defect ?? new Cancelled({ message: "the query was cancelled: its session was closed" })
    for (const run of this.runs.values()) run.onEnd(error)
    for (const loan of this.loans.values()) loan.fail(error)
    for (const order of this.orders.values()) order.onReport(failedReport(error))
    await Promise.all([...this.attempts.values()].map(({ ended }) => ended))
    for (const run of this.runs.values()) run.onDrained()
  }

  private handle(message: SchedulerMessage): void {
    switch (message._tag) {
      case "Submit": {
        const { run } = message
        const query = queryShape(run.id, run.layouts, run.elsewhere?.rootOf)
        try {
          checkShape(query)
        } catch (error) {
          // What the planner got wrong is the end of this query, and of no other.
          run.onEnd(asActorError(error))
          return run.onDrained()
        }
        this.runs.set(run.id, run)
        return this.apply({ _tag: "QuerySubmitted", query })
      }
      case "Borrow":
        this.lastLoan += 1
        this.loans.set(this.lastLoan, message.loan)
        return this.apply({ _tag: "LoanWanted", loan: this.lastLoan, isPatient: false })
      case "Order":
        this.lastLoan += 1
        this.orders.set(this.lastLoan, message.order)
        return this.apply({
          _tag: "LoanWanted",
          loan: this.lastLoan,
          isPatient: true,
          home: message.order.work.reads.home,
        })
      case "QueryCancelled":
      case "EnginesWanted":
      case "EngineGone":
      case "NodeJoined":
      case "NodeDrains":
      case "NodeLost":
      case "LoanEnded":
        return this.apply(message)
      case "Started":
        return this.apply(startEnd(message.engine, message.error))
      case "Attempted":
        return this.attempted(message.at, message.engine, message.report)
      case "Ordered":
        return this.ordered(message.order, message.engine, message.report)
      case "Finished":
        return
    }
  }

  private apply(event: SchedulerEvent): void {
    const [next, actions] = step(this.state, event)
    this.state = next
    for (const action of actions) this.perform(action)
  }

  private attempted(at: AttemptKey, engine: string, report: AttemptReport): void {
    this.attempts.delete(attemptName(at))
    this.runs.get(at.query)?.onAttempt(at, engine, report)
    this.apply({
      _tag: "AttemptEnded",
      at,
      engine,
      outcome: report.outcome,
      memoryBytes: this.memoryAfter(engine, report),
      hasRead: (report.metrics?.cache.misses ?? 0) > 0,
    })
  }

  private ordered({ work, onReport }: Order, engine: string, report: AttemptReport): void {
    this.attempts.delete(attemptName(work.at))
    const memoryBytes = this.memoryAfter(engine, report)
    onReport(report)
    const isAlive = memoryBytes !== undefined
    this.apply({ _tag: "LoanEnded", engine, isAlive, ...(isAlive ? { memoryBytes } : {}) })
  }

  /** undefined: the engine is gone. */
  private memoryAfter(engine: string, { outcome, metrics, lost }: AttemptReport): number | undefined {
    if (metrics !== undefined) this.memory.set(engine, recyclableBytes(metrics.memoryBytes, metrics.cache.bytes))
    if (lost) {
      this.memory.delete(engine)
      return undefined
    }
    const outgrown = outcome._tag === "failed" && outcome.error._tag === "OutOfMemory"
    return outgrown ? Number.MAX_SAFE_INTEGER : (this.memory.get(engine) ?? 0)
  }

  private perform(action: Action): void {
    switch (action._tag) {
      case "StartEngine": {
        const { engine } = action
        this.memory.delete(engine)
        const started = (error: unknown): SchedulerMessage => ({ _tag: "Started", engine, error })
        return this.context.pipe(this.pool.start(engine), () => started(undefined), started)
      }
      case "RecycleEngine": {
        const finished = (): SchedulerMessage => ({ _tag: "Finished" })
        return this.context.pipe(this.pool.recycle(action.engine), finished, finished)
      }
      case "LendEngine":
        return this.lend(action.loan, action.engine)
      case "RefuseLoan":
        return this.refuseLoan(action.loan)
      case "RunAttempt":
        return this.runAttempt(action.at, action.engine)
      case "StopAttempt":
        this.attempts.get(attemptName(action.at))?.stop.abort()
        return
      case "TaskCompleted":
        return
      case "QueryDone":
        this.runs.get(action.query)?.onEnd(undefined)
        return
      case "QueryFailed":
        this.runs.get(action.query)?.onEnd(action.error)
        return
      case "QueryDrained": {
        const run = this.runs.get(action.query)
        this.runs.delete(action.query)
        run?.onDrained()
        return
      }
    }
  }

  private lend(id: number, engine: string): void {
    const order = this.orders.get(id)
    this.orders.delete(id)
    if (order !== undefined) return this.runOrder(order, engine)
    const ended = (isAlive: boolean): SchedulerMessage => ({ _tag: "LoanEnded", engine, isAlive })
    const used = this.takeLoan(id)?.use(this.pool.engine(engine)) ?? Promise.resolve(true)
    this.context.pipe(used, ended, () => ended(false))
  }

  /** A question is asked of the describing engine then; a task has no other way. */
  private refuseLoan(id: number): void {
    const order = this.orders.get(id)
    this.orders.delete(id)
    if (order !== undefined) {
      const message = `node ${this.state.own} could not start an engine for the task`
      order.onReport(failedReport(new EngineLost({ message, node: this.state.own })))
      return
    }
    const loan = this.takeLoan(id)
    if (loan === undefined) return
    const over = (): SchedulerMessage => ({ _tag: "Finished" })
    this.context.pipe(this.pool.describer().then(loan.use), over, (error) => {
      loan.fail(asActorError(error))
      return over()
    })
  }

  private takeLoan(id: number): Loan | undefined {
    const loan = this.loans.get(id)
    this.loans.delete(id)
    return loan
  }

  private runAttempt(at: AttemptKey, engine: string): void {
    const run = this.runs.get(at.query)
    const layout = run?.layouts.find(({ stage }) => stage.id === at.stage)
    const reads = layout?.tasks[at.task]
    const node = this.state.engines.get(engine)?.node
    if (run === undefined || layout === undefined || reads === undefined || node === undefined) {
      throw new Error(`there is no task ${attemptName(at)}`)
    }
    const stop = new AbortController()
    const work: AttemptWork = { at, stage: layout.stage, reads, holders: this.holders(at), supplies: run.supplies }
    const isResult = layout === run.layouts.at(-1)
    const ended =
      node === this.state.own || run.elsewhere === undefined
        ? runAttempt(work, this.pool.engine(engine), stop.signal)
        : run.elsewhere.run(work, node, isResult, stop.signal)
    this.attempts.set(attemptName(at), { stop, ended })
    this.context.pipe(
      ended,
      (report) => ({ _tag: "Attempted", at, engine, report }),
      (error) => ({ _tag: "Attempted", at, engine, report: failedReport(asActorError(error)) }),
    )
  }

  private runOrder(order: Order, engine: string): void {
    if (order.stop.aborted) {
      const back = (): SchedulerMessage => ({ _tag: "LoanEnded", engine, isAlive: true })
      return this.context.pipe(Promise.resolve(), back, back)
    }
    order.onStart()
    const stop = new AbortController()
    const ended = runAttempt(order.work, this.pool.engine(engine), AbortSignal.any([stop.signal, order.stop]))
    this.attempts.set(attemptName(order.work.at), { stop, ended })
    this.context.pipe(
      ended,
      (report) => ({ _tag: "Ordered", order, engine, report }),
      (error) => ({ _tag: "Ordered", order, engine, report: failedReport(asActorError(error)) }),
    )
  }

  /** Where the outputs lie that a task reads. All of them are complete when it runs. */
  private holders(at: AttemptKey): AttemptWork["holders"] {
    const { stages } = expectQuery(this.state, at.query)
    const holders = new Map<number, readonly Holder[]>()
    for (const read of expectStage(stages, at.stage).shape.reads) {
      const from = expectStage(stages, read).tasks.map(({ output }) => output)
      holders.set(
        read,
        from.filter((output) => output !== undefined),
      )
    }
    return holders
  }
}

function startEnd(engine: string, error: unknown): SchedulerEvent {
  if (error === undefined) return { _tag: "EngineReady", engine }
  const failure = asActorError(error)
  const lost = failure._tag === "EngineLost" ? failure : new EngineLost({ message: failure.message, node: engine })
  return { _tag: "EngineStartFailed", engine, error: lost }
}

/** Of an attempt that never began, or that rejected, which none does: its engine is in an unknown state then. */
function failedReport(error: ActorError): AttemptReport {
  const outcome = { _tag: "failed", error } as const
  return { outcome, metrics: undefined, bytesRead: 0, bytesRemote: 0, lost: true }
}
