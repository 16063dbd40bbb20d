import { describe, expect, test } from "vitest"
import { errorText } from "../error-text.ts"
import { SyntaxError, UnsupportedSql } from "../errors.ts"
import { parse } from "./parse.ts"

/** A text, the marks under it, what is said, and the hint. */
type Refused = readonly [sql: string, marks: string, message: string, hint?: string]

function refusal(sql: string): SyntaxError | UnsupportedSql {
  try {
    parse(sql)
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof UnsupportedSql) return error
    throw error
  }
  throw new Error("nothing was refused")
}

function wholeText([sql, marks, message, hint]: Refused): string {
  const lines = [`error: ${message}`, `  1 | ${sql}`, `    | ${marks}`]
  return [...lines, ...(hint === undefined ? [] : [`  ${hint}`])].join("\n")
}

const BYTES = "write the character itself, or its UTF-8 bytes as \\xC3\\xA9"

const NOT_SQL: readonly Refused[] = [
  ["SELEC 1", "^^^^^", 'syntax error: a statement cannot begin with "SELEC"', "did you mean SELECT?"],
  [
    "SELECT a FORM t",
    "              ^",
    'syntax error: expected ",", FROM, WHERE, GROUP BY or ORDER BY, found "t"',
    'did you mean FROM instead of "FORM"?',
  ],
  [
    "SELECT a FROM t WERE a = 1",
    "                     ^",
    'syntax error: expected ",", JOIN, WHERE, GROUP BY or ORDER BY, found "a"',
    'did you mean WHERE instead of "WERE"?',
  ],
  [
    "SELECT a FROM t GRUOP BY a",
    "                      ^^",
    'syntax error: expected ",", JOIN, WHERE, GROUP BY or ORDER BY, found "BY"',
    'did you mean GROUP BY instead of "GRUOP"?',
  ],
  [
    "SELECT a FROM t ODER BY a",
    "                     ^^",
    'syntax error: expected ",", JOIN, WHERE, GROUP BY or ORDER BY, found "BY"',
    'did you mean ORDER BY instead of "ODER"?',
  ],
  [
    "SELECT a FROM t LIMT 5",
    "                     ^",
    'syntax error: expected ",", JOIN, WHERE, GROUP BY or ORDER BY, found "5"',
    'did you mean LIMIT instead of "LIMT"?',
  ],
  [
    "SELECT a FROM t JION u ON a = b",
    "                     ^",
    'syntax error: expected ",", JOIN, WHERE, GROUP BY or ORDER BY, found "u"',
    'did you mean JOIN instead of "JION"?',
  ],
  [
    "SELECT a FROM t WHERE a BETWEN 1 AND 2",
    "                        ^^^^^^",
    'syntax error: expected AND, OR, GROUP BY, ORDER BY or LIMIT, found "BETWEN"',
    'did you mean BETWEEN instead of "BETWEN"?',
  ],
  [
    "SELECT sum(a) FITER (WHERE b) FROM t",
    "                    ^",
    'syntax error: expected ",", FROM, WHERE, GROUP BY or ORDER BY, found "("',
    'did you mean FILTER (WHERE …) instead of "FITER"?',
  ],
  [
    "SELECT a; SELECT b FRM t",
    "                       ^",
    'syntax error: expected ",", FROM, WHERE, GROUP BY or ORDER BY, found "t"',
    'did you mean FROM instead of "FRM"?',
  ],
  ["SELECT", "      ^", "syntax error: expected an expression, found the end of the statement"],
  ["SELECT FROM t", "       ^^^^", 'syntax error: expected an expression, found "FROM"'],
  ["SELECT a,, b FROM t", "         ^", 'syntax error: expected an expression, found ","'],
  [
    "SELECT a FROM",
    "             ^",
    "syntax error: expected a table, a 'path' or a subquery, found the end of the statement",
  ],
  ["SELECT a FROM t,, u", "                ^", "syntax error: expected a table, a 'path' or a subquery, found \",\""],
  [
    "SELECT a FROM t WHERE",
    "                     ^",
    "syntax error: expected an expression, found the end of the statement",
  ],
  [
    "SELECT a FROM orders 5",
    "                     ^",
    'syntax error: expected ",", JOIN, WHERE, GROUP BY or ORDER BY, found "5"',
  ],
  ["SELECT a FROM t GROUP a", "                      ^", 'syntax error: expected BY, found "a"'],
  ["SELECT a b c FROM t", "           ^", 'syntax error: expected ",", FROM, WHERE, GROUP BY or ORDER BY, found "c"'],
  ["SELECT (a + b FROM t", "              ^^^^", 'syntax error: expected ")", "," or an operator, found "FROM"'],
  [
    "SELECT 1 year FROM t",
    "         ^^^^",
    'syntax error: expected ",", FROM, WHERE, GROUP BY or ORDER BY, found "year"',
    "year is a keyword: write AS year if it is an alias",
  ],
  [
    "SELECT first(a IGNORE NULLS)",
    "               ^^^^^^",
    "syntax error: IGNORE NULLS stands only in a window function",
    "write OVER (…) after the call, or FILTER (WHERE …)",
  ],
  [
    "SELECT U&'a'",
    "       ^^^",
    "syntax error: DuckDB does not read U&'…'",
    "write the characters themselves, or E'…' with their UTF-8 bytes",
  ],
  ["SELECT a + FROM t", "           ^^^^", 'syntax error: expected an expression, found "FROM"'],
  ["SELECT f(a,", "           ^", "syntax error: expected an expression, found the end of the statement"],
  [
    "SELECT CASE WHEN a THEN b FROM t",
    "                          ^^^^",
    'syntax error: expected WHEN, ELSE, END or an operator, found "FROM"',
  ],
  ["SELECT CASE a END", "              ^^^", 'syntax error: expected WHEN, found "END"'],
  ["SELECT CAST(a, INTEGER)", "             ^", 'syntax error: expected AS, found ","'],
  ["SELECT CAST(a AS )", "                 ^", 'syntax error: expected a type, found ")"'],
  ["SELECT a IS 5", "            ^", 'syntax error: expected NULL, TRUE, FALSE or DISTINCT FROM, found "5"'],
  ["SELECT a NOT 5", "             ^", 'syntax error: expected LIKE, ILIKE, SIMILAR TO, BETWEEN or IN, found "5"'],
  [
    "SELECT a BETWEEN 1 OR 2",
    "                   ^^",
    "syntax error: expected AND and the upper bound of BETWEEN, found OR",
    "write: x BETWEEN low AND high; put bounds that hold AND, OR, IN or LIKE in parentheses",
  ],
  [
    "SELECT a BETWEEN 1",
    "                  ^",
    "syntax error: expected AND and the upper bound of BETWEEN",
    "write: x BETWEEN low AND high; put bounds that hold AND, OR, IN or LIKE in parentheses",
  ],
  [
    "SELECT a < b < c",
    "             ^",
    "syntax error: < cannot follow < without parentheses",
    "write (a < b) = c, or a < b AND b < c",
  ],
  [
    "SELECT a || NOT b",
    "            ^^^",
    "syntax error: NOT cannot follow || without parentheses",
    "write || (NOT …)",
  ],
  [
    "SELECT a LIKE b LIKE c",
    "                ^^^^",
    "syntax error: LIKE cannot follow LIKE without parentheses",
    "put one of the two in parentheses",
  ],
  ["SELECT a IN 1", "            ^", 'syntax error: expected "(" after IN', "write: x IN (1, 2, 3)"],
  ["SELECT a IN ()", "            ^^", "syntax error: expected an expression, found an empty list after IN"],
  ["SELECT [1, 2", "            ^", 'syntax error: expected "]", "," or an operator, found the end of the statement'],
  ["SELECT a[1", "          ^", 'syntax error: expected "]" or an operator, found the end of the statement'],
  [
    "SELECT * FROM a JOIN b",
    "                      ^",
    "syntax error: expected ON or USING, found the end of the statement",
  ],
  ["SELECT * FROM a LEFT b ON x", "                     ^", 'syntax error: expected JOIN, found "b"'],
  [
    "SELECT * FROM (SELECT 1",
    "                       ^",
    'syntax error: expected ")", ",", FROM, WHERE or GROUP BY, found the end of the statement',
  ],
  [
    "SELECT * FROM (SELECT a FROM t WHERE b",
    "                                      ^",
    'syntax error: expected ")", AND, OR, GROUP BY or ORDER BY, found the end of the statement',
  ],
  ["WITH a AS SELECT 1 SELECT 2", "          ^^^^^^", 'syntax error: expected "(", found "SELECT"'],
  [
    "WITH a AS (SELECT 1)",
    "                    ^",
    "syntax error: expected SELECT or FROM, found the end of the statement",
  ],
  [
    "SELECT a FROM t LIMIT",
    "                     ^",
    "syntax error: expected a number, found the end of the statement",
  ],
  ["SELECT a FROM t LIMIT 5 5", "                        ^", 'syntax error: expected OFFSET or ";", found "5"'],
  [
    "SELECT a FROM t ORDER BY a NULLS",
    "                                ^",
    "syntax error: expected FIRST or LAST, found the end of the statement",
  ],
  ["SELECT 'abc", "       ^", "syntax error: a string begins here and never ends", "close it with a single quote (')"],
  [
    'SELECT "abc',
    "       ^",
    "syntax error: a quoted name begins here and never ends",
    'close it with a double quote (")',
  ],
  ["SELECT /* abc", "       ^^", "syntax error: a comment begins here and never ends", "close it with */"],
  [
    "SELECT $q$abc",
    "       ^^^",
    "syntax error: a dollar-quoted string begins here and never ends",
    "close it with $q$",
  ],
  ["SELECT a # b", "         ^", 'syntax error: the character "#" has no meaning here'],
  [
    "SELECT 0x1F",
    "       ^^^^",
    'syntax error: "0x1F" is not a number',
    "hexadecimal numbers are not part of the dialect: write 31",
  ],
  ["SELECT 12abc", "       ^^^^^", 'syntax error: "12abc" is not a number', 'write 12 AS "abc" if a name was meant'],
  ['SELECT ""', "       ^^", 'syntax error: a "quoted name" cannot be empty'],
  ["SELECT E'\\u12'", "       ^^^^^^^", "syntax error: the string holds \\u, which DuckDB does not read", BYTES],
  ["SELECT E'\\x00'", "       ^^^^^^^", "syntax error: the string holds the character U+0000"],
  ["SELECT E'\\xff'", "       ^^^^^^^", "syntax error: the string holds byte escapes that are not UTF-8"],
  [
    "SELECT E'\\U00110000'",
    "       ^^^^^^^^^^^^^",
    "syntax error: the string holds \\U00110000, which DuckDB does not read",
    BYTES,
  ],
  [
    "SELECT left FROM t",
    "       ^^^^",
    'syntax error: expected an expression, found "left"',
    'left is a keyword: write "left" if it is a name',
  ],
  [
    "SELECT a FROM data/x.parquet",
    "                  ^",
    'syntax error: expected ",", JOIN, WHERE, GROUP BY or ORDER BY, found "/"',
    "a path is written in quotes: FROM 'data/lineitem.parquet'",
  ],
  [
    "SELECT INTERVAL 1.5 DAY",
    "                ^^^",
    "syntax error: INTERVAL takes a whole number, a string or an expression in parentheses",
    "write INTERVAL (1.5)",
  ],
  [
    "(SELECT 1 ORDER BY a) ORDER BY b",
    "                               ^",
    "syntax error: ORDER BY stands both inside and outside the parentheses of one query",
    "write FROM (SELECT …) to make the inner one a query of its own",
  ],
  ["WITH a AS (SELECT 1), A AS (SELECT 2) FROM a", "                      ^", 'syntax error: WITH names "A" twice'],
  ["SELECT 1 INTERSECT BY NAME SELECT 2", "                   ^^", 'syntax error: expected SELECT or FROM, found "BY"'],
  ["SELECT 1 UNION", "              ^", "syntax error: expected SELECT or FROM, found the end of the statement"],
  ["VALUES ()", "        ^", 'syntax error: expected an expression, found ")"'],
  [
    "SELECT * FROM VALUES (1)",
    "              ^^^^^^^^^^",
    "syntax error: VALUES in FROM needs a name",
    "write FROM (VALUES …), or VALUES … AS t(a, b)",
  ],
  [
    "SELECT * FROM a.b.c.d",
    "              ^^^^^^^",
    "syntax error: a table's name has at most three parts: catalog.schema.table",
    "a file's path is written in quotes: FROM 'data/lineitem.parquet'",
  ],
  ["FROM a, WHERE b", "        ^^^^^", "syntax error: expected a table, a 'path' or a subquery, found \"WHERE\""],
  ["SELECT a: 1 AS b", "            ^^", 'syntax error: expected ",", FROM, WHERE, GROUP BY or ORDER BY, found "AS"'],
  ["FROM a: t AS b", "             ^", 'syntax error: "a" gets a second name', "leave one of the two: a: … or … AS b"],
  [
    "FROM a: VALUES (1)",
    "        ^^^^^^",
    "syntax error: VALUES cannot be named in front",
    "write the name behind it: … AS name",
  ],
  [
    "SELECT * FROM (t)",
    "              ^^^",
    "syntax error: parentheses in FROM hold a query or a join",
    "write FROM t without them, or (FROM …) for a query",
  ],
  [
    "SELECT * FROM a POSITIONAL JOIN b ON c",
    "                                  ^^",
    'syntax error: expected ",", JOIN, WHERE, GROUP BY or ORDER BY, found "ON"',
  ],
  [
    "SELECT * FROM a ASOF JOIN b",
    "                           ^",
    "syntax error: expected ON or USING, found the end of the statement",
  ],
  ["SELECT * FROM a NATURAL ASOF JOIN b", "                        ^^^^", 'syntax error: expected JOIN, found "ASOF"'],
  ["SELECT DISTINCT ON () a", "                    ^", 'syntax error: expected an expression, found ")"'],
  ["SELECT a GROUP BY ROLLUP ()", "                          ^", 'syntax error: expected an expression, found ")"'],
  ["SELECT a GROUP BY GROUPING SETS a", "                                ^", 'syntax error: expected "(", found "a"'],
  [
    "SELECT a GROUP BY ALL, b",
    "                     ^",
    'syntax error: expected ",", HAVING, ORDER BY or LIMIT, found ","',
  ],
  [
    "SELECT a ORDER BY ALL, b",
    "                  ^^^",
    "syntax error: ALL stands alone in ORDER BY",
    "name what to order by, or write ORDER BY ALL",
  ],
  [
    "SELECT a ORDER BY b, ALL",
    "                     ^^^",
    "syntax error: ALL stands alone in ORDER BY",
    "name what to order by, or write ORDER BY ALL",
  ],
  ["SELECT a FROM t WINDOW w AS b", "                            ^", 'syntax error: expected "(", found "b"'],
  [
    "SELECT a FROM t USING SAMPLE b",
    "                              ^",
    'syntax error: expected "(", found the end of the statement',
  ],
  [
    "SELECT a FROM t USING SAMPLE",
    "                            ^",
    "syntax error: expected a number of rows or a percentage, found the end of the statement",
  ],
  [
    "SELECT a FROM t TABLESAMPLE 200%",
    "                            ^^^",
    "syntax error: a sample of 200% is more than there is",
    "give a percentage between 0 and 100",
  ],
  [
    "SELECT a FROM t TABLESAMPLE dice(10%)",
    "                            ^^^^",
    'syntax error: there is no sampling method "dice"',
    "choose from system, bernoulli, reservoir",
  ],
  [
    "PIVOT t",
    "       ^",
    "syntax error: expected ON, USING or GROUP BY after PIVOT's table",
    "write: PIVOT t ON column USING sum(value) GROUP BY key",
  ],
  ["PIVOT t ON a IN ()", "                 ^", 'syntax error: expected an expression, found ")"'],
  ["FROM t PIVOT (sum(a) FOR b)", "                          ^", 'syntax error: expected IN, found ")"'],
  ["FROM t UNPIVOT (a FOR b)", "                       ^", 'syntax error: expected IN, found ")"'],
  ["UNPIVOT t", "         ^", "syntax error: expected ON, found the end of the statement"],
  ["UNPIVOT t ON a INTO VALUE v", "                    ^^^^^", 'syntax error: expected NAME, found "VALUE"'],
  [
    "SELECT a OFFSET b + 1 ROWS",
    "                ^^^^^",
    "syntax error: expected a number or an expression in parentheses before ROWS",
    "leave ROWS away, or write OFFSET (…) ROWS",
  ],
  [
    "(DESCRIBE t) ORDER BY a",
    "                      ^",
    "syntax error: DESCRIBE takes no clauses",
    "write FROM (DESCRIBE …) and the clauses after it",
  ],
  [
    "WITH a AS (DESCRIBE t) FROM a",
    "           ^^^^^^^^^^",
    "syntax error: WITH names queries, not DESCRIBE",
    "write AS (FROM (DESCRIBE …))",
  ],
  ["SELECT a FROM t FOR UPDATE", "                    ^^^^^^", 'syntax error: expected READ, found "UPDATE"'],
  ["SELECT a FROM t LIMIT ALL%", "                         ^", 'syntax error: expected OFFSET or ";", found "%"'],
  ["SELECT 1)", "        ^", 'syntax error: expected ",", FROM, WHERE, GROUP BY or ORDER BY, found ")"'],
  [")", "^", 'syntax error: a statement cannot begin with ")"', "begin with SELECT, FROM, WITH or EXPLAIN"],
  ["EXPLAIN", "       ^", "syntax error: expected SELECT or FROM, found the end of the statement"],
]

