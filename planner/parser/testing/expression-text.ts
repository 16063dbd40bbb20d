import * as fc from "fast-check"

/** One text a line. */
const lines = (text: string): readonly string[] =>
  text
    .trim()
    .split("\n")
    .map((line) => line.trim())

const SYMBOLS = [
  ..."OR AND = <> < > <= >= == != + - * / // % ^ ** || ~ !~ ~~ !~~ ~~* ~~~ & | << >> && @> <@ ^@".split(" "),
  ..."<-> <=> ->> LIKE ILIKE GLOB".split(" "),
  ...lines(`
    NOT LIKE
    NOT ILIKE
    SIMILAR TO
    NOT SIMILAR TO
    IS DISTINCT FROM
    IS NOT DISTINCT FROM
    AT TIME ZONE`),
]

// Signs that touch would be one operator to DuckDB.
const PREFIXES = ["NOT", "-", "+", "~", "@", "!"]

const POSTFIXES = [
  ..."ISNULL NOTNULL ::INTEGER ::DECIMAL(15,2) ::VARCHAR[] [1] [1:2] [:-:2]".split(" "),
  ...lines(`
    IS NULL
    IS NOT NULL
    NOT NULL
    IS TRUE
    IS NOT FALSE
    IS UNKNOWN
    COLLATE nocase
    IN (1, x)
    NOT IN (a)
    = ANY (l)
    <> ALL ([1, 2])
    NOT IN l
    AT TIME ZONE 'UTC'
    !
    <<`),
]

const LEAVES = [
  ..."a b.c 1 -1 -a +2 2.50 1e3 .5 1_000 9223372036854775808 'x' 'it''s' TRUE NULL count(*) f() lower(a)".split(" "),
  ...lines(String.raw`
    "A b"
    DATE '1994-01-01'
    TIMESTAMP WITH TIME ZONE '2020-01-01'
    DECIMAL(10,2) '1.5'
    INTERVAL '1' YEAR
    INTERVAL 3 MONTHS
    INTERVAL '1 day'
    E'a\nb\x41'
    $$q'q$$
    [1, 2]
    {'a': 1, b: x}
    MAP {'k': 1}
    (a, b)
    row(a)
    CAST('1' AS INTEGER)
    TRY_CAST(a AS DOUBLE)
    sum(DISTINCT a ORDER BY b DESC NULLS FIRST)
    sum(x) FILTER (WHERE a > 1)
    EXTRACT(YEAR FROM a)
    SUBSTRING(a FROM 1 FOR 2)
    SUBSTRING(a FOR 2)
    TRIM(BOTH 'x' FROM a)
    POSITION('a' IN b)
    COALESCE(a, 1)
    NULLIF(a, b)
    left(a, 1)
    a == b || 'x'
    N'a'
    $2
    #1
    f(* EXCLUDE (a), 1)
    (t.* EXCLUDE (a, t.b) REPLACE (c + 1 AS d) RENAME (e AS f))
    (COLUMNS('a.*'))
    [COLUMNS(c -> c LIKE 'a%')]
    coalesce(*COLUMNS(*))
    GROUPING(a, b)
    sum(a) OVER w
    sum(DISTINCT a) FILTER (WHERE b) OVER (PARTITION BY a + 1 ORDER BY b DESC ROWS 1 PRECEDING EXCLUDE TIES)
    lag(a, 1 IGNORE NULLS) OVER (RANGE BETWEEN CURRENT ROW AND INTERVAL 1 DAY FOLLOWING)
    quantile_cont(0.5) WITHIN GROUP (ORDER BY a)
    f(x := 1, y => a)
    f(lambda x, y: x + y OR z)
    f((x, y) -> x + y, 1)
    [x + 1 FOR x, i IN l]
    [x FOR x IN l IF x > 1 OR y]
    main.f(1)[2].g
    a::main.mood
    main.mood 'x'
    a::ENUM('x', 'it''s')
    ARRAY[1, 2][1]
    a::UNION(k INTEGER, v VARCHAR)[3]
    a[1:2].b
    TRY(a)`),
]

/** Texts without needless parentheses, so that precedence decides; not all of them are SQL. */
export const expressionText = fc.letrec<{ expr: string }>((tie) => {
  const expr = tie("expr")
  return {
    expr: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom(...LEAVES),
      fc.tuple(expr, fc.constantFrom(...SYMBOLS), expr).map(([a, op, b]) => `${a} ${op} ${b}`),
      fc.tuple(expr, fc.constantFrom(...SYMBOLS), expr).map(([a, op, b]) => `${a} ${op} ${b}`),
      fc.tuple(fc.constantFrom(...PREFIXES), expr).map(([op, a]) => `${op} ${a}`),
      fc.tuple(expr, fc.constantFrom(...POSTFIXES)).map(([a, op]) => `${a} ${op}`),
      expr.map((a) => `(${a})`),
      expr.map((a) => `(${a}).f`),
      fc.tuple(expr, expr).map(([a, b]) => `(${a}).f(${b})`),
      fc.tuple(expr, expr).map(([a, b]) => `(${a}) OPERATOR(*) (${b})`),
      fc.tuple(expr, expr).map(([a, b]) => `MAP {${a}: ${b}}`),
      fc.tuple(expr, expr).map(([a, b]) => `f(x -> ${a}, ${b})`),
      fc.tuple(expr, expr).map(([a, b]) => `sum(${a}) OVER (ORDER BY ${b})`),
      fc
        .tuple(expr, fc.constantFrom("", "NOT "), expr, expr)
        .map(([a, not, b, c]) => `${a} ${not}BETWEEN ${b} AND ${c}`),
      fc.tuple(expr, expr, expr).map(([a, b, c]) => `CASE WHEN ${a} THEN ${b} ELSE ${c} END`),
      fc.tuple(expr, expr, expr).map(([a, b, c]) => `CASE ${a} WHEN ${b} THEN ${c} END`),
      fc.tuple(expr, expr).map(([a, b]) => `f(${a}, ${b})`),
      fc.tuple(expr, expr, expr).map(([a, b, c]) => `${a} LIKE ${b} ESCAPE ${c}`),
      fc.tuple(expr, expr, expr).map(([a, b, c]) => `${a} IN (${b}, ${c})`),
      fc.tuple(expr, expr).map(([a, b]) => `${a} IN ${b}`),
      expr.map((a) => `INTERVAL (${a}) DAY`),
      fc.tuple(expr, expr).map(([a, b]) => `(${a})[${b}]`),
      fc.tuple(expr, expr).map(([a, b]) => `POSITION(${a} IN ${b})`),
    ),
  }
}).expr
