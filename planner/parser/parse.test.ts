import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import type { FromItem, Query, QueryBody, SelectQuery } from "../ast/query.ts"
import type { Statement } from "../ast/statement.ts"
import { columnsOf, walk } from "../ast/traverse.ts"
import { printExpr } from "../sql/print-expression.ts"
import type { NamedExpr } from "../ast/query.ts"
import { parse } from "./parse.ts"
import { SqlParser } from "./sql-parser.ts"
import { selectOf } from "./testing/only-select.ts"

function only(sql: string): Statement {
  const [statement, ...more] = parse(sql)
  if (statement === undefined || more.length > 0) throw new Error("not one statement")
  return statement
}

function wholeQuery(sql: string): Query {
  const statement = only(sql)
  if (statement._tag === "QueryStatement" || statement._tag === "ExplainStatement") return statement.query
  throw new Error("no query")
}

function queryOf(sql: string): SelectQuery {
  const query = wholeQuery(sql)
  return { ...query, body: selectOf(query) }
}
const print = (e: NamedExpr): string => printExpr(e, (column) => column.parts.map((part) => part.text).join("."))

/** A FROM as a line: `(a inner b on x)`. */
function drawn(from: FromItem | undefined): string {
  if (from === undefined) return "nothing"
  switch (from._tag) {
    case "TableRef":
      return `${from.spelling}:${[...from.qualifiers.map((each) => each.text), from.name].join(".")}${from.alias === undefined ? "" : ` ${aliasOf(from.alias)}`}`
    case "SubqueryRef":
      return `${from.lateral ? "lateral " : ""}{${drawnBody(from.query.body)}}${from.alias === undefined ? "" : ` ${aliasOf(from.alias)}`}`
    case "JoinRef": {
      const on = from.on === undefined ? "" : ` on ${print(from.on)}`
      const using = from.using.length === 0 ? "" : ` using ${from.using.map((name) => name.text).join(",")}`
      return `(${drawn(from.left)} ${from.natural ? "natural " : ""}${from.kind} ${drawn(from.right)}${on}${using})`
    }
    case "TableFunctionRef": {
      const name = [...from.qualifiers.map((each) => each.text), from.name].join(".")
      const after = `${from.ordinality ? " ordinality" : ""}${from.alias === undefined ? "" : ` ${aliasOf(from.alias)}`}`
      return `${from.lateral ? "lateral " : ""}call:${name}(${from.args.map(print).join(", ")})${after}`
    }
    case "ValuesRef":
      return `${drawnBody(from.values)} ${aliasOf(from.alias)}`
    case "PivotRef":
    case "UnpivotRef": {
      const alias = from.alias === undefined ? "" : ` ${aliasOf(from.alias)}`
      return `${drawn(from.source)} ${from._tag === "PivotRef" ? "pivot" : "unpivot"}${alias}`
    }
    case "ParenthesisedFrom":
      return `${drawn(from.from)} ${aliasOf(from.alias)}`
  }
}

/** A query's body as a line: `(a union all b)`; a SELECT is what it selects from, or its list. */
function drawnBody(body: QueryBody): string {
  switch (body._tag) {
    case "Select":
      return body.from === undefined ? body.items.map((item) => print(item.expr)).join(", ") : drawn(body.from)
    case "SetOperation": {
      const words = `${body.op}${body.all ? " all" : ""}${body.byName ? " by name" : ""}`
      return `(${drawnBody(body.left)} ${words} ${drawnBody(body.right)})`
    }
    case "Values":
      return `values ${body.rows.map((row) => `(${row.map(print).join(", ")})`).join(" ")}`
    case "TableStatement":
      return `table ${drawn(body.table)}`
    case "Pivot":
    case "Unpivot":
      return `${body._tag.toLowerCase()} ${drawn(body.source)}`
    case "Describe": {
      const { target } = body
      return `${body.verb} ${target === undefined ? "all" : target._tag === "Query" ? drawnBody(target.body) : drawn(target)}`
    }
    case "Query":
      return `[${drawnBody(body.body)} limit ${body.limit === undefined ? "none" : print(body.limit)}]`
  }
}

