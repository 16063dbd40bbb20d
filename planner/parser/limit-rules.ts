import { EOF, type IToken } from "chevrotain"
import type { NamedExpr, Query } from "../ast/query.ts"
import { SyntaxError } from "../errors.ts"
import type { Rule } from "./name-rules.ts"
import { SelectRules } from "./select-rules.ts"
import * as T from "./tokens.ts"
import { unsupported } from "./unsupported.ts"

type Limits = Pick<Query, "limit" | "limitPercent" | "offset">
type Limit = Pick<Query, "limit" | "limitPercent">

const NO_LIMIT: Limit = { limit: undefined, limitPercent: false }

/** What cuts a query's rows. */
export abstract class LimitRules extends SelectRules {
  /** LIMIT and OFFSET in either order, or the standard's FETCH FIRST; FOR READ ONLY, which says nothing, around them. */
  protected readonly limits: Rule<Limits> = this.RULE("limits", () => {
    let limit = NO_LIMIT
    let offset: NamedExpr | undefined
    this.OPTION(() => this.SUBRULE(this.forReadOnly))
    this.OPTION2(() => {
      this.reach("limit")
      this.OR([
        {
          ALT: () => {
            limit = this.SUBRULE(this.limitClause)
            this.OPTION3(() => {
              offset = this.SUBRULE(this.offsetClause)
            })
          },
        },
        {
          ALT: () => {
            offset = this.SUBRULE2(this.offsetClause)
            this.OPTION4(() => {
              limit = this.SUBRULE2(this.limitClause)
            })
          },
        },
      ])
    })
    this.OPTION5(() => this.SUBRULE2(this.forReadOnly))
    return this.ACTION(() => ({ ...limit, offset }))
  })

  private readonly forReadOnly: Rule<void> = this.RULE("forReadOnly", () => {
    this.CONSUME(T.K.For)
    this.CONSUME(T.K.Read)
    this.CONSUME(T.K.Only)
  })

  private readonly limitClause: Rule<Limit> = this.RULE("limitClause", () =>
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.K.Limit)
          return this.SUBRULE(this.rowCount)
        },
      },
      {
        ALT: () => {
          const limit = this.SUBRULE(this.fetchClause)
          return this.ACTION(() => ({ limit, limitPercent: false }))
        },
      },
    ]),
  )

  /** `10`, `10%`, `10 PERCENT`, and `ALL`, which is NULL. */
  private readonly rowCount: Rule<Limit> = this.RULE("rowCount", () => {
    let limit: NamedExpr | undefined
    let percent = false
    this.ACTION(() => this.markPercentSign())
    this.OR({
      ERR_MSG: "a number",
      DEF: [
        {
          ALT: () => {
            const all = this.CONSUME(T.K.All)
            this.ACTION(() => {
              limit = { _tag: "Literal", kind: "null", sql: "NULL", span: T.spanOf(all) }
            })
          },
        },
        {
          ALT: () => {
            limit = this.SUBRULE(this.expression)
            this.OPTION({
              GATE: () => this.next(T.PercentSign) || this.LA(0).tokenType.CATEGORIES?.includes(T.NumberText) === true,
              DEF: () => {
                this.OR2([{ ALT: () => this.CONSUME(T.PercentSign) }, { ALT: () => this.CONSUME(T.K.Percent) }])
                percent = true
              },
            })
          },
        },
      ],
    })
    return this.ACTION(() => {
      if (this.next(T.Comma)) {
        throw unsupported("LIMIT a, b is not supported.", T.spanOf(this.LA(1)), "write LIMIT b OFFSET a")
      }
      return { limit, limitPercent: percent }
    })
  })

  /** `LIMIT 10%`: the last token of the clause is no operator, for no operand follows. */
  private markPercentSign(): void {
    let open = 0
    for (let ahead = 1; ; ahead++) {
      const token = this.LA(ahead)
      if (open === 0 && LIMIT_ENDS.has(token.tokenType)) return this.markIfPercent(this.LA(ahead - 1))
      if (token.tokenType === EOF) return
      if (OPENING.has(token.tokenType)) open++
      else if (CLOSING.has(token.tokenType)) open--
    }
  }

  private markIfPercent(token: IToken): void {
    if (token.tokenType !== T.Modulo) return
    token.tokenType = T.PercentSign
    if (T.PercentSign.tokenTypeIdx !== undefined) token.tokenTypeIdx = T.PercentSign.tokenTypeIdx
  }

  private readonly fetchClause: Rule<NamedExpr> = this.RULE("fetchClause", () => {
    const start = this.CONSUME(T.K.Fetch).startOffset
    let count: NamedExpr | undefined
    this.OR([{ ALT: () => this.CONSUME(T.K.First) }, { ALT: () => this.CONSUME(T.K.Next) }])
    this.OPTION({
      GATE: () => !this.next(T.K.Row) && !this.next(T.K.Rows),
      DEF: () => {
        count = this.SUBRULE(this.plainExpression)
      },
    })
    this.OR2([{ ALT: () => this.CONSUME(T.K.Row) }, { ALT: () => this.CONSUME(T.K.Rows) }])
    this.CONSUME(T.K.Only)
    return this.ACTION((): NamedExpr => {
      return count ?? { _tag: "Literal", kind: "number", sql: "1", span: this.spanFrom(start) }
    })
  })

  private readonly offsetClause: Rule<NamedExpr> = this.RULE("offsetClause", () => {
    this.CONSUME(T.K.Offset)
    const offset = this.SUBRULE(this.expression)
    this.OPTION({
      GATE: () => this.next(T.K.Row) || this.next(T.K.Rows),
      DEF: () => {
        this.ACTION(() => this.refuseOperators(offset))
        return this.OR([{ ALT: () => this.CONSUME(T.K.Row) }, { ALT: () => this.CONSUME(T.K.Rows) }])
      },
    })
    return offset
  })

  /** Before ROWS, which is also a name, DuckDB takes nothing that an operator could go on with. */
  private refuseOperators({ _tag, span }: NamedExpr): void {
    const last = this.LA(0).tokenType
    if (_tag !== "Binary" || last === T.RParen) return
    throw new SyntaxError({
      message: "syntax error: expected a number or an expression in parentheses before ROWS",
      span,
      hint: "leave ROWS away, or write OFFSET (…) ROWS",
    })
  }
}

const LIMIT_ENDS: ReadonlySet<unknown> = new Set([EOF, T.Semicolon, T.RParen, T.RBracket, T.K.Offset, T.K.For])
const OPENING: ReadonlySet<unknown> = new Set([T.LParen, T.LBracket, T.LBrace])
const CLOSING: ReadonlySet<unknown> = new Set([T.RParen, T.RBracket, T.RBrace])
