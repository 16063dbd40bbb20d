import type { Identifier } from "../ast/expression.ts"
import type {
  AtClause,
  FromItem,
  NamedExpr,
  ReaderCall,
  Sample,
  TableAlias,
  TableRef,
  TypedColumn,
  Values,
} from "../ast/query.ts"
import { type Span, spanning } from "../ast/span.ts"
import { SyntaxError } from "../errors.ts"
import { SEPARATOR } from "./expected.ts"
import type { Rule } from "./name-rules.ts"
import { SampleRules } from "./sample-rules.ts"
import { textOf } from "./text-literal.ts"
import * as T from "./tokens.ts"

/** What FROM takes between its joins: tables, table functions, subqueries, VALUES. */
export abstract class FromRules extends SampleRules {
  /** A table with everything that is joined to it. */
  protected abstract readonly joined: Rule<FromItem>

  /** `t`, `a: t`. */
  protected readonly fromItem: Rule<FromItem> = this.RULE("fromItem", () => {
    const start = this.LA(1)
    let name: Identifier | undefined
    this.OPTION({
      GATE: () => this.next(T.Colon, 2),
      DEF: () => {
        name = this.SUBRULE(this.nameOrText)
        this.CONSUME(T.Colon)
        this.ACTION(() => this.refuseUnnameable())
      },
    })
    const item = this.SUBRULE(this.unnamedItem)
    return this.ACTION(() => (name === undefined ? item : named(item, name, this.spanFrom(start.startOffset))))
  })

  /** VALUES and LATERAL take their names only after them. */
  private refuseUnnameable(): void {
    if (!this.next(T.K.Lateral) && !(this.next(T.K.Values) && this.next(T.LParen, 2))) return
    const token = this.LA(1)
    throw new SyntaxError({
      message: `syntax error: ${token.image} cannot be named in front`,
      span: T.spanOf(token),
      hint: "write the name behind it: … AS name",
    })
  }

  private readonly unnamedItem: Rule<FromItem> = this.RULE("unnamedItem", () =>
    this.OR({
      ERR_MSG: ["a table", "a 'path'", "a subquery"].join(SEPARATOR),
      DEF: [
        { ALT: () => this.SUBRULE(this.lateral) },
        {
          GATE: () => this.next(T.K.Values) && this.next(T.LParen, 2),
          ALT: () => this.SUBRULE(this.valuesRef),
        },
        { GATE: () => this.startsTableFunction(), ALT: () => this.SUBRULE(this.tableFunction, { ARGS: [true] }) },
        { ALT: () => this.SUBRULE(this.table) },
        { ALT: () => this.SUBRULE(this.parenthesisedFrom) },
      ],
    }),
  )

