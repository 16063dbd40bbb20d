import { once } from "node:events"
import { connect } from "node:net"
import { afterEach, describe, expect, test } from "vitest"
import { EngineLost, QueryError } from "../../actors/errors.ts"
import { SyntaxError } from "../../planner/errors.ts"
import { httpServer, type HttpOptions, type HttpServer } from "./server.ts"
import { ask, JSON_HEADERS, post, raw, type Asked } from "./testing/ask.ts"
import { batchesOf, endless, fakeSession, textBatch, type FakeQuery } from "./testing/fake-session.ts"

const servers: HttpServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function serve(queries: Readonly<Record<string, FakeQuery>>, options: Partial<HttpOptions> = {}) {
  const server = await httpServer(fakeSession(queries), {
    address: { host: "127.0.0.1", port: 0 },
    ...options,
    limits: { closeGraceMs: 0, ...options.limits },
  })
  servers.push(server)
  return server
}

const ONE: Readonly<Record<string, FakeQuery>> = {
  one: { batches: () => batchesOf([textBatch("x", null), textBatch("y")]) },
  none: {},
}

function problem({ headers, body }: Asked): unknown {
  expect(headers["content-type"]).toBe("application/problem+json")
  return JSON.parse(body)
}

function refusal(status: number, code: string, title: string, detail: string, hint?: string) {
  return { type: `urn:skein:problem:${code}`, title, status, detail, code, ...(hint === undefined ? {} : { hint }) }
}

