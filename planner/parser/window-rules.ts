import type { IToken, TokenType } from "chevrotain"
import type { ColumnRef, FrameBound, Identifier, OrderItem, WindowFrame, WindowSpec } from "../ast/expression.ts"
import type { NamedExpr } from "../ast/query.ts"
import { SyntaxError } from "../errors.ts"
import { SEPARATOR } from "./expected.ts"
import type { Rule } from "./name-rules.ts"
import { OperatorRules } from "./operator-rules.ts"
import * as T from "./tokens.ts"

type Bound = FrameBound<ColumnRef>
type Exclude = NonNullable<WindowFrame<ColumnRef>["exclude"]>

/** ORDER BY, and the windows of OVER and of the WINDOW clause. */
export abstract class WindowRules extends OperatorRules {
  /** `ORDER BY a DESC NULLS LAST, b`. */
  protected readonly orderBy: Rule<readonly OrderItem<ColumnRef>[]> = this.RULE("orderBy", () => {
    const items: OrderItem<ColumnRef>[] = []
    this.CONSUME(T.K.Order)
    this.CONSUME(T.K.By)
    this.AT_LEAST_ONE_SEP({
      SEP: T.Comma,
      ERR_MSG: "an expression",
      DEF: () => items.push(this.SUBRULE(this.orderItem)),
    })
    this.ACTION(() => refuseOthersBesideAll(items))
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

  /** `OVER name` and `OVER (…)`. */
  protected readonly overClause: Rule<WindowSpec<ColumnRef>> = this.RULE("overClause", () => {
    const start = this.CONSUME(T.K.Over).startOffset
    return this.OR([
      {
        ALT: () => {
          const base = this.SUBRULE(this.columnName)
          return this.ACTION(() => windowSpec({ base }, this.spanFrom(start)))
        },
      },
      {
        ALT: () => {
          const spec = this.SUBRULE(this.windowSpec)
          return this.ACTION(() => ({ ...spec, span: this.spanFrom(start) }))
        },
      },
    ])
  })

  /** `(w PARTITION BY a ORDER BY b ROWS 1 PRECEDING)`, after OVER and in a WINDOW clause. */
  protected readonly windowSpec: Rule<WindowSpec<ColumnRef>> = this.RULE("windowSpec", () => {
    const start = this.CONSUME(T.LParen).startOffset
    let base: Identifier | undefined
    const partitionBy: NamedExpr[] = []
    let orderBy: readonly OrderItem<ColumnRef>[] = []
    let frame: WindowFrame<ColumnRef> | undefined
    this.OPTION({
      GATE: () => !/^(partition|range|rows|groups)$/i.test(this.LA(1).image),
      DEF: () => {
        base = this.SUBRULE(this.columnName)
      },
    })
    this.OPTION2(() => {
      this.CONSUME(T.K.Partition)
      this.CONSUME(T.K.By)
      this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => partitionBy.push(this.SUBRULE(this.expression)) })
    })
    this.OPTION3(() => {
      orderBy = this.SUBRULE(this.orderBy)
    })
    this.OPTION4(() => {
      frame = this.SUBRULE(this.frame)
    })
    this.CONSUME(T.RParen)
    return this.ACTION(() => windowSpec({ base, partitionBy, orderBy, frame }, this.spanFrom(start)))
  })

  private readonly frame: Rule<WindowFrame<ColumnRef>> = this.RULE("frame", () => {
    const word = this.OR([
      { ALT: () => this.CONSUME(T.K.Rows) },
      { ALT: () => this.CONSUME(T.K.Range) },
      { ALT: () => this.CONSUME(T.K.Groups) },
    ])
    const { start, end } = this.OR2([
      {
        GATE: () => this.next(T.K.Between),
        ALT: () => {
          this.CONSUME(T.K.Between)
          const from = this.SUBRULE(this.frameBound)
          this.CONSUME(T.K.And)
          return { start: from, end: this.SUBRULE2(this.frameBound) }
        },
      },
      { ALT: () => ({ start: this.SUBRULE3(this.frameBound), end: CURRENT_ROW }) },
    ])
    const exclude = this.OPTION(() => this.SUBRULE(this.frameExclusion))
    return this.ACTION((): WindowFrame<ColumnRef> => {
      const span = this.spanFrom(word.startOffset)
      const wrong = wrongFrame(start, end)
      if (wrong !== undefined) throw new SyntaxError({ message: `syntax error: ${wrong}`, span })
      const unit = word.tokenType === T.K.Rows ? "rows" : word.tokenType === T.K.Range ? "range" : "groups"
      return { _tag: "WindowFrame", unit, start, end, exclude, span }
    })
  })

