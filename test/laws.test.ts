import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as fc from "fast-check"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { difference } from "../bench/oracle/compare.ts"
import { type Native, openNative } from "../bench/oracle/native.ts"
import { skeinAnswer } from "../bench/oracle/skein-answer.ts"
import { PRUNE_SPLITS } from "../planner/optimizer.ts"
import { openSession } from "../runtime/local.ts"
import type { QueryOptions, Session } from "../runtime/session.ts"

/**
 * The laws of right answers as a user meets them. Law 2 (wire) is tested type by type in actors/engine/wire.test.ts,
 * law 3 (ingest) in actors/engine/engine.test.ts, law 4 (retry) in runtime/coordinator/engines.test.ts; all of them with
 * their guards in docs/laws.md.
 */

/** Keys of every width and scale: negative, zero of both signs, NULL, NaN, repeated, and unmatched. */
const KEYS = `SELECT * FROM (VALUES (-3), (-1), (-1), (0), (1), (2), (2), (100), (NULL)) v(n)`
const KEY_TYPES = [
  "TINYINT",
  "SMALLINT",
  "INTEGER",
  "BIGINT",
  "UTINYINT",
  "UINTEGER",
  "FLOAT",
  "DOUBLE",
  "DECIMAL(4,0)",
  "DECIMAL(9,2)",
  "DECIMAL(18,4)",
  "DECIMAL(38,10)",
  "VARCHAR",
]
const column = (type: string) => type.toLowerCase().replaceAll(/\W/gu, "_")

let dir: string
let native: Native
let session: Session

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "skein-laws-"))
  const writer = await openNative({ threads: 1 })
  const write = (name: string, sql: string, more = "") =>
    writer.run(`COPY (${sql}) TO '${join(dir, name)}.parquet' (FORMAT parquet${more})`)
  const typed = (rows: string) =>
    KEY_TYPES.map((type) => `TRY_CAST(n AS ${type}) AS ${column(type)}`).join(", ") + ` FROM (${rows})`
  // Several files, so that there are several tasks: one task alone breaks no law.
  const writeParts = async (name: string, sql: string) => {
    mkdirSync(join(dir, name))
    const numbered = `SELECT *, row_number() OVER () AS part FROM (${sql})`
    for (const part of [0, 1, 2]) {
      await write(`${name}/${part}`, `SELECT * EXCLUDE (part) FROM (${numbered}) WHERE part % 3 = ${part}`)
    }
  }
  await writeParts("l", `SELECT ${typed(KEYS)}`)
  await writeParts("r", `SELECT ${typed(`${KEYS} WHERE n IS NULL OR n <> 100 UNION ALL SELECT 7`)}`)
  await write(
    "f",
    `SELECT unnest(['nan'::DOUBLE, 'nan'::DOUBLE, -0.0, 0.0, 'inf'::DOUBLE, '-inf'::DOUBLE, NULL, 1.5]) AS d, unnest(['nan'::FLOAT, -0.0, -0.0, 0.0, 'inf'::FLOAT, '-inf'::FLOAT, NULL, 1.5]) AS f`,
  )
  await write(
    "moments",
    "SELECT DATE '2020-01-01' + (i % 5)::INTEGER AS d, TIMESTAMP '2020-01-01' + INTERVAL (i * 12) HOUR AS t FROM range(12) x(i)",
  )
  await write("empty", "SELECT 1 AS k, 'x' AS s, 1.5 AS v WHERE false")
  await write("raising", "SELECT i AS k, CASE WHEN i < 5 THEN 'word' ELSE i::VARCHAR END AS s FROM range(20) x(i)")
  await write("safe", "SELECT i AS k FROM range(5, 25) x(i)")
  await write(
    "sorted",
    "SELECT i AS n, (i / 7.0 - 500)::DECIMAL(12,3) AS dec, 'k' || lpad(i::VARCHAR, 6, '0') AS s, DATE '2000-01-01' + (i / 10)::INTEGER AS d, CASE WHEN i BETWEEN 4000 AND 8000 THEN NULL ELSE i / 3.0 END AS x, TIMESTAMP '2000-01-01' + INTERVAL (i) MINUTE AS t FROM range(20000) r(i)",
    ", ROW_GROUP_SIZE 2048",
  )
  await write(
    "spans",
    "SELECT CASE i % 2 WHEN 0 THEN to_days((i // 2 * 30)::INTEGER) ELSE to_months((i // 2)::INTEGER) END AS iv, i FROM range(200) t(i)",
  )
  writer.close()
  native = await openNative({ threads: 1, dataDir: dir })
  session = await openSession({ workers: 2, dataDir: dir, cwd: dir })
})

