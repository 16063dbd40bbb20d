import { EOF, type TokenType } from "chevrotain"
import type { PreparableStatement, Statement } from "../ast/statement.ts"
import { SyntaxError } from "../errors.ts"
import { CopyRules } from "./copy-rules.ts"
import type { Rule } from "./name-rules.ts"
import { nearestName } from "./nearest.ts"
import * as T from "./tokens.ts"
import { REFUSED_STATEMENTS, unsupported } from "./unsupported.ts"

interface ExplainOptions {
  verbose: boolean
  analyze: boolean
  format: "text" | "json"
}

/** The whole grammar: a script of statements. Not reentrant; `parse.ts` keeps the only one. */
export class SqlParser extends CopyRules {
  constructor(skipValidations: boolean) {
    super(skipValidations)
    this.performSelfAnalysis()
  }

  readonly script: Rule<readonly Statement[]> = this.RULE("script", () => {
    const statements: Statement[] = []
    this.MANY_SEP({
      SEP: T.Semicolon,
      DEF: () => {
        this.ACTION(() => this.refuseStatement())
        this.OPTION(() => statements.push(this.SUBRULE(this.statement)))
      },
    })
    return statements
  })

  private readonly statement: Rule<Statement> = this.RULE("statement", () => {
    this.reach("statement")
    // DESCRIBE and SUMMARIZE are queries, too; alone they are statements of their own.
    return this.OR({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        { GATE: () => this.next(T.K.Show) && this.showsName(), ALT: () => this.SUBRULE(this.showStatement) },
        { ALT: () => this.SUBRULE(this.describeStatement) },
        { ALT: () => this.SUBRULE(this.summarizeStatement) },
        { ALT: () => this.SUBRULE(this.explain) },
        { ALT: () => this.SUBRULE(this.createStatement) },
        { ALT: () => this.SUBRULE(this.dropStatement) },
        { ALT: () => this.SUBRULE(this.setStatement) },
        { ALT: () => this.SUBRULE(this.resetStatement) },
        { ALT: () => this.SUBRULE(this.prepare) },
        { ALT: () => this.SUBRULE(this.executeStatement) },
        { ALT: () => this.SUBRULE(this.deallocateStatement) },
        { ALT: () => this.SUBRULE(this.copyStatement) },
        { ALT: () => this.SUBRULE(this.queryStatement) },
      ],
    })
  })

  private readonly prepare: Rule<Statement> = this.RULE("prepare", () => {
    const start = this.CONSUME(T.K.Prepare).startOffset
    const name = this.SUBRULE(this.columnName)
    this.ACTION(() => {
      if (!this.next(T.LParen)) return
      const hint = "leave them out, and cast in the statement: CAST($1 AS INTEGER)"
      throw unsupported("Types of a prepared statement's parameters are not supported.", T.spanOf(this.LA(1)), hint)
    })
    this.CONSUME(T.K.As)
    const statement = this.SUBRULE(this.preparable)
    return this.ACTION((): Statement => ({ _tag: "PrepareStatement", name, statement, span: this.spanFrom(start) }))
  })

  private readonly preparable: Rule<PreparableStatement> = this.RULE("preparable", () => {
    this.ACTION(() => {
      if (PREPARABLE.includes(this.LA(1).tokenType)) return
      throw unsupported(
        `${this.word()} cannot be prepared.`,
        T.spanOf(this.LA(1)),
        "a query, COPY, DESCRIBE, SUMMARIZE, SHOW and EXPLAIN can be",
      )
    })
    const statement = this.SUBRULE(this.statement)
    return this.ACTION(() => asPreparable(statement))
  })

  private readonly queryStatement: Rule<Statement> = this.RULE("queryStatement", () => {
    const query = this.SUBRULE(this.query)
    return this.ACTION((): Statement => ({ _tag: "QueryStatement", query, span: query.span }))
  })

  /** Statements that are known and refused, and words that begin none. */
  private refuseStatement(): void {
    const token = this.LA(1)
    if (BEGINS.has(token.tokenType)) return
    const span = T.spanOf(token)
    const refusal = this.next(T.QuotedName) ? undefined : REFUSED_STATEMENTS.get(this.word())
    if (refusal !== undefined) throw unsupported(refusal.message, this.toEndOfStatement(), refusal.hint)
    const nearest = nearestName(token.image, BEGIN_WORDS)
    const error = { message: `syntax error: a statement cannot begin with "${token.image}"`, span }
    const hint = nearest === undefined ? "begin with SELECT, FROM, WITH or EXPLAIN" : `did you mean ${nearest}?`
    throw new SyntaxError({ ...error, hint })
  }

  private toEndOfStatement(): { readonly start: number; readonly end: number } {
    let ahead = 1
    while (!this.next(T.Semicolon, ahead + 1) && !this.next(EOF, ahead + 1)) ahead++
    return { start: this.LA(1).startOffset, end: T.spanOf(this.LA(ahead)).end }
  }

  /** `EXPLAIN [ANALYZE] [VERBOSE] query`, `EXPLAIN (FORMAT json, ANALYZE) query`. */
  private readonly explain: Rule<Statement> = this.RULE("explain", () => {
    const start = this.CONSUME(T.K.Explain).startOffset
    const options: ExplainOptions = { verbose: false, analyze: false, format: "text" }
    this.OPTION({
      GATE: () => !this.startsQuery(2) && !this.next(T.LParen, 2),
      DEF: () => this.SUBRULE(this.explainOptions, { ARGS: [options] }),
    })
    this.MANY(() =>
      this.OR([
        {
          ALT: () => {
            this.CONSUME(T.K.Analyze)
            options.analyze = true
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.K.Verbose)
            options.verbose = true
          },
        },
      ]),
    )
    this.ACTION(() => {
      this.refuseStatement()
      if (this.next(T.K.Explain)) throw unsupported("EXPLAIN of EXPLAIN is not supported.", T.spanOf(this.LA(1)))
    })
    const query = this.SUBRULE(this.query)
    return this.ACTION((): Statement => {
      return { _tag: "ExplainStatement", ...options, query, span: this.spanFrom(start) }
    })
  })

  private readonly explainOptions = this.RULE(
    "explainOptions",
    (options: ExplainOptions = { verbose: false, analyze: false, format: "text" }) => {
      this.CONSUME(T.LParen)
      this.AT_LEAST_ONE_SEP({
        SEP: T.Comma,
        ERR_MSG: "FORMAT, ANALYZE or VERBOSE",
        DEF: () => {
          const name = this.CONSUME(T.Label, { ERR_MSG: "FORMAT, ANALYZE or VERBOSE" })
          const value = this.OPTION(() =>
            this.OR([{ ALT: () => this.CONSUME2(T.Label) }, { ALT: () => this.CONSUME(T.Text) }]),
          )
          this.ACTION(() => {
            const wanted = value === undefined ? undefined : value.image.replaceAll("'", "").toLowerCase()
            const option = name.image.toLowerCase()
            if (option === "format" && (wanted === "json" || wanted === "text")) options.format = wanted
            else if (option === "analyze" && isOn(wanted)) options.analyze = true
            else if (option === "verbose" && isOn(wanted)) options.verbose = true
            else if (!((option === "analyze" || option === "verbose") && wanted === "false")) {
              const text = value === undefined ? name.image : `${name.image} ${value.image}`
              const span = { start: name.startOffset, end: T.spanOf(value ?? name).end }
              throw unsupported(
                `EXPLAIN (${text}) is not supported.`,
                span,
                "choose from FORMAT text, FORMAT json, ANALYZE, VERBOSE",
              )
            }
          })
        },
      })
      this.CONSUME(T.RParen)
    },
  )
}

