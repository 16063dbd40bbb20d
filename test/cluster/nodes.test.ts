import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Schema from "effect/Schema"
import { connect, type NatsConnection } from "nats"
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest"
import { tpchQuery } from "../../bench/harness/queries.ts"
import { difference } from "../../bench/oracle/compare.ts"
import { type Native, openNative } from "../../bench/oracle/native.ts"
import { orderOf } from "../../bench/oracle/order-keys.ts"
import { skeinAnswer } from "../../bench/oracle/skein-answer.ts"
import { generateTpch } from "../../bench/tpch/generate.ts"
import { parse } from "../../planner/parser/parse.ts"
import type { NatsNode } from "../../runtime/cluster/nats-node.ts"
import { leftovers, NOTHING_LEFT } from "../../runtime/cluster/testing/nodes.ts"
import type { QueryOptions } from "../../runtime/session.ts"
import { ask, type Heard } from "../nats-api/plain-client.ts"
import type { NatsServer } from "../servers/nats-server.ts"
import { startNatsServer } from "../servers/nats-server.ts"
import { describeWith } from "../servers/needs-server.ts"
import { httpAnswer } from "./answers.ts"
import { openCoordinator, together } from "./coordinator.ts"
import type { NodeProcess } from "./processes.ts"
import { leave, startNode } from "./processes.ts"

/** `skein node` processes over a real NATS server; native DuckDB answers, too. */

const HASH: QueryOptions = { settings: { joins: "hash" } }

/**
 * The limit within which a client must hear of a lost worker, one way or the other. Where the machine is busy with other
 * things: so many times what the query takes there.
 */
const LOST_WORKER_MS_MAX = 10_000
const LOST_WORKER_FACTOR_MAX = 20

let data: string
let native: Native
let server: NatsServer | undefined
let processes: NodeProcess[] = []
let coordinator: NatsNode | undefined

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), "skein-nodes-"))
  await generateTpch({ scale: 0.01, format: "parquet", out: data, files: 3, rowGroupRows: 4096 })
  native = await openNative({ threads: 1, dataDir: data })
})

afterAll(() => {
  native.close()
  rmSync(data, { recursive: true, force: true })
})

const root = () => `data=${data}`
const url = () => server?.url ?? ""

async function start(name: string, ...args: readonly string[]): Promise<NodeProcess> {
  const node = await startNode(url(), name, ["--data", root(), "--workers", "1", ...args])
  processes.push(node)
  return node
}

/** A coordinator in this process, whose counters can be read. */
async function coordinate(): Promise<NatsNode> {
  coordinator = await openCoordinator(url(), root())
  return coordinator
}

const here = () => {
  if (coordinator === undefined) throw new Error("there is no coordinator in this process")
  return coordinator
}

async function stopAll(): Promise<void> {
  await coordinator?.session.close()
  coordinator = undefined
  await Promise.all(processes.map((node) => node.close()))
  processes = []
  await server?.[Symbol.asyncDispose]()
  server = undefined
}

async function expectEqual(node: NatsNode, number: number, options: QueryOptions = HASH) {
  const sql = await tpchQuery(number)
  const actual = await skeinAnswer(node.session, sql, options)
  expect(difference(await native.query(sql), actual, { order: orderOf(sql) })).toBeUndefined()
  return actual.metrics
}

async function expectNothingLeft(node: NatsNode): Promise<void> {
  await vi.waitFor(() => expect(leftovers(node)).toEqual(NOTHING_LEFT), { timeout: 10_000 })
}

