import type { IToken } from "chevrotain"
import type { ColumnRef, FunctionCall, OrderItem } from "../ast/expression.ts"
import type { NamedExpr } from "../ast/query.ts"
import type { Span } from "../ast/span.ts"
import { SEPARATOR } from "./expected.ts"
import type { Rule } from "./name-rules.ts"
import { SpecialCallRules } from "./special-call-rules.ts"
import { textOf } from "./text-literal.ts"
import * as T from "./tokens.ts"
import { unsupported } from "./unsupported.ts"

interface Arguments {
  readonly args: readonly NamedExpr[]
  readonly names: readonly IToken[]
  readonly star: boolean
  readonly distinct: boolean
  readonly orderBy: readonly OrderItem<ColumnRef>[]
}

/** `f(…)` with everything that may stand inside and after it. */
export abstract class CallRules extends SpecialCallRules {
  protected readonly call: Rule<NamedExpr> = this.RULE("call", () => {
    const name = this.CONSUME(T.FunctionName)
    this.CONSUME(T.LParen)
    const found = this.SUBRULE(this.callArguments)
    this.CONSUME(T.RParen)
    this.ACTION(() => this.refuseAfterCall())
    let text: IToken | undefined
    let filter: NamedExpr | undefined
    let over: Span | undefined
    // `decimal(15, 2) '1.5'` is read as a call up to the string.
    this.OPTION(() => {
      text = this.CONSUME(T.Text)
    })
    this.OPTION2({
      GATE: () => this.next(T.LParen, 2),
      DEF: () => {
        filter = this.SUBRULE(this.filterClause)
      },
    })
    this.OPTION3({
      GATE: () => this.next(T.LParen, 2) || this.nextIs(T.ColumnName, 2),
      DEF: () => {
        over = this.SUBRULE(this.overClause)
      },
    })
    return this.ACTION(() => {
      const span = this.spanFrom(name.startOffset)
      if (text !== undefined) return typedLiteral(name, found.args, text, span)
      return built(name, found, filter, over, span)
    })
  })

  private refuseAfterCall(): void {
    const word = this.word()
    const span = T.spanOf(this.LA(1))
    if (word === "WITHIN" && this.next(T.K.Group, 2)) {
      throw unsupported(
        "WITHIN GROUP is not supported yet.",
        span,
        "write the ORDER BY inside the call: f(x ORDER BY y)",
      )
    }
    if (word === "EXPORT_STATE") throw unsupported("EXPORT_STATE is not supported.", span)
  }

  private readonly callArguments: Rule<Arguments> = this.RULE("callArguments", () => {
    const args: NamedExpr[] = []
    const names: IToken[] = []
    let orderBy: readonly OrderItem<ColumnRef>[] = []
    let star = false
    let distinct = false
    this.OR([
      {
        GATE: () => this.next(T.Star),
        ALT: () => {
          this.CONSUME(T.Star)
          star = true
        },
      },
      {
        GATE: () => !this.next(T.RParen) && !this.next(T.K.Order),
        ALT: () => {
          this.OPTION(() =>
            this.OR2([
              {
                ALT: () => {
                  this.CONSUME(T.K.Distinct)
                  distinct = true
                },
              },
              { ALT: () => this.CONSUME(T.K.All) },
            ]),
          )
          this.AT_LEAST_ONE_SEP({
            SEP: T.Comma,
            ERR_MSG: ["an expression", '")"'].join(SEPARATOR),
            DEF: () => args.push(this.SUBRULE(this.argument, { ARGS: [names] })),
          })
        },
      },
      { ALT: () => undefined },
    ])
    this.OPTION2(() => {
      orderBy = this.SUBRULE(this.orderBy)
    })
    this.ACTION(() => {
      if (/^(ignore|respect)$/i.test(this.LA(1).image) && this.next(T.K.Nulls, 2)) {
        throw unsupported(`${this.word()} NULLS is not supported yet.`, T.spanOf(this.LA(1)))
      }
    })
    return this.ACTION(() => ({ args, names, star, distinct, orderBy }))
  })

