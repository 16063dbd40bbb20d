import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { openSession } from "../runtime/local.ts"
import type { Session } from "../runtime/session.ts"
import { CORPUS_TABLES } from "./corpus/tables.ts"
import { type LaidOut, layOut } from "./layouts.ts"
import { refusalOf } from "./refusal.ts"

/**
 * Wrong statements over the corpus's tables, each with the full text that the command prints: what was expected, found,
 * where, and the nearest valid name; of types and functions DuckDB's own words with the place in the user's text.
 */

let data: LaidOut
let session: Session
beforeAll(async () => {
  data = await layOut("one", CORPUS_TABLES)
  session = await openSession({ workers: 1, dataDir: data.dir, cwd: data.dir })
})
afterAll(async () => {
  await session.close()
  data.remove()
})

async function refusal(sql: string): Promise<string> {
  return `\n${await refusalOf(session, data.dir, sql)}\n`
}

describe("grammar", () => {
  test.each([
    "SELECT FROM people",
    "SELECT id name dept FROM people",
    "SELECT * FROM people WHERE",
    "SELECT * FROM people WHERE id =",
    "SELECT * FROM people WHERE id = 1 AND",
    "SELECT * FROM people GROUP dept",
    "SELECT * FROM people ORDER id",
    "SELECT dept FROM people GRUOP BY dept",
    "SELECT * FROM people WHERE id IN (1, 2",
    "SELECT (1 + 2 FROM people",
    "SELECT ((id) FROM people",
    "SELECT id) FROM people",
    "SELECT [1, 2 FROM people",
    "SELECT {'a' 1} FROM people",
    "SELECT * FROM people JOIN",
    "SELECT * FROM people JOIN depts ON",
    "SELECT * FROM people LEFT depts ON true",
    "SELECT * FROM people INNER OUTER JOIN depts USING (id)",
    "SELECT * FROM people JOIN depts USING id",
    "SELECT CASE WHEN id > 1 THEN 1 FROM people",
    "SELECT CASE id END FROM people",
    "SELECT 'abc FROM people",
    'SELECT "abc FROM people',
    "SELECT $$abc FROM people",
    "SELECT /* never /* ends */ 1",
    "SELECT * FROM people LIMIT",
    "SELECT * FROM people UNION",
    "SELECT * FROM people UNION ALL BY SELECT 1",
    "SELECT sum(id) OVER (PARTITION dept) FROM people",
    "SELECT sum(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING) FROM people",
    "SELECT sum(id) OVER (ORDER BY id ROWS 1) FROM people",
    "SELECT id FROM people QUALIFY",
    "SELECT id FROM people WINDOW w (ORDER BY id)",
    "WITH a AS SELECT 1 SELECT * FROM a",
    "WITH a (SELECT 1) SELECT * FROM a",
    "WITH RECURSIVE SELECT 1",
    "SELECT * EXCLUDE FROM people",
    "SELECT * EXCLUDE (id FROM people",
    "SELECT * REPLACE (1) FROM people",
    "SELECT DISTINCT ON dept FROM people",
    "PIVOT people USING",
    "UNPIVOT depts ON title INTO NAME what",
    "SELECT CAST(id INTEGER) FROM people",
    "SELECT id:: FROM people",
    "SELECT INTERVAL 5 FROM people",
    "SELECT EXTRACT(year hired) FROM people",
    "SELECT id BETWEEN 1 OR 5 FROM people",
    "SELECT NOT FROM people",
    "SELECT id FROM people TABLESAMPLE",
    "SELECT id IS NOT FROM people",
    "SELECT list_transform([1], x ->) FROM people",
    "SELECT lambda x x + 1",
    "SELECT id LIKE FROM people",
    "SELECT count(DISTINCT) FROM people",
    "SELECT f(, 1)",
    "VALUES (1, 2), 3",
    "SELECT 1; SELEC 2",
    "SELECT * FROM people p q",
    "SELECT * FROM (SELECT 1",
    "SELECT * FROM select",
    "SELECT id AS FROM people",
    "SELECT 1 AS 5",
    "SELECT GROUPING SETS (id) FROM people",
  ])("%s", async (sql) => {
    expect(await refusal(sql)).toMatchSnapshot()
  })
})

