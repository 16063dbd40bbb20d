import { afterAll, beforeAll, expect, test } from "vitest"
import { errorParagraph, StatementError } from "../../runtime/cli/error-report.ts"
import { openBoth, type Both } from "./both.ts"

/** What is wrong with a statement is told in one paragraph, with its place in the script. */
let both: Both
beforeAll(async () => {
  both = await openBoth()
}, 60_000)
afterAll(() => both.close())

async function refusal(script: string): Promise<string> {
  try {
    await both.ours(script)
  } catch (error) {
    return (await errorParagraph(new StatementError(error, script, undefined))).replaceAll(both.dir, "DIR")
  }
  throw new Error(`nothing was refused in: ${script}`)
}

test.each([
  "DESCRIBE SELECT idd FROM a",
  "DESCRIBE nowhere",
  "SHOW nowhere",
  "CREATE VIEW v AS SELECT idd FROM a",
  "CREATE VIEW v(p, q) AS SELECT 1",
  "CREATE VIEW v AS SELECT 1; CREATE VIEW V AS SELECT 2",
  "CREATE VIEW a AS SELECT * FROM a",
  "CREATE VIEW v AS SELECT 1 AS k; CREATE VIEW w AS FROM v; CREATE OR REPLACE VIEW v AS FROM w",
  "CREATE VIEW v AS SELECT 1 AS k; CREATE VIEW w AS SELECT k FROM v; DROP VIEW v; SELECT 1 FROM w",
  "CREATE VIEW v AS SELECT $1",
  "CREATE VIEW v AS SELECT name COLLATE nocase AS n FROM a",
  "CREATE TABLE t AS SELECT name COLLATE nocase AS n FROM a",
  "SUMMARIZE nowhere",
  "CREATE VIEW v AS SELECT 1; DROP TABLE v",
  "CREATE VIEW vie AS SELECT 1; DROP VIEW vei",
  "DROP VIEW a",
  "SET partition = 3",
  "SET partitions = 0",
  "SET default_order = 1 + 1",
  "SET joins = 'merge'",
  "SET threads = 4",
  "SET TimeZone = 'Europe/Berlin'",
  "SELECT current_setting('nothing')",
  "SET default_order = desc; SELECT list_reverse_sort([1, 2])",
  "EXECUTE q(1)",
  "PREPARE query AS SELECT 1; EXECUTE qeury",
  "PREPARE q AS SELECT ?; EXECUTE q",
  "PREPARE q AS SELECT ?; EXECUTE q(1, 2)",
  "PREPARE q AS SELECT ?; EXECUTE q(a := 1)",
  "PREPARE q AS SELECT $a; EXECUTE q(1)",
  "PREPARE q AS SELECT $a; EXECUTE q(a := 1, b := 2)",
  "PREPARE q AS SELECT $a, ?; EXECUTE q(1)",
  "PREPARE q AS SELECT ?; EXECUTE q(id)",
  "PREPARE q AS SELECT ?; EXECUTE q((SELECT 1))",
  "PREPARE q AS SELECT id FROM a ORDER BY ?; EXECUTE q(1)",
  "PREPARE q AS SELECT idd FROM a; EXECUTE q",
  "SELECT ? + 1",
  "CREATE MACRO m(a) AS a; SELECT m()",
  "CREATE MACRO m(a) AS a; SELECT m(1, 2)",
  "CREATE MACRO m(a) AS a; SELECT m(b := 1)",
  "CREATE MACRO m(a) AS a; SELECT m(DISTINCT 1)",
  "CREATE MACRO m(a) AS a; CREATE MACRO m(a) AS a",
  "CREATE MACRO m(a) AS m(a); SELECT m(1)",
  "CREATE MACRO m(a) AS nothing(a); SELECT 1, m(2)",
  "CREATE MACRO m(a) AS a + $1",
  "CREATE MACRO m(a) AS a, (a, b) AS TABLE SELECT 1",
  "DROP MACRO m",
])("%s", async (script) => {
  expect(await refusal(script)).toMatchSnapshot()
})
