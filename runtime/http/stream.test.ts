import { once } from "node:events"
import { createServer } from "node:http"
import { text } from "node:stream/consumers"
import { setImmediate as turn } from "node:timers/promises"
import { afterEach, describe, expect, test } from "vitest"
import { QueryError } from "../../actors/errors.ts"
import type { ResultBatch, Session } from "../session.ts"
import { accessRules } from "./access.ts"
import { readiness } from "./readiness.ts"
import { openRequests } from "./requests.ts"
import { httpServer, type HttpLimits, type HttpServer } from "./server.ts"
import { ask, begin, JSON_HEADERS, post, raw } from "./testing/ask.ts"
import { batchesOf, endless, fakeSession, textBatch, type FakeQuery } from "./testing/fake-session.ts"

const servers: HttpServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function serve(session: Session, limits: Partial<HttpLimits> = {}) {
  const address = { host: "127.0.0.1", port: 0 }
  const server = await httpServer(session, { address, limits: { closeGraceMs: 0, ...limits } })
  servers.push(server)
  return server
}

function query(sql: string, format = "ndjson") {
  return { method: "POST", headers: JSON_HEADERS, body: JSON.stringify({ sql, format }) }
}

const FAILURE = new QueryError({ kind: "Conversion", message: "Conversion Error: x" })

test("rows leave when they are there", async () => {
  const second = Promise.withResolvers<undefined>()
  async function* batches() {
    yield textBatch("first")
    await second.promise
    yield textBatch("second")
  }
  const server = await serve(fakeSession({ slow: { batches } }))
  const response = await begin(server, "/query", query("slow"))
  const [chunk] = await once(response, "data")
  expect(String(chunk)).toBe('{"a":"first"}')
  second.resolve(undefined)
  expect(await text(response)).toBe('\n{"a":"second"}\n')
})

describe("an error after rows have left breaks the connection", () => {
  const many = Array.from({ length: 2000 }, (_, i) => `${i} ${"x".repeat(100)}`)
  const late: FakeQuery = { batches: () => batchesOf([textBatch(...many)], FAILURE) }

  test.each(["json", "ndjson", "csv"])("%s", async (format) => {
    const response = await begin(await serve(fakeSession({ late })), "/query", query("late", format))
    expect(response.statusCode).toBe(200)
    await expect(text(response)).rejects.toMatchObject({ code: "ECONNRESET" })
  })

  test("also for a client of HTTP/1.0, which knows no chunks", async () => {
    const body = JSON.stringify({ sql: "late", format: "csv" })
    const headers = `Host: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`
    const heard = raw(await serve(fakeSession({ late })), `POST /query HTTP/1.0\r\n${headers}\r\n\r\n${body}`)
    await expect(heard).rejects.toMatchObject({ code: "ECONNRESET" })
  })
})

/** Event-loop turns without a pull after which a producer is taken to be waiting. */
const TURNS_WITHOUT_PULL = 3_000
const BATCH_ROWS = 1_000
const BATCHES = 600

/** Hands out batches of a good 100 kB and knows when the server has stopped asking for more. */
function source() {
  const batch = textBatch(...Array.from({ length: BATCH_ROWS }, () => "y".repeat(100)))
  const state = { pulls: 0, isOver: false }
  const ended = Promise.withResolvers<undefined>()
  async function* batches(): AsyncGenerator<ResultBatch> {
    try {
      for (; state.pulls < BATCHES; state.pulls++) yield batch
      state.isOver = true
    } finally {
      ended.resolve(undefined)
    }
  }
  const stalled = async () => {
    for (let seen = -1; seen !== state.pulls;) {
      seen = state.pulls
      for (let turns = 0; turns < TURNS_WITHOUT_PULL; turns++) await turn()
    }
  }
  return { batches, state, stalled, ended: ended.promise }
}

describe("a slow reader", () => {
  test("holds the query up, not the memory; later it gets every row", async () => {
    const { batches, state, stalled } = source()
    const response = await begin(await serve(fakeSession({ big: { batches } })), "/query", query("big"))
    response.pause()
    await stalled()
    // What lies in the buffers of two sockets, far from the 60 MB that there are.
    expect(state.pulls).toBeGreaterThan(0)
    expect(state.pulls).toBeLessThan(BATCHES / 4)
    expect(state.isOver).toBe(false)
    let rows = 0
    for await (const chunk of response) for (const byte of chunk) rows += byte === 10 ? 1 : 0
    expect(rows).toBe(BATCHES * BATCH_ROWS)
    expect(state.isOver).toBe(true)
  })

  test("that takes nothing for too long is cut off", async () => {
    const { batches, state, ended } = source()
    const response = await begin(
      await serve(fakeSession({ big: { batches } }), { stalledMs: 20 }),
      "/query",
      query("big"),
    )
    response.pause()
    await ended
    expect(state.isOver).toBe(false)
    await expect(text(response)).rejects.toMatchObject({ code: "ECONNRESET" })
  })

  test("whose time is over is cut off", async () => {
    const { batches, state, ended } = source()
    const asked = { ...query("big"), body: JSON.stringify({ sql: "big", format: "csv", deadline_ms: 100 }) }
    const response = await begin(await serve(fakeSession({ big: { batches } })), "/query", asked)
    response.pause()
    await ended
    expect(state.isOver).toBe(false)
    await expect(text(response)).rejects.toMatchObject({ code: "ECONNRESET" })
  })

  test("that leaves ends the query", async () => {
    const { batches, state, stalled, ended } = source()
    const response = await begin(await serve(fakeSession({ big: { batches } })), "/query", query("big"))
    response.pause()
    await stalled()
    response.destroy()
    await ended
    expect(state.isOver).toBe(false)
  })
})

