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

const ALIASES = of(["t", "AS t", "AS 'x'", "t(a, b)", "AS t(a,)", "t()", "AS left", "values"])
const WORDS = "UNION INTERSECT EXCEPT".split(" ")

/** Texts of queries, put together of what each clause may hold; a good part of them is no SQL. */
export const queryText = fc.letrec<{ query: string; body: string; select: string; from: string; table: string }>(
  (tie) => {
    const query = tie("query")
    const table = tie("table")
    const alias = maybe(ALIASES)
    const sample = maybe(SAMPLES.map((text) => `TABLESAMPLE ${text}`))
    const target = fc.oneof(
      EXPRESSIONS,
      fc.tuple(EXPRESSIONS, NAMES).map(([expr, name]) => `${expr} AS ${name}`),
      fc.tuple(EXPRESSIONS, NAMES).map(([expr, name]) => `${name}: ${expr}`),
    )
    const pivoted = fc.oneof(
      EXPRESSIONS,
      fc.tuple(EXPRESSIONS, list(target)).map(([expr, values]) => `${expr} IN (${values})`),
      EXPRESSIONS.map((expr) => `${expr} IN en`),
    )
    const cte = fc
      .tuple(
        NAMES,
        maybe(of(["(x)", "(x, y)", "USING KEY (x)", "(x) USING KEY (x,)"])),
        maybe(of(["MATERIALIZED", "NOT MATERIALIZED"])),
        query,
      )
      .map(([name, columns, materialized, inner]) => `${name} ${columns} AS ${materialized} (${inner})`)
    const where = maybe(EXPRESSIONS.map((expr) => `WHERE ${expr}`))
    const clauses = spaced(
      where,
      maybe(list(SETS).map((sets) => `GROUP BY ${sets}`)),
      maybe(EXPRESSIONS.map((expr) => `HAVING ${expr}`)),
      maybe(of(["WINDOW w AS (ORDER BY a)", "WINDOW w AS (), v AS (w)", "WINDOW w"])),
      maybe(EXPRESSIONS.map((expr) => `QUALIFY ${expr}`)),
      maybe(SAMPLES.map((text) => `USING SAMPLE ${text}`)),
    )
    const distinct = maybe(of(["DISTINCT", "ALL", "DISTINCT ON (a, b,)", "DISTINCT ON ()"]))
    const selectList = fc.tuple(distinct, list(target)).map(([words, items]) => `SELECT ${words} ${items}`)
    const kinds = of(
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
    const conditions = maybe(of(["ON a", "USING (a, b)", "USING (a,)", "ON a USING (b)"]))
    return {
      query: fc.oneof(
        { maxDepth: 3, depthIdentifier: "query" },
        tie("body"),
        spaced(
          maybe(fc.tuple(maybe(fc.constant("RECURSIVE")), list(cte)).map(([word, ctes]) => `WITH ${word} ${ctes}`)),
          tie("body"),
          maybe(of(["ORDER BY a", "ORDER BY ALL", "ORDER BY a DESC NULLS LAST, 2", "ORDER BY ALL, a", "ORDER BY a,"])),
          maybe(LIMITS),
        ),
      ),
      body: fc.oneof(
        { maxDepth: 3, depthIdentifier: "query" },
        tie("select"),
        query.map((inner) => `(${inner})`),
        spaced(tie("body"), of(WORDS), maybe(of(["ALL", "DISTINCT", "BY NAME", "ALL BY NAME"])), tie("body")),
        list(list(EXPRESSIONS).map((row) => `(${row})`)).map((rows) => `VALUES ${rows}`),
        of(["TABLE t", "TABLE s.t", "(DESCRIBE t)", "(SHOW TABLES)", "VALUES ()"]),
        spaced(
          table.map((each) => `PIVOT ${each}`),
          maybe(list(pivoted).map((columns) => `ON ${columns}`)),
          maybe(list(target).map((items) => `USING ${items}`)),
          maybe(of(["GROUP BY a", "GROUP BY (a, b)", "GROUP BY a + 1"])),
        ),
        spaced(
          table.map((each) => `UNPIVOT ${each}`),
          list(target).map((items) => `ON ${items}`),
          maybe(of(["INTO NAME n VALUE v", "INTO NAME n VALUES v, w", "INTO NAME n"])),
        ),
      ),
      select: fc.oneof(
        spaced(selectList, maybe(tie("from")), clauses),
        spaced(tie("from"), maybe(selectList), clauses),
      ),
      from: fc.oneof(
        table.map((each) => `FROM ${each}`),
        list(table).map((tables) => `FROM ${tables}`),
      ),
      table: fc.oneof(
        { maxDepth: 3, depthIdentifier: "query" },
        spaced(of(["t", "s.t", "'x.parquet'", "ONLY t", "t *", "c.s.t"]), alias, sample),
        NAMES.map((name) => `${name}: t`),
        spaced(
          of(["range(3)", "main.range(3)", "f(x := 1, y => 2)", "left(1)", "read_csv('a', header = true)"]),
          alias,
        ),
        spaced(of(["range(3) WITH ORDINALITY", "LATERAL range(3)", "unnest([1])"]), alias, sample),
        spaced(
          query.map((inner) => `(${inner})`),
          alias,
          sample,
        ),
        spaced(
          query.map((inner) => `LATERAL (${inner})`),
          alias,
        ),
        spaced(
          list(list(EXPRESSIONS).map((row) => `(${row})`)).map((rows) => `VALUES ${rows}`),
          alias,
        ),
        spaced(table, kinds, table, conditions),
        spaced(
          table.map((each) => `(${each})`),
          alias,
        ),
        spaced(
          table,
          fc
            .tuple(list(target), of(["a", "(a, b)", "a + 1"]), list(target))
            .map(([using, header, values]) => `PIVOT (${using} FOR ${header} IN (${values}))`),
          alias,
        ),
        spaced(
          table,
          list(target).map((items) => `UNPIVOT (v FOR n IN (${items}))`),
          alias,
        ),
        table.map((each) => `${each} AT (VERSION => 1)`),
      ),
    }
  },
).query
