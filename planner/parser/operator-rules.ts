import type { IToken } from "chevrotain"
import type { NamedExpr, Query } from "../ast/query.ts"
import { type Span, spanning } from "../ast/span.ts"
import { SyntaxError } from "../errors.ts"
import { SEPARATOR } from "./expected.ts"
import { accessAfter, ExpressionRules, given, type Pieces } from "./expression-rules.ts"
import type { Rule } from "./name-rules.ts"
import { bindingOf, isOther, LEVEL } from "./precedence.ts"
import { call, type Piece, subquery } from "./resolve-operators.ts"
import * as T from "./tokens.ts"
import { unsupported } from "./unsupported.ts"

/** Operators between operands, with what follows them. */
export abstract class OperatorRules extends ExpressionRules {
  /** One operator with what follows it, an operand or not. */
  protected readonly operator: Pieces = this.RULE("operator", (pieces: Piece[] = []) => {
    this.OR([
      { ALT: () => this.SUBRULE(this.symbolOperator, { ARGS: [pieces] }) },
      { GATE: () => this.next(T.LParen, 2), ALT: () => this.SUBRULE(this.namedOperator, { ARGS: [pieces] }) },
      { ALT: () => this.SUBRULE(this.wordOperator, { ARGS: [pieces] }) },
      { ALT: () => this.SUBRULE(this.isTest, { ARGS: [pieces] }) },
      { ALT: () => this.SUBRULE(this.castOrCollate, { ARGS: [pieces] }) },
      { ALT: () => this.SUBRULE(this.negatable, { ARGS: [pieces] }) },
    ])
  })

  /** `a + b`, `a = ANY (…)`, `a !`. */
  protected readonly symbolOperator: Pieces = this.RULE("symbolOperator", (pieces: Piece[] = []) => {
    const token = this.CONSUME(T.InfixOperator)
    const op = this.ACTION(() => T.operatorName(token))
    this.OR({
      ERR_MSG: "an expression",
      DEF: [
        {
          GATE: () => this.next(T.LParen, 2),
          ALT: () => {
            const found = this.SUBRULE(this.quantified)
            this.ACTION(() => pieces.push(quantifiedPiece(token, found)))
          },
        },
        {
          GATE: () => this.startsOperand() || !isOther(op),
          ALT: () => {
            this.ACTION(() => pieces.push({ _tag: "infix", op, named: false, span: T.spanOf(token) }))
            this.SUBRULE(this.operand, { ARGS: [pieces] })
          },
        },
        {
          GATE: () => isOther(op),
          ALT: () => this.ACTION(() => pieces.push(postfixOperator(op, T.spanOf(token)))),
        },
      ],
    })
  })

  /** `a OPERATOR(+) b`: the same operator, with the precedence of those that have none of their own. */
  protected readonly namedOperator: Pieces = this.RULE("namedOperator", (pieces: Piece[] = []) => {
    const word = this.CONSUME(T.K.Operator)
    this.CONSUME(T.LParen)
    const token = this.OR([{ ALT: () => this.CONSUME(T.InfixOperator) }, { ALT: () => this.CONSUME(T.PrefixOperator) }])
    this.CONSUME(T.RParen)
    const piece = this.ACTION(() => ({ op: T.operatorName(token), span: this.spanFrom(word.startOffset) }))
    this.OR2([
      {
        GATE: () => this.startsOperand(),
        ALT: () => {
          this.ACTION(() => pieces.push({ _tag: "infix", named: true, ...piece }))
          this.SUBRULE(this.operand, { ARGS: [pieces] })
        },
      },
      { ALT: () => this.ACTION(() => pieces.push(postfixOperator(piece.op, piece.span))) },
    ])
  })

  private readonly quantified: Rule<Quantified> = this.RULE("quantified", () => {
    const word = this.OR([
      { ALT: () => this.CONSUME(T.K.Any) },
      { ALT: () => this.CONSUME(T.K.Some) },
      { ALT: () => this.CONSUME(T.K.All) },
    ])
    let query: Query | undefined
    let list: NamedExpr | undefined
    this.CONSUME(T.LParen)
    this.OR2([
      {
        GATE: () => this.startsQuery(),
        ALT: () => {
          query = this.SUBRULE(this.query)
        },
      },
      {
        ALT: () => {
          list = this.SUBRULE(this.expression)
        },
      },
    ])
    const close = this.CONSUME(T.RParen)
    return this.ACTION((): Quantified => {
      return { quantifier: word.tokenType === T.K.All ? "all" : "any", query, list, close: T.spanOf(close) }
    })
  })

