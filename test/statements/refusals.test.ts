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
  "CREATE MACRO m(k) AS (SELECT count(*) FROM a WHERE id < k); SELECT id, m(id) FROM b",
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
  "CREATE MACRO m(a) AS n(a) + 1; CREATE MACRO n(a) AS m(a) * 2; SELECT id, n(id) FROM a",
  "CREATE MACRO m(a) AS m(a), (a, b) AS m(a); SELECT id, m(id) FROM a",
  "CREATE MACRO n(a) AS a; CREATE MACRO m(a) AS n(a, a); SELECT id, m(id) FROM a",
  "CREATE MACRO m(a) AS a || a || a; CREATE MACRO n(a) AS m(m(m(m(m(a))))); SELECT id, n(n(n(name))) FROM a",
  "CREATE MACRO m(a) AS nothing(a); SELECT 1, m(2)",
  "CREATE MACRO m(a) AS a + $1",
  "CREATE MACRO m(a) AS a, (a, b) AS TABLE SELECT 1",
  "DROP MACRO m",
])("%s", async (script) => {
  expect(await refusal(script)).toMatchSnapshot()
})

/** Each definition names the one before it twice: few lines stand for far more work than any node has time for. */
function doubling(levels: number, define: (level: number) => string, last: string): string {
  return `${Array.from({ length: levels }, (_, level) => define(level + 1)).join("; ")}; ${last}`
}

test("macros that double at every level are refused before they are written out", async () => {
  const twice = (k: number) => `CREATE MACRO m${k}(p) AS m${k - 1}(p) + m${k - 1}(p)`
  const script = `CREATE MACRO m0(p) AS p + 1; ${doubling(60, twice, "SELECT m40(1)")}`
  await expect(refusal(script)).resolves.toContain("macros make the statement longer by more than 131072 characters")
})

test("so are parameters that double at every level", async () => {
  const script = `CREATE MACRO m(p) AS p || p; SELECT ${"m(".repeat(40)}'x'${")".repeat(40)}`
  await expect(refusal(script)).resolves.toContain("macros make the statement longer by more than 131072 characters")
})

test("and a parameter that one macro uses very often", async () => {
  const script = `CREATE MACRO m(p) AS [${"p, ".repeat(1000)}p]; SELECT m('${"x".repeat(1000)}')`
  await expect(refusal(script)).resolves.toContain("macros make the statement longer by more than 131072 characters")
})

test("views that double at every level are refused", async () => {
  const twice = (k: number) => `CREATE VIEW v${k} AS SELECT x.k FROM v${k - 1} x JOIN v${k - 1} y ON x.k = y.k`
  const script = `CREATE VIEW v0 AS SELECT 1 AS k; ${doubling(30, twice, "FROM v30")}`
  await expect(refusal(script)).resolves.toContain("views inside views are read more than 2000 times")
}, 60_000)