function aliasOf(alias: { readonly name: { text: string }; readonly columns: readonly { text: string }[] }): string {
  return alias.columns.length === 0
    ? alias.name.text
    : `${alias.name.text}(${alias.columns.map((c) => c.text).join(",")})`
}

test("the grammar itself is sound", () => {
  expect(new SqlParser(false)).toBeInstanceOf(SqlParser)
})

test.each([
  "SELECT a, FROM t",
  "SELECT * FROM t,",
  "SELECT * EXCLUDE (a,) REPLACE (b AS c,) FROM t",
  "FROM t GROUP BY a, HAVING b",
  "FROM t JOIN u USING (a,) WHERE x IN (1,)",
  "SELECT {'a': 1,}, MAP {'a': 1,}, MAP {}, [1,], [], coalesce(a,), row(a, b,)",
])("a comma may end the list: %s", (sql) => {
  expect(parse(sql)).toHaveLength(1)
})

test.each(["SELECT f(a,)", "SELECT (a,)", "FROM t ORDER BY a,", "WITH a AS (SELECT 1), SELECT 2"])(
  "no comma may end the list: %s",
  (sql) => {
    expect(() => parse(sql)).toThrow("syntax error: expected")
  },
)

describe("FROM", () => {
  test.each([
    ["FROM t", "identifier:t"],
    ['SELECT 1 FROM "data_part_*"', "identifier:data_part_*"],
    ["FROM 'data/it''s.parquet'", "string:data/it's.parquet"],
    ["FROM read_parquet('a/*.parquet') AS p", "read_parquet:a/*.parquet p"],
    ["FROM t AS u(a, b)", "identifier:t u(a,b)"],
    ["FROM t u", "identifier:t u"],
    ["FROM a, b, c", "((identifier:a cross identifier:b) cross identifier:c)"],
    ["FROM a CROSS JOIN b", "(identifier:a cross identifier:b)"],
    ["FROM a JOIN b ON x = y", "(identifier:a inner identifier:b on x = y)"],
    ["FROM a INNER JOIN b USING (k, l)", "(identifier:a inner identifier:b using k,l)"],
    ["FROM a LEFT OUTER JOIN b ON x", "(identifier:a left identifier:b on x)"],
    ["FROM a RIGHT JOIN b ON x", "(identifier:a right identifier:b on x)"],
    ["FROM a FULL JOIN b ON x", "(identifier:a full identifier:b on x)"],
    ["FROM a SEMI JOIN b ON x", "(identifier:a semi identifier:b on x)"],
    ["FROM a ANTI JOIN b USING (k)", "(identifier:a anti identifier:b using k)"],
    ["FROM a NATURAL LEFT JOIN b", "(identifier:a natural left identifier:b)"],
    ["FROM a NATURAL JOIN b JOIN c ON x", "((identifier:a natural inner identifier:b) inner identifier:c on x)"],
    ["FROM a JOIN b ON x JOIN c ON y", "((identifier:a inner identifier:b on x) inner identifier:c on y)"],
    ["FROM a JOIN b JOIN c ON y ON x", "(identifier:a inner (identifier:b inner identifier:c on y) on x)"],
    ["FROM a JOIN b CROSS JOIN c ON x", "(identifier:a inner (identifier:b cross identifier:c) on x)"],
    ["FROM a, b JOIN c ON x", "(identifier:a cross (identifier:b inner identifier:c on x))"],
    ["FROM (a JOIN b ON x) JOIN c ON y", "((identifier:a inner identifier:b on x) inner identifier:c on y)"],
    ["FROM (SELECT * FROM t) AS s(x)", "{identifier:t} s(x)"],
    ["FROM ((FROM t)) s", "{identifier:t} s"],
    ["SELECT * FROM t,", "identifier:t"],
    ["FROM s.t", "identifier:s.t"],
    ['FROM c."S".t u', "identifier:c.S.t u"],
    ["FROM range(10, 2) r(x)", "call:range(10, 2) r(x)"],
    ["FROM main.range(3)", "call:main.range(3)"],
    ["FROM unnest(a) WITH ORDINALITY AS t(a, n)", "call:unnest(a) ordinality t(a,n)"],
    ["FROM read_parquet('a', hive_partitioning = true)", "read_parquet:a"],
    ["FROM a, LATERAL (SELECT x) l", "(identifier:a cross lateral {x} l)"],
    ["FROM a JOIN LATERAL range(a.n) ON x", "(identifier:a inner lateral call:range(a.n) on x)"],
    ["FROM VALUES (1, 'a'), (2, 'b') v(x, y), t", "(values (1, 'a') (2, 'b') v(x,y) cross identifier:t)"],
    ["FROM (VALUES (1)) v", "{values (1)} v"],
    ["FROM (a JOIN b ON x) AS j", "(identifier:a inner identifier:b on x) j"],
    ["FROM ((FROM t) JOIN b ON x)", "({identifier:t} inner identifier:b on x)"],
    ["FROM ((FROM t) UNION (FROM u)) w", "{(identifier:t union identifier:u)} w"],
    ["FROM left_t LEFT JOIN year ON month", "(identifier:left_t left identifier:year on month)"],
  ])("%s", (sql, wanted) => {
    expect(drawn(queryOf(sql).body.from)).toBe(wanted)
  })
})