  private readonly frameExclusion: Rule<Exclude | undefined> = this.RULE("frameExclusion", () => {
    this.CONSUME(T.K.Exclude)
    const words = this.OR([
      { ALT: () => [this.CONSUME(T.K.Current), this.CONSUME(T.K.Row)] },
      { ALT: () => [this.CONSUME(T.K.Group)] },
      { ALT: () => [this.CONSUME(T.K.Ties)] },
      { ALT: () => [this.CONSUME(T.K.No), this.CONSUME(T.K.Others)] },
    ])
    return this.ACTION(() => EXCLUSIONS.get(words[0]?.tokenType))
  })

  private readonly frameBound: Rule<Bound> = this.RULE("frameBound", () =>
    this.OR([
      {
        GATE: () => this.next(T.K.Current) && this.next(T.K.Row, 2),
        ALT: () => {
          this.CONSUME(T.K.Current)
          this.CONSUME(T.K.Row)
          return CURRENT_ROW
        },
      },
      {
        ALT: () => {
          let offset: NamedExpr | undefined
          this.OR2([
            {
              GATE: () => this.next(T.K.Preceding, 2) || this.next(T.K.Following, 2),
              ALT: () => this.CONSUME(T.K.Unbounded),
            },
            {
              ALT: () => {
                offset = this.SUBRULE(this.expression)
              },
            },
          ])
          const side = this.OR3({
            ERR_MSG: ["PRECEDING", "FOLLOWING"].join(SEPARATOR),
            DEF: [{ ALT: () => this.CONSUME(T.K.Preceding) }, { ALT: () => this.CONSUME(T.K.Following) }],
          })
          return this.ACTION((): Bound => ({
            kind: side.tokenType === T.K.Preceding ? "preceding" : "following",
            offset,
          }))
        },
      },
    ]),
  )
}

const EXCLUSIONS: ReadonlyMap<TokenType | undefined, Exclude> = new Map([
  [T.K.Current, "current row"],
  [T.K.Group, "group"],
  [T.K.Ties, "ties"],
  [T.K.No, "no others"],
])

/** ALL is a reserved word: only ORDER BY ALL makes a reference to it. */
function refuseOthersBesideAll(items: readonly OrderItem<ColumnRef>[]): void {
  if (items.length < 2) return
  const all = items.find(({ expr }) => {
    const only = expr._tag === "ColumnRef" && expr.parts.length === 1 ? expr.parts[0] : undefined
    return only?.quoted === false && only.text.toLowerCase() === "all"
  })
  if (all === undefined) return
  const hint = "name what to order by, or write ORDER BY ALL"
  throw new SyntaxError({ message: "syntax error: ALL stands alone in ORDER BY", span: all.expr.span, hint })
}

const CURRENT_ROW: Bound = { kind: "current row" }

function windowSpec(
  parts: Partial<Omit<WindowSpec<ColumnRef>, "_tag" | "span">>,
  span: WindowSpec<ColumnRef>["span"],
): WindowSpec<ColumnRef> {
  const { base, partitionBy = [], orderBy = [], frame } = parts
  return { _tag: "WindowSpec", base, partitionBy, orderBy, frame, span }
}

/** Frames that end before they start, which DuckDB refuses whatever the numbers are. */
function wrongFrame(start: Bound, end: Bound): string | undefined {
  if (start.kind === "following" && start.offset === undefined) return "a frame cannot start at UNBOUNDED FOLLOWING"
  if (end.kind === "preceding" && end.offset === undefined) return "a frame cannot end at UNBOUNDED PRECEDING"
  const later = { preceding: 0, "current row": 1, following: 2 }
  return later[start.kind] > later[end.kind] ? "the frame ends before it starts" : undefined
}
