import type { IToken } from "chevrotain"
import type { TypeName } from "../ast/expression.ts"
import { NameRules, type Rule } from "./name-rules.ts"
import * as T from "./tokens.ts"

/** Types that take no arguments in parentheses. */
const PLAIN = /^(int|integer|smallint|bigint|real|boolean|bit|interval)$/i
/** Types whose second word is VARYING. */
const VARYING = /^(char|character|nchar|bit)$/i
const UNITS =
  /^(year|month|day|hour|minute|second|millisecond|microsecond|week|quarter|decade)s?$|^centur(y|ies)$|^millenni(um|a)$/i

/** The names of types, normalised to upper case words: `DECIMAL(15,2)`, `STRUCT(a INTEGER)[]`. */
export abstract class TypeRules extends NameRules {
  readonly typeName: Rule<TypeName> = this.RULE("typeName", () => {
    const start = this.LA(1).startOffset
    this.OPTION(() => this.CONSUME(T.K.Setof))
    let text = this.OR({
      ERR_MSG: "a type",
      DEF: [
        { GATE: () => this.next(T.LParen, 2), ALT: () => this.SUBRULE(this.structType) },
        { GATE: () => this.next(T.LParen, 2), ALT: () => this.SUBRULE(this.mapType) },
        { GATE: () => this.next(T.LParen, 2), ALT: () => this.SUBRULE(this.enumType) },
        { GATE: () => this.next(T.Dot, 2), ALT: () => this.SUBRULE(this.qualifiedType) },
        { GATE: () => !NESTED.has(this.word()), ALT: () => this.SUBRULE(this.simpleType) },
      ],
    })
    this.MANY({
      GATE: () => !text.endsWith(SQL_ARRAY),
      DEF: () => {
        const bound = this.SUBRULE(this.arrayBound)
        this.ACTION(() => {
          text += bound
        })
      },
    })
    return this.ACTION(() => ({ text: text.replace(SQL_ARRAY, ""), span: this.spanFrom(start) }))
  })