describe("set operations", () => {
  test.each([
    ["SELECT 1 UNION SELECT 2 UNION ALL SELECT 3", "((1 union 2) union all 3)"],
    ["SELECT 1 UNION SELECT 2 INTERSECT SELECT 3", "(1 union (2 intersect 3))"],
    ["SELECT 1 INTERSECT ALL SELECT 2 EXCEPT SELECT 3", "((1 intersect all 2) except 3)"],
    ["SELECT 1 EXCEPT (SELECT 2 UNION SELECT 3)", "(1 except (2 union 3))"],
    ["FROM a UNION DISTINCT BY NAME FROM b", "(identifier:a union by name identifier:b)"],
    ["FROM a UNION ALL BY NAME TABLE b", "(identifier:a union all by name table identifier:b)"],
    ["VALUES (1), (2) UNION VALUES (3)", "(values (1) (2) union values (3))"],
    ["(SELECT 1 LIMIT 1) UNION SELECT 2", "([1 limit 1] union 2)"],
    ["((SELECT 1)) UNION ((SELECT 2))", "(1 union 2)"],
    ["((SELECT 1) UNION SELECT 2) EXCEPT SELECT 3", "((1 union 2) except 3)"],
    ["TABLE s.t", "table identifier:s.t"],
  ])("%s", (sql, wanted) => {
    expect(drawnBody(wholeQuery(sql).body)).toBe(wanted)
  })

  test("ORDER BY and LIMIT are those of the whole", () => {
    const query = wholeQuery("WITH RECURSIVE a AS (SELECT 1) SELECT 1 UNION SELECT 2 ORDER BY x LIMIT 3")
    expect(query).toMatchObject({ body: { _tag: "SetOperation" }, recursive: true, orderBy: [{}], limit: { sql: "3" } })
  })

  test("500 of them are read", () => {
    expect(wholeQuery(`SELECT 1${" UNION ALL SELECT 2".repeat(500)}`).body._tag).toBe("SetOperation")
  })
})

