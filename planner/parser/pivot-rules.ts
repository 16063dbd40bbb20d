import type { Identifier } from "../ast/expression.ts"
import type { FromItem, NamedExpr, Pivot, PivotColumn, PivotRef, Query, QueryBody, SelectItem } from "../ast/query.ts"
import { SyntaxError } from "../errors.ts"
import { SEPARATOR } from "./expected.ts"
import { given } from "./expression-rules.ts"
import { FromRules } from "./from-rules.ts"
import type { Rule } from "./name-rules.ts"
import * as T from "./tokens.ts"

type PivotParts = Pick<Pivot, "on" | "using" | "groupBy">
type Values = Pick<PivotColumn, "values" | "query" | "enum">

/** PIVOT and UNPIVOT: statements of their own, and the standard's clauses after a table. */
export abstract class PivotRules extends FromRules {
  /** `PIVOT t ON a USING sum(b) GROUP BY c`: at least one of the three. */
  protected readonly pivot: Rule<QueryBody> = this.RULE("pivot", () => {
    const start = this.LA(1).startOffset
    let on: PivotParts["on"] = []
    let using: PivotParts["using"] = []
    let groupBy: PivotParts["groupBy"] = []
    this.OR([{ ALT: () => this.CONSUME(T.K.Pivot) }, { ALT: () => this.CONSUME(T.K.PivotWider) }])
    const source = this.SUBRULE(this.joined)
    this.ACTION(() => this.expectPart())
    this.OPTION(() => {
      this.CONSUME(T.K.On)
      on = this.SUBRULE(this.pivotColumns)
    })
    this.OPTION2(() => {
      this.CONSUME(T.K.Using)
      using = this.SUBRULE(this.targets)
    })
    this.OPTION3(() => {
      this.CONSUME(T.K.Group)
      this.CONSUME(T.K.By)
      groupBy = this.SUBRULE(this.groupNames)
    })
    return this.ACTION((): QueryBody => ({ _tag: "Pivot", source, on, using, groupBy, span: this.spanFrom(start) }))
  })

  private expectPart(): void {
    if (this.next(T.K.On) || this.next(T.K.Using) || this.next(T.K.Group)) return
    const end = T.spanOf(this.LA(0)).end
    throw new SyntaxError({
      message: "syntax error: expected ON, USING or GROUP BY after PIVOT's table",
      span: { start: end, end },
      hint: "write: PIVOT t ON column USING sum(value) GROUP BY key",
    })
  }

  private readonly pivotColumns: Rule<readonly PivotColumn[]> = this.RULE("pivotColumns", () => {
    const columns: PivotColumn[] = [this.SUBRULE(this.pivotColumn)]
    this.MANY({
      GATE: () => this.anotherItem(),
      DEF: () => {
        this.CONSUME(T.Comma)
        columns.push(this.SUBRULE2(this.pivotColumn))
      },
    })
    this.OPTION(() => this.CONSUME2(T.Comma))
    return columns
  })

  private readonly pivotColumn: Rule<PivotColumn> = this.RULE("pivotColumn", () => {
    const start = this.LA(1).startOffset
    const expr = this.SUBRULE(this.plainExpression)
    this.ACTION(() => refuseStar(expr))
    let values: Values = NO_VALUES
    this.OPTION(() => {
      this.CONSUME(T.K.In)
      values = this.SUBRULE(this.pivotValues, { ARGS: [true] })
    })
    return this.ACTION((): PivotColumn => {
      return { _tag: "PivotColumn", exprs: [expr], ...values, span: this.spanFrom(start) }
    })
  })

  /** After IN: values with aliases, a query where one may stand, or the name of an ENUM type. */
  private readonly pivotValues = this.RULE("pivotValues", (takesQuery = false): Values => {
    let values: readonly SelectItem[] = []
    let query: Query | undefined
    let type: Identifier | undefined
    this.OR({
      ERR_MSG: ['"("', "the name of an ENUM type"].join(SEPARATOR),
      DEF: [
        {
          ALT: () => {
            this.CONSUME(T.LParen)
            this.OR2({
              ERR_MSG: "an expression",
              DEF: [
                {
                  GATE: () => takesQuery && !this.next(T.LParen) && this.startsQuery(),
                  ALT: () => {
                    query = this.SUBRULE(this.query)
                  },
                },
                {
                  ALT: () => {
                    values = this.SUBRULE(this.targets)
                  },
                },
              ],
            })
            this.CONSUME(T.RParen)
          },
        },
        {
          ALT: () => {
            type = this.SUBRULE(this.nameOrText)
          },
        },
      ],
    })
    return this.ACTION(() => ({ values, query, enum: type }))
  })

  /** `a, b`, or `(a, b)`. */
  private readonly groupNames: Rule<readonly Identifier[]> = this.RULE("groupNames", () =>
    this.OR([{ ALT: () => this.SUBRULE(this.nameList) }, { ALT: () => this.SUBRULE(this.names) }]),
  )

  private readonly names: Rule<readonly Identifier[]> = this.RULE("names", () => {
    const found: Identifier[] = [this.SUBRULE(this.nameOrText)]
    this.MANY({
      GATE: () => this.anotherItem(),
      DEF: () => {
        this.CONSUME(T.Comma)
        found.push(this.SUBRULE2(this.nameOrText))
      },
    })
    this.OPTION(() => this.CONSUME2(T.Comma))
    return found
  })

