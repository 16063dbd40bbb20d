import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { tableFromIPC } from "apache-arrow"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { openNative } from "../../bench/oracle/native.ts"
import { loadFormat, type FormatName } from "../../runtime/formats/format.ts"
import { openSession } from "../../runtime/local.ts"
import type { Session } from "../../runtime/session.ts"
import { describeWith } from "../servers/needs-server.ts"
import { ask } from "./plain-client.ts"
import { openStage, type Served } from "./serve.ts"

/** The request API over files and engines. */

const MAX_PAYLOAD = 65_536

const stage = openStage()
let dir = ""
let session: Session
let served: Served

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "skein-nats-api-"))
  const native = await openNative({ threads: 1 })
  const copy = (sql: string, file: string) => native.run(`COPY (${sql}) TO '${path.join(dir, file)}'`)
  await copy(
    `SELECT i AS id, 'región ' || i % 5 AS region, (i * 7 % 1000)::DECIMAL(9, 2) AS total,
       CASE WHEN i % 11 = 0 THEN NULL ELSE DATE '2024-01-01' + i::INTEGER END AS day FROM range(20000) t(i)`,
    "orders.parquet",
  )
  native.close()
  session = await openSession({ workers: 1, dataDir: dir, cwd: dir, roots: [dir] })
  stage.onEnd(() => session.close())
  served = await stage.serve(await stage.server({ maxPayload: MAX_PAYLOAD }), session)
})
afterAll(async () => {
  await stage.end()
  rmSync(dir, { recursive: true, force: true })
})

/** What the session itself answers, in a format of the command line. */
async function directly(sql: string, name: FormatName): Promise<Buffer> {
  const format = await loadFormat(name)
  const { columns, batches } = await session.query(sql, { form: format.form })
  const chunks: Buffer[] = []
  const sink = { write: async (chunk: string | Uint8Array) => void chunks.push(Buffer.from(chunk)) }
  const writer = format.open({ columns, sink, terminalWidth: undefined })
  for await (const batch of batches) await writer.batch(batch)
  await writer.end()
  return Buffer.concat(chunks)
}

const STATEMENTS = [
  "SELECT region, count(*) AS n, sum(total) AS total FROM orders GROUP BY region ORDER BY region",
  "SELECT * FROM orders ORDER BY id",
  "SELECT * FROM orders WHERE id < 0",
  "SELECT repeat('x', 3000000) AS long, 1 AS one",
]

describeWith("nats-server", "the answers of the request API", () => {
  describe.each(STATEMENTS)("%s", (sql) => {
    test.each(["ndjson", "csv", "arrow"] as const)("as %s is the session's, byte for byte", async (format) => {
      const { body, sizes, last } = await ask(served.client, { sql, format })
      const expected = await directly(sql, format)
      expect(body.equals(expected)).toBe(true)
      expect(sizes.every((size) => size < MAX_PAYLOAD)).toBe(true)
      expect(last).toMatchObject({ "Skein-Bytes": String(expected.length), "Skein-Messages": String(sizes.length) })
      if (format === "arrow") expect(tableFromIPC(body).numRows).toBe(Number(last["Skein-Rows"]))
    })

    test("as json has the session's rows", async () => {
      const { body, last, first } = await ask(served.client, { sql })
      const { result, columns, rows, query } = JSON.parse(String(body))
      expect(result).toEqual(JSON.parse(String(await directly(sql, "json"))))
      expect([String(rows), query]).toEqual([last["Skein-Rows"], last["Skein-Query"]])
      expect(columns).toEqual(JSON.parse(first["Skein-Columns"] ?? ""))
    })
  })

  test("EXPLAIN is answered with a row", async () => {
    const { body } = await ask(served.client, { sql: "EXPLAIN SELECT count(*) FROM orders" })
    const { result } = JSON.parse(String(body))
    expect(result).toEqual([{ explain_key: "physical_plan", explain_value: expect.stringContaining("scan orders") }])
  })
})

interface Refused {
  readonly body: unknown
  readonly status: number
  readonly code: string
  readonly title: string
  readonly message: string
  readonly more?: object
}

const EXAMPLE = { hint: 'send {"sql": "SELECT …"}' }

/** A statement that was read has an id, also when it cannot be planned. */
const ADMITTED = { query: expect.stringMatching(/^q\d+$/u) }

