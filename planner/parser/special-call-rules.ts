import type { IToken } from "chevrotain"
import type { NamedExpr } from "../ast/query.ts"
import { quoteString } from "../sql/quote.ts"
import { SEPARATOR } from "./expected.ts"
import type { Rule } from "./name-rules.ts"
import { call, subquery } from "./resolve-operators.ts"
import { textOf } from "./text-literal.ts"
import * as T from "./tokens.ts"
import { WindowRules } from "./window-rules.ts"

/** `EXTRACT(YEARS FROM x)` is `date_part('year', x)`: the parts that are keywords, by both spellings. */
export const DATE_PARTS: ReadonlyMap<string, string> = new Map(
  (
    "year years,month months,day days,hour hours,minute minutes,second seconds,week weeks,quarter quarters," +
    "millisecond milliseconds,microsecond microseconds,decade decades,century centuries,millennium millennia"
  )
    .split(",")
    .flatMap((pair) => pair.split(" ").map((word, _, [part]) => [word, part ?? word] as const)),
)

/** The calls that SQL gives a grammar of their own. Each arrives as the plain call that DuckDB makes of it. */
export abstract class SpecialCallRules extends WindowRules {
  protected readonly specialCall: Rule<NamedExpr> = this.RULE("specialCall", () =>
    this.OR({
      ERR_MSG: "an expression",
      DEF: [
        { ALT: () => this.SUBRULE(this.castCall) },
        { ALT: () => this.SUBRULE(this.exists) },
        { ALT: () => this.SUBRULE(this.extract) },
        { ALT: () => this.SUBRULE(this.substring) },
        { ALT: () => this.SUBRULE(this.trim) },
        { ALT: () => this.SUBRULE(this.position) },
        { ALT: () => this.SUBRULE(this.overlay) },
        { ALT: () => this.SUBRULE(this.keywordCall) },
      ],
    }),
  )

  private readonly castCall: Rule<NamedExpr> = this.RULE("castCall", () => {
    const word = this.OR([{ ALT: () => this.CONSUME(T.K.Cast) }, { ALT: () => this.CONSUME(T.K.TryCast) }])
    this.CONSUME(T.LParen)
    const input = this.SUBRULE(this.expression)
    this.CONSUME(T.K.As)
    const type = this.SUBRULE(this.typeName)
    this.CONSUME(T.RParen)
    return this.ACTION((): NamedExpr => {
      const span = this.spanFrom(word.startOffset)
      return { _tag: "Cast", input, type, try: word.tokenType === T.K.TryCast, span }
    })
  })

  private readonly exists: Rule<NamedExpr> = this.RULE("exists", () => {
    const word = this.CONSUME(T.K.Exists)
    this.CONSUME(T.LParen)
    const query = this.SUBRULE(this.query)
    this.CONSUME(T.RParen)
    return this.ACTION((): NamedExpr => ({ ...subquery("exists", query), span: this.spanFrom(word.startOffset) }))
  })

  private readonly extract: Rule<NamedExpr> = this.RULE("extract", () => {
    const word = this.CONSUME(T.K.Extract)
    this.CONSUME(T.LParen)
    const part = this.OR({
      ERR_MSG: ["YEAR", "MONTH", "DAY", "another part of a date"].join(SEPARATOR),
      DEF: [
        { ALT: () => this.CONSUME(T.Text) },
        { GATE: () => DATE_PARTS.has(this.word().toLowerCase()), ALT: () => this.CONSUME(T.Label) },
        { ALT: () => this.CONSUME(T.BareAlias) },
      ],
    })
    this.CONSUME(T.K.From)
    const input = this.SUBRULE(this.expression)
    this.CONSUME(T.RParen)
    return this.ACTION(() => {
      const text = T.isText(part) ? textOf(part) : datePart(part)
      const name: NamedExpr = { _tag: "Literal", kind: "string", sql: quoteString(text), span: T.spanOf(part) }
      return this.finished("date_part", [name, input], word)
    })
  })