describe("a client that leaves", () => {
  test.each(["json", "ndjson"])("while the query runs, cancels it (%s)", async (format) => {
    const started = Promise.withResolvers<AbortSignal>()
    const batches = (signal: AbortSignal) => endless(signal, () => started.resolve(signal))
    const server = await serve(fakeSession({ endless: { batches } }))
    const leave = new AbortController()
    const answer = fetchQuery(server, query("endless", format), leave.signal)
    const signal = await started.promise
    expect(signal.aborted).toBe(false)
    const aborted = once(signal, "abort")
    leave.abort()
    await expect(answer).rejects.toMatchObject({ name: "AbortError" })
    await aborted
  })

  test("while the query is planned, cancels it", async () => {
    const started = Promise.withResolvers<AbortSignal>()
    const session: Session = {
      ...fakeSession({}),
      query: (_, { signal } = {}) => {
        if (signal !== undefined) started.resolve(signal)
        return new Promise(() => undefined)
      },
    }
    const leave = new AbortController()
    const answer = fetchQuery(await serve(session), query("anything"), leave.signal)
    const aborted = once(await started.promise, "abort")
    leave.abort()
    await expect(answer).rejects.toMatchObject({ name: "AbortError" })
    await aborted
  })
})

function fetchQuery({ address }: HttpServer, init: RequestInit, signal: AbortSignal): Promise<Response> {
  return fetch(`http://${address.host}:${address.port}/query`, { ...init, signal })
}

describe("closing", () => {
  const closing = { status: 503, title: "closing", code: "Closing", type: "urn:skein:problem:Closing" }

  test("lets what runs end", async () => {
    const gate = Promise.withResolvers<undefined>()
    const started = Promise.withResolvers<undefined>()
    async function* batches() {
      started.resolve(undefined)
      await gate.promise
      yield textBatch("x")
    }
    const server = await serve(fakeSession({ slow: { batches } }), { closeGraceMs: 60_000 })
    const answer = post(server, { sql: "slow" }, { connection: "keep-alive" })
    await started.promise
    const closed = server.close()
    await expect(post(server, { sql: "slow" })).rejects.toMatchObject({ code: "ECONNREFUSED" })
    gate.resolve(undefined)
    const { status, body } = await answer
    expect([status, JSON.parse(body)]).toMatchObject([200, { result: [{ a: "x" }] }])
    await closed
  })

  test("cancels what does not end in time", async () => {
    const started = Promise.withResolvers<AbortSignal>()
    const batches = (signal: AbortSignal) => endless(signal, () => started.resolve(signal))
    const server = await serve(fakeSession({ endless: { batches } }))
    const answer = post(server, { sql: "endless" })
    const signal = await started.promise
    await server.close()
    expect(signal.aborted).toBe(true)
    const { status, headers, body } = await answer
    expect([status, headers["retry-after"]]).toEqual([503, "1"])
    const detail = "the query was cancelled: the server is closing"
    expect(JSON.parse(body)).toEqual({ ...closing, detail, query: "q1" })
  })

  test("breaks off what streams and does not end in time", async () => {
    const { batches, stalled } = source()
    const server = await serve(fakeSession({ big: { batches } }))
    const response = await begin(server, "/query", query("big"))
    response.pause()
    await stalled()
    await server.close()
    await expect(text(response)).rejects.toMatchObject({ code: "ECONNRESET" })
  })

  test("refuses what still comes on an open connection", async () => {
    const session = fakeSession({})
    const access = accessRules("127.0.0.1", {})
    const limits = { bodyBytes: 100, deadlineMs: 100, stalledMs: 100 }
    const requests = openRequests({ session, access, limits, log: () => undefined, readiness: readiness(session) })
    const bare = createServer(requests.handle)
    await once(bare.listen(0, "127.0.0.1"), "listening")
    try {
      const bound = bare.address()
      const port = typeof bound === "object" ? (bound?.port ?? 0) : 0
      const server: HttpServer = { address: { host: "127.0.0.1", port }, close: () => Promise.resolve() }
      requests.close()
      const refused = await post(server, { sql: "one" }, { connection: "keep-alive" })
      expect([refused.status, refused.headers.connection]).toEqual([503, "close"])
      expect(JSON.parse(refused.body)).toEqual({ ...closing, detail: "the server is closing" })
      const ready = await ask(server, "/readyz")
      expect([ready.status, JSON.parse(ready.body)]).toMatchObject([
        503,
        { code: "NotReady", detail: "the server is closing" },
      ])
      expect((await ask(server, "/healthz")).status).toBe(200)
    } finally {
      bare.close()
    }
  })

  test("may be asked for twice", async () => {
    const server = await serve(fakeSession({}))
    await Promise.all([server.close(), server.close()])
    await expect(ask(server, "/healthz")).rejects.toMatchObject({ code: "ECONNREFUSED" })
  })
})
