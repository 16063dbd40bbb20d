import type { ColumnRef, Identifier, Star } from "../ast/expression.ts"
import type { Cte, FromItem, NamedExpr, Query, QueryBody, Select, SelectItem } from "../ast/query.ts"
import type { Span } from "../ast/span.ts"
import { SEPARATOR } from "./expected.ts"
import { FromRules } from "./from-rules.ts"
import type { Rule } from "./name-rules.ts"
import { type Clause, SET_OPERATIONS_MAX } from "./parser-state.ts"
import { aroundBody, refuseSameNames, setOperationOf, type SetOperator, setOperations } from "./set-operations.ts"
import { textOf } from "./text-literal.ts"
import * as T from "./tokens.ts"
import { unsupported } from "./unsupported.ts"

type Body = Omit<Select, "_tag" | "span">
type Limits = Pick<Query, "limit" | "limitPercent" | "offset">
type With = Pick<Query, "with" | "recursive">

/** WITH, set operations, SELECT and what follows it. */
export abstract class QueryRules extends FromRules {
  protected readonly query: Rule<Query> = this.RULE("query", () => {
    const start = this.LA(1).startOffset
    const outer = { clause: this.clause, expressions: this.expressionNesting }
    let ctes: With = { with: [], recursive: false }
    let orderBy: Query["orderBy"] = []
    this.ACTION(() => {
      this.enter()
      this.expressionNesting = 0
    })
    this.OPTION(() => {
      ctes = this.SUBRULE(this.withClause)
    })
    const body = this.SUBRULE(this.queryBody)
    this.ACTION(() => this.refuseClause())
    this.OPTION2(() => {
      this.reach("order")
      orderBy = this.SUBRULE(this.orderBy)
    })
    const limits = this.SUBRULE(this.limits)
    return this.ACTION(() => {
      this.refuseClause()
      this.leave()
      this.innerClause = this.clause
      // At the end of the outermost query its last clause still says what could follow.
      if (outer.clause !== "statement") this.clause = outer.clause
      this.expressionNesting = outer.expressions
      return aroundBody({ _tag: "Query", ...ctes, body, orderBy, ...limits, span: this.spanFrom(start) })
    })
  })

  /** `a UNION b INTERSECT c`: INTERSECT binds first. */
  private readonly queryBody: Rule<QueryBody> = this.RULE("queryBody", () => {
    const terms: QueryBody[] = [this.SUBRULE(this.queryTerm)]
    const operators: SetOperator[] = []
    this.MANY(() => {
      const operator = this.SUBRULE(this.setOperator)
      const term = this.SUBRULE2(this.queryTerm)
      this.ACTION(() => {
        this.countSetOperation(operators.push(operator), operator.span)
        terms.push(term)
      })
    })
    return this.ACTION(() => setOperations(terms, operators))
  })

  private countSetOperation(count: number, span: Span): void {
    if (count <= SET_OPERATIONS_MAX) return
    throw unsupported(`More than ${SET_OPERATIONS_MAX} set operations in one query are not supported.`, span)
  }

  private readonly setOperator: Rule<SetOperator> = this.RULE("setOperator", () => {
    const start = this.LA(1).startOffset
    let all = false
    let byName = false
    const word = this.OR([
      { ALT: () => this.CONSUME(T.K.Union) },
      { ALT: () => this.CONSUME(T.K.Intersect) },
      { ALT: () => this.CONSUME(T.K.Except) },
    ])
    this.OPTION(() =>
      this.OR2([
        {
          ALT: () => {
            this.CONSUME(T.K.All)
            all = true
          },
        },
        { ALT: () => this.CONSUME(T.K.Distinct) },
      ]),
    )
    this.OPTION2({
      GATE: () => word.tokenType === T.K.Union,
      DEF: () => {
        this.CONSUME(T.K.By)
        this.CONSUME(T.K.Name)
        byName = true
      },
    })
    return this.ACTION(() => ({ op: setOperationOf(word), all, byName, span: this.spanFrom(start) }))
  })

  /** One side of a set operation, or all that there is. */
  private readonly queryTerm: Rule<QueryBody> = this.RULE("queryTerm", () => {
    const start = this.LA(1).startOffset
    return this.OR({
      ERR_MSG: ["SELECT", "FROM"].join(SEPARATOR),
      DEF: [
        {
          ALT: () => {
            this.CONSUME(T.LParen)
            const query = this.SUBRULE(this.query)
            this.CONSUME(T.RParen)
            return query
          },
        },
        { ALT: () => this.select(start, this.SUBRULE(this.selectFirst)) },
        { ALT: () => this.select(start, this.SUBRULE(this.fromFirst)) },
        { ALT: () => this.SUBRULE(this.values) },
        { ALT: () => this.SUBRULE(this.tableStatement) },
      ],
    })
  })

