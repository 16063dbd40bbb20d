import type { Identifier } from "../ast/expression.ts"
import type { FromItem, JoinRef, NamedExpr, TableAlias, TableRef } from "../ast/query.ts"
import { type Span, spanning } from "../ast/span.ts"
import { SEPARATOR } from "./expected.ts"
import { given } from "./expression-rules.ts"
import type { Rule } from "./name-rules.ts"
import { FROM_TABLES_MAX } from "./parser-state.ts"
import { PrimaryRules } from "./primary-rules.ts"
import { textOf } from "./text-literal.ts"
import * as T from "./tokens.ts"
import { unsupported } from "./unsupported.ts"

type JoinKind = JoinRef["kind"]

/** Tables, subqueries and joins. */
export abstract class FromRules extends PrimaryRules {
  /** `a, b JOIN c ON …`: a comma is a cross join that binds last. */
  protected readonly fromItems: Rule<FromItem> = this.RULE("fromItems", () => {
    let from = this.SUBRULE(this.joined)
    let tables = 1
    this.MANY({
      GATE: () => this.anotherItem(),
      DEF: () => {
        this.CONSUME(T.Comma)
        const right = this.SUBRULE2(this.joined)
        this.ACTION(() => {
          this.countTable(++tables, right.span)
          from = join("cross", from, right)
        })
      },
    })
    // DuckDB allows a comma after the last table.
    this.OPTION(() => this.CONSUME2(T.Comma))
    return from
  })

  private countTable(tables: number, span: Span): void {
    if (tables <= FROM_TABLES_MAX) return
    throw unsupported(`More than ${FROM_TABLES_MAX} tables in one FROM are not supported.`, span)
  }

  private readonly joined: Rule<FromItem> = this.RULE("joined", () => {
    let from = this.SUBRULE(this.fromItem)
    let tables = 1
    this.MANY(() => {
      const next = this.SUBRULE(this.joinTo, { ARGS: [from] })
      this.ACTION(() => {
        this.countTable(++tables, next.span)
        from = next
      })
    })
    this.ACTION(() => this.refuseClause())
    return from
  })

  private readonly joinTo = this.RULE("joinTo", (left?: FromItem): FromItem => {
    let natural = false
    let kind: JoinKind = "inner"
    return this.OR([
      {
        ALT: () => {
          this.CONSUME(T.K.Cross)
          this.CONSUME(T.K.Join)
          const right = this.SUBRULE(this.fromItem)
          return this.ACTION(() => join("cross", given(left), right))
        },
      },
      {
        ALT: () => {
          this.OPTION(() => {
            this.CONSUME(T.K.Natural)
            natural = true
          })
          this.OPTION2(() => {
            kind = this.SUBRULE(this.joinKind)
          })
          this.CONSUME2(T.K.Join)
          const right = this.SUBRULE(this.joinRight, { ARGS: [natural] })
          const condition = this.OR2({
            ERR_MSG: ["ON", "USING"].join(SEPARATOR),
            DEF: [
              { GATE: () => !natural, ALT: () => this.SUBRULE(this.joinCondition) },
              { GATE: () => natural, ALT: () => undefined },
            ],
          })
          return this.ACTION((): FromItem => {
            const found = condition ?? { on: undefined, using: [], end: right.span.end }
            const span = { start: given(left).span.start, end: found.end }
            return { ...join(kind, given(left), right), natural, on: found.on, using: found.using, span }
          })
        },
      },
    ])
  })

  private readonly joinKind: Rule<JoinKind> = this.RULE("joinKind", () =>
    this.OR([
      { ALT: () => this.outer("inner", () => this.CONSUME(T.K.Inner)) },
      { ALT: () => this.outer("semi", () => this.CONSUME(T.K.Semi)) },
      { ALT: () => this.outer("anti", () => this.CONSUME(T.K.Anti)) },
      {
        ALT: () => {
          const kind = this.OR2([
            { ALT: () => this.outer("left", () => this.CONSUME(T.K.Left)) },
            { ALT: () => this.outer("right", () => this.CONSUME(T.K.Right)) },
            { ALT: () => this.outer("full", () => this.CONSUME(T.K.Full)) },
          ])
          this.OPTION(() => this.CONSUME(T.K.Outer))
          return kind
        },
      },
    ]),
  )

  private outer(kind: JoinKind, consume: () => void): JoinKind {
    consume()
    return kind
  }

  /** `a JOIN b JOIN c ON x ON y`: a join before the ON belongs to the right side. A natural join has no ON. */
  private readonly joinRight = this.RULE("joinRight", (natural = false): FromItem => {
    let right = this.SUBRULE(this.fromItem)
    this.ACTION(() => this.enter())
    this.MANY({
      GATE: () => !natural,
      DEF: () => {
        const next = this.SUBRULE(this.joinTo, { ARGS: [right] })
        this.ACTION(() => {
          right = next
        })
      },
    })
    this.ACTION(() => this.leave())
    return right
  })

  private readonly joinCondition = this.RULE(
    "joinCondition",
    (): { on: NamedExpr | undefined; using: readonly Identifier[]; end: number } => {
      let on: NamedExpr | undefined
      let using: readonly Identifier[] = []
      this.OR({
        ERR_MSG: ["ON", "USING"].join(SEPARATOR),
        DEF: [
          {
            ALT: () => {
              this.CONSUME(T.K.On)
              on = this.SUBRULE(this.expression)
            },
          },
          {
            ALT: () => {
              this.CONSUME(T.K.Using)
              using = this.SUBRULE(this.nameList)
            },
          },
        ],
      })
      return this.ACTION(() => ({ on, using, end: this.spanFrom(0).end }))
    },
  )