afterAll(async () => {
  await session.close()
  native.close()
  rmSync(dir, { recursive: true, force: true })
})

const HASH: QueryOptions = { partitions: 8, settings: { joins: "hash" } }
const BROADCAST: QueryOptions = { partitions: 8, settings: { joins: "broadcast" } }

async function same(sql: string, options: QueryOptions, order: "any" | "exact" = "any"): Promise<void> {
  const wrong = difference(await native.query(sql), await skeinAnswer(session, sql, options), { order })
  expect(wrong, sql).toBeUndefined()
}

describe("law 1: both sides of a hash exchange hash the comparison type", () => {
  test.each(KEY_TYPES)("a join of %s with every other type", async (left) => {
    for (const right of KEY_TYPES) {
      const sql = `SELECT l.${column(left)} AS a, r.${column(right)} AS b FROM l JOIN r ON l.${column(left)} = r.${column(right)}`
      const refused = await native.query(sql).then(
        () => false,
        () => true,
      )
      if (refused) await expect(skeinAnswer(session, sql, HASH), sql).rejects.toThrow()
      else await same(sql, HASH)
    }
  })

  test.each(KEY_TYPES)("grouping by %s", async (type) => {
    await same(`SELECT ${column(type)}, count(*) FROM l GROUP BY ALL`, HASH)
    await same(`SELECT DISTINCT ${column(type)} FROM l`, HASH)
    await same(`SELECT count(DISTINCT ${column(type)}), min(${column(type)}) FROM l`, HASH)
    await same(`SELECT bigint, count(DISTINCT ${column(type)}), count(*) FROM l GROUP BY bigint`, HASH)
  })

  test("NaN, both zeros and infinities, FLOAT against DOUBLE", async () => {
    await same("SELECT d, count(*) FROM f GROUP BY d", HASH)
    await same("SELECT a.d, b.f FROM f a JOIN f b ON a.d = b.f", HASH)
    await same("SELECT a.f, b.f FROM f a FULL JOIN f b ON a.f = b.f", HASH)
  })

  test("grouping after a join on texts, where equal values have other texts", async () => {
    // Only how many: which of the equal values stands for its group is not said by SQL.
    const groups = (sql: string) => `SELECT count(*), min(n), max(n) FROM (${sql})`
    await same(
      groups("SELECT a.iv, count(*) AS n FROM spans a JOIN spans b ON a.iv::VARCHAR = b.iv::VARCHAR GROUP BY a.iv"),
      HASH,
    )
    await same(groups("SELECT a.d, count(*) AS n FROM f a JOIN f b ON a.d::VARCHAR = b.d::VARCHAR GROUP BY a.d"), HASH)
    await same(groups("SELECT a.d, count(*) AS n FROM f a JOIN f b ON signbit(a.d) = signbit(b.d) GROUP BY a.d"), HASH)
  })

  test("DATE against TIMESTAMP", async () => {
    await same("SELECT a.d, b.t FROM moments a JOIN moments b ON a.d = b.t", HASH)
  })
})