describeWith("nats-server", "skein node, two processes", () => {
  beforeAll(async () => {
    server = await startNatsServer()
    await start("a", "--http", "127.0.0.1:0")
    await start("b")
    await coordinate()
  })
  afterAll(stopAll)

  test("say that they are ready, with their roles, engines, data and the nodes they know", async () => {
    const [a, b] = processes
    expect(a?.readyLine).toMatch(
      /^node a is ready: roles coordinator, worker; 1 engines; data data; nodes a; http:\/\/127\.0\.0\.1:\d+$/u,
    )
    expect(b?.readyLine).toBe("node b is ready: roles coordinator, worker; 1 engines; data data; nodes b, a")
    await a?.said(/^node b has joined \(coordinator, worker; 1 engines; data data\)$/mu)
  })

  test.each([1, 3, 6, 12])("TPC-H %i over HTTP equals native DuckDB", async (number) => {
    const sql = await tpchQuery(number)
    const actual = await httpAnswer(processes[0]?.url ?? "", sql)
    expect(difference(await native.query(sql), actual, { order: orderOf(sql), types: false })).toBeUndefined()
  })

  test.each([1, 3, 6, 12])(
    "TPC-H %i, coordinated by a third node without engines: bytes crossed NATS",
    async (number) => {
      const node = here()
      const before = node.counts().transport.bytesReceived
      const metrics = await expectEqual(node, number)
      expect(metrics.bytesRemote).toBeGreaterThan(0)
      expect(node.counts().transport.bytesReceived).toBeGreaterThan(before)
      expect(
        metrics.actors
          .filter(({ tasks }) => tasks > 0)
          .map(({ name }) => name)
          .toSorted(),
      ).toEqual(["a/engine-0", "b/engine-0"])
      await expectNothingLeft(node)
    },
  )

  test("the server is stopped and started while nothing runs: the next query works", async () => {
    const node = here()
    if (server === undefined) throw new Error("no server")
    const back = Promise.withResolvers<void>()
    const unwatch = node.presence.watch((event) => {
      if (event._tag === "Back") back.resolve()
    })
    await server.stop()
    await server.restart()
    await back.promise
    unwatch()
    await Promise.all(processes.map((each) => each.said(/^node \w is back$/mu)))
    await expectEqual(node, 3)
    const sql = await tpchQuery(6)
    const actual = await httpAnswer(processes[0]?.url ?? "", sql)
    expect(difference(await native.query(sql), actual, { types: false })).toBeUndefined()
  })

  test("a node that is told to leave ends with 0, and the others say so", async () => {
    const [a, b] = processes
    if (a === undefined || b === undefined) throw new Error("no nodes")
    expect(await leave(b)).toBe(0)
    await a.said(/^node b is leaving\nnode b has left$/mu)
    const sql = await tpchQuery(6)
    const actual = await httpAnswer(a.url, sql)
    expect(difference(await native.query(sql), actual, { types: false })).toBeUndefined()
    expect(await leave(a)).toBe(0)
  })
})

describeWith("nats-server", "skein node, lost workers", () => {
  beforeAll(async () => {
    server = await startNatsServer({ maxPayload: 65_536 })
    await start("a")
    await coordinate()
  })
  afterAll(stopAll)

  // The query takes some two dozen: an order for each task.
  test.each([1, 8, 16])("a worker killed when %i parcels of Q3 had been sent, on three nodes", async (parcels) => {
    const node = here()
    const victim = await start("b")
    await together(node, 3)
    // The engines are warm then, and the first parcels are the query's.
    const { totalMs } = await expectEqual(node, 3)
    const sent = () => node.counts().transport.parcelsSent
    const before = sent()
    const began = performance.now()
    const answer = expectEqual(node, 3)
    answer.catch(() => undefined)
    while (sent() < before + parcels) await new Promise(setImmediate)
    expect(node.counts().queries).toBe(1)
    victim.kill("SIGKILL")
    const { attempts, tasks } = await answer
    expect(performance.now() - began).toBeLessThan(Math.max(LOST_WORKER_MS_MAX, LOST_WORKER_FACTOR_MAX * totalMs))
    // The twin: something ran there, or was held there for what had not run yet.
    expect(attempts).toBeGreaterThan(tasks)
    await together(node, 2)
    await expectEqual(node, 3)
    await expectNothingLeft(node)
  })

  test.each([4, 12])(
    "a worker killed when %i parcels of a COPY had been sent: each row is written once",
    async (parcels) => {
      const node = here()
      const victim = await start("b")
      await together(node, 3)
      const writeRoot = mkdtempSync(join(tmpdir(), "skein-nodes-copy-"))
      const workspace = node.session.workspace({ writeRoot, partitions: 4 })
      try {
        const sql = "COPY (FROM lineitem) TO 'p' (FORMAT parquet, PARTITION_BY l_shipmode)"
        const [statement] = parse(sql)
        if (statement === undefined) throw new Error("there is no statement")
        const sent = () => node.counts().transport.parcelsSent
        const before = sent()
        const copied = workspace.run(statement, sql)
        copied.catch(() => undefined)
        while (sent() < before + parcels) await new Promise(setImmediate)
        // The twin: the query was under way, on nodes that are not this one.
        expect(node.counts().queries).toBe(1)
        victim.kill("SIGKILL")
        await copied
        const sums = async (from: string) =>
          (
            await native.query(
              `SELECT count(*), sum(hash(l_orderkey, l_linenumber, l_comment)), min(l_shipmode) FROM ${from}`,
            )
          ).rows
        expect(await sums(`read_parquet('${writeRoot}/p/**', hive_partitioning = true)`)).toEqual(
          await sums("lineitem"),
        )
        expect(readdirSync(writeRoot)).toEqual(["p"])
        await together(node, 2)
        await expectNothingLeft(node)
      } finally {
        await workspace.close()
        rmSync(writeRoot, { recursive: true, force: true })
      }
    },
  )

  test("the server is stopped and started while Q9 runs: the answer, after a moment", async () => {
    const node = here()
    if (server === undefined) throw new Error("no server")
    const before = node.counts().transport.parcelsSent
    // Long enough, also when its tables are in the engines already.
    const answer = expectEqual(node, 9)
    answer.catch(() => undefined)
    while (node.counts().transport.parcelsSent < before + 10) await new Promise(setImmediate)
    expect(node.counts().queries).toBe(1)
    await server.stop()
    await server.restart()
    const { attempts, tasks } = await answer
    // The twin: something was under way when the server went.
    expect(attempts).toBeGreaterThan(tasks)
    await expectNothingLeft(node)
  })

  test("the coordinator killed: its client has an error at once, and the workers go on", async () => {
    const node = here()
    const victim = await start("c", "--http", "127.0.0.1:0")
    await together(node, 3)
    const sql = "SELECT a.* FROM lineitem a JOIN lineitem b ON a.l_orderkey = b.l_orderkey"
    const response = await fetch(`${victim.url}/query?format=csv`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ sql }),
    })
    expect(response.status).toBe(200)
    victim.kill("SIGKILL")
    await expect(response.text()).rejects.toThrow("terminated")
    await together(node, 2)
    await expectEqual(node, 6)
    await expectNothingLeft(node)
  })

  test("the coordinator killed: its NATS client has an error from another one, which then answers", async () => {
    const node = here()
    const victim = await start("c")
    await together(node, 3)
    const client = await connect({ servers: url() })
    try {
      const asked = await askOf("c", client)
      victim.kill("SIGKILL")
      expect((await asked()).error).toEqual({
        code: "EngineLost",
        status: 503,
        title: "no engine",
        message: "the query was cancelled: its coordinator, node c, has gone",
        node: "c",
      })
      expect((await ask(client, { sql: "FROM nation" })).last["Skein-Rows"]).toBe("25")
    } finally {
      await client.close()
    }
    await together(node, 2)
    await expectNothingLeft(node)
  })
})