describe("an answer", () => {
  const columns = [{ name: "a", type: "VARCHAR" }]

  test("is one JSON object with its length", async () => {
    const server = await serve(ONE)
    const { status, headers, body } = await post(server, { sql: "one" })
    expect({ status, type: headers["content-type"], query: headers["skein-query"] }).toEqual({
      status: 200,
      type: "application/json",
      query: "q1",
    })
    expect(headers["content-length"]).toBe(String(Buffer.byteLength(body)))
    expect(headers["cache-control"]).toBe("no-store")
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([])
    expect(body).toMatch(/^\{"result":\[\{"a":"x"\},\n\{"a":null\},\n\{"a":"y"\}\],"columns":.*,"ms":\d+\}\n$/u)
    const rows = [{ a: "x" }, { a: null }, { a: "y" }]
    expect(JSON.parse(body)).toEqual({ result: rows, columns, rows: 3, query: "q1", ms: expect.any(Number) })
  })

  test("without rows is an empty array", async () => {
    const { body } = await post(await serve(ONE), { sql: "none" })
    expect(JSON.parse(body)).toEqual({ result: [], columns, rows: 0, query: "q1", ms: expect.any(Number) })
  })

  test.each<[string, Record<string, string>, Record<string, string>, string, string]>([
    ["/query?format=ndjson", {}, {}, "application/x-ndjson", '{"a":"x"}\n{"a":null}\n{"a":"y"}\n'],
    ["/query", { format: "csv" }, {}, "text/csv; charset=utf-8; header=present", "a\nx\n\ny\n"],
    ["/query", {}, { accept: "text/csv" }, "text/csv; charset=utf-8; header=present", "a\nx\n\ny\n"],
    [
      "/query?format=csv",
      { format: "csv" },
      { accept: "a/b" },
      "text/csv; charset=utf-8; header=present",
      "a\nx\n\ny\n",
    ],
  ])("%s %j %j", async (path, fields, headers, type, body) => {
    const answer = await post(await serve(ONE), { sql: "one", ...fields }, headers, path)
    expect({ status: answer.status, type: answer.headers["content-type"], body: answer.body }).toEqual({
      status: 200,
      type,
      body,
    })
  })

  test("of one connection after the other", async () => {
    const server = await serve(ONE)
    const bytes = (sql: string, connection: string) => {
      const body = JSON.stringify({ sql, format: "ndjson" })
      const head = `POST /query HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: ${connection}`
      return `${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    }
    const heard = await raw(
      server,
      bytes("one", "keep-alive") + bytes("nothing known", "keep-alive") + bytes("one", "close"),
    )
    expect(heard.match(/HTTP\/1\.1 \d+/gu)).toEqual(["HTTP/1.1 200", "HTTP/1.1 500", "HTTP/1.1 200"])
  })
})

describe("what the door refuses", () => {
  const fields = "the fields are: sql, format, params, deadline_ms"
  const example = 'send {"sql": "SELECT …"}'
  const formats = "the formats are: json, ndjson, arrow, csv"

  test.each<[string, unknown, string, ReturnType<typeof refusal>]>([
    ["no body", "", "/query", refusal(400, "InvalidBody", "invalid body", "the body is empty", example)],
    [
      "bad JSON",
      "{",
      "/query",
      refusal(
        400,
        "InvalidBody",
        "invalid body",
        "the body is not JSON: Expected property name or '}' in JSON at position 1 (line 1 …",
        example,
      ),
    ],
    [
      "bytes that are no text",
      Uint8Array.of(0x22, 0xff, 0x22),
      "/query",
      refusal(400, "InvalidBody", "invalid body", "the body is not UTF-8 text"),
    ],
    [
      "an unknown field",
      { sql: "one", parms: [] },
      "/query",
      refusal(400, "UnknownField", "unknown field", 'there is no field "parms"', `did you mean "params"?  ${fields}`),
    ],
    [
      "an unknown format in the URL",
      { sql: "one" },
      "/query?format=csw",
      refusal(400, "UnknownFormat", "unknown format", 'there is no format "csw"', `did you mean "csv"?  ${formats}`),
    ],
    [
      "two formats",
      { sql: "one", format: "json" },
      "/query?format=csv",
      refusal(
        400,
        "InvalidField",
        "invalid field",
        'the URL asks for the format "csv", the body for "json"',
        "give one of them",
      ),
    ],
    [
      "two formats in the URL",
      { sql: "one" },
      "/query?format=csv&format=csv",
      refusal(
        400,
        "UnknownParameter",
        "unknown parameter",
        'the URL parameter "format" was given twice',
        "give it once",
      ),
    ],
    [
      "an unknown URL parameter",
      { sql: "one" },
      "/query?fromat=csv",
      refusal(400, "UnknownParameter", "unknown parameter", 'there is no URL parameter "fromat"', "there is: format"),
    ],
  ])("%s", async (_, body, path, expected) => {
    const answer = await post(await serve(ONE), body, {}, path)
    expect(answer.status).toBe(expected.status)
    expect(problem(answer)).toEqual(expected)
  })

  test("what cannot be accepted", async () => {
    const answer = await post(await serve(ONE), { sql: "one" }, { accept: "text/html" })
    expect(answer.status).toBe(406)
    expect(problem(answer)).toEqual(
      refusal(
        406,
        "NotAcceptable",
        "not acceptable",
        'nothing that this server sends fits "Accept: text/html"',
        "it sends: application/json, application/x-ndjson, application/vnd.apache.arrow.stream, text/csv",
      ),
    )
  })

  test.each([
    [{}, "the request has no Content-Type"],
    [{ "content-type": "text/plain" }, 'a body of type "text/plain" is not read'],
    [
      { "content-type": "application/x-www-form-urlencoded" },
      'a body of type "application/x-www-form-urlencoded" is not read',
    ],
    [
      { "content-type": "application/json; charset=latin1" },
      'a body of type "application/json; charset=latin1" is not read',
    ],
    [{ "content-type": "application/jsonx" }, 'a body of type "application/jsonx" is not read'],
  ])("a body with the headers %j", async (headers, detail) => {
    const answer = await ask(await serve(ONE), "/query", { method: "POST", headers, body: '{"sql":"one"}' })
    expect(answer.status).toBe(415)
    expect(problem(answer)).toEqual(
      refusal(
        415,
        "UnsupportedMediaType",
        "unsupported media type",
        detail,
        "send JSON as: Content-Type: application/json",
      ),
    )
  })

  test("a compressed body", async () => {
    const answer = await post(await serve(ONE), { sql: "one" }, { "content-encoding": "gzip" })
    expect(answer.status).toBe(415)
    expect(problem(answer)).toMatchObject({
      detail: 'a body in the encoding "gzip" is not read',
      hint: "send it as it is",
    })
  })

  test("the charset of JSON may be named", async () => {
    const server = await serve(ONE)
    const type = { "content-type": 'Application/JSON; charset="UTF-8"' }
    expect((await ask(server, "/query", { method: "POST", headers: type, body: '{"sql":"one"}' })).status).toBe(200)
  })

  test.each([{ "content-length": "101" }, { "transfer-encoding": "chunked" }, { expect: "100-continue" }])(
    "a body that is too large, sent with %j",
    async (headers) => {
      const server = await serve(ONE, { limits: { bodyBytes: 100 } })
      const answer = await post(server, `{"sql":"${"x".repeat(91)}"}`, headers)
      expect(answer.status).toBe(413)
      const detail = "the body is larger than 100 bytes"
      const hint = "long lists of values are better joined from a file"
      expect(problem(answer)).toEqual(refusal(413, "BodyTooLarge", "body too large", detail, hint))
      expect((await post(server, `{"sql":"none"${" ".repeat(86)}}`)).status).toBe(200)
    },
  )

  test("a client that asks first is told to send its body", async () => {
    const server = await serve(ONE)
    expect((await post(server, { sql: "one" }, { expect: "100-continue" })).status).toBe(200)
  })

  test.each([
    ["GET", "/query", "POST"],
    ["PUT", "/query", "POST"],
    ["OPTIONS", "/query", "POST"],
    ["POST", "/healthz", "GET, HEAD"],
    ["DELETE", "/readyz", "GET, HEAD"],
  ])("%s %s", async (method, path, allow) => {
    const answer = await ask(await serve(ONE), path, { method })
    expect([answer.status, answer.headers.allow]).toEqual([405, allow])
    const detail = `${path} does not take ${method}`
    expect(problem(answer)).toEqual(
      refusal(405, "MethodNotAllowed", "method not allowed", detail, `it takes: ${allow}`),
    )
  })

  test.each(["/", "/query/", "/Query", "//query", "/query%2f", "http://localhost/query"])("POST %s", async (path) => {
    const answer = await post(await serve(ONE), { sql: "one" }, {}, path)
    expect(answer.status).toBe(404)
    const hint = "there are: /query, /healthz, /readyz"
    expect(problem(answer)).toEqual(refusal(404, "UnknownPath", "unknown path", `there is nothing at "${path}"`, hint))
  })
})

describe("who may ask", () => {
  test.each(["localhost", "LOCALHOST:1", "127.0.0.1:8080", "[::1]:8080", "skein.example:99"])(
    "a request for %s",
    async (host) => {
      const server = await serve(ONE, { allowHosts: ["skein.example"] })
      expect((await post(server, { sql: "one" }, { host })).status).toBe(200)
    },
  )

  test.each([
    "evil.example",
    "evil.example:8080",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "evil@localhost",
    "localhost,evil",
    "10.0.0.1",
    "[::2]",
  ])("not a request for %s", async (host) => {
    const server = await serve(ONE)
    for (const path of ["/query", "/healthz"]) {
      const answer = await post(server, { sql: "one" }, { host }, path)
      expect(answer.status).toBe(421)
      const hint = "a name that leads here is allowed with --allow-host NAME"
      const detail = `this server does not answer for "${host}"`
      expect(problem(answer)).toEqual(refusal(421, "UnknownHost", "unknown host", detail, hint))
    }
  })

  test("not a request for nobody", async () => {
    const server = await serve(ONE)
    expect(await raw(server, "GET /healthz HTTP/1.0\r\n\r\n")).toContain("the request has no Host header")
    const without = await raw(server, "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n")
    expect(without).toMatch(/^HTTP\/1\.1 421 [^]*the request has no Host header/u)
  })

  test.each(["https://evil.example", "null", "http://localhost:9", "http://evil@localhost", "file://"])(
    "not a page of %s",
    async (origin) => {
      const server = await serve(ONE, { allowOrigins: ["https://good.example"] })
      const answer = await post(server, { sql: "one" }, { origin, host: "localhost" })
      expect(answer.status).toBe(403)
      const hint = "an origin is allowed with --allow-origin ORIGIN"
      const detail = `pages of "${origin}" may not ask this server`
      expect(problem(answer)).toEqual(refusal(403, "ForeignOrigin", "foreign origin", detail, hint))
      expect(answer.headers["access-control-allow-origin"]).toBeUndefined()
      const preflight = { origin, host: "localhost", "access-control-request-method": "POST" }
      expect((await ask(server, "/query", { method: "OPTIONS", headers: preflight })).status).toBe(403)
    },
  )

  test("a page that this server could have served", async () => {
    const headers = { host: "localhost:8080", origin: "http://localhost:8080" }
    expect((await post(await serve(ONE), { sql: "one" }, headers)).status).toBe(200)
  })

  test("a page of an allowed origin, and its browser's question before", async () => {
    const origin = "https://good.example"
    const server = await serve(ONE, { allowOrigins: [origin], token: "secret" })
    const asked = { origin, "access-control-request-method": "POST" }
    const preflight = await ask(server, "/query", { method: "OPTIONS", headers: asked })
    expect([preflight.status, preflight.body]).toEqual([204, ""])
    expect(preflight.headers).toMatchObject({
      "access-control-allow-origin": origin,
      "access-control-allow-methods": "POST",
      "access-control-allow-headers": "Content-Type, Authorization",
      vary: "Origin",
    })
    const answer = await post(server, { sql: "one" }, { origin, authorization: "Bearer secret" })
    expect([answer.status, answer.headers["access-control-allow-origin"]]).toEqual([200, origin])
  })

  test.each<[Record<string, string>, string]>([
    [{}, "this server needs a token"],
    [{ authorization: "Basic c2VjcmV0" }, "this server needs a token"],
    [{ authorization: "Bearer" }, "this server needs a token"],
    [{ authorization: "Bearer secre" }, "the token is not the one of this server"],
    [{ authorization: "Bearer secret2" }, "the token is not the one of this server"],
  ])("not with %j", async (headers, detail) => {
    const server = await serve(ONE, { token: "secret" })
    const answer = await post(server, { sql: "one" }, headers)
    expect([answer.status, answer.headers["www-authenticate"]]).toEqual([401, 'Bearer realm="skein"'])
    const hint = "send it as: Authorization: Bearer TOKEN"
    expect(problem(answer)).toEqual(refusal(401, "Unauthorized", "token needed", detail, hint))
    // Whoever watches over the server needs none.
    expect((await ask(server, "/healthz")).status).toBe(200)
  })

  test.each(["Bearer secret", "bearer  secret "])("with %j", async (authorization) => {
    expect((await post(await serve(ONE, { token: "secret" }), { sql: "one" }, { authorization })).status).toBe(200)
  })

  test("no server on an address of others without a token", async () => {
    const session = fakeSession({})
    await expect(httpServer(session, { address: { host: "0.0.0.0", port: 0 } })).rejects.toMatchObject({
      _tag: "CannotServe",
      message: "0.0.0.0 can be reached from other machines, so it needs a token",
    })
    const server = await httpServer(session, { address: { host: "0.0.0.0", port: 0 }, token: "secret" })
    servers.push(server)
    expect((await ask({ ...server, address: { ...server.address, host: "127.0.0.1" } }, "/healthz")).status).toBe(200)
  })

  test("not more connections than there may be", async () => {
    const server = await serve(ONE, { limits: { connections: 1 } })
    const first = connect(server.address.port, server.address.host)
    await once(first, "connect")
    await expect(ask(server, "/healthz")).rejects.toMatchObject({ code: "ECONNRESET" })
    first.destroy()
  })

  test("no server where another one is", async () => {
    const { address } = await serve(ONE)
    await expect(httpServer(fakeSession({}), { address })).rejects.toMatchObject({
      _tag: "CannotServe",
      message: `cannot serve http://127.0.0.1:${address.port}: listen EADDRINUSE: address already in use 127.0.0.1:${address.port}`,
    })
  })
})