describe("law 5: one value per query", () => {
  test("now() and its kin are the same in every task", async () => {
    const sql = "SELECT min(m) = max(m) AS same, count(*) AS n FROM (SELECT now() AS m FROM sorted)"
    const { rows } = await skeinAnswer(session, sql, HASH)
    expect(rows).toEqual([["true", "20000"]])
  })

  test("the day and the time, under DuckDB's names and types", async () => {
    await same(
      "SELECT current_date = today(), current_date - current_date, typeof(current_date), typeof(current_time)",
      HASH,
    )
    await same("SELECT typeof(localtime), typeof(localtimestamp), typeof(now()), now() = current_timestamp", HASH)
  })

  test("a CTE with random values is computed once", async () => {
    const sql =
      "WITH t AS (SELECT n, random() AS r FROM sorted WHERE n < 5000) SELECT count(*) FROM t a JOIN t b ON a.n = b.n WHERE a.r = b.r"
    expect((await skeinAnswer(session, sql, HASH)).rows).toEqual([["5000"]])
  })

  test("a CTE with a float sum is computed once", async () => {
    await same(
      "WITH t AS (SELECT n % 10 AS g, sum(x) AS s FROM sorted GROUP BY g) SELECT count(*) FROM t WHERE s IS NOT NULL",
      HASH,
    )
    const sql =
      "WITH t AS (SELECT n % 10 AS g, sum(x) AS s FROM sorted GROUP BY g), m AS (SELECT max(s) AS top FROM t) SELECT count(*) FROM t, m WHERE s = top"
    const { rows } = await skeinAnswer(session, sql, HASH)
    expect(rows).toEqual([["1"]])
  })
})

describe("law 5, in blocks that run whole", () => {
  test("now() is one value, wherever it stands", async () => {
    const sql =
      "SELECT count(DISTINCT m) FROM (SELECT m FROM (SELECT now() AS m, row_number() OVER () FROM sorted) UNION ALL SELECT (SELECT max(now()) FROM l) FROM r UNION ALL SELECT current_timestamp)"
    expect((await skeinAnswer(session, sql, HASH)).rows).toEqual([["1"]])
  })

  test("a CTE with random values or a sample, read by two blocks, is computed once", async () => {
    const both = (cte: string) =>
      `WITH t AS (${cte}) SELECT (SELECT count(*) FROM t a JOIN t b USING (n, r)), (SELECT sum(r) FROM t) = (SELECT sum(r) FROM (SELECT *, rank() OVER (ORDER BY n) FROM t))`
    const values = both("SELECT n, (random() * 1e9)::BIGINT AS r FROM sorted WHERE n < 5000")
    expect((await skeinAnswer(session, values, HASH)).rows).toEqual([["5000", "true"]])
    const sample = both("SELECT n, n AS r FROM sorted USING SAMPLE 10 ROWS")
    expect((await skeinAnswer(session, sample, HASH)).rows).toEqual([["10", "true"]])
  })

  test("a volatile expression cannot be named by its alias, as in DuckDB", async () => {
    const sql = "SELECT random() AS v, v AS w FROM sorted"
    await expect(skeinAnswer(session, sql, HASH)).rejects.toThrow(/side effects/u)
  })

  test("a volatile filter is asked once a row, above what it reads", async () => {
    const sql =
      "SELECT count(*) FILTER (WHERE v < 0.5) = count(*) FROM (SELECT n, random() AS v FROM sorted) WHERE v < 0.5"
    expect((await skeinAnswer(session, sql, HASH)).rows).toEqual([["true"]])
  })
})

describe("law 6: a side whose unmatched rows are output is not replicated", () => {
  test.each(["LEFT", "RIGHT", "FULL", "SEMI", "ANTI", "INNER"])("%s join", async (kind) => {
    const list = kind === "SEMI" || kind === "ANTI" ? "l.integer" : "l.integer, r.bigint"
    for (const options of [HASH, BROADCAST, { partitions: 8 }]) {
      await same(`SELECT ${list} FROM l ${kind} JOIN r ON l.integer = r.bigint`, options)
      await same(`SELECT ${list} FROM l ${kind} JOIN r ON l.integer = r.bigint AND l.smallint > 0`, options)
      await same(`SELECT ${list} FROM l ${kind} JOIN r ON l.integer = r.bigint AND r.smallint > 0`, options)
      await same(`SELECT ${list} FROM l ${kind} JOIN r ON l.integer < r.bigint`, options)
      await same(`SELECT l.integer, count(*) FROM l ${kind} JOIN r ON l.integer = r.bigint GROUP BY l.integer`, options)
      await same(`SELECT ${list} FROM l ${kind} JOIN (SELECT * FROM r WHERE false) r ON l.integer = r.bigint`, options)
    }
  })
})

