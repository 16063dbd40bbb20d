import { EOF, type IToken, type ParserMethod, type TokenType } from "chevrotain"
import type { Identifier, TypeName } from "../ast/expression.ts"
import type { NamedExpr, Query } from "../ast/query.ts"
import { spanning } from "../ast/span.ts"
import { SyntaxError } from "../errors.ts"
import { checkDepth } from "./depth.ts"
import type { Rule } from "./name-rules.ts"
import { type Piece, resolveOperators } from "./resolve-operators.ts"
import { textOf } from "./text-literal.ts"
import * as T from "./tokens.ts"
import { TypeRules } from "./type-rules.ts"

/** A rule that adds what it reads to the pieces of an expression. */
export type Pieces = ParserMethod<[Piece[]?], void>

/** Operands and what may follow them; what binds to what is decided afterwards, in `resolve-operators.ts`. */
export abstract class ExpressionRules extends TypeRules {
  protected abstract readonly query: Rule<Query>
  /** Everything that an operator can stand next to: literals, names, calls, parentheses. */
  protected abstract readonly primary: Rule<NamedExpr>
  protected abstract readonly operator: Pieces
  protected abstract readonly symbolOperator: Pieces
  protected abstract readonly namedOperator: Pieces
  protected abstract readonly castOrCollate: Pieces
  protected abstract readonly isTest: Pieces
  /** The arguments of `(x).f(…)`. */
  protected abstract readonly method: ParserMethod<[IToken | undefined, NamedExpr | undefined], NamedExpr>
  /** How many expressions are open within the query that is read. */
  protected expressionNesting = 0
  /** Whether the expression that was read last is one operand, without operators around it. */
  protected endedAsOperand = false

  override begin(tokens: IToken[]): void {
    super.begin(tokens)
    this.expressionNesting = 0
  }

  readonly expression: Rule<NamedExpr> = this.RULE("expression", () => {
    const pieces: Piece[] = []
    const first = this.LA(1)
    this.ACTION(() => {
      this.enter()
      this.expressionNesting++
    })
    this.SUBRULE(this.operand, { ARGS: [pieces] })
    this.MANY(() => this.SUBRULE(this.operator, { ARGS: [pieces] }))
    return this.ACTION(() => {
      this.leave()
      this.endedAsOperand = pieces.length === 1
      const expr = resolveOperators(pieces)
      if (--this.expressionNesting === 0) checkDepth(expr, T.spanOf(this.LA(0)).end - first.startOffset)
      return expr
    })
  })

  /** What may stand where IN or AND would end the expression: POSITION(a IN b). */
  protected readonly plainExpression: Rule<NamedExpr> = this.RULE("plainExpression", () => {
    const pieces: Piece[] = []
    this.ACTION(() => this.enter())
    this.SUBRULE(this.operand, { ARGS: [pieces] })
    this.MANY(() =>
      this.OR([
        { ALT: () => this.SUBRULE(this.symbolOperator, { ARGS: [pieces] }) },
        { GATE: () => this.next(T.LParen, 2), ALT: () => this.SUBRULE(this.namedOperator, { ARGS: [pieces] }) },
        { ALT: () => this.SUBRULE(this.castOrCollate, { ARGS: [pieces] }) },
        { ALT: () => this.SUBRULE(this.isTest, { ARGS: [pieces] }) },
      ]),
    )
    return this.ACTION(() => {
      this.leave()
      return resolveOperators(pieces)
    })
  })

  protected readonly operand = this.RULE("operand", (pieces: Piece[] = []) => {
    this.MANY(() => {
      const token = this.OR([{ ALT: () => this.CONSUME(T.PrefixOperator) }, { ALT: () => this.CONSUME(T.K.Not) }])
      this.ACTION(() => pieces.push({ _tag: "prefix", op: T.operatorName(token), span: T.spanOf(token) }))
    })
    const first = this.LA(1).tokenType
    let expr = this.SUBRULE(this.primary)
    const after = this.ACTION(() => accessAfter(expr, first))
    this.MANY2({
      GATE: () => after !== "none",
      DEF: () => {
        const next = this.SUBRULE(this.access, { ARGS: [expr, after] })
        this.ACTION(() => {
          expr = next
        })
      },
    })
    this.ACTION(() => pieces.push({ _tag: "operand", expr }))
  })

