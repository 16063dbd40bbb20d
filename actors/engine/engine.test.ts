import { afterAll, beforeAll, describe, expect, test } from "vitest"
import * as arrow from "apache-arrow"
import { spawnEngine } from "./thread.ts"
import { batchOf, type EngineDriver, driveEngine, MIB, sealed, textsOf } from "./testing/driver.ts"

/** An engine is locked: nothing in it waits for a network, so an answer comes at once. Generous for a loaded machine. */
const ANSWER_MS_MAX = 1000

/** A statement that no machine finishes within a test. */
const ENDLESS = "SELECT sum(a.i * b.i * c.i) AS s FROM range(100000) a(i), range(100000) b(i), range(100000) c(i)"

let engine: EngineDriver
beforeAll(async () => {
  engine = await driveEngine("test")
})
afterAll(() => engine.close())

async function refusal(_tag: "Describe" | "Evaluate", sql: string) {
  const event = await engine.call(_tag, sql)
  if (event._tag !== "CallFailed") throw new Error(`not refused: ${JSON.stringify(event)}`)
  return event.refusal
}

describe("calls", () => {
  test("describe", async () => {
    const event = await engine.call("Describe", "SELECT 1 AS a, NULL::DECIMAL(15,2) AS b, ['x'] AS c")
    expect(event).toMatchObject({
      _tag: "Described",
      columns: [
        { name: "a", type: "INTEGER" },
        { name: "b", type: "DECIMAL(15,2)" },
        { name: "c", type: "VARCHAR[]" },
      ],
    })
  })

  test("explain gives the unoptimized plan with its casts", async () => {
    const event = await engine.call(
      "Explain",
      "SELECT a.x FROM (SELECT 1::INTEGER x) a JOIN (SELECT 1::BIGINT y) b ON x = y",
    )
    const plan: unknown = event._tag === "Explained" ? JSON.parse(event.plan) : event
    expect(JSON.stringify(plan)).toContain("CAST(x AS BIGINT)")
  })

  test("evaluate gives texts and NULL, whatever the SQL ends in", async () => {
    expect(await engine.evaluate("SELECT 1, NULL, [1, 2], 'a' AS x, 'b' AS x -- end")).toEqual([
      ["1", null, "[1, 2]", "a", "b"],
    ])
    expect(await engine.evaluate("SELECT 1 WHERE false")).toEqual([])
  })

  test.each([
    [
      "SELECT foo(1)",
      "Catalog",
      'Catalog Error: Scalar Function with name foo does not exist!\nDid you mean "floor"?',
      7,
      "floor",
    ],
    [
      "SELECT a FROM (SELECT 1 AS ab)",
      "Binder",
      'Binder Error: Referenced column "a" not found in FROM clause!\nCandidate bindings: "ab"',
      7,
      "ab",
    ],
    [
      "SELECT 'é', x FROM range(1) r(y)",
      "Binder",
      'Binder Error: Referenced column "x" not found in FROM clause!\nCandidate bindings: "y"',
      12,
      "y",
    ],
    ["SELECT 1 +", "Parser", "Parser Error: syntax error at end of input", 10, undefined],
  ])("%s is refused in DuckDB's words", async (sql, kind, message, position, candidates) => {
    expect(await refusal("Describe", sql)).toEqual({ kind, message, position, candidates })
  })

  test("positions of evaluate count in its own SQL", async () => {
    expect((await refusal("Evaluate", "SELECT 'é', foo(1)")).position).toBe(12)
  })
})