test.each([
  "SELECT integer FROM l WHERE integer NOT IN (SELECT bigint FROM r)",
  "SELECT integer FROM l WHERE integer NOT IN (SELECT bigint FROM r WHERE bigint IS NOT NULL)",
  "SELECT integer FROM l WHERE integer NOT IN (SELECT bigint FROM r WHERE false)",
  "SELECT integer, integer IN (SELECT bigint FROM r) AS found FROM l",
  "SELECT integer, integer IN (SELECT bigint FROM r WHERE bigint > 0) AS found FROM l",
  "SELECT integer, integer <> ALL (SELECT r.bigint FROM r WHERE r.integer = l.integer) AS none FROM l",
  "SELECT integer FROM l WHERE (integer, bigint) NOT IN (SELECT integer, bigint FROM r WHERE integer IS NOT NULL)",
  "SELECT n.k FROM empty n WHERE n.k NOT IN (SELECT bigint FROM r)",
])("law 6: a NULL among what NOT IN reads, or nothing: %s", async (sql) => {
  for (const options of [HASH, BROADCAST, { partitions: 1 }]) await same(sql, options)
})

describe("law 7: nothing in, the right nothing out", () => {
  test.each([
    "SELECT count(*), sum(k), avg(k), min(s), max(v), count(DISTINCT s), list(k) FROM empty",
    "SELECT s, count(*), sum(v) FROM empty GROUP BY s",
    "SELECT * FROM empty",
    "SELECT * FROM empty ORDER BY k LIMIT 3",
    "SELECT DISTINCT s FROM empty",
    "SELECT count(*) FROM empty a JOIN empty b ON a.k = b.k",
    "SELECT count(*), count(e.k) FROM l LEFT JOIN empty e ON l.integer = e.k",
    "SELECT count(*) FROM empty e RIGHT JOIN l ON l.integer = e.k",
    "SELECT count(*) FROM l, empty",
    "SELECT sum(n) FROM (SELECT count(*) AS n FROM empty)",
    "SELECT count(*), sum(n) FROM sorted WHERE n < -1",
    "SELECT count(*) FROM sorted HAVING false",
    "SELECT n FROM (SELECT count(*) AS n FROM sorted) WHERE false",
    "SELECT count(*) FROM (SELECT count(*) AS n FROM sorted) WHERE n < 0",
  ])("%s", async (sql) => {
    for (const options of [HASH, BROADCAST, { partitions: 1 }]) await same(sql, options)
  })
})

test("law 7: the counts of no parts at all are 0", async () => {
  const { stages } = await session.plan("SELECT count(*), count(n), avg(n), sum(n) FROM sorted", HASH)
  const [parts, final] = stages
  const [input] = final?.inputs ?? []
  if (parts === undefined || final === undefined || input === undefined) throw new Error("there are not two stages")
  const columns = parts.columns.map(({ name, type }) => `NULL::${type} AS ${name}`).join(", ")
  const answer = await native.query(`WITH ${input.table} AS (SELECT ${columns} WHERE false) ${final.sql}`)
  expect(answer.rows).toEqual([["0", "0", null, null]])
})