describe("what is no request", () => {
  const heard = async (bytes: string) => {
    const answer = await raw(await serve(ONE, { limits: { headersMs: 50, requestMs: 50, requestCheckMs: 10 } }), bytes)
    return [answer.split("\r\n", 1)[0], JSON.parse(answer.split("\r\n\r\n")[1] ?? "null")]
  }

  test("other bytes", async () => {
    const detail = "this is not an HTTP request"
    const expected = refusal(400, "MalformedRequest", "malformed request", detail)
    expect(await heard("EHLO there\r\n\r\n")).toEqual(["HTTP/1.1 400 malformed request", expected])
  })

  test("headers without end", async () => {
    const detail = "the headers of the request are too large"
    const expected = refusal(431, "HeadersTooLarge", "headers too large", detail)
    const bytes = `GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(20_000)}`
    expect(await heard(bytes)).toEqual(["HTTP/1.1 431 headers too large", expected])
  })

  test.each([
    "GET /healthz HTTP/1.1\r\nHost:",
    "POST /query HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{",
  ])("one that never ends: %j", async (bytes) => {
    const expected = refusal(408, "RequestTimeout", "request too slow", "the request did not arrive in time")
    const full = bytes.replace("Content-Length", "Content-Type: application/json\r\nContent-Length")
    expect(await heard(full)).toEqual(["HTTP/1.1 408 request too slow", expected])
  })
})