const Will = Schema.fromJsonString(Schema.Struct({ node: Schema.String, reply: Schema.optional(Schema.String) }))

/**
 * A request whose answer stands still because its client acknowledges nothing, once the other coordinators know that the
 * named one answers it. Whom the server asks is luck: what another one answers is taken, and asked again.
 */
async function askOf(name: string, client: NatsConnection): Promise<() => Promise<Heard>> {
  const headers = { "Skein-Window": "1024" }
  for (;;) {
    const left = Promise.withResolvers<string>()
    const wills = client.subscribe("skein.v1.will", {
      callback: (_, message) => {
        const { node, reply } = Schema.decodeUnknownSync(Will)(message.string())
        if (reply !== undefined) left.resolve(node)
      },
    })
    let heard: { readonly reply: string; readonly taken: number } | undefined
    let isTaken = false
    const acknowledge = () => {
      if (isTaken && heard !== undefined) client.publish(heard.reply, String(heard.taken))
    }
    const asked = ask(
      client,
      { sql: "FROM nation", format: "csv" },
      {
        headers,
        onMessage: ({ reply = "" }, taken) => {
          heard = { reply, taken }
          acknowledge()
        },
      },
    )
    const answering = await left.promise
    wills.unsubscribe()
    if (answering === name) return () => asked
    isTaken = true
    acknowledge()
    await asked
  }
}

describe("skein node, wrong usage", () => {
  test("no server where it should be: exit code 3, the address and what to do", async () => {
    await expect(startNode("nats://127.0.0.1:1", "a", [])).rejects.toThrow(
      /node a ended with 3:\nerror: cannot connect to NATS at 127\.0\.0\.1:1: .+ Is nats-server running there/u,
    )
  })

  test.each<[readonly string[], string]>([
    [["--roles", "boss"], '--roles takes coordinator and worker, separated by a comma, found "boss"'],
    [["--roles", "coordinator", "--workers", "2"], "--workers needs the role worker"],
    [["--roles", "worker", "--http", "127.0.0.1:0"], "--http needs the role coordinator"],
    [["--data", "/nowhere/at/all"], '--data: there is no folder "/nowhere/at/all"'],
  ])("%j", async (args, message) => {
    await expect(startNode("nats://127.0.0.1:1", "a", args)).rejects.toThrow(`ended with 2:\nerror: ${message}`)
  })
})
