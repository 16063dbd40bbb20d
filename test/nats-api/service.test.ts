import type { ServiceInfo, ServiceStats } from "nats"
import { afterEach, expect, test } from "vitest"
import { QueryError } from "../../actors/errors.ts"
import { SyntaxError } from "../../planner/errors.ts"
import { batchesOf, fakeSession, textBatch, type FakeQuery } from "../../runtime/http/testing/fake-session.ts"
import { natsService } from "../../runtime/nats/service.ts"
import { linkTo } from "../servers/nats-wires.ts"
import { describeWith } from "../servers/needs-server.ts"
import { ask } from "./plain-client.ts"
import { openStage } from "./serve.ts"

const stage = openStage()
afterEach(stage.end)
const startServer = stage.server
const serveOn = stage.serve

const QUERIES: Readonly<Record<string, FakeQuery>> = {
  one: { batches: () => batchesOf([textBatch("x", null), textBatch("y")]) },
  none: {},
  bad: {
    error: new SyntaxError({
      message: 'expected a table,\nfound "bad"',
      span: { start: 0, end: 3 },
      hint: "write FROM",
    }),
  },
}

async function only<T>(found: Promise<AsyncIterable<T>>): Promise<T> {
  const all: T[] = []
  for await (const each of await found) all.push(each)
  const [first] = all
  if (first === undefined || all.length !== 1) throw new Error(`${all.length} answered`)
  return first
}