describe("how it is", () => {
  test("up", async () => {
    const server = await serve({})
    const { status, headers, body } = await ask(server, "/healthz")
    expect([status, headers["content-type"], body]).toEqual([200, "application/json", '{"status":"up"}\n'])
    const head = await ask(server, "/healthz", { method: "HEAD" })
    expect([head.status, head.headers["content-length"], head.body]).toEqual([200, "16", ""])
  })

  test("ready, when a question was answered", async () => {
    let probes = 0
    const answers: FakeQuery = {
      batches: () => {
        probes += 1
        return batchesOf([textBatch("1")])
      },
    }
    const server = await serve({
      "SELECT 1": answers,
      lost: { error: new EngineLost({ message: "engine-0 is gone" }) },
    })
    for (const expected of [1, 1]) {
      expect(await ask(server, "/readyz")).toMatchObject({ status: 200, body: '{"status":"ready"}\n' })
      expect(probes).toBe(expected)
    }
    // After the loss of an engine it is asked anew.
    expect((await post(server, { sql: "lost" })).status).toBe(503)
    expect((await ask(server, "/readyz")).status).toBe(200)
    expect(probes).toBe(2)
  })

  test("not ready, and why", async () => {
    const message = "engine-0 did not start: no memory"
    const answer = await ask(await serve({ "SELECT 1": { error: new EngineLost({ message }) } }), "/readyz")
    expect([answer.status, answer.headers["retry-after"]]).toEqual([503, "1"])
    expect(problem(answer)).toEqual(refusal(503, "NotReady", "not ready", message))
  })
})