describe("law 8: pruning is a hint", () => {
  const off: QueryOptions = { partitions: 2, settings: { disabledRules: [PRUNE_SPLITS] } }

  test("row groups that cannot match are not read, and the rows are the same", async () => {
    const sql = "SELECT count(*), sum(n) FROM sorted WHERE n BETWEEN 5000 AND 5100"
    const pruned = await skeinAnswer(session, sql, { partitions: 2 })
    const whole = await skeinAnswer(session, sql, off)
    expect(pruned.rows).toEqual(whole.rows)
    expect([pruned.metrics.splits, pruned.metrics.splitsPruned]).toEqual([1, 9])
    expect([whole.metrics.splits, whole.metrics.splitsPruned]).toEqual([10, 0])
    const { files, rowGroups } = pruned.metrics.rowsSkipped
    expect([files + rowGroups + (pruned.metrics.stages[0]?.rowsIn ?? 0)]).toEqual([whole.metrics.stages[0]?.rowsIn])
    expect(rowGroups).toBeGreaterThan(0)
  })

  test("a constant that its column's type cannot hold excludes nothing wrongly", async () => {
    // Row groups begin at multiples of 2,048.
    await same("SELECT count(*), max(n) FROM sorted WHERE n < 2048.4", { partitions: 2 })
    await same("SELECT count(*), min(n) FROM sorted WHERE n > 2046.6", { partitions: 2 })
    await same("SELECT count(*) FROM sorted WHERE n = 2048.4", { partitions: 2 })
    await same("SELECT count(*), max(d) FROM sorted WHERE d < TIMESTAMP '2000-07-23 12:00:00'", { partitions: 2 })
  })

  const constant = fc.oneof(
    fc.integer({ min: -10, max: 20_010 }).map((n) => ["n", String(n)]),
    fc.integer({ min: -10, max: 20_010 }).map((n) => ["n", `${n}.5`]),
    fc.integer({ min: -600_000, max: 2_500_000 }).map((n) => ["dec", (n / 1000).toFixed(3)]),
    fc.integer({ min: 0, max: 20_010 }).map((n) => ["s", `'k${String(n).padStart(6, "0")}'`]),
    fc.integer({ min: 0, max: 2_100 }).map((n) => ["d", `DATE '2000-01-01' + ${n}`]),
    fc.integer({ min: 0, max: 2_100 }).map((n) => ["d", `DATE '2000-01-01' + INTERVAL ${n} HOUR`]),
    fc.integer({ min: 0, max: 20_010 }).map((n) => ["t", `TIMESTAMP '2000-01-01' + INTERVAL ${n} MINUTE`]),
    fc.integer({ min: -5, max: 7_000 }).map((n) => ["x", `${n}::DOUBLE`]),
    fc.integer({ min: 0, max: 20_010 }).map((n) => ["s", String(n)]),
  )
  const operator = fc.constantFrom("=", "<", "<=", ">", ">=", "<>", "IN", "BETWEEN", "IS NULL", "IS NOT NULL")
  const predicate = fc.tuple(constant, operator, constant).map(([[name = "", a = ""], op, [other = "", b = ""]]) => {
    if (op === "IS NULL" || op === "IS NOT NULL") return `${name} ${op}`
    const second = other === name ? b : a
    if (op === "IN") return `${name} IN (${a}, ${second})`
    return op === "BETWEEN" ? `${name} BETWEEN ${a} AND ${second}` : `${name} ${op} ${a}`
  })

  test("random predicates: pruned, unpruned and native agree", async () => {
    const property = fc.asyncProperty(fc.array(predicate, { minLength: 1, maxLength: 3 }), async (terms) => {
      const sql = `SELECT count(*), sum(n), min(s), max(t) FROM sorted WHERE ${terms.join(" AND ")}`
      const expected = await native.query(sql).catch(() => undefined)
      if (expected === undefined) {
        await expect(skeinAnswer(session, sql, { partitions: 2 }), sql).rejects.toThrow()
        return
      }
      for (const options of [{ partitions: 2 }, off]) {
        expect(difference(expected, await skeinAnswer(session, sql, options)), sql).toBeUndefined()
      }
    })
    await fc.assert(property, { numRuns: 60 })
  })
})