  /** `.name`, `.f(x)`, `[i]`, `[from:to:step]` after an operand. A column's own dots are read with its name. */
  protected readonly access = this.RULE("access", (input?: NamedExpr, after: Access = "any"): NamedExpr =>
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.Dot)
          const name = this.CONSUME(T.Label, { ERR_MSG: "the name of a field" })
          return this.OR2([
            { GATE: () => after === "any", ALT: () => this.SUBRULE(this.method, { ARGS: [name, input] }) },
            { ALT: () => this.ACTION(() => field(input, T.identifierOf(name))) },
          ])
        },
      },
      { ALT: () => this.SUBRULE(this.subscript, { ARGS: [input] }) },
    ]),
  )

  private readonly subscript = this.RULE("subscript", (input?: NamedExpr): NamedExpr => {
    let from: NamedExpr | undefined
    let to: NamedExpr | undefined
    let step: NamedExpr | undefined
    let slice = false
    this.CONSUME(T.LBracket)
    this.OPTION({
      GATE: () => !this.next(T.Colon),
      DEF: () => {
        from = this.SUBRULE(this.expression)
      },
    })
    this.OPTION2(() => {
      this.CONSUME(T.Colon)
      slice = true
      this.OR([
        // `[a:-:2]`: the minus stands for an absent end.
        { GATE: () => this.next(T.Colon, 2), ALT: () => this.CONSUME(T.Minus) },
        {
          GATE: () => !this.next(T.Colon) && !this.next(T.RBracket),
          ALT: () => {
            to = this.SUBRULE2(this.expression)
          },
        },
        { ALT: () => undefined },
      ])
      this.OPTION3(() => {
        this.CONSUME2(T.Colon)
        this.OPTION4(() => {
          step = this.SUBRULE3(this.expression)
        })
      })
    })
    const close = this.CONSUME(T.RBracket)
    return this.ACTION(() => {
      if (!slice && from === undefined) {
        throw new SyntaxError({ message: 'syntax error: expected an expression, found "]"', span: T.spanOf(close) })
      }
      const bounds = { slice, from, to, step }
      return { _tag: "Subscript", input: given(input), ...bounds, span: spanning(given(input).span, T.spanOf(close)) }
    })
  })

  /** Whether an operand can begin here: an operator without one is a postfix operator. */
  protected startsOperand(): boolean {
    if (OPERATOR_WORDS.has(this.LA(1).tokenType)) return false
    if (this.nextIs(T.ColumnName)) return true
    // `a || NOT NULL` is `(a ||) IS NOT NULL` to DuckDB.
    if (this.next(T.K.Not)) return !AFTER_NOT.has(this.LA(2).tokenType)
    if (this.nextIs(T.FunctionName) || this.nextIs(T.TypeWord)) return this.next(T.LParen, 2) || this.nextIs(T.Text, 2)
    const { tokenType } = this.LA(1)
    return OPERAND_STARTS.has(tokenType) || [T.PrefixOperator, T.Text, T.NumberText].some((each) => this.nextIs(each))
  }

  /**
   * Whether the tokens from `ahead` on are a query and not an expression. Parentheses that open with it may close
   * before its end: `((SELECT 1) UNION SELECT 2)` is a query, `((SELECT 1) + 2)` is not.
   */
  protected startsQuery(ahead = 1): boolean {
    let first = ahead
    while (this.next(T.LParen, first)) first++
    if (!QUERY_WORDS.has(this.word(first)) || this.next(T.QuotedName, first)) return false
    if (this.word(first) === "VALUES" && !this.next(T.LParen, first + 1)) return false
    let at = first
    for (let open = first - ahead; open > 0; open--) {
      at = this.afterClosing(at)
      if (!this.next(T.RParen, at) && !AFTER_QUERY.has(this.word(at))) return false
    }
    return true
  }

  /** The place after the parenthesis that closes the one which is open at `ahead`. */
  private afterClosing(ahead: number): number {
    let at = ahead
    for (let open = 1; open > 0 && !this.next(EOF, at); at++) {
      if (this.next(T.LParen, at)) open++
      else if (this.next(T.RParen, at)) open--
    }
    return at
  }

  /** `TIMESTAMP '…'`, `DECIMAL(15,2) '…'`: a type, then a string. */
  protected readonly typedLiteral: Rule<NamedExpr> = this.RULE("typedLiteral", () => {
    const type: TypeName = this.SUBRULE(this.typeName)
    const token = this.CONSUME(T.Text)
    return this.ACTION((): NamedExpr => {
      const span = spanning(type.span, T.spanOf(token))
      return { _tag: "TypedLiteral", type, text: textOf(token), span }
    })
  })
}