  /** `SUBSTRING(x FROM a FOR b)`, in any order and number, or with commas. */
  private readonly substring: Rule<NamedExpr> = this.RULE("substring", () => {
    const word = this.CONSUME(T.K.Substring)
    const args: NamedExpr[] = []
    let from: NamedExpr | undefined
    let length: NamedExpr | undefined
    this.CONSUME(T.LParen)
    args.push(this.SUBRULE(this.expression))
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.K.From)
          from = this.SUBRULE2(this.expression)
          this.OPTION(() => {
            this.CONSUME(T.K.For)
            length = this.SUBRULE3(this.expression)
          })
        },
      },
      {
        ALT: () => {
          this.CONSUME2(T.K.For)
          length = this.SUBRULE4(this.expression)
          this.OPTION2(() => {
            this.CONSUME2(T.K.From)
            from = this.SUBRULE5(this.expression)
          })
        },
      },
      {
        ALT: () =>
          this.MANY(() => {
            this.CONSUME(T.Comma)
            args.push(this.SUBRULE6(this.expression))
          }),
      },
    ])
    this.CONSUME(T.RParen)
    return this.ACTION(() => this.finished("substring", [...args, ...substringBounds(from, length)], word))
  })

  /** `, b, c` after a first argument; a comma may end it. */
  protected restOfList(args: NamedExpr[]): void {
    this.MANY({
      GATE: () => this.anotherItem(),
      DEF: () => {
        this.CONSUME(T.Comma)
        args.push(this.SUBRULE9(this.expression))
      },
    })
    this.OPTION9(() => this.CONSUME9(T.Comma))
  }

  /** `TRIM([BOTH | LEADING | TRAILING] [x] FROM y)` and `TRIM(y, x)`. */
  private readonly trim: Rule<NamedExpr> = this.RULE("trim", () => {
    const word = this.CONSUME(T.K.Trim)
    const args: NamedExpr[] = []
    let characters: NamedExpr | undefined
    this.CONSUME(T.LParen)
    const side = this.OPTION(() =>
      this.OR([
        { ALT: () => this.CONSUME(T.K.Both) },
        { ALT: () => this.CONSUME(T.K.Leading) },
        { ALT: () => this.CONSUME(T.K.Trailing) },
      ]),
    )
    this.OR3([
      {
        GATE: () => !this.next(T.K.From),
        ALT: () => {
          characters = this.SUBRULE(this.expression)
        },
      },
      { GATE: () => this.next(T.K.From), ALT: () => undefined },
    ])
    this.OR2([
      {
        ALT: () => {
          this.CONSUME(T.K.From)
          args.push(this.SUBRULE2(this.expression))
        },
      },
      {
        ALT: () => {
          this.ACTION(() => {
            if (characters !== undefined) args.push(characters)
            characters = undefined
          })
        },
      },
    ])
    this.restOfList(args)
    this.CONSUME(T.RParen)
    return this.ACTION(() => {
      const name = side?.tokenType === T.K.Leading ? "ltrim" : side?.tokenType === T.K.Trailing ? "rtrim" : "trim"
      return this.finished(name, characters === undefined ? args : [...args, characters], word)
    })
  })

  /** `POSITION(a IN b)` is `position(b, a)`. */
  private readonly position: Rule<NamedExpr> = this.RULE("position", () => {
    const word = this.CONSUME(T.K.Position)
    this.CONSUME(T.LParen)
    const found = this.SUBRULE(this.plainExpression)
    this.CONSUME(T.K.In)
    const text = this.SUBRULE2(this.plainExpression)
    this.CONSUME(T.RParen)
    return this.ACTION(() => this.finished("position", [text, found], word))
  })

  private readonly overlay: Rule<NamedExpr> = this.RULE("overlay", () => {
    const word = this.CONSUME(T.K.Overlay)
    const args: NamedExpr[] = []
    this.CONSUME(T.LParen)
    args.push(this.SUBRULE(this.expression))
    this.CONSUME(T.K.Placing)
    args.push(this.SUBRULE2(this.expression))
    this.CONSUME(T.K.From)
    args.push(this.SUBRULE3(this.expression))
    this.OPTION(() => {
      this.CONSUME(T.K.For)
      args.push(this.SUBRULE4(this.expression))
    })
    this.CONSUME(T.RParen)
    return this.ACTION(() => this.finished("overlay", args, word))
  })

  /** COALESCE, NULLIF and ROW are keywords, but are called like any function. */
  private readonly keywordCall: Rule<NamedExpr> = this.RULE("keywordCall", () => {
    const args: NamedExpr[] = []
    const word = this.OR([
      { ALT: () => this.CONSUME(T.K.Coalesce) },
      { ALT: () => this.CONSUME(T.K.Nullif) },
      { ALT: () => this.CONSUME(T.K.Row) },
    ])
    this.CONSUME(T.LParen)
    this.OR2([
      {
        GATE: () => !this.next(T.RParen) || word.tokenType !== T.K.Row,
        ALT: () => {
          args.push(this.SUBRULE(this.expression))
          this.OR3([
            {
              GATE: () => word.tokenType === T.K.Nullif,
              ALT: () => {
                this.CONSUME2(T.Comma)
                args.push(this.SUBRULE2(this.expression))
              },
            },
            { GATE: () => word.tokenType !== T.K.Nullif, ALT: () => this.restOfList(args) },
          ])
        },
      },
      { GATE: () => word.tokenType === T.K.Row, ALT: () => undefined },
    ])
    this.CONSUME(T.RParen)
    return this.ACTION((): NamedExpr => {
      if (word.tokenType !== T.K.Row || args.length < 2) return this.finished(word.image.toLowerCase(), args, word)
      return { _tag: "Row", items: args, span: this.spanFrom(word.startOffset) }
    })
  })

  private finished(name: string, args: readonly NamedExpr[], word: IToken): NamedExpr {
    return call(name, args, T.spanOf(word), this.spanFrom(word.startOffset))
  }
}

function datePart(token: IToken): string {
  const { text } = T.identifierOf(token)
  return DATE_PARTS.get(text.toLowerCase()) ?? text
}

/** `FOR n` alone counts from the first character. DuckDB casts that length to INTEGER, and so does this. */
function substringBounds(from: NamedExpr | undefined, length: NamedExpr | undefined): readonly NamedExpr[] {
  if (length === undefined) return from === undefined ? [] : [from]
  if (from !== undefined) return [from, length]
  const { span } = length
  const one: NamedExpr = { _tag: "Literal", kind: "number", sql: "1", span }
  return [one, { _tag: "Cast", input: length, type: { text: "INTEGER", span }, try: false, span }]
}
