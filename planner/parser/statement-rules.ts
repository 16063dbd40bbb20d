import { EOF, type IToken } from "chevrotain"
import type { Identifier } from "../ast/expression.ts"
import type { NamedExpr, Query } from "../ast/query.ts"
import type {
  CreateMacroStatement,
  DropStatement,
  ExecuteStatement,
  MacroOverload,
  MacroParameter,
  OnExisting,
  Statement,
  Subject,
} from "../ast/statement.ts"
import { SyntaxError } from "../errors.ts"
import type { Rule } from "./name-rules.ts"
import { nearestName } from "./nearest.ts"
import { QueryRules } from "./query-rules.ts"
import * as T from "./tokens.ts"
import { unsupported } from "./unsupported.ts"

/** The only schema and the catalogs that a session's own tables may be qualified with. */
const OWN_SCHEMAS: ReadonlySet<string> = new Set(["main", "temp", "memory"])

/** What CREATE and DROP make and remove. */
const OBJECT_WORDS = ["VIEW", "TABLE", "MACRO", "FUNCTION"]

/** Statements that make, show or set something for those that follow in the session. COPY has a file of its own. */
export abstract class StatementRules extends QueryRules {
  protected readonly describeStatement: Rule<Statement> = this.RULE("describeStatement", () => {
    const start = this.LA(1).startOffset
    this.OR([
      { ALT: () => this.CONSUME(T.K.Describe) },
      { ALT: () => this.CONSUME(T.K.Desc) },
      { ALT: () => this.CONSUME(T.K.Show) },
    ])
    const subject = this.OPTION(() => this.SUBRULE(this.subject))
    return this.ACTION((): Statement => {
      const span = this.spanFrom(start)
      if (subject === undefined) return { _tag: "ShowStatement", what: "all tables", span }
      return { _tag: "DescribeStatement", subject, span }
    })
  })

  protected readonly summarizeStatement: Rule<Statement> = this.RULE("summarizeStatement", () => {
    const start = this.CONSUME(T.K.Summarize).startOffset
    const subject = this.SUBRULE(this.subject)
    return this.ACTION((): Statement => ({ _tag: "SummarizeStatement", subject, span: this.spanFrom(start) }))
  })

  /** A query, or a table by name or path. */
  private readonly subject: Rule<Subject> = this.RULE("subject", () => {
    const start = this.LA(1).startOffset
    return this.OR({
      ERR_MSG: "a table",
      DEF: [
        {
          GATE: () => !this.next(T.K.Table) && (this.startsQuery() || this.next(T.LParen)),
          ALT: () => {
            const query = this.SUBRULE(this.query)
            return this.ACTION((): Subject => ({ kind: "query", text: query.span }))
          },
        },
        {
          ALT: () => {
            this.OPTION(() => this.CONSUME(T.K.Table))
            const from = this.ACTION(() => this.LA(1).startOffset)
            this.OR2({
              ERR_MSG: "a table",
              DEF: [{ ALT: () => this.SUBRULE(this.ownName) }, { ALT: () => this.CONSUME(T.Text) }],
            })
            return this.ACTION((): Subject => ({ kind: "table", text: this.spanFrom(Math.max(from, start)) }))
          },
        },
      ],
    })
  })

  /** `SHOW TABLES`, `SHOW ALL TABLES`, `SHOW ALL`, `SHOW name`; SHOW of anything else is DESCRIBE. */
  protected readonly showStatement: Rule<Statement> = this.RULE("showStatement", () => {
    const start = this.CONSUME(T.K.Show).startOffset
    const first = this.CONSUME(T.Label)
    const second = this.OPTION({
      GATE: () => first.tokenType === T.K.All,
      DEF: () => this.SUBRULE(this.plainWord, { ARGS: [["TABLES"]] }),
    })
    return this.ACTION((): Statement => {
      const word = first.image.toUpperCase()
      if (word === "TABLES" && this.next(T.K.From)) {
        throw unsupported(
          "SHOW TABLES FROM … is not supported: there are no schemas.",
          T.spanOf(this.LA(1)),
          "SHOW TABLES",
        )
      }
      const what =
        word === "TABLES"
          ? "tables"
          : word !== "ALL"
            ? T.identifierOf(first)
            : second === undefined
              ? "settings"
              : "all tables"
      return { _tag: "ShowStatement", what, span: this.spanFrom(start) }
    })
  })