  /** An argument, with the names of those that have one: `f(name := x)`. */
  private readonly argument = this.RULE("argument", (names: IToken[] = []): NamedExpr => {
    const first = this.LA(1)
    this.OPTION({
      GATE: () => this.next(T.ColonEquals, 2) || this.next(T.FatArrow, 2),
      DEF: () => {
        const name = this.CONSUME(T.Label)
        this.OR([{ ALT: () => this.CONSUME(T.ColonEquals) }, { ALT: () => this.CONSUME(T.FatArrow) }])
        this.ACTION(() => names.push(name))
      },
    })
    const expr = this.SUBRULE(this.expression)
    this.ACTION(() => {
      if (expr._tag === "Binary" && expr.op === "->" && (expr.left._tag === "ColumnRef" || expr.left._tag === "Row")) {
        throw unsupported("Lambdas are not supported yet.", { start: first.startOffset, end: expr.span.end })
      }
    })
    return expr
  })

  private readonly filterClause: Rule<NamedExpr> = this.RULE("filterClause", () => {
    this.CONSUME(T.K.Filter)
    this.CONSUME(T.LParen)
    this.OPTION(() => this.CONSUME(T.K.Where))
    const condition = this.SUBRULE(this.expression)
    this.CONSUME(T.RParen)
    return condition
  })

  /** `ORDER BY a DESC NULLS LAST, b`. */
  protected readonly orderBy: Rule<readonly OrderItem<ColumnRef>[]> = this.RULE("orderBy", () => {
    const items: OrderItem<ColumnRef>[] = []
    this.CONSUME(T.K.Order)
    this.CONSUME(T.K.By)
    this.ACTION(() => {
      const after = this.LA(2).tokenType
      if (this.next(T.Star) && after !== T.LParen)
        throw unsupported("ORDER BY * is not supported.", T.spanOf(this.LA(1)))
    })
    this.AT_LEAST_ONE_SEP({
      SEP: T.Comma,
      ERR_MSG: "an expression",
      DEF: () => items.push(this.SUBRULE(this.orderItem)),
    })
    return items
  })

  /** ORDER BY ALL: a reference that the binder reads as "every item of the list". */
  private everyItem(token: IToken): NamedExpr {
    const span = T.spanOf(token)
    return { _tag: "ColumnRef", parts: [{ text: "all", quoted: false, span }], span }
  }

  private readonly orderItem: Rule<OrderItem<ColumnRef>> = this.RULE("orderItem", () => {
    const expr = this.OR3({
      ERR_MSG: "an expression",
      DEF: [{ ALT: () => this.everyItem(this.CONSUME(T.K.All)) }, { ALT: () => this.SUBRULE(this.expression) }],
    })
    let descending = false
    let nulls: IToken | undefined
    this.OPTION(() =>
      this.OR([
        { ALT: () => this.CONSUME(T.K.Asc) },
        {
          ALT: () => {
            this.CONSUME(T.K.Desc)
            descending = true
          },
        },
      ]),
    )
    this.OPTION2(() => {
      this.CONSUME(T.K.Nulls)
      nulls = this.OR2({
        ERR_MSG: ["FIRST", "LAST"].join(SEPARATOR),
        DEF: [{ ALT: () => this.CONSUME(T.K.First) }, { ALT: () => this.CONSUME(T.K.Last) }],
      })
    })
    return this.ACTION((): OrderItem<ColumnRef> => {
      const end = nulls === undefined ? undefined : nulls.tokenType === T.K.First ? "first" : "last"
      return { expr, descending, nulls: end }
    })
  })

