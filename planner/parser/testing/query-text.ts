import * as fc from "fast-check"

/** One text a line. */
const lines = (text: string): readonly string[] =>
  text
    .trim()
    .split("\n")
    .map((line) => line.trim())

const of = (texts: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...texts)

/** A part that is there or not, more often not. */
const maybe = (part: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant("") }, { weight: 1, arbitrary: part })

const joined = (separator: string, ...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((texts) => texts.filter((text) => text !== "").join(separator))

const spaced = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> => joined(" ", ...parts)

/** A list, which now and then ends with a comma. */
const list = (item: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(fc.array(item, { minLength: 1, maxLength: 3 }), fc.integer({ min: 0, max: 9 }))
    .map(([items, ending]) => items.join(", ") + (ending === 0 ? "," : ""))

const NAMES = of('a b "C d" year values rollup cube left select recursive key tables sample'.split(" "))
const EXPRESSIONS = of([
  ..."a t.b 1 'x' a+1 count(*) * t.* COLUMNS(*) (a,b) ? $1 ARRAY[1]".split(" "),
  ...lines(`
    a > 1 AND b
    sum(x) OVER w
    row_number() OVER (ORDER BY a)
    a IN (1, 2)
    grouping(a)
    CASE WHEN a THEN b END`),
])

const SETS = of(
  lines(`
    ()
    a
    (a, b)
    ROLLUP (a, b)
    CUBE (a,)
    GROUPING SETS ((a), ())
    GROUPING SETS (ROLLUP (a), CUBE (b))
    ROLLUP
    ROLLUP ()
    ALL`),
)

const SAMPLES = of(
  lines(`
    10
    10%
    10 PERCENT
    5 ROWS
    10% (bernoulli)
    10 PERCENT (system, 3)
    reservoir(5 ROWS) REPEATABLE (3)
    (10%)
    system(10
    a`),
)

const LIMITS = of(
  lines(`
    LIMIT 1
    LIMIT ALL
    LIMIT 10%
    LIMIT a % 2
    LIMIT 10 PERCENT
    LIMIT 1 OFFSET 2
    OFFSET 2 LIMIT 1
    OFFSET 2 ROWS FETCH FIRST 3 ROWS ONLY
    FETCH NEXT ROW ONLY
    OFFSET 1
    LIMIT 1 LIMIT 2
    LIMIT (SELECT 1) FOR READ ONLY`),
)

const KINDS = of(
  lines(`
    JOIN
    INNER JOIN
    LEFT JOIN
    FULL OUTER JOIN
    SEMI JOIN
    ASOF JOIN
    ASOF LEFT JOIN
    NATURAL JOIN
    NATURAL ANTI JOIN
    CROSS JOIN
    POSITIONAL JOIN
    NATURAL ASOF JOIN
    OUTER JOIN`),
)

const ORDERS = of(["ORDER BY a", "ORDER BY ALL", "ORDER BY a DESC NULLS LAST, 2", "ORDER BY ALL, a", "ORDER BY a,"])
const ALIAS = maybe(of(["t", "AS t", "AS 'x'", "t(a, b)", "AS t(a,)", "t()", "AS left", "values"]))
const TABLESAMPLE = maybe(SAMPLES.map((text) => `TABLESAMPLE ${text}`))
const CONDITION = maybe(of(["ON a", "USING (a, b)", "USING (a,)", "ON a USING (b)"]))
const VALUES = list(list(EXPRESSIONS).map((row) => `(${row})`)).map((rows) => `VALUES ${rows}`)

const TARGETS = list(
  fc.oneof(
    EXPRESSIONS,
    fc.tuple(EXPRESSIONS, NAMES).map(([expr, name]) => `${expr} AS ${name}`),
    fc.tuple(EXPRESSIONS, NAMES).map(([expr, name]) => `${name}: ${expr}`),
  ),
)

const LIST = fc
  .tuple(maybe(of(["DISTINCT", "ALL", "DISTINCT ON (a, b,)", "DISTINCT ON ()"])), TARGETS)
  .map(([words, items]) => `SELECT ${words} ${items}`)

const CLAUSES = spaced(
  maybe(EXPRESSIONS.map((expr) => `WHERE ${expr}`)),
  maybe(list(SETS).map((sets) => `GROUP BY ${sets}`)),
  maybe(EXPRESSIONS.map((expr) => `HAVING ${expr}`)),
  maybe(of(["WINDOW w AS (ORDER BY a)", "WINDOW w AS (), v AS (w)", "WINDOW w"])),
  maybe(EXPRESSIONS.map((expr) => `QUALIFY ${expr}`)),
  maybe(SAMPLES.map((text) => `USING SAMPLE ${text}`)),
)

type Text = fc.Arbitrary<string>

/** What a query holds that may hold queries: chosen less the deeper it stands. */
const DEPTH = { maxDepth: 3, depthIdentifier: "query" } as const

function withClause(query: Text): Text {
  const columns = maybe(of(["(x)", "(x, y)", "USING KEY (x)", "(x) USING KEY (x,)"]))
  const cte = fc
    .tuple(NAMES, columns, maybe(of(["MATERIALIZED", "NOT MATERIALIZED"])), query)
    .map(([name, after, materialized, inner]) => `${name} ${after} AS ${materialized} (${inner})`)
  return fc.tuple(maybe(fc.constant("RECURSIVE")), list(cte)).map(([word, ctes]) => `WITH ${word} ${ctes}`)
}

function pivots(table: Text): readonly Text[] {
  const column = fc.oneof(
    EXPRESSIONS,
    fc.tuple(EXPRESSIONS, TARGETS).map(([expr, values]) => `${expr} IN (${values})`),
    EXPRESSIONS.map((expr) => `${expr} IN en`),
  )
  const pivot = spaced(
    table.map((each) => `PIVOT ${each}`),
    maybe(list(column).map((columns) => `ON ${columns}`)),
    maybe(TARGETS.map((items) => `USING ${items}`)),
    maybe(of(["GROUP BY a", "GROUP BY (a, b)", "GROUP BY a + 1"])),
  )
  const unpivot = spaced(
    table.map((each) => `UNPIVOT ${each}`),
    TARGETS.map((items) => `ON ${items}`),
    maybe(of(["INTO NAME n VALUE v", "INTO NAME n VALUES v, w", "INTO NAME n"])),
  )
  return [pivot, unpivot]
}

function tables(query: Text, table: Text): Text {
  const pivot = fc
    .tuple(TARGETS, of(["a", "(a, b)", "a + 1"]), TARGETS)
    .map(([using, header, values]) => `PIVOT (${using} FOR ${header} IN (${values}))`)
  const calls = of(["range(3)", "main.range(3)", "f(x := 1, y => 2)", "left(1)", "read_csv('a', header = true)"])
  return fc.oneof(
    DEPTH,
    spaced(of(["t", "s.t", "'x.parquet'", "ONLY t", "t *", "c.s.t"]), ALIAS, TABLESAMPLE),
    NAMES.map((name) => `${name}: t`),
    spaced(calls, ALIAS),
    spaced(of(["range(3) WITH ORDINALITY", "LATERAL range(3)", "unnest([1])"]), ALIAS, TABLESAMPLE),
    spaced(
      query.map((inner) => `(${inner})`),
      ALIAS,
      TABLESAMPLE,
    ),
    spaced(
      query.map((inner) => `LATERAL (${inner})`),
      ALIAS,
    ),
    spaced(VALUES, ALIAS),
    spaced(table, KINDS, table, CONDITION),
    spaced(
      table.map((each) => `(${each})`),
      ALIAS,
    ),
    spaced(table, pivot, ALIAS),
    spaced(
      table,
      TARGETS.map((items) => `UNPIVOT (v FOR n IN (${items}))`),
      ALIAS,
    ),
    table.map((each) => `${each} AT (VERSION => 1)`),
  )
}

function bodies(query: Text, body: Text, table: Text): Text {
  const from = fc.oneof(table, list(table)).map((each) => `FROM ${each}`)
  return fc.oneof(
    DEPTH,
    spaced(LIST, maybe(from), CLAUSES),
    spaced(from, maybe(LIST), CLAUSES),
    query.map((inner) => `(${inner})`),
    spaced(body, of(["UNION", "INTERSECT", "EXCEPT"]), maybe(of(["ALL", "DISTINCT", "BY NAME", "ALL BY NAME"])), body),
    VALUES,
    of(["TABLE t", "TABLE s.t", "(DESCRIBE t)", "(SHOW TABLES)", "VALUES ()"]),
    ...pivots(table),
  )
}

/** Texts of queries, put together of what each clause may hold; a good part of them is no SQL. */
export const queryText = fc.letrec<{ query: string; body: string; table: string }>((tie) => {
  const [query, body, table] = [tie("query"), tie("body"), tie("table")]
  return {
    query: fc.oneof(DEPTH, body, spaced(maybe(withClause(query)), body, maybe(ORDERS), maybe(LIMITS))),
    body: bodies(query, body, table),
    table: tables(query, table),
  }
}).query