  /** Whether SHOW is about a name, and not a query or a path. */
  protected showsName(): boolean {
    if (this.startsQuery(2) || this.nextIs(T.Text, 2) || this.next(T.LParen, 2)) return false
    return this.nextIs(T.ColumnName, 2) ? !this.next(T.Dot, 3) : this.next(T.K.All, 2)
  }

  protected readonly createStatement: Rule<Statement> = this.RULE("createStatement", () => {
    const start = this.CONSUME(T.K.Create).startOffset
    let onExisting: OnExisting = "refuse"
    this.OPTION(() => {
      this.CONSUME(T.K.Or)
      this.CONSUME(T.K.Replace)
      onExisting = "replace"
    })
    this.OPTION2({
      GATE: () => /^TEMP(ORARY)?$/.test(this.word()),
      DEF: () => this.CONSUME(T.Label),
    })
    const kind = this.SUBRULE(this.objectKind, { ARGS: ["CREATE"] })
    this.OPTION3({
      GATE: () => this.word() === "IF" && this.next(T.K.Not, 2) && onExisting === "refuse",
      DEF: () => {
        this.CONSUME2(T.Label)
        this.CONSUME(T.K.Not)
        this.CONSUME(T.K.Exists)
        onExisting = "keep"
      },
    })
    const name = this.SUBRULE(this.ownName)
    return this.OR([
      {
        GATE: () => kind === "MACRO",
        ALT: () => {
          const overloads = this.SUBRULE(this.macroOverloads)
          return this.ACTION((): CreateMacroStatement => {
            return { _tag: "CreateMacroStatement", onExisting, name, overloads, span: this.spanFrom(start) }
          })
        },
      },
      {
        ALT: () => {
          const made = this.SUBRULE(this.namedQuery, { ARGS: [kind] })
          return this.ACTION((): Statement => {
            const { columns, query, withData } = made
            const same = { onExisting, name, columns, query, span: this.spanFrom(start) }
            return kind === "TABLE"
              ? { _tag: "CreateTableStatement", ...same, withData }
              : { _tag: "CreateViewStatement", ...same }
          })
        },
      },
    ])
  })

  /** `VIEW`, `TABLE` or `MACRO` (FUNCTION is another word for it); everything else that can be made is refused. */
  private readonly objectKind = this.RULE("objectKind", (verb = ""): string => {
    this.ACTION(() => {
      const word = this.word()
      if (OBJECT_WORDS.includes(word)) return
      const token = this.LA(1)
      const nearest = nearestName(word, OBJECT_WORDS)
      const hint = nearest === undefined ? `Skein has ${verb} VIEW, TABLE and MACRO` : `did you mean ${nearest}?`
      const what = token.tokenType === EOF || this.next(T.Semicolon) ? verb : `${verb} ${word}`
      throw unsupported(`${what} is not supported.`, T.spanOf(token), hint)
    })
    const token = this.CONSUME(T.Label)
    return this.ACTION(() => (token.image.toUpperCase() === "FUNCTION" ? "MACRO" : token.image.toUpperCase()))
  })

