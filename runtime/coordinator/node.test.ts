import assert from "node:assert/strict"
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { EngineLost, OutOfMemory, QueryError, SourceError } from "../../actors/errors.ts"
import type { Source } from "../../actors/sources/source.ts"
import type { TableRef } from "../../planner/ast/query.ts"
import { SyntaxError } from "../../planner/errors.ts"
import type { Stage, StageInput, StagePlan } from "../../planner/physical/stage.ts"
import type { FakeBehaviour, FakeRow, FakeThread, FakeWork } from "../pool/testing/fake-thread.ts"
import { fakeSplit, fakeThread, fakeValues } from "../pool/testing/fake-thread.ts"
import type { QueryResult } from "../session.ts"
import type { Planner, PlanRequest } from "./coordinator.ts"
import { openNode } from "./node.ts"
import type { Node } from "./node.ts"

let folder = ""
let node: Node | undefined
let threads: FakeThread[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "skein-node-"))
  await writeFile(join(folder, "t.parquet"), "")
  threads = []
})

afterEach(async () => {
  await node?.close()
  node = undefined
  assert.deepEqual(await readdir(folder), ["t.parquet"], "files are left behind")
  await rm(folder, { recursive: true })
})

/** One split of so many rows each, with the numbers from 0 on. */
function numbers(...splitRows: readonly number[]): Source {
  return {
    kind: "fake",
    describe: async ([file = ""]) => {
      let first = 0
      const contents = splitRows.map((rows) => {
        first += rows
        return Array.from({ length: rows }, (_, index) => first - rows + index)
      })
      return {
        columns: [{ name: "x", type: "INTEGER", bytes: 4 * first, min: undefined, max: undefined }],
        hidden: [],
        rows: first,
        files: 1,
        splits: () => ({
          splits: contents.map((rows, index) => ({ file, index, rows: rows.length, bytes: 4 * rows.length })),
          pruned: 1,
          rowsSkipped: { files: 0, rowGroups: 5 },
        }),
        identity: () => ({ bytes: 1, checksum: 1 }),
        survivors: async () => [],
        version: ({ file, index }) => `${file} ${index}`,
        fetch: async (split) => fakeSplit(file, contents[split.index] ?? []),
      }
    },
  }
}

interface Setup {
  readonly workers?: number
  readonly source?: Source
  readonly behaviour: FakeBehaviour
  readonly planner: Planner
  readonly spawn?: (name: string) => Promise<FakeThread>
}

async function open({ workers = 2, source = numbers(3, 3, 3, 1), behaviour, planner, spawn }: Setup): Promise<Node> {
  node = await openNode({
    workers,
    places: { dataDir: folder, cwd: folder },
    planner,
    source,
    spoolParent: folder,
    spawn:
      spawn ??
      (async (name) => {
        const thread = fakeThread(name, behaviour)
        threads.push(thread)
        return thread
      }),
  })
  return node
}

const ref: TableRef = {
  _tag: "TableRef",
  qualifiers: [],
  name: "t",
  spelling: "identifier",
  nameSpan: { start: 0, end: 1 },
  alias: undefined,
  at: undefined,
  sample: undefined,
  span: { start: 0, end: 1 },
}
const column = { name: "x", type: "INTEGER", wireType: "INTEGER" }

function stage(
  id: number,
  sql: string,
  tasks: Stage["tasks"]["_tag"],
  partitions: number,
  inputs: StageInput[],
): Stage {
  return {
    id,
    title: sql,
    inputs,
    sql,
    columns: [column],
    tasks: { _tag: tasks },
    output: partitions === 0 ? { _tag: "single" } : { _tag: "hash", partitions },
    volatile: false,
    isOrdered: true,
    gatheredBecause: undefined,
    columnNames: {},
    tree: [],
  }
}

function scan(source: string): StageInput {
  const columns = [{ name: "x", sourceName: "x", type: "INTEGER" }]
  return { _tag: "scan", table: "t", source, columns, pruning: [], limit: undefined }
}

function exchange(from: number, mode: "hash" | "broadcast" | "gather"): StageInput {
  return { _tag: "exchange", table: `s${from}`, stage: from, mode, columns: [column] }
}

function plan(partitions: number, ...stages: readonly Stage[]): StagePlan {
  return { stages, output: [{ name: "x", type: "INTEGER" }], partitions }
}