describe("errors of the query", () => {
  test("tell the place, or that it helps to wait", async () => {
    const span = { start: 0, end: 5 }
    const busy = new QueryError({ kind: "Admission", message: "8 queries run and 64 wait" })
    const server = await serve({ SELEC: { error: new SyntaxError({ message: "no", span }) }, busy: { error: busy } })
    const wrong = await post(server, { sql: "SELEC" })
    expect(wrong.status).toBe(400)
    expect(problem(wrong)).toEqual({ ...refusal(400, "SyntaxError", "syntax error", "no"), line: 1, column: 1 })
    const full = await post(server, { sql: "busy" })
    expect([full.status, full.headers["retry-after"]]).toEqual([429, "1"])
    expect(problem(full)).toEqual(refusal(429, "QueryError", "too many queries", "8 queries run and 64 wait"))
  })

  test("after a few rows still have their own status in JSON", async () => {
    const error = new QueryError({
      kind: "Conversion",
      message: "Conversion Error: x",
      stage: 1,
      task: 0,
      node: "engine-0",
    })
    const server = await serve({ late: { batches: () => batchesOf([textBatch("x")], error) } })
    const answer = await post(server, { sql: "late" })
    expect(answer.status).toBe(400)
    expect(problem(answer)).toEqual({
      ...refusal(400, "QueryError", "the query failed", "Conversion Error: x"),
      stage: 1,
      task: 0,
      node: "engine-0",
      query: "q1",
    })
    expect(answer.headers["skein-query"]).toBeUndefined()
  })

  test("a deadline", async () => {
    const server = await serve({ endless: { batches: (signal) => endless(signal) } }, { limits: { deadlineMs: 40 } })
    for (const [fields, ms] of [[{ deadline_ms: 20 }, 20] as const, [{}, 40] as const]) {
      const answer = await post(server, { sql: "endless", ...fields })
      expect(answer.status).toBe(408)
      const detail = `the query was cancelled: it was not answered within ${ms} ms`
      const hint = 'a longer time is given by "deadline_ms"'
      expect(problem(answer)).toMatchObject(refusal(408, "DeadlineExceeded", "deadline exceeded", detail, hint))
    }
    const long = await post(server, { sql: "endless", deadline_ms: 41 })
    expect(problem(long)).toMatchObject({
      detail: 'the field "deadline_ms" must be a whole number of milliseconds from 1 to 40, found 41',
    })
  })

  test("a deadline also ends what does not listen to its signal", async () => {
    const server = await serve({ deaf: { batches: () => endless(new AbortController().signal) } })
    expect((await post(server, { sql: "deaf", deadline_ms: 20 })).status).toBe(408)
  })

  test("a defect is logged with its stack", async () => {
    const lines: string[] = []
    const server = await serve({}, { log: (line) => lines.push(line) })
    const answer = await ask(server, "/query", { method: "POST", headers: JSON_HEADERS, body: '{"sql":"what"}' })
    expect(answer.status).toBe(500)
    const detail =
      "this is a defect of Skein, please report it with the statement: the fake session does not know: what"
    expect(problem(answer)).toEqual(refusal(500, "Defect", "a defect of Skein", detail))
    expect(lines.join("\n")).toMatch(/^a defect, in \/query: Error: the fake session does not know: what\n {4}at /u)
  })
})