  private startsTableFunction(): boolean {
    let ahead = 1
    while (this.nextIs(ahead === 1 ? T.ColumnName : T.Label, ahead) && this.next(T.Dot, ahead + 1)) ahead += 2
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
          const sample = undefined
          return this.ACTION((): FromItem => {
            return { _tag: "SubqueryRef", lateral: true, query, alias, sample, span: query.span }
          })
        },
      },
      { ALT: () => this.SUBRULE(this.tableFunction, { ARGS: [false] }) },
    ])
    return this.ACTION((): FromItem => {
      const span = this.spanFrom(start)
      return item._tag === "TableFunctionRef" || item._tag === "SubqueryRef" ? { ...item, lateral: true, span } : item
    })
  })

  /** `VALUES (1, 'a'), (2, 'b')`, a comma may end it. */
  protected readonly values: Rule<Values> = this.RULE("values", () => {
    const start = this.CONSUME(T.K.Values).startOffset
    const rows: (readonly NamedExpr[])[] = [this.SUBRULE(this.expressions)]
    this.MANY({
      GATE: () => this.next(T.LParen, 2),
      DEF: () => {
        this.CONSUME(T.Comma)
        rows.push(this.SUBRULE2(this.expressions))
      },
    })
    this.OPTION(() => this.CONSUME2(T.Comma))
    return this.ACTION((): Values => ({ _tag: "Values", rows, span: this.spanFrom(start) }))
  })

  private readonly valuesRef: Rule<FromItem> = this.RULE("valuesRef", () => {
    const values = this.SUBRULE(this.values)
    const alias = this.SUBRULE(this.tableAlias)
    const sample = this.OPTION(() => this.SUBRULE(this.tableSample))
    return this.ACTION((): FromItem => {
      const span = this.spanFrom(values.span.start)
      if (alias !== undefined) return { _tag: "ValuesRef", values, alias, sample, span }
      throw new SyntaxError({
        message: "syntax error: VALUES in FROM needs a name",
        span: values.span,
        hint: "write FROM (VALUES …), or VALUES … AS t(a, b)",
      })
    })
  })

  /** `t`, `t *`, `ONLY t`, `ONLY (t)`: the last three mean the same. */
  private readonly table: Rule<FromItem> = this.RULE("table", () => {
    const start = this.LA(1)
    const found = this.OR([
      {
        ALT: () => {
          this.CONSUME(T.K.Only)
          return this.OR2([
            {
              ALT: () => {
                this.CONSUME(T.LParen)
                const inner = this.SUBRULE(this.tableName)
                this.CONSUME(T.RParen)
                return inner
              },
            },
            { ALT: () => this.SUBRULE2(this.tableName) },
          ])
        },
      },
      {
        ALT: () => {
          const plain = this.SUBRULE3(this.tableName)
          this.OPTION(() => this.CONSUME(T.Star))
          return plain
        },
      },
    ])
    const name = this.ACTION(() => ({ ...found, nameSpan: this.spanFrom(start.startOffset) }))
    const alias = this.SUBRULE(this.tableAlias)
    const at = this.OPTION2(() => this.SUBRULE(this.atClause))
    const sample = this.OPTION3(() => this.SUBRULE(this.tableSample))
    return this.ACTION((): FromItem => ({ ...name, alias, at, sample, span: this.spanFrom(start.startOffset) }))
  })

  /** `AT (VERSION => 3)`, `AT (TIMESTAMP => now())`. */
  private readonly atClause: Rule<AtClause> = this.RULE("atClause", () => {
    const start = this.CONSUME(T.K.At).startOffset
    this.CONSUME(T.LParen)
    const word = this.OR([{ ALT: () => this.CONSUME(T.K.Timestamp) }, { ALT: () => this.CONSUME(T.K.Version) }])
    this.CONSUME(T.FatArrow)
    const expr = this.SUBRULE(this.expression)
    this.CONSUME(T.RParen)
    return this.ACTION((): AtClause => {
      const unit = word.tokenType === T.K.Version ? "version" : "timestamp"
      return { _tag: "AtClause", unit, expr, span: this.spanFrom(start) }
    })
  })

  /** `t`, `s.t`, `c.s.t`, `'path'`. */
  protected readonly tableName: Rule<TableRef> = this.RULE("tableName", () => {
    let parts: readonly Identifier[] = []
    let spelling: TableRef["spelling"] = "identifier"
    this.OR([
      {
        ALT: () => {
          parts = this.SUBRULE(this.path)
        },
      },
      {
        ALT: () => {
          const token = this.CONSUME(T.Text)
          this.ACTION(() => {
            spelling = "string"
            parts = [{ text: textOf(token), quoted: true, span: T.spanOf(token) }]
          })
        },
      },
    ])
    return this.ACTION((): TableRef => {
      const { qualifiers, last, span } = qualified(parts)
      const name = { qualifiers, name: last.text, spelling, nameSpan: span }
      return { _tag: "TableRef", ...name, alias: undefined, at: undefined, sample: undefined, span }
    })
  })

  protected readonly path: Rule<readonly Identifier[]> = this.RULE("path", () => {
    const parts: Identifier[] = [this.SUBRULE(this.columnName)]
    this.MANY(() => {
      this.CONSUME(T.Dot)
      const part = this.CONSUME(T.Label)
      this.ACTION(() => parts.push(T.identifierOf(part)))
    })
    return parts
  })

  private readonly tableFunction = this.RULE("tableFunction", (takesSample = false): FromItem => {
    const parts = this.SUBRULE(this.functionPath)
    this.CONSUME(T.LParen)
    const { args } = this.SUBRULE(this.callArguments)
    this.CONSUME(T.RParen)
    const callSpan = this.ACTION(() => this.spanFrom(parts[0]?.span.start ?? 0))
    let ordinality = false
    this.OPTION({
      GATE: () => this.next(T.K.Ordinality, 2),
      DEF: () => {
        this.CONSUME(T.K.With)
        this.CONSUME(T.K.Ordinality)
        ordinality = true
      },
    })
    const { alias, typedColumns } = this.SUBRULE(this.functionAlias)
    let sample: Sample | undefined
    this.OPTION2({
      GATE: () => takesSample,
      DEF: () => {
        sample = this.SUBRULE(this.tableSample)
      },
    })
    return this.ACTION((): FromItem => {
      const { qualifiers, last } = qualified(parts)
      const after = { alias, sample, span: this.spanFrom(callSpan.start) }
      const reader = ordinality || typedColumns.length > 0 || qualifiers.length > 0 ? undefined : readerCall(last, args)
      const path = reader?.paths[0]
      if (reader !== undefined && path !== undefined) {
        const isPlain = reader.name === "read_parquet" && args.length === 1 && reader.paths.length === 1
        const table = {
          ...(isPlain ? {} : { reader }),
          qualifiers,
          name: path,
          spelling: "read_parquet",
          nameSpan: callSpan,
        } as const
        return { _tag: "TableRef", ...table, at: undefined, ...after }
      }
      const lower = last.quoted ? last.text : last.text.toLowerCase()
      const call = { qualifiers, name: lower, nameSpan: last.span, args, ordinality, typedColumns }
      return { _tag: "TableFunctionRef", ...call, lateral: false, ...after }
    })
  })

  /** `f`, `s.f`, `c.s.f`: after a dot any word is a name. */
  private readonly functionPath: Rule<readonly Identifier[]> = this.RULE("functionPath", () =>
    this.OR([
      { GATE: () => this.next(T.Dot, 2), ALT: () => this.SUBRULE(this.path) },
      {
        ALT: () => {
          const name = this.CONSUME(T.FunctionName)
          return this.ACTION(() => [T.identifierOf(name)])
        },
      },
    ]),
  )

  /** A name with columns, which may have types: `t(a INTEGER)`, and even `AS (a INTEGER)`. */
  private readonly functionAlias: Rule<FunctionAlias> = this.RULE("functionAlias", () => {
    let alias: TableAlias | undefined
    let typedColumns: readonly TypedColumn[] = []
    this.OR([
      {
        GATE: () => this.next(T.LParen, 2),
        ALT: () => {
          this.CONSUME(T.K.As)
          typedColumns = this.SUBRULE(this.typedColumns)
        },
      },
      {
        ALT: () => {
          alias = this.SUBRULE(this.tableAlias)
          this.OPTION(() => {
            typedColumns = this.SUBRULE2(this.typedColumns)
          })
        },
      },
    ])
    return this.ACTION(() => ({ alias, typedColumns }))
  })

  private readonly typedColumns: Rule<readonly TypedColumn[]> = this.RULE("typedColumns", () => {
    const columns: TypedColumn[] = []
    this.CONSUME(T.LParen)
    this.AT_LEAST_ONE_SEP({
      SEP: T.Comma,
      DEF: () => {
        const name = this.SUBRULE(this.nameOrText)
        const type = this.SUBRULE(this.typeName)
        this.OPTION(() => {
          this.CONSUME(T.K.Collate)
          this.SUBRULE(this.path)
        })
        this.ACTION(() => columns.push({ name, type }))
      },
    })
    this.CONSUME(T.RParen)
    return columns
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
    let sample: Sample | undefined
    this.OPTION({
      GATE: () => inner._tag === "Query",
      DEF: () => {
        sample = this.SUBRULE(this.tableSample)
      },
    })
    return this.ACTION((): FromItem => {
      const span = this.spanFrom(start)
      if (inner._tag === "Query") return { _tag: "SubqueryRef", lateral: false, query: inner, alias, sample, span }
      if (inner._tag !== "JoinRef") throw needlessParentheses(inner, span)
      return alias === undefined ? { ...inner, span } : { _tag: "ParenthesisedFrom", from: inner, alias, span }
    })
  })

  /** `AS t`, `t(a, b)`. Columns with types are left to what may have them. */
  protected readonly tableAlias: Rule<TableAlias | undefined> = this.RULE("tableAlias", () => {
    let alias: TableAlias | undefined
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
      this.OPTION2({
        GATE: () => !this.nextIs(T.TypeWord, 3),
        DEF: () => {
          columns = this.SUBRULE(this.nameList)
        },
      })
      this.ACTION(() => {
        alias = { name, columns }
      })
    })
    return alias
  })
}