describe("law of the sealed engine", () => {
  const FILES_OFF = "file system operations are disabled by configuration"
  const EXTENSIONS_OFF = "Loading external extensions is disabled through configuration"
  test.each([
    ["SELECT * FROM read_text('/etc/passwd')", `Permission Error: Cannot access file "/etc/passwd" - ${FILES_OFF}`],
    ["SELECT * FROM read_csv('/etc/passwd')", `Permission Error: Cannot access file "/etc/passwd" - ${FILES_OFF}`],
    [
      "SELECT * FROM read_csv('skein-in/../etc/passwd')",
      `Permission Error: Cannot access file "skein-in/../etc/passwd" - ${FILES_OFF}`,
    ],
    ["SELECT * FROM read_csv('skein-in/x.csv')", "Invalid Error: an engine has no file system"],
    ["SELECT * FROM glob('/etc/*')", `Permission Error: Cannot access file "/etc/*" - ${FILES_OFF}`],
    [
      "COPY (SELECT 1) TO '/tmp/skein-copy.csv'",
      `Permission Error: Cannot access file "/tmp/skein-copy.csv" - ${FILES_OFF}`,
    ],
    ["COPY (SELECT 1) TO 'skein-in/x.csv'", "Invalid Error: an engine has no file system"],
    ["ATTACH '/tmp/skein.db'", `Permission Error: Cannot access file "/tmp/skein.db" - ${FILES_OFF}`],
    ["LOAD httpfs", `Permission Error: ${EXTENSIONS_OFF}`],
    [
      "SET memory_limit='4GB'",
      'Invalid Input Error: Cannot change configuration option "memory_limit" - the configuration has been locked',
    ],
    [
      "SELECT date_trunc('month', x::TIMESTAMPTZ) FROM (SELECT TIMESTAMP '2020-01-01' AS x)",
      `Extension Autoloading Error: An error occurred while trying to automatically install the required extension 'icu':\n${EXTENSIONS_OFF}`,
    ],
    [
      "SELECT x AT TIME ZONE 'Asia/Tokyo' FROM (SELECT TIMESTAMP '2020-01-01' AS x)",
      `Extension Autoloading Error: An error occurred while trying to automatically install the required extension 'icu':\n${EXTENSIONS_OFF}`,
    ],
  ])("%s fails within a second", async (sql, message) => {
    const start = performance.now()
    const { error } = await engine.task({ sql, columns: [{ name: "a", wireType: "VARCHAR" }] })
    expect(error?.message).toBe(message)
    expect(performance.now() - start).toBeLessThan(ANSWER_MS_MAX)
  })

  test("INSTALL does nothing: nothing can be loaded after it", async () => {
    await engine.task({ sql: "INSTALL httpfs", columns: [{ name: "Success", wireType: "BOOLEAN" }] })
    const { error } = await engine.task({ sql: "LOAD httpfs", columns: [] })
    expect(error?.message).toBe(`Permission Error: ${EXTENSIONS_OFF}`)
  })

  test("environment, arguments and the process's output are not there", async () => {
    const [row] = await engine.evaluate("SELECT count(*) FROM duckdb_functions() WHERE function_name = 'getenv'")
    expect(row).toEqual(["0"])
  })
})

const numbers = (values: readonly number[]) => new arrow.Table({ x: arrow.vectorFromArray(values, new arrow.Int32()) })
const x = { name: "x", sourceName: "x", type: "INTEGER" }
const intTask = {
  inputs: [{ table: "t", columns: [x] }],
  sql: "SELECT count(*), coalesce(sum(x), 0)::BIGINT FROM t",
  columns: [
    { name: "n", wireType: "BIGINT" },
    { name: "s", wireType: "BIGINT" },
  ],
}

