import { connect as connectTcp, type Socket } from "node:net"
import { createInbox, Empty, type Msg, type NatsConnection } from "nats"
import { setImmediate as turn } from "node:timers/promises"
import { afterEach, expect, test } from "vitest"
import { QueryError } from "../../actors/errors.ts"
import { batchesOf, endless, fakeSession, textBatch, type FakeQuery } from "../../runtime/http/testing/fake-session.ts"
import type { ResultBatch } from "../../runtime/session.ts"
import { describeWith } from "../servers/needs-server.ts"
import { ask } from "./plain-client.ts"
import { openStage } from "./serve.ts"

const stage = openStage()
afterEach(stage.end)

const KIB = 1024
const MIB = 1024 * KIB
const ROW_LETTERS = 1_000
const BATCH_ROWS = 100
const BATCHES = 600

/** Sixty megabytes in batches of a good 100 kB; knows how many were asked for, and how it ended. */
function source() {
  const state = { pulls: 0, isOver: false }
  const ended = Promise.withResolvers<undefined>()
  const batch = textBatch(...Array.from({ length: BATCH_ROWS }, () => "y".repeat(ROW_LETTERS)))
  async function* batches(): AsyncGenerator<ResultBatch> {
    try {
      for (; state.pulls < BATCHES; state.pulls += 1) {
        // A turn of the event loop, so that what comes from the server is heard meanwhile.
        await turn()
        yield batch
      }
      state.isOver = true
    } finally {
      ended.resolve(undefined)
    }
  }
  return { query: { batches } satisfies FakeQuery, state, ended: ended.promise }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await turn()
}

describeWith("nats-server", "an answer of many messages", () => {
  test("rows leave when they are there", async () => {
    const second = Promise.withResolvers<undefined>()
    async function* batches() {
      yield textBatch("first")
      await second.promise
      yield textBatch("second")
    }
    const { client } = await stage.serve(await stage.server(), fakeSession({ slow: { batches } }))
    const parts: string[] = []
    const onMessage = (message: { string: () => string }) => {
      parts.push(message.string())
      second.resolve(undefined)
    }
    const { last } = await ask(client, { sql: "slow", format: "ndjson" }, { onMessage })
    expect(parts).toEqual(['{"a":"first"}', '\n{"a":"second"}\n'])
    expect(last).toMatchObject({ "Skein-Rows": "2", "Skein-Messages": "2" })
  })

  test.each([4 * KIB, 64 * KIB, MIB])(
    "max_payload %i: every message fits, all bytes come in order",
    async (maxPayload) => {
      const values = Array.from({ length: 3_000 }, (_, i) => `${i} ${"é".repeat(i % 97)}`)
      const long = "x".repeat(3_000_000)
      const query: FakeQuery = { batches: () => batchesOf([textBatch(...values), textBatch(long), textBatch("end")]) }
      const { client } = await stage.serve(await stage.server({ maxPayload }), fakeSession({ many: query }))
      for (const format of ["ndjson", "json"]) {
        const { body, sizes, last } = await ask(client, { sql: "many", format })
        const rows: unknown =
          format === "json"
            ? JSON.parse(String(body)).result
            : String(body)
                .trimEnd()
                .split("\n")
                .map((line) => JSON.parse(line))
        expect(rows).toEqual([...values, long, "end"].map((a) => ({ a })))
        expect(Math.max(...sizes)).toBeLessThanOrEqual(Math.min(maxPayload - 512, 256 * KIB))
        expect(last).toMatchObject({
          "Skein-Rows": "3002",
          "Skein-Bytes": String(body.length),
          "Skein-Messages": String(sizes.length),
        })
      }
    },
  )

  test("columns that would fill the first message are left out of its headers", async () => {
    const columns = Array.from({ length: 100 }, (_, i) => ({ name: `a rather long name ${i} ü`, type: "VARCHAR" }))
    const { client } = await stage.serve(
      await stage.server({ maxPayload: 4 * KIB }),
      fakeSession({ wide: { columns } }),
    )
    const wide = await ask(client, { sql: "wide", format: "csv" })
    expect(Object.keys(wide.first)).toEqual(["Content-Type", "Skein-Query"])
    expect(String(wide.body).split(",").length).toBe(100)
    const few = await stage.serve(await stage.server(), fakeSession({ wide: { columns } }))
    const { first } = await ask(few.client, { sql: "wide", format: "csv" })
    expect(first["Skein-Columns"]).toMatch(/^[\x20-\x7e]+$/u)
    expect(JSON.parse(first["Skein-Columns"] ?? "")).toEqual(columns)
  })

  test("an error after rows have left is the last message", async () => {
    const error = new QueryError({ kind: "Conversion", message: "Conversion Error: x" })
    const values = Array.from({ length: 2_000 }, (_, i) => `${i} ${"x".repeat(1_000)}`)
    const late: FakeQuery = { batches: () => batchesOf([textBatch(...values)], error) }
    const { client } = await stage.serve(await stage.server(), fakeSession({ late }))
    const heard = await ask(client, { sql: "late", format: "ndjson" })
    expect(heard.body.length).toBeGreaterThan(MIB)
    expect(heard.error).toEqual({
      code: "QueryError",
      status: 400,
      title: "the query failed",
      message: "Conversion Error: x",
      query: "q1",
    })
    expect(heard.last).toEqual({
      "Nats-Service-Error-Code": "400",
      "Nats-Service-Error": "Conversion Error: x",
      "Content-Type": "application/json",
      "Skein-Query": "q1",
    })
  })

  test("an error of any length fits", async () => {
    const error = new QueryError({ kind: "Conversion", message: "é\u0001".repeat(100_000) })
    const { client } = await stage.serve(await stage.server({ maxPayload: 4 * KIB }), fakeSession({ bad: { error } }))
    const heard = await ask(client, { sql: "bad" })
    expect(heard.error).toMatchObject({ status: 400, message: expect.stringMatching(/…$/u) })
  })
})

