import { spawn } from "node:child_process"
import { once } from "node:events"
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { text } from "node:stream/consumers"
import { tableFromIPC } from "apache-arrow"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { openNative } from "../bench/oracle/native.ts"

const bin = path.resolve(import.meta.dirname, "..", "runtime", "cli", "skein.cjs")

/** Joins each row with a seventh of all rows: far more work than a test would wait for, and no statistics to end it. */
const ENDLESS = "SELECT count(*) FROM many a JOIN many b ON a.k = b.k WHERE a.v + b.v = 7"

let dir = ""
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "skein-cli-"))
  mkdirSync(path.join(dir, "data", "parts"), { recursive: true })
  const native = await openNative({ threads: 1 })
  const copy = (sql: string, file: string) => native.run(`COPY (${sql}) TO '${path.join(dir, "data", file)}'`)
  await copy(
    "SELECT i AS id, 'name ' || i AS name, (i / 4)::DECIMAL(9,2) AS price, DATE '2024-01-01' + i::INTEGER AS day, " +
      "TIMESTAMP '2024-01-01 00:00:00' AS seen FROM range(1, 4) t(i)",
    "sales.parquet",
  )
  for (const part of [1, 2])
    await copy(`SELECT ${part} AS part, range AS v FROM range(3)`, `parts/part_${part}.parquet`)
  await copy("SELECT range AS v, range % 7 AS k FROM range(300000)", "many.parquet")
  native.close()
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

interface Outcome {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function start(args: readonly string[]) {
  return spawn(process.execPath, [bin, ...args], { cwd: dir, stdio: ["pipe", "pipe", "pipe"] })
}

async function skein(args: readonly string[], input = ""): Promise<Outcome> {
  // One engine starts sooner than two; how many there are is tested elsewhere.
  const child = start(args.includes("--workers") ? args : ["--workers", "1", ...args])
  child.stdin.end(input)
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")])
  return { code: typeof code === "number" ? code : null, out, err }
}

function ok(out: string): Outcome {
  return { code: 0, out, err: "" }
}

describe("results", () => {
  test("CSV where there is no terminal; a name of --data, a path, a glob", async () => {
    const names = "id,name,price,day\n"
    const columns = "id, name, price, day"
    const first = `${names}1,name 1,0.25,2024-01-02\n`
    expect(await skein(["--data", "data", "-c", `SELECT ${columns} FROM sales WHERE id = 1`])).toEqual(ok(first))
    expect(await skein(["-c", `SELECT ${columns} FROM 'data/sales.parquet' WHERE id = 1`])).toEqual(ok(first))
    expect(await skein(["--data", "data", "-c", "SELECT count(*) AS n, sum(v) AS s FROM parts"])).toEqual(
      ok("n,s\n6,6\n"),
    )
    expect(await skein(["-c", "SELECT count(*) AS n FROM 'data/**/part_*.parquet'"])).toEqual(ok("n\n6\n"))
  })

  test("every format", async () => {
    const sql = "SELECT id, name, price, day FROM sales ORDER BY id DESC LIMIT 2"
    const as = (format: string) => skein(["--data", "data", "--format", format, "-c", sql])
    expect(await as("json")).toEqual(
      ok(
        '[{"id":3,"name":"name 3","price":0.75,"day":"2024-01-04"},\n' +
          '{"id":2,"name":"name 2","price":0.50,"day":"2024-01-03"}]\n',
      ),
    )
    expect((await as("ndjson")).out.split("\n")).toHaveLength(3)
    expect(await as("table")).toEqual(
      ok(
        [
          "┌───────┬─────────┬──────────────┬────────────┐",
          "│  id   │  name   │    price     │    day     │",
          "│ int64 │ varchar │ decimal(9,2) │    date    │",
          "├───────┼─────────┼──────────────┼────────────┤",
          "│     3 │ name 3  │         0.75 │ 2024-01-04 │",
          "│     2 │ name 2  │         0.50 │ 2024-01-03 │",
          "└───────┴─────────┴──────────────┴────────────┘",
          "",
        ].join("\n"),
      ),
    )
  })

  test("Arrow: typed columns, with the same schema for no rows", async () => {
    const schemaOf = async (sql: string) => {
      const child = start(["--data", "data", "--format", "arrow", "-c", sql])
      child.stdin.end()
      const chunks: Buffer[] = []
      for await (const chunk of child.stdout) chunks.push(Buffer.from(chunk))
      const table = tableFromIPC(Buffer.concat(chunks))
      return { rows: table.numRows, fields: table.schema.fields.map((field) => `${field.name} ${field.type}`) }
    }
    const fields = [
      "id Int64",
      "name Utf8",
      "price Decimal[9e+2]",
      "day Date32<DAY>",
      "h Decimal[38e0]",
      "l List<Int32>",
    ]
    const sql = "SELECT id, name, price, day, sum(id) AS h, [1] AS l FROM sales GROUP BY ALL"
    expect(await schemaOf(sql)).toEqual({ rows: 3, fields })
    expect(await schemaOf(`${sql} HAVING sum(id) < 0`)).toEqual({ rows: 0, fields })
  })

  test("several statements, from a file, from standard input, after an --init that prints nothing", async () => {
    writeFileSync(path.join(dir, "two.sql"), "SELECT 1 AS a; -- one\nSELECT 2 AS b;\n")
    expect(await skein(["-f", "two.sql"])).toEqual(ok("a\n1\nb\n2\n"))
    expect(await skein([], "SELECT 1 AS a; SELECT 2 AS b")).toEqual(ok("a\n1\nb\n2\n"))
    expect(await skein(["--init", "two.sql", "-c", "SELECT 3 AS c"])).toEqual(ok("c\n3\n"))
  })

  test("--timing goes to standard error, switches give the same rows", async () => {
    const sql = "SELECT k, count(*) AS n FROM many GROUP BY k ORDER BY k LIMIT 2"
    const plain = await skein(["--data", "data", "-c", sql])
    expect(plain).toEqual(ok("k,n\n0,42858\n1,42857\n"))
    const switches = [["--no-distribute"], ["--partitions", "4", "--joins", "hash"], ["--workers", "2"]]
    for (const more of switches) expect(await skein(["--data", "data", ...more, "-c", sql])).toEqual(plain)
    const timed = await skein(["--data", "data", "--timing", "-c", sql])
    expect(timed.out).toBe(plain.out)
    expect(timed.err).toMatch(
      /^planned in [\d.]+ m?s, done in [\d.]+ m?s: 2 rows, \d+ tasks?\nread .* in \d+ splits, 0 more pruned/u,
    )
    expect(timed.err).toMatch(/^longest actor \d\.\d\dx the mean$/mu)
  })

  test("EXPLAIN draws the stages, ANALYZE adds what they did", async () => {
    const sql = "SELECT k, count(*) FROM many GROUP BY k"
    const plan = await skein(["--data", "data", "-c", `EXPLAIN ${sql}`])
    expect(plan).toMatchObject({ code: 0, err: "" })
    expect(plan.out).toContain("┌── Stage")
    const analyzed = await skein(["--data", "data", "-c", `EXPLAIN ANALYZE ${sql}`])
    expect(analyzed.out).toContain("rows in 300,000, out")
  })
})

describe("errors", () => {
  test("one paragraph on standard error, nothing on standard output; the first one ends the script", async () => {
    const sql = "SELECT 1 AS a;\nSELECT pric FROM sales;\nSELECT 2 AS b"
    expect(await skein(["--data", "data", "-c", sql])).toEqual({
      code: 1,
      out: "a\n1\n",
      err: [
        'error: column "pric" does not exist in sales',
        "  2 | SELECT pric FROM sales;",
        "    |        ^^^^",
        '  did you mean "price"?  sales has: id, name, price, day, seen',
        "",
      ].join("\n"),
    })
  })

  test("a failure while rows are already leaving makes an output that is visibly incomplete", async () => {
    const sql = "SELECT CASE WHEN v < 299999 THEN v ELSE error('stop') END AS x FROM many"
    const { code, out, err } = await skein(["--data", "data", "--format", "json", "-c", sql])
    expect(code).toBe(1)
    expect(err).toMatch(/^error: Invalid Input Error: stop\n  in stage \d+ \(.+\), task \d+\n$/u)
    expect(out).not.toMatch(/\]\n$/u)
  })
})

