import assert from "node:assert/strict"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { Cancelled, EngineLost, OutOfMemory, QueryError, type ActorError } from "../../actors/errors.ts"
import { ENGINE_STARTS_FAILED_MAX, step, TASK_ATTEMPTS_MAX } from "./core.ts"
import { initialState } from "./state.ts"
import type { Action, AttemptKey, QueryShape, SchedulerEvent, SchedulerState, StageShape } from "./state.ts"

const MEMORY_MAX = 1000

/** Applies events one after the other and keeps what they called for. */
class Run {
  state: SchedulerState
  constructor(engines: number, ...events: readonly SchedulerEvent[]) {
    const names = Array.from({ length: engines }, (_, index) => `engine-${index}`)
    this.state = initialState(names, MEMORY_MAX)
    for (const event of events) this.tell(event)
  }
  tell(event: SchedulerEvent): readonly Action[] {
    const [state, actions] = step(this.state, event)
    this.state = state
    return actions
  }
  ready(engine: string): readonly Action[] {
    return this.tell({ _tag: "EngineReady", engine })
  }
  done(at: AttemptKey, engine: string, memoryBytes = 10): readonly Action[] {
    return this.tell({ _tag: "AttemptEnded", at, engine, outcome: { _tag: "done", digest: 1, bytes: 8 }, memoryBytes })
  }
  lost(at: AttemptKey, engine: string, message = "the thread ended"): readonly Action[] {
    const error = new EngineLost({ message })
    return this.tell({ _tag: "AttemptEnded", at, engine, outcome: { _tag: "failed", error }, memoryBytes: undefined })
  }
}

const stage = (id: number, reads: readonly number[], tasks: number): StageShape => ({ id, reads, tasks })
const query = (id: string, ...stages: readonly StageShape[]): QueryShape => ({ id, stages })
const submit = (shape: QueryShape): SchedulerEvent => ({ _tag: "QuerySubmitted", query: shape })
const at = (name: string, stageId: number, task: number, attempt = 1): AttemptKey => ({
  query: name,
  stage: stageId,
  task,
  attempt,
})