test.each([
  ["(SELECT a LIMIT 3) ORDER BY b", "3", "b"],
  ["((SELECT a) LIMIT 3) ORDER BY b", "3", "b"],
  ["WITH c AS (SELECT 1) (SELECT a ORDER BY b) LIMIT 3", "3", "b"],
])("clauses inside and outside of parentheses are those of one query: %s", (sql, limit, order) => {
  const query = queryOf(sql)
  expect([query.limit && print(query.limit), query.orderBy.map((item) => print(item.expr))]).toEqual([limit, [order]])
})

test.each([
  ["WITH RECURSIVE a(n) USING KEY (n) AS (SELECT 1) FROM a", true, ["a"], ["n"]],
  ["WITH recursive AS (SELECT 1) FROM recursive", false, ["recursive"], []],
  ["WITH recursive(x) AS (SELECT 1) FROM recursive", false, ["recursive"], []],
  ["WITH RECURSIVE recursive AS (SELECT 1) FROM recursive", true, ["recursive"], []],
])("%s", (sql, recursive, names, keys) => {
  const query = wholeQuery(sql)
  expect(query.recursive).toBe(recursive)
  expect(query.with.map((cte) => cte.name.text)).toEqual(names)
  expect(query.with.flatMap((cte) => cte.usingKey.map((key) => key.text))).toEqual(keys)
})

describe("SELECT lists", () => {
  test.each([
    ["SELECT a x, b AS y, c AS 'z z', d \"Q\", e AS select", ["x", "y", "z z", "Q", "select"]],
    ['SELECT 1 AS year, 2 AS from, 3 filtered, 4 "first"', ["year", "from", "filtered", "first"]],
    ["SELECT a, b,", [undefined, undefined]],
    ["SELECT a, FROM t", [undefined]],
    ["SELECT sum(x) over_all", ["over_all"]],
    ["FROM t SELECT a b", ["b"]],
  ])("%s", (sql, aliases) => {
    expect(queryOf(sql).body.items.map((item) => item.alias?.text)).toEqual(aliases)
  })

  test("FROM alone selects everything", () => {
    expect(queryOf("FROM t WHERE a").body.items.map((item) => print(item.expr))).toEqual(["*"])
  })
})

describe("clauses", () => {
  test("all of them, in their places", () => {
    const query = queryOf(
      `WITH a AS (SELECT 1), b(x, y) AS NOT MATERIALIZED (FROM a), c AS MATERIALIZED (FROM b)
       SELECT DISTINCT x, count(*) FROM c WHERE x > 1 GROUP BY x, 2 HAVING count(*) > 2
       ORDER BY x DESC NULLS FIRST, 2 LIMIT 10 + 1 OFFSET 5`,
    )
    expect(query.with.map((cte) => [cte.name.text, cte.columns.map((c) => c.text), cte.materialized])).toEqual([
      ["a", [], undefined],
      ["b", ["x", "y"], false],
      ["c", [], true],
    ])
    expect(query.body.distinct).toBe(true)
    expect(print(query.body.where ?? { _tag: "Row", items: [], span: query.span })).toBe("x > 1")
    expect(query.body.groupBy?.items.map(print)).toEqual(["x", "2"])
    expect(query.body.groupBy?.all).toBe(false)
    expect(query.body.having && print(query.body.having)).toBe("count(*) > 2")
    expect(query.orderBy.map((item) => [print(item.expr), item.descending, item.nulls])).toEqual([
      ["x", true, "first"],
      ["2", false, undefined],
    ])
    expect(query.limit && print(query.limit)).toBe("10 + 1")
    expect(query.offset && print(query.offset)).toBe("5")
  })

  test.each([
    ["SELECT 1 LIMIT 5 OFFSET 2", "5", "2"],
    ["SELECT 1 OFFSET 2 LIMIT 5", "5", "2"],
    ["SELECT 1 OFFSET 2 ROWS FETCH FIRST 5 ROWS ONLY", "5", "2"],
    ["SELECT 1 FETCH NEXT ROW ONLY", "1", undefined],
    ["SELECT 1 LIMIT ALL", "NULL", undefined],
  ])("%s", (sql, limit, offset) => {
    const query = queryOf(sql)
    expect([query.limit && print(query.limit), query.offset && print(query.offset)]).toEqual([limit, offset])
  })

  test("GROUP BY ALL", () => {
    expect(queryOf("SELECT a FROM t GROUP BY ALL").body.groupBy).toEqual({ all: true, items: [], sets: [] })
  })

  test("parentheses around a query mean nothing", () => {
    expect(drawn(queryOf("((SELECT * FROM t))").body.from)).toBe("identifier:t")
  })
})

