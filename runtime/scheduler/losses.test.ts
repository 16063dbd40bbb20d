import { describe, expect, test } from "vitest"
import { EngineLost } from "../../actors/errors.ts"
import { step, TASK_ATTEMPTS_MAX } from "./core.ts"
import { NODE_LOSSES_MAX } from "./losses.ts"
import { initialState } from "./state.ts"
import type { Action, AttemptKey, AttemptOutcome, SchedulerEvent, SchedulerState, StageShape } from "./state.ts"

/** A scheduler on node `a`, which has no engine of its own unless it is given some, and the nodes that join it. */
class Run {
  state: SchedulerState
  constructor(own: number, nodes: Readonly<Record<string, number>>, roots: Readonly<Record<string, string[]>> = {}) {
    const names = Array.from({ length: own }, (_, index) => `a/engine-${index}`)
    this.state = initialState(names, 1000, { name: "a", roots: roots["a"] ?? [] })
    this.tell({ _tag: "EnginesWanted", engines: own })
    for (const engine of names) this.tell({ _tag: "EngineReady", engine })
    for (const [node, engines] of Object.entries(nodes)) this.join(node, engines, roots[node])
  }
  tell(event: SchedulerEvent): readonly string[] {
    return this.actions(event).map(actionText)
  }
  actions(event: SchedulerEvent): readonly Action[] {
    const [state, actions] = step(this.state, event)
    this.state = state
    return actions
  }
  join(node: string, engines: number, roots: readonly string[] = []): readonly string[] {
    const names = Array.from({ length: engines }, (_, index) => `${node}/engine-${index}`)
    return this.tell({ _tag: "NodeJoined", node, engines: names, roots })
  }
  submit(...stages: readonly StageShape[]): readonly string[] {
    return this.tell({ _tag: "QuerySubmitted", query: { id: "q", stages } })
  }
  lose(node: string): readonly string[] {
    return this.tell({ _tag: "NodeLost", node, reason: "it sent no heartbeat" })
  }
  end(text: string, outcome: AttemptOutcome): readonly string[] {
    const [key = "", engine = ""] = text.split(" on ")
    return this.tell({ _tag: "AttemptEnded", at: keyOf(key), engine, outcome, memoryBytes: 10 })
  }
  done(text: string, digest = 1, bytes = 8): readonly string[] {
    return this.end(text, { _tag: "done", digest, bytes })
  }
}