describe("placing", () => {
  test("starts as many engines as the widest stage has tasks, and no more", () => {
    const narrow = new Run(4)
    expect(narrow.tell(submit(query("q", stage(0, [], 1))))).toEqual([{ _tag: "StartEngine", engine: "engine-0" }])
    const wide = new Run(2)
    expect(wide.tell(submit(query("q", stage(0, [], 1), stage(1, [0], 8)))).map((action) => action._tag)).toEqual([
      "StartEngine",
      "StartEngine",
    ])
  })

  test("a reader runs only when every task of what it reads is done", () => {
    const run = new Run(2, submit(query("q", stage(0, [], 2), stage(1, [0], 1))))
    expect(run.ready("engine-0")).toEqual([{ _tag: "RunAttempt", at: at("q", 0, 0), engine: "engine-0" }])
    expect(run.ready("engine-1")).toEqual([{ _tag: "RunAttempt", at: at("q", 0, 1), engine: "engine-1" }])
    expect(run.done(at("q", 0, 0), "engine-0")).toEqual([{ _tag: "TaskCompleted", at: at("q", 0, 0) }])
    expect(run.done(at("q", 0, 1), "engine-1")).toEqual([
      { _tag: "TaskCompleted", at: at("q", 0, 1) },
      { _tag: "RunAttempt", at: at("q", 1, 0), engine: "engine-0" },
    ])
    expect(run.done(at("q", 1, 0), "engine-0")).toEqual([
      { _tag: "TaskCompleted", at: at("q", 1, 0) },
      { _tag: "QueryDone", query: "q" },
      { _tag: "QueryDrained", query: "q" },
    ])
    expect(run.state.queries.size).toBe(0)
  })

  test("a task runs at its home, which others do not take from it", () => {
    const homes = ["engine-1", "engine-0"]
    const run = new Run(2, submit(query("q", { ...stage(0, [], 2), homes })))
    expect(run.ready("engine-0")).toEqual([{ _tag: "RunAttempt", at: at("q", 0, 1), engine: "engine-0" }])
    // engine-1 will be there soon: its task waits for it.
    expect(run.done(at("q", 0, 1), "engine-0")).toEqual([{ _tag: "TaskCompleted", at: at("q", 0, 1) }])
    expect(run.ready("engine-1")).toEqual([{ _tag: "RunAttempt", at: at("q", 0, 0), engine: "engine-1" }])
  })

  test("an idle engine takes the last of several tasks that wait for another, of many when that one need not read", () => {
    for (const [tasks, hasRead] of [
      [4, true],
      [8, false],
    ] as const) {
      const homes = ["engine-0", ...Array<string>(tasks).fill("engine-1")]
      const run = new Run(2, submit(query("q", { ...stage(0, [], tasks + 1), homes })))
      const runs = (task: number, engine: string): Action => ({ _tag: "RunAttempt", at: at("q", 0, task), engine })
      const ended = (task: number, engine: string) => {
        const outcome = { _tag: "done", digest: 1, bytes: 8 } as const
        return run.tell({ _tag: "AttemptEnded", at: at("q", 0, task), engine, outcome, memoryBytes: 10, hasRead })
      }
      expect(run.ready("engine-1")).toEqual([runs(1, "engine-1")])
      expect(run.ready("engine-0")).toEqual([runs(0, "engine-0")])
      let last = tasks
      // One is with its home; of the others so many stay that wait for it.
      for (; last - 1 >= (hasRead ? 2 : 6); last -= 1) {
        expect(ended(last === tasks ? 0 : last + 1, "engine-0").at(-1)).toEqual(runs(last, "engine-0"))
      }
      expect(ended(last + 1, "engine-0")).toEqual([{ _tag: "TaskCompleted", at: at("q", 0, last + 1) }])
      expect(ended(1, "engine-1").at(-1)).toEqual(runs(2, "engine-1"))
    }
  })

  test("a task does not wait for a home that works for another query", () => {
    const homes = ["engine-1"]
    const run = new Run(2, submit(query("q", { ...stage(0, [], 1), homes })))
    run.tell({ _tag: "EnginesWanted", engines: 2 })
    expect(run.ready("engine-1")).toEqual([{ _tag: "RunAttempt", at: at("q", 0, 0), engine: "engine-1" }])
    run.ready("engine-0")
    expect(run.tell(submit(query("r", { ...stage(0, [], 1), homes }))).at(-1)).toEqual({
      _tag: "RunAttempt",
      at: at("r", 0, 0),
      engine: "engine-0",
    })
  })

  test("nor for one that is gone, or is no engine of anybody's", () => {
    const run = new Run(1, submit(query("q", { ...stage(0, [], 2), homes: ["engine-7", "b/engine-0"] })))
    expect(run.ready("engine-0")).toEqual([{ _tag: "RunAttempt", at: at("q", 0, 0), engine: "engine-0" }])
    expect(run.done(at("q", 0, 0), "engine-0").at(-1)).toEqual({
      _tag: "RunAttempt",
      at: at("q", 0, 1),
      engine: "engine-0",
    })
  })

  test("one branch is finished before the next is begun", () => {
    const shape = query("q", stage(0, [], 1), stage(1, [], 1), stage(2, [0], 1), stage(3, [2, 1], 1))
    const run = new Run(1, submit(shape))
    const order: number[] = []
    let actions = run.ready("engine-0")
    for (;;) {
      const next = actions.find((action) => action._tag === "RunAttempt")
      if (next === undefined) break
      order.push(next.at.stage)
      actions = run.done(next.at, "engine-0")
    }
    expect(order).toEqual([0, 2, 1, 3])
  })

  test("two queries share the engines", () => {
    const run = new Run(2, submit(query("a", stage(0, [], 4))), submit(query("b", stage(0, [], 4))))
    const first = run.ready("engine-0")
    const second = run.ready("engine-1")
    expect([...first, ...second]).toEqual([
      { _tag: "RunAttempt", at: at("a", 0, 0), engine: "engine-0" },
      { _tag: "RunAttempt", at: at("b", 0, 0), engine: "engine-1" },
    ])
  })

  test("an idle engine that holds too much memory is recycled, one with work is not", () => {
    const run = new Run(1, submit(query("q", stage(0, [], 2))))
    run.ready("engine-0")
    expect(run.done(at("q", 0, 0), "engine-0", MEMORY_MAX + 1).map((action) => action._tag)).toEqual([
      "TaskCompleted",
      "RunAttempt",
    ])
    expect(run.done(at("q", 0, 1), "engine-0", MEMORY_MAX + 1).map((action) => action._tag)).toEqual([
      "TaskCompleted",
      "QueryDone",
      "QueryDrained",
      "RecycleEngine",
    ])
    expect(run.state.engines.get("engine-0")?.state).toBe("cold")
  })
})