describe("law 9: order", () => {
  test("LIMIT without ORDER BY takes the first rows", async () => {
    await same("SELECT n FROM sorted LIMIT 7", HASH, "exact")
    await same("SELECT n FROM sorted WHERE n > 4090 LIMIT 7 OFFSET 3", HASH, "exact")
    await same("SELECT n FROM sorted", HASH, "exact")
  })

  test("order-dependent aggregates see the rows in their order", async () => {
    await same("SELECT list(n) FROM sorted WHERE n % 1000 = 0", HASH)
    await same("SELECT n % 3 AS g, string_agg(s, ',') FROM sorted WHERE n % 500 = 0 GROUP BY g", HASH)
    await same("SELECT first(s), last(s), arg_max(s, d) FROM sorted", HASH)
  })
})

describe("law 10: only what cannot raise moves", () => {
  test("a cast that may fail is evaluated above the join, in no scan", async () => {
    const sql = "SELECT count(*) FROM raising r JOIN safe s ON r.k = s.k WHERE r.s::INTEGER > 7 AND r.s <> 'x'"
    const { stages } = await session.plan(sql, HASH)
    const holding = stages.filter((stage) => stage.tree.some((line) => line.includes("CAST(s AS INTEGER)")))
    expect(holding.map((stage) => stage.tasks._tag)).toEqual(["partitions"])
    const lines = (holding[0]?.tree ?? []).map((line) => line.trim().split(" ")[0])
    expect(lines.indexOf("filter")).toBeLessThan(lines.indexOf("inner"))
    // What cannot raise went down to the scan.
    const scan = stages.find((stage) => stage.tree.some((line) => line.includes("scan raising")))
    expect(scan?.tree[0]?.trim()).toBe("filter s <> 'x'")
  })
})

test("law 10: a cast that may fail is not asked of the rows that a block which runs whole would not have looked at", async () => {
  // The filters of a whole block's WHERE go to its tables' scans: only those that cannot raise.
  const sql =
    "SELECT k, rank() OVER (ORDER BY k) AS r FROM raising WHERE CASE WHEN k < 5 THEN false ELSE s::INTEGER > 7 END AND k < 15"
  await same(sql, HASH)
  const { stages } = await session.plan(sql, HASH)
  const scan = stages.find((stage) => stage.tree.some((line) => line.includes("scan raising")))
  expect(scan?.tree[0]?.trim()).toBe("filter k < 15")
})