describeWith("nats-server", "the NATS service", () => {
  test("a small answer is one message and the end", async () => {
    const { client } = await serveOn(await startServer(), fakeSession(QUERIES))
    const json = await ask(client, { sql: "one" })
    expect(json.first).toEqual({
      "Content-Type": "application/json",
      "Skein-Query": "q1",
      "Skein-Columns": '[{"name":"a","type":"VARCHAR"}]',
    })
    expect(JSON.parse(String(json.body))).toEqual({
      result: [{ a: "x" }, { a: null }, { a: "y" }],
      columns: [{ name: "a", type: "VARCHAR" }],
      rows: 3,
      query: "q1",
      ms: expect.any(Number),
    })
    expect(json.last).toEqual({
      "Skein-Query": "q1",
      "Skein-Rows": "3",
      "Skein-Bytes": String(json.body.length),
      "Skein-Messages": "1",
      "Skein-Milliseconds": expect.stringMatching(/^\d+$/u),
    })
    const csv = await ask(client, { sql: "one", format: "csv" })
    expect([csv.first["Content-Type"], String(csv.body), csv.sizes.length]).toEqual([
      "text/csv; charset=utf-8; header=present",
      "a\nx\n\ny\n",
      1,
    ])
    // The client that asks for one message has all of it.
    const reply = await client.request("skein.v1.query", '{"sql":"one","format":"ndjson"}')
    expect(reply.string()).toBe('{"a":"x"}\n{"a":null}\n{"a":"y"}\n')
  })

  test("no rows as ndjson: the end is the first message too", async () => {
    const { client } = await serveOn(await startServer(), fakeSession(QUERIES))
    const { first, last, body } = await ask(client, { sql: "none", format: "ndjson" })
    expect(body.length).toBe(0)
    expect(first).toBe(last)
    expect(first).toMatchObject({
      "Content-Type": "application/x-ndjson",
      "Skein-Columns": '[{"name":"a","type":"VARCHAR"}]',
      "Skein-Rows": "0",
      "Skein-Bytes": "0",
      "Skein-Messages": "0",
    })
  })

  test("PING, INFO and STATS say what it is and what it did", async () => {
    const { client, service } = await serveOn(await startServer(), fakeSession(QUERIES))
    await ask(client, { sql: "one" })
    await ask(client, { sql: "bad" })
    await ask(client, "{")
    const asking = client.services.client()
    const identity = { name: "skein", id: service.id, version: "1.2.3", metadata: { cluster: "skein", node: "a" } }
    expect(await only(asking.ping("skein"))).toEqual({ type: "io.nats.micro.v1.ping_response", ...identity })
    const info: ServiceInfo = await only(asking.info("skein"))
    expect(info).toMatchObject({ type: "io.nats.micro.v1.info_response", ...identity })
    const [endpoint] = info.endpoints
    expect(endpoint).toMatchObject({ name: "query", subject: "skein.v1.query", queue_group: "coordinators" })
    expect(JSON.parse(endpoint?.metadata?.["request"] ?? "")).toMatchObject({
      required: ["sql"],
      additionalProperties: false,
      properties: {
        sql: { type: "string" },
        format: { enum: ["json", "ndjson", "arrow", "csv", null] },
        deadline_ms: { maximum: 3_600_000, default: 300_000 },
      },
    })
    const stats: ServiceStats = await only(asking.stats("skein"))
    expect(stats).toMatchObject({ type: "io.nats.micro.v1.stats_response", ...identity })
    const [figures] = stats.endpoints ?? []
    expect(figures).toMatchObject({
      name: "query",
      subject: "skein.v1.query",
      num_requests: 3,
      num_errors: 2,
      last_error: expect.stringMatching(/^400:the body is not JSON: /u),
      data: { running: 0 },
    })
    expect(figures?.processing_time).toBeGreaterThan(0)
    expect(figures?.average_processing_time).toBe(Math.round((figures?.processing_time ?? 0) / 3))
  })

  test("the cluster's name is the first token; another cluster does not answer", async () => {
    const server = await startServer()
    const { client, service } = await serveOn(server, fakeSession(QUERIES), { cluster: "blue" })
    expect(service.subject).toBe("blue.v1.query")
    expect((await ask(client, { sql: "one" }, { subject: "blue.v1.query" })).last["Skein-Rows"]).toBe("3")
    await expect(client.request("skein.v1.query", '{"sql":"one"}')).rejects.toMatchObject({ code: "503" })
  })

  test("two services share the queue; each request has one answer; one leaves", async () => {
    const server = await startServer()
    const a = await serveOn(server, fakeSession(QUERIES))
    const b = await serveOn(server, fakeSession(QUERIES))
    const all = await Promise.all(Array.from({ length: 40 }, () => ask(a.client, { sql: "one" })))
    expect(all.map(({ last }) => last["Skein-Rows"])).toEqual(all.map(() => "3"))
    const counts: number[] = []
    for await (const { endpoints } of await a.client.services.client().stats("skein")) {
      counts.push(endpoints?.[0]?.num_requests ?? 0)
    }
    expect(counts.length).toBe(2)
    expect(Math.min(...counts)).toBeGreaterThan(0)
    expect(counts.reduce((sum, count) => sum + count)).toBe(40)
    await a.service.close()
    expect((await only(b.client.services.client().ping("skein"))).id).toBe(b.service.id)
    expect((await ask(a.client, { sql: "one" })).last["Skein-Rows"]).toBe("3")
    await b.service.close()
    await expect(a.client.request("skein.v1.query", '{"sql":"one"}')).rejects.toMatchObject({ code: "503" })
  })

  test("a request without a reply subject, or with one that is not the client's, is not run", async () => {
    const ran: string[] = []
    const query: FakeQuery = { batches: () => batchesOf([textBatch(String(ran.push("ran")))]) }
    const { client } = await serveOn(await startServer(), fakeSession({ one: query }))
    const body = '{"sql":"one"}'
    client.publish("skein.v1.query", body)
    for (const reply of ["$SRV.PING", "skein.v1.node.a.b.tasks", "a.*"])
      client.publish("skein.v1.query", body, { reply })
    expect((await ask(client, { sql: "one" })).last["Skein-Rows"]).toBe("1")
    expect(ran).toEqual(["ran"])
    const { endpoints } = await only(client.services.client().stats("skein"))
    expect(endpoints?.[0]).toMatchObject({
      num_requests: 5,
      num_errors: 4,
      last_error: '400:the reply subject "a.*" has a wildcard',
    })
  })

  test("more requests than may be answered at once are refused, not kept", async () => {
    const held = Promise.withResolvers<undefined>()
    async function* batches() {
      await held.promise
      yield textBatch("x")
    }
    const { client } = await serveOn(await startServer(), fakeSession({ slow: { batches } }), {
      limits: { requests: 1 },
    })
    const slow = ask(client, { sql: "slow" })
    const second = await ask(client, { sql: "slow" })
    expect(second.error).toEqual({
      code: "QueryError",
      status: 429,
      title: "too many queries",
      message: "1 requests are being answered: try again when one of them has ended",
    })
    held.resolve(undefined)
    expect((await slow).last["Skein-Rows"]).toBe("1")
  })

  test("a server that does not let it listen is named in its own words", async () => {
    const extraConfig = `authorization { users: [
      { user: a, password: a, permissions: { subscribe: ["skein.v1.>"], publish: [">"] } }
      { user: b, password: b, permissions: { subscribe: ["skein.v1.query", "skein.v1.will", "$SRV.>"], publish: [">"] } }
    ] }`
    const server = await startServer({ extraConfig })
    const refusal = async (user: string) => {
      const link = await linkTo(server.url.replace("nats://", `nats://${user}:${user}@`), "skein")
      stage.onEnd(() => link.close())
      return natsService(fakeSession({}), link, { version: "1.2.3", node: "a" })
    }
    await expect(refusal("a")).rejects.toMatchObject({
      reason: "refused",
      message: expect.stringMatching(
        /^the NATS server does not let the service "skein" listen: .*Permissions Violation for Subscription to "\$SRV\./u,
      ),
    })
    await expect(refusal("b")).rejects.toMatchObject({
      message: expect.stringMatching(/Permissions Violation for Subscription to "skein\.v1\.answer\..*\.\*"/u),
    })
  })

  test("the permissions of the documentation are enough, and not too many", async () => {
    const extraConfig = `authorization { users: [
      { user: node, password: node, permissions: {
        publish: ["_INBOX.>", "skein.v1.answer.*.0", "skein.v1.will"]
        subscribe: ["skein.v1.query", "skein.v1.answer.*.*", "skein.v1.will", "$SRV.>"] } }
      { user: client, password: client, permissions: {
        publish: ["skein.v1.query", "skein.v1.answer.*.*", "$SRV.>"], subscribe: ["_INBOX.>"] } }
    ] }`
    const server = await startServer({ extraConfig })
    const as = (user: string) => server.url.replace("nats://", `nats://${user}:${user}@`)
    const long: FakeQuery = { batches: () => batchesOf(Array.from({ length: 9 }, () => textBatch("x".repeat(1_000)))) }
    const serve = () => serveOn({ ...server, url: as("node") }, fakeSession({ long }), { clientUrl: as("client") })
    const [{ client, log }, other] = [await serve(), await serve()]
    const { last } = await ask(
      client,
      { sql: "long", format: "csv" },
      {
        headers: { "Skein-Window": "1024" },
        onMessage: ({ reply }, taken) => client.publish(reply ?? "", String(taken)),
      },
    )
    expect(last["Skein-Rows"]).toBe("9")
    await expect(client.request("skein.v1.other")).rejects.toMatchObject({ code: "PERMISSIONS_VIOLATION" })
    expect([...log, ...other.log]).toEqual([])
  })

  test("a server whose messages are too small is refused", async () => {
    await expect(serveOn(await startServer({ maxPayload: 2048 }), fakeSession({}))).rejects.toMatchObject({
      message: "the NATS server has max_payload: 2048, and at least 4096 is needed",
    })
  })

  test("an error is one last message: the service's headers, the place, a JSON body", async () => {
    const late: FakeQuery = {
      batches: () =>
        batchesOf([textBatch("x")], new QueryError({ kind: "Conversion", message: "Conversion Error: y", stage: 2 })),
    }
    const { client } = await serveOn(await startServer(), fakeSession({ ...QUERIES, late }))
    const bad = await ask(client, { sql: "bad" })
    expect(bad.last).toEqual({
      "Nats-Service-Error-Code": "400",
      "Nats-Service-Error": 'expected a table, found "bad"',
      "Content-Type": "application/json",
      "Skein-Line": "1",
      "Skein-Column": "1",
    })
    expect(bad.error).toEqual({
      code: "SyntaxError",
      status: 400,
      title: "syntax error",
      message: 'expected a table,\nfound "bad"',
      line: 1,
      column: 1,
      hint: "write FROM",
    })
    const failed = {
      code: "QueryError",
      status: 400,
      title: "the query failed",
      message: "Conversion Error: y",
      stage: 2,
    }
    const whole = await ask(client, { sql: "late" })
    expect([whole.error, whole.body.length]).toEqual([{ ...failed, query: "q1" }, 0])
    expect(whole.last).toMatchObject({ "Nats-Service-Error-Code": "400", "Skein-Query": "q1" })
  })

  test("a defect is logged with its place and told without it", async () => {
    const { client, log } = await serveOn(await startServer(), fakeSession({ broken: { error: new Error("oh\nno") } }))
    const { error } = await ask(client, { sql: "broken" })
    expect(error).toEqual({
      code: "Defect",
      status: 500,
      title: "a defect of Skein",
      message: "this is a defect of Skein, please report it with the statement: oh",
    })
    expect(log).toEqual([expect.stringMatching(/^a defect: Error: oh\nno\n\s+at /u)])
  })
})