  /** `[]`, `[3]`; `ARRAY` and `ARRAY[3]` end the type. */
  private readonly arrayBound: Rule<string> = this.RULE("arrayBound", () => {
    let size: IToken | undefined
    let end = ""
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.LBracket)
          this.OPTION(() => {
            size = this.CONSUME(T.Integer)
          })
          this.CONSUME(T.RBracket)
        },
      },
      {
        ALT: () => {
          this.CONSUME(T.K.Array)
          end = SQL_ARRAY
          this.OPTION2(() => {
            this.CONSUME2(T.LBracket)
            size = this.CONSUME2(T.Integer)
            this.CONSUME2(T.RBracket)
          })
        },
      },
    ])
    return this.ACTION(() => `[${size?.image ?? ""}]${end}`)
  })

  /** `STRUCT(a INTEGER, b VARCHAR)`, ROW, and `UNION(a INTEGER)`. */
  private readonly structType: Rule<string> = this.RULE("structType", () => {
    const fields: string[] = []
    const word = this.OR({
      ERR_MSG: "a type",
      DEF: [
        { ALT: () => this.CONSUME(T.K.Struct) },
        { ALT: () => this.CONSUME(T.K.Row) },
        { ALT: () => this.CONSUME(T.K.Union) },
      ],
    })
    this.CONSUME(T.LParen)
    this.ACTION(() => this.enter())
    this.AT_LEAST_ONE_SEP({
      SEP: T.Comma,
      DEF: () => {
        const name = this.CONSUME(T.ColumnName)
        const type = this.SUBRULE(this.typeName)
        this.ACTION(() => fields.push(`${name.image} ${type.text}`))
      },
    })
    this.ACTION(() => this.leave())
    this.CONSUME(T.RParen)
    return this.ACTION(() => `${word.tokenType === T.K.Union ? "UNION" : "STRUCT"}(${fields.join(", ")})`)
  })

  private readonly mapType: Rule<string> = this.RULE("mapType", () => {
    this.CONSUME(T.K.Map)
    this.CONSUME(T.LParen)
    this.ACTION(() => this.enter())
    const key = this.SUBRULE(this.typeName)
    this.CONSUME(T.Comma)
    const value = this.SUBRULE2(this.typeName)
    this.ACTION(() => this.leave())
    this.CONSUME(T.RParen)
    return this.ACTION(() => `MAP(${key.text}, ${value.text})`)
  })

  private readonly enumType: Rule<string> = this.RULE("enumType", () => {
    const values: string[] = []
    this.CONSUME(T.K.Enum)
    this.CONSUME(T.LParen)
    this.AT_LEAST_ONE_SEP({
      SEP: T.Comma,
      DEF: () => {
        const value = this.CONSUME(T.Text)
        this.ACTION(() => values.push(value.image))
      },
    })
    this.CONSUME(T.RParen)
    return this.ACTION(() => `ENUM(${values.join(", ")})`)
  })

  /** `main.mood`: a type of a schema. */
  private readonly qualifiedType: Rule<string> = this.RULE("qualifiedType", () => {
    const names: string[] = []
    this.AT_LEAST_ONE({
      GATE: () => this.next(T.Dot, 2),
      DEF: () => {
        const name = this.CONSUME(T.BareAlias)
        this.CONSUME(T.Dot)
        this.ACTION(() => names.push(name.image))
      },
    })
    const last = this.CONSUME2(T.BareAlias)
    const modifiers = this.OPTION(() => this.SUBRULE(this.typeModifiers))
    return this.ACTION(() => [...names, last.image].join(".") + (modifiers ?? ""))
  })

  private readonly simpleType: Rule<string> = this.RULE("simpleType", () => {
    const first = this.CONSUME(T.TypeWord, { ERR_MSG: "a type" })
    const words = [first.tokenType === T.QuotedName ? first.image : first.image.toUpperCase()]
    let modifiers = ""
    let zone = ""
    const more = (token: IToken): void => {
      this.ACTION(() => words.push(token.image.toUpperCase()))
    }
    this.OR({
      ERR_MSG: "CHARACTER",
      DEF: [
        {
          GATE: () => first.tokenType === T.K.National && /^char(acter)?$/i.test(this.LA(1).image),
          ALT: () => more(this.CONSUME2(T.TypeWord)),
        },
        { GATE: () => first.tokenType !== T.K.National, ALT: () => undefined },
      ],
    })
    this.OPTION2({
      GATE: () => /^double$/i.test(first.image) || !this.next(T.K.Precision),
      DEF: () => more(this.CONSUME(T.K.Precision)),
    })
    this.OPTION3({
      GATE: () => VARYING.test(words.at(-1) ?? ""),
      DEF: () => more(this.CONSUME(T.K.Varying)),
    })
    this.OPTION4({
      GATE: () => !PLAIN.test(first.image),
      DEF: () => {
        modifiers = this.SUBRULE(this.typeModifiers)
      },
    })
    this.OPTION5({
      GATE: () => this.next(T.K.Time, 2) && /^time(stamp)?$/i.test(first.image),
      DEF: () => {
        zone = this.SUBRULE(this.timeZone)
      },
    })
    this.OPTION6({
      GATE: () => first.tokenType === T.K.Interval && UNITS.test(this.word()),
      DEF: () => this.SUBRULE(this.intervalUnits),
    })
    return this.ACTION(() => words.join(" ") + modifiers + zone)
  })

  private readonly typeModifiers: Rule<string> = this.RULE("typeModifiers", () => {
    const modifiers: string[] = []
    this.CONSUME(T.LParen)
    this.MANY_SEP({
      SEP: T.Comma,
      DEF: () => {
        const token = this.OR({
          ERR_MSG: "a number or a string",
          DEF: [{ ALT: () => this.CONSUME(T.Integer) }, { ALT: () => this.CONSUME(T.Text) }],
        })
        this.ACTION(() => modifiers.push(token.image))
      },
    })
    this.CONSUME(T.RParen, { ERR_MSG: "a number or a string" })
    return this.ACTION(() => (modifiers.length === 0 ? "" : `(${modifiers.join(",")})`))
  })

  private readonly timeZone: Rule<string> = this.RULE("timeZone", () => {
    const word = this.OR([{ ALT: () => this.CONSUME(T.K.With) }, { ALT: () => this.CONSUME(T.K.Without) }])
    this.CONSUME(T.K.Time)
    this.CONSUME(T.K.Zone)
    return this.ACTION(() => ` ${word.image.toUpperCase()} TIME ZONE`)
  })

  /** `INTERVAL DAY TO SECOND` is INTERVAL: DuckDB has but one. */
  private readonly intervalUnits: Rule<void> = this.RULE("intervalUnits", () => {
    this.CONSUME(T.Label)
    this.OPTION({
      GATE: () => UNITS.test(this.word(2)),
      DEF: () => {
        this.CONSUME(T.K.To)
        this.CONSUME2(T.Label)
      },
    })
  })
}

/** Marks a type that was written with ARRAY: no bound can follow. */
const SQL_ARRAY = "\u0000"

/** Words that are types only with what follows them in parentheses. */
const NESTED: ReadonlySet<string> = new Set(["STRUCT", "ROW", "UNION", "MAP", "ENUM"])
