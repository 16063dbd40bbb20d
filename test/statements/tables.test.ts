import { readdirSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { folderPrefix, thisOwner } from "../../actors/exchange/spool-owner.ts"
import { openBoth, type Both } from "./both.ts"

/** CREATE TABLE AS keeps every value of every type. */
let both: Both
beforeAll(async () => {
  both = await openBoth()
}, 60_000)
afterAll(() => both.close())

/** Expressions by type: the extremes, NULL, and what a text or a cast could lose. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  BOOLEAN: ["true", "false", "NULL"],
  TINYINT: ["-128", "127", "NULL"],
  UBIGINT: ["0", "18446744073709551615"],
  BIGINT: ["-9223372036854775808", "9223372036854775807"],
  HUGEINT: ["'-170141183460469231731687303715884105728'", "'170141183460469231731687303715884105727'", "NULL"],
  UHUGEINT: ["0", "'340282366920938463463374607431768211455'"],
  FLOAT: ["'nan'", "'-inf'", "'-0.0'", "1.17549435e-38", "NULL"],
  DOUBLE: ["'nan'", "'inf'", "'-0.0'", "0.1", "5e-324", "1.7976931348623157e308"],
  "DECIMAL(4,1)": ["-999.9", "999.9", "NULL"],
  "DECIMAL(18,3)": ["'-999999999999999.999'"],
  "DECIMAL(38,10)": ["'9999999999999999999999999999.9999999999'", "'-0.0000000001'"],
  VARCHAR: ["''", "'it''s'", "'a' || chr(0) || 'b'", "'日本 😀'", "NULL"],
  BLOB: ["'\\x00\\xFF'::BLOB", "''::BLOB", "NULL"],
  BIT: ["'0'", "'0101010101'", "NULL"],
  UUID: ["'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"],
  DATE: ["'5877642-06-25 (BC)'", "'infinity'", "'-infinity'", "'2024-02-29'", "NULL"],
  TIME: ["'00:00:00'", "'24:00:00'", "'12:34:56.789012'"],
  "TIME WITH TIME ZONE": ["'00:00:00+15:59'", "'23:59:59.999999-15:59'", "NULL"],
  TIMESTAMP: ["'290309-12-22 (BC) 00:00:00'", "'294247-01-10 04:00:54.775806'", "'infinity'", "'-infinity'", "NULL"],
  TIMESTAMP_S: ["'2024-01-01 00:00:01'", "'infinity'", "NULL"],
  TIMESTAMP_MS: ["'2024-01-01 00:00:01.5'", "'-infinity'"],
  TIMESTAMP_NS: ["'2024-01-01 00:00:01.123456789'", "'infinity'"],
  "TIMESTAMP WITH TIME ZONE": ["'2024-01-01 00:00:00+00'", "'infinity'", "NULL"],
  INTERVAL: ["INTERVAL '14 months -3 days 5 microseconds'", "INTERVAL '-178000000 years'", "NULL"],
  "ENUM('b', 'a', 'it''s')": ["'a'", "'it''s'", "'b'", "NULL"],
  "INTEGER[]": ["[1, NULL, 3]", "[]", "NULL"],
  "UUID[]": ["['ffffffff-ffff-ffff-ffff-ffffffffffff', NULL]"],
  "INTEGER[3]": ["[1, NULL, 3]", "NULL"],
  "HUGEINT[][]": ["[['1'], [], NULL, ['170141183460469231731687303715884105727']]"],
  'STRUCT("a b" INTEGER, c HUGEINT)': ["{'a b': 1, 'c': 2}", "{'a b': NULL, 'c': NULL}", "NULL"],
  "MAP(VARCHAR, INTEGER[])": ["MAP {'k': [1], 'l': NULL}", "MAP {}", "NULL"],
  "UNION(n INTEGER, s VARCHAR, h HUGEINT)": [
    "union_value(n := 1)",
    "union_value(s := 'x')",
    "union_value(h := 3::HUGEINT)",
    "NULL",
  ],
  "MAP(DATE, HUGEINT)": ["MAP {DATE '2024-01-01': 1}"],
}

describe("every type", () => {
  test.each(Object.entries(VALUES))("%s", async (type, values) => {
    const query = values.map((value) => `CAST(${value} AS ${type})`)
    const select = `SELECT ${query.map((value, i) => `${value} AS c${i}`).join(", ")}`
    const [plain, described] = await both.ours(`${select}; DESCRIBE ${select}`)
    const [count, kept, typed] = await both.ours(`CREATE TABLE t AS ${select}; FROM t; DESCRIBE t`)
    expect(count?.rows).toEqual([["1"]])
    expect(kept).toEqual(plain)
    expect(typed).toEqual(described)
    expect(described?.rows.every((row) => row[1] !== "VARCHAR" || type === "VARCHAR")).toBe(true)
  })
})

test.each([
  "CREATE TABLE t AS SELECT id, x FROM a; SELECT sum(id) AS s, count(x) AS n FROM t; DESCRIBE t",
  "CREATE TABLE t AS SELECT 1 AS a, 2 AS a; FROM t; DESCRIBE t",
  "CREATE TABLE t(p) AS SELECT 1 AS a, 2 AS b; FROM t",
  "CREATE TABLE t AS SELECT NULL AS a, [NULL] AS b, {'x': NULL} AS c; DESCRIBE t",
  "CREATE TABLE t AS SELECT id FROM a WHERE id < 2 WITH DATA; FROM t ORDER BY id; SHOW TABLES",
  "CREATE TABLE t AS SELECT id FROM a WITH NO DATA; FROM t; DESCRIBE t",
  "CREATE TABLE t AS SELECT id FROM a WHERE id < 0; FROM t; SELECT count(*) AS n FROM t",
  "CREATE TABLE t AS SELECT 1 AS a; CREATE OR REPLACE TABLE t AS SELECT a + 1 AS b FROM t; FROM t",
  "CREATE TABLE t AS SELECT id FROM a; SELECT t.id, b.d FROM t JOIN b ON t.id = b.id ORDER BY ALL",
  "CREATE TABLE t AS SELECT id FROM a; CREATE VIEW v AS SELECT max(id) AS m FROM t; FROM v; DROP TABLE t; CREATE TABLE t AS SELECT 5::BIGINT AS id; FROM v",
])("%s", async (script) => {
  const { ours, theirs } = await both.answers(script)
  expect(ours).toEqual(theirs)
})

test("the rows lie in a folder that only the user can enter, and are gone when the session ends", async () => {
  const prefix = folderPrefix(thisOwner())
  const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith(prefix))
  const before = folders()
  const workspace = both.session.workspace()
  await both.ours("CREATE TABLE t AS SELECT * FROM a", workspace)
  const [own] = folders().filter((name) => !before.includes(name))
  expect(statSync(`${tmpdir()}/${own}`).mode & 0o777).toBe(0o700)
  expect(readdirSync(`${tmpdir()}/${own}`)).toHaveLength(1)
  await both.ours("DROP TABLE t", workspace)
  expect(readdirSync(`${tmpdir()}/${own}`)).toHaveLength(0)
  await workspace.close()
  expect(folders()).toEqual(before)
})

test("what a file's rows have beside its columns is hidden by a view, and a kept table has none of it", async () => {
  const workspace = both.session.workspace()
  await both.ours(
    "CREATE TABLE t AS SELECT id FROM a; CREATE VIEW v AS FROM a; CREATE VIEW w AS SELECT *, file_index FROM a",
    workspace,
  )
  const [, found] = await both.ours("SELECT 1; SELECT max(file_index) AS i FROM w", workspace)
  expect(found?.rows).toEqual([["0"]])
  await expect(both.ours("SELECT filename FROM t", workspace)).rejects.toThrow('column "filename" does not exist in t')
  await expect(both.ours("SELECT filename FROM v", workspace)).rejects.toThrow('column "filename" does not exist in v')
  await workspace.close()
})

test("a query that fails leaves no table and no file", async () => {
  const workspace = both.session.workspace()
  await expect(both.ours("CREATE TABLE t AS SELECT name::INTEGER AS n FROM a", workspace)).rejects.toThrow("Conversion")
  await expect(both.ours("FROM t", workspace)).rejects.toThrow('table "t" does not exist')
  await expect(both.ours("CREATE TABLE t AS SELECT row(1, 2) AS r", workspace)).rejects.toThrow("without field names")
  await workspace.close()
})

test("many rows are several row groups, read in order", async () => {
  const wide = "SELECT x.id * 10000 + y.id * 1000 + z.id * 100 + p.id * 10 + q.id AS k FROM a x, a y, a z, a p, a q"
  const [, found] = await both.ours(
    `CREATE TABLE t AS ${wide}; SELECT count(*) AS n, sum(k) AS s, min(k) AS lo, max(k) AS hi FROM t`,
  )
  const expected = await both.native(
    `SELECT count(*) AS n, sum(k) AS s, min(k) AS lo, max(k) AS hi FROM (${wide.replaceAll(/\ba (?=[xyzpq])/gu, `'${both.dir}/a.parquet' `)})`,
  )
  expect(found).toEqual(expected)
})