const resolve = ({ catalog }: PlanRequest) => catalog.resolve(ref)

/** scan → sum of each task → sum of all. */
const sumPlan: Planner = async (_, request) => {
  const { id } = await resolve(request)
  return plan(1, stage(0, "sum", "splits", 0, [scan(id)]), stage(1, "sum", "single", 0, [exchange(0, "gather")]))
}

const total = (inputs: ReadonlyMap<string, readonly number[]>) =>
  [...inputs.values()].flat().reduce((all, value) => all + value, 0)
const sum: FakeWork = (inputs) => [{ partition: 0, value: total(inputs) }]
const copy: FakeWork = (inputs) => [...inputs.values()].flat().map((value): FakeRow => ({ partition: 0, value }))
const scatter =
  (add: number): FakeWork =>
  (inputs, { partitions }) =>
    [...inputs.values()].flat().map((value) => ({ partition: value % partitions, value: value + add * partitions }))

async function values(result: QueryResult): Promise<number[]> {
  const found: number[] = []
  for await (const batch of result.batches) found.push(...fakeValues(batch.ipc))
  return found
}

/** Everything that a query may leave behind. */
function expectNothingLeft({ store, system }: Node): void {
  const { queries, openReaders, memoryBytes, windowBytes, spooledBytes, spooledFiles } = store.counts()
  expect({ queries, openReaders, memoryBytes, windowBytes, spooledBytes, spooledFiles }).toEqual({
    queries: 0,
    openReaders: 0,
    memoryBytes: 0,
    windowBytes: 0,
    spooledBytes: 0,
    spooledFiles: 0,
  })
  expect(system.counts().piped).toBe(0)
}