/** `0.1#2` is the second attempt of task 1 of stage 0. */
function keyOf(text: string): AttemptKey {
  const [stage = 0, task = 0, attempt = 1] = text.split(/[.#]/u).map(Number)
  return { query: "q", stage, task, attempt }
}

function actionText(action: Action): string {
  switch (action._tag) {
    case "RunAttempt":
      return `run ${attemptText(action.at)} on ${action.engine}`
    case "StopAttempt":
      return `stop ${attemptText(action.at)}`
    case "TaskCompleted":
      return `completed ${attemptText(action.at)}`
    case "QueryFailed":
      return `failed: ${action.error.message}`
    default:
      return action._tag
  }
}

function attemptText({ stage, task, attempt }: AttemptKey): string {
  return `${stage}.${task}#${attempt}`
}

const shape = (id: number, reads: readonly number[], tasks: number, more: Partial<StageShape> = {}): StageShape => ({
  id,
  reads,
  tasks,
  ...more,
})
const stopped: AttemptOutcome = { _tag: "stopped" }

describe("placing on nodes", () => {
  test("tasks are spread evenly, one after the other", () => {
    const run = new Run(1, { b: 2, c: 1 })
    expect(run.submit(shape(0, [], 8))).toEqual([
      "run 0.0#1 on a/engine-0",
      "run 0.1#1 on b/engine-0",
      "run 0.2#1 on c/engine-0",
      "run 0.3#1 on b/engine-1",
    ])
  })

  test("a task goes only where its root is, also past one that is waiting for its own", () => {
    const run = new Run(0, { b: 1, c: 1 }, { b: ["x"], c: ["x", "y"] })
    const roots = [["y"], ["y"], ["x"], ["x"]]
    expect(run.submit(shape(0, [], 4, { roots }))).toEqual(["run 0.0#1 on c/engine-0", "run 0.2#1 on b/engine-0"])
    expect(run.done("0.2#1 on b/engine-0")).toEqual(["completed 0.2#1", "run 0.3#1 on b/engine-0"])
    expect(run.done("0.3#1 on b/engine-0")).toEqual(["completed 0.3#1"])
    expect(run.done("0.0#1 on c/engine-0")).toEqual(["completed 0.0#1", "run 0.1#1 on c/engine-0"])
  })

  test("a stage of one task runs where most of its input lies", () => {
    const run = new Run(1, { b: 1, c: 1 })
    run.submit(shape(0, [], 3), shape(1, [0], 1))
    run.done("0.0#1 on a/engine-0", 1, 10)
    run.done("0.2#1 on c/engine-0", 1, 20)
    expect(run.done("0.1#1 on b/engine-0", 1, 30)).toEqual(["completed 0.1#1", "run 1.0#1 on b/engine-0"])
  })

  test.each<[string, Run, readonly StageShape[], string]>([
    [
      "no worker",
      new Run(0, {}),
      [shape(0, [], 1)],
      "there is no worker to run the query; start a node with the role worker",
    ],
    [
      "no worker with the root",
      new Run(1, { b: 1 }, { b: ["y"] }),
      [shape(0, [], 1, { roots: [["x"]] })],
      'there is no worker with the data root "x"; start one that has it',
    ],
  ])("%s: refused at once", (_, run, stages, message) => {
    expect(run.submit(...stages)).toEqual([`failed: the query was not started: ${message}`, "QueryDrained"])
  })

  test("a node that is about to leave gets no tasks of new queries, and goes on with those it works for", () => {
    const run = new Run(0, { b: 1, c: 1 })
    run.submit(shape(0, [], 4))
    run.tell({ _tag: "NodeDrains", node: "b" })
    expect(run.done("0.0#1 on b/engine-0")).toEqual(["completed 0.0#1", "run 0.2#1 on b/engine-0"])
    expect(run.end("0.1#1 on c/engine-0", { _tag: "refused", message: "node c is leaving" })).toEqual([])
    expect(run.done("0.2#1 on b/engine-0")).toEqual(["completed 0.2#1", "run 0.1#2 on b/engine-0"])
    const next = { id: "next", stages: [shape(0, [], 1)] }
    expect(run.tell({ _tag: "QuerySubmitted", query: next })).toEqual([
      "failed: the query was not started: every worker that there is is about to leave; start another one",
      "QueryDrained",
    ])
  })
})

describe("a lost node", () => {
  /** Engines a and b, and two tasks under way, the second on b. */
  const two = (...stages: readonly StageShape[]) => {
    const run = new Run(1, { b: 1 })
    run.submit(...stages)
    return run
  }

  test("what ran there runs elsewhere, without counting against the task", () => {
    const run = two(shape(0, [], 2))
    for (let loss = 1; loss < TASK_ATTEMPTS_MAX; loss += 1) {
      expect(run.lose("b")).toEqual([`stop 0.1#${loss}`])
      run.join("b", 1)
      expect(run.end(`0.1#${loss} on b/engine-0`, stopped)).toEqual([`run 0.1#${loss + 1} on b/engine-0`])
    }
    expect(run.state.queries.get("q")?.stages.get(0)?.tasks[1]).toMatchObject({ state: "running", faults: 0 })
  })

  test("what it held is made again where it is still read, also for a reader that is made again", () => {
    const run = two(shape(0, [], 2), shape(1, [0], 2), shape(2, [1], 1))
    run.done("0.1#1 on b/engine-0")
    expect(run.done("0.0#1 on a/engine-0")).toEqual([
      "completed 0.0#1",
      "run 1.0#1 on a/engine-0",
      "run 1.1#1 on b/engine-0",
    ])
    expect(run.done("1.1#1 on b/engine-0")).toEqual(["completed 1.1#1"])
    // 1.0 runs on a with all it needs; 1.1 must be made again, and for it 0.1.
    expect(run.lose("b")).toEqual([])
    expect(run.done("1.0#1 on a/engine-0")).toEqual(["completed 1.0#1", "run 0.1#2 on a/engine-0"])
    expect(run.done("0.1#2 on a/engine-0")).toEqual(["completed 0.1#2", "run 1.1#2 on a/engine-0"])
    expect(run.done("1.1#2 on a/engine-0")).toEqual(["completed 1.1#2", "run 2.0#1 on a/engine-0"])
    expect(run.done("2.0#1 on a/engine-0")).toEqual(["completed 2.0#1", "QueryDone", "QueryDrained"])
  })

  test("what nobody reads any more is not made again", () => {
    const run = two(shape(0, [], 2), shape(1, [0], 1), shape(2, [1], 1))
    run.done("0.1#1 on b/engine-0", 1, 1)
    expect(run.done("0.0#1 on a/engine-0", 1, 100)).toEqual(["completed 0.0#1", "run 1.0#1 on a/engine-0"])
    expect(run.done("1.0#1 on a/engine-0")).toEqual(["completed 1.0#1", "run 2.0#1 on a/engine-0"])
    expect(run.lose("b")).toEqual([])
    expect(run.done("2.0#1 on a/engine-0")).toEqual(["completed 2.0#1", "QueryDone", "QueryDrained"])
  })

  test("a reader that could not read from it waits for what is made again, without a fault", () => {
    const run = two(shape(0, [], 2), shape(1, [0], 2))
    run.done("0.1#1 on b/engine-0")
    run.done("0.0#1 on a/engine-0")
    expect(run.lose("b")).toEqual(["stop 1.1#1"])
    const inputLost: AttemptOutcome = { _tag: "inputLost", node: "b", message: "node b: nobody listens" }
    expect(run.end("1.0#1 on a/engine-0", inputLost)).toEqual(["run 0.1#2 on a/engine-0"])
    expect(run.end("1.1#1 on b/engine-0", stopped)).toEqual([])
    expect(run.done("0.1#2 on a/engine-0")).toEqual(["completed 0.1#2", "run 1.1#2 on a/engine-0"])
    expect(
      run.state.queries
        .get("q")
        ?.stages.get(1)
        ?.tasks.map(({ faults }) => faults),
    ).toEqual([0, 0])
  })

  test("with no other worker the query fails at once and names it", () => {
    const run = new Run(0, { b: 1 })
    run.submit(shape(0, [], 2))
    expect(run.lose("b")).toEqual([
      "stop 0.0#1",
      "failed: node b was lost (it sent no heartbeat): there is no worker to run the query; start a node with the role worker",
    ])
    expect(run.end("0.0#1 on b/engine-0", stopped)).toEqual(["QueryDrained"])
    expect([...run.state.engines]).toEqual([])
  })

  test("with no other worker that has the root, too", () => {
    const run = new Run(1, { b: 1 }, { b: ["x"] })
    run.submit(shape(0, [], 1, { roots: [["x"]] }))
    expect(run.lose("b")).toEqual([
      "stop 0.0#1",
      'failed: node b was lost (it sent no heartbeat): there is no worker with the data root "x"; start one that has it',
    ])
  })

  test("more than so many are too many for one query", () => {
    const run = two(shape(0, [], 2))
    let actions: readonly string[] = []
    for (let loss = 1; loss <= NODE_LOSSES_MAX + 1; loss += 1) {
      actions = run.lose("b")
      run.join("b", 1)
      run.end(`0.1#${loss} on b/engine-0`, stopped)
    }
    expect(actions.at(1)).toBe(
      `failed: the query lost ${NODE_LOSSES_MAX + 1} nodes while it ran; the last one: node b was lost (it sent no heartbeat)`,
    )
  })

  test("a query that does not need the node does not count its loss", () => {
    const run = two(shape(0, [], 1))
    expect(run.lose("b")).toEqual([])
    expect(run.state.queries.get("q")?.losses).toBe(0)
  })
})

describe("a second attempt (law 4)", () => {
  /** 1.0 has read what 0.1 wrote on b, and is done; then b is lost with 1.1, and 0.1 is done again. */
  function rerun(digest: number, stages: readonly StageShape[]) {
    const run = new Run(1, { b: 1 })
    run.submit(...stages)
    run.done("0.1#1 on b/engine-0", 7)
    run.done("0.0#1 on a/engine-0")
    run.done("1.0#1 on a/engine-0")
    run.lose("b")
    run.end("1.1#1 on b/engine-0", stopped)
    return { run, actions: run.done("0.1#2 on a/engine-0", digest) }
  }
  const three = (more: Partial<StageShape> = {}) => [shape(0, [], 2, more), shape(1, [0], 2), shape(2, [1], 1)]

  test("that gave the same changes nothing for those that read the first", () => {
    const { run, actions } = rerun(7, three())
    expect(actions).toEqual(["completed 0.1#2", "run 1.1#2 on a/engine-0"])
    expect(run.done("1.1#2 on a/engine-0")).toEqual(["completed 1.1#2", "run 2.0#1 on a/engine-0"])
  })

  test.each<[string, number, Partial<StageShape>]>([
    ["that gave something else", 8, {}],
    ["of a volatile stage", 7, { volatile: true }],
  ])("%s runs every reader again that read the first", (_, digest, more) => {
    const { run, actions } = rerun(digest, three(more))
    expect(actions).toEqual(["completed 0.1#2", "run 1.0#2 on a/engine-0"])
    expect(run.done("1.0#2 on a/engine-0")).toEqual(["completed 1.0#2", "run 1.1#2 on a/engine-0"])
    expect(run.done("1.1#2 on a/engine-0")).toEqual(["completed 1.1#2", "run 2.0#1 on a/engine-0"])
  })

  test("stops a reader that runs, whose end then does not count", () => {
    const run = new Run(1, { b: 1, c: 1 })
    run.submit(shape(0, [], 2), shape(1, [0], 3), shape(2, [1], 1))
    run.done("0.1#1 on b/engine-0", 7)
    expect(run.done("0.0#1 on a/engine-0")).toEqual([
      "completed 0.0#1",
      "run 1.0#1 on a/engine-0",
      "run 1.1#1 on b/engine-0",
      "run 1.2#1 on c/engine-0",
    ])
    run.lose("b")
    expect(run.done("1.2#1 on c/engine-0")).toEqual(["completed 1.2#1", "run 0.1#2 on c/engine-0"])
    expect(run.done("0.1#2 on c/engine-0", 8)).toEqual(["completed 0.1#2", "stop 1.0#1", "run 1.2#2 on c/engine-0"])
    expect(run.done("1.0#1 on a/engine-0")).toEqual(["run 1.0#2 on a/engine-0"])
  })

  test("whose first was read by rows that have left fails the query", () => {
    const { actions } = rerun(8, [shape(0, [], 2), shape(1, [0], 2)])
    expect(actions).toEqual([
      "completed 0.1#2",
      "failed: stage 0 ran again, because a node was lost, and gave other rows than the first time; rows of the result " +
        "that were made of the first have left already: run the query again",
      "QueryDrained",
    ])
  })
})

test("an input that a node which is there does not give: tried a few times, then the last words are told", () => {
  const run = new Run(1, { b: 1 })
  run.submit(shape(0, [], 1), shape(1, [0], 1))
  run.done("0.0#1 on a/engine-0", 1, 0)
  const outcome: AttemptOutcome = { _tag: "inputLost", node: "b", message: "node b: batch 3 is damaged" }
  let actions: readonly string[] = []
  for (let attempt = 1; attempt <= TASK_ATTEMPTS_MAX; attempt += 1) {
    const { engine } = run.state.queries.get("q")?.stages.get(1)?.tasks[0] ?? {}
    actions = run.end(`1.0#${attempt} on ${engine}`, outcome)
  }
  expect(actions).toEqual([
    "failed: task 0 of stage 1 could not read its input 3 times; the last time: node b: batch 3 is damaged",
    "QueryDrained",
  ])
})

test("an engine that another node lost is that node's affair", () => {
  const run = new Run(0, { b: 1 })
  run.submit(shape(0, [], 1))
  const error = new EngineLost({ message: "RuntimeError: unreachable", node: "b/engine-0" })
  expect(
    run.tell({
      _tag: "AttemptEnded",
      at: keyOf("0.0"),
      engine: "b/engine-0",
      outcome: { _tag: "failed", error },
      memoryBytes: undefined,
    }),
  ).toEqual(["run 0.0#2 on b/engine-0"])
})