const REFUSED: readonly Refused[] = [
  { body: "", status: 400, code: "InvalidBody", title: "invalid body", message: "the body is empty", more: EXAMPLE },
  {
    body: '{"sql": ',
    status: 400,
    code: "InvalidBody",
    title: "invalid body",
    message: "the body is not JSON: Unexpected end of JSON input",
    more: EXAMPLE,
  },
  {
    body: "[1]",
    status: 400,
    code: "InvalidBody",
    title: "invalid body",
    message: "the body must be a JSON object, found [1]",
    more: EXAMPLE,
  },
  {
    body: Uint8Array.of(0xff, 0xfe),
    status: 400,
    code: "InvalidBody",
    title: "invalid body",
    message: "the body is not UTF-8 text",
  },
  {
    body: { sql: "SELECT 1", formt: "csv" },
    status: 400,
    code: "UnknownField",
    title: "unknown field",
    message: 'there is no field "formt"',
    more: { hint: 'did you mean "format"?  the fields are: sql, format, params, deadline_ms' },
  },
  {
    body: {},
    status: 400,
    code: "InvalidField",
    title: "invalid field",
    message: 'the field "sql" is missing',
    more: EXAMPLE,
  },
  {
    body: { sql: "SELECT 1", deadline_ms: 0 },
    status: 400,
    code: "InvalidField",
    title: "invalid field",
    message: 'the field "deadline_ms" must be a whole number of milliseconds from 1 to 3600000, found 0',
  },
  {
    body: { sql: "SELECT 1", format: "parquet" },
    status: 400,
    code: "UnknownFormat",
    title: "unknown format",
    message: 'there is no format "parquet"',
    more: { hint: "the formats are: json, ndjson, arrow, csv" },
  },
  {
    body: { sql: "SELECT ?, ?", params: [1] },
    status: 400,
    code: "UnsupportedSql",
    title: "not supported",
    message: "the parameter ? has no value",
    more: { hint: "one was given", line: 1, column: 11 },
  },
  {
    body: { sql: "SELECT region\nFROM orders\nWERE id = 1" },
    status: 400,
    code: "SyntaxError",
    title: "syntax error",
    message: 'syntax error: expected ",", JOIN, WHERE, GROUP BY or ORDER BY, found "id"',
    more: { ...ADMITTED, line: 3, column: 6, hint: 'did you mean WHERE instead of "WERE"?' },
  },
  {
    body: { sql: "SELECT region FROM ordrs" },
    status: 404,
    code: "UnknownTable",
    title: "unknown table or file",
    message: 'table "ordrs" does not exist in DIR',
    more: { ...ADMITTED, line: 1, column: 20, hint: 'did you mean "orders"?  DIR has: orders' },
  },
  {
    body: { sql: "SELECT\n  regin FROM orders" },
    status: 400,
    code: "UnknownColumn",
    title: "unknown column",
    message: 'column "regin" does not exist in orders',
    more: { ...ADMITTED, line: 2, column: 3, hint: 'did you mean "region"?  orders has: id, region, total, day' },
  },
  {
    body: { sql: "SELECT nosuch(id) FROM orders" },
    status: 400,
    code: "BindError",
    title: "refused by DuckDB",
    message: 'Catalog Error: Scalar Function with name nosuch does not exist!\nDid you mean "cosh"?',
    more: { ...ADMITTED, line: 1, column: 8 },
  },
  {
    body: { sql: "SELECT region::INTEGER AS n FROM orders WHERE id = 3" },
    status: 400,
    code: "QueryError",
    title: "the query failed",
    message: "Conversion Error: Could not convert string 'región 3' to INT32 when casting from source column region",
    more: { ...ADMITTED, stage: 0, task: 0, node: "engine-0" },
  },
]

describeWith("nats-server", "the errors of the request API", () => {
  test.each(REFUSED)("$code: $message", async ({ body, status, code, title, message, more = {} }) => {
    const { error, last } = await ask(served.client, body)
    // The folder's name is another one in every run.
    expect(JSON.parse(JSON.stringify(error).replaceAll(dir, "DIR"))).toEqual({ code, status, title, message, ...more })
    expect({ ...last, "Nats-Service-Error": last["Nats-Service-Error"]?.replaceAll(dir, "DIR") }).toMatchObject({
      "Nats-Service-Error-Code": String(status),
      "Nats-Service-Error": message.replace("\n", " "),
    })
  })

  test("a deadline that is over while engines work", async () => {
    const sql = "SELECT count(*) FROM orders a JOIN orders b ON a.region = b.region WHERE a.total + b.total = 7.5"
    const { error } = await ask(served.client, { sql, deadline_ms: 200 })
    expect(error).toEqual({
      code: "DeadlineExceeded",
      status: 408,
      title: "deadline exceeded",
      message: "the query was cancelled: it was not answered within 200 ms",
      hint: 'a longer time is given by "deadline_ms"',
      query: expect.stringMatching(/^q\d+$/u),
    })
    expect((await ask(served.client, { sql: "SELECT 1 AS one" })).last["Skein-Rows"]).toBe("1")
  })
})
