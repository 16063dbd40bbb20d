import type { Identifier } from "../ast/expression.ts"
import type { CopyOption, CopyOptionValue, CopySource, Statement } from "../ast/statement.ts"
import type { Rule } from "./name-rules.ts"
import { StatementRules } from "./statement-rules.ts"
import { textOf } from "./text-literal.ts"
import * as T from "./tokens.ts"
import { unsupported } from "./unsupported.ts"

/** `COPY (query) TO 'path' (FORMAT parquet, PARTITION_BY (a, b))`. What an option means is the session's affair. */
export abstract class CopyRules extends StatementRules {
  protected readonly copyStatement: Rule<Statement> = this.RULE("copyStatement", () => {
    const start = this.CONSUME(T.K.Copy).startOffset
    this.ACTION(() => {
      if (this.next(T.K.From) && this.word(2) === "DATABASE") {
        throw unsupported(
          "COPY FROM DATABASE is not supported.",
          T.spanOf(this.LA(1)),
          "COPY one table after the other",
        )
      }
    })
    const source = this.OR([{ ALT: () => this.SUBRULE(this.copyQuery) }, { ALT: () => this.SUBRULE(this.copyTable) }])
    this.ACTION(() => {
      if (!this.next(T.K.From)) return
      const hint = "a file is read by name: FROM 'path'"
      throw unsupported(
        "COPY … FROM is not supported: nothing can be inserted into a table.",
        T.spanOf(this.LA(1)),
        hint,
      )
    })
    this.CONSUME(T.K.To)
    const path = this.CONSUME(T.Text, { ERR_MSG: "a 'path'" })
    let options: readonly CopyOption[] = []
    this.OPTION(() => this.CONSUME(T.K.With))
    this.OPTION2(() => {
      options = this.SUBRULE(this.copyOptions)
    })
    return this.ACTION((): Statement => {
      const span = this.spanFrom(start)
      return { _tag: "CopyStatement", source, path: textOf(path), pathSpan: T.spanOf(path), options, span }
    })
  })

  private readonly copyQuery: Rule<CopySource> = this.RULE("copyQuery", (): CopySource => {
    this.CONSUME(T.LParen)
    const query = this.SUBRULE(this.query)
    this.CONSUME(T.RParen)
    return { _tag: "query", query }
  })

  private readonly copyTable: Rule<CopySource> = this.RULE("copyTable", (): CopySource => {
    const start = this.LA(1).startOffset
    let columns: readonly Identifier[] = []
    this.OR({
      ERR_MSG: "a table",
      DEF: [{ ALT: () => this.SUBRULE(this.ownName) }, { ALT: () => this.CONSUME(T.Text) }],
    })
    const name = this.ACTION(() => this.spanFrom(start))
    this.OPTION(() => {
      columns = this.SUBRULE(this.nameList)
    })
    return { _tag: "table", name, columns }
  })

  private readonly copyOptions: Rule<readonly CopyOption[]> = this.RULE("copyOptions", () => {
    const options: CopyOption[] = []
    this.CONSUME(T.LParen)
    this.AT_LEAST_ONE_SEP({
      SEP: T.Comma,
      ERR_MSG: "an option",
      DEF: () => options.push(this.SUBRULE(this.copyOption)),
    })
    this.CONSUME(T.RParen)
    return options
  })

  private readonly copyOption: Rule<CopyOption> = this.RULE("copyOption", () => {
    const name = this.CONSUME(T.Label, { ERR_MSG: "an option" })
    let value: CopyOptionValue | undefined
    this.OPTION({
      GATE: () => !this.next(T.Comma) && !this.next(T.RParen),
      DEF: () => {
        value = this.SUBRULE(this.copyOptionValue)
      },
    })
    return this.ACTION(() => ({ name: name.image.toLowerCase(), nameSpan: T.spanOf(name), value }))
  })

  private readonly copyOptionValue: Rule<CopyOptionValue> = this.RULE("copyOptionValue", () =>
    this.OR({
      ERR_MSG: "a value",
      DEF: [
        {
          ALT: (): CopyOptionValue => {
            const token = this.CONSUME(T.Text)
            return this.ACTION(() => ({ _tag: "string", text: textOf(token), span: T.spanOf(token) }))
          },
        },
        {
          ALT: (): CopyOptionValue => {
            const token = this.CONSUME(T.NumberText)
            return this.ACTION(() => ({ _tag: "number", text: token.image.replaceAll("_", ""), span: T.spanOf(token) }))
          },
        },
        {
          ALT: (): CopyOptionValue => {
            const token = this.CONSUME(T.Star)
            return this.ACTION(() => ({ _tag: "star", span: T.spanOf(token) }))
          },
        },
        {
          ALT: (): CopyOptionValue => {
            const start = this.LA(1).startOffset
            const names = this.SUBRULE(this.nameList)
            return this.ACTION(() => ({ _tag: "names", names, span: this.spanFrom(start) }))
          },
        },
        {
          ALT: (): CopyOptionValue => {
            const token = this.CONSUME(T.Label)
            return this.ACTION(() => ({ _tag: "word", text: T.identifierOf(token).text, span: T.spanOf(token) }))
          },
        },
      ],
    }),
  )
}
