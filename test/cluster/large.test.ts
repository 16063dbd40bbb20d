import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { connect } from "nats"
import { afterAll, beforeAll, expect, test } from "vitest"
import { tpchQuery } from "../../bench/harness/queries.ts"
import { difference } from "../../bench/oracle/compare.ts"
import { type Native, openNative } from "../../bench/oracle/native.ts"
import { orderOf } from "../../bench/oracle/order-keys.ts"
import { skeinAnswer } from "../../bench/oracle/skein-answer.ts"
import { generateTpch } from "../../bench/tpch/generate.ts"
import { ask } from "../nats-api/plain-client.ts"
import type { NatsServer } from "../servers/nats-server.ts"
import { startNatsServer } from "../servers/nats-server.ts"
import { describeWith } from "../servers/needs-server.ts"
import { httpAnswer } from "./answers.ts"
import { openCoordinator, together } from "./coordinator.ts"
import type { NodeProcess } from "./processes.ts"
import { startNode } from "./processes.ts"

/**
 * Statements and rows that are larger than any message of the NATS server. The node that is asked has no engines: all
 * tasks run on the two others, and the server's own counters say what it carried to whom.
 */

const MAX_PAYLOAD = 65_536
const STATEMENT_LETTERS = 200_000
const ROW_LETTERS = 3_000_000

let data: string
let native: Native
let server: NatsServer
let door: NodeProcess
const ends: (() => Promise<unknown>)[] = []

async function start(name: string, ...args: readonly string[]): Promise<NodeProcess> {
  const node = await startNode(server.url, name, ["--data", `data=${data}`, ...args])
  ends.push(node.close)
  return node
}

const NODES = ["door", "a", "b"] as const

/** Bytes of messages to each node so far. */
async function bytesTo(): Promise<Record<(typeof NODES)[number], number>> {
  const [door = 0, a = 0, b = 0] = await Promise.all(NODES.map((name) => server.bytesTo(`skein node ${name}`)))
  return { door, a, b }
}

describeWith("nats-server", "a cluster over a server of small messages", () => {
  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), "skein-large-"))
    ends.push(async () => rmSync(data, { recursive: true, force: true }))
    await generateTpch({ scale: 0.01, format: "parquet", out: data, files: 3, rowGroupRows: 4096 })
    native = await openNative({ threads: 1, dataDir: data })
    ends.push(async () => native.close())
    server = await startNatsServer({ maxPayload: MAX_PAYLOAD })
    ends.push(() => server[Symbol.asyncDispose]())
    const worker = ["--roles", "worker", "--workers", "1"]
    await Promise.all([start("a", ...worker), start("b", ...worker)])
    door = await start("door", "--roles", "coordinator", "--http", "127.0.0.1:0")
    await Promise.all([door.said(/^node a has joined/mu), door.said(/^node b has joined/mu)])
  })
  afterAll(async () => {
    for (const end of ends.splice(0).toReversed()) await end()
  })

  test("a statement of 200 kB that comes by HTTP: its fragments reach both workers, its answer is native DuckDB's", async () => {
    // Every third order, so that the list cannot be told by its ends.
    const keys = Array.from({ length: STATEMENT_LETTERS / 7 }, (_, i) => String(3 * i).padStart(5, " "))
    const sql = `SELECT o_orderpriority AS priority, count(*) AS n, sum(l_quantity) AS quantity
      FROM orders JOIN lineitem ON o_orderkey = l_orderkey
      WHERE l_orderkey IN (${keys.join(", ")}) GROUP BY o_orderpriority ORDER BY priority`
    expect(sql.length).toBeGreaterThan(STATEMENT_LETTERS)
    const before = await bytesTo()
    const actual = await httpAnswer(door.url, sql)
    expect(difference(await native.query(sql), actual, { order: orderOf(sql), types: false })).toBeUndefined()
    expect(actual.rows.length).toBe(5)
    const after = await bytesTo()
    for (const worker of ["a", "b"] as const) {
      expect(after[worker] - before[worker]).toBeGreaterThan(keys.join(",").replaceAll(" ", "").length)
    }
    expect(after.door).toBeGreaterThan(before.door)
  })

  const LONG = `SELECT l_returnflag AS flag, max(rpad(l_comment, ${ROW_LETTERS}, '-')) AS long
    FROM lineitem WHERE l_orderkey < 10 GROUP BY l_returnflag ORDER BY flag`

  test("rows of 3 MB that workers exchange, by HTTP", async () => {
    const before = await bytesTo()
    const actual = await httpAnswer(door.url, LONG)
    const after = await bytesTo()
    expect(actual.rows.map(([flag, long]) => [flag, long?.length])).toEqual([
      ["A", ROW_LETTERS],
      ["N", ROW_LETTERS],
      ["R", ROW_LETTERS],
    ])
    expect(difference(await native.query(LONG), actual, { order: orderOf(LONG), types: false })).toBeUndefined()
    // All rows came to the door, and one worker at least had the other's part of one of them.
    expect(after.door - before.door).toBeGreaterThan(3 * ROW_LETTERS)
    expect(after.a + after.b - before.a - before.b).toBeGreaterThan(ROW_LETTERS)
  })

  test("Q3's exchange: what a task has for a partition is larger than a message", async () => {
    const here = await openCoordinator(server.url, `data=${data}`)
    ends.push(() => here.session.close())
    await together(here, 4)
    const sql = await tpchQuery(3)
    const { metrics, ...actual } = await skeinAnswer(here.session, sql, { settings: { joins: "hash" } })
    expect(difference(await native.query(sql), actual, { order: orderOf(sql) })).toBeUndefined()
    const { tasks = 0, bytesOut = 0 } = metrics.stages.find(({ title }) => title === "scan lineitem") ?? {}
    expect(bytesOut / tasks / 2).toBeGreaterThan(MAX_PAYLOAD)
    expect(metrics.bytesRemote).toBeGreaterThan(MAX_PAYLOAD)
  })

  test("rows of 3 MB by the NATS request API", async () => {
    const client = await connect({ servers: server.url })
    ends.push(() => client.close())
    const { body, sizes, last } = await ask(client, { sql: LONG, format: "csv" })
    expect(last).toMatchObject({ "Skein-Rows": "3", "Skein-Bytes": String(body.length) })
    expect(Math.max(...sizes)).toBeLessThan(MAX_PAYLOAD)
    const { rows } = await native.query(LONG)
    expect(String(body) === ["flag,long", ...rows.map((row) => row.join(",")), ""].join("\n")).toBe(true)
  })
})