  private readonly wordOperator = this.RULE("wordOperator", (pieces: Piece[] = []) => {
    this.OR([
      {
        ALT: () => {
          const token = this.OR2([
            { ALT: () => this.CONSUME(T.K.And) },
            { ALT: () => this.CONSUME(T.K.Or) },
            { ALT: () => this.CONSUME(T.K.Glob) },
          ])
          this.infix(
            pieces,
            this.ACTION(() => T.operatorName(token)),
            token.startOffset,
          )
        },
      },
      {
        ALT: () => {
          const token = this.CONSUME(T.K.Escape)
          this.ACTION(() => pieces.push({ _tag: "escape", span: T.spanOf(token) }))
        },
      },
      {
        ALT: () => {
          const at = this.CONSUME(T.K.At)
          this.CONSUME(T.K.Time)
          const zone = this.CONSUME(T.K.Zone)
          this.ACTION(() => pieces.push({ _tag: "timezone", span: spanning(T.spanOf(at), T.spanOf(zone)) }))
        },
      },
    ])
    this.SUBRULE(this.operand, { ARGS: [pieces] })
  })

  /** `x::T` and `x COLLATE c`. */
  protected readonly castOrCollate: Pieces = this.RULE("castOrCollate", (pieces: Piece[] = []) => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.TypeCast)
          const type = this.SUBRULE(this.typeName)
          this.ACTION(() => {
            const cast = (input: NamedExpr, span: Span): NamedExpr => ({ _tag: "Cast", input, type, try: false, span })
            pieces.push({ _tag: "postfix", level: LEVEL.primary, text: "::", span: type.span, apply: cast })
          })
        },
      },
      {
        ALT: () => {
          const names: IToken[] = []
          this.CONSUME(T.K.Collate)
          this.AT_LEAST_ONE_SEP({ SEP: T.Dot, DEF: () => names.push(this.CONSUME(T.ColumnName)) })
          this.ACTION(() => {
            const collation = names.map((token) => T.identifierOf(token).text).join(".")
            const collate = (input: NamedExpr, span: Span): NamedExpr => ({ _tag: "Collate", input, collation, span })
            const span = T.spanOf(this.LA(0))
            pieces.push({ _tag: "postfix", level: LEVEL.collate, text: "COLLATE", span, apply: collate })
          })
        },
      },
    ])
  })

  /** `IS [NOT] NULL | TRUE | FALSE | UNKNOWN`, `IS [NOT] DISTINCT FROM x`, ISNULL, NOTNULL. */
  protected readonly isTest: Pieces = this.RULE("isTest", (pieces: Piece[] = []) => {
    const start = this.LA(1).startOffset
    const test = (word: IToken, not: boolean): void => {
      this.ACTION(() => pieces.push(testPiece(word, not, this.spanFrom(start))))
    }
    this.OR([
      { ALT: () => test(this.CONSUME(T.K.Isnull), false) },
      { ALT: () => test(this.CONSUME(T.K.Notnull), true) },
      {
        ALT: () => {
          let not = false
          this.CONSUME(T.K.Is)
          this.OPTION(() => {
            this.CONSUME(T.K.Not)
            not = true
          })
          this.OR2({
            ERR_MSG: ["NULL", "TRUE", "FALSE", "DISTINCT FROM"].join(SEPARATOR),
            DEF: [
              { ALT: () => test(this.CONSUME(T.K.Null), not) },
              { ALT: () => test(this.CONSUME(T.K.True), not) },
              { ALT: () => test(this.CONSUME(T.K.False), not) },
              { ALT: () => test(this.CONSUME(T.K.Unknown), not) },
              {
                ALT: () => {
                  this.CONSUME(T.K.Distinct)
                  this.CONSUME(T.K.From)
                  this.infix(pieces, not ? "IS NOT DISTINCT FROM" : "IS DISTINCT FROM", start)
                  this.SUBRULE(this.operand, { ARGS: [pieces] })
                },
              },
            ],
          })
        },
      },
    ])
  })

  /** What NOT may stand before: LIKE, ILIKE, SIMILAR TO, BETWEEN, IN, NULL. */
  private readonly negatable = this.RULE("negatable", (pieces: Piece[] = []) => {
    const start = this.LA(1).startOffset
    let not = false
    this.OPTION(() => {
      this.CONSUME(T.K.Not)
      not = true
      this.ACTION(() => {
        if (!this.next(T.K.Glob)) return
        throw unsupported("NOT GLOB is not part of the dialect.", this.spanFrom(start), "write NOT (x GLOB pattern)")
      })
    })
    this.OR({
      ERR_MSG: ["LIKE", "ILIKE", "SIMILAR TO", "BETWEEN", "IN", "NULL"].join(SEPARATOR),
      DEF: [
        {
          ALT: () => {
            const word = this.SUBRULE(this.likeWord)
            this.infix(pieces, not ? `NOT ${word}` : word, start)
            this.SUBRULE(this.operand, { ARGS: [pieces] })
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.K.Between)
            this.OPTION2(() => this.CONSUME(T.K.Asymmetric))
            this.ACTION(() => {
              if (this.word() === "SYMMETRIC") {
                const hint = "write BETWEEN least(a, b) AND greatest(a, b)"
                throw unsupported("BETWEEN SYMMETRIC is not part of the dialect.", T.spanOf(this.LA(1)), hint)
              }
              pieces.push({ _tag: "between", not, span: this.spanFrom(start) })
            })
            this.SUBRULE2(this.operand, { ARGS: [pieces] })
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.K.In)
            const found = this.SUBRULE(this.inItems)
            this.ACTION(() => pieces.push(inPiece(found, not, start)))
          },
        },
        {
          GATE: () => not,
          ALT: () => {
            this.CONSUME(T.K.Null)
            this.ACTION(() => {
              const apply = (input: NamedExpr, span: Span): NamedExpr => isNull(input, true, span)
              pieces.push({ _tag: "postfix", level: LEVEL.not, text: "NOT NULL", span: this.spanFrom(start), apply })
            })
          },
        },
      ],
    })
  })

  private readonly likeWord: Rule<string> = this.RULE("likeWord", () =>
    this.OR([
      { ALT: () => T.operatorName(this.CONSUME(T.K.Like)) },
      { ALT: () => T.operatorName(this.CONSUME(T.K.Ilike)) },
      {
        ALT: () => {
          this.CONSUME(T.K.Similar)
          this.CONSUME(T.K.To)
          return "SIMILAR TO"
        },
      },
    ]),
  )

  private infix(pieces: Piece[], op: string, start: number): void {
    this.ACTION(() => pieces.push({ _tag: "infix", op, named: false, span: this.spanFrom(start) }))
  }

  /** After IN: a list, a subquery, or a list-valued name or literal. */
  private readonly inItems: Rule<InItems> = this.RULE("inItems", () => {
    const start = this.LA(1).startOffset
    const items: NamedExpr[] = []
    let found: Pick<InItems, "query" | "inList"> = { query: undefined, inList: false }
    this.ACTION(() => {
      if (!this.next(T.LParen) || !this.next(T.RParen, 2)) return
      const message = "syntax error: expected an expression, found an empty list after IN"
      throw new SyntaxError({ message, span: { start, end: T.spanOf(this.LA(2)).end } })
    })
    this.OR([
      {
        GATE: () => this.next(T.LParen),
        ALT: () => {
          this.CONSUME(T.LParen)
          found = this.SUBRULE(this.inParentheses, { ARGS: [items] })
          this.CONSUME(T.RParen)
        },
      },
      { ALT: () => items.push(this.SUBRULE(this.listValue)) },
    ])
    return this.ACTION(() => ({ ...found, items, span: this.spanFrom(start) }))
  })

  private readonly inParentheses = this.RULE(
    "inParentheses",
    (items: NamedExpr[] = []): Pick<InItems, "query" | "inList"> =>
      this.OR({
        ERR_MSG: "an expression",
        DEF: [
          {
            GATE: () => this.startsQuery(),
            ALT: () => ({ query: this.SUBRULE(this.query), inList: false }),
          },
          {
            ALT: () => {
              items.push(this.SUBRULE(this.expression))
              this.MANY({
                GATE: () => this.anotherItem(),
                DEF: () => {
                  this.CONSUME(T.Comma)
                  items.push(this.SUBRULE2(this.expression))
                },
              })
              this.OPTION(() => this.CONSUME2(T.Comma))
              return { query: undefined, inList: true }
            },
          },
        ],
      }),
  )

  /** `x IN column` and the like: DuckDB takes no constant here, and `x IN 'text'` must not come to mean substrings. */
  private readonly listValue: Rule<NamedExpr> = this.RULE("listValue", () => {
    const first = this.LA(1).tokenType
    let list = this.SUBRULE(this.primary)
    const after = this.ACTION(() => (list._tag === "ColumnRef" ? accessAfter(list, first) : "none"))
    this.ACTION(() => {
      if (isListValue(list)) return
      throw new SyntaxError({
        message: 'syntax error: expected "(" after IN',
        span: list.span,
        hint: "write: x IN (1, 2, 3)",
      })
    })
    this.MANY({
      GATE: () => after !== "none",
      DEF: () => {
        const next = this.SUBRULE(this.access, { ARGS: [list, after] })
        this.ACTION(() => {
          list = next
        })
      },
    })
    return list
  })
}