interface FunctionAlias {
  readonly alias: TableAlias | undefined
  readonly typedColumns: readonly TypedColumn[]
}

/** `name: item`. */
function named(item: FromItem, name: Identifier, span: Span): FromItem {
  const alias: TableAlias = { name, columns: [] }
  if (item._tag === "JoinRef") return { _tag: "ParenthesisedFrom", from: item, alias, span }
  if (item.alias === undefined) return { ...item, alias, span }
  throw new SyntaxError({
    message: `syntax error: "${name.text}" gets a second name`,
    span: item.alias.name.span,
    hint: `leave one of the two: ${name.text}: … or … AS ${item.alias.name.text}`,
  })
}

function needlessParentheses(item: FromItem, span: Span): SyntaxError {
  const what = item._tag === "TableRef" ? `FROM ${item.name}` : "it"
  return new SyntaxError({
    message: "syntax error: parentheses in FROM hold a query or a join",
    span,
    hint: `write ${what} without them, or (FROM …) for a query`,
  })
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

/** `read_parquet` of paths that are written out, and its options; undefined for any other call. */
function readerCall({ text }: Identifier, args: readonly NamedExpr[]): ReaderCall | undefined {
  const [first, ...others] = args
  const paths = pathsOf(first)
  const options = others.map(optionOf)
  if (!/^(read_parquet|parquet_scan)$/i.test(text) || paths.length === 0 || options.includes(undefined))
    return undefined
  return { name: text.toLowerCase(), paths, options: options.filter((option) => option !== undefined) }
}

function pathsOf(expr: NamedExpr | undefined): readonly string[] {
  if (expr?._tag === "ListLiteral") {
    const paths = expr.items.map(pathsOf)
    return paths.every((each) => each.length === 1) ? paths.flat() : []
  }
  if (expr?._tag !== "Literal" || expr.kind !== "string") return []
  return [expr.sql.slice(1, -1).replaceAll("''", "'")]
}

/** `name = value`, and with `:=` or `=>`. */
function optionOf(expr: NamedExpr): ReaderCall["options"][number] | undefined {
  if (expr._tag === "NamedArgument") return { name: expr.name, value: expr.value }
  if (expr._tag !== "Binary" || expr.op !== "=" || expr.left._tag !== "ColumnRef") return undefined
  const [name, ...more] = expr.left.parts
  return name === undefined || more.length > 0 ? undefined : { name, value: expr.right }
}
