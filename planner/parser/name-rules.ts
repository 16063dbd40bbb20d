import { EmbeddedActionsParser, EOF, type IToken, type ParserMethod, type TokenType } from "chevrotain"
import type { Identifier } from "../ast/expression.ts"
import type { Span } from "../ast/span.ts"
import { expectedWords } from "./expected.ts"
import { textOf } from "./text-literal.ts"
import * as T from "./tokens.ts"
import { type Clause, NESTING_MAX } from "./parser-state.ts"
import { unsupported } from "./unsupported.ts"

export type Rule<R> = ParserMethod<[], R>

/** What follows the last item of a list. */
const LIST_ENDS: ReadonlySet<TokenType> = new Set([
  T.RParen,
  T.RBracket,
  T.RBrace,
  T.Semicolon,
  EOF,
  T.K.From,
  T.K.Where,
  T.K.Group,
  T.K.Having,
  T.K.Window,
  T.K.Qualify,
  T.K.Using,
  T.K.Union,
  T.K.Intersect,
  T.K.Except,
  T.K.Order,
  T.K.Limit,
  T.K.Offset,
  T.K.Fetch,
  T.K.For,
  T.K.Into,
])

/**
 * The parser is one class in layers, each a file: names and types, expressions, calls, operands, FROM, queries,
 * statements. Chevrotain runs every rule once to record its grammar, so whatever looks at tokens stands in ACTION or
 * GATE.
 */
export abstract class NameRules extends EmbeddedActionsParser {
  /** How many expressions and queries are open: each costs stack. */
  protected nesting = 0
  /** What the query has got to, so that an error can say what may follow. */
  clause: Clause = "statement"
  /** What the query that was closed last had got to: a missing parenthesis shows only after it. */
  innerClause: Clause = "statement"

  constructor(skipValidations: boolean) {
    super(T.TOKENS, { maxLookahead: 1, skipValidations, errorMessageProvider: expectedWords })
  }

  /** Forgets what an earlier, failed text left behind. */
  begin(tokens: IToken[]): void {
    this.input = tokens
    this.nesting = 0
    this.clause = "statement"
  }

  protected enter(): void {
    if (++this.nesting > NESTING_MAX) {
      throw unsupported(
        `Expressions and subqueries nested more than ${NESTING_MAX} levels deep are not supported.`,
        T.spanOf(this.LA(1)),
        "join long lists of conditions with AND and OR without nesting them, or use WITH",
      )
    }
  }

  protected leave(): void {
    this.nesting--
  }

  protected next(type: TokenType, ahead = 1): boolean {
    return this.LA(ahead).tokenType === type
  }

  /** Whether the token is a word that may stand for `category`. */
  protected nextIs(category: TokenType, ahead = 1): boolean {
    const found = this.LA(ahead).tokenType
    return found === category || (found.CATEGORIES ?? []).includes(category)
  }

  protected word(ahead = 1): string {
    return this.LA(ahead).image.toUpperCase()
  }

  /** Whether an item follows the comma that comes next: DuckDB lets most lists end with a comma. */
  protected anotherItem(): boolean {
    return !LIST_ENDS.has(this.LA(2).tokenType)
  }

  /** From a first token to the last one that was consumed. */
  protected spanFrom(start: number): Span {
    return { start, end: T.spanOf(this.LA(0)).end }
  }

  readonly columnName: Rule<Identifier> = this.RULE("columnName", () => {
    const token = this.CONSUME(T.ColumnName)
    return this.ACTION(() => T.identifierOf(token))
  })

  /** A name where DuckDB also takes a string: aliases, columns of USING. */
  readonly nameOrText: Rule<Identifier> = this.RULE("nameOrText", () =>
    this.OR({
      ERR_MSG: "a name",
      DEF: [
        { ALT: () => this.SUBRULE(this.columnName) },
        {
          ALT: () => {
            const token = this.CONSUME(T.Text)
            return this.ACTION(() => ({ text: textOf(token), quoted: true, span: T.spanOf(token) }))
          },
        },
      ],
    }),
  )

  /** `(a, b)`, a comma may end it. */
  readonly nameList: Rule<readonly Identifier[]> = this.RULE("nameList", () => {
    const names: Identifier[] = []
    this.CONSUME(T.LParen)
    names.push(this.SUBRULE(this.nameOrText))
    this.MANY({
      GATE: () => this.anotherItem(),
      DEF: () => {
        this.CONSUME(T.Comma)
        names.push(this.SUBRULE2(this.nameOrText))
      },
    })
    this.OPTION(() => this.CONSUME2(T.Comma))
    this.CONSUME(T.RParen)
    return names
  })
}