const NOT_YET: readonly Refused[] = [
  [
    "SELECT ?, $name",
    "          ^^^^^",
    "Named and numbered parameters in one statement are not supported.",
    "use $1, $2 … or $name, not both",
  ],
  ["SELECT a NOT GLOB b", "         ^^^", "NOT GLOB is not part of the dialect.", "write NOT (x GLOB pattern)"],
  [
    "EXPLAIN (FOO) SELECT 1",
    "         ^^^",
    "EXPLAIN (FOO) is not supported.",
    "choose from FORMAT text, FORMAT json, ANALYZE, VERBOSE",
  ],
  ["INSTALL httpfs", "^^^^^^^^^^^^^^", "Extensions cannot be installed: Skein's engines run without extensions."],
  ["LOAD 'x'; SELECT 1", "^^^^^^^^", "Extensions cannot be loaded: Skein's engines run without extensions."],
  ["CREATE SCHEMA s", "       ^^^^^^", "CREATE SCHEMA is not supported.", "Skein has CREATE VIEW, TABLE and MACRO"],
  ["CREATE TEMP VEIW v AS SELECT 1", "            ^^^^", "CREATE VEIW is not supported.", "did you mean VIEW?"],
  [
    "CREATE TABLE t (a INTEGER)",
    "               ^",
    "CREATE TABLE makes a table of a query's rows only.",
    "write CREATE TABLE name AS SELECT …",
  ],
  [
    "CREATE MACRO m(a INTEGER) AS a",
    "                 ^^^^^^^",
    "Parameters of a macro that have a type are not supported.",
    "leave the type out, and cast in the macro: CAST(a AS INTEGER)",
  ],
  ["DROP TABLE a, b", "            ^", "DROP takes one name.", "write a statement for each"],
  ["SET LOCAL x = 1", "    ^^^^^", "SET LOCAL is not supported.", "write SET alone"],
  ["CREATE VIEW s.v AS SELECT 1", "            ^", 'there is no schema "s": a session\'s tables have no schema.', "v"],
  [
    "PREPARE q AS DROP TABLE t",
    "             ^^^^",
    "DROP cannot be prepared.",
    "a query, COPY, DESCRIBE, SUMMARIZE, SHOW and EXPLAIN can be",
  ],
  [
    "PREPARE q(INTEGER) AS SELECT 1",
    "         ^",
    "Types of a prepared statement's parameters are not supported.",
    "leave them out, and cast in the statement: CAST($1 AS INTEGER)",
  ],
  [
    "COPY t FROM 'x.csv'",
    "       ^^^^",
    "COPY … FROM is not supported: nothing can be inserted into a table.",
    "a file is read by name: FROM 'path'",
  ],
  [
    "ATTACH 'x.db'",
    "^^^^^^^^^^^^^",
    "ATTACH is not supported: Skein reads files named in FROM.",
    "FROM 'path/to/file.parquet'",
  ],
  ["PRAGMA version", "^^^^^^^^^^^^^^", "PRAGMA is not supported yet."],
  ["SELECT a FROM t LIMIT 1, 2", "                       ^", "LIMIT a, b is not supported.", "write LIMIT b OFFSET a"],
  [
    "SELECT a BETWEEN SYMMETRIC 1 AND 2",
    "                 ^^^^^^^^^",
    "BETWEEN SYMMETRIC is not part of the dialect.",
    "write BETWEEN least(a, b) AND greatest(a, b)",
  ],
  [
    "SELECT INTERVAL '1' YEAR TO MONTH",
    "                    ^^^^",
    "INTERVAL … YEAR TO … is not supported.",
    "add two intervals instead",
  ],
  [
    "SELECT a SIMILAR TO b ESCAPE c",
    "                      ^^^^^^",
    "ESCAPE is not supported after SIMILAR TO.",
    "it can follow LIKE and ILIKE",
  ],
  [
    "SELECT a INTO b FROM t",
    "         ^^^^",
    "SELECT INTO is not supported: Skein changes no rows: it answers queries, and writes files with COPY.",
  ],
]

