import type { ColumnRef, Identifier, Star } from "../ast/expression.ts"
import type { Cte, FromItem, NamedExpr, Query, Select, SelectItem } from "../ast/query.ts"
import { SEPARATOR } from "./expected.ts"
import { FromRules } from "./from-rules.ts"
import type { Rule } from "./name-rules.ts"
import type { Clause } from "./parser-state.ts"
import { textOf } from "./text-literal.ts"
import * as T from "./tokens.ts"
import { unsupported } from "./unsupported.ts"

type Body = Omit<Select, "_tag" | "span">
type Limits = Pick<Query, "limit" | "offset">

/** WITH, SELECT and what follows it. */
export abstract class QueryRules extends FromRules {
  protected readonly query: Rule<Query> = this.RULE("query", () => {
    const start = this.LA(1).startOffset
    const outer = { clause: this.clause, expressions: this.expressionNesting }
    let ctes: readonly Cte[] = []
    this.ACTION(() => {
      this.enter()
      this.expressionNesting = 0
    })
    this.OPTION(() => {
      ctes = this.SUBRULE(this.withClause)
    })
    const result = this.OR({
      ERR_MSG: ["SELECT", "FROM"].join(SEPARATOR),
      DEF: [
        { ALT: () => this.SUBRULE(this.wrappedQuery) },
        { ALT: () => this.SUBRULE(this.plainQuery, { ARGS: [start] }) },
      ],
    })
    return this.ACTION(() => {
      this.leave()
      this.innerClause = this.clause
      // At the end of the outermost query its last clause still says what could follow.
      if (outer.clause !== "statement") this.clause = outer.clause
      this.expressionNesting = outer.expressions
      return ctes.length === 0 ? result : { ...result, with: [...ctes, ...result.with], span: this.spanFrom(start) }
    })
  })

  /** `(SELECT …)`: the parentheses mean nothing unless more follows them. */
  private readonly wrappedQuery: Rule<Query> = this.RULE("wrappedQuery", () => {
    this.CONSUME(T.LParen)
    const query = this.SUBRULE(this.query)
    this.CONSUME(T.RParen)
    this.ACTION(() => {
      this.refuseClause()
      if (this.next(T.K.Order) || this.next(T.K.Limit) || this.next(T.K.Offset) || this.next(T.K.Fetch)) {
        throw unsupported(
          "Clauses after a query in parentheses are not supported yet.",
          T.spanOf(this.LA(1)),
          "write FROM (SELECT …) ORDER BY …",
        )
      }
    })
    return query
  })

  private readonly plainQuery = this.RULE("plainQuery", (start: number = 0): Query => {
    const bodyStart = this.LA(1).startOffset
    const body = this.OR({
      ERR_MSG: ["SELECT", "FROM"].join(SEPARATOR),
      DEF: [{ ALT: () => this.SUBRULE(this.selectFirst) }, { ALT: () => this.SUBRULE(this.fromFirst) }],
    })
    const bodySpan = this.ACTION(() => this.spanFrom(bodyStart))
    let orderBy: Query["orderBy"] = []
    this.ACTION(() => this.refuseClause())
    this.OPTION(() => {
      this.reach("order")
      orderBy = this.SUBRULE(this.orderBy)
    })
    const limits = this.SUBRULE(this.limits)
    return this.ACTION(() => {
      this.refuseClause()
      const select: Select = { _tag: "Select", ...body, span: bodySpan }
      return { _tag: "Query", with: [], body: select, orderBy, ...limits, span: this.spanFrom(start) }
    })
  })

  private readonly withClause: Rule<readonly Cte[]> = this.RULE("withClause", () => {
    const ctes: Cte[] = []
    this.reach("with")
    this.CONSUME(T.K.With)
    this.ACTION(() => {
      if (this.word() === "RECURSIVE" && !this.next(T.K.As, 2)) {
        throw unsupported("WITH RECURSIVE is not supported yet.", T.spanOf(this.LA(1)))
      }
    })
    this.AT_LEAST_ONE_SEP({ SEP: T.Comma, ERR_MSG: "a name", DEF: () => ctes.push(this.SUBRULE(this.cte)) })
    return ctes
  })

  private readonly cte: Rule<Cte> = this.RULE("cte", () => {
    const name = this.SUBRULE(this.columnName)
    let columns: readonly Identifier[] = []
    let materialized: boolean | undefined
    this.OPTION(() => {
      columns = this.SUBRULE(this.nameList)
    })
    this.CONSUME(T.K.As)
    this.OPTION2(() => {
      materialized = true
      this.OPTION3(() => {
        this.CONSUME(T.K.Not)
        materialized = false
      })
      this.CONSUME(T.K.Materialized)
    })
    this.CONSUME(T.LParen)
    const query = this.SUBRULE(this.query)
    this.CONSUME(T.RParen)
    return this.ACTION(() => ({ name, columns, materialized, query, span: this.spanFrom(name.span.start) }))
  })