  private readonly fromItem: Rule<FromItem> = this.RULE("fromItem", () => {
    this.ACTION(() => this.refuseTable())
    return this.OR({
      ERR_MSG: ["a table", "a 'path'", "a subquery"].join(SEPARATOR),
      DEF: [
        { GATE: () => this.next(T.LParen, 2), ALT: () => this.SUBRULE(this.tableFunction) },
        { ALT: () => this.SUBRULE(this.table) },
        { ALT: () => this.SUBRULE(this.parenthesisedFrom) },
      ],
    })
  })

  private refuseTable(): void {
    const span = T.spanOf(this.LA(1))
    const word = this.word()
    if (word === "VALUES" && this.next(T.LParen, 2)) throw unsupported("VALUES is not supported yet.", span)
    if (word === "LATERAL") throw unsupported("LATERAL is not supported yet.", span)
    if (this.nextIs(T.ColumnName) && this.next(T.Colon, 2)) {
      throw unsupported(`A prefix alias (${this.LA(1).image}: …) is not supported yet.`, span, "write … AS name")
    }
  }

  private readonly table: Rule<FromItem> = this.RULE("table", () => {
    const token = this.OR([{ ALT: () => this.CONSUME(T.ColumnName) }, { ALT: () => this.CONSUME(T.Text) }])
    this.ACTION(() => {
      if (this.next(T.Dot)) {
        const end = T.spanOf(this.LA(2)).end
        throw unsupported(
          "Tables of a schema are not supported yet.",
          { start: token.startOffset, end },
          "a file's path is written in quotes: FROM 'data/lineitem.parquet'",
        )
      }
    })
    const alias = this.SUBRULE(this.tableAlias)
    return this.ACTION((): FromItem => {
      const text = T.isText(token)
      const name = text ? textOf(token) : T.identifierOf(token).text
      return this.tableRef(name, text ? "string" : "identifier", T.spanOf(token), alias)
    })
  })

  private tableRef(
    name: string,
    spelling: TableRef["spelling"],
    nameSpan: Span,
    alias: TableAlias | undefined,
  ): TableRef {
    return { _tag: "TableRef", name, spelling, nameSpan, alias, span: this.spanFrom(nameSpan.start) }
  }

  /** Only `read_parquet('…')`: other table functions are refused by name. */
  private readonly tableFunction: Rule<FromItem> = this.RULE("tableFunction", () => {
    const name = this.CONSUME(T.FunctionName)
    this.ACTION(() => {
      if (/^(read_parquet|parquet_scan)$/i.test(name.image)) return
      throw unsupported(
        `The table function ${name.image}(…) is not supported yet.`,
        T.spanOf(name),
        "FROM takes a table, a 'path' or read_parquet('path')",
      )
    })
    this.CONSUME(T.LParen)
    this.ACTION(() => {
      if (this.next(T.LBracket)) {
        throw unsupported(
          "read_parquet with a list of files is not supported yet.",
          T.spanOf(this.LA(1)),
          "use a glob: 'data/*.parquet'",
        )
      }
    })
    const path = this.CONSUME(T.Text, { ERR_MSG: "a 'path'" })
    this.ACTION(() => {
      if (this.next(T.Comma)) throw unsupported("Options of read_parquet are not supported yet.", T.spanOf(this.LA(1)))
    })
    this.CONSUME(T.RParen)
    const nameSpan = this.ACTION(() => this.spanFrom(name.startOffset))
    const alias = this.SUBRULE(this.tableAlias)
    return this.ACTION((): FromItem => this.tableRef(textOf(path), "read_parquet", nameSpan, alias))
  })

  /** `(SELECT …) AS t` and `(a JOIN b ON …)`. */
  private readonly parenthesisedFrom: Rule<FromItem> = this.RULE("parenthesisedFrom", () => {
    const start = this.CONSUME(T.LParen).startOffset
    const inner = this.OR([
      { GATE: () => this.startsQuery(), ALT: () => this.SUBRULE(this.subquery) },
      {
        ALT: () => {
          this.ACTION(() => this.enter())
          const from = this.SUBRULE(this.joined)
          this.ACTION(() => this.leave())
          return from
        },
      },
    ])
    this.CONSUME(T.RParen)
    const alias = this.SUBRULE(this.tableAlias)
    return this.ACTION((): FromItem => {
      const span = this.spanFrom(start)
      if (inner._tag === "SubqueryRef" && inner.alias === undefined) return { ...inner, alias, span }
      if (alias === undefined) return { ...inner, span }
      throw unsupported("An alias for tables in parentheses is not supported yet.", alias.name.span, "name each table")
    })
  })

  private readonly subquery: Rule<FromItem> = this.RULE("subquery", () => {
    const query = this.SUBRULE(this.query)
    return this.ACTION((): FromItem => ({ _tag: "SubqueryRef", query, alias: undefined, span: query.span }))
  })

  private readonly tableAlias: Rule<TableAlias | undefined> = this.RULE("tableAlias", () => {
    let alias: TableAlias | undefined
    this.ACTION(() => this.refuseClause())
    this.OPTION(() => {
      const name = this.OR([
        {
          ALT: () => {
            this.CONSUME(T.K.As)
            return this.SUBRULE(this.nameOrText)
          },
        },
        { ALT: () => this.SUBRULE(this.columnName) },
      ])
      let columns: readonly Identifier[] = []
      this.OPTION2(() => {
        columns = this.SUBRULE(this.nameList)
      })
      this.ACTION(() => {
        alias = { name, columns }
        this.refuseClause()
      })
    })
    return alias
  })
}

function join(kind: JoinKind, left: FromItem, right: FromItem): JoinRef {
  const span = spanning(left.span, right.span)
  return { _tag: "JoinRef", kind, natural: false, left, right, on: undefined, using: [], span }
}