describe("statements", () => {
  test.each([
    ["EXPLAIN SELECT 1", false, false, "text"],
    ["EXPLAIN VERBOSE SELECT 1", true, false, "text"],
    ["explain analyze (select 1)", false, true, "text"],
    ["EXPLAIN ANALYZE VERBOSE FROM t", true, true, "text"],
    ["EXPLAIN (FORMAT json) SELECT 1", false, false, "json"],
    ["EXPLAIN (ANALYZE, FORMAT 'json', VERBOSE true) SELECT 1", true, true, "json"],
    ["EXPLAIN (ANALYZE false) SELECT 1", false, false, "text"],
  ])("%s", (sql, verbose, analyze, format) => {
    expect(only(sql)).toMatchObject({ _tag: "ExplainStatement", verbose, analyze, format })
  })

  test("a script is cut at its semicolons, whatever strings and comments hold", () => {
    const sql = "SELECT ';' -- ;\n; /* ; /* ; */ */ SELECT $$;$$, \";\" ;; FROM t;"
    expect(parse(sql).map(({ span }) => sql.slice(span.start, span.end))).toEqual([
      "SELECT ';'",
      'SELECT $$;$$, ";"',
      "FROM t",
    ])
  })

  test.each(["", "  \n", "-- nothing", ";", ";;;"])("%j holds no statement", (sql) => {
    expect(parse(sql)).toEqual([])
  })
})

describe("spans", () => {
  test("cover exactly what was written", () => {
    const sql = 'SELECT a + f(b.c, 1)::INT AS x, (d = 2) FROM "T" AS u WHERE e BETWEEN 1 AND 2'
    const query = queryOf(sql)
    const texts = query.body.items.flatMap((item) => [item.span, ...[...walk(item.expr)].map((node) => node.span)])
    expect(texts.map((span) => sql.slice(span.start, span.end))).toEqual([
      "a + f(b.c, 1)::INT AS x",
      "a + f(b.c, 1)::INT",
      "a",
      "f(b.c, 1)::INT",
      "f(b.c, 1)",
      "b.c",
      "1",
      "(d = 2)",
      "(d = 2)",
      "d",
      "2",
    ])
    expect(sql.slice(query.body.from?.span.start, query.body.from?.span.end)).toBe('"T" AS u')
    expect(sql.slice(query.body.where?.span.start, query.body.where?.span.end)).toBe("e BETWEEN 1 AND 2")
  })

  test("a string joined over lines reaches to its end", () => {
    const sql = "SELECT 'a'\n  'b' x"
    const item = queryOf(sql).body.items[0]
    expect(item && print(item.expr)).toBe("'ab'")
    expect(item && sql.slice(item.expr.span.start, item.expr.span.end)).toBe("'a'\n  'b'")
  })
})