  private readonly selectFirst: Rule<Body> = this.RULE("selectFirst", () => {
    const { distinct, items } = this.SUBRULE(this.selectList)
    let from: FromItem | undefined
    this.ACTION(() => this.refuseClause())
    this.OPTION(() => {
      from = this.SUBRULE(this.fromClause)
    })
    const rest = this.SUBRULE(this.filters)
    return this.ACTION(() => ({ distinct, items, from, ...rest }))
  })

  /** `FROM t`, `FROM t SELECT a`. */
  private readonly fromFirst: Rule<Body> = this.RULE("fromFirst", () => {
    const from = this.SUBRULE(this.fromClause)
    let list: Pick<Body, "distinct" | "items"> | undefined
    this.ACTION(() => this.refuseClause())
    this.OPTION(() => {
      list = this.SUBRULE(this.selectList)
    })
    const rest = this.SUBRULE(this.filters)
    return this.ACTION(() => ({ ...(list ?? everything(from)), from, ...rest }))
  })

  private readonly fromClause: Rule<FromItem> = this.RULE("fromClause", () => {
    this.reach("from")
    this.CONSUME(T.K.From)
    return this.SUBRULE(this.fromItems)
  })

  private readonly selectList: Rule<Pick<Body, "distinct" | "items">> = this.RULE("selectList", () => {
    const items: SelectItem[] = []
    let distinct = false
    this.reach("select")
    this.CONSUME(T.K.Select)
    this.OPTION(() =>
      this.OR([
        {
          ALT: () => {
            this.CONSUME(T.K.Distinct)
            distinct = true
          },
        },
        { ALT: () => this.CONSUME(T.K.All) },
      ]),
    )
    this.ACTION(() => {
      if (distinct && this.next(T.K.On)) throw unsupported("DISTINCT ON is not supported yet.", T.spanOf(this.LA(1)))
    })
    items.push(this.SUBRULE(this.selectItem))
    this.MANY({
      GATE: () => this.anotherItem(),
      DEF: () => {
        this.CONSUME(T.Comma)
        items.push(this.SUBRULE2(this.selectItem))
      },
    })
    this.OPTION2(() => this.CONSUME2(T.Comma))
    return this.ACTION(() => ({ distinct, items }))
  })

  private readonly selectItem: Rule<SelectItem> = this.RULE("selectItem", () => {
    const start = this.LA(1).startOffset
    this.ACTION(() => {
      if (this.nextIs(T.ColumnName) && this.next(T.Colon, 2)) {
        const name = this.LA(1).image
        throw unsupported(
          `A prefix alias (${name}: …) is not supported yet.`,
          T.spanOf(this.LA(1)),
          `write … AS ${name}`,
        )
      }
    })
    const expr = this.SUBRULE(this.expression)
    const alias = this.SUBRULE(this.itemAlias)
    return this.ACTION(() => ({ expr, alias, span: this.spanFrom(start) }))
  })

  private readonly itemAlias: Rule<Identifier | undefined> = this.RULE("itemAlias", () => {
    let alias: Identifier | undefined
    this.OPTION(() => {
      const token = this.OR([
        {
          ALT: () => {
            this.CONSUME(T.K.As)
            return this.OR2({
              ERR_MSG: "a name",
              DEF: [{ ALT: () => this.CONSUME(T.Label) }, { ALT: () => this.CONSUME(T.Text) }],
            })
          },
        },
        { ALT: () => this.CONSUME(T.BareAlias) },
      ])
      this.ACTION(() => {
        const text = T.isText(token)
        alias = text ? { text: textOf(token), quoted: true, span: T.spanOf(token) } : T.identifierOf(token)
      })
    })
    return alias
  })

  private readonly filters: Rule<Pick<Body, "where" | "groupBy" | "having">> = this.RULE("filters", () => {
    let where: NamedExpr | undefined
    let groupBy: Select["groupBy"]
    let having: NamedExpr | undefined
    this.OPTION(() => {
      this.reach("where")
      this.CONSUME(T.K.Where)
      where = this.SUBRULE(this.expression)
    })
    this.OPTION2(() => {
      groupBy = this.SUBRULE(this.groupBy)
    })
    this.OPTION3(() => {
      this.reach("having")
      this.CONSUME(T.K.Having)
      having = this.SUBRULE2(this.expression)
    })
    this.ACTION(() => this.refuseClause())
    return { where, groupBy, having }
  })

