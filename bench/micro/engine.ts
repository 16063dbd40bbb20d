/**
 * What it costs to move rows into an engine, out of it, and over partitions:
 *
 *   node bench/micro/engine.ts [rows in millions]
 *
 * Times are the engine thread's own (see TaskMetrics), the best of the rounds, memory warm.
 */
import type { BatchBytes, EngineTask, TaskMetrics } from "../../actors/engine/messages.ts"
import { spawnEngine } from "../../actors/engine/thread.ts"

const ROUNDS = 5
const MIB = 1024 * 1024
const rows = Number(process.argv[2] ?? "6") * 1e6

const columns = ["a", "b", "c", "d", "e"].map((name) => ({ name, wireType: "" }))
const input = [
  { name: "a", type: "INTEGER" },
  { name: "b", type: "INTEGER" },
  { name: "c", type: "BIGINT" },
  { name: "d", type: "DECIMAL(15,2)" },
  { name: "e", type: "VARCHAR" },
].map((column) => ({ ...column, sourceName: column.name }))

const source = `SELECT (i * 7919 % 6000000)::INTEGER a, (i % 1000)::INTEGER b, i::BIGINT c,
  (i % 100000 / 100)::DECIMAL(15,2) d, 'str' || (i % 3000) e FROM range(${rows}) r(i)`

const started = performance.now()
const engine = await spawnEngine({ name: "bench", memoryLimitBytes: 2048 * MIB })
const startMs = performance.now() - started
let tasks = 0

interface Outcome {
  readonly metrics: TaskMetrics
  readonly batches: readonly BatchBytes[]
}

function run(
  sql: string,
  {
    columns: out,
    partitions,
    input: given,
  }: { columns: EngineTask["columns"]; partitions: number; input: readonly BatchBytes[] },
): Promise<Outcome> {
  const id = `task-${tasks++}`
  const batches: BatchBytes[] = []
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
  const stop = engine.onEvent((event) => {
    if (event._tag === "OutputBatch") {
      batches.push(event.batch)
      engine.send({ _tag: "OutputTaken", task: id, bytes: event.batch.bytes.byteLength })
    }
    if (event._tag === "TaskDone") resolve({ metrics: event.metrics, batches })
    if (event._tag === "TaskFailed") reject(event.error)
  })
  const inputs = given.length > 0 ? [{ table: "t", columns: input }] : []
  engine.send({
    _tag: "StartTask",
    task: { id, query: "q", inputs, sql, columns: out, partitions, batchBytesTarget: MIB },
  })
  for (const batch of given) engine.send({ _tag: "InputBatch", task: id, table: "t", batch })
  engine.send({ _tag: "RunTask", task: id, rows: {} })
  return promise.finally(stop)
}

const { batches: data } = await run(source, { columns, partitions: 0, input: [] })
const report: string[][] = [["", "ingest", "execute", "scatter", "busy", "MB out"]]
const cases = [
  ["count only", "SELECT count(*) FROM t", 0],
  ["into 1 partition", "SELECT * FROM t", 0],
  ["into 8 partitions", "SELECT *, ((hash(a) >> 40) % 8)::INTEGER FROM t", 8],
  ["into 64 partitions", "SELECT *, ((hash(a) >> 40) % 64)::INTEGER FROM t", 64],
] as const
for (const [label, sql, partitions] of cases) {
  const out = label === "count only" ? columns.slice(0, 1) : columns
  const all: TaskMetrics[] = []
  for (let round = 0; round < ROUNDS; round++)
    all.push((await run(sql, { columns: out, partitions, input: data })).metrics)
  const best = (time: (metrics: TaskMetrics) => number): string => Math.min(...all.map(time)).toFixed(0)
  report.push([
    label,
    best((m) => m.ingestMs),
    best((m) => m.executeMs),
    best((m) => m.scatterMs),
    best((m) => m.busyMs),
    best((m) => m.bytesOut / 1e6),
  ])
}
await engine.terminate()
process.stdout.write(
  `${rows} rows of INTEGER, INTEGER, BIGINT, DECIMAL, VARCHAR; ms; engine started in ${startMs.toFixed(0)} ms\n`,
)
for (const line of report)
  process.stdout.write(`${line.map((cell, i) => (i === 0 ? cell.padEnd(20) : cell.padStart(8))).join(" ")}\n`)
