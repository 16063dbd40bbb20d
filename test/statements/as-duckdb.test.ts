import { afterAll, beforeAll, expect, test } from "vitest"
import { openBoth, type Both } from "./both.ts"

/** Scripts whose every answer is native DuckDB's: names, types and rows. */
let both: Both
beforeAll(async () => {
  both = await openBoth()
}, 60_000)
afterAll(() => both.close())

test.each([
  "DESCRIBE a",
  "DESC TABLE b",
  "DESCRIBE SELECT id, x AS y, [id] AS l, NULL AS n, {'k': d} AS s FROM a JOIN b USING (id)",
  "DESCRIBE SELECT 1 AS a, 2 AS a",
  "SHOW b",
  "CREATE VIEW v AS SELECT g, sum(x) AS s FROM a GROUP BY g; FROM v ORDER BY g; DESCRIBE v; DROP VIEW v",
  "CREATE VIEW v(k) AS SELECT id, x FROM a; SELECT k + 1 AS k, x FROM v WHERE k < 3 ORDER BY k",
  "CREATE OR REPLACE VIEW v AS SELECT 1 AS a; CREATE OR REPLACE VIEW main.v AS SELECT 2 AS b; FROM v",
  "CREATE VIEW IF NOT EXISTS v AS SELECT 1 AS a; CREATE VIEW IF NOT EXISTS v AS SELECT 2 AS a; FROM V",
  "CREATE VIEW v AS SELECT id AS k FROM a; CREATE VIEW w AS SELECT k FROM v WHERE k > 8; SELECT w.k FROM w ORDER BY k",
  "CREATE VIEW v AS SELECT 1 AS a, 2 AS a; FROM v",
  "CREATE VIEW v AS SELECT 1 AS a; WITH v AS (SELECT 2 AS b) FROM v",
  "CREATE VIEW v AS WITH c AS (SELECT id FROM a) SELECT id FROM c WHERE id < 2; WITH c AS (SELECT 9 AS id) SELECT * FROM v JOIN c ON v.id < c.id ORDER BY 1",
  "CREATE VIEW v AS SELECT id FROM a; SELECT x.id, y.id FROM v x JOIN v y ON x.id = y.id + 10 ORDER BY 1",
  "CREATE VIEW zed AS SELECT 1 AS a; CREATE VIEW alpha AS SELECT 1 AS a; SHOW TABLES",
  "CREATE VIEW v AS SELECT id, row_number() OVER (ORDER BY id DESC) AS r FROM a; SELECT max(r) AS m FROM v; SELECT id FROM a WHERE id IN (SELECT r FROM v) ORDER BY id",
  "CREATE MACRO biggest(n) AS (SELECT max(id) + n FROM a); SELECT biggest(1) AS b, id FROM b WHERE id < biggest(-9) ORDER BY id",
  "CREATE MACRO mapped(l, k) AS list_transform(l, x -> x + k); SELECT mapped([1, 2], 10) AS m, mapped([id], id) AS n FROM b ORDER BY id",
  "PREPARE q AS SELECT * FROM (VALUES (1), (2)) t(v) WHERE v > ? UNION ALL SELECT ?; EXECUTE q(1, 7)",
  "CREATE TABLE t AS SELECT id % 2 AS k, list(id ORDER BY id) AS l FROM a GROUP BY ALL; SELECT k, unnest(l) AS u FROM t ORDER BY ALL",
  "CREATE MACRO plus(a, b) AS a + b; SELECT (1).plus(2) AS p, main.plus(1, 2) AS q",
  "SUMMARIZE a",
  "SUMMARIZE SELECT id, name FROM a WHERE id < 5",
  "CREATE VIEW v AS SELECT id FROM a; SUMMARIZE v",
  "CREATE TABLE t AS SELECT id::HUGEINT AS h, name FROM a; SUMMARIZE t",
  "SELECT column_name, column_type FROM (DESCRIBE a)",
  "DROP VIEW IF EXISTS nothing; DROP TABLE IF EXISTS nothing; DROP MACRO IF EXISTS nothing",
  "SET default_order = 'desc'; SELECT id FROM a ORDER BY id LIMIT 3",
  "SET default_null_order = 'nulls_first'; SELECT x, id FROM a ORDER BY x, id; SELECT x, id FROM a ORDER BY x DESC, id",
  "SET default_null_order = 'sqlite'; SELECT x, id FROM a ORDER BY x, id; SELECT x, id FROM a ORDER BY x DESC, id",
  "SET default_null_order = 'postgres'; SELECT x FROM a ORDER BY x; SELECT x FROM a ORDER BY x DESC NULLS LAST",
  "SET default_null_order = 'first'; SET default_order = 'DESCENDING'; SELECT g, list(x ORDER BY x) AS l FROM a GROUP BY g ORDER BY g",
  "SET default_order = 'desc'; SET default_null_order = 'first'; SELECT list_sort([1, NULL, 2]) AS a, list_sort([1, NULL, 2], 'ASC', 'NULLS LAST') AS b",
  "SET default_order = 'desc'; RESET default_order; SELECT id FROM a ORDER BY id LIMIT 2",
  "SET default_order = 'desc'; SET default_order = DEFAULT; SELECT id FROM a ORDER BY ALL LIMIT 2",
  "SET default_order = 'desc'; CREATE VIEW v AS SELECT id FROM a ORDER BY id LIMIT 2; RESET default_order; FROM v",
  "SET TimeZone = 'utc'; SELECT current_setting('TimeZone')",
  "PREPARE q AS SELECT id + ?, ? AS b, typeof(?) FROM a WHERE name <> ? ORDER BY id LIMIT ?; EXECUTE q(100, 'it''s', 2, 'n1', 2)",
  "PREPARE q AS SELECT $b + 1, $a, typeof($b); EXECUTE q(a := 1, b := 2); EXECUTE q(A := 'x', B := 30000000000)",
  "PREPARE q AS SELECT $2 AS x, $1 AS y; EXECUTE q(1 + 1, [1, 2]); EXECUTE q(NULL, DATE '2024-01-01'); EXECUTE q(-1, 1.50)",
  "PREPARE q AS SELECT DATE '2024-01-01' = ?, 1::TINYINT + ?; EXECUTE q('2024-01-01', 1)",
  "PREPARE q AS DESCRIBE SELECT ? AS a; EXECUTE q(1); EXECUTE q('a'); DEALLOCATE q; DEALLOCATE nothing",
  "PREPARE q AS SELECT 1 AS a; PREPARE q AS SELECT 2 AS a; EXECUTE q; DEALLOCATE PREPARE q",
  "PREPARE q AS SELECT upper(?) || ? AS s; EXECUTE q('a', lower('B'))",
  "CREATE MACRO m(k) AS (SELECT count(*) FROM a WHERE id < k); SELECT id, m(b.id) AS n FROM b ORDER BY id",
  "CREATE MACRO m(a) AS (SELECT max(a.id) FROM a); SELECT m(5) AS n",
  "CREATE MACRO m(k) AS TABLE SELECT k.id FROM a AS k WHERE k.id < 2; FROM m(70) ORDER BY id",
  "PREPARE q AS SELECT CASE WHEN?THEN?ELSE?END AS c FROM a WHERE id=1 OR?LIMIT?; EXECUTE q(true, 1, 2, false, 3)",
  "PREPARE q AS SELECT ? AS s, ? AS l; EXECUTE q(chr(0) || 'a', [chr(0), chr(39)][2])",
  "CREATE MACRO plus(a, b) AS a + b; SELECT plus(1, 2), plus(1, b := 2) * 3, plus(id, 1) FROM a ORDER BY plus(id, 1) LIMIT 2",
  "CREATE MACRO d(a, b := 5) AS a * b; SELECT d(1) AS p, d(1 + 1) AS q, d(b := 2, a := 3) AS r",
  "CREATE MACRO ov(a) AS a, (a, b) AS a || b; SELECT ov('x') AS p, ov('x', 'y') AS q; DROP MACRO ov",
  "CREATE MACRO twice(a) AS a * 2; CREATE MACRO four(a) AS twice(twice(a)); SELECT four(id + 1) AS f FROM a WHERE twice(id) < 4 ORDER BY f",
  "CREATE MACRO total(v) AS sum(v) FILTER (v > 20); SELECT g, total(x) FROM a GROUP BY g ORDER BY g",
  "CREATE FUNCTION k() AS 7; SELECT k() + 1 AS k; CREATE OR REPLACE FUNCTION k() AS 8; SELECT k() AS k; DROP FUNCTION k",
  "CREATE MACRO first_of(n) AS TABLE SELECT id, n AS n FROM a WHERE id < n; FROM first_of(2) ORDER BY 1; SELECT z.id FROM first_of(1) z",
  "CREATE MACRO sum(a) AS a * 100; SELECT sum(3) AS s; DROP MACRO sum; SELECT sum(3) AS s",
  "CREATE MACRO plus(a, b) AS a + b; SELECT plus(1, 2) AS p, plus(b := 1, a := 2) AS q",
  "CREATE MACRO m(a) AS a + 1; CREATE VIEW v AS SELECT m(id) AS k FROM a WHERE id = 1; FROM v",
])("%s", async (script) => {
  const { ours, theirs } = await both.answers(script)
  expect(ours).toEqual(theirs)
})
