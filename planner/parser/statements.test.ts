import { describe, expect, test } from "vitest"
import type { Statement } from "../ast/statement.ts"
import { SyntaxError } from "../errors.ts"
import { parse } from "./parse.ts"

function only(sql: string): Statement {
  const [statement, ...more] = parse(sql)
  if (statement === undefined || more.length > 0) throw new Error("not one statement")
  return statement
}

/** The statement without its spans and the trees of its queries, which are written as their text. */
function short(sql: string): unknown {
  const cut = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(cut)
    if (typeof value !== "object" || value === null) return value
    if ("quoted" in value && "text" in value) return value.text
    const spanned = "span" in value && "_tag" in value && (value._tag === "Query" || !("name" in value))
    if (spanned && isNode(value)) return sql.slice(value.span.start, value.span.end)
    const entries = Object.entries(value).filter(([key]) => !/span$/i.test(key))
    return Object.fromEntries(entries.map(([key, inner]) => [key, isSpan(inner) ? textAt(inner) : cut(inner)]))
  }
  const textAt = ({ start, end }: { start: number; end: number }) => sql.slice(start, end)
  return Object.fromEntries(
    Object.entries(only(sql))
      .filter(([key]) => !/span$/i.test(key))
      .map(([key, value]) => [key, cut(value)]),
  )
}

function isSpan(value: unknown): value is { start: number; end: number } {
  return typeof value === "object" && value !== null && Object.keys(value).toSorted().join() === "end,start"
}

function isNode(value: object): value is { span: { start: number; end: number } } {
  return "span" in value && isSpan(value.span)
}