  private select(start: number, body: Body): Select {
    return this.ACTION(() => ({ _tag: "Select", ...body, span: this.spanFrom(start) }))
  }

  private readonly tableStatement: Rule<QueryBody> = this.RULE("tableStatement", () => {
    const start = this.CONSUME(T.K.Table).startOffset
    this.reach("from")
    const table = this.SUBRULE(this.tableName)
    return this.ACTION((): QueryBody => ({ _tag: "TableStatement", table, span: this.spanFrom(start) }))
  })

  private readonly withClause: Rule<With> = this.RULE("withClause", () => {
    const ctes: Cte[] = []
    let recursive = false
    this.reach("with")
    this.CONSUME(T.K.With)
    this.OPTION({
      // Before AS, a parenthesis or USING it is a CTE's name.
      GATE: () => this.nextIs(T.ColumnName, 2),
      DEF: () => {
        this.CONSUME(T.K.Recursive)
        recursive = true
      },
    })
    this.AT_LEAST_ONE_SEP({ SEP: T.Comma, ERR_MSG: "a name", DEF: () => ctes.push(this.SUBRULE(this.cte)) })
    return this.ACTION(() => {
      refuseSameNames(ctes)
      return { with: ctes, recursive }
    })
  })

  private readonly cte: Rule<Cte> = this.RULE("cte", () => {
    const name = this.SUBRULE(this.columnName)
    let columns: readonly Identifier[] = []
    let usingKey: readonly NamedExpr[] = []
    let materialized: boolean | undefined
    this.OPTION(() => {
      columns = this.SUBRULE(this.nameList)
    })
    this.OPTION2(() => {
      usingKey = this.SUBRULE(this.usingKey)
    })
    this.CONSUME(T.K.As)
    this.OPTION3(() => {
      materialized = true
      this.OPTION4(() => {
        this.CONSUME(T.K.Not)
        materialized = false
      })
      this.CONSUME(T.K.Materialized)
    })
    this.CONSUME(T.LParen)
    const query = this.SUBRULE(this.query)
    this.CONSUME(T.RParen)
    return this.ACTION((): Cte => {
      const span = this.spanFrom(name.span.start)
      return { _tag: "Cte", name, columns, usingKey, materialized, query, span }
    })
  })

  private readonly usingKey: Rule<readonly NamedExpr[]> = this.RULE("usingKey", () => {
    const keys: NamedExpr[] = []
    this.CONSUME(T.K.Using)
    this.CONSUME(T.K.Key)
    this.CONSUME(T.LParen)
    keys.push(this.SUBRULE(this.expression))
    this.MANY({
      GATE: () => this.anotherItem(),
      DEF: () => {
        this.CONSUME(T.Comma)
        keys.push(this.SUBRULE2(this.expression))
      },
    })
    this.OPTION(() => this.CONSUME2(T.Comma))
    this.CONSUME(T.RParen)
    return keys
  })

  private readonly selectFirst: Rule<Body> = this.RULE("selectFirst", () => {
    const { distinct, items } = this.SUBRULE(this.selectList)
    let from: FromItem | undefined
    this.ACTION(() => this.refuseClause())
    this.OPTION(() => {
      from = this.SUBRULE(this.fromClause, { ARGS: [true] })
    })
    const rest = this.SUBRULE(this.filters)
    return this.ACTION(() => ({ distinct, items, from, ...rest }))
  })

  /** `FROM t`, `FROM t SELECT a`. */
  private readonly fromFirst: Rule<Body> = this.RULE("fromFirst", () => {
    const from = this.SUBRULE(this.fromClause, { ARGS: [false] })
    let list: Pick<Body, "distinct" | "items"> | undefined
    this.ACTION(() => this.refuseClause())
    this.OPTION(() => {
      list = this.SUBRULE(this.selectList)
    })
    const rest = this.SUBRULE(this.filters)
    return this.ACTION(() => ({ ...(list ?? everything(from)), from, ...rest }))
  })

  private readonly fromClause = this.RULE("fromClause", (endsWithComma = false): FromItem => {
    this.reach("from")
    this.CONSUME(T.K.From)
    return this.SUBRULE(this.fromItems, { ARGS: [endsWithComma] })
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
    return this.ACTION(() => ({ limit, limitPercent: false, offset }))
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