describe("loans", () => {
  const wanted: SchedulerEvent = { _tag: "LoanWanted", loan: 1, isPatient: false }

  test("start one engine, and come before tasks", () => {
    const run = new Run(2)
    expect(run.tell(wanted)).toEqual([{ _tag: "StartEngine", engine: "engine-0" }])
    run.tell(submit(query("q", stage(0, [], 1))))
    expect(run.ready("engine-0")).toEqual([{ _tag: "LendEngine", loan: 1, engine: "engine-0" }])
    expect(run.tell({ _tag: "LoanEnded", engine: "engine-0", isAlive: true })).toEqual([
      { _tag: "RunAttempt", at: at("q", 0, 0), engine: "engine-0" },
    ])
  })

  test("wait for an engine that is lent, not for one that works", () => {
    const run = new Run(1, wanted)
    run.ready("engine-0")
    expect(run.tell({ _tag: "LoanWanted", loan: 2, isPatient: false })).toEqual([])
    expect(run.tell({ _tag: "LoanEnded", engine: "engine-0", isAlive: false })).toEqual([
      { _tag: "StartEngine", engine: "engine-0" },
    ])
    expect(run.ready("engine-0")).toEqual([{ _tag: "LendEngine", loan: 2, engine: "engine-0" }])
    run.tell(submit(query("q", stage(0, [], 1))))
    run.tell({ _tag: "LoanEnded", engine: "engine-0", isAlive: true })
    expect(run.tell({ _tag: "LoanWanted", loan: 3, isPatient: false })).toEqual([{ _tag: "RefuseLoan", loan: 3 }])
  })

  test("are refused when no engine starts", () => {
    const run = new Run(1, wanted)
    const error = new EngineLost({ message: "no" })
    let last: readonly Action[] = []
    for (let start = 0; start < ENGINE_STARTS_FAILED_MAX; start += 1) {
      last = run.tell({ _tag: "EngineStartFailed", engine: "engine-0", error })
    }
    expect(last).toEqual([{ _tag: "RefuseLoan", loan: 1 }])
  })
})