describe("statements beside SELECT", () => {
  const subject = (kind: string, text: string) => ({ subject: { kind, text } })
  test.each<readonly [string, object]>([
    ["DESCRIBE t", { _tag: "DescribeStatement", ...subject("table", "t") }],
    ["DESC TABLE main.t", { _tag: "DescribeStatement", ...subject("table", "main.t") }],
    ["DESCRIBE 'a.parquet'", { _tag: "DescribeStatement", ...subject("table", "'a.parquet'") }],
    ["DESCRIBE SELECT 1", { _tag: "DescribeStatement", ...subject("query", "SELECT 1") }],
    ["DESCRIBE (FROM t)", { _tag: "DescribeStatement", ...subject("query", "(FROM t)") }],
    ["SHOW SELECT 1", { _tag: "DescribeStatement", ...subject("query", "SELECT 1") }],
    ["SHOW 'a.parquet'", { _tag: "DescribeStatement", ...subject("table", "'a.parquet'") }],
    ["DESCRIBE", { _tag: "ShowStatement", what: "all tables" }],
    ["SUMMARIZE t", { _tag: "SummarizeStatement", ...subject("table", "t") }],
    ["SHOW TABLES", { _tag: "ShowStatement", what: "tables" }],
    ["SHOW ALL TABLES", { _tag: "ShowStatement", what: "all tables" }],
    ["SHOW ALL", { _tag: "ShowStatement", what: "settings" }],
    ["SHOW timezone", { _tag: "ShowStatement", what: "timezone" }],
    [
      "CREATE VIEW v AS SELECT 1",
      { _tag: "CreateViewStatement", onExisting: "refuse", name: "v", columns: [], query: "SELECT 1" },
    ],
    [
      'CREATE OR REPLACE TEMPORARY VIEW main.v(a, "b c") AS (SELECT 1, 2)',
      {
        _tag: "CreateViewStatement",
        onExisting: "replace",
        name: "v",
        columns: ["a", "b c"],
        query: "(SELECT 1, 2)",
      },
    ],
    [
      "CREATE TEMP TABLE IF NOT EXISTS t AS FROM x WITH NO DATA",
      {
        _tag: "CreateTableStatement",
        onExisting: "keep",
        name: "t",
        columns: [],
        query: "FROM x",
        withData: false,
      },
    ],
    [
      "CREATE MACRO m(a, b := 5) AS a + b, () AS 1",
      {
        _tag: "CreateMacroStatement",
        onExisting: "refuse",
        name: "m",
        overloads: [
          {
            parameters: [
              { name: "a", default: undefined },
              { name: "b", default: "5" },
            ],
            body: { _tag: "scalar", expr: "a + b" },
          },
          { parameters: [], body: { _tag: "scalar", expr: "1" } },
        ],
      },
    ],
    [
      "CREATE FUNCTION m(a) AS TABLE SELECT a",
      {
        _tag: "CreateMacroStatement",
        onExisting: "refuse",
        name: "m",
        overloads: [{ parameters: [{ name: "a", default: undefined }], body: { _tag: "table", query: "SELECT a" } }],
      },
    ],
    ["DROP VIEW v", { _tag: "DropStatement", kind: "view", ifExists: false, name: "v" }],
    ["DROP TABLE IF EXISTS t CASCADE", { _tag: "DropStatement", kind: "table", ifExists: true, name: "t" }],
    ["DROP MACRO TABLE m", { _tag: "DropStatement", kind: "table macro", ifExists: false, name: "m" }],
    ["SET a = 1", { _tag: "SetStatement", name: "a", value: "1" }],
    ["SET GLOBAL a TO 'x'", { _tag: "SetStatement", name: "a", value: "'x'" }],
    ["SET session = on", { _tag: "SetStatement", name: "session", value: "on" }],
    ["SET a = default", { _tag: "SetStatement", name: "a", value: undefined }],
    ["RESET a", { _tag: "ResetStatement", name: "a" }],
    ["RESET ALL", { _tag: "ResetStatement", name: undefined }],
    ["PREPARE q AS SELECT 1", { _tag: "PrepareStatement", name: "q", statement: "SELECT 1" }],
    ["EXECUTE q", { _tag: "ExecuteStatement", name: "q", args: [] }],
    [
      "EXECUTE q(1, b := 'x')",
      {
        _tag: "ExecuteStatement",
        name: "q",
        args: [
          { name: undefined, value: "1" },
          { name: "b", value: "'x'" },
        ],
      },
    ],
    ["DEALLOCATE PREPARE q", { _tag: "DeallocateStatement", name: "q" }],
    ["DEALLOCATE prepare", { _tag: "DeallocateStatement", name: "prepare" }],
    ["DEALLOCATE ALL", { _tag: "DeallocateStatement", name: undefined }],
    [
      "COPY (SELECT 1) TO 'x'",
      { _tag: "CopyStatement", source: { _tag: "query", query: "SELECT 1" }, path: "x", options: [] },
    ],
    [
      "COPY t (a, b) TO 'x' (FORMAT csv, HEADER, DELIMITER ';', PARTITION_BY (a, b), FORCE_QUOTE *, ROW_GROUP_SIZE 1_000)",
      {
        _tag: "CopyStatement",
        source: { _tag: "table", name: "t", columns: ["a", "b"] },
        path: "x",
        options: [
          { name: "format", value: "csv" },
          { name: "header", value: undefined },
          { name: "delimiter", value: "';'" },
          { name: "partition_by", value: "(a, b)" },
          { name: "force_quote", value: "*" },
          { name: "row_group_size", value: "1_000" },
        ],
      },
    ],
  ])("%s", (sql, wanted) => {
    expect(short(sql)).toEqual(wanted)
  })

  test("words that begin statements are still names", () => {
    expect(() =>
      parse("SELECT copy, drop, execute, prepare, reset, set, deallocate FROM set AS copy WHERE reset"),
    ).not.toThrow()
  })

  test.each([
    ["CREATE OR REPLACE VIEW IF NOT EXISTS v AS SELECT 1", 'expected "(" or AS, found "NOT"'],
    ["CREATE VIEW v", 'expected "(" or AS, found the end of the statement'],
    ["CREATE MACRO m(a, a) AS a", 'the macro has two parameters "a"'],
    ["CREATE MACRO m(a := 1, b) AS a", 'parameter "b" without a default follows one that has a default'],
    ["DROP VIEW", "expected a name, found the end of the statement"],
    ["SET a", 'expected "=", found the end of the statement'],
    ["SET a =", "expected a value, found the end of the statement"],
    ["EXECUTE q()", 'expected a value, found ")"'],
    ["COPY t", "expected TO, found the end of the statement"],
    ["COPY t TO x", "expected a 'path', found \"x\""],
    ["PREPARE q SELECT 1", 'expected AS, found "SELECT"'],
    ["DESCRIBE t WHERE a", 'found "WHERE"'],
  ])("%s", (sql, message) => {
    expect(() => parse(sql)).toThrow(message)
    expect(() => parse(sql)).toThrow(SyntaxError)
  })
})