/** What a statement may begin with. */
const QUERY_BEGINS = [
  T.K.Select,
  T.K.With,
  T.K.From,
  T.K.Values,
  T.K.Table,
  T.K.Pivot,
  T.K.PivotWider,
  T.K.Unpivot,
  T.K.PivotLonger,
  T.LParen,
]
const PREPARABLE = [...QUERY_BEGINS, T.K.Explain, T.K.Describe, T.K.Desc, T.K.Summarize, T.K.Show, T.K.Copy]
const BEGINS: ReadonlySet<TokenType> = new Set([
  ...PREPARABLE,
  T.Semicolon,
  T.K.Create,
  T.K.Drop,
  T.K.Set,
  T.K.Reset,
  T.K.Prepare,
  T.K.Execute,
  T.K.Deallocate,
  EOF,
])

/** The most usual first, for misspelt ones. */
const BEGIN_WORDS =
  "SELECT WITH FROM EXPLAIN DESCRIBE SUMMARIZE SHOW CREATE DROP SET RESET PREPARE EXECUTE DEALLOCATE COPY".split(" ")

function asPreparable(statement: Statement): PreparableStatement {
  switch (statement._tag) {
    case "QueryStatement":
    case "ExplainStatement":
    case "DescribeStatement":
    case "SummarizeStatement":
    case "ShowStatement":
    case "CopyStatement":
      return statement
    default:
      throw unsupported("This statement cannot be prepared.", statement.span)
  }
}

function isOn(value: string | undefined): boolean {
  return value === undefined || value === "true" || value === "on"
}