describe("a query", () => {
  test("is answered, and its cost written down", async () => {
    const session = await open({ behaviour: { work: { sum } }, planner: sumPlan })
    const result = await session.query("any")
    expect(await values(result)).toEqual([45])
    const { actors, stages, planMs, totalMs, ...counts } = result.metrics()
    expect(counts).toEqual({
      rows: 1,
      bytesRead: 10,
      bytesExchanged: stages[0]?.bytesOut,
      bytesRemote: 0,
      splits: 4,
      splitsPruned: 1,
      bytesDecoded: 0,
      bytesIngested: 0,
      cache: { hits: 0, misses: 0, evicted: 0 },
      rowsSkipped: { files: 0, rowGroups: 5, pages: 0, rows: 0 },
      // Of the four splits two that are neighbours have one home.
      tasks: 4,
      attempts: 4,
    })
    expect(totalMs).toBeGreaterThanOrEqual(planMs)
    expect(actors.map(({ name }) => name)).toEqual(["engine-0", "engine-1"])
    expect(actors.reduce((tasks, actor) => tasks + actor.tasks, 0)).toBe(4)
    expect(stages.map(({ stage: id, tasks, rowsIn, rowsOut }) => ({ id, tasks, rowsIn, rowsOut }))).toEqual([
      { id: 0, tasks: 3, rowsIn: 10, rowsOut: 3 },
      { id: 1, tasks: 1, rowsIn: 3, rowsOut: 1 },
    ])
    expectNothingLeft(session)
  })

  test.each([0, 1.5, 65, Number.NaN])("cannot be asked of %d workers", async (workers) => {
    await expect(open({ workers, behaviour: { work: {} }, planner: sumPlan })).rejects.toMatchObject({
      _tag: "QueryError",
      message: `the number of workers must be a whole number from 1 to 64, but is ${workers}`,
    })
  })

  test("that DuckDB refuses is refused in DuckDB's words", async () => {
    const refusal = { kind: "Binder", message: "Binder Error: no", position: undefined, candidates: undefined }
    const call: FakeBehaviour["call"] = ({ call: id }) => ({ _tag: "CallFailed", call: id, refusal })
    const planner: Planner = async (sql, { oracle }) =>
      plan(1, stage(0, String(await oracle.evaluate(sql)), "single", 0, []))
    const session = await open({ behaviour: { work: {}, call }, planner })
    await expect(session.query("any")).rejects.toMatchObject({ _tag: "BindError", message: "Binder Error: no" })
  })

  test("over no split at all still runs its stages (law 7)", async () => {
    const session = await open({ behaviour: { work: { sum } }, planner: sumPlan, source: numbers() })
    expect(await values(await session.query("any"))).toEqual([0])
  })

  test("takes LIMIT's rows from the first splits only", async () => {
    const planner: Planner = async (_, request) => {
      const { id } = await resolve(request)
      return plan(1, stage(0, "copy", "splits", 0, [{ ...scan(id), limit: 4 } as StageInput]))
    }
    const session = await open({ behaviour: { work: { copy } }, planner })
    const result = await session.query("any")
    expect(await values(result)).toEqual([0, 1, 2, 3, 4, 5])
    expect(result.metrics().splits).toBe(2)
  })

  test("that is a diamond of five stages with 8 partitions needs one engine only", async () => {
    const planner: Planner = async (_, request) => {
      const { id } = await resolve(request)
      return plan(
        8,
        stage(0, "scatter", "splits", 8, [scan(id)]),
        stage(1, "left", "partitions", 8, [exchange(0, "hash")]),
        stage(2, "right", "partitions", 8, [exchange(0, "hash")]),
        stage(3, "join", "partitions", 0, [exchange(1, "hash"), exchange(2, "hash")]),
        stage(4, "sum", "single", 0, [exchange(3, "gather")]),
      )
    }
    const work = { scatter: scatter(0), left: scatter(1), right: scatter(2), join: sum, sum }
    const session = await open({ workers: 1, behaviour: { work }, planner, source: numbers(50, 50) })
    // Every number arrives twice, once with 8 and once with 16 added to it.
    expect(await values(await session.query("any"))).toEqual([2 * 4950 + 100 * 24])
    expect(threads.map(({ name }) => name)).toEqual(["engine-0"])
  })

  test("that does not parse or names no table starts no engine", async () => {
    const session = await open({
      behaviour: { work: {} },
      planner: async (sql, request) => {
        if (sql === "SELEC") throw new SyntaxError({ message: "no statement begins with SELEC" })
        await request.catalog.resolve({ ...ref, name: "u" })
        throw new Error("not reached")
      },
    })
    await expect(session.query("SELEC")).rejects.toMatchObject({ _tag: "SyntaxError" })
    await expect(session.query("FROM u")).rejects.toMatchObject({ _tag: "UnknownTable" })
    expect(threads).toEqual([])
  })

  test("is planned on an engine that has nothing to do, else on one more", async () => {
    const started = Promise.withResolvers<void>()
    const stalling: FakeWork = () => {
      started.resolve()
      return "stall"
    }
    const asking: Planner = async (sql, request) => {
      const [column] = await request.oracle.describe(sql)
      return sumPlan(column?.name ?? "", request)
    }
    let work = stalling
    const behaviour: FakeBehaviour = {
      work: { sum: (inputs, task, thread) => work(inputs, task, thread) },
      call: ({ call, sql }) => ({ _tag: "Described", call, columns: [{ name: sql, type: "INTEGER" }] }),
    }
    const session = await open({ workers: 1, behaviour, planner: asking })
    const abort = new AbortController()
    const first = session.query("first", { signal: abort.signal }).then(values)
    await started.promise
    expect(threads.map(({ name }) => name)).toEqual(["engine-0"])
    await session.plan("second")
    await session.plan("third")
    expect(threads.map(({ name }) => name)).toEqual(["engine-0", "describer"])
    abort.abort()
    await expect(first).rejects.toMatchObject({ _tag: "Cancelled" })
    work = sum
    expect(await values(await session.query("fourth"))).toEqual([45])
    expectNothingLeft(session)
  })

  test("shares the engines with another", async () => {
    const session = await open({ behaviour: { work: { sum } }, planner: sumPlan })
    const results = await Promise.all([session.query("a"), session.query("b"), session.query("c")])
    expect(new Set(results.map(({ id }) => id)).size).toBe(3)
    expect(await Promise.all(results.map(values))).toEqual([[45], [45], [45]])
    expectNothingLeft(session)
  })
})