  /** `[(a, b)] AS query [WITH [NO] DATA]`. */
  private readonly namedQuery = this.RULE(
    "namedQuery",
    (kind = ""): { columns: readonly Identifier[]; query: Query; withData: boolean } => {
      let columns: readonly Identifier[] = []
      let withData = true
      this.ACTION(() => this.refuseDefinitions(kind))
      this.OPTION(() => {
        columns = this.SUBRULE(this.nameList)
      })
      this.CONSUME(T.K.As)
      const query = this.SUBRULE(this.query)
      this.OPTION2({
        GATE: () => kind === "TABLE",
        DEF: () => {
          this.CONSUME(T.K.With)
          this.OPTION3(() => {
            this.CONSUME(T.K.No)
            withData = false
          })
          this.SUBRULE(this.plainWord, { ARGS: [["DATA"]] })
        },
      })
      return { columns, query, withData }
    },
  )

  /** `CREATE TABLE t (a INTEGER)`. */
  private refuseDefinitions(kind: string): void {
    const listed = this.next(T.LParen) && (this.next(T.Comma, 3) || this.next(T.RParen, 3))
    if (kind !== "TABLE" || this.next(T.K.As) || listed) return
    throw unsupported(
      "CREATE TABLE makes a table of a query's rows only.",
      T.spanOf(this.LA(1)),
      "write CREATE TABLE name AS SELECT …",
    )
  }

  /** `(a, b := 1) AS expression, (a) AS …`. */
  private readonly macroOverloads: Rule<readonly MacroOverload[]> = this.RULE("macroOverloads", () => {
    const overloads: MacroOverload[] = []
    this.AT_LEAST_ONE_SEP({
      SEP: T.Comma,
      ERR_MSG: "the parameters",
      DEF: () => overloads.push(this.SUBRULE(this.macroOverload)),
    })
    return overloads
  })

  private readonly macroOverload: Rule<MacroOverload> = this.RULE("macroOverload", () => {
    const start = this.LA(1).startOffset
    const parameters: MacroParameter[] = []
    this.CONSUME(T.LParen)
    this.MANY_SEP({
      SEP: T.Comma,
      DEF: () => {
        const parameter = this.SUBRULE(this.macroParameter)
        this.ACTION(() => {
          this.refuseParameter(parameter, parameters)
          parameters.push(parameter)
        })
      },
    })
    this.CONSUME(T.RParen)
    this.CONSUME(T.K.As)
    const body = this.OR([
      {
        ALT: (): MacroOverload["body"] => {
          this.CONSUME(T.K.Table)
          const query = this.SUBRULE(this.query)
          return { _tag: "table", query }
        },
      },
      {
        ALT: (): MacroOverload["body"] => {
          const expr = this.SUBRULE(this.expression)
          return { _tag: "scalar", expr }
        },
      },
    ])
    return this.ACTION(() => ({ parameters, body, span: this.spanFrom(start) }))
  })

  private readonly macroParameter: Rule<MacroParameter> = this.RULE("macroParameter", () => {
    const name = this.SUBRULE(this.columnName)
    let value: NamedExpr | undefined
    this.ACTION(() => {
      if (!this.nextIs(T.TypeWord)) return
      throw unsupported(
        "Parameters of a macro that have a type are not supported.",
        T.spanOf(this.LA(1)),
        `leave the type out, and cast in the macro: CAST(${name.text} AS ${this.word()})`,
      )
    })
    this.OPTION(() => {
      this.CONSUME(T.ColonEquals)
      value = this.SUBRULE(this.expression)
    })
    return { name, default: value }
  })

  private refuseParameter(parameter: MacroParameter, before: readonly MacroParameter[]): void {
    const { name } = parameter
    if (before.some((other) => other.name.text.toLowerCase() === name.text.toLowerCase())) {
      throw new SyntaxError({ message: `syntax error: the macro has two parameters "${name.text}"`, span: name.span })
    }
    if (parameter.default === undefined && before.some((other) => other.default !== undefined)) {
      throw new SyntaxError({
        message: `syntax error: parameter "${name.text}" without a default follows one that has a default`,
        span: name.span,
      })
    }
  }

