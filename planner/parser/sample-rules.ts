import type { IToken } from "chevrotain"
import type { Sample } from "../ast/query.ts"
import { SyntaxError } from "../errors.ts"
import type { Rule } from "./name-rules.ts"
import { TargetRules } from "./target-rules.ts"
import * as T from "./tokens.ts"

type Size = Pick<Sample, "size" | "unit">

const METHODS: readonly NonNullable<Sample["method"]>[] = ["system", "bernoulli", "reservoir"]

/** USING SAMPLE and TABLESAMPLE. */
export abstract class SampleRules extends TargetRules {
  protected readonly tableSample: Rule<Sample> = this.RULE("tableSample", () => {
    const start = this.CONSUME(T.K.Tablesample).startOffset
    const sample = this.SUBRULE(this.sampleEntry)
    return this.ACTION(() => ({ ...sample, span: this.spanFrom(start) }))
  })

  protected readonly usingSample: Rule<Sample> = this.RULE("usingSample", () => {
    const start = this.CONSUME(T.K.Using).startOffset
    this.CONSUME(T.K.Sample)
    const sample = this.SUBRULE(this.sampleEntry)
    return this.ACTION(() => ({ ...sample, span: this.spanFrom(start) }))
  })

  /** `10%`, `10% (system, 42)`, `reservoir(50 ROWS) REPEATABLE (42)`. */
  private readonly sampleEntry: Rule<Sample> = this.RULE("sampleEntry", () => {
    const start = this.LA(1).startOffset
    let size: Size = { size: 0, unit: "rows" }
    let method: IToken | undefined
    let seed: IToken | undefined
    this.OR({
      ERR_MSG: "a number of rows or a percentage",
      DEF: [
        {
          ALT: () => {
            size = this.SUBRULE(this.sampleSize)
            this.OPTION(() => {
              this.CONSUME(T.LParen)
              method = this.CONSUME(T.ColumnName)
              this.OPTION2(() => {
                this.CONSUME(T.Comma)
                seed = this.CONSUME(T.Integer)
              })
              this.CONSUME(T.RParen)
            })
          },
        },
        {
          ALT: () => {
            this.OPTION3(() => {
              method = this.CONSUME2(T.ColumnName)
            })
            this.CONSUME2(T.LParen)
            size = this.SUBRULE2(this.sampleSize)
            this.CONSUME2(T.RParen)
            this.OPTION4(() => {
              this.CONSUME(T.K.Repeatable)
              this.CONSUME3(T.LParen)
              seed = this.CONSUME2(T.Integer)
              this.CONSUME3(T.RParen)
            })
          },
        },
      ],
    })
    return this.ACTION((): Sample => {
      const wanted = { method: method && methodOf(method), seed: seed && numberOf(seed) }
      return { _tag: "Sample", ...size, ...wanted, span: this.spanFrom(start) }
    })
  })

  private readonly sampleSize: Rule<Size> = this.RULE("sampleSize", () => {
    const number = this.CONSUME(T.NumberText)
    const unit = this.OPTION(() =>
      this.OR([
        { ALT: () => this.CONSUME(T.Modulo) },
        { ALT: () => this.CONSUME(T.K.Percent) },
        { ALT: () => this.CONSUME(T.K.Rows) },
      ]),
    )
    return this.ACTION((): Size => {
      const size = numberOf(number)
      const percent = unit !== undefined && unit.tokenType !== T.K.Rows
      if (!percent || size <= 100) return { size, unit: percent ? "percent" : "rows" }
      const message = `syntax error: a sample of ${number.image}% is more than there is`
      throw new SyntaxError({ message, span: T.spanOf(number), hint: "give a percentage between 0 and 100" })
    })
  })
}

function numberOf(token: IToken): number {
  return Number(token.image.replaceAll("_", ""))
}

function methodOf(token: IToken): Sample["method"] {
  const name = T.identifierOf(token).text.toLowerCase()
  const method = METHODS.find((each) => each === name)
  if (method !== undefined) return method
  throw new SyntaxError({
    message: `syntax error: there is no sampling method "${name}"`,
    span: T.spanOf(token),
    hint: `choose from ${METHODS.join(", ")}`,
  })
}
