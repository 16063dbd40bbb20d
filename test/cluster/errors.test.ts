import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { connect, type NatsConnection } from "nats"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { openNative } from "../../bench/oracle/native.ts"
import { ask } from "../nats-api/plain-client.ts"
import { startNatsServer } from "../servers/nats-server.ts"
import { describeWith } from "../servers/needs-server.ts"
import { httpAnswer } from "./answers.ts"
import type { NodeProcess } from "./processes.ts"
import { startNode } from "./processes.ts"

/** What clients who know nothing of Skein are told at both doors of one node, when another node does the work. */

let data: string
let nats: string
let client: NatsConnection
let door: NodeProcess
const ends: (() => Promise<unknown>)[] = []

async function start(name: string, ...args: readonly string[]): Promise<NodeProcess> {
  const node = await startNode(nats, name, ["--data", `data=${data}`, ...args])
  ends.push(node.close)
  return node
}

interface Told {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly [more: string]: unknown
}

async function expectTold(request: unknown, expected: Told): Promise<void> {
  const body = typeof request === "string" ? request : JSON.stringify(request)
  const headers = { "Content-Type": "application/json" }
  const response = await fetch(`${door.url}/query`, { method: "POST", headers, body })
  expect([response.status, response.headers.get("content-type")]).toEqual([expected.status, "application/problem+json"])
  const type = `urn:skein:problem:${expected.code}`
  expect(shown(await response.json())).toEqual({ type, ...expected })
  const { detail, ...others } = expected
  const { error, last } = await ask(client, body)
  expect(shown(error)).toEqual({ message: detail, ...others })
  expect(last["Nats-Service-Error-Code"]).toBe(String(expected.status))
}

/** Without what differs from run to run. */
function shown(told: unknown): unknown {
  return JSON.parse(
    JSON.stringify(told)
      .replaceAll(data, "DIR")
      .replace(/"door-[a-z0-9]+-q\d+"/u, '"ID"'),
  )
}

describeWith("nats-server", "errors at the doors of a cluster", () => {
  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), "skein-errors-"))
    ends.push(async () => rmSync(data, { recursive: true, force: true }))
    const native = await openNative({ threads: 1 })
    const rows = "SELECT range AS v, range % 7 AS k, 'word ' || range AS s FROM range(100000)"
    await native.run(`COPY (${rows}) TO '${join(data, "many.parquet")}'`)
    native.close()
    const server = await startNatsServer()
    ends.push(() => server[Symbol.asyncDispose]())
    nats = server.url
    door = await start("door", "--roles", "coordinator", "--http", "127.0.0.1:0")
    client = await connect({ servers: nats })
    ends.push(() => client.close())
  })
  afterAll(async () => {
    for (const end of ends.splice(0).toReversed()) await end()
  })

  /** Of what was admitted, whatever became of it. */
  const query = "ID"
  const LOST = { query, status: 503, code: "EngineLost", title: "no engine" }
  const SUM = { sql: "SELECT sum(v) AS total FROM many" }

  test("no workers", async () => {
    const detail = "the query was not started: there is no worker to run the query; start a node with the role worker"
    await expectTold(SUM, { ...LOST, detail })
    const response = await fetch(`${door.url}/readyz`)
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"])
  })

  test("workers, and none with the data", async () => {
    const other = await startNode(nats, "other", ["--roles", "worker", "--workers", "1"])
    ends.push(other.close)
    await door.said(/^node other has joined/mu)
    const detail = 'the query was not started: there is no worker with the data root "data"; start one that has it'
    await expectTold(SUM, { ...LOST, detail })
  })

  describe("when there is a worker", () => {
    beforeAll(async () => {
      await start("a", "--roles", "worker", "--workers", "1")
      await door.said(/^node a has joined/mu)
    })

    test("it is used at once", async () => {
      expect((await httpAnswer(door.url, SUM.sql)).rows).toEqual([["4999950000"]])
      expect((await fetch(`${door.url}/readyz`)).status).toBe(200)
    })

    const REQUEST = { status: 400, hint: 'send {"sql": "SELECT …"}' }

    test.each<[unknown, Told]>([
      ["", { ...REQUEST, code: "InvalidBody", title: "invalid body", detail: "the body is empty" }],
      [
        '{"sql": ',
        {
          ...REQUEST,
          code: "InvalidBody",
          title: "invalid body",
          detail: "the body is not JSON: Unexpected end of JSON input",
        },
      ],
      [
        { sql: "SELECT 1", formt: "csv" },
        {
          status: 400,
          code: "UnknownField",
          title: "unknown field",
          detail: 'there is no field "formt"',
          hint: 'did you mean "format"?  the fields are: sql, format, params, deadline_ms',
        },
      ],
      [
        { sql: "SELECT 1", format: "parquet" },
        {
          status: 400,
          code: "UnknownFormat",
          title: "unknown format",
          detail: 'there is no format "parquet"',
          hint: "the formats are: json, ndjson, arrow, csv",
        },
      ],
      [
        { sql: "SELECT v\nFORM many" },
        {
          status: 400,
          query,
          code: "SyntaxError",
          title: "syntax error",
          detail: 'syntax error: expected ",", FROM, WHERE, GROUP BY or ORDER BY, found "many"',
          line: 2,
          column: 6,
          hint: 'did you mean FROM instead of "FORM"?',
        },
      ],
      [
        { sql: "SELECT v FROM mny" },
        {
          status: 404,
          query,
          code: "UnknownTable",
          title: "unknown table or file",
          detail: 'table "mny" does not exist in DIR',
          line: 1,
          column: 15,
          hint: 'did you mean "many"?  DIR has: many',
        },
      ],
      [
        { sql: "SELECT upper(v, k) FROM many" },
        {
          status: 400,
          query,
          code: "BindError",
          title: "refused by DuckDB",
          detail:
            "Binder Error: No function matches the given name and argument types 'upper(BIGINT, BIGINT)'. You might need to add explicit type casts.\n  Candidate functions:\n  upper(VARCHAR) -> VARCHAR",
          line: 1,
          column: 8,
        },
      ],
      [
        { sql: "SELECT s::INTEGER AS n FROM many WHERE v = 3" },
        {
          status: 400,
          query,
          code: "QueryError",
          title: "the query failed",
          detail: "Conversion Error: Could not convert string 'word 3' to INT32 when casting from source column s",
          stage: 0,
          task: 0,
          node: "a/engine-0",
        },
      ],
      [
        { sql: "SELECT count(*) FROM many a JOIN many b ON a.k = b.k WHERE a.v + b.v = 7", deadline_ms: 300 },
        {
          status: 408,
          query,
          code: "DeadlineExceeded",
          title: "deadline exceeded",
          detail: "the query was cancelled: it was not answered within 300 ms",
          hint: 'a longer time is given by "deadline_ms"',
        },
      ],
    ])("%j", expectTold)

    test("and the next query works", async () => {
      expect((await httpAnswer(door.url, SUM.sql)).rows).toEqual([["4999950000"]])
    })
  })
})
