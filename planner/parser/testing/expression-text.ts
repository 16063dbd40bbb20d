import * as fc from "fast-check"

const SYMBOLS = [
  ..."OR AND = <> < > <= >= == != + - * / // % ^ ** || ~ !~ ~~ !~~ ~~* ~~~ & | << >> && @> <@ ^@ <-> <=> ->>".split(
    " ",
  ),
  ...["LIKE", "NOT LIKE", "ILIKE", "NOT ILIKE", "GLOB", "SIMILAR TO", "NOT SIMILAR TO"],
  ...["IS DISTINCT FROM", "IS NOT DISTINCT FROM", "AT TIME ZONE"],
]
// Signs that touch would be one operator to DuckDB.
const PREFIXES = ["NOT ", "- ", "+ ", "~ ", "@ ", "! "]
const POSTFIXES = [
  ...[" IS NULL", " IS NOT NULL", " ISNULL", " NOTNULL", " NOT NULL", " IS TRUE", " IS NOT FALSE", " IS UNKNOWN"],
  ...["::INTEGER", "::DECIMAL(15,2)", "::VARCHAR[]", " COLLATE nocase", "[1]", "[1:2]", "[:-:2]", " IN (1, x)"],
  " NOT IN (a)",
]
const LEAVES = [
  ...[
    "a",
    "b.c",
    "1",
    "2.50",
    "1e3",
    ".5",
    "9223372036854775808",
    "'x'",
    "'it''s'",
    "TRUE",
    "NULL",
    '"A b"',
    "count(*)",
  ],
  ...["DATE '1994-01-01'", "INTERVAL '1' YEAR", "INTERVAL 3 MONTHS", "INTERVAL '1 day'", "E'a\\nb'", "[1, 2]"],
  ...[
    "{'a': 1, b: x}",
    "(a, b)",
    "CAST('1' AS INTEGER)",
    "f()",
    "lower(a)",
    "sum(DISTINCT a ORDER BY b DESC NULLS FIRST)",
  ],
  ...["sum(x) FILTER (WHERE a > 1)", "EXTRACT(YEAR FROM a)", "SUBSTRING(a FROM 1 FOR 2)", "TRIM(BOTH 'x' FROM a)"],
  ...["POSITION('a' IN b)", "COALESCE(a, 1)", "NULLIF(a, b)", "DECIMAL(10,2) '1.5'", "MAP {'k': 1}", "left(a, 1)"],
  ...[
    "TIMESTAMP WITH TIME ZONE '2020-01-01'",
    "SUBSTRING(a FOR 2)",
    "row(a)",
    "TRY_CAST(a AS DOUBLE)",
    "a == b || 'x'",
    "$$q'q$$",
  ],
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
      fc.tuple(fc.constantFrom(...PREFIXES), expr).map(([op, a]) => `${op}${a}`),
      fc.tuple(expr, fc.constantFrom(...POSTFIXES)).map(([a, op]) => `${a}${op}`),
      expr.map((a) => `(${a})`),
      expr.map((a) => `(${a}).f`),
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