describe("names", () => {
  test.each([
    "SELECT * FROM peeple",
    "SELECT nmae FROM people",
    "SELECT p.nmae FROM people p",
    "SELECT q.name FROM people p",
    "SELECT id FROM people, depts",
    "SELECT dept FROM people WHERE title = 'Sales'",
    "SELECT * FROM people JOIN depts USING (nam)",
    "SELECT * FROM people NATURAL JOIN sales2",
    "SELECT * EXCLUDE (nmae) FROM people",
    "SELECT * REPLACE (1 AS nmae) FROM people",
    "SELECT COLUMNS('^z') FROM people",
    "SELECT id FROM people ORDER BY 3",
    "SELECT id, count(*) FROM people GROUP BY 4",
    "SELECT sum(id) OVER w FROM people",
    "SELECT id FROM people, people",
    "SELECT pt.z FROM nested",
    'SELECT name = "Bob" FROM people',
    "WITH a AS (SELECT 1 AS x) SELECT y FROM a",
    "WITH a AS (SELECT 1), a AS (SELECT 2) SELECT * FROM a",
    "SELECT * FROM (VALUES (1, 2)) t(a, b, c)",
    "SELECT (SELECT nmae FROM depts) FROM people",
    "SELECT id FROM people WHERE EXISTS (SELECT 1 FROM depts WHERE depts.idd = people.id)",
    "SELECT id AS a FROM people WHERE aa > 1",
    "SELECT lower(nmae) FROM people",
    "SELECT * FROM people p JOIN (SELECT dpt FROM people) q ON true",
    "SELECT * FROM people WHERE depts.id = 1",
    "SELECT * FROM rnge(5)",
  ])("%s", async (sql) => {
    expect(await refusal(sql)).toMatchSnapshot()
  })
})

describe("hidden columns", () => {
  test.each([
    "SELECT filenam FROM 'lake/a.parquet'",
    "SELECT COLUMNS('n|filename') FROM 'lake/a.parquet' WHERE filename <> ''",
    "SELECT * EXCLUDE (filename) FROM 'lake/a.parquet'",
    "SELECT #2, file_index FROM 'lake/a.parquet'",
    "SELECT t, file_index FROM 'lake/a.parquet' t",
    "SELECT * FROM 'lake/a.parquet' a NATURAL JOIN 'wider/c.parquet' b WHERE a.file_row_number = 0 QUALIFY true",
    "PIVOT 'lake/a.parquet' ON file_index IN (0) USING count(*)",
    "SELECT s FROM 'lake/a.parquet' WHERE file_index = 0 AND EXISTS (SELECT 1) ORDER BY COLUMNS(*)",
    "SELECT filename FROM (FROM 'lake/a.parquet')",
    "SELECT file_index FROM 'lake/a.parquet' a, 'lake/a.parquet' b",
    "SELECT max(n) FROM 'lake/a.parquet' ORDER BY filename",
  ])("%s", async (sql) => {
    expect(await refusal(sql)).toMatchSnapshot()
  })
})

describe("types and functions", () => {
  test.each([
    "SELECT sum(name) FROM people",
    "SELECT uper(name) FROM people",
    "SELECT upper(name, 2) FROM people",
    "SELECT id + hired + name FROM people",
    "SELECT id::INTEGR FROM people",
    "SELECT name COLLATE KLINGON FROM people",
    "SELECT id FROM people WHERE name",
    "SELECT id FROM people WHERE sum(id) > 1",
    "SELECT sum(max(id)) FROM people",
    "SELECT dept, id FROM people GROUP BY dept",
    "SELECT dept FROM people GROUP BY dept HAVING id > 1",
    "SELECT id FROM people WHERE row_number() OVER () = 1",
    "SELECT id FROM people QUALIFY id > 1",
    "SELECT upper(name) OVER () FROM people",
    "SELECT upper(DISTINCT name) FROM people",
    "SELECT (SELECT id, dept FROM people)",
    "SELECT (SELECT id FROM people)",
    "SELECT id IN (SELECT id, dept FROM people) FROM people",
    "SELECT 1 UNION SELECT 1, 2",
    "SELECT DATE '2024-01-01' UNION SELECT 5",
    "SELECT id FROM people UNION SELECT id FROM depts ORDER BY name",
    "VALUES (1, 2), (3)",
    "SELECT name::INTEGER FROM people",
    "SELECT CAST('2024-02-30' AS DATE)",
    "SELECT 9223372036854775807 + 1",
    "SELECT 300::TINYINT",
    "SELECT id FROM people LIMIT -1",
    "SELECT id FROM people LIMIT 'x'",
    "SELECT id FROM people LIMIT id",
    "SELECT id FROM people USING SAMPLE 200%",
    "SELECT list_transform([1], (a, b, c) -> a) FROM people",
    "SELECT [1, 'x', DATE '2024-01-01']",
    "SELECT GROUPING(id) FROM people",
    "SELECT p.id FROM people p ASOF JOIN depts d ON p.dept = d.id",
    "SELECT p.id FROM people p JOIN depts d ON p.name",
    "WITH RECURSIVE t AS (SELECT 1 AS x UNION ALL SELECT 'a' FROM t) SELECT * FROM t",
    "WITH RECURSIVE t AS (SELECT x FROM t) SELECT * FROM t",
    "SELECT sum(id) OVER (ORDER BY name RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM people",
    "SELECT error('stop here')",
    "SELECT date_trunc('fortnight', hired) FROM people",
    "SELECT strptime('x', '%Y')",
    "SELECT 'z'::ENUM('a', 'b')",
    "SELECT regexp_matches(name, '(') FROM people",
    "SELECT '{'::INTEGER[]",
    "SELECT unnest(id) FROM people",
    "SELECT * FROM people WHERE unnest([1]) = 1",
    "SELECT string_agg(name, ', ' ORDER BY) FROM people",
  ])("%s", async (sql) => {
    expect(await refusal(sql)).toMatchSnapshot()
  })
})