interface Quantified {
  readonly quantifier: "any" | "all"
  readonly query: Query | undefined
  readonly list: NamedExpr | undefined
  readonly close: Span
}

/** `items` are those of a list in parentheses, or the one list that stands after IN without them. */
interface InItems {
  readonly query: Query | undefined
  readonly inList: boolean
  readonly items: readonly NamedExpr[]
  readonly span: Span
}

/** What may stand after IN without parentheses. */
function isListValue(expr: NamedExpr): boolean {
  return expr._tag === "SubqueryExpr" ? expr.spelling === "array" : LIST_VALUES.has(expr._tag)
}

const LIST_VALUES: ReadonlySet<string> = new Set([
  "ColumnRef",
  "FunctionCall",
  "Case",
  "Cast",
  "Comprehension",
  "ListLiteral",
  "MapLiteral",
  "Parameter",
  "PositionalReference",
  "StructLiteral",
])

/** `x IN (…)`; `x IN list` is DuckDB's `contains(list, x)`. */
function inPiece(found: InItems, not: boolean, start: number): Piece {
  const { query, items } = found
  const span = { start, end: found.span.end }
  const apply = (input: NamedExpr, whole: Span): NamedExpr => {
    if (query !== undefined) return { ...subquery("in", query), operand: input, not, span: whole }
    if (found.inList) return { _tag: "InList", input, items, not, span: whole }
    const contains = call("contains", [...items, input], span, whole)
    return not ? { _tag: "Unary", op: "NOT", input: contains, span: whole } : contains
  }
  return { _tag: "postfix", level: LEVEL.like, text: not ? "NOT IN" : "IN", span, apply }
}

