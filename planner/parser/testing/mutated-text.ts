import { readdirSync, readFileSync } from "node:fs"
import * as fc from "fast-check"
import { errorText } from "../../error-text.ts"
import { SyntaxError, UnsupportedSql } from "../../errors.ts"
import { parse } from "../parse.ts"

const folder = new URL("../../../bench/tpch/queries/", import.meta.url)

/** Statements that hold every clause and every kind of expression. */
export const STATEMENTS: readonly string[] = [
  ...readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .map((name) => readFileSync(new URL(name, folder), "utf8")),
  "FROM t SELECT DISTINCT a AS x, b::DECIMAL(15,2)[], {k: 1}, MAP {'a': [1, 2]}, x[1:-:2], (a).f, t.* EXCLUDE (a)",
  "SELECT sum(DISTINCT a ORDER BY b DESC NULLS LAST) FILTER (WHERE c) OVER (PARTITION BY d ROWS UNBOUNDED PRECEDING)",
  "EXPLAIN (FORMAT json, ANALYZE) WITH a(x) AS NOT MATERIALIZED (SELECT 1) SELECT * FROM a NATURAL FULL JOIN b, 'c.parquet' c",
  "SELECT CASE a WHEN 1 THEN TRIM(BOTH 'x' FROM y) ELSE POSITION('a' IN b) END, INTERVAL (x) DAYS, $q$ '' $q$, E'\\x41\\''",
  "SELECT a NOT BETWEEN - 1 AND b IS NOT DISTINCT FROM c, d NOT ILIKE e ESCAPE 'f', g IN (1, 2), h::STRUCT(i MAP(INT, TIME))",
  'SELECT a /* b /* c */ */ FROM "d""e" -- f\n WHERE g == h AND NOT i ORDER BY ALL LIMIT 1_000 OFFSET 2 ROWS; FROM j;',
  "WITH RECURSIVE a(n) USING KEY (n) AS (VALUES (1), (2) UNION ALL BY NAME (FROM b LIMIT 10%)) TABLE a INTERSECT TABLE s.c",
  "PIVOT (a JOIN LATERAL (SELECT 1) b ON TRUE) ON c || d, e IN (1, 2 AS f) USING sum(g), max(h) AS i GROUP BY j, k ORDER BY ALL",
  "UNPIVOT t ON (a, b), COLUMNS(* EXCLUDE c) AS d INTO NAME n VALUE v, w",
  "FROM t PIVOT (sum(a) FOR b IN (1, 2) c IN ('x') GROUP BY d) p UNPIVOT INCLUDE NULLS ((v, w) FOR n IN ((a, b) AS q)) u",
  "SELECT DISTINCT ON (a) b: c FROM d: range(3) ASOF LEFT JOIN e USING (f) GROUP BY ROLLUP (a), GROUPING SETS ((), CUBE (b)) " +
    "HAVING g WINDOW w AS (PARTITION BY h ORDER BY i RANGE BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES) " +
    "QUALIFY rank() OVER w = 1 USING SAMPLE reservoir(5 ROWS) REPEATABLE (3)",
  "FROM (DESCRIBE SELECT 1), f(x := 1) WITH ORDINALITY AS g(a INT, b TEXT[]), VALUES (1) v(a), t AT (VERSION => 1) TABLESAMPLE 10%",
  "SELECT list_transform(a, lambda x: x + 1), [y FOR y IN b IF y], c.upper(), COLUMNS('d.*'), e = ANY (FROM f), $1, #2, {'k': ?}",
]

/** Pieces that a mutation may put in: the words and marks of the grammar, and characters that begin what never ends. */
const PIECES = [
  ..."SELECT FROM WHERE GROUP BY ORDER LIMIT JOIN ON USING AS AND OR NOT IN IS NULL CASE WHEN END CAST".split(" "),
  ..."INTERVAL DATE TIMESTAMP EXISTS UNION VALUES WITH OVER FILTER ARRAY MAP STRUCT LATERAL EXPLAIN ROW".split(" "),
  ..."PIVOT UNPIVOT FOR SAMPLE TABLESAMPLE ROLLUP WINDOW QUALIFY ASOF NAME RECURSIVE DESCRIBE TABLE PERCENT".split(" "),
  ..."COLUMNS ALL BETWEEN LIKE ( ) [ ] { } , ; . : :: := => -> ->> + - * / // % ^ || < > = <> == ! ~ @ &".split(" "),
  ..."' \" $$ $a$ /* */ -- \\ # ? $1 E' x' 1 1. .5 1e 0x1f a \"b\" 'c' 日 😀 \ud800 \u0000 \u00a0".split(" "),
  "\n",
  "\t",
  "9".repeat(400),
]

/** One text a line. */
const lines = (file: string): readonly string[] =>
  readFileSync(new URL(file, import.meta.url), "utf8")
    .trim()
    .split("\n")

/** What is mutated: the statements, and the short texts that are held against DuckDB's parser, right and wrong. */
const ORIGINALS = fc.oneof(
  fc.constantFrom(...STATEMENTS),
  fc.constantFrom(...lines("queries.txt")),
  fc.constantFrom(...lines("expressions.txt")).map((text) => `SELECT ${text}`),
)

interface Mutation {
  readonly at: number
  readonly cut: number
  readonly put: string
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 12 })),
  put: fc.oneof(
    fc.constant(""),
    fc.constantFrom(...PIECES),
    fc.constantFrom(...PIECES).map((piece) => ` ${piece} `),
  ),
})

/** Statements with pieces cut out and put in. */
export const mutatedText: fc.Arbitrary<string> = fc
  .tuple(ORIGINALS, fc.array(mutation, { minLength: 1, maxLength: 3 }))
  .map(([sql, mutations]) =>
    mutations.reduce((text, { at, cut, put }) => {
      const offset = Math.floor(at * text.length)
      return text.slice(0, offset) + put + text.slice(offset + cut)
    }, sql),
  )

/** A generous bound for texts of about a kilobyte; the usual time is below a millisecond. */
const PARSE_CPU_MS_MAX = 2_000

/** The refusal of a text, undefined when it is read. Anything else that is thrown is a defect. */
function refusalOf(sql: string): SyntaxError | UnsupportedSql | undefined {
  try {
    parse(sql)
    return undefined
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof UnsupportedSql) return error
    throw error
  }
}

/**
 * Reads a text, whatever it is: it must be read or refused in a sentence that marks a place in it, and soon. Throws for
 * anything else; says whether it was refused.
 */
export function readOrRefuse(sql: string): boolean {
  const before = process.cpuUsage()
  const error = refusalOf(sql)
  const cpuMs = process.cpuUsage(before).user / 1_000
  if (cpuMs > PARSE_CPU_MS_MAX) throw new Error(`it took ${cpuMs} ms`)
  if (error === undefined) return false
  const { message, span } = error
  if (message === "" || span === undefined) throw new Error("the refusal says nothing, or not where")
  if (span.start < 0 || span.start > span.end || span.end > sql.length) throw new Error("the mark is not in the text")
  if (!errorText({ message, span }, sql).includes("error: ")) throw new Error("the refusal has no text")
  return true
}