describeWith("nats-server", "a client with a window", () => {
  const headers = { "Skein-Window": String(128 * KIB) }

  test("gets all of it, never more at once than it granted", async () => {
    const { query, state } = source()
    const { client } = await stage.serve(await stage.server(), fakeSession({ big: query }))
    let acknowledged = 0
    let most = 0
    const acks: string[] = []
    const { last, body, first } = await ask(
      client,
      { sql: "big", format: "ndjson" },
      {
        headers,
        onMessage: (message, taken) => {
          most = Math.max(most, taken - acknowledged)
          acks.push(message.reply ?? "")
          acknowledged = taken
          client.publish(message.reply ?? "", String(taken))
        },
      },
    )
    expect(first["Skein-Ack"]).toMatch(/^skein\.v1\.answer\.[A-Z0-9]{22}\.1$/u)
    expect(new Set(acks)).toEqual(new Set([first["Skein-Ack"]]))
    expect(last).toMatchObject({ "Skein-Rows": "60000", "Skein-Bytes": String(body.length) })
    expect(most).toBeLessThanOrEqual(128 * KIB)
    expect(state.isOver).toBe(true)
  })

  test("that acknowledges nothing holds the query up, not the memory; nonsense acknowledges nothing", async () => {
    const { query, state } = source()
    const { client } = await stage.serve(await stage.server(), fakeSession({ big: query }))
    let taken = 0
    let ack = ""
    const asked = ask(
      client,
      { sql: "big", format: "ndjson" },
      {
        headers,
        onMessage: (message, bytes) => {
          taken = bytes
          ack = message.reply ?? ""
        },
      },
    )
    await until(() => taken > 64 * KIB)
    for (const nonsense of ["", "x", "-5", "1e9", "999999999", "9".repeat(400)]) client.publish(ack, nonsense)
    await client.flush()
    for (let turns = 0; turns < 1_000; turns += 1) await turn()
    expect(taken).toBeLessThanOrEqual(128 * KIB)
    expect(state.pulls).toBeLessThan(10)
    // From here on it takes everything at once.
    client.publish(ack, String(taken))
    await until(() => taken > 128 * KIB)
    const all = setInterval(() => client.publish(ack, String(taken)), 1)
    expect((await asked.finally(() => clearInterval(all))).last["Skein-Rows"]).toBe("60000")
  })

  test("that stalls is given up in plain words", async () => {
    const { query, ended, state } = source()
    const limits = { stalledMs: 50 }
    const { client } = await stage.serve(await stage.server(), fakeSession({ big: query }), { limits })
    const { error, body } = await ask(client, { sql: "big", format: "ndjson" }, { headers })
    expect(error).toEqual({
      code: "DeadlineExceeded",
      status: 408,
      title: "deadline exceeded",
      message: `the query was cancelled: the client has acknowledged nothing for 50 ms: 0 of ${body.length} bytes`,
      query: "q1",
    })
    await ended
    expect(state.isOver).toBe(false)
  })

  test.each(["0", "1023", "64MB", "99999999999"])("the window %s is refused", async (window) => {
    const { client } = await stage.serve(await stage.server(), fakeSession({}))
    const { error } = await ask(client, { sql: "x" }, { headers: { "skein-window": window } })
    expect(error).toEqual({
      code: "InvalidField",
      status: 400,
      title: "invalid field",
      message: `the header "Skein-Window" must be a whole number of bytes from 1024 to 67108864, found "${window}"`,
    })
  })
})

