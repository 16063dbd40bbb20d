import type { Identifier } from "../ast/expression.ts"
import type { FromItem, JoinRef, NamedExpr, TableAlias, TableFunctionRef, TableRef, Values } from "../ast/query.ts"
import { type Span, spanning } from "../ast/span.ts"
import { SyntaxError } from "../errors.ts"
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
  protected readonly fromItems = this.RULE("fromItems", (endsWithComma = false): FromItem => {
    let from = this.SUBRULE(this.joined)
    let tables = 1
    this.MANY({
      GATE: () => !endsWithComma || this.anotherItem(),
      DEF: () => {
        this.CONSUME(T.Comma)
        const right = this.SUBRULE2(this.joined)
        this.ACTION(() => {
          this.countTable(++tables, right.span)
          from = join("cross", from, right)
        })
      },
    })
    // DuckDB allows a comma after the last table, but not where FROM comes first.
    this.OPTION({ GATE: () => endsWithComma, DEF: () => this.CONSUME2(T.Comma) })
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
        { ALT: () => this.SUBRULE(this.lateral) },
        {
          GATE: () => this.next(T.K.Values) && this.next(T.LParen, 2),
          ALT: () => this.SUBRULE(this.valuesRef),
        },
        { GATE: () => this.startsTableFunction(), ALT: () => this.SUBRULE(this.tableFunction) },
        { ALT: () => this.SUBRULE(this.table) },
        { ALT: () => this.SUBRULE(this.parenthesisedFrom) },
      ],
    })
  })

  private refuseTable(): void {
    if (this.nextIs(T.ColumnName) && this.next(T.Colon, 2)) {
      const span = T.spanOf(this.LA(1))
      throw unsupported(`A prefix alias (${this.LA(1).image}: …) is not supported yet.`, span, "write … AS name")
    }
  }

  private startsTableFunction(): boolean {
    let ahead = 1
    while (this.nextIs(T.ColumnName, ahead) && this.next(T.Dot, ahead + 1)) ahead += 2
    return this.next(T.LParen, ahead + 1)
  }

  private readonly lateral: Rule<FromItem> = this.RULE("lateral", () => {
    const start = this.CONSUME(T.K.Lateral).startOffset
    const item = this.OR([
      {
        ALT: () => {
          this.CONSUME(T.LParen)
          const query = this.SUBRULE(this.query)
          this.CONSUME(T.RParen)
          const alias = this.SUBRULE(this.tableAlias)
          return this.ACTION((): FromItem => ({ _tag: "SubqueryRef", lateral: true, query, alias, span: query.span }))
        },
      },
      { ALT: () => this.SUBRULE(this.tableFunction) },
    ])
    return this.ACTION((): FromItem => {
      const span = this.spanFrom(start)
      return item._tag === "TableFunctionRef" || item._tag === "SubqueryRef" ? { ...item, lateral: true, span } : item
    })
  })

  /** `VALUES (1, 'a'), (2, 'b')`, a comma may end it. */
  protected readonly values: Rule<Values> = this.RULE("values", () => {
    const start = this.CONSUME(T.K.Values).startOffset
    const rows: (readonly NamedExpr[])[] = [this.SUBRULE(this.valuesRow)]
    this.MANY({
      GATE: () => this.next(T.LParen, 2),
      DEF: () => {
        this.CONSUME(T.Comma)
        rows.push(this.SUBRULE2(this.valuesRow))
      },
    })
    this.OPTION(() => this.CONSUME2(T.Comma))
    return this.ACTION((): Values => ({ _tag: "Values", rows, span: this.spanFrom(start) }))
  })

  private readonly valuesRow: Rule<readonly NamedExpr[]> = this.RULE("valuesRow", () => {
    const items: NamedExpr[] = []
    this.CONSUME(T.LParen)
    items.push(this.SUBRULE(this.expression))
    this.MANY({
      GATE: () => this.anotherItem(),
      DEF: () => {
        this.CONSUME(T.Comma)
        items.push(this.SUBRULE2(this.expression))
      },
    })
    this.OPTION(() => this.CONSUME2(T.Comma))
    this.CONSUME(T.RParen)
    return items
  })

  private readonly valuesRef: Rule<FromItem> = this.RULE("valuesRef", () => {
    const values = this.SUBRULE(this.values)
    const alias = this.SUBRULE(this.tableAlias)
    return this.ACTION((): FromItem => {
      const span = this.spanFrom(values.span.start)
      if (alias !== undefined) return { _tag: "ValuesRef", values, alias, span }
      throw new SyntaxError({
        message: "syntax error: VALUES in FROM needs a name",
        span: values.span,
        hint: "write FROM (VALUES …), or VALUES … AS t(a, b)",
      })
    })
  })

  private readonly table: Rule<FromItem> = this.RULE("table", () => {
    const table = this.SUBRULE(this.tableName)
    const alias = this.SUBRULE(this.tableAlias)
    return this.ACTION((): FromItem => ({ ...table, alias, span: this.spanFrom(table.span.start) }))
  })

  /** `t`, `s.t`, `c.s.t`, `'path'`. */
  protected readonly tableName: Rule<TableRef> = this.RULE("tableName", () => {
    const parts: Identifier[] = []
    let spelling: TableRef["spelling"] = "identifier"
    this.OR([
      {
        ALT: () => {
          parts.push(this.SUBRULE(this.columnName))
          this.MANY(() => {
            this.CONSUME(T.Dot)
            const part = this.CONSUME(T.Label)
            this.ACTION(() => parts.push(T.identifierOf(part)))
          })
        },
      },
      {
        ALT: () => {
          const token = this.CONSUME(T.Text)
          this.ACTION(() => {
            spelling = "string"
            parts.push({ text: textOf(token), quoted: true, span: T.spanOf(token) })
          })
        },
      },
    ])
    return this.ACTION((): TableRef => {
      const { qualifiers, last, span } = qualified(parts)
      const name = { qualifiers, name: last.text, spelling, nameSpan: last.span }
      return { _tag: "TableRef", ...name, alias: undefined, span }
    })
  })

  private readonly tableFunction: Rule<TableFunctionRef | TableRef> = this.RULE("tableFunction", () => {
    const parts: Identifier[] = []
    this.MANY({
      GATE: () => this.next(T.Dot, 2),
      DEF: () => {
        const part = this.CONSUME(T.ColumnName)
        this.CONSUME(T.Dot)
        this.ACTION(() => parts.push(T.identifierOf(part)))
      },
    })
    const name = this.CONSUME(T.FunctionName)
    this.CONSUME(T.LParen)
    const { args } = this.SUBRULE(this.callArguments)
    this.CONSUME(T.RParen)
    const callSpan = this.ACTION(() => this.spanFrom(parts[0]?.span.start ?? name.startOffset))
    let ordinality = false
    this.OPTION({
      GATE: () => this.next(T.K.Ordinality, 2),
      DEF: () => {
        this.CONSUME(T.K.With)
        this.CONSUME(T.K.Ordinality)
        ordinality = true
      },
    })
    const alias = this.SUBRULE(this.tableAlias)
    return this.ACTION((): TableFunctionRef | TableRef => {
      const { qualifiers, last } = qualified([...parts, T.identifierOf(name)])
      const span = this.spanFrom(callSpan.start)
      const path = ordinality || qualifiers.length > 0 ? undefined : onlyPath(last, args)
      if (path !== undefined) {
        return { _tag: "TableRef", qualifiers, name: path, spelling: "read_parquet", nameSpan: callSpan, alias, span }
      }
      const lower = last.quoted ? last.text : last.text.toLowerCase()
      const call = { qualifiers, name: lower, nameSpan: last.span, args, ordinality }
      return { _tag: "TableFunctionRef", ...call, lateral: false, alias, columnTypes: [], span }
    })
  })

  /** `(SELECT …) AS t` and `(a JOIN b ON …)`. */
  private readonly parenthesisedFrom: Rule<FromItem> = this.RULE("parenthesisedFrom", () => {
    const start = this.CONSUME(T.LParen).startOffset
    const inner = this.OR([
      { GATE: () => this.startsQuery(), ALT: () => this.SUBRULE(this.query) },
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
      if (inner._tag === "Query") return { _tag: "SubqueryRef", lateral: false, query: inner, alias, span }
      if (alias === undefined) return { ...inner, span }
      return { _tag: "ParenthesisedFrom", from: inner, alias, span }
    })
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

/** `schema.name` in its parts; DuckDB knows no longer path than `catalog.schema.name`. */
function qualified(parts: readonly Identifier[]): {
  readonly qualifiers: readonly Identifier[]
  readonly last: Identifier
  readonly span: Span
} {
  const [first, last] = [parts[0], parts.at(-1)]
  if (first === undefined || last === undefined) throw new TypeError("A table was read without a name.")
  const span = spanning(first.span, last.span)
  if (parts.length <= 3) return { qualifiers: parts.slice(0, -1), last, span }
  throw new SyntaxError({
    message: "syntax error: a table's name has at most three parts: catalog.schema.table",
    span,
    hint: "a file's path is written in quotes: FROM 'data/lineitem.parquet'",
  })
}

/** `read_parquet('path')` without options is another spelling of `'path'`. */
function onlyPath({ text }: Identifier, args: readonly NamedExpr[]): string | undefined {
  const [only, ...others] = args
  if (!/^(read_parquet|parquet_scan)$/i.test(text) || only?._tag !== "Literal" || others.length > 0) return undefined
  return only.kind === "string" ? only.sql.slice(1, -1).replaceAll("''", "'") : undefined
}