  private readonly groupBy: Rule<NonNullable<Select["groupBy"]>> = this.RULE("groupBy", () => {
    const items: NamedExpr[] = []
    let all = false
    this.reach("group")
    this.CONSUME(T.K.Group)
    this.CONSUME(T.K.By)
    this.OR({
      ERR_MSG: ["an expression", "ALL"].join(SEPARATOR),
      DEF: [
        {
          ALT: () => {
            this.CONSUME(T.K.All)
            all = true
          },
        },
        {
          ALT: () => {
            this.ACTION(() => this.refuseGrouping())
            items.push(this.SUBRULE(this.expression))
            this.MANY({
              GATE: () => this.anotherItem(),
              DEF: () => {
                this.CONSUME(T.Comma)
                this.ACTION(() => this.refuseGrouping())
                items.push(this.SUBRULE2(this.expression))
              },
            })
            this.OPTION(() => this.CONSUME2(T.Comma))
          },
        },
      ],
    })
    return this.ACTION(() => ({ all, items }))
  })

  private refuseGrouping(): void {
    const word = this.word()
    const span = T.spanOf(this.LA(1))
    if ((word === "ROLLUP" || word === "CUBE") && this.next(T.LParen, 2)) {
      throw unsupported(`GROUP BY ${word} is not supported yet.`, span, "run one query for each grouping")
    }
    if (word === "GROUPING" && this.word(2) === "SETS") {
      throw unsupported("GROUPING SETS is not supported yet.", span, "run one query for each grouping")
    }
    if (this.next(T.LParen) && this.next(T.RParen, 2)) throw unsupported("GROUP BY () is not supported yet.", span)
  }

  /** LIMIT and OFFSET in either order, or the standard's FETCH FIRST. */
  private readonly limits: Rule<Limits> = this.RULE("limits", () => {
    let limit: NamedExpr | undefined
    let offset: NamedExpr | undefined
    this.OPTION(() => {
      this.reach("limit")
      this.OR([
        {
          ALT: () => {
            limit = this.SUBRULE(this.limitClause)
            this.OPTION2(() => {
              offset = this.SUBRULE(this.offsetClause)
            })
          },
        },
        {
          ALT: () => {
            offset = this.SUBRULE2(this.offsetClause)
            this.OPTION3(() => {
              limit = this.SUBRULE2(this.limitClause)
            })
          },
        },
      ])
    })
    return this.ACTION(() => ({ limit, offset }))
  })

  private readonly limitClause: Rule<NamedExpr | undefined> = this.RULE("limitClause", () => {
    let limit: NamedExpr | undefined
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.K.Limit)
          this.ACTION(() => this.refuseLimit())
          this.OR2({
            ERR_MSG: "a number",
            DEF: [
              { ALT: () => this.CONSUME(T.K.All) },
              {
                ALT: () => {
                  limit = this.SUBRULE(this.expression)
                },
              },
            ],
          })
          this.ACTION(() => {
            if (this.next(T.Comma)) {
              throw unsupported("LIMIT a, b is not supported.", T.spanOf(this.LA(1)), "write LIMIT b OFFSET a")
            }
          })
        },
      },
      {
        ALT: () => {
          limit = this.SUBRULE(this.fetchClause)
        },
      },
    ])
    return limit
  })

  private refuseLimit(): void {
    const percent = this.nextIs(T.NumberText) && (this.LA(2).image === "%" || this.word(2) === "PERCENT")
    if (percent)
      throw unsupported("LIMIT with a percentage is not supported yet.", T.spanOf(this.LA(1)), "give a number of rows")
  }

  private readonly fetchClause: Rule<NamedExpr> = this.RULE("fetchClause", () => {
    const start = this.CONSUME(T.K.Fetch).startOffset
    let count: NamedExpr | undefined
    this.OR([{ ALT: () => this.CONSUME(T.K.First) }, { ALT: () => this.CONSUME(T.K.Next) }])
    this.OPTION({
      GATE: () => !this.next(T.K.Row) && !this.next(T.K.Rows),
      DEF: () => {
        count = this.SUBRULE(this.primary)
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
      DEF: () => this.OR([{ ALT: () => this.CONSUME(T.K.Row) }, { ALT: () => this.CONSUME(T.K.Rows) }]),
    })
    return offset
  })

  protected reach(clause: Clause): void {
    this.ACTION(() => {
      this.clause = clause
    })
  }
}

/** `FROM t` alone means `SELECT * FROM t`. */
function everything(from: FromItem): Pick<Body, "distinct" | "items"> {
  const { span } = from
  const star: Star<ColumnRef> = { _tag: "Star", relation: undefined, exclude: [], replace: [], rename: [], span }
  return { distinct: false, items: [{ expr: star, alias: undefined, span }] }
}