/** What may follow an operand directly: fields and subscripts, calls after a dot too, or nothing. */
export type Access = "any" | "fields" | "none"

/** DuckDB's own rules: only what is not a name or a constant can have a function called after its dot. */
export function accessAfter(expr: NamedExpr, first: TokenType): Access {
  if (first === T.LParen) return expr._tag === "SubqueryExpr" ? "fields" : "any"
  switch (expr._tag) {
    case "ColumnRef":
      return "fields"
    case "Literal":
      return expr.kind === "string" ? "fields" : "none"
    case "SubqueryExpr":
      return expr.spelling === "array" ? "any" : "none"
    case "TypedLiteral":
    case "IntervalLiteral":
    case "Star":
    case "ColumnsCall":
    case "Grouping":
    case "Default":
    case "Lambda":
      return "none"
    default:
      return "any"
  }
}

const OPERAND_STARTS: ReadonlySet<TokenType> = new Set([
  T.LParen,
  T.LBracket,
  T.LBrace,
  T.NationalText,
  T.BitText,
  T.Parameter,
  T.PositionalReference,
  T.Star,
  T.K.True,
  T.K.False,
  T.K.Null,
  T.K.Case,
  T.K.Cast,
  T.K.Array,
  T.K.Lambda,
  T.K.Default,
])

/** Words that may be names, but go on with an expression where they can. */
const OPERATOR_WORDS: ReadonlySet<TokenType> = new Set([
  T.K.Between,
  T.K.Escape,
  T.K.Glob,
  T.K.Ilike,
  T.K.Is,
  T.K.Isnull,
  T.K.Like,
  T.K.Notnull,
  T.K.Similar,
])

/** What NOT stands before when it follows an operand. */
const AFTER_NOT: ReadonlySet<TokenType> = new Set([T.K.Null, T.K.Like, T.K.Ilike, T.K.Similar, T.K.Between, T.K.In])

/** Words that begin a query; VALUES only before a parenthesis. */
const QUERY_WORDS: ReadonlySet<string> = new Set(
  "SELECT FROM WITH VALUES TABLE PIVOT PIVOT_WIDER UNPIVOT PIVOT_LONGER DESCRIBE DESC SHOW SUMMARIZE".split(" "),
)

/** Words that go on after a query in parentheses. */
const AFTER_QUERY: ReadonlySet<string> = new Set("UNION EXCEPT INTERSECT ORDER LIMIT OFFSET FETCH".split(" "))

function field(input: NamedExpr | undefined, name: Identifier): NamedExpr {
  return { _tag: "Field", input: given(input), name, span: spanning(given(input).span, name.span) }
}

/** Rules are called without arguments only while the grammar is recorded, where nothing is built. */
export function given<A>(value: A | undefined): A {
  if (value === undefined) throw new TypeError("A grammar rule was called without its argument.")
  return value
}