  /** `OVER name` and `OVER (…)`: read to its end, so that what is wrong inside is found; nothing of it is kept. */
  private readonly overClause: Rule<Span> = this.RULE("overClause", () => {
    const start = this.CONSUME(T.K.Over).startOffset
    this.OR([
      { ALT: () => this.CONSUME(T.ColumnName) },
      {
        ALT: () => {
          this.CONSUME(T.LParen)
          this.OPTION({
            GATE: () => !/^(partition|range|rows|groups)$/i.test(this.LA(1).image),
            DEF: () => this.CONSUME2(T.ColumnName),
          })
          this.OPTION2(() => {
            this.CONSUME(T.K.Partition)
            this.CONSUME(T.K.By)
            this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => this.SUBRULE(this.expression) })
          })
          this.OPTION3(() => this.SUBRULE(this.orderBy))
          this.OPTION4(() => this.SUBRULE(this.frame))
          this.CONSUME(T.RParen)
        },
      },
    ])
    return this.ACTION(() => this.spanFrom(start))
  })

  private readonly frame: Rule<void> = this.RULE("frame", () => {
    this.OR([
      { ALT: () => this.CONSUME(T.K.Rows) },
      { ALT: () => this.CONSUME(T.K.Range) },
      { ALT: () => this.CONSUME(T.K.Groups) },
    ])
    this.OR2([
      {
        GATE: () => this.next(T.K.Between),
        ALT: () => {
          this.CONSUME(T.K.Between)
          this.SUBRULE(this.frameBound)
          this.CONSUME(T.K.And)
          this.SUBRULE2(this.frameBound)
        },
      },
      { ALT: () => this.SUBRULE3(this.frameBound) },
    ])
    this.OPTION(() => {
      this.CONSUME(T.K.Exclude)
      this.OR3([
        {
          ALT: () => {
            this.CONSUME(T.K.Current)
            this.CONSUME(T.K.Row)
          },
        },
        { ALT: () => this.CONSUME(T.K.Group) },
        { ALT: () => this.CONSUME(T.K.Ties) },
        {
          ALT: () => {
            this.CONSUME(T.K.No)
            this.CONSUME(T.K.Others)
          },
        },
      ])
    })
  })

  private readonly frameBound: Rule<void> = this.RULE("frameBound", () => {
    this.OR([
      {
        GATE: () => this.next(T.K.Current) && this.next(T.K.Row, 2),
        ALT: () => {
          this.CONSUME(T.K.Current)
          this.CONSUME(T.K.Row)
        },
      },
      {
        ALT: () => {
          this.OR2([
            {
              GATE: () => this.next(T.K.Preceding, 2) || this.next(T.K.Following, 2),
              ALT: () => this.CONSUME(T.K.Unbounded),
            },
            { ALT: () => this.SUBRULE(this.expression) },
          ])
          this.OR3({
            ERR_MSG: ["PRECEDING", "FOLLOWING"].join(SEPARATOR),
            DEF: [{ ALT: () => this.CONSUME(T.K.Preceding) }, { ALT: () => this.CONSUME(T.K.Following) }],
          })
        },
      },
    ])
  })
}

function built(
  name: IToken,
  found: Arguments,
  filter: NamedExpr | undefined,
  over: Span | undefined,
  span: Span,
): NamedExpr {
  const { text, quoted } = T.identifierOf(name)
  const lower = quoted ? text : text.toLowerCase()
  const [firstName] = found.names
  if (firstName !== undefined) {
    if (lower === "struct_pack" && found.names.length === found.args.length) {
      const named = found.names.map((token) => T.identifierOf(token).text)
      return { _tag: "StructLiteral", fields: found.args.map((value, i) => ({ name: named[i] ?? "", value })), span }
    }
    throw unsupported("Named arguments are not supported yet.", T.spanOf(firstName), "give the arguments by position")
  }
  const { args, star, distinct, orderBy } = found
  const call: FunctionCall<ColumnRef> = {
    _tag: "FunctionCall",
    name: lower,
    nameSpan: T.spanOf(name),
    args,
    star,
    distinct,
    orderBy,
    filter,
    over,
    span,
  }
  return call
}

function typedLiteral(name: IToken, args: readonly NamedExpr[], text: IToken, span: Span): NamedExpr {
  const modifiers = args.map((arg) => {
    if (arg._tag === "Literal") return arg.sql
    throw unsupported("A type's arguments have to be numbers or strings.", arg.span)
  })
  const word = name.tokenType === T.QuotedName ? name.image : name.image.toUpperCase()
  const type = { text: `${word}(${modifiers.join(",")})`, span }
  return { _tag: "TypedLiteral", type, text: textOf(text), span }
}
