import assert from "node:assert/strict"
import fc from "fast-check"
import { expect, test } from "vitest"
import { EngineLost } from "../../actors/errors.ts"
import { step } from "./core.ts"
import { expectQuery, expectStage, initialState } from "./state.ts"
import type { Action, AttemptKey, AttemptOutcome, SchedulerEvent, SchedulerState, StageShape } from "./state.ts"

/** A DAG whose stages all lead to the last one; some give other rows every time. */
const dag = fc
  .array(
    fc.record({
      tasks: fc.integer({ min: 1, max: 3 }),
      reads: fc.infiniteStream(fc.boolean()),
      volatile: fc.integer({ min: 0, max: 5 }),
    }),
    { minLength: 2, maxLength: 5 },
  )
  .map((drafts): readonly StageShape[] => {
    const read = new Set<number>()
    return drafts.map((draft, id) => {
      const isLast = id === drafts.length - 1
      const reads = [...Array(id).keys()].filter((input) => {
        const chosen: boolean = draft.reads.next().value
        return isLast ? !read.has(input) || chosen : chosen
      })
      for (const input of reads) read.add(input)
      return { id, reads, tasks: draft.tasks, volatile: draft.volatile === 0 }
    })
  })

const OTHERS = ["b", "c", "d"]

test("nodes lost at any moment: a query ends with one consistent answer or with an error, and leaves nothing", () => {
  const seen = { done: 0, failed: 0, losses: 0, reruns: 0 }
  fc.assert(
    fc.property(
      fc.record({
        own: fc.integer({ min: 0, max: 1 }),
        stages: dag,
        calm: fc.integer({ min: 3, max: 30 }),
        choices: fc.infiniteStream(fc.nat()),
      }),
      ({ own, stages, calm, choices }) => {
        const world = new World(own, stages, calm, choices)
        world.play()
        expect(world.isDrained).toBe(true)
        expect(world.state.queries.size).toBe(0)
        expect(world.running.size).toBe(0)
        seen[world.end === "done" ? "done" : "failed"] += 1
        seen.losses += world.losses
        seen.reruns += world.reruns
      },
    ),
    { numRuns: 600 },
  )
  // The twin: losses happened, tasks ran again, and most queries ended well all the same.
  expect(seen.losses).toBeGreaterThan(100)
  expect(seen.reruns).toBeGreaterThan(100)
  expect(seen.done).toBeGreaterThan(200)
  expect(seen.failed).toBeGreaterThan(0)
})

/** What an attempt wrote: all that it was made of. */
interface Output {
  readonly stage: number
  readonly task: number
  /** What the rows are: equal text, equal rows. */
  readonly rows: string
  readonly madeOf: readonly Output[]
}

interface Running {
  readonly at: AttemptKey
  readonly node: string
  /** What it reads: where it lay when it was started. */
  readonly inputs: readonly { readonly node: string; readonly life: number; readonly output: Output }[]
  isTold: boolean
}

/** Nodes with stores that are gone when they are; one query. */
class World {
  state: SchedulerState
  isDrained = false
  end: "done" | "failed" | undefined
  losses = 0
  reruns = 0
  readonly running = new Map<string, Running>()
  private readonly starting = new Set<string>()
  private readonly lives = new Map<string, number>([["a", 0]])
  private readonly stores = new Map<string, Output>()
  private readonly results = new Map<number, Output>()
  private readonly stages: readonly StageShape[]
  private readonly choices: Iterator<number>
  private readonly calm: number
  private nonce = 0

  constructor(own: number, stages: readonly StageShape[], calm: number, choices: Iterator<number>) {
    this.state = initialState(own === 0 ? [] : ["a/engine-0"], 1000, { name: "a", roots: [] })
    this.stages = stages
    this.choices = choices
    this.calm = calm
    for (const node of OTHERS) this.join(node)
    this.tell({ _tag: "QuerySubmitted", query: { id: "q", stages } })
  }

  play(): void {
    for (let moves = 0; !this.isDrained; moves += 1) {
      assert.ok(moves < 3000, "the query does not end")
      const open: (() => void)[] = []
      for (const engine of this.starting) open.push(() => this.starts(engine))
      for (const [engine, running] of this.running) open.push(() => this.attemptEnds(engine, running))
      assert.ok(open.length > 0, "nothing is under way")
      if (this.choose(this.calm) === 0) open.push(...this.upsets())
      open[this.choose(open.length)]?.()
    }
  }

  private upsets(): (() => void)[] {
    return OTHERS.flatMap((node) =>
      this.lives.has(node)
        ? [() => this.lose(node), () => this.tell({ _tag: "NodeDrains", node })]
        : [() => this.join(node)],
    )
  }

  private choose(options: number): number {
    const choice: number = this.choices.next().value
    return choice % options
  }

  private join(node: string): void {
    this.nonce += 1
    this.lives.set(node, this.nonce)
    this.tell({ _tag: "NodeJoined", node, engines: [`${node}/engine-0`], roots: [] })
  }

  private lose(node: string): void {
    this.losses += 1
    this.lives.delete(node)
    this.tell({ _tag: "NodeLost", node, reason: "no heartbeat" })
  }

