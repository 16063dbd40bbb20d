import * as Schema from "effect/Schema"
import { ActorError, Cancelled, QueryError } from "../errors.ts"
import { answer } from "./calls.ts"
import type { EngineAction, EngineState, WorkReport } from "./core.ts"
import { STARTING, step } from "./core.ts"
import { loadDecoders } from "./decoders.ts"
import type { DuckDB } from "./duckdb.ts"
import { openDuckDB } from "./duckdb.ts"
import { UnknownLayout } from "./layout.ts"
import type { EngineEvent, EngineRequest, EngineTask } from "./messages.ts"
import type { EnginePort } from "./port.ts"
import { errorOf, Refused, Trap, trapOf } from "./refusal.ts"
import { ResidentTables } from "./residency/resident-tables.ts"
import { TaskRun } from "./task-run.ts"

/** Messages that may wait while the engine works. Senders hold credits far below it; more is a defect. */
const MAILBOX_MESSAGES_MAX = 1024

/** Thrown at a pause after the task was cancelled. */
class Interrupted extends Error {}

const encodeError = Schema.encodeSync(ActorError)

/** The shell: takes one message at a time, asks the core, does what it says, tells it what came of it. */
class EngineActor {
  readonly #port: EnginePort
  readonly #mailbox: EngineRequest[] = []
  #state: EngineState = STARTING
  #db: DuckDB | undefined
  #residents: ResidentTables | undefined
  #name = ""
  #run: TaskRun | undefined
  #interrupted = false
  #working = false

  constructor(port: EnginePort) {
    this.#port = port
  }

  receive(request: EngineRequest): void {
    // Credit is not work: it comes while the task that waits for it is under way.
    if (request._tag === "OutputTaken") {
      this.#run?.outputTaken(request.task, request.bytes)
      return
    }
    if (this.#mailbox.length >= MAILBOX_MESSAGES_MAX) {
      return this.#apply({ _tag: "Broke", message: `more than ${MAILBOX_MESSAGES_MAX} messages wait for the engine` })
    }
    if (this.#overtakes(request)) return this.#apply(request)
    this.#mailbox.push(request)
    this.#next()
  }

  /** A cancellation does not wait behind the work that it ends, nor a call behind a task: calls have a connection. */
  #overtakes(request: EngineRequest): boolean {
    switch (request._tag) {
      case "CancelTask":
        return "task" in this.#state && this.#state.task.id === request.task
      case "Describe":
      case "Explain":
      case "Evaluate":
        return this.#db !== undefined
      case "Init":
      case "StartTask":
      case "ScanSplits":
      case "InputBatch":
      case "InputSplit":
      case "RunTask":
      case "OutputTaken":
        return false
    }
  }