describe("what is not SQL is a syntax error", () => {
  test.each(NOT_SQL.map((refused) => ({ sql: refused[0], refused })))("$sql", ({ sql, refused }) => {
    const error = refusal(sql)
    expect(error).toBeInstanceOf(SyntaxError)
    expect(errorText(error, sql)).toBe(wholeText(refused))
  })
})

describe("what is not supported is said in a sentence", () => {
  test.each(NOT_YET.map((refused) => ({ sql: refused[0], refused })))("$sql", ({ sql, refused }) => {
    const error = refusal(sql)
    expect(error).toBeInstanceOf(UnsupportedSql)
    expect(errorText(error, sql)).toBe(wholeText(refused))
  })
})

describe("what is too deep is refused and never overflows the stack", () => {
  const deep = (open: string, middle: string, close: string, levels = 100_000): string =>
    `SELECT ${open.repeat(levels)}${middle}${close.repeat(levels)}`

  test.each([
    ["parentheses", deep("(", "1", ")")],
    ["calls", deep("f(", "1", ")")],
    ["lists", deep("[", "1", "]")],
    ["CASE", deep("CASE WHEN a THEN ", "1", " END")],
    ["subqueries", deep("(SELECT * FROM ", "t", ")").replace("SELECT (", "SELECT * FROM (")],
    ["scalar subqueries", deep("(SELECT ", "1", ")")],
    ["parentheses in FROM", deep("(", "t", ")").replace("SELECT", "FROM")],
    ["set operations", deep("(SELECT 1 UNION ", "SELECT 2", ")").replace("SELECT (", "(")],
    ["parentheses around queries", `${"(".repeat(100_000)}SELECT 1${")".repeat(100_000)}`],
    ["CTEs", `${"WITH a AS (".repeat(10_000)}SELECT 1${") SELECT 2".repeat(10_000)}`],
    ["LATERAL", deep("LATERAL (SELECT * FROM ", "t", ")").replace("SELECT LATERAL", "SELECT * FROM LATERAL")],
    ["pivots", deep("(PIVOT ", "t", " ON a)").replace("SELECT (", "FROM (")],
    ["VALUES", deep("(VALUES (", "1", "))")],
    ["grouping sets", `SELECT 1 GROUP BY ${"GROUPING SETS (".repeat(10_000)}a${")".repeat(10_000)}`],
    ["DESCRIBE", deep("(DESCRIBE FROM ", "t", ")").replace("SELECT (", "FROM (")],
    ["joins", `FROM t ${"JOIN t ".repeat(10_000)}${"ON a ".repeat(10_000)}`],
    ["struct types", `SELECT a::${"STRUCT(a ".repeat(10_000)}INT${")".repeat(10_000)}`],
  ])("%s", (_, sql) => {
    expect(refusal(sql).message).toBe("Expressions and subqueries nested more than 100 levels deep are not supported.")
  })

  test.each([
    ["IS NULL", deep("", "a", " IS NULL")],
    ["casts", deep("", "a", "::INT")],
    ["subscripts", deep("", "a", "[1]")],
    ["fields", deep("", "(a)", ".b")],
    ["COLLATE", deep("", "a", " COLLATE nocase")],
  ])("chains of %s", (_, sql) => {
    expect(refusal(sql).message).toBe("Expressions more than 400 levels deep are not supported.")
  })

  test.each(["NOT ", "- ", "~ "])("a row of %s", (sign) => {
    expect(refusal(deep(sign, "a", "")).message).toBe("More than 100 signs and NOTs in a row are not supported.")
  })

  test("very many set operations", () => {
    const message = "More than 500 set operations in one query are not supported."
    expect(refusal(`SELECT 1${" UNION SELECT 2".repeat(10_000)}`).message).toBe(message)
  })

  test("a FROM of very many tables", () => {
    expect(refusal(`FROM t${", t".repeat(1_000)}`).message).toBe("More than 500 tables in one FROM are not supported.")
  })
})

describe("texts that are slow to reject naively", () => {
  test.each([
    ["comments that open and never close", "/*".repeat(100_000), "a comment begins here and never ends"],
    ["dollar quotes of other tags", Array.from({ length: 50_000 }, (_, i) => `$a${i}$ `).join(""), "never ends"],
    ["quotes", `SELECT ${"'a'' ".repeat(500_001)}`, "never ends"],
    ["a string of ten megabytes without its end", `SELECT '${"x".repeat(10_000_000)}`, "never ends"],
    ["a list without its end", `SELECT a IN (${"1,".repeat(50_000)}`, "found the end of the statement"],
  ])("%s", (_, sql, message) => {
    expect(refusal(sql).message).toContain(message)
  })

  test("more than 16 MiB is not read at all", () => {
    expect(refusal(" ".repeat(16 * 1024 * 1024 + 1)).message).toBe(
      "A script of more than 16777216 characters is not supported.",
    )
  })
})