describe("a lost engine", () => {
  test("under a task: the task runs again and the answer is right (law 4)", async () => {
    let deaths = 2
    const dying: FakeWork = (inputs, task, thread) => {
      deaths -= 1
      if (deaths < 0) return sum(inputs, task, thread)
      thread.die("RuntimeError: unreachable")
      return "hang"
    }
    const session = await open({ behaviour: { work: { sum: dying } }, planner: sumPlan })
    const result = await session.query("any")
    expect(await values(result)).toEqual([45])
    expect(result.metrics()).toMatchObject({ tasks: 4, attempts: 6 })
    expectNothingLeft(session)
  })

  test("under the same task every time: the cause is told, with the task and the node", async () => {
    const dying: FakeWork = (_inputs, _task, thread) => {
      thread.die("RuntimeError: unreachable")
      return "hang"
    }
    const planner: Planner = async (_, request) =>
      plan(1, stage(7, "die", "single", 0, [scan((await resolve(request)).id)]))
    const session = await open({ workers: 1, behaviour: { work: { die: dying } }, planner })
    const error = await values(await session.query("any")).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(EngineLost)
    expect(error).toMatchObject({
      message: "task 0 of stage 7 lost its engine 3 times; the last time: RuntimeError: unreachable",
      stage: 7,
      task: 0,
      node: "engine-0",
    })
  })

  describe("after rows have left", () => {
    const onePlan: Planner = async (_, request) =>
      plan(1, stage(0, "rows", "single", 0, [scan((await resolve(request)).id)]))

    /** Reads one value, lets the engine die, and reads on. */
    async function readOverDeath(second: FakeWork): Promise<number[]> {
      let attempt = 0
      const rows: FakeWork = (inputs, task, thread) => {
        attempt += 1
        if (attempt > 1) return second(inputs, task, thread)
        const first = copy(inputs, task, thread)
        return Array.isArray(first) ? { _tag: "unfinished", rows: first.slice(0, 4) } : first
      }
      const session = await open({ workers: 1, behaviour: { work: { rows } }, planner: onePlan })
      const found: number[] = []
      for await (const batch of (await session.query("any")).batches) {
        if (found.length === 0) threads[0]?.die("it fell over")
        found.push(...fakeValues(batch.ipc))
      }
      expect(attempt).toBe(2)
      return found
    }

    test("the same rows are not sent twice (law 4)", async () => {
      expect(await readOverDeath(copy)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    })

    test("other rows are not sent at all: the query says so", async () => {
      const reversed: FakeWork = (inputs) =>
        [...inputs.values()].flat().map((value): FakeRow => ({ partition: 0, value: 9 - value }))
      await expect(readOverDeath(reversed)).rejects.toMatchObject({
        _tag: "ExchangeError",
        message:
          "Query q1, stage 0, task 0 (attempt 2), partition 0: the task ran again and gave other batches than those " +
          "that had been read already; run the query again.",
      })
    })
  })

  test("that never starts: the query says so", async () => {
    const spawn = () => Promise.reject(new Error("the WebAssembly file is missing"))
    const session = await open({ behaviour: { work: { sum } }, planner: sumPlan, spawn })
    await expect(session.query("any").then(values)).rejects.toMatchObject({
      _tag: "EngineLost",
      message:
        "no engine could be started, 3 times in a row; the last time: engine-1 did not start: the WebAssembly file is missing",
    })
    expectNothingLeft(session)
  })
})

describe("a failure", () => {
  test("of the statement's own ends the query at once, with its place", async () => {
    const failing: FakeWork = () =>
      new QueryError({ kind: "Conversion", message: "Conversion Error: Could not convert string 'x' to INT32" })
    const session = await open({ behaviour: { work: { sum: failing } }, planner: sumPlan })
    await expect(session.query("any").then(values)).rejects.toMatchObject({
      _tag: "QueryError",
      kind: "Conversion",
      message: "Conversion Error: Could not convert string 'x' to INT32",
      stage: 0,
      task: 0,
      node: expect.stringMatching(/^engine-[01]$/),
    })
    await session.close()
    expectNothingLeft(session)
  })

  test("of a file ends the query in the source's words", async () => {
    const source = numbers(3, 3)
    const broken: Source = {
      ...source,
      describe: async (files) => ({
        ...(await source.describe(files)),
        fetch: () => Promise.reject(new SourceError({ message: "t.parquet changed while it was read" })),
      }),
    }
    const session = await open({ behaviour: { work: { sum } }, planner: sumPlan, source: broken })
    await expect(session.query("any").then(values)).rejects.toMatchObject({
      _tag: "SourceError",
      message: "t.parquet changed while it was read",
    })
    await session.close()
    expectNothingLeft(session)
  })

  test("for want of memory: planned again with four times the partitions, at most twice", async () => {
    const asked: (number | undefined)[] = []
    const planner: Planner = async (_, request) => {
      asked.push(request.partitions)
      const { id } = await resolve(request)
      const partitions = request.partitions ?? 2
      return plan(partitions, stage(0, `scan${partitions}`, "single", 0, [scan(id)]))
    }
    const full: FakeWork = () => new OutOfMemory({ message: "Out of Memory Error: could not allocate block" })
    const behaviour = { work: { scan2: full, scan8: full, scan32: sum, scan3: full, scan12: full, scan48: full } }
    const session = await open({ behaviour, planner })
    expect(await values(await session.query("any"))).toEqual([45])
    expect(asked).toEqual([undefined, 8, 32])
    // The same when the failure comes before anybody reads.
    const unread = await session.query("any")
    await vi.waitUntil(() => session.store.counts().queries === 0)
    expect(await values(unread)).toEqual([45])
    await expect(session.query("any", { partitions: 3 }).then(values)).rejects.toMatchObject({
      _tag: "OutOfMemory",
      message:
        "Out of Memory Error: could not allocate block (It was tried 3 times, the last time with 48 partitions: " +
        "read fewer rows or columns, or use fewer --workers so that each has more memory.)",
    })
    await session.close()
    expectNothingLeft(session)
  })
})

describe("cancelling", () => {
  test.each(["stall", "hang"] as const)("a task that will %s: nothing is left of the query", async (how) => {
    const started = Promise.withResolvers<void>()
    const waiting: FakeWork = () => {
      started.resolve()
      return how
    }
    const session = await open({ workers: 1, behaviour: { work: { sum: waiting, after: sum } }, planner: sumPlan })
    const abort = new AbortController()
    const result = await session.query("any", { signal: abort.signal })
    const reading = values(result)
    await started.promise
    abort.abort()
    await expect(reading).rejects.toMatchObject({ _tag: "Cancelled", message: "the query was cancelled" })
    await session.close()
    expectNothingLeft(session)
    expect(session.pool.threads()).toBe(0)
  })

  test("an engine that takes no more input", async () => {
    const session = await open({ workers: 1, behaviour: { work: { sum }, isDeaf: true }, planner: sumPlan })
    const abort = new AbortController()
    const reading = session.query("any", { signal: abort.signal }).then(values)
    await vi.waitUntil(() => threads.length > 0)
    abort.abort()
    await expect(reading).rejects.toMatchObject({ _tag: "Cancelled" })
    await session.close()
    expectNothingLeft(session)
    expect(session.pool.threads()).toBe(0)
  })

  test("by leaving the loop: when it is left, the engines are idle", async () => {
    const planner: Planner = async (_, request) => {
      const { id } = await resolve(request)
      return plan(1, stage(0, "copy", "splits", 0, [scan(id)]))
    }
    const some: FakeWork = (inputs, task, thread) =>
      [...inputs.values()].flat().includes(0) ? copy(inputs, task, thread) : "stall"
    const session = await open({ behaviour: { work: { copy: some } }, planner })
    const found: number[] = []
    for await (const batch of (await session.query("any")).batches) {
      found.push(...fakeValues(batch.ipc))
      break
    }
    expect(found).toEqual([0])
    expectNothingLeft(session)
  })

  test("before it was let in, or while it is planned", async () => {
    const session = await open({ behaviour: { work: {} }, planner: () => new Promise(() => undefined) })
    await expect(session.query("any", { signal: AbortSignal.abort() })).rejects.toMatchObject({ _tag: "Cancelled" })
    const abort = new AbortController()
    const planning = session.query("any", { signal: abort.signal })
    abort.abort()
    await expect(planning).rejects.toMatchObject({ _tag: "Cancelled", message: "the query was cancelled" })
  })

  test("by closing the session: whoever reads is told", async () => {
    const started = Promise.withResolvers<void>()
    const waiting: FakeWork = () => {
      started.resolve()
      return "stall"
    }
    const session = await open({ behaviour: { work: { sum: waiting } }, planner: sumPlan })
    const reading = session.query("any").then(values)
    await started.promise
    await Promise.all([
      session.close(),
      expect(reading).rejects.toMatchObject({
        _tag: "Cancelled",
        message: "the query was cancelled: its session was closed",
      }),
    ])
    await expect(session.query("any")).rejects.toMatchObject({ _tag: "Cancelled" })
    expect(session.system.counts().actors).toBe(0)
  })
})