  protected readonly dropStatement: Rule<Statement> = this.RULE("dropStatement", () => {
    const start = this.CONSUME(T.K.Drop).startOffset
    let ifExists = false
    const object = this.SUBRULE(this.objectKind, { ARGS: ["DROP"] })
    let kind: DropStatement["kind"] = object === "VIEW" ? "view" : object === "TABLE" ? "table" : "macro"
    this.OPTION({
      GATE: () => object === "MACRO",
      DEF: () => {
        this.CONSUME(T.K.Table)
        kind = "table macro"
      },
    })
    this.OPTION2({
      GATE: () => this.word() === "IF" && this.next(T.K.Exists, 2),
      DEF: () => {
        this.CONSUME(T.Label)
        this.CONSUME(T.K.Exists)
        ifExists = true
      },
    })
    const name = this.SUBRULE(this.ownName)
    this.OPTION3({
      GATE: () => /^(CASCADE|RESTRICT)$/.test(this.word()),
      DEF: () => this.CONSUME2(T.Label),
    })
    return this.ACTION((): Statement => {
      if (this.next(T.Comma)) {
        throw unsupported("DROP takes one name.", T.spanOf(this.LA(1)), "write a statement for each")
      }
      return { _tag: "DropStatement", kind, ifExists, name, span: this.spanFrom(start) }
    })
  })

  protected readonly setStatement: Rule<Statement> = this.RULE("setStatement", () => {
    const start = this.CONSUME(T.K.Set).startOffset
    this.ACTION(() => this.refuseSet())
    const name = this.SUBRULE(this.settingName)
    this.OR({
      ERR_MSG: '"="',
      DEF: [
        { GATE: () => this.LA(1).image === "=", ALT: () => this.CONSUME(T.InfixOperator) },
        { ALT: () => this.CONSUME(T.K.To) },
      ],
    })
    let value: NamedExpr | undefined
    this.OR2({
      ERR_MSG: "a value",
      IGNORE_AMBIGUITIES: true,
      DEF: [
        {
          GATE: () => /^(DEFAULT|ON|ASC|DESC)$/.test(this.word()) && !this.next(T.QuotedName),
          ALT: () => (value = this.SUBRULE(this.barewordValue)),
        },
        { ALT: () => (value = this.SUBRULE(this.expression)) },
      ],
    })
    return this.ACTION((): Statement => {
      if (this.next(T.Comma)) throw unsupported("A setting takes one value.", T.spanOf(this.LA(1)))
      return { _tag: "SetStatement", name, value, span: this.spanFrom(start) }
    })
  })

  /** DEFAULT gives nothing; ON, ASC and DESC are reserved words, and values all the same. */
  private readonly barewordValue: Rule<NamedExpr | undefined> = this.RULE("barewordValue", () => {
    const token = this.CONSUME(T.Label)
    return this.ACTION((): NamedExpr | undefined => {
      if (token.image.toUpperCase() === "DEFAULT") return undefined
      return { _tag: "Literal", kind: "string", sql: `'${token.image}'`, span: T.spanOf(token) }
    })
  })

  private refuseSet(): void {
    const word = this.word()
    const span = T.spanOf(this.LA(1))
    const named = this.nextIs(T.ColumnName, 2)
    if (word === "LOCAL" && named) throw unsupported("SET LOCAL is not supported.", span, "write SET alone")
    if (word === "VARIABLE" && named) {
      throw unsupported("SET VARIABLE is not supported.", span, "PREPARE a statement with parameters, or use a macro")
    }
  }

  /** `[SESSION | GLOBAL] name`, `TIME ZONE`: both kinds of settings are this session's. */
  private readonly settingName: Rule<Identifier> = this.RULE("settingName", () => {
    this.OPTION({
      GATE: () => /^(SESSION|GLOBAL)$/.test(this.word()) && this.nextIs(T.Label, 2),
      DEF: () => this.CONSUME(T.Label),
    })
    const name = this.CONSUME(T.ColumnName, { ERR_MSG: "the name of a setting" })
    return this.ACTION(() => T.identifierOf(name))
  })