describe("losses", () => {
  test("a lost task runs again on another engine, before the others of its stage", () => {
    const run = new Run(2, submit(query("q", stage(0, [], 3))))
    run.ready("engine-0")
    run.ready("engine-1")
    expect(run.lost(at("q", 0, 0), "engine-0")).toEqual([{ _tag: "StartEngine", engine: "engine-0" }])
    expect(run.done(at("q", 0, 1), "engine-1")).toEqual([
      { _tag: "TaskCompleted", at: at("q", 0, 1) },
      { _tag: "RunAttempt", at: at("q", 0, 0, 2), engine: "engine-1" },
    ])
  })

  test("a report of an attempt that was given up changes nothing", () => {
    const run = new Run(1, submit(query("q", stage(0, [], 1))))
    run.ready("engine-0")
    run.lost(at("q", 0, 0), "engine-0")
    run.ready("engine-0")
    const before = run.state
    expect(run.done(at("q", 0, 0), "engine-0")).toEqual([])
    expect(run.state).toEqual(before)
  })

  test("the last of the attempts fails the query with its cause", () => {
    const run = new Run(1, submit(query("q", stage(7, [], 1))))
    for (let attempt = 1; attempt < TASK_ATTEMPTS_MAX; attempt += 1) {
      run.ready("engine-0")
      run.lost(at("q", 7, 0, attempt), "engine-0")
    }
    run.ready("engine-0")
    const [failed, drained] = run.lost(at("q", 7, 0, TASK_ATTEMPTS_MAX), "engine-0", "RuntimeError: unreachable")
    expect(failed?._tag === "QueryFailed" ? failed.error.message : failed).toBe(
      "task 0 of stage 7 lost its engine 3 times; the last time: RuntimeError: unreachable",
    )
    expect(drained).toEqual({ _tag: "QueryDrained", query: "q" })
  })

  test.each<ActorError>([
    new QueryError({ kind: "Conversion", message: "Conversion Error: Could not convert string 'x' to INT32" }),
    new OutOfMemory({ message: "Out of Memory Error: could not allocate block" }),
  ])("$_tag is not retried: the query fails and its other tasks stop", (error) => {
    const run = new Run(2, submit(query("q", stage(0, [], 4))))
    run.ready("engine-0")
    run.ready("engine-1")
    const outcome = { _tag: "failed", error } as const
    expect(run.tell({ _tag: "AttemptEnded", at: at("q", 0, 0), engine: "engine-0", outcome, memoryBytes: 10 })).toEqual(
      [
        { _tag: "QueryFailed", query: "q", error },
        { _tag: "StopAttempt", at: at("q", 0, 1), engine: "engine-1" },
      ],
    )
    const stopped = { _tag: "stopped" } as const
    expect(
      run.tell({ _tag: "AttemptEnded", at: at("q", 0, 1), engine: "engine-1", outcome: stopped, memoryBytes: 10 }),
    ).toEqual([{ _tag: "QueryDrained", query: "q" }])
  })

  test("engines that never start fail what waits for them, and the next query may try again", () => {
    const run = new Run(2, submit(query("q", stage(0, [], 2))))
    const error = new EngineLost({ message: "engine 0 did not become ready" })
    let last: readonly Action[] = []
    for (let start = 0; start < ENGINE_STARTS_FAILED_MAX; start += 1) {
      for (const engine of ["engine-0", "engine-1"]) last = run.tell({ _tag: "EngineStartFailed", engine, error })
    }
    const [failed] = last
    expect(failed?._tag === "QueryFailed" ? failed.error.message : failed).toBe(
      "no engine could be started, 3 times in a row; the last time: engine 0 did not become ready",
    )
    expect(run.tell(submit(query("next", stage(0, [], 1))))).toEqual([{ _tag: "StartEngine", engine: "engine-0" }])
  })

  test("cancelling stops what runs and forgets what waits", () => {
    const run = new Run(1, submit(query("q", stage(0, [], 3))))
    run.ready("engine-0")
    const error = new Cancelled({ message: "the query was cancelled" })
    expect(run.tell({ _tag: "QueryCancelled", query: "q", error })).toEqual([
      { _tag: "QueryFailed", query: "q", error },
      { _tag: "StopAttempt", at: at("q", 0, 0), engine: "engine-0" },
    ])
    expect(run.tell({ _tag: "QueryCancelled", query: "q", error })).toEqual([])
    // It finished before it heard of the end: its result counts no more.
    expect(run.done(at("q", 0, 0), "engine-0")).toEqual([{ _tag: "QueryDrained", query: "q" }])
  })
})