describe("the end of it", () => {
  // The first result is the sign that the session is up and the second statement comes next.
  const args = ["--data", "data", "-c", `SELECT 1 AS a; ${ENDLESS}`]

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s cancels and exits with %i", async (signal, code) => {
    const child = start(args)
    child.stdin.end()
    const err = text(child.stderr)
    await once(child.stdout, "data")
    child.kill(signal)
    const [ended] = await once(child, "close")
    expect(ended).toBe(code)
    expect(await err).toBe("interrupted\n")
  })

  test.runIf(existsSync("/dev/full"))("a full disk under standard output is told", async () => {
    const full = openSync("/dev/full", "w")
    const child = spawn(process.execPath, [bin, "-c", "SELECT 1"], { cwd: dir, stdio: ["ignore", full, "pipe"] })
    closeSync(full)
    if (child.stderr === null) throw new Error("the pipe was not made")
    const [err, [code]] = await Promise.all([text(child.stderr), once(child, "close")])
    expect(err).toBe("error: standard output could not be written: no space is left on the device\n")
    expect(code).toBe(1)
  })

  test("a reader that leaves early ends the query quietly", async () => {
    const child = start(["--data", "data", "-c", "SELECT * FROM many"])
    child.stdin.end()
    const err = text(child.stderr)
    await once(child.stdout, "data")
    child.stdout.destroy()
    const [ended] = await once(child, "close")
    expect(ended).toBe(0)
    expect(await err).toBe("")
  })
})
