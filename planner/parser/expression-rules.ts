import { EOF, type IToken } from "chevrotain"
import type { Identifier, TypeName } from "../ast/expression.ts"
import type { NamedExpr, Query } from "../ast/query.ts"
import { type Span, spanning } from "../ast/span.ts"
import { SyntaxError } from "../errors.ts"
import { checkDepth } from "./depth.ts"
import { SEPARATOR } from "./expected.ts"
import { NameRules, type Rule } from "./name-rules.ts"
import { bindingOf, LEVEL } from "./precedence.ts"
import { call, type Piece, resolveOperators, subquery } from "./resolve-operators.ts"
import { textOf } from "./text-literal.ts"
import * as T from "./tokens.ts"
import { unsupported } from "./unsupported.ts"

/** Operators between operands; what binds to what is decided afterwards, in `resolve-operators.ts`. */
export abstract class ExpressionRules extends NameRules {
  protected abstract readonly query: Rule<Query>
  /** Everything that an operator can stand next to: literals, names, calls, parentheses. */
  protected abstract readonly primary: Rule<NamedExpr>
  /** How many expressions are open within the query that is read. */
  protected expressionNesting = 0

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
        { ALT: () => this.SUBRULE(this.castOrCollate, { ARGS: [pieces] }) },
        { ALT: () => this.SUBRULE(this.isTest, { ARGS: [pieces] }) },
      ]),
    )
    return this.ACTION(() => {
      this.leave()
      return resolveOperators(pieces)
    })
  })

  private readonly operand = this.RULE("operand", (pieces: Piece[] = []) => {
    this.MANY(() => {
      const token = this.OR([{ ALT: () => this.CONSUME(T.PrefixOperator) }, { ALT: () => this.CONSUME(T.K.Not) }])
      this.ACTION(() => pieces.push({ _tag: "prefix", op: T.operatorName(token), span: T.spanOf(token) }))
    })
    let expr = this.SUBRULE(this.primary)
    this.MANY2({
      GATE: () => expr._tag !== "Star",
      DEF: () => {
        const next = this.SUBRULE(this.access, { ARGS: [expr] })
        this.ACTION(() => {
          expr = next
        })
      },
    })
    this.ACTION(() => pieces.push({ _tag: "operand", expr }))
  })

  /** `.name`, `[i]`, `[from:to:step]` after an operand. A column's own dots are read with its name. */
  private readonly access = this.RULE("access", (input?: NamedExpr): NamedExpr =>
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.Dot)
          const name = this.CONSUME(T.Label, { ERR_MSG: "the name of a field" })
          return this.ACTION(() => {
            this.refuseMethod()
            return field(input, T.identifierOf(name))
          })
        },
      },
      { ALT: () => this.SUBRULE(this.subscript, { ARGS: [input] }) },
    ]),
  )

  /** `x.f(y)`: DuckDB's chained calls, and functions of a schema. */
  protected refuseMethod(): void {
    if (!this.next(T.LParen)) return
    const name = this.LA(0)
    throw unsupported(
      `Calling a function after a dot is not supported yet: .${name.image}(…).`,
      T.spanOf(name),
      `write ${name.image}(x, …) instead of x.${name.image}(…)`,
    )
  }

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
      const bounds = { slice, from, to, step }
      return { _tag: "Subscript", input: given(input), ...bounds, span: spanning(given(input).span, T.spanOf(close)) }
    })
  })

  /** One operator with what follows it, an operand or not. */
  private readonly operator = this.RULE("operator", (pieces: Piece[] = []) => {
    this.OR([
      { ALT: () => this.SUBRULE(this.symbolOperator, { ARGS: [pieces] }) },
      { ALT: () => this.SUBRULE(this.wordOperator, { ARGS: [pieces] }) },
      { ALT: () => this.SUBRULE(this.isTest, { ARGS: [pieces] }) },
      { ALT: () => this.SUBRULE(this.castOrCollate, { ARGS: [pieces] }) },
      { ALT: () => this.SUBRULE(this.negatable, { ARGS: [pieces] }) },
    ])
  })

  /** `a + b`, and `a = ANY (…)`. */
  private readonly symbolOperator = this.RULE("symbolOperator", (pieces: Piece[] = []) => {
    const token = this.CONSUME(T.InfixOperator)
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
          ALT: () => {
            this.ACTION(() => pieces.push({ _tag: "infix", op: T.operatorName(token), span: T.spanOf(token) }))
            this.SUBRULE(this.operand, { ARGS: [pieces] })
          },
        },
      ],
    })
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
          this.ACTION(() => pieces.push({ _tag: "infix", op: T.operatorName(token), span: T.spanOf(token) }))
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
  private readonly castOrCollate = this.RULE("castOrCollate", (pieces: Piece[] = []) => {
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
  private readonly isTest = this.RULE("isTest", (pieces: Piece[] = []) => {
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
            this.ACTION(() => {
              if (this.word() === "SYMMETRIC") {
                throw unsupported("BETWEEN SYMMETRIC is not supported yet.", T.spanOf(this.LA(1)))
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
    this.ACTION(() => pieces.push({ _tag: "infix", op, span: this.spanFrom(start) }))
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
    const list = this.SUBRULE(this.accessed)
    this.ACTION(() => {
      if (isListValue(list)) return
      throw new SyntaxError({
        message: 'syntax error: expected "(" after IN',
        span: list.span,
        hint: "write: x IN (1, 2, 3)",
      })
    })
    return list
  })

  /** An operand with its fields and subscripts: what needs no parentheses anywhere. */
  protected readonly accessed: Rule<NamedExpr> = this.RULE("accessed", () => {
    let expr = this.SUBRULE(this.primary)
    this.MANY(() => {
      const next = this.SUBRULE(this.access, { ARGS: [expr] })
      this.ACTION(() => {
        expr = next
      })
    })
    return expr
  })

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

/** Words that begin a query; VALUES only before a parenthesis. */
const QUERY_WORDS: ReadonlySet<string> = new Set(
  "SELECT FROM WITH VALUES TABLE PIVOT PIVOT_WIDER UNPIVOT PIVOT_LONGER DESCRIBE DESC SHOW SUMMARIZE".split(" "),
)

/** Words that go on after a query in parentheses. */
const AFTER_QUERY: ReadonlySet<string> = new Set("UNION EXCEPT INTERSECT ORDER LIMIT OFFSET FETCH".split(" "))

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

function field(input: NamedExpr | undefined, name: Identifier): NamedExpr {
  return { _tag: "Field", input: given(input), name, span: spanning(given(input).span, name.span) }
}

/** Rules are called without arguments only while the grammar is recorded, where nothing is built. */
export function given<A>(value: A | undefined): A {
  if (value === undefined) throw new TypeError("A grammar rule was called without its argument.")
  return value
}