describe("tasks", () => {
  test("input in, rows and metrics out", async () => {
    const { batches, metrics } = await engine.task(intTask, {
      batches: { t: [numbers([1, 2]), numbers([3])].map(batchOf) },
    })
    expect(textsOf(batches.map(({ batch }) => batch))).toEqual([["3", "6"]])
    expect(metrics).toMatchObject({ rowsIn: 3, rowsOut: 1, partitionRows: [1] })
    expect(metrics?.bytesOut).toBe(batches[0]?.batch.bytes.byteLength)
    expect(metrics?.busyMs).toBeGreaterThan(0)
  })

  test("batches lie in shared memory: the store keeps them without a copy", async () => {
    const { batches } = await engine.task(intTask)
    expect(batches[0]?.batch.bytes.buffer).toBeInstanceOf(SharedArrayBuffer)
  })

  test("tables of one task are gone in the next", async () => {
    await engine.task(intTask, { batches: { t: [batchOf(numbers([1]))] } })
    const { batches } = await engine.task(intTask)
    expect(textsOf(batches.map(({ batch }) => batch))).toEqual([["0", "0"]])
  })

  test("a table without columns counts its rows", async () => {
    const { batches } = await engine.task(
      { ...intTask, inputs: [{ table: "t", columns: [] }], sql: "SELECT count(*), 0::BIGINT FROM t" },
      { batches: { t: [batchOf(numbers([1, 2, 3]))] } },
    )
    expect(textsOf(batches.map(({ batch }) => batch))).toEqual([["3", "0"]])
  })

  test("an empty result has no batch", async () => {
    const { batches, metrics } = await engine.task({ ...intTask, sql: "SELECT 1::BIGINT, 2::BIGINT WHERE false" })
    expect([batches, metrics?.rowsOut]).toEqual([[], 0])
  })

  test("a user's error is in DuckDB's words and names the engine", async () => {
    const { error } = await engine.task({
      ...intTask,
      sql: "SELECT s::INTEGER::BIGINT, 1::BIGINT FROM (SELECT 'x' || i AS s FROM range(5000) r(i))",
    })
    expect(error).toMatchObject({
      _tag: "QueryError",
      kind: "Conversion",
      message: "Conversion Error: Could not convert string 'x0' to INT32 when casting from source column s",
      node: "test",
    })
    expect(error).toBeInstanceOf(Error)
  })

  test("an error in the middle of a streamed result", async () => {
    const { error } = await engine.task({
      ...intTask,
      sql: "SELECT i, CASE WHEN i = 50000 THEN error('row 50000') ELSE i END::BIGINT FROM range(100000) r(i)",
    })
    expect(error).toMatchObject({ _tag: "QueryError", message: "Invalid Input Error: row 50000" })
  })

  test("a statement that yields other columns than it should", async () => {
    const { error } = await engine.task({ ...intTask, sql: "SELECT 1" })
    expect(error?.message).toBe("the statement yields 1 columns instead of 2")
  })

  test("an ENUM cannot leave, and says so", async () => {
    const { error } = await engine.task({
      sql: "SELECT 'a'::ENUM('a', 'b') AS e",
      columns: [{ name: "e", wireType: "VARCHAR" }],
    })
    expect(error).toMatchObject({
      _tag: "QueryError",
      kind: "Unsupported",
      message: "Arrow type Dictionary<Uint8, Utf8> cannot move between engines",
    })
  })

  test("a split of an unknown kind", async () => {
    const failed = engine.next((event) => event._tag === "TaskFailed" && event.task === "kind")
    engine.thread.send({
      _tag: "StartTask",
      task: { id: "kind", query: "q", partitions: 0, batchBytesTarget: MIB, ...intTask },
    })
    const split = { kind: "tape", file: "f", rows: 1, layout: {}, buffers: [], bytesRead: 0 }
    engine.thread.send({ _tag: "InputSplit", task: "kind", table: "t", index: 0, split })
    expect(await failed).toMatchObject({
      error: { _tag: "SourceError", message: 'there is no decoder for splits of kind "tape"; there are: parquet' },
    })
  })
})

describe("law 3: what arrives is what was sent", () => {
  const good = batchOf(numbers([1, 2, 3]))
  const run = (batch: typeof good, rows?: Readonly<Record<string, number>>) =>
    engine.task(intTask, rows === undefined ? { batches: { t: [batch] } } : { batches: { t: [batch] }, rows })

  test("a damaged batch", async () => {
    const bytes = good.bytes.slice()
    bytes[bytes.length - 20] = (bytes.at(-20) ?? 0) ^ 1
    const { error } = await run({ ...good, bytes })
    expect(error?._tag).toBe("ExchangeError")
    expect(error?.message).toMatch(/^a batch for t is damaged: its checksum is [0-9a-f]{8}, not [0-9a-f]{8}$/)
  })

  test("a stream without its end marker, which DuckDB takes without a word", async () => {
    const { error } = await run(sealed(good.bytes.slice(0, -8), 3))
    expect(error?.message).toBe("a batch for t has no end marker: it was cut off")
  })

  test("a batch with fewer rows than it says", async () => {
    const { error } = await run({ ...good, rows: 4 })
    expect(error?.message).toBe("t holds 3 rows, but 4 were sent to it")
  })

  test("rows that were promised and did not come", async () => {
    const { error } = await run(good, { t: 5 })
    expect(error?.message).toBe("t holds 3 rows, but its producers wrote 5")
  })

  test("Arrow's file format, which DuckDB takes without a word", async () => {
    const { error } = await run(sealed(arrow.tableToIPC(numbers([1, 2, 3]), "file"), 3))
    expect(error?.message).toBe("a batch for t has no end marker: it was cut off")
  })

  test("a value that the typed column cannot hold", async () => {
    const wide = new arrow.Table({ x: arrow.vectorFromArray([2n ** 40n], new arrow.Int64()) })
    const { error } = await run(batchOf(wide))
    expect(error).toMatchObject({ _tag: "QueryError", kind: "Conversion" })
  })

  test("the engine is whole after all of these", async () => {
    const { batches } = await run(good)
    expect(textsOf(batches.map(({ batch }) => batch))).toEqual([["3", "6"]])
  })
})

