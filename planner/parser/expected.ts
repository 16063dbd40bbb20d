import type { IParserErrorMessageProvider, TokenType } from "chevrotain"
import * as T from "./tokens.ts"

/** Between the alternatives of one message; no alternative holds it. */
export const SEPARATOR = "\u001f"

/**
 * What was expected, in words of the dialect. Chevrotain's own sentences list token types; these are only the
 * alternatives, most useful first, and `syntax-error.ts` makes the sentence.
 */
export const expectedWords: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, ruleName }) => alternatives(expected, ruleName).join(SEPARATOR),
  buildNotAllInputParsedMessage: () => "",
  buildNoViableAltMessage: ({ expectedPathsPerAlt, customUserDescription }) =>
    customUserDescription ?? firstWords(expectedPathsPerAlt.flat()),
  buildEarlyExitMessage: ({ expectedIterationPaths, customUserDescription }) =>
    customUserDescription ?? firstWords(expectedIterationPaths),
}

function firstWords(paths: readonly TokenType[][]): string {
  const names = paths.flatMap((path) => (path[0] === undefined ? [] : [wordFor(path[0])]))
  return [...new Set(names)].join(SEPARATOR)
}

/** In which rules a closing token follows an expression that could also go on. */
const LISTS = new Set(["call", "inItems", "parenthesised", "listLiteral", "structLiteral", "mapLiteral", "nameList"])
const AFTER_EXPRESSION = new Set([...LISTS, "subscript", "castCall", "filterClause", "quantified"])

function alternatives(expected: TokenType, ruleName: string): readonly string[] {
  const word = wordFor(expected)
  if (expected === T.K.End) return ["WHEN", "ELSE", "END", "an operator"]
  if (expected === T.K.Then) return ["THEN", "an operator"]
  if (expected === T.RParen || expected === T.RBracket || expected === T.RBrace) {
    return [
      word,
      ...(LISTS.has(ruleName) ? ['","'] : []),
      ...(AFTER_EXPRESSION.has(ruleName) && ruleName !== "nameList" ? ["an operator"] : []),
    ]
  }
  return [word]
}

const WORDS: ReadonlyMap<TokenType, string> = new Map([
  [T.ColumnName, "a name"],
  [T.FunctionName, "a function"],
  [T.TypeWord, "a type"],
  [T.BareAlias, "a name"],
  [T.Label, "a name"],
  [T.Text, "a string"],
  [T.Integer, "a number"],
  [T.NumberText, "a number"],
  [T.InfixOperator, "an operator"],
  [T.PrefixOperator, "an expression"],
])

const PUNCTUATION: ReadonlyMap<TokenType, string> = new Map([
  [T.LParen, '"("'],
  [T.RParen, '")"'],
  [T.LBracket, '"["'],
  [T.RBracket, '"]"'],
  [T.LBrace, '"{"'],
  [T.RBrace, '"}"'],
  [T.Comma, '","'],
  [T.Semicolon, '";"'],
  [T.Dot, '"."'],
  [T.Colon, '":"'],
  [T.Star, '"*"'],
])

function wordFor(type: TokenType): string {
  return WORDS.get(type) ?? PUNCTUATION.get(type) ?? type.name
}