  /** `UNPIVOT t ON a, b INTO NAME n VALUE v`. */
  protected readonly unpivot: Rule<QueryBody> = this.RULE("unpivot", () => {
    const start = this.LA(1).startOffset
    let name: Identifier | undefined
    let values: readonly Identifier[] = []
    this.OR([{ ALT: () => this.CONSUME(T.K.Unpivot) }, { ALT: () => this.CONSUME(T.K.PivotLonger) }])
    const source = this.SUBRULE(this.joined)
    this.CONSUME(T.K.On)
    const on = this.SUBRULE(this.targets)
    this.OPTION(() => {
      this.CONSUME(T.K.Into)
      this.CONSUME(T.K.Name)
      name = this.SUBRULE(this.nameOrText)
      this.OR2([{ ALT: () => this.CONSUME(T.K.Value) }, { ALT: () => this.CONSUME(T.K.Values) }])
      values = this.SUBRULE(this.groupNames)
    })
    return this.ACTION((): QueryBody => ({ _tag: "Unpivot", source, on, name, values, span: this.spanFrom(start) }))
  })

  /** `PIVOT (sum(a) FOR b IN (1, 2) c IN ('x') GROUP BY d) AS p` after a table. */
  protected readonly pivotClause = this.RULE("pivotClause", (source?: FromItem): FromItem => {
    const on: PivotColumn[] = []
    let groupBy: PivotRef["groupBy"] = []
    this.CONSUME(T.K.Pivot)
    this.CONSUME(T.LParen)
    const using = this.SUBRULE(this.targets)
    this.CONSUME(T.K.For)
    this.AT_LEAST_ONE({
      GATE: () => !this.next(T.RParen) && !this.next(T.K.Group),
      DEF: () => on.push(this.SUBRULE(this.pivotHeaderAndValues)),
    })
    this.OPTION(() => {
      this.CONSUME(T.K.Group)
      this.CONSUME(T.K.By)
      groupBy = this.SUBRULE(this.names)
    })
    this.CONSUME(T.RParen)
    const alias = this.SUBRULE(this.tableAlias)
    return this.ACTION((): FromItem => {
      const span = this.spanFrom(given(source).span.start)
      return { _tag: "PivotRef", source: given(source), using, on, groupBy, alias, span }
    })
  })

  private readonly pivotHeaderAndValues: Rule<PivotColumn> = this.RULE("pivotHeaderAndValues", () => {
    const start = this.LA(1).startOffset
    const exprs: NamedExpr[] = []
    this.OR([
      {
        GATE: () => this.next(T.LParen),
        ALT: () => {
          this.CONSUME(T.LParen)
          exprs.push(this.SUBRULE(this.accessed))
          this.MANY({
            GATE: () => this.anotherItem(),
            DEF: () => {
              this.CONSUME(T.Comma)
              exprs.push(this.SUBRULE2(this.accessed))
            },
          })
          this.OPTION(() => this.CONSUME2(T.Comma))
          this.CONSUME(T.RParen)
        },
      },
      { ALT: () => exprs.push(this.SUBRULE3(this.accessed)) },
    ])
    this.CONSUME(T.K.In)
    const values = this.SUBRULE(this.pivotValues, { ARGS: [false] })
    return this.ACTION((): PivotColumn => ({ _tag: "PivotColumn", exprs, ...values, span: this.spanFrom(start) }))
  })

  /** `UNPIVOT INCLUDE NULLS (v FOR n IN (a, b))` after a table. */
  protected readonly unpivotClause = this.RULE("unpivotClause", (source?: FromItem): FromItem => {
    let includeNulls = false
    this.CONSUME(T.K.Unpivot)
    this.OPTION(() => {
      this.OR([
        {
          ALT: () => {
            this.CONSUME(T.K.Include)
            includeNulls = true
          },
        },
        { ALT: () => this.CONSUME(T.K.Exclude) },
      ])
      this.CONSUME(T.K.Nulls)
    })
    this.CONSUME(T.LParen)
    const values = this.OR2([
      { ALT: () => this.SUBRULE(this.nameList) },
      { ALT: () => [this.SUBRULE(this.nameOrText)] },
    ])
    this.CONSUME(T.K.For)
    const name = this.SUBRULE2(this.nameOrText)
    this.CONSUME(T.K.In)
    this.CONSUME2(T.LParen)
    const on = this.SUBRULE(this.targets)
    this.CONSUME2(T.RParen)
    this.CONSUME(T.RParen)
    const alias = this.SUBRULE(this.tableAlias)
    return this.ACTION((): FromItem => {
      const span = this.spanFrom(given(source).span.start)
      return { _tag: "UnpivotRef", source: given(source), includeNulls, values, name, on, alias, span }
    })
  })
}

/** What stands for several columns could be no one column's values. */
function refuseStar({ _tag, span }: NamedExpr): void {
  if (_tag !== "Star" && _tag !== "ColumnsCall") return
  const message = "syntax error: PIVOT takes single columns after ON"
  throw new SyntaxError({ message, span, hint: "name the columns, separated by commas" })
}

const NO_VALUES: Values = { values: [], query: undefined, enum: undefined }