describeWith("nats-server", "a query does not outlive its client", () => {
  const big = JSON.stringify({ sql: "big", format: "ndjson" })

  test("that has left its inbox", async () => {
    const { query, ended, state } = source()
    const { client } = await stage.serve(await stage.server(), fakeSession({ big: query }))
    const inbox = createInbox()
    const subscription = client.subscribe(inbox, { max: 1 })
    client.publish("skein.v1.query", big, { reply: inbox })
    for await (const message of subscription) expect(message.data.length).toBeGreaterThan(0)
    await ended
    expect(state.isOver).toBe(false)
    const { num_errors: errors, last_error: error } = await figures(client)
    expect([errors, error]).toEqual([1, `499:nobody listens at ${inbox}: the client has gone`])
  })

  test("that never reads: the server cuts it, and the query ends", async () => {
    const { query, ended, state } = source()
    const server = await stage.server({ extraConfig: "max_pending: 1MB" })
    const { client } = await stage.serve(server, fakeSession({ big: query }))
    const socket = await deafClient(server.port, big)
    await ended
    expect(state.isOver).toBe(false)
    expect(await server.slowConsumers()).toBe(1)
    socket.destroy()
    await until(() => !socket.connecting)
    expect((await figures(client)).last_error).toBe("499:nobody listens at deaf: the client has gone")
  })

  test("whose time is over", async () => {
    const slow: FakeQuery = { batches: (signal) => endless(signal) }
    const limits = { deadlineMs: 40 }
    const { client } = await stage.serve(await stage.server(), fakeSession({ slow }), { limits })
    const expired = (ms: number, query: string) => ({
      code: "DeadlineExceeded",
      status: 408,
      title: "deadline exceeded",
      message: `the query was cancelled: it was not answered within ${ms} ms`,
      hint: 'a longer time is given by "deadline_ms"',
      query,
    })
    expect((await ask(client, { sql: "slow", deadline_ms: 20 })).error).toEqual(expired(20, "q1"))
    expect((await ask(client, { sql: "slow" })).error).toEqual(expired(40, "q2"))
    expect((await figures(client)).num_errors).toBe(2)
  })
})

