import { describe, expect, test } from "vitest"
import type { NamedExpr } from "../ast/query.ts"
import { PlanDefect } from "../errors.ts"
import { parseQuery } from "../parser/parse.ts"
import { firstItem } from "../parser/testing/only-select.ts"
import { printExpr, printOrderBy } from "./print-expression.ts"
import { quoteIdentifier, quoteString } from "./quote.ts"

const expr = (sql: string): NamedExpr => firstItem(`SELECT ${sql}`)

const print = (e: NamedExpr): string => printExpr(e, (column) => column.parts.map((part) => part.text).join("."))

describe("expressions are printed", () => {
  test.each([
    ["1_000", "1000"],
    ["E'it\\'s'", "'it''s'"],
    ["$$it's$$", "'it''s'"],
    ["true AND null", "TRUE AND NULL"],
    ["date '1994-01-01'", "CAST('1994-01-01' AS DATE)"],
    ["INTERVAL '1' year", "INTERVAL '1' YEAR"],
    ["INTERVAL 3 months", "INTERVAL 3 MONTH"],
    ["INTERVAL (a + 1) DAYS", "INTERVAL (a + 1) DAY"],
    ["INTERVAL '90 days'", "INTERVAL '90 days'"],
    ["a + b * c - d", "a + b * c - d"],
    ["(a + b) * c", "(a + b) * c"],
    ["a - (b - c)", "a - (b - c)"],
    ["(a OR b) AND c", "(a OR b) AND c"],
    ["a OR (b AND c)", "a OR b AND c"],
    ["NOT a = b", "NOT (a = b)"],
    ["a != b", "a <> b"],
    ["a == b || c", "(a = b) || c"],
    ["- -1", "-(-1)"],
    ["-a ^ 2", "(-a) ^ 2"],
    ["a || b || c", "(a || b) || c"],
    ["a::decimal( 15 , 2 )", "CAST(a AS DECIMAL(15,2))"],
    ["a::int[]", "CAST(a AS INT[])"],
    ["a::struct(x int, y varchar[])", "CAST(a AS STRUCT(x INT, y VARCHAR[]))"],
    ["a::map(int, varchar)", "CAST(a AS MAP(INT, VARCHAR))"],
    ["a::timestamp with time zone", "CAST(a AS TIMESTAMP WITH TIME ZONE)"],
    ["TRY_CAST(a AS double precision)", "TRY_CAST(a AS DOUBLE PRECISION)"],
    ["a NOT LIKE b ESCAPE '!'", "a NOT LIKE b ESCAPE '!'"],
    ["a + 1 BETWEEN b AND c - 1", "a + 1 BETWEEN b AND c - 1"],
    ["a BETWEEN (b IS NULL) AND (c AND d)", "a BETWEEN (b IS NULL) AND (c AND d)"],
    ["a NOT IN (1, 2)", "a NOT IN (1, 2)"],
    ["a IN b", "contains(b, a)"],
    ["a NOTNULL", "a IS NOT NULL"],
    ["a IS NOT DISTINCT FROM b", "a IS NOT DISTINCT FROM b"],
    ["a COLLATE nocase.noaccent", 'a COLLATE "nocase"."noaccent"'],
    ["a[1], 2", "a[1]"],
    ["a[:-:2]", "a[:-:2]"],
    ["(a || b)[1:2]", "(a || b)[1:2]"],
    ["(a).b.c", '((a)."b")."c"'],
    ["{x: 1, 'y z': 2}", '{"x": 1, "y z": 2}'],
    ["MAP {'k': 1}", "MAP {'k': 1}"],
    ["ARRAY[1, 2]", "ARRAY[1, 2]"],
    ["ROW(1, 2)", "(1, 2)"],
    ["count(*) FILTER (WHERE a)", "count(*) FILTER (WHERE a)"],
    ["COUNT(DISTINCT a)", "count(DISTINCT a)"],
    ["list(a ORDER BY b DESC NULLS FIRST, c)", "list(a ORDER BY b DESC NULLS FIRST, c)"],
    ["EXTRACT(years FROM a)", "date_part('year', a)"],
    ["SUBSTRING(a FROM 2 FOR 3)", "substring(a, 2, 3)"],
    ["SUBSTRING(a FOR 3 FROM 2)", "substring(a, 2, 3)"],
    ["SUBSTRING(a FOR 3)", "substring(a, 1, CAST(3 AS INTEGER))"],
    ["TRIM(LEADING 'x' FROM a)", "ltrim(a, 'x')"],
    ["TRIM(a)", "trim(a)"],
    ["POSITION('x' IN a || b)", `"position"(a || b, 'x')`],
    ["OVERLAY(a PLACING b FROM 1 FOR 2)", '"overlay"(a, b, 1, 2)'],
    ["COALESCE(a, NULLIF(b, c))", "coalesce(a, nullif(b, c))"],
    ['"Sum"(a)', '"Sum"(a)'],
    ["left(a, 1)", "left(a, 1)"],
    ["a == ANY (b)", "a = ANY (b)"],
    ["f(x -> x + 1, (y, z) -> y)", "f(x -> x + 1, (y, z) -> y)"],
    ["f(lambda x, y: x + y)", 'f(lambda "x", "y": x + y)'],
    ["f(a := 1, b => 2)", 'f("a" := 1, "b" := 2)'],
    ["*COLUMNS('a.*')", "*COLUMNS('a.*')"],
    ["[x + 1 FOR x IN l IF x > 2]", '[x + 1 FOR "x" IN l IF x > 2]'],
    ["GROUPING_ID(a, b)", "GROUPING(a, b)"],
    ["f(?, $3, ?2, ?)", "f($1, $3, $2, $4)"],
    ["f($name, $Other)", "f($name, $other)"],
    ["#2", "#2"],
    ["* EXCLUDE (t.a) RENAME (b AS c)", '* EXCLUDE ("t"."a") RENAME ("b" AS "c")'],
    ["first(a ORDER BY b IGNORE NULLS) OVER ()", "first(a ORDER BY b IGNORE NULLS) OVER ()"],
    ["a.b.f(1).g(2)", "g(a.b.f(1), 2)"],
    ["(a).f(1)", "f(a, 1)"],
    ["1 + 2 ! = a", "((1 + 2) !) = a"],
    ["1 OPERATOR(-) 2 * 3", "1 - 2 * 3"],
    ["1 OPERATOR(*) 2 + 3", "1 * (2 + 3)"],
    ["x'AB', 1", "'xAB'"],
    ["N'a', 1", "CAST('a' AS VARCHAR)"],
    ["main.mood 'ok'", 'CAST(\'ok\' AS "main"."mood")'],
    ["a::main.mood[]", "CAST(a AS main.mood[])"],
    ["a::ENUM('x', 'y')", "CAST(a AS ENUM('x', 'y'))"],
    ["a::INTERVAL DAY TO SECOND", "CAST(a AS INTERVAL)"],
    ["E'a'\n  -- b\n 'c\\n'", "'ac\n'"],
    ["mode() WITHIN GROUP (ORDER BY a)", "mode() WITHIN GROUP (ORDER BY a)"],
    ["sum(a) OVER w", 'sum(a) OVER ("w")'],
    [
      "sum(a) OVER (PARTITION BY b, c ORDER BY d ROWS 1 PRECEDING EXCLUDE TIES)",
      "sum(a) OVER (PARTITION BY b, c ORDER BY d ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES)",
    ],
    ["struct_pack(a := 1, b := 2)", '{"a": 1, "b": 2}'],
    ["x AT TIME ZONE 'UTC'", "timezone('UTC', x)"],
    ["* EXCLUDE (a, b) REPLACE (c + 1 AS c)", '* EXCLUDE ("a", "b") REPLACE (c + 1 AS "c")'],
    ["t.*", '"t".*'],
    ["CASE a WHEN 1 THEN b ELSE c END", "CASE a WHEN 1 THEN b ELSE c END"],
  ])("%s as %s", (sql, printed) => {
    expect(print(expr(sql))).toBe(printed)
  })
})

test("ORDER BY items are printed as they were written", () => {
  const query = parseQuery("SELECT 1 ORDER BY a DESC NULLS LAST, b ASC, c NULLS FIRST")
  const items = printOrderBy(query.orderBy, (column) => column.parts[0]?.text ?? "")
  expect(items).toBe("a DESC NULLS LAST, b, c NULLS FIRST")
})

test("a literal with a sign is set apart", () => {
  const span = { start: 0, end: 0 }
  const minusOne: NamedExpr = { _tag: "Literal", kind: "number", sql: "-1", span }
  expect(print({ _tag: "Unary", op: "-", input: minusOne, span })).toBe("-(-1)")
  expect(
    print({ _tag: "Subscript", input: minusOne, slice: false, from: minusOne, to: undefined, step: undefined, span }),
  ).toBe("(-1)[-1]")
})

test("a query in an expression is never printed: only its own text says what it is", () => {
  expect(() => print(expr("(SELECT 1)"))).toThrow(PlanDefect)
})

test("names and texts are quoted", () => {
  expect(quoteIdentifier('a"b')).toBe('"a""b"')
  expect(quoteString("it's")).toBe("'it''s'")
})
