import type { ActorContext, ActorFactory } from "../../actors/system/actor.ts"
import { Cancelled, EngineLost, type ActorError } from "../../actors/errors.ts"
import type { Loan } from "../pool/engine.ts"
import type { EnginePool } from "../pool/pool.ts"
import { attemptName, runAttempt } from "./attempt.ts"
import type { AttemptReport } from "./attempt.ts"
import { step } from "./core.ts"
import { asActorError } from "./failure.ts"
import type { Supplies } from "./feed.ts"
import { queryShape } from "./layout.ts"
import type { StageLayout } from "./layout.ts"
import { initialState } from "./state.ts"
import type { Action, AttemptKey, SchedulerEvent, SchedulerState } from "./state.ts"

/** Events that may wait for the scheduler: far more than the queries that are admitted can cause between two turns. */
export const SCHEDULER_MESSAGES_MAX = 256

/** A query to run, and who hears of its fate. The listeners are called in the scheduler's turn and only take note. */
export interface QueryRun {
  readonly id: string
  readonly layouts: readonly StageLayout[]
  readonly supplies: Supplies
  readonly onAttempt: (at: AttemptKey, engine: string, report: AttemptReport) => void
  /** undefined: every task is done. */
  readonly onEnd: (error: ActorError | undefined) => void
  /** Nothing works for the query any more. Last. */
  readonly onDrained: () => void
}

export type SchedulerMessage =
  | { readonly _tag: "Submit"; readonly run: QueryRun }
  | { readonly _tag: "Borrow"; readonly loan: Loan }
  | Extract<SchedulerEvent, { _tag: "QueryCancelled" | "EnginesWanted" | "EngineGone" }>
  /** Piped work comes back. */
  | { readonly _tag: "Started"; readonly engine: string; readonly error: unknown }
  | { readonly _tag: "Attempted"; readonly at: AttemptKey; readonly engine: string; readonly report: AttemptReport }
  | Extract<SchedulerEvent, { _tag: "LoanEnded" }>
  /** Of no consequence. */
  | { readonly _tag: "Finished" }

/** Carries events into the core and its actions out; decides nothing. */
export function schedulerActor(pool: EnginePool, engineMemoryBytesMax: number): ActorFactory<SchedulerMessage> {
  return (context) => new Scheduler(context, pool, engineMemoryBytesMax)
}

class Scheduler {
  private readonly context: ActorContext<SchedulerMessage>
  private readonly pool: EnginePool
  private state: SchedulerState
  private readonly runs = new Map<string, QueryRun>()
  private readonly attempts = new Map<string, { readonly stop: AbortController; readonly ended: Promise<unknown> }>()
  /** Memory of each engine after its last finished task: an attempt that fails does not report it. */
  private readonly memory = new Map<string, number>()
  private readonly loans = new Map<number, Loan>()
  private lastLoan = 0
  /** What it threw, if it did: every query is told. */
  private defect: ActorError | undefined

  constructor(context: ActorContext<SchedulerMessage>, pool: EnginePool, engineMemoryBytesMax: number) {
    this.context = context
    this.pool = pool
    this.state = initialState(pool.names, engineMemoryBytesMax)
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
    await Promise.all([...this.attempts.values()].map(({ ended }) => ended))
    for (const run of this.runs.values()) run.onDrained()
  }

  private handle(message: SchedulerMessage): void {
    switch (message._tag) {
      case "Submit":
        this.runs.set(message.run.id, message.run)
        return this.apply({ _tag: "QuerySubmitted", query: queryShape(message.run.id, message.run.layouts) })
      case "Borrow":
        this.lastLoan += 1
        this.loans.set(this.lastLoan, message.loan)
        return this.apply({ _tag: "LoanWanted", loan: this.lastLoan })
      case "QueryCancelled":
      case "EnginesWanted":
      case "EngineGone":
      case "LoanEnded":
        return this.apply(message)
      case "Started":
        return this.apply(startEnd(message.engine, message.error))
      case "Attempted":
        return this.attempted(message.at, message.engine, message.report)
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
    if (report.metrics !== undefined) this.memory.set(engine, report.metrics.memoryBytes)
    const { outcome, lost } = report
    const outgrown = outcome._tag === "failed" && outcome.error._tag === "OutOfMemory"
    const memoryBytes = lost ? undefined : outgrown ? Number.MAX_SAFE_INTEGER : (this.memory.get(engine) ?? 0)
    if (lost) this.memory.delete(engine)
    this.apply({ _tag: "AttemptEnded", at, engine, outcome, memoryBytes })
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
        return this.lendDescriber(action.loan)
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
    const ended = (isAlive: boolean): SchedulerMessage => ({ _tag: "LoanEnded", engine, isAlive })
    const used = this.takeLoan(id)?.use(this.pool.engine(engine)) ?? Promise.resolve(true)
    this.context.pipe(used, ended, () => ended(false))
  }

  private lendDescriber(id: number): void {
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
    if (run === undefined || layout === undefined || reads === undefined) {
      throw new Error(`there is no task ${attemptName(at)}`)
    }
    const stop = new AbortController()
    const work = { at, layout, reads, supplies: run.supplies }
    const ended = runAttempt(work, this.pool.engine(engine), stop.signal)
    this.attempts.set(attemptName(at), { stop, ended })
    this.context.pipe(
      ended,
      (report) => ({ _tag: "Attempted", at, engine, report }),
      (error) => ({ _tag: "Attempted", at, engine, report: broken(error) }),
    )
  }
}

function startEnd(engine: string, error: unknown): SchedulerEvent {
  if (error === undefined) return { _tag: "EngineReady", engine }
  const failure = asActorError(error)
  const lost = failure._tag === "EngineLost" ? failure : new EngineLost({ message: failure.message, node: engine })
  return { _tag: "EngineStartFailed", engine, error: lost }
}

/** An attempt never rejects; if it does, its engine is in an unknown state. */
function broken(error: unknown): AttemptReport {
  const outcome = { _tag: "failed", error: asActorError(error) } as const
  return { outcome, metrics: undefined, bytesRead: 0, lost: true }
}