describeWith("nats-server", "the end of the service, or of the connection", () => {
  test("closed while it streams: the client hears why, the query is over, the link stays", async () => {
    const { query, ended } = source()
    const { client, service, link } = await stage.serve(await stage.server(), fakeSession({ big: query }))
    const headers = { "Skein-Window": "1024" }
    const begun = Promise.withResolvers<undefined>()
    const onMessage = () => begun.resolve(undefined)
    const asked = ask(client, { sql: "big", format: "ndjson" }, { headers, onMessage })
    await begun.promise
    await service.close()
    expect((await asked).error).toEqual({
      code: "Closing",
      status: 503,
      title: "closing",
      message: "the query was cancelled: the service is closing",
      query: "q1",
    })
    await ended
    expect(link.state()._tag).toBe("Connected")
    await expect(client.request("skein.v1.query", "{}")).rejects.toMatchObject({ code: "503" })
    await expect(client.request("$SRV.PING.skein", Empty)).rejects.toMatchObject({ code: "503" })
  })

  test("closed with time to end: what runs is answered", async () => {
    const held = Promise.withResolvers<undefined>()
    async function* batches() {
      await held.promise
      yield textBatch("x")
    }
    const limits = { closeGraceMs: 20_000 }
    const { client, service } = await stage.serve(await stage.server(), fakeSession({ slow: { batches } }), { limits })
    const asked = ask(client, { sql: "slow" })
    await client.flush()
    const closed = service.close()
    held.resolve(undefined)
    expect((await asked).last["Skein-Rows"]).toBe("1")
    await closed
  })

  test("the server stopped and started again: the answer fails in clear words, the next one works", async () => {
    const { query, ended } = source()
    const server = await stage.server()
    const one: FakeQuery = { batches: () => batchesOf([textBatch("x")]) }
    const { client } = await stage.serve(server, fakeSession({ big: query, one }))
    const begun = Promise.withResolvers<undefined>()
    const onMessage = () => begun.resolve(undefined)
    const headers = { "Skein-Window": "1024" }
    const asked = ask(client, { sql: "big", format: "ndjson" }, { headers, onMessage })
    await begun.promise
    await server.restart()
    await ended
    expect((await asked).error).toEqual({
      code: "Cancelled",
      status: 503,
      title: "cancelled",
      message: `the query was cancelled: the answer broke off: the connection to NATS at 127.0.0.1:${server.port} broke`,
      query: "q1",
    })
    expect((await ask(client, { sql: "one" })).last["Skein-Rows"]).toBe("1")
  })

  test("a coordinator that dies with a request that has just come: another one tells its client", async () => {
    const started = Promise.withResolvers<number>()
    const server = await stage.server()
    const serve = (index: number) => {
      const slow: FakeQuery = { batches: (signal) => endless(signal, () => started.resolve(index)) }
      const one: FakeQuery = { batches: () => batchesOf([textBatch("x")]) }
      return stage.serve(server, fakeSession({ slow, one }))
    }
    const both = [await serve(0), await serve(1)]
    // Of a connection that ends with neither of them.
    const { client } = await stage.serve(server, fakeSession({}), { cluster: "elsewhere" })
    const asked = ask(client, { sql: "slow" })
    await both[await started.promise]?.link.connection.close()
    expect((await asked).error).toEqual({
      code: "EngineLost",
      status: 503,
      title: "no engine",
      message: "the query was cancelled: its coordinator, node a, has gone",
      node: "a",
    })
    expect((await ask(client, { sql: "one" })).last["Skein-Rows"]).toBe("1")
  })

  test("a will that was taken back is not executed, nor one for a subject that is not a client's", async () => {
    const server = await stage.server()
    const { client, link } = await stage.serve(server, fakeSession({}))
    const told: string[] = []
    for (const subject of ["heir", "taken-back", "$SRV.x", "skein.v1.query", "a.*"]) {
      const callback = (_: unknown, { headers }: Msg) =>
        void (headers?.has("Nats-Service-Error") === true && told.push(subject))
      client.subscribe(subject, { callback })
    }
    const say = (will: object) =>
      client.publish("skein.v1.will", JSON.stringify({ service: "gone", node: "b", ...will }))
    for (const reply of ["$SRV.x", "skein.v1.query", "a.>"]) say({ number: 1, reply })
    say({ number: 2, reply: "taken-back" })
    say({ number: 2 })
    client.publish("skein.v1.will", "{")
    say({ number: 3, reply: "heir" })
    await until(() => told.length > 0)
    await link.connection.flush()
    await client.flush()
    expect(told).toEqual(["heir"])
  })

  test("a reply subject that the server does not let the service publish to ends the query", async () => {
    const { query, ended } = source()
    const extraConfig = `authorization { users: [
      { user: all, password: all }
      { user: node, password: node, permissions: { subscribe: ["skein.>", "$SRV.>"], publish: ["_INBOX.>"] } }
    ] }`
    const server = await stage.server({ extraConfig })
    const as = (user: string) => ({ ...server, url: server.url.replace("nats://", `nats://${user}:${user}@`) })
    const { client, log } = await stage.serve(as("node"), fakeSession({ big: query }), { clientUrl: as("all").url })
    const subscription = client.subscribe("mine")
    client.publish("skein.v1.query", JSON.stringify({ sql: "big", format: "ndjson" }), { reply: "mine" })
    await ended
    await until(() => log.length > 0)
    expect(log).toEqual(['no answer can be sent: Permissions Violation for Publish to "mine"'])
    subscription.unsubscribe()
  })
})

/** Speaks the protocol itself, and reads nothing after its request. */
async function deafClient(port: number, body: string): Promise<Socket> {
  const socket = connectTcp(port, "127.0.0.1")
  const pong = Promise.withResolvers<undefined>()
  socket.on("error", () => undefined)
  socket.on("data", (chunk) => {
    if (String(chunk).includes("PONG")) pong.resolve(undefined)
  })
  socket.write('CONNECT {"verbose":false}\r\nSUB deaf 1\r\nPING\r\n')
  await pong.promise
  socket.pause()
  socket.write(`PUB skein.v1.query deaf ${body.length}\r\n${body}\r\n`)
  return socket
}

/** The statistics of the one service that there is, as soon as nothing runs. */
async function figures(client: NatsConnection) {
  for (;;) {
    const message = await client.request("$SRV.STATS.skein", Empty)
    const { endpoints } = message.json<{
      endpoints: { data: { running: number }; num_errors: number; last_error?: string }[]
    }>()
    const [found] = endpoints
    if (found !== undefined && found.data.running === 0) return found
  }
}
