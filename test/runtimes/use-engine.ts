/** Runs in each runtime: does with real engines what a node does, and prints what came of it as JSON. */
import { driveEngine, MIB } from "../../actors/engine/testing/driver.ts"

/** No machine finishes it within a test. */
const ENDLESS = "SELECT sum(a.i * b.i * c.i) AS s FROM range(100000) a(i), range(100000) b(i), range(100000) c(i)"
const endlessTask = { sql: ENDLESS, columns: [{ name: "s", wireType: "HUGEINT" }] }

const found: Record<string, unknown> = {}

/** What DuckDB answers, and whether it did before a hang would show. */
async function refusal(sql: string): Promise<unknown> {
  const start = performance.now()
  const event = await engine.call("Describe", sql)
  const message = event._tag === "CallFailed" ? event.refusal.message.split("\n", 1)[0] : event._tag
  return { message, soon: performance.now() - start < ANSWER_MS_MAX }
}
const ANSWER_MS_MAX = 5000

const engine = await driveEngine("first")
found["describe"] = await engine.call("Describe", "SELECT 1 AS a, NULL::DECIMAL(15,2) AS b")
found["readText"] = await refusal("SELECT * FROM read_text('/etc/hostname')")
found["dateTrunc"] = await refusal(
  "SELECT date_trunc('month', x::TIMESTAMPTZ) FROM (SELECT TIMESTAMP '2020-01-01' AS x)",
)
const task = await engine.task({ sql: "SELECT 42 AS x", columns: [{ name: "x", wireType: "INTEGER" }] })
found["rows"] = task.metrics?.rowsOut
found["shared"] = task.batches[0]?.batch.bytes.buffer instanceof SharedArrayBuffer

const cancelled = engine.task({ ...endlessTask, id: "cancelled" })
engine.thread.send({ _tag: "CancelTask", task: "cancelled" })
found["cancelled"] = (await cancelled).error?._tag
found["afterwards"] = await engine.evaluate("SELECT 1")

const killed = engine.task({ ...endlessTask, id: "killed" }).catch((error: Error) => error.message)
// A call is answered between two slices: the statement runs.
await engine.evaluate("SELECT 2")
await engine.close()
found["killed"] = await killed
found["exit"] = await engine.exit

const small = await driveEngine("small", 100 * MIB)
const { error } = await small.task({
  sql: "SELECT max(s) AS s FROM (SELECT repeat('x', 100) || i AS s FROM range(1500000) r(i) ORDER BY s DESC)",
  columns: [{ name: "s", wireType: "VARCHAR" }],
})
found["outOfMemory"] = error?._tag
await small.close()

process.stdout.write(`${JSON.stringify(found)}\n`)
