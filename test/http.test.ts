import { spawn, spawnSync, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { text } from "node:stream/consumers"
import { tableFromIPC } from "apache-arrow"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { openNative } from "../bench/oracle/native.ts"

/** `skein serve` as a process, asked by curl where there is one, over files that native DuckDB wrote. */

const bin = path.resolve(import.meta.dirname, "..", "runtime", "cli", "skein.cjs")
const hasCurl = spawnSync("curl", ["--version"]).status === 0

/** Joins each row with a seventh of all rows: far more work than a test would wait for, and no statistics to end it. */
const ENDLESS = "SELECT count(*) FROM many a JOIN many b ON a.k = b.k WHERE a.v + b.v = 7"

interface Served {
  readonly process: ChildProcess
  readonly url: string
  /** Exit code and all of standard error, when it has ended. */
  readonly ended: Promise<{ readonly code: unknown; readonly err: string }>
}

const running = new Set<ChildProcess>()
let dir = ""
let server: Served

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "skein-http-"))
  mkdirSync(path.join(dir, "data"))
  const native = await openNative({ threads: 1 })
  const copy = (sql: string, file: string) => native.run(`COPY (${sql}) TO '${path.join(dir, file)}'`)
  for (const part of [1, 2, 3]) {
    await copy(
      `SELECT 'p' || i % 3 AS product, (i * ${part})::INTEGER AS sales FROM range(10) t(i)`,
      `data/data_part_${part}.parquet`,
    )
  }
  await copy("SELECT range AS v, range % 7 AS k, 'some text ' || range AS s FROM range(300000)", "data/many.parquet")
  await copy("SELECT 'hidden' AS word", "secret.parquet")
  native.close()
  symlinkSync("../secret.parquet", path.join(dir, "data", "link.parquet"))
  writeFileSync(path.join(dir, "data", "broken.parquet"), "PAR1 and no more")
  server = await serve(["--data", "data"])
})

afterAll(() => {
  for (const child of running) child.kill("SIGKILL")
  rmSync(dir, { recursive: true, force: true })
})

/** Resolves when it answers. One engine starts sooner than two, and is sooner busy. */
async function serve(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Served> {
  const child = spawn(process.execPath, [bin, "serve", "--http", "127.0.0.1:0", "--workers", "1", ...args], {
    cwd: dir,
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  })
  running.add(child)
  let err = ""
  const said = Promise.withResolvers<string>()
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    err += chunk
    const url = /^skein answers on (\S+)[^\n]*\n/u.exec(err)?.[1]?.replace(/,$/u, "")
    if (url !== undefined) said.resolve(url)
  })
  const ended = once(child, "close").then(([code]: unknown[]) => {
    running.delete(child)
    said.reject(new Error(`skein serve ended: ${err}`))
    return { code, err }
  })
  return { process: child, url: await said.promise, ended }
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly bytes: Uint8Array
}

async function ask(where: string, body: string, headers: readonly string[] = [], at = server): Promise<Answer> {
  return hasCurl ? askCurl(at.url + where, body, headers) : askFetch(at.url + where, body, headers)
}

async function askCurl(url: string, body: string, headers: readonly string[]): Promise<Answer> {
  const all = ["Content-Type: application/json", ...headers].flatMap((header) => ["-H", header])
  const end = "\n%{http_code} %{content_type}"
  const curl = spawn("curl", ["-s", "-X", "POST", url, ...all, "--data-binary", "@-", "-w", end])
  curl.stdin.end(body)
  const chunks: Buffer[] = []
  for await (const chunk of curl.stdout) chunks.push(Buffer.from(chunk))
  const said = Buffer.concat(chunks)
  const cut = said.lastIndexOf("\n")
  const [, status = "0", type = ""] = /^(\d+) (.*)$/u.exec(said.subarray(cut + 1).toString()) ?? []
  return { status: Number(status), type, bytes: new Uint8Array(said.subarray(0, cut)) }
}

async function askFetch(url: string, body: string, headers: readonly string[]): Promise<Answer> {
  const own = headers.map((header): [string, string] => [header.split(": ", 1)[0] ?? "", header.replace(/^\S+: /u, "")])
  const response = await fetch(url, { method: "POST", body, headers: [["content-type", "application/json"], ...own] })
  const type = response.headers.get("content-type") ?? ""
  return { status: response.status, type, bytes: new Uint8Array(await response.arrayBuffer()) }
}