/** `= ANY (…)`: only comparisons can be asked of every element. */
function quantifiedPiece(token: IToken, { quantifier, query, list, close }: Quantified): Piece {
  const name = T.operatorName(token)
  const op = name === "==" ? "=" : name
  const span = spanning(T.spanOf(token), close)
  if (!COMPARISONS.has(op)) {
    const message = `syntax error: ${op} cannot stand before ${quantifier.toUpperCase()}`
    throw new SyntaxError({ message, span, hint: "ANY and ALL follow one of = <> < > <= >=" })
  }
  const apply = (operand: NamedExpr, whole: Span): NamedExpr => {
    if (query !== undefined) return { ...subquery("quantified", query), operand, op, quantifier, span: whole }
    return { _tag: "QuantifiedList", operand, op, quantifier, list: given(list), span: whole }
  }
  return { _tag: "postfix", level: bindingOf(name).left, text: op, span, apply }
}

/** `5 !`: DuckDB calls a function of its own for it. */
function postfixOperator(op: string, span: Span): Piece {
  const apply = (input: NamedExpr, whole: Span): NamedExpr => call(`${op}__postfix`, [input], span, whole)
  return { _tag: "postfix", level: LEVEL.other, text: op, span, apply }
}

const COMPARISONS: ReadonlySet<string> = new Set(["=", "<>", "<", ">", "<=", ">="])

function testPiece(word: IToken, not: boolean, span: Span): Piece {
  const apply = (input: NamedExpr, whole: Span): NamedExpr => {
    switch (word.tokenType) {
      case T.K.True:
        return { _tag: "IsTest", input, test: "TRUE", not, span: whole }
      case T.K.False:
        return { _tag: "IsTest", input, test: "FALSE", not, span: whole }
      case T.K.Unknown:
        return { _tag: "IsTest", input, test: "UNKNOWN", not, span: whole }
      default:
        return isNull(input, not, whole)
    }
  }
  return { _tag: "postfix", level: LEVEL.is, text: "IS", span, apply }
}

function isNull(input: NamedExpr, not: boolean, span: Span): NamedExpr {
  return { _tag: "IsTest", input, test: "NULL", not, span }
}
