import type { IToken } from "chevrotain"
import type { ColumnRef, FunctionCall, Identifier, OrderItem, WindowSpec } from "../ast/expression.ts"
import type { NamedExpr } from "../ast/query.ts"
import type { Span } from "../ast/span.ts"
import { SEPARATOR } from "./expected.ts"
import { SyntaxError } from "../errors.ts"
import { given } from "./expression-rules.ts"
import type { Rule } from "./name-rules.ts"
import { PLAIN_CALL } from "./resolve-operators.ts"
import { SpecialCallRules } from "./special-call-rules.ts"
import { textOf } from "./text-literal.ts"
import * as T from "./tokens.ts"
import { unsupported } from "./unsupported.ts"

type Arguments = Pick<FunctionCall<ColumnRef>, "args" | "star" | "distinct" | "orderBy"> & {
  /** The word before NULLS. */
  readonly nulls: IToken | undefined
}
type After = Pick<FunctionCall<ColumnRef>, "withinGroup" | "filter" | "over">
type Parts = Omit<FunctionCall<ColumnRef>, "_tag" | "name" | "nameSpan" | "method" | "span">

/** `f(…)` with everything that may stand inside and after it. */
export abstract class CallRules extends SpecialCallRules {
  protected readonly call: Rule<NamedExpr> = this.RULE("call", () => {
    const name = this.CONSUME(T.FunctionName)
    return this.SUBRULE(this.callOf, { ARGS: [name, undefined] })
  })

  /** What follows a function's name. `receiver` stands before the dot of `x.f(…)`. */
  protected readonly callOf = this.RULE("callOf", (name?: IToken, receiver?: NamedExpr): NamedExpr => {
    let text: IToken | undefined
    let withinGroup: readonly OrderItem<ColumnRef>[] = []
    let filter: NamedExpr | undefined
    let over: WindowSpec<ColumnRef> | undefined
    this.CONSUME(T.LParen)
    const found = this.SUBRULE(this.callArguments)
    this.CONSUME(T.RParen)
    this.ACTION(() => this.refuseAfterCall())
    // `decimal(15, 2) '1.5'` is read as a call up to the string.
    this.OPTION(() => {
      text = this.CONSUME(T.Text)
    })
    this.OPTION2({
      GATE: () => this.next(T.K.Group, 2),
      DEF: () => {
        withinGroup = this.SUBRULE(this.withinGroup)
      },
    })
    this.OPTION3({
      GATE: () => this.next(T.LParen, 2),
      DEF: () => {
        filter = this.SUBRULE(this.filterClause)
      },
    })
    this.OPTION4({
      GATE: () => this.next(T.LParen, 2) || this.nextIs(T.ColumnName, 2),
      DEF: () => {
        over = this.SUBRULE(this.overClause)
      },
    })
    return this.ACTION(() => {
      const word = given(name)
      const span = this.spanFrom(receiver?.span.start ?? word.startOffset)
      if (text !== undefined) return typedLiteral(word, found.args, text, span)
      return built(word, receiver, partsOf(found, { withinGroup, filter, over }), span)
    })
  })

  /** `(x).f(y)`: arguments and nothing else. */
  protected readonly method = this.RULE("method", (name?: IToken, receiver?: NamedExpr): NamedExpr => {
    const args: NamedExpr[] = []
    this.CONSUME(T.LParen)
    this.OPTION({
      GATE: () => !this.next(T.RParen),
      DEF: () =>
        this.AT_LEAST_ONE_SEP({
          SEP: T.Comma,
          ERR_MSG: ["an expression", '")"'].join(SEPARATOR),
          DEF: () => args.push(this.SUBRULE(this.argument)),
        }),
    })
    this.CONSUME(T.RParen)
    return this.ACTION(() => {
      const span = this.spanFrom(given(receiver).span.start)
      // `(x).f(*)` is `f(x)`.
      if (args.length === 1 && isPlainStar(args[0])) args.pop()
      return built(given(name), undefined, { ...PLAIN_CALL, args: [given(receiver), ...args] }, span)
    })
  })

  private readonly withinGroup: Rule<readonly OrderItem<ColumnRef>[]> = this.RULE("withinGroup", () => {
    this.CONSUME(T.K.Within)
    this.CONSUME(T.K.Group)
    this.CONSUME(T.LParen)
    const items = this.SUBRULE(this.orderBy)
    this.CONSUME(T.RParen)
    return items
  })

  private refuseAfterVariadic(): void {
    const message = 'syntax error: expected ")" after a VARIADIC argument, found ","'
    throw new SyntaxError({ message, span: T.spanOf(this.LA(1)) })
  }

  private refuseAfterCall(): void {
    if (this.word() !== "EXPORT_STATE") return
    throw unsupported("EXPORT_STATE is not supported.", T.spanOf(this.LA(1)))
  }

