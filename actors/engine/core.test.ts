import { describe, expect, test } from "vitest"
import { QueryError } from "../errors.ts"
import type { EngineState, WorkReport } from "./core.ts"
import { STARTING, step } from "./core.ts"
import type { EngineRequest, EngineTask, TaskMetrics } from "./messages.ts"

const task: EngineTask = {
  id: "a",
  query: "q",
  inputs: [{ table: "t", columns: [] }],
  sql: "SELECT 1",
  columns: [],
  partitions: 0,
  batchBytesTarget: 1,
}
const batch = { bytes: new Uint8Array(0), rows: 2, checksum: 0 }
const input: EngineRequest = { _tag: "InputBatch", task: "a", table: "t", batch }
const taken: WorkReport = { _tag: "Ingested", task: "a", table: "t", rows: 2 }
const start: EngineRequest = { _tag: "StartTask", task }
const created: WorkReport = { _tag: "TablesCreated", task: "a" }
const run = (rows: number): EngineRequest => ({ _tag: "RunTask", task: "a", rows: { t: rows } })
const cancel: EngineRequest = { _tag: "CancelTask", task: "a" }
const metrics: TaskMetrics = {
  busyMs: 1,
  decodeMs: 0,
  ingestMs: 0,
  executeMs: 1,
  scatterMs: 0,
  rowsIn: 2,
  rowsOut: 1,
  bytesOut: 10,
  partitionRows: [1],
  memoryBytes: 1,
  bytesDecoded: 0,
  bytesIngested: 0,
  rowsSkipped: { pages: 0, rows: 0 },
  cache: { hits: 0, misses: 0, evicted: 0, bytes: 0 },
}
const finished: WorkReport = { _tag: "Finished", task: "a", metrics }
const opened: WorkReport = { _tag: "Opened", version: "v1" }

/** Feeds events; tells the last state and, in short words, every action. */
function after(...events: (EngineRequest | WorkReport)[]): readonly [EngineState["_tag"], string[]] {
  let state: EngineState = STARTING
  const said: string[] = []
  for (const event of events) {
    const [next, actions] = step(state, event)
    state = next
    for (const action of actions) {
      if (action._tag !== "Emit") said.push(action._tag)
      else if (action.event._tag !== "TaskFailed") said.push(`!${action.event._tag}`)
      else said.push(`!${action.event.error._tag}: ${action.event.error.message}`)
    }
  }
  return [state._tag, said]
}

describe("an engine's life", () => {
  test("a task from start to end", () => {
    const all = after(opened, start, created, input, taken, input, taken, run(4), finished)
    expect(all).toEqual([
      "idle",
      ["!Ready", "CreateTables", "Ingest", "!InputTaken", "Ingest", "!InputTaken", "Run", "Clear", "!TaskDone"],
    ])
  })

  test("law 3: fewer rows than were promised", () => {
    const [state, said] = after(opened, start, created, input, taken, run(5))
    expect(state).toBe("idle")
    expect(said.slice(-2)).toEqual(["Clear", "!ExchangeError: t holds 2 rows, but its producers wrote 5"])
  })

  test("law 3: more rows than were promised", () => {
    const [, said] = after(opened, start, created, input, taken, input, taken, run(2))
    expect(said.at(-1)).toBe("!ExchangeError: t holds 4 rows, but its producers wrote 2")
  })

  test("a cancellation between inputs ends the task at once", () => {
    const [state, said] = after(opened, start, created, cancel)
    expect([state, said.slice(-2)]).toEqual(["idle", ["Clear", "!Cancelled: the task was cancelled"]])
  })

  test.each([
    ["creating tables", [start], created],
    ["ingesting", [start, created, input], taken],
    ["running", [start, created, run(0)], finished],
    ["failing", [start, created, run(0)], failure()],
  ])("a cancellation while %s waits for the work to report", (_, before, report) => {
    const [waiting, asked] = after(opened, ...before, cancel, cancel)
    expect([waiting, asked.at(-1)]).toEqual(["cancelling", "Interrupt"])
    const [state, said] = after(opened, ...before, cancel, report)
    expect([state, said.slice(-2)]).toEqual(["idle", ["Clear", "!Cancelled: the task was cancelled"]])
  })

  test("a failure ends the task, and the engine lives on", () => {
    const [state, said] = after(opened, start, created, run(0), failure(), start)
    expect([state, said.slice(-3)]).toEqual(["loading", ["Clear", "!QueryError: Conversion Error: no", "CreateTables"]])
  })

  test("what arrives for a task that is over is dropped", () => {
    const over = after(opened, start, created, cancel)
    expect(after(opened, start, created, cancel, input, run(0), taken, finished, cancel)).toEqual(over)
  })

  test("one task at a time", () => {
    const second: EngineRequest = { _tag: "StartTask", task: { ...task, id: "b" } }
    const [state, said] = after(opened, start, created, second)
    expect(state).toBe("loading")
    expect(said.at(-1)).toBe(
      "!QueryError: task b was sent to an engine that is loading; an engine takes one task at a time",
    )
  })

  test("input for a table that the task does not have", () => {
    const [, said] = after(opened, start, created, { ...input, table: "u" })
    expect(said.at(-1)).toBe("!ExchangeError: task a has no input table u")
  })

  test("input after the task had started", () => {
    const [state, said] = after(opened, start, created, run(0), input)
    expect([state, said.at(-1)]).toEqual(["idle", "!ExchangeError: t got input after its task had started"])
  })

  test("nothing leads out of a trap", () => {
    const broke: WorkReport = { _tag: "Broke", message: "RuntimeError: unreachable" }
    expect(after(opened, broke, start, opened, broke)).toEqual(["broken", ["!Ready", "!Trapped"]])
  })

  test("calls are answered while a task runs", () => {
    const call: EngineRequest = { _tag: "Describe", call: 1, sql: "SELECT 1" }
    const [state, said] = after(opened, start, created, run(0), call)
    expect([state, said.at(-1)]).toEqual(["running", "Answer"])
  })
})

function failure(): WorkReport {
  const error = new QueryError({ kind: "Conversion", message: "Conversion Error: no" })
  return { _tag: "WorkFailed", task: "a", error }
}