test.each([
  ["a stage that nothing reads", [stage(0, [], 1), stage(1, [], 1)], "query q has stage 0, which nothing reads"],
  ["a stage that is not there", [stage(1, [0], 1)], "query q reads stage 0, which it does not have"],
  ["a cycle", [stage(0, [1], 1), stage(1, [0], 1)], "query q has a cycle at stage 1"],
  ["no stage", [], "query q has no stages"],
])("refuses %s", (_, stages, message) => {
  expect(() => new Run(1, submit(query("q", ...stages)))).toThrow(message)
})

/** A DAG whose stages all lead to the last one: what is left unread is read by the last. */
const dag = fc
  .array(fc.record({ tasks: fc.integer({ min: 1, max: 4 }), reads: fc.infiniteStream(fc.boolean()) }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((drafts): readonly StageShape[] => {
    const read = new Set<number>()
    return drafts.map((draft, id) => {
      const isLast = id === drafts.length - 1
      const reads = [...Array(id).keys()].filter((input) => {
        const chosen: boolean = draft.reads.next().value
        return isLast ? !read.has(input) || chosen : chosen
      })
      for (const input of reads) read.add(input)
      return stage(id, reads, draft.tasks)
    })
  })

test("any DAG, any order of events: every query ends, readers wait for producers, no task runs twice at once", () => {
  const world = fc.record({
    engines: fc.integer({ min: 1, max: 3 }),
    dags: fc.array(dag, { minLength: 1, maxLength: 3 }),
    /** Which of the things that can happen next does, and how it goes. */
    choices: fc.infiniteStream(fc.nat()),
  })
  fc.assert(
    fc.property(world, ({ engines, dags, choices }) => {
      const simulation = new Simulation(engines, choices)
      dags.forEach((stages, index) => simulation.submit({ id: `q${index}`, stages }))
      simulation.play()
      expect([...simulation.ended.keys()].toSorted()).toEqual(dags.map((_, index) => `q${index}`))
      expect([...simulation.drained].toSorted()).toEqual(dags.map((_, index) => `q${index}`))
      expect(simulation.loansOpen).toBe(0)
      expect(simulation.run.state.queries.size).toBe(0)
    }),
    { numRuns: 300 },
  )
})

/** The world around the core: engines start or fail to, attempts end in every way, users lose patience. */
class Simulation {
  readonly run: Run
  readonly ended = new Map<string, "done" | "failed">()
  readonly drained = new Set<string>()
  private readonly shapes = new Map<string, QueryShape>()
  private readonly starting = new Set<string>()
  private readonly running = new Map<string, AttemptKey>()
  private readonly lent = new Set<string>()
  loansOpen = 0
  private loansAsked = 0
  private readonly completed = new Set<string>()
  private readonly choices: Iterator<number>

  constructor(engines: number, choices: Iterator<number>) {
    this.run = new Run(engines)
    this.choices = choices
  }

  submit(shape: QueryShape): void {
    this.shapes.set(shape.id, shape)
    this.borrow()
    this.tell(submit(shape))
  }

  play(): void {
    for (let moves = 0; this.drained.size < this.shapes.size || this.loansOpen > 0; moves += 1) {
      assert.ok(moves < 5000, "the queries do not end")
      const open: (() => void)[] = []
      for (const engine of this.starting) open.push(() => this.startEnds(engine))
      for (const engine of this.lent) open.push(() => this.loanEnds(engine))
      for (const [engine, attempt] of this.running) open.push(() => this.attemptEnds(engine, attempt))
      // With nothing under way and queries open, nothing would ever happen again.
      assert.ok(open.length > 0, "nothing is under way")
      open[this.choose(open.length)]?.()
    }
  }

  private choose(options: number): number {
    const choice: number = this.choices.next().value
    return choice % options
  }

  private borrow(): void {
    this.loansAsked += 1
    this.loansOpen += 1
    this.tell({ _tag: "LoanWanted", loan: this.loansAsked, isPatient: false })
  }

  private loanEnds(engine: string): void {
    this.lent.delete(engine)
    this.loansOpen -= 1
    this.tell({ _tag: "LoanEnded", engine, isAlive: this.choose(4) > 0 })
  }

  private startEnds(engine: string): void {
    this.starting.delete(engine)
    const error = new EngineLost({ message: "no start" })
    this.tell(this.choose(8) === 0 ? { _tag: "EngineStartFailed", engine, error } : { _tag: "EngineReady", engine })
  }

  private attemptEnds(engine: string, attempt: AttemptKey): void {
    const dice = this.choose(40)
    if (dice === 0) {
      const error = new Cancelled({ message: "enough" })
      return this.tell({ _tag: "QueryCancelled", query: attempt.query, error })
    }
    this.running.delete(engine)
    if (dice === 39) this.borrow()
    const lost = new EngineLost({ message: "trap" })
    const user = new QueryError({ kind: "Conversion", message: "no" })
    const [outcome, memoryBytes] =
      dice < 6
        ? [{ _tag: "failed", error: lost } as const, undefined]
        : dice === 6
          ? [{ _tag: "failed", error: user } as const, 10]
          : [{ _tag: "done", digest: 1, bytes: 8 } as const, dice < 12 ? MEMORY_MAX * 2 : 10]
    this.tell({ _tag: "AttemptEnded", at: attempt, engine, outcome, memoryBytes })
  }

  private tell(event: SchedulerEvent): void {
    for (const action of this.run.tell(event)) this.perform(action)
  }

  private perform(action: Action): void {
    switch (action._tag) {
      case "StartEngine":
        assert.ok(!this.starting.has(action.engine) && !this.running.has(action.engine))
        this.starting.add(action.engine)
        return
      case "LendEngine":
        assert.ok(
          !this.starting.has(action.engine) && !this.running.has(action.engine) && !this.lent.has(action.engine),
        )
        this.lent.add(action.engine)
        return
      case "RefuseLoan":
        this.loansOpen -= 1
        return
      case "RunAttempt": {
        assert.ok(!this.running.has(action.engine) && !this.lent.has(action.engine))
        const key = taskName(action.at)
        assert.ok(![...this.running.values()].map(taskName).includes(key), `${key} runs twice`)
        assert.ok(!this.completed.has(key))
        assert.ok(action.at.attempt <= TASK_ATTEMPTS_MAX)
        assert.ok(!this.ended.has(action.at.query))
        this.expectInputsComplete(action.at)
        this.running.set(action.engine, action.at)
        return
      }
      case "TaskCompleted":
        this.completed.add(taskName(action.at))
        return
      case "QueryDone":
      case "QueryFailed":
        assert.ok(!this.ended.has(action.query))
        this.ended.set(action.query, action._tag === "QueryDone" ? "done" : "failed")
        return
      case "QueryDrained":
        assert.ok(this.ended.has(action.query))
        assert.ok(![...this.running.values()].some((attempt) => attempt.query === action.query))
        this.drained.add(action.query)
        return
      case "StopAttempt":
      case "RecycleEngine":
        return
    }
  }

  private expectInputsComplete(attempt: AttemptKey): void {
    const stages = this.shapes.get(attempt.query)?.stages ?? []
    for (const input of stages.find((each) => each.id === attempt.stage)?.reads ?? []) {
      const tasks = stages.find((each) => each.id === input)?.tasks ?? 0
      for (let task = 0; task < tasks; task += 1) {
        assert.ok(this.completed.has(taskName({ ...attempt, stage: input, task })), "an input is not complete")
      }
    }
  }
}

function taskName(task: { query: string; stage: number; task: number }): string {
  return `${task.query}/${task.stage}/${task.task}`
}