  protected readonly callArguments: Rule<Arguments> = this.RULE("callArguments", () => {
    const args: NamedExpr[] = []
    let orderBy: readonly OrderItem<ColumnRef>[] = []
    let nulls: IToken | undefined
    let star = false
    let distinct = false
    this.OR([
      {
        GATE: () => this.next(T.Star) && this.next(T.RParen, 2),
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
            DEF: () => {
              // DuckDB reads VARIADIC before the last argument and makes nothing of it.
              const variadic = this.OPTION4(() => this.CONSUME(T.K.Variadic))
              args.push(this.SUBRULE(this.argument))
              this.ACTION(() => {
                if (variadic !== undefined && this.next(T.Comma)) this.refuseAfterVariadic()
              })
            },
          })
        },
      },
      { ALT: () => undefined },
    ])
    this.OPTION2(() => {
      orderBy = this.SUBRULE(this.orderBy)
    })
    this.OPTION3({
      GATE: () => this.next(T.K.Nulls, 2),
      DEF: () => {
        nulls = this.OR3([{ ALT: () => this.CONSUME(T.K.Ignore) }, { ALT: () => this.CONSUME(T.K.Respect) }])
        this.CONSUME(T.K.Nulls)
      },
    })
    return this.ACTION(() => ({ args, star, distinct, orderBy, nulls }))
  })

  /** An argument, with its name if it has one: `f(name := x)`, `f(name => x)`. */
  private readonly argument: Rule<NamedExpr> = this.RULE("argument", () => {
    let name: Identifier | undefined
    this.OPTION({
      GATE: () => this.next(T.ColonEquals, 2) || this.next(T.FatArrow, 2),
      DEF: () => {
        const token = this.CONSUME(T.ArgumentName)
        this.OR([{ ALT: () => this.CONSUME(T.ColonEquals) }, { ALT: () => this.CONSUME(T.FatArrow) }])
        this.ACTION(() => {
          name = T.identifierOf(token)
        })
      },
    })
    const value = this.SUBRULE(this.argumentValue)
    return this.ACTION((): NamedExpr => {
      return name === undefined ? value : { _tag: "NamedArgument", name, value, span: this.spanFrom(name.span.start) }
    })
  })

  /** An expression where an arrow may make a lambda. */
  protected readonly argumentValue: Rule<NamedExpr> = this.RULE("argumentValue", () => {
    const expr = this.SUBRULE(this.expression)
    return this.ACTION(() => lambdaOr(expr))
  })

  private readonly filterClause: Rule<NamedExpr> = this.RULE("filterClause", () => {
    this.CONSUME(T.K.Filter)
    this.CONSUME(T.LParen)
    this.OPTION(() => this.CONSUME(T.K.Where))
    const condition = this.SUBRULE(this.expression)
    this.CONSUME(T.RParen)
    return condition
  })
}

function built(name: IToken, receiver: NamedExpr | undefined, parts: Parts, span: Span): NamedExpr {
  const { text, quoted } = T.identifierOf(name)
  const lower = quoted ? text : text.toLowerCase()
  if (lower === "struct_pack" && receiver === undefined && parts.args.length > 0) {
    const fields = parts.args.flatMap((arg) =>
      arg._tag === "NamedArgument" ? [{ name: arg.name.text, value: arg.value }] : [],
    )
    if (fields.length === parts.args.length) return { _tag: "StructLiteral", fields, span }
  }
  const nameSpan = T.spanOf(name)
  if (receiver === undefined) return { ...PLAIN_CALL, name: lower, nameSpan, ...parts, span }
  return { ...PLAIN_CALL, name: lower, nameSpan, ...parts, args: [receiver, ...parts.args], method: true, span }
}

function isPlainStar(expr: NamedExpr | undefined): boolean {
  return expr?._tag === "Star" && expr.exclude.length + expr.replace.length + expr.rename.length === 0
}

function partsOf({ nulls, ...found }: Arguments, after: After): Parts {
  if (nulls !== undefined && after.over === undefined) {
    const message = `syntax error: ${nulls.image.toUpperCase()} NULLS stands only in a window function`
    throw new SyntaxError({
      message,
      span: T.spanOf(nulls),
      hint: "write OVER (…) after the call, or FILTER (WHERE …)",
    })
  }
  return { ...found, ...after, ignoreNulls: nulls?.tokenType === T.K.Ignore }
}

/** `x -> body` and `(x, y) -> body` as an argument may be a lambda: only the function that is called knows. */
function lambdaOr(expr: NamedExpr): NamedExpr {
  if (expr._tag !== "Binary" || expr.op !== "->") return expr
  const { left } = expr
  const names = left._tag === "Row" ? left.items : [left]
  const parameters = names.flatMap((each) => (each._tag === "ColumnRef" && each.parts.length === 1 ? each.parts : []))
  if (parameters.length !== names.length) return expr
  return { _tag: "Lambda", parameters, left, body: expr.right, span: expr.span }
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