  #next(): void {
    while (!this.#working) {
      const request = this.#mailbox.shift()
      if (request === undefined) return
      this.#apply(request)
    }
  }

  #apply(event: EngineRequest | WorkReport): void {
    const [state, actions] = step(this.#state, event)
    this.#state = state
    for (const action of actions) this.#act(action)
  }

  #act(action: EngineAction): void {
    switch (action._tag) {
      case "Open":
        return this.#work(async () => {
          this.#name = action.init.name
          this.#db = await openDuckDB(action.init)
          loadDecoders()
          this.#residents = new ResidentTables(this.#db, action.init.cacheBytes)
          return { _tag: "Opened", version: this.#db.version }
        })
      case "Answer":
        return this.#attempt(() => this.#emit(answer(this.#database(), action.call)))
      case "CreateTables":
        return this.#work(async () => {
          this.#interrupted = false
          this.#runOf(action.task).createTables()
          return { _tag: "TablesCreated", task: action.task.id }
        }, action.task)
      case "Look":
        return this.#work(async () => {
          const { table, splits } = action.scan
          const missing = this.#runOf(action.task).look(table, splits)
          return { _tag: "Looked", task: action.task.id, table, missing }
        }, action.task)
      case "Ingest":
        return this.#work(async () => {
          const rows = await this.#runOf(action.task).ingest(action.input)
          return { _tag: "Ingested", task: action.task.id, table: action.input.table, rows }
        }, action.task)
      case "Run":
        return this.#work(async () => {
          const metrics = await this.#runOf(action.task).run(action.rows)
          return { _tag: "Finished", task: action.task.id, metrics }
        }, action.task)
      case "Interrupt":
        this.#interrupted = true
        this.#run?.interrupted()
        return
      case "Clear":
        return this.#attempt(() => {
          this.#runOf(action.task).clear()
          this.#run = undefined
        })
      case "Emit":
        return this.#emit(action.event)
    }
  }

  /** Starts work; what it reports, or how it failed, goes to the core before the next message does. */
  #work(work: () => Promise<WorkReport>, task?: EngineTask): void {
    this.#working = true
    void work()
      .catch((thrown: unknown) => this.#failure(thrown, task))
      .then((report) => {
        this.#working = false
        this.#apply(report)
        this.#next()
      })
  }

  /** Work that fails only when the instance does. */
  #attempt(work: () => void): void {
    try {
      work()
    } catch (thrown) {
      this.#apply({ _tag: "Broke", message: brokenBy(thrown) })
    }
  }

  #failure(thrown: unknown, task: EngineTask | undefined): WorkReport {
    if (thrown instanceof Refused && task !== undefined) return this.#refused(thrown, task)
    const error = expectedError(thrown, this.#name)
    if (task !== undefined && error !== undefined) return { _tag: "WorkFailed", task: task.id, error }
    // A trap, or a defect of ours or of a decoder: nobody knows what state it left.
    return { _tag: "Broke", message: brokenBy(thrown) }
  }

  /** After an internal error the task has its answer, but the instance takes no other. */
  #refused(thrown: Refused, task: EngineTask): WorkReport {
    const report: WorkReport = { _tag: "WorkFailed", task: task.id, error: errorOf(thrown.refusal, this.#name) }
    if (!thrown.fatal) return report
    this.#emit({ _tag: "TaskFailed", task: task.id, error: report.error })
    return { _tag: "Broke", message: thrown.message }
  }

  #runOf(task: EngineTask): TaskRun {
    const db = this.#database()
    this.#residents ??= new ResidentTables(db, 0)
    this.#run ??= new TaskRun(task, {
      db,
      residents: this.#residents,
      emit: (event) => this.#emit(event),
      now: () => performance.now(),
      pause: async () => {
        await new Promise((resume) => setImmediate(resume))
        if (this.#interrupted) throw new Interrupted()
      },
    })
    return this.#run
  }

  #database(): DuckDB {
    if (this.#db === undefined) throw new Refused({ ...NOT_READY, position: undefined, candidates: undefined })
    return this.#db
  }

  #emit(event: EngineEvent): void {
    this.#port.send(event._tag === "TaskFailed" ? { ...event, error: encodeError(event.error) } : event)
  }
}

const NOT_READY = { kind: "Defect", message: "the engine was asked before it was ready" }

const isActorError = Schema.is(ActorError)

/** What a task may fail with while the engine stays whole. */
function expectedError(thrown: unknown, node: string): ActorError | undefined {
  if (isActorError(thrown)) return thrown
  if (thrown instanceof Interrupted) return new Cancelled({ message: "the task was cancelled" })
  if (thrown instanceof UnknownLayout) return new QueryError({ kind: "Unsupported", message: thrown.message, node })
  return undefined
}

function brokenBy(thrown: unknown): string {
  return thrown instanceof Refused || thrown instanceof Trap ? thrown.message : trapOf(thrown).message
}

/** From here on the thread is an engine. */
export function serve(port: EnginePort): void {
  // What the library prints is its own source, or for its own developers; a thread's output is nobody's to read.
  const silent = (): void => undefined
  Object.assign(console, { log: silent, info: silent, warn: silent, error: silent, debug: silent, trace: silent })
  const actor = new EngineActor(port)
  port.receive((message: EngineRequest) => actor.receive(message))
}
