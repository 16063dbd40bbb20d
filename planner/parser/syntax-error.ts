import { EOF, type IRecognitionException, type IToken, type TokenType } from "chevrotain"
import { SyntaxError } from "../errors.ts"
import { SEPARATOR } from "./expected.ts"
import { isKeyword, keywordClass } from "./keywords.ts"
import { nearestName } from "./nearest.ts"
import type { Clause } from "./parser-state.ts"
import * as T from "./tokens.ts"

/** More alternatives than this are not read. */
const ALTERNATIVES_MAX = 5

/** How much of a long token an error shows. */
const FOUND_CHARACTERS_MAX = 40

/** What may follow a query that has got to a clause, most useful first. */
const AFTER_CLAUSE: Readonly<Record<Clause, readonly string[]>> = {
  statement: ["SELECT", "FROM", "WITH", "EXPLAIN"],
  with: ['","', "SELECT"],
  select: ['","', "FROM", "WHERE", "GROUP BY", "ORDER BY"],
  from: ['","', "JOIN", "WHERE", "GROUP BY", "ORDER BY"],
  where: ["AND", "OR", "GROUP BY", "ORDER BY", "LIMIT"],
  group: ['","', "HAVING", "ORDER BY", "LIMIT"],
  having: ["AND", "OR", "ORDER BY", "LIMIT"],
  order: ['","', "ASC", "DESC", "LIMIT", "OFFSET"],
  limit: ["OFFSET", '";"'],
}

/** Words that people misspell where a query goes on. */
const CLAUSE_WORDS: readonly (readonly [string, string])[] = [
  ["FROM", "FROM"],
  ["WHERE", "WHERE"],
  ["GROUP", "GROUP BY"],
  ["HAVING", "HAVING"],
  ["ORDER", "ORDER BY"],
  ["LIMIT", "LIMIT"],
  ["OFFSET", "OFFSET"],
  ["JOIN", "JOIN"],
  ["INNER", "INNER JOIN"],
  ["LEFT", "LEFT JOIN"],
  ["RIGHT", "RIGHT JOIN"],
  ["CROSS", "CROSS JOIN"],
  ["SELECT", "SELECT"],
  ["BETWEEN", "BETWEEN"],
  ["LIKE", "LIKE"],
  ["USING", "USING"],
  ["DISTINCT", "DISTINCT"],
  ["THEN", "THEN"],
  ["WHEN", "WHEN"],
  ["ELSE", "ELSE"],
  ["AND", "AND"],
  ["FILTER", "FILTER (WHERE …)"],
  ["OVER", "OVER (…)"],
  ["EXCLUDE", "EXCLUDE (…)"],
]

export interface ParseState {
  readonly tokens: readonly IToken[]
  readonly clause: Clause
  readonly innerClause: Clause
}

/** Chevrotain's complaint as one sentence: what was expected, what was found, and a guess at a misspelt word. */
export function syntaxError(error: IRecognitionException, state: ParseState): SyntaxError {
  const index = error.token.tokenType === EOF ? state.tokens.length : state.tokens.indexOf(error.token)
  const expected = expectations(error, state)
  const message = `syntax error: expected ${listed(expected)}, found ${foundText(error.token)}`
  const span = spanOfFound(error.token, state)
  const hint = misspelt(state.tokens, index) ?? unquoted(error.token, expected, state)
  return new SyntaxError(hint === undefined ? { message, span } : { message, span, hint })
}

function expectations(error: IRecognitionException, { clause, innerClause }: ParseState): readonly string[] {
  const given = error.message.split(SEPARATOR).filter((word) => word !== "")
  if (given.length === 0) {
    return AFTER_CLAUSE[clause]
  }
  // After a complete clause the parser only misses what closes the subquery, but more of the query could follow.
  const rule = error.context.ruleStack.at(-1) ?? ""
  return given[0] === '")"' && QUERY_ENDS.has(rule) ? [...given, ...AFTER_CLAUSE[innerClause]] : given
}

/** Rules in which a closing parenthesis ends a query or a FROM. */
const QUERY_ENDS = new Set(["cte", "parenthesisedFrom", "wrappedQuery", "exists"])

function listed(words: readonly string[]): string {
  const shown = [...new Set(words)].slice(0, ALTERNATIVES_MAX)
  const last = shown.pop() ?? "the end of the statement"
  return shown.length === 0 ? last : `${shown.join(", ")} or ${last}`
}

function foundText(token: IToken): string {
  if (token.tokenType === EOF) return "the end of the statement"
  const { image } = token
  const short = image.length > FOUND_CHARACTERS_MAX ? `${image.slice(0, FOUND_CHARACTERS_MAX)}…` : image
  return image.startsWith('"') || image.startsWith("'") ? short : `"${short}"`
}

/** The end of the text has no characters: the span is empty, just after the last token. */
function spanOfFound(token: IToken, { tokens }: ParseState): { readonly start: number; readonly end: number } {
  if (token.tokenType !== EOF) return T.spanOf(token)
  const last = tokens.at(-1)
  const end = last === undefined ? 0 : T.spanOf(last).end
  return { start: end, end }
}

/** After these a word is a name, however much it looks like a keyword: FROM orders. */
const NAME_FOLLOWS: ReadonlySet<TokenType> = new Set([
  T.K.From,
  T.K.Join,
  T.K.As,
  T.K.Select,
  T.K.By,
  T.Comma,
  T.Dot,
  T.LParen,
])

/**
 * `SELECT a FORM t`: FORM was taken for an alias, and the error comes one token late. So the word that was found and
 * the one before it are compared with the words that could have stood there.
 */
function misspelt(tokens: readonly IToken[], index: number): string | undefined {
  const before = tokens[index - 2]
  const named = before !== undefined && NAME_FOLLOWS.has(before.tokenType)
  for (const token of [tokens[index], named ? undefined : tokens[index - 1]]) {
    if (token === undefined || token.tokenType !== T.Name || token.image.length < 3) continue
    const nearest = nearestName(
      token.image,
      CLAUSE_WORDS.map(([word]) => word),
    )
    const meant = CLAUSE_WORDS.find(([word]) => word === nearest)?.[1]
    if (meant !== undefined) return `did you mean ${meant} instead of "${token.image}"?`
  }
  return undefined
}

/** Words that begin or join clauses: where they are found, something is missing before them. */
const STRUCTURE = new Set(
  (
    "SELECT FROM WHERE GROUP HAVING ORDER LIMIT OFFSET UNION EXCEPT INTERSECT WITH ON USING JOIN AS AND OR NOT IN IS LIKE " +
    "ILIKE BETWEEN WHEN THEN ELSE END ASC DESC CASE DISTINCT ALL"
  ).split(" "),
)

/** Keywords that were meant as names, and paths that were not written in quotes. */
function unquoted(token: IToken, expected: readonly string[], { clause }: ParseState): string | undefined {
  if (clause === "from" && (token.image === "/" || token.image === "*")) {
    return "a path is written in quotes: FROM 'data/lineitem.parquet'"
  }
  if (
    clause === "select" &&
    expected[0] === '","' &&
    isKeyword(token.image) &&
    !STRUCTURE.has(token.image.toUpperCase())
  ) {
    return `${token.image} is a keyword: write AS ${token.image} if it is an alias`
  }
  const kind = keywordClass(token.image)
  const wanted = expected[0] === "an expression" || expected[0] === "a name" || expected[0] === "a table"
  if (!wanted || kind === "unreserved" || STRUCTURE.has(token.image.toUpperCase())) return undefined
  return `${token.image} is a keyword: write "${token.image}" if it is a name`
}