  protected readonly resetStatement: Rule<Statement> = this.RULE("resetStatement", () => {
    const start = this.CONSUME(T.K.Reset).startOffset
    let name: Identifier | undefined
    this.OR({
      ERR_MSG: "the name of a setting",
      IGNORE_AMBIGUITIES: true,
      DEF: [{ ALT: () => this.CONSUME(T.K.All) }, { ALT: () => (name = this.SUBRULE(this.settingName)) }],
    })
    return this.ACTION((): Statement => ({ _tag: "ResetStatement", name, span: this.spanFrom(start) }))
  })

  protected readonly executeStatement: Rule<Statement> = this.RULE("executeStatement", () => {
    const start = this.CONSUME(T.K.Execute).startOffset
    const name = this.SUBRULE(this.columnName)
    const args: ExecuteStatement["args"][number][] = []
    this.OPTION(() => {
      this.CONSUME(T.LParen)
      this.AT_LEAST_ONE_SEP({
        SEP: T.Comma,
        ERR_MSG: "a value",
        DEF: () => {
          let parameter: Identifier | undefined
          this.OPTION2({
            GATE: () => this.next(T.ColonEquals, 2),
            DEF: () => {
              const label = this.CONSUME(T.Label)
              this.CONSUME(T.ColonEquals)
              this.ACTION(() => {
                parameter = T.identifierOf(label)
              })
            },
          })
          const value = this.SUBRULE(this.expression)
          args.push({ name: parameter, value })
        },
      })
      this.CONSUME(T.RParen)
    })
    return this.ACTION((): Statement => ({ _tag: "ExecuteStatement", name, args, span: this.spanFrom(start) }))
  })

  protected readonly deallocateStatement: Rule<Statement> = this.RULE("deallocateStatement", () => {
    const start = this.CONSUME(T.K.Deallocate).startOffset
    let name: Identifier | undefined
    this.OPTION({
      GATE: () => this.nextIs(T.Label, 2),
      DEF: () => this.CONSUME(T.K.Prepare),
    })
    this.OR({
      ERR_MSG: "the name of a prepared statement",
      DEF: [{ ALT: () => this.CONSUME(T.K.All) }, { ALT: () => (name = this.SUBRULE(this.columnName)) }],
    })
    return this.ACTION((): Statement => ({ _tag: "DeallocateStatement", name, span: this.spanFrom(start) }))
  })

  /** `name`, `main.name`, `memory.main.name`: what the session itself has is in one schema. */
  protected readonly ownName: Rule<Identifier> = this.RULE("ownName", () => {
    const parts: Identifier[] = [this.SUBRULE(this.columnName)]
    this.MANY(() => {
      this.CONSUME(T.Dot)
      const part = this.CONSUME(T.Label)
      this.ACTION(() => parts.push(T.identifierOf(part)))
    })
    return this.ACTION((): Identifier => {
      const name = parts.at(-1) ?? NO_NAME
      const other = parts.slice(0, -1).find((part) => !OWN_SCHEMAS.has(part.text.toLowerCase()))
      if (other === undefined) return name
      throw unsupported(`there is no schema "${other.text}": a session's tables have no schema.`, other.span, name.text)
    })
  })

  /** A word that the grammar has no token for. */
  protected readonly plainWord = this.RULE("plainWord", (wanted: readonly string[] = []): IToken => {
    const token = this.CONSUME(T.Label, { ERR_MSG: wanted[0] ?? "a word" })
    this.ACTION(() => {
      if (wanted.includes(token.image.toUpperCase())) return
      const message = `syntax error: expected ${wanted.join(" or ")}, found "${token.image}"`
      throw new SyntaxError({ message, span: T.spanOf(token) })
    })
    return token
  })
}

/** Only while Chevrotain records the grammar is there no name. */
const NO_NAME: Identifier = { text: "", quoted: false, span: { start: 0, end: 0 } }