describe("queries in expressions", () => {
  test.each([
    ["(SELECT 1)", { spelling: "scalar", operand: undefined }],
    ["EXISTS (SELECT 1)", { spelling: "exists" }],
    ["a NOT IN (SELECT 1)", { spelling: "in", not: true, operand: { _tag: "ColumnRef" } }],
    ["(a, b) IN ((SELECT 1, 2))", { spelling: "in", not: false, operand: { _tag: "Row" } }],
    ["a < ALL (SELECT 1)", { spelling: "quantified", op: "<", quantifier: "all" }],
    ["a == SOME (SELECT 1)", { spelling: "quantified", op: "=", quantifier: "any" }],
    ["ARRAY(SELECT 1)", { spelling: "array" }],
  ])("%s", (sql, wanted) => {
    const [item] = queryOf(`SELECT ${sql}`).body.items
    expect(item?.expr).toMatchObject({ _tag: "SubqueryExpr", ...wanted, query: { _tag: "Query" } })
    expect(item?.expr.span).toEqual({ start: 7, end: 7 + sql.length })
  })

  test("ANY of a list", () => {
    const [item] = queryOf("SELECT a = ANY ([1, 2])").body.items
    expect(item?.expr).toMatchObject({
      _tag: "QuantifiedList",
      op: "=",
      quantifier: "any",
      list: { _tag: "ListLiteral" },
    })
  })

  test("parentheses that open together need not close together", () => {
    const [item] = queryOf("SELECT ((SELECT 1) + 2)").body.items
    expect(item?.expr).toMatchObject({ _tag: "Binary", left: { _tag: "SubqueryExpr" } })
  })
})

describe("windows", () => {
  test("keep their parts and their span", () => {
    const sql =
      "SELECT sum(a) FILTER (WHERE b) OVER (w PARTITION BY a ORDER BY b ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING) x"
    const [item] = queryOf(sql).body.items
    expect(item?.expr).toMatchObject({ _tag: "FunctionCall", name: "sum" })
    if (item?.expr._tag !== "FunctionCall") throw new Error("not a call")
    const { span } = item.expr.over ?? item.expr
    expect(item.expr.over).toMatchObject({
      base: { text: "w" },
      partitionBy: [{ _tag: "ColumnRef" }],
      orderBy: [{ expr: { _tag: "ColumnRef" } }],
      frame: { unit: "rows", start: { kind: "preceding", offset: undefined }, end: { kind: "following" } },
    })
    expect(sql.slice(span.start, span.end)).toMatch(/^OVER \(w PARTITION .* FOLLOWING\)$/)
  })
})

describe("size", () => {
  const terms = (count: number, between: string): string =>
    Array.from({ length: count }, (_, i) => `c${i}`).join(between)

  test.each([" OR ", " AND ", " + ", " || "])("10,000 terms joined by%s", (between) => {
    const [item] = queryOf(`SELECT ${terms(10_000, between)}`).body.items
    expect(item && columnsOf(item.expr)).toHaveLength(10_000)
  })

  test("50,000 items of IN and 5,000 columns", () => {
    const [item] = queryOf(`SELECT a IN (${terms(50_000, ", ")})`).body.items
    expect(item && columnsOf(item.expr)).toHaveLength(50_001)
    expect(queryOf(`SELECT ${terms(5_000, ", ")} FROM t`).body.items).toHaveLength(5_000)
  })

  test("90 levels of everything that nests", () => {
    const nested = (open: string, middle: string, close: string): string => open.repeat(90) + middle + close.repeat(90)
    for (const sql of [
      `SELECT ${nested("(", "1", ")")}`,
      `SELECT ${nested("f(", "1", ")")}`,
      `SELECT ${nested("[", "1", "]")}`,
      `SELECT ${nested("CASE WHEN a THEN ", "1", " END")}`,
      `SELECT * FROM ${nested("(SELECT * FROM ", "t", ")")}`,
    ]) {
      expect(parse(sql)).toHaveLength(1)
    }
  })
})

describe("TPC-H", () => {
  const folder = new URL("../../bench/tpch/queries/", import.meta.url)
  const files = readdirSync(folder).filter((name) => name.endsWith(".sql"))

  test("all 22 queries are there", () => {
    expect(files).toHaveLength(22)
  })

  test.each(files)("%s is read", (name) => {
    expect(parse(readFileSync(new URL(name, folder), "utf8")).map((statement) => statement._tag)).toEqual([
      "QueryStatement",
    ])
  })
})