describe("law 11: windows see all rows of their partition, a sample is taken once", () => {
  test.each([
    "SELECT n, row_number() OVER (ORDER BY n) AS r, sum(n) OVER (ORDER BY n ROWS BETWEEN 3 PRECEDING AND 2 FOLLOWING) AS s FROM sorted WHERE n % 9 = 0",
    "SELECT n % 7 AS g, n, lag(n) OVER (PARTITION BY n % 7 ORDER BY n) AS before, ntile(5) OVER (PARTITION BY n % 7 ORDER BY n DESC) AS t FROM sorted WHERE n % 9 = 0",
    "SELECT d, count(*) OVER (ORDER BY d RANGE BETWEEN INTERVAL 3 DAY PRECEDING AND CURRENT ROW) AS c FROM sorted WHERE n % 50 = 0",
    "SELECT n FROM sorted QUALIFY row_number() OVER (PARTITION BY n % 11 ORDER BY n DESC) = 1",
    "SELECT bigint, count(*) OVER (PARTITION BY bigint) AS c, dense_rank() OVER (ORDER BY bigint NULLS FIRST) AS r FROM l",
    "SELECT n % 3 AS g, count(*), rank() OVER (ORDER BY sum(n) DESC) AS r FROM sorted GROUP BY g",
  ])("%s", async (sql) => {
    for (const options of [HASH, BROADCAST, { partitions: 1 }]) await same(sql, options)
  })

  test("ASOF takes the nearest row of the other side, from whatever file; POSITIONAL counts in the files' order", async () => {
    await same("SELECT a.n, b.k FROM sorted a ASOF LEFT JOIN safe b ON a.n >= b.k WHERE a.n < 40", HASH)
    await same(
      "SELECT a.n, b.m FROM sorted a ASOF JOIN (SELECT n AS m, n % 5 AS g FROM sorted WHERE n % 13 = 0) b ON a.n % 5 = b.g AND a.n >= b.m",
      HASH,
    )
    await same("SELECT l.integer, s.n FROM l POSITIONAL JOIN sorted s WHERE s.n BETWEEN 5 AND 12", HASH)
    await same("SELECT l.integer, s.n FROM sorted s POSITIONAL JOIN l WHERE l.integer >= 0", HASH)
    // What WHERE asks of the other side is asked of the nearest row, not before it is looked for.
    await same("SELECT a.n, b.k FROM sorted a ASOF JOIN safe b ON a.n >= b.k WHERE a.n < 40 AND b.k < 10", HASH)
  })

  test("a sample of n rows has n rows, and a sample of all has all", async () => {
    const count = async (sql: string) => (await skeinAnswer(session, `SELECT count(*) FROM (${sql})`, HASH)).rows
    expect(await count("SELECT n FROM sorted USING SAMPLE 17 ROWS")).toEqual([["17"]])
    // It is taken before WHERE: of all rows this one is none of the first ten.
    const one = "SELECT n FROM sorted WHERE n < 10 USING SAMPLE reservoir(1 ROWS) REPEATABLE (7)"
    expect(await count(one)).toEqual([["0"]])
    expect(await count("FROM sorted TABLESAMPLE 100 PERCENT")).toEqual([["20000"]])
    expect(await count("FROM l TABLESAMPLE reservoir(3 ROWS)")).toEqual([["3"]])
  })
})

describe("law 12: the session's zone is UTC", () => {
  test("whatever the process's zone is", async () => {
    const before = process.env["TZ"]
    process.env["TZ"] = "Pacific/Kiritimati"
    try {
      const sql =
        "SELECT ts, ts::TIMESTAMP, ts::VARCHAR, TIMESTAMPTZ '2020-07-01 12:00:00-05' FROM (SELECT t::TIMESTAMPTZ AS ts FROM moments)"
      await same(sql, HASH)
      const now =
        "SELECT current_date || left(localtime::VARCHAR, 2), left(now()::TIMESTAMP::VARCHAR, 13), left(localtimestamp::VARCHAR, 13)"
      const hour = () => new Date().toISOString().slice(0, 13).replace("T", "")
      const from = hour()
      const [row = []] = (await skeinAnswer(session, now, HASH)).rows
      const to = hour()
      for (const text of row) expect([from, to]).toContain(text?.replace(" ", ""))
    } finally {
      if (before === undefined) delete process.env["TZ"]
      else process.env["TZ"] = before
    }
  })

  test.each(["FROM zoned", "FROM zoned QUALIFY count(*) OVER () > 0"])(
    "functions of TIMESTAMPTZ read it in UTC: %s",
    async (from) => {
      const list =
        "date_trunc('day', ts), extract(hour FROM ts), ts + INTERVAL 1 MONTH, ts::DATE, strftime(ts, '%d %H:%M'), ts AT TIME ZONE 'UTC'"
      await same(`WITH zoned AS (SELECT t::TIMESTAMPTZ AS ts FROM moments) SELECT ${list} ${from}`, HASH)
    },
  )

  test("another zone is refused in one sentence", async () => {
    await expect(skeinAnswer(session, "SET TimeZone = 'Europe/Berlin'", HASH)).rejects.toMatchObject({
      message: "TimeZone cannot be 'Europe/Berlin'",
      hint: expect.stringContaining("UTC"),
    })
    await expect(skeinAnswer(session, "SELECT now() AT TIME ZONE 'Europe/Berlin'", HASH)).rejects.toThrow(/UTC/u)
  })
})