const asText = ({ bytes }: Answer) => new TextDecoder().decode(bytes)
const sqlBody = (sql: string, fields: Readonly<Record<string, unknown>> = {}) => JSON.stringify({ sql, ...fields })

/** The result alone, whatever the order of its rows. */
async function rows(sql: string): Promise<readonly string[]> {
  const answer: unknown = JSON.parse(asText(await ask("/query", sqlBody(sql))))
  const result = typeof answer === "object" && answer !== null && "result" in answer ? answer.result : undefined
  if (!Array.isArray(result)) throw new Error(`no result: ${JSON.stringify(answer)}`)
  return result.map((row) => JSON.stringify(row)).toSorted()
}

describe("answers", () => {
  const PRODUCTS = [
    '{"product":"p0","total_sales":108}',
    '{"product":"p1","total_sales":72}',
    '{"product":"p2","total_sales":90}',
  ]
  const TUTORIAL = 'SELECT product, SUM(sales) AS total_sales FROM "data_part_*" GROUP BY product'

  test.runIf(hasCurl)("the tutorial's curl, as it is written", async () => {
    const command = `curl -s -X POST ${server.url}/query -H 'Content-Type: application/json' -d '{"sql": "SELECT product, SUM(sales) AS total_sales FROM \\"data_part_*\\" GROUP BY product"}'`
    const shell = spawn("sh", ["-c", command])
    const out = await text(shell.stdout)
    const answer: { readonly result: readonly unknown[] } = JSON.parse(out)
    expect(answer.result.map((row) => JSON.stringify(row)).toSorted()).toEqual(PRODUCTS)
    expect(answer).toEqual({
      result: expect.any(Array),
      columns: [
        { name: "product", type: "VARCHAR" },
        { name: "total_sales", type: "HUGEINT" },
      ],
      rows: 3,
      query: expect.stringMatching(/^q/u),
      ms: expect.any(Number),
    })
  })

  test("the tutorial's statement", async () => {
    expect(await rows(TUTORIAL)).toEqual(PRODUCTS)
  })

  test("print each value as the command does", async () => {
    const sql =
      "SELECT 1 AS i, 2::HUGEINT ** 100 AS h, 1.50::DECIMAL(9,2) AS d, 'inf'::DOUBLE AS f, 'nan'::DOUBLE AS n, NULL AS z, " +
      "DATE '2024-02-29' AS day, TIMESTAMP '2024-02-29 12:00:00.5' AS at, [1, 2] AS l, {'a': 'é\"'} AS s, true AS b, '' AS e"
    for (const format of ["json", "ndjson", "csv"]) {
      const child = spawn(process.execPath, [bin, "--workers", "1", "--format", format, "-c", sql])
      const printed = await text(child.stdout)
      const answer = asText(await ask(`/query?format=${format}`, sqlBody(sql)))
      if (format === "json") expect(answer.startsWith(`{"result":${printed.trimEnd()},"columns":[`)).toBe(true)
      else expect(answer).toBe(printed)
    }
  })

  test("Arrow, typed, many batches", async () => {
    const { status, type, bytes } = await ask("/query", sqlBody("SELECT v, s FROM many"), [
      "Accept: application/vnd.apache.arrow.stream",
    ])
    expect([status, type]).toEqual([200, "application/vnd.apache.arrow.stream"])
    const table = tableFromIPC(bytes)
    expect(table.schema.fields.map((field) => `${field.name} ${field.type}`)).toEqual(["v Int64", "s Utf8"])
    expect(table.numRows).toBe(300_000)
    expect(table.get(299_999)?.toJSON()).toEqual({ v: 299_999n, s: "some text 299999" })
  })

  test("every row of a large result, in order", async () => {
    const { type, bytes } = await ask("/query", sqlBody("SELECT v FROM many", { format: "ndjson" }))
    expect(type).toBe("application/x-ndjson")
    const lines = new TextDecoder().decode(bytes).trimEnd().split("\n")
    expect(lines.length).toBe(300_000)
    expect(lines.findIndex((line, i) => line !== `{"v":${i}}`)).toBe(-1)
  })

  test("EXPLAIN", async () => {
    const plan = await ask("/query", sqlBody("EXPLAIN SELECT sum(v) FROM many", { format: "csv" }))
    expect(asText(plan)).toMatch(/^explain_key,explain_value\nphysical_plan,"┌── Stage 1 · result /u)
    const [analyzed] = await rows("EXPLAIN ANALYZE SELECT sum(v) FROM many")
    expect(analyzed).toContain('"explain_key":"analyzed_plan"')
    expect(analyzed).toContain("rows in 300,000, out 2")
  })

  test("a statement of 200 kB", async () => {
    const terms = Array.from({ length: 20_000 }, (_, i) => 7 * i).join(", ")
    const sql = `SELECT count(*) AS n FROM many WHERE v IN (${terms}, ${"1000000, ".repeat(8_000)} 0)`
    expect(sql.length).toBeGreaterThan(200_000)
    expect(await rows(sql)).toEqual(['{"n":20000}'])
  })
})

describe("errors", () => {
  const fields = "the fields are: sql, format, params, deadline_ms"

  test.each<[string, string, string, Record<string, unknown>]>([
    [
      "a syntax error",
      sqlBody("SELECT v\nFORM many"),
      "/query",
      {
        code: "SyntaxError",
        title: "syntax error",
        status: 400,
        detail: 'syntax error: expected ",", FROM, WHERE, GROUP BY or ORDER BY, found "many"',
        line: 2,
        column: 6,
        hint: 'did you mean FROM instead of "FORM"?',
      },
    ],
    [
      "no statement",
      sqlBody(" "),
      "/query",
      { code: "UnsupportedSql", title: "not supported", status: 400, detail: "there is no statement to run" },
    ],
    [
      "two statements, the second wrong",
      sqlBody("SELECT 1; SELECT x FROM many"),
      "/query",
      {
        code: "UnknownColumn",
        title: "unknown column",
        status: 400,
        detail: 'column "x" does not exist in many',
        hint: "many has: v, k, s",
        line: 1,
        column: 18,
      },
    ],
    [
      "an unknown column",
      sqlBody("SELECT x FROM many"),
      "/query",
      {
        code: "UnknownColumn",
        title: "unknown column",
        status: 400,
        detail: 'column "x" does not exist in many',
        line: 1,
        column: 8,
        hint: "many has: v, k, s",
      },
    ],
    [
      "a type error",
      sqlBody("SELECT v + s FROM many"),
      "/query",
      {
        code: "BindError",
        title: "refused by DuckDB",
        status: 400,
        detail: [
          "Binder Error: No function matches the given name and argument types '+(BIGINT, VARCHAR)'. You might need to add explicit type casts.",
          "  Candidate functions:",
          ...["(TINYINT)", "(TINYINT, TINYINT)"].map((types) => `  +${types} -> TINYINT`),
          ...["(SMALLINT)", "(SMALLINT, SMALLINT)"].map((types) => `  +${types} -> SMALLINT`),
          ...["(INTEGER)", "(INTEGER, INTEGER)"].map((types) => `  +${types} -> INTEGER`),
          ...["(BIGINT)", "(BIGINT, BIGINT)"].map((types) => `  +${types} -> BIGINT`),
          "  … and 35 more",
        ].join("\n"),
        line: 1,
        column: 8,
      },
    ],
    [
      "an unknown table",
      sqlBody("SELECT * FROM mny"),
      "/query",
      {
        code: "UnknownTable",
        title: "unknown table or file",
        status: 404,
        detail: 'table "mny" does not exist in DIR/data',
        line: 1,
        column: 15,
        hint: 'did you mean "many"?  DIR/data has: broken, data_part_1, data_part_2, data_part_3, link, many',
      },
    ],
    [
      "a missing file",
      sqlBody("SELECT * FROM 'nothing.parquet'"),
      "/query",
      {
        code: "UnknownTable",
        title: "unknown table or file",
        status: 404,
        detail: "file 'nothing.parquet' does not exist",
        line: 1,
        column: 15,
        hint: "looked for DIR/data/nothing.parquet",
      },
    ],
    ...["../secret.parquet", "/etc/passwd", "link.parquet", "DIR/secret.parquet"].map(
      (file): [string, string, string, Record<string, unknown>] => [
        `a file outside: ${file}`,
        sqlBody(`SELECT * FROM '${file}'`),
        "/query",
        {
          code: "UnsupportedSql",
          title: "not supported",
          status: 400,
          detail: `'${file}' leads out of the folders that this server reads`,
          line: 1,
          column: 15,
          hint: "name files relative to its data folder, without '..'; links must stay inside, too",
        },
      ],
    ),
    [
      "a damaged file",
      sqlBody("SELECT * FROM broken"),
      "/query",
      {
        code: "SourceError",
        title: "unreadable data",
        status: 422,
        detail:
          'cannot read "DIR/data/broken.parquet": the Parquet file is damaged: it does not end with "PAR1", as if it had been cut off',
        hint: "Copy or write the file again.",
      },
    ],
    [
      "a conversion that fails while the rows are computed",
      sqlBody("SELECT CAST(s AS INTEGER) FROM many"),
      "/query",
      {
        code: "QueryError",
        title: "the query failed",
        status: 400,
        detail: "Conversion Error: Could not convert string 'some text 0' to INT32 when casting from source column s",
        stage: 0,
        task: 0,
        node: "engine-0",
      },
    ],
    [
      "a deadline",
      sqlBody(ENDLESS, { deadline_ms: 400 }),
      "/query",
      {
        code: "DeadlineExceeded",
        title: "deadline exceeded",
        status: 408,
        detail: "the query was cancelled: it was not answered within 400 ms",
        hint: 'a longer time is given by "deadline_ms"',
      },
    ],
    [
      "no body",
      "",
      "/query",
      {
        code: "InvalidBody",
        title: "invalid body",
        status: 400,
        detail: "the body is empty",
        hint: 'send {"sql": "SELECT …"}',
      },
    ],
    [
      "bad JSON",
      "{sql}",
      "/query",
      {
        code: "InvalidBody",
        title: "invalid body",
        status: 400,
        detail: "the body is not JSON: Expected property name or '}' in JSON at position 1 (line 1 …",
        hint: 'send {"sql": "SELECT …"}',
      },
    ],
    [
      "an unknown field",
      '{"sqll": "SELECT 1"}',
      "/query",
      {
        code: "UnknownField",
        title: "unknown field",
        status: 400,
        detail: 'there is no field "sqll"',
        hint: `did you mean "sql"?  ${fields}`,
      },
    ],
    [
      "an unknown format",
      sqlBody("SELECT 1"),
      "/query?format=xml",
      {
        code: "UnknownFormat",
        title: "unknown format",
        status: 400,
        detail: 'there is no format "xml"',
        hint: "the formats are: json, ndjson, arrow, csv",
      },
    ],
  ])("%s", async (_, body, where, expected) => {
    const answer = await ask(where, body.replaceAll("DIR", dir))
    const { query, ...problem } = JSON.parse(asText(answer).replaceAll(dir, "DIR"))
    // A statement has an id as soon as it is admitted, also when it cannot be planned; a request that is none has not.
    expect(query).toEqual(isRequestRefused(expected["code"]) ? undefined : expect.stringMatching(/^q\d+$/u))
    expect({ status: answer.status, type: answer.type }).toEqual({
      status: expected["status"],
      type: "application/problem+json",
    })
    expect(problem).toEqual({ type: `urn:skein:problem:${String(expected["code"])}`, ...expected })
  })

  function isRequestRefused(code: unknown): boolean {
    return ["InvalidBody", "UnknownField", "UnknownFormat"].includes(String(code))
  }

  test("a body that is too large", async () => {
    const answer = await ask("/query", sqlBody(`SELECT '${"x".repeat(5_000_000)}'`))
    expect(answer.status).toBe(413)
    expect(asText(answer)).toBe(
      '{"type":"urn:skein:problem:BodyTooLarge","title":"body too large","status":413,' +
        '"detail":"the body is larger than 4194304 bytes","code":"BodyTooLarge",' +
        '"hint":"long lists of values are better joined from a file"}\n',
    )
  })

  test("more queries than may wait", async () => {
    const leave = new AbortController()
    const statuses: number[] = []
    const first = Promise.withResolvers<Response>()
    const all = Array.from({ length: 73 }, async () => {
      const init = { method: "POST", headers: { "content-type": "application/json" }, body: sqlBody(ENDLESS) }
      const response = await fetch(`${server.url}/query`, { ...init, signal: leave.signal })
      statuses.push(response.status)
      first.resolve(response)
    })
    const refused = await first.promise
    expect([refused.status, refused.headers.get("retry-after"), await refused.json()]).toEqual([
      429,
      "1",
      {
        type: "urn:skein:problem:QueryError",
        title: "too many queries",
        status: 429,
        detail: "8 queries run and 64 wait: try again when one of them has ended",
        code: "QueryError",
      },
    ])
    leave.abort()
    await Promise.allSettled(all)
    expect(statuses).toEqual([429])
    expect(await rows("SELECT count(*) AS n FROM many")).toEqual(['{"n":300000}'])
  })
})

describe("a client", () => {
  test.runIf(hasCurl)("that is killed cancels its query", async () => {
    const curl = spawn("curl", [
      "-s",
      `${server.url}/query`,
      "-H",
      "Content-Type: application/json",
      "-d",
      sqlBody(ENDLESS),
    ])
    running.add(curl)
    // The only engine is at work when a small query does not get through.
    let status = 200
    for (let asked = 0; status === 200 && asked < 200; asked++) {
      status = (await ask("/query", sqlBody("SELECT max(v) FROM many", { deadline_ms: 500 }))).status
    }
    expect(status).toBe(408)
    curl.kill("SIGKILL")
    await once(curl, "close")
    running.delete(curl)
    expect(await rows("SELECT max(v) AS m FROM many")).toEqual(['{"m":299999}'])
  })

  test("finds the server up and ready", async () => {
    for (const [where, status] of [["/healthz", "up"] as const, ["/readyz", "ready"] as const]) {
      const response = await fetch(server.url + where)
      expect([response.status, await response.json()]).toEqual([200, { status }])
    }
  })
})

describe("the command", () => {
  test("stops at SIGTERM, and says so", async () => {
    const other = await serve([])
    const answer = await ask("/query", sqlBody("SELECT * FROM many"), [], other)
    expect([answer.status, JSON.parse(asText(answer))]).toMatchObject([
      404,
      {
        detail: '"many" cannot be read: this server was given no folder to read from',
        hint: "start it with --data DIR",
      },
    ])
    other.process.kill("SIGTERM")
    expect(await other.ended).toEqual({
      code: 0,
      err: `skein answers on ${other.url}, without data\nstopping: what runs may end\n`,
    })
  })

  test("does not wait for what runs when it is told twice", async () => {
    const other = await serve(["--data", "data"])
    const answer = fetch(`${other.url}/query`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: sqlBody(ENDLESS),
    })
    await fetch(`${other.url}/readyz`)
    other.process.kill("SIGTERM")
    other.process.stderr?.once("data", () => other.process.kill("SIGINT"))
    await expect(answer).rejects.toThrow("fetch failed")
    expect((await other.ended).code).toBe(130)
  })

  test("a signal that comes to the process and to its group is one signal", async () => {
    const other = await serve([])
    other.process.kill("SIGTERM")
    other.process.stderr?.once("data", () => other.process.kill("SIGTERM"))
    expect((await other.ended).code).toBe(0)
  })

  test("answers with a token wherever it is", async () => {
    const other = await serve(["--data", "data"], { SKEIN_TOKEN: "sesame" })
    const body = sqlBody("SELECT 1 AS a")
    expect((await ask("/query", body, [], other)).status).toBe(401)
    expect((await ask("/query", body, ["Authorization: Bearer sesam"], other)).status).toBe(401)
    expect((await ask("/query", body, ["Authorization: Bearer sesame"], other)).status).toBe(200)
    expect((await ask("/query", body, ["Authorization: Bearer sesame", "Host: evil.example"], other)).status).toBe(421)
    expect(
      (await ask("/query", body, ["Authorization: Bearer sesame", "Origin: http://evil.example"], other)).status,
    ).toBe(403)
    other.process.kill("SIGTERM")
    expect((await other.ended).code).toBe(0)
  })

  test.each([
    [
      ["--http", "8080"],
      '"8080" is not an address to serve HTTP on\n  write ADDRESS:PORT, like 127.0.0.1:8080 or [::1]:8080; port 0 takes any that is free',
    ],
    [
      ["--http", "0.0.0.0:0"],
      "0.0.0.0 can be reached from other machines, so it needs a token\n  set SKEIN_TOKEN (or give --token TOKEN), or serve on 127.0.0.1",
    ],
    [["--token", ""], "the token must be a text without blanks, and not an empty one"],
    [["--allow-host", "http://a"], '"http://a" is not the name of a host\n  write it without http:// and port'],
    [["--allow-origin", "a"], '"a" is not an origin\n  write it like https://example.org'],
    [["--data", "nowhere"], '--data: there is no folder "nowhere"'],
    [["here"], 'unexpected argument "here"\n  skein serve --help lists the options'],
  ])("%j is wrong usage", (args, message) => {
    const { status, stderr, stdout } = spawnSync(process.execPath, [bin, "serve", ...args], {
      cwd: dir,
      encoding: "utf8",
    })
    expect({ status, stderr, stdout }).toEqual({ status: 2, stderr: `error: ${message}\n`, stdout: "" })
  })
})