describe("cancellation and loss", () => {
  test("a long statement is cancelled between its slices, and the engine lives on", async () => {
    const failed = engine.next((event) => event._tag === "TaskFailed")
    const task = {
      id: "long",
      query: "q",
      inputs: [],
      sql: ENDLESS,
      columns: [{ name: "s", wireType: "HUGEINT" }],
      partitions: 0,
    }
    engine.thread.send({ _tag: "StartTask", task: { ...task, batchBytesTarget: MIB } })
    engine.thread.send({ _tag: "RunTask", task: "long", rows: {} })
    // A call is answered between two slices: then the statement runs.
    await engine.call("Evaluate", "SELECT 1")
    const start = performance.now()
    engine.thread.send({ _tag: "CancelTask", task: "long" })
    expect(await failed).toMatchObject({
      task: "long",
      error: { _tag: "Cancelled", message: "the task was cancelled" },
    })
    expect(performance.now() - start).toBeLessThan(ANSWER_MS_MAX)
    expect(await engine.evaluate("SELECT 42")).toEqual([["42"]])
    const { metrics } = await engine.task(intTask)
    expect(metrics?.rowsOut).toBe(1)
  })

  test("a streamed result is cancelled in the middle", async () => {
    const failed = engine.next((event) => event._tag === "TaskFailed")
    const first = engine.next((event) => event._tag === "OutputBatch")
    const task = {
      id: "stream",
      query: "q",
      inputs: [],
      sql: "SELECT a.i FROM range(100000) a(i), range(100000) b(i)",
      columns: [{ name: "i", wireType: "BIGINT" }],
      partitions: 0,
      batchBytesTarget: 64 * 1024,
    }
    engine.thread.send({ _tag: "StartTask", task })
    engine.thread.send({ _tag: "RunTask", task: "stream", rows: {} })
    await first
    engine.thread.send({ _tag: "CancelTask", task: "stream" })
    expect(await failed).toMatchObject({ error: { _tag: "Cancelled" } })
    expect((await engine.task(intTask)).metrics?.rowsOut).toBe(1)
  })

  test("output that nobody takes holds the task up; credit lets it go on, and a cancellation ends it", async () => {
    const task = {
      id: "held",
      query: "q",
      inputs: [],
      // 96 MB in batches of a megabyte, three times what may be under way.
      sql: "SELECT i FROM range(12000000) t(i)",
      columns: [{ name: "i", wireType: "BIGINT" }],
      partitions: 0,
      batchBytesTarget: MIB,
    }
    let sent = 0
    const stop = engine.thread.onEvent((event) => {
      if (event._tag === "OutputBatch") sent += event.batch.bytes.byteLength
    })
    const run = () => {
      sent = 0
      engine.thread.send({ _tag: "StartTask", task })
      engine.thread.send({ _tag: "RunTask", task: task.id, rows: {} })
      return engine.next(() => sent > 32 * MIB)
    }
    const ended = () => engine.next((event) => event._tag === "TaskDone" || event._tag === "TaskFailed")
    await run()
    // Calls are answered while it waits; by then it would have sent much more.
    for (let i = 0; i < 20; i++) await engine.evaluate("SELECT count(*) FROM range(1000000)")
    expect(sent).toBeLessThan(36 * MIB)
    const cancelled = ended()
    engine.thread.send({ _tag: "CancelTask", task: task.id })
    expect(await cancelled).toMatchObject({ error: { _tag: "Cancelled" } })
    await run()
    const done = ended()
    engine.thread.send({ _tag: "OutputTaken", task: task.id, bytes: 96 * MIB })
    expect(await done).toMatchObject({ _tag: "TaskDone" })
    expect(sent).toBeGreaterThan(90 * MIB)
    stop()
  })

  test("a thread that is killed in the middle of a task says so once", async () => {
    const doomed = await driveEngine("doomed")
    const reasons: string[] = []
    doomed.thread.onExit((reason) => reasons.push(reason))
    const task = {
      id: "long",
      query: "q",
      inputs: [],
      sql: ENDLESS,
      columns: [{ name: "s", wireType: "HUGEINT" }],
      partitions: 0,
    }
    doomed.thread.send({ _tag: "StartTask", task: { ...task, batchBytesTarget: MIB } })
    doomed.thread.send({ _tag: "RunTask", task: "long", rows: {} })
    await doomed.call("Evaluate", "SELECT 1")
    await doomed.thread.terminate()
    await doomed.thread.terminate()
    expect([await doomed.exit, reasons]).toEqual(["it was terminated", ["it was terminated"]])
    doomed.thread.send({ _tag: "CancelTask", task: "long" })
    doomed.thread.onExit((reason) => reasons.push(`late: ${reason}`))
    expect(reasons.at(-1)).toBe("late: it was terminated")
  })

  test("a statement nested too deeply is refused", async () => {
    const { message } = await refusal("Describe", `SELECT ${"(".repeat(20_000)}1${")".repeat(20_000)}`)
    expect(message).toBe(
      "Parser Error: queries or expressions are nested more deeply than DuckDB reads them, views and CTEs that read each other too; CREATE TABLE … AS keeps the rows of one in the middle",
    )
  })

  test("a WebAssembly trap ends the engine, with the trap's own words", async () => {
    const fragile = await driveEngine("fragile")
    const trapped = fragile.next((event) => event._tag === "Trapped")
    const task = { inputs: [{ table: "t", columns: [{ ...x, type: "VARCHAR" }] }], sql: "SELECT 1" }
    const running = fragile.task(task, { batches: { t: [beyondItsBuffer()] } }).catch((error: Error) => error.message)
    expect(await trapped).toEqual({ _tag: "Trapped", message: "RuntimeError: memory access out of bounds" })
    expect(await fragile.exit).toBe("RuntimeError: memory access out of bounds")
    expect(await running).toBe("the engine is gone: RuntimeError: memory access out of bounds")
  })

  test("out of memory is said cleanly, and the engine lives on", async () => {
    const small = await driveEngine("small", 100 * MIB)
    const big = {
      sql: "SELECT count(*), max(s) FROM (SELECT i, repeat('x', 100) || i AS s FROM range(1500000) r(i) ORDER BY s DESC)",
      columns: [
        { name: "n", wireType: "BIGINT" },
        { name: "s", wireType: "VARCHAR" },
      ],
    }
    const { error } = await small.task(big)
    expect(error).toMatchObject({ _tag: "OutOfMemory", node: "small" })
    expect(error?.message).toMatch(/^Out of Memory Error: /)
    const { metrics } = await small.task(intTask)
    expect(metrics?.rowsOut).toBe(1)
    await small.close()
  })

  test("an engine that cannot start says why", async () => {
    await expect(spawnEngine({ name: "none", memoryLimitBytes: Number.NaN })).rejects.toMatchObject({
      _tag: "EngineLost",
      node: "none",
    })
  })
})

/** A batch whose checksum is right and whose second string ends 2 GiB after its buffer: what DuckDB trusts and reads. */
function beyondItsBuffer() {
  const strings = arrow.vectorFromArray(["abc", "defgh"], new arrow.Utf8())
  const bytes = arrow.tableToIPC(new arrow.Table({ x: strings }), "stream").slice()
  const words = new Int32Array(bytes.buffer)
  const offsets = words.findIndex((word, i) => word === 0 && words[i + 1] === 3 && words[i + 2] === 8)
  words.set([0x7ffffff0, 0x7fffffff], offsets + 1)
  return sealed(bytes, 2)
}