  private starts(engine: string): void {
    this.starting.delete(engine)
    this.tell({ _tag: "EngineReady", engine })
  }

  private attemptEnds(engine: string, running: Running): void {
    this.running.delete(engine)
    const { at } = running
    this.tell({ _tag: "AttemptEnded", at, engine, outcome: this.outcome(running), memoryBytes: 10 })
  }

  private outcome({ at, node, inputs, isTold }: Running): AttemptOutcome {
    const dice = this.choose(40)
    // It may have read everything before its input went, or have done all its work before it was told to stop.
    if (isTold && dice < 30) return { _tag: "stopped" }
    const gone = inputs.find((input) => this.lives.get(input.node) !== input.life)
    if (gone !== undefined && dice < 20) return { _tag: "inputLost", node: gone.node, message: "gone" }
    if (dice === 20) return { _tag: "failed", error: new EngineLost({ message: "trap" }) }
    if (dice === 21 && node !== "a") return { _tag: "refused", message: `node ${node} is leaving` }
    const output = this.make(at, inputs)
    this.stores.set(storeKey(node, this.lives.get(node), at), output)
    if (at.stage === this.stages.length - 1 && !isTold) this.keepResult(output)
    return { _tag: "done", digest: hash(output.rows), bytes: 1 }
  }

  private make({ stage, task }: AttemptKey, inputs: Running["inputs"]): Output {
    const madeOf = inputs.map(({ output }) => output)
    this.nonce += 1
    const own = this.stages[stage]?.volatile === true ? `!${this.nonce}` : ""
    return { stage, task, madeOf, rows: `${stage}.${task}${own}(${madeOf.map(({ rows }) => rows).join()})` }
  }

  /** Rows that have left are compared with those that come again. */
  private keepResult(output: Output): void {
    this.results.set(output.task, output)
  }

  private tell(event: SchedulerEvent): void {
    const [state, actions] = step(this.state, event)
    this.state = state
    for (const action of actions) this.perform(action)
  }

  private perform(action: Action): void {
    switch (action._tag) {
      case "StartEngine":
        this.starting.add(action.engine)
        return
      case "RunAttempt":
        return this.run(action.at, action.engine)
      case "StopAttempt": {
        const running = this.running.get(action.engine)
        if (running !== undefined) running.isTold = true
        return
      }
      case "QueryDone":
        this.end = "done"
        return this.expectConsistent()
      case "QueryFailed":
        assert.equal(this.end, undefined)
        assert.match(action.error.message, /node|worker|engine|input/u)
        this.end = "failed"
        return
      case "QueryDrained":
        assert.equal(this.running.size, 0, "something still runs for it")
        this.isDrained = true
        return
      case "TaskCompleted":
      case "RecycleEngine":
      case "LendEngine":
      case "RefuseLoan":
        return
    }
  }

  private run(at: AttemptKey, engine: string): void {
    const node = engine.split("/")[0] ?? ""
    assert.equal(this.end, undefined)
    assert.ok(node === "a" || this.lives.has(node), `${engine} is gone`)
    assert.ok(!this.running.has(engine))
    assert.ok(![...this.running.values()].some((each) => each.at.stage === at.stage && each.at.task === at.task))
    if (at.attempt > 1) this.reruns += 1
    this.running.set(engine, { at, node, inputs: this.inputsOf(at), isTold: false })
  }

  /** Every task of every stage that it reads has one output, on a node that is there. */
  private inputsOf(at: AttemptKey): Running["inputs"] {
    const { stages } = expectQuery(this.state, "q")
    return expectStage(stages, at.stage).shape.reads.flatMap((read) =>
      expectStage(stages, read).tasks.map((task, index) => {
        assert.equal(task.state, "done", "an input is not complete")
        const { node = "", attempt = 0 } = task.output ?? {}
        const life = this.lives.get(node)
        const output = this.stores.get(storeKey(node, life, { query: "q", stage: read, task: index, attempt }))
        assert.ok(life !== undefined && output !== undefined, `node ${node} does not hold ${read}.${index}`)
        return { node, life, output }
      }),
    )
  }

  /** All that the answer is made of is made of one output of each task: never of two that differ. */
  private expectConsistent(): void {
    assert.equal(this.results.size, this.stages.at(-1)?.tasks)
    const rows = new Map<string, string>()
    const visit = (output: Output) => {
      const key = `${output.stage}.${output.task}`
      assert.equal(rows.get(key) ?? output.rows, output.rows, `two outputs of ${key} are in the answer`)
      rows.set(key, output.rows)
      for (const input of output.madeOf) visit(input)
    }
    for (const result of this.results.values()) visit(result)
  }
}

function storeKey(node: string, life: number | undefined, { stage, task, attempt }: AttemptKey): string {
  return `${node}/${life}/${stage}.${task}#${attempt}`
}

function hash(text: string): number {
  let value = 0
  for (const letter of text) value = (value * 31 + (letter.codePointAt(0) ?? 0)) % 4_294_967_291
  return value
}
