import type { IToken } from "chevrotain"
import type { ColumnRef, Comprehension, Identifier } from "../ast/expression.ts"
import type { NamedExpr } from "../ast/query.ts"
import { type Span, spanning } from "../ast/span.ts"
import { quoteIdentifier, quoteString } from "../sql/quote.ts"
import { SyntaxError } from "../errors.ts"
import { SEPARATOR } from "./expected.ts"
import type { Rule } from "./name-rules.ts"
import { subquery } from "./resolve-operators.ts"
import { DATE_PARTS } from "./special-call-rules.ts"
import { StarRules } from "./star-rules.ts"
import { textOf } from "./text-literal.ts"
import * as T from "./tokens.ts"
import { unsupported } from "./unsupported.ts"

/** Type names that are a column's name unless arguments and a string follow: `DECIMAL(15,2) '1.5'`. */
const TYPES_WITH_ARGUMENTS = /^(bit|char|character|dec|decimal|float|national|nchar|numeric|time|timestamp|varchar)$/i

/** Words that name types in a cast, but do not make a literal of the string after them. */
const NO_LITERAL = /^(anti|by|columns|enum|map|national|row|semi|struct|try_cast|unpack)$/i

/** The units of an interval by both spellings: `INTERVAL 3 MONTHS` is `INTERVAL 3 MONTH`. */
const INTERVAL_UNITS: ReadonlyMap<string, string> = new Map(
  [...DATE_PARTS].map(([word, part]) => [word.toUpperCase(), part.toUpperCase()]),
)

/** Literals, names, parentheses and brackets: what an operator can stand next to. */
export abstract class PrimaryRules extends StarRules {
  protected readonly primary: Rule<NamedExpr> = this.RULE("primary", () => {
    this.ACTION(() => this.refuseInterval())
    return this.OR({
      ERR_MSG: "an expression",
      IGNORE_AMBIGUITIES: true,
      DEF: [
        { GATE: () => this.startsStar(), ALT: () => this.SUBRULE(this.star) },
        { GATE: () => this.startsColumns(this.next(T.Star) ? 2 : 1), ALT: () => this.SUBRULE(this.columnsCall) },
        { GATE: () => this.startsTypedLiteral(), ALT: () => this.SUBRULE(this.typedLiteral) },
        { GATE: () => this.startsInterval(), ALT: () => this.SUBRULE(this.interval) },
        { GATE: () => this.startsCall(), ALT: () => this.SUBRULE(this.call) },
        { GATE: () => this.next(T.LParen, 2), ALT: () => this.SUBRULE(this.grouping) },
        { GATE: () => this.next(T.LParen, 2), ALT: () => this.SUBRULE(this.specialCall) },
        { GATE: () => this.next(T.LBrace, 2), ALT: () => this.SUBRULE(this.mapLiteral) },
        { ALT: () => this.SUBRULE(this.columnRef) },
        { ALT: () => this.SUBRULE(this.constant) },
        { ALT: () => this.SUBRULE(this.parenthesised) },
        { ALT: () => this.SUBRULE(this.caseExpr) },
        { GATE: () => this.next(T.LParen, 2), ALT: () => this.SUBRULE(this.arrayOfQuery) },
        { ALT: () => this.SUBRULE(this.listLiteral) },
        { ALT: () => this.SUBRULE(this.structLiteral) },
        { ALT: () => this.SUBRULE(this.lambda) },
        { ALT: () => this.SUBRULE(this.placeholder) },
      ],
    })
  })

  /** INTERVAL of a number with a fraction: DuckDB's message does not say what to write. */
  private refuseInterval(): void {
    if (!this.next(T.K.Interval) || !this.next(T.Decimal, 2)) return
    throw new SyntaxError({
      message: "syntax error: INTERVAL takes a whole number, a string or an expression in parentheses",
      span: T.spanOf(this.LA(2)),
      hint: `write INTERVAL (${this.LA(2).image})`,
    })
  }

  private startsTypedLiteral(): boolean {
    if (!this.nextIs(T.TypeWord) || this.next(T.K.Interval)) return false
    const word = this.LA(1).image
    if (this.nextIs(T.Text, 2)) return this.next(T.QuotedName) || !NO_LITERAL.test(word)
    if (this.next(T.LParen, 2)) return TYPES_WITH_ARGUMENTS.test(word)
    if (/^time(stamp)?$/i.test(word)) return /^with(out)?$/i.test(this.LA(2).image) && this.next(T.K.Time, 3)
    if (/^double$/i.test(word)) return this.next(T.K.Precision, 2) && this.nextIs(T.Text, 3)
    return TYPES_WITH_ARGUMENTS.test(word) && (this.next(T.K.Varying, 2) || /^char(acter)?$/i.test(this.LA(2).image))
  }

  private startsCall(): boolean {
    return this.nextIs(T.FunctionName) && this.next(T.LParen, 2) && !this.next(T.K.TryCast)
  }

  private startsInterval(): boolean {
    return this.next(T.K.Interval) && (this.nextIs(T.Text, 2) || this.next(T.Integer, 2) || this.next(T.LParen, 2))
  }

  /** `INTERVAL '1' YEAR`, `INTERVAL 3 MONTHS`, `INTERVAL (x) DAY`, `INTERVAL '1 day'`. */
  private readonly interval: Rule<NamedExpr> = this.RULE("interval", () => {
    const start = this.CONSUME(T.K.Interval).startOffset
    const value = this.OR([
      {
        ALT: () => {
          this.CONSUME(T.LParen)
          const expr = this.SUBRULE(this.expression)
          this.CONSUME(T.RParen)
          return expr
        },
      },
      { ALT: () => this.SUBRULE(this.constant) },
    ])
    let unit: string | undefined
    this.OPTION({
      GATE: () => INTERVAL_UNITS.has(this.word()) && !this.next(T.QuotedName),
      DEF: () => {
        const token = this.CONSUME(T.Label)
        this.ACTION(() => {
          unit = INTERVAL_UNITS.get(token.image.toUpperCase())
          if (this.next(T.K.To)) {
            throw unsupported(`INTERVAL … ${unit} TO … is not supported.`, T.spanOf(token), "add two intervals instead")
          }
        })
      },
    })
    return this.ACTION((): NamedExpr => ({ _tag: "IntervalLiteral", value, unit, span: this.spanFrom(start) }))
  })

  private readonly constant: Rule<NamedExpr> = this.RULE("constant", () => {
    const token = this.OR([
      { ALT: () => this.CONSUME(T.NumberText) },
      { ALT: () => this.CONSUME(T.Text) },
      { ALT: () => this.CONSUME(T.NationalText) },
      { ALT: () => this.CONSUME(T.BitText) },
      { ALT: () => this.CONSUME(T.K.True) },
      { ALT: () => this.CONSUME(T.K.False) },
      { ALT: () => this.CONSUME(T.K.Null) },
    ])
    return this.ACTION(() => constantOf(token))
  })

  /** `a`, `t.a`, `"data/x.parquet".a.field`, `a.b.f(x)`, and `main.mood 'text'`. */
  private readonly columnRef: Rule<NamedExpr> = this.RULE("columnRef", () => {
    const parts: Identifier[] = [this.SUBRULE(this.columnName)]
    let last: IToken | undefined
    this.MANY(() => {
      this.CONSUME(T.Dot)
      last = this.CONSUME(T.Label, { ERR_MSG: ["a column", '"*"'].join(SEPARATOR) })
      this.ACTION(() => parts.push(T.identifierOf(this.LA(0))))
    })
    return this.OR([
      {
        GATE: () => parts.length > 1,
        ALT: () => this.SUBRULE(this.callOf, { ARGS: [last, this.ACTION(() => columnOf(parts.slice(0, -1)))] }),
      },
      {
        GATE: () => parts.length > 1,
        ALT: () => {
          const text = this.CONSUME(T.Text)
          return this.ACTION(() => typedBy(parts, text))
        },
      },
      { ALT: () => this.ACTION(() => columnOf(parts)) },
    ])
  })

  /** `(a)`, `(a, b)`, `(SELECT …)`. */
  private readonly parenthesised: Rule<NamedExpr> = this.RULE("parenthesised", () => {
    const start = this.CONSUME(T.LParen).startOffset
    const items: NamedExpr[] = []
    this.OR([
      {
        GATE: () => this.startsQuery(),
        ALT: () => {
          const query = this.SUBRULE(this.query)
          this.ACTION(() => items.push(subquery("scalar", query)))
        },
      },
      {
        ALT: () => {
          items.push(this.SUBRULE(this.expression))
          this.MANY(() => {
            this.CONSUME(T.Comma)
            items.push(this.SUBRULE2(this.expression))
          })
        },
      },
    ])
    this.CONSUME(T.RParen)
    return this.ACTION(() => grouped(items, this.spanFrom(start)))
  })

  /** `ARRAY(SELECT …)`. */
  private readonly arrayOfQuery: Rule<NamedExpr> = this.RULE("arrayOfQuery", () => {
    const start = this.CONSUME(T.K.Array).startOffset
    this.CONSUME(T.LParen)
    const query = this.SUBRULE(this.query)
    this.CONSUME(T.RParen)
    return this.ACTION((): NamedExpr => ({ ...subquery("array", query), span: this.spanFrom(start) }))
  })

  /** `lambda x, y: body`. The body takes all that follows. */
  private readonly lambda: Rule<NamedExpr> = this.RULE("lambda", () => {
    const start = this.CONSUME(T.K.Lambda).startOffset
    const parameters: Identifier[] = []
    this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => parameters.push(this.SUBRULE(this.nameOrText)) })
    this.CONSUME(T.Colon)
    const body = this.SUBRULE(this.expression)
    return this.ACTION((): NamedExpr => {
      return { _tag: "Lambda", parameters, left: undefined, body, span: this.spanFrom(start) }
    })
  })

  private readonly grouping: Rule<NamedExpr> = this.RULE("grouping", () => {
    const args: NamedExpr[] = []
    const word = this.OR([{ ALT: () => this.CONSUME(T.K.Grouping) }, { ALT: () => this.CONSUME(T.K.GroupingId) }])
    this.CONSUME(T.LParen)
    args.push(this.SUBRULE(this.expression))
    this.restOfList(args)
    this.CONSUME(T.RParen)
    return this.ACTION((): NamedExpr => ({ _tag: "Grouping", args, span: this.spanFrom(word.startOffset) }))
  })

  /** `?`, `$1`, `$name`, `#1`, DEFAULT. */
  private readonly placeholder: Rule<NamedExpr> = this.RULE("placeholder", () => {
    const token = this.OR([
      { ALT: () => this.CONSUME(T.Parameter) },
      { ALT: () => this.CONSUME(T.PositionalReference) },
      { ALT: () => this.CONSUME(T.K.Default) },
    ])
    return this.ACTION(() => placeholderOf(token))
  })

  private readonly caseExpr: Rule<NamedExpr> = this.RULE("caseExpr", () => {
    const start = this.CONSUME(T.K.Case).startOffset
    const branches: { when: NamedExpr; then: NamedExpr }[] = []
    let operand: NamedExpr | undefined
    let otherwise: NamedExpr | undefined
    this.OPTION(() => {
      operand = this.SUBRULE(this.expression)
    })
    this.AT_LEAST_ONE({
      ERR_MSG: "WHEN",
      DEF: () => {
        this.CONSUME(T.K.When)
        const when = this.SUBRULE2(this.expression)
        this.CONSUME(T.K.Then)
        const then = this.SUBRULE3(this.expression)
        // oxlint-disable-next-line unicorn/no-thenable -- a branch of CASE is no promise and is never awaited
        this.ACTION(() => branches.push({ when, then }))
      },
    })
    this.OPTION2(() => {
      this.CONSUME(T.K.Else)
      otherwise = this.SUBRULE4(this.expression)
    })
    this.CONSUME(T.K.End)
    return this.ACTION((): NamedExpr => ({ _tag: "Case", operand, branches, otherwise, span: this.spanFrom(start) }))
  })

  /** `[1, 2]`, `ARRAY[1, 2]` and `[x + 1 FOR x IN list IF x > 2]`. */
  private readonly listLiteral: Rule<NamedExpr> = this.RULE("listLiteral", () => {
    const start = this.LA(1).startOffset
    const items: NamedExpr[] = []
    let comprehension: ComprehensionTail | undefined
    const word = this.OPTION(() => this.CONSUME(T.K.Array))
    this.CONSUME(T.LBracket)
    this.MANY({
      GATE: () => !this.next(T.RBracket),
      DEF: () => {
        items.push(this.SUBRULE(this.expression))
        this.OR({
          ERR_MSG: ['"]"', '","', "an operator"].join(SEPARATOR),
          DEF: [
            { ALT: () => this.CONSUME(T.Comma) },
            {
              GATE: () => items.length === 1 && word === undefined && !this.next(T.RBracket),
              ALT: () => {
                comprehension = this.SUBRULE(this.comprehension)
              },
            },
            { GATE: () => this.next(T.RBracket), ALT: () => undefined },
          ],
        })
      },
    })
    this.CONSUME(T.RBracket)
    return this.ACTION((): NamedExpr => {
      const span = this.spanFrom(start)
      const [body] = items
      if (comprehension === undefined || body === undefined)
        return { _tag: "ListLiteral", array: word !== undefined, items, span }
      return { _tag: "Comprehension", body, ...comprehension, span }
    })
  })

  /** `FOR x, i IN list IF condition`. */
  private readonly comprehension: Rule<ComprehensionTail> = this.RULE("comprehension", () => {
    const variables: Identifier[] = []
    let condition: NamedExpr | undefined
    this.CONSUME(T.K.For)
    this.AT_LEAST_ONE_SEP({ SEP: T.Comma, DEF: () => variables.push(this.SUBRULE(this.nameOrText)) })
    this.CONSUME(T.K.In)
    const list = this.SUBRULE(this.expression)
    this.OPTION({
      GATE: () => this.endedAsOperand,
      DEF: () => {
        this.CONSUME(T.K.If)
        condition = this.SUBRULE2(this.expression)
      },
    })
    return this.ACTION(() => ({ variables, list, condition }))
  })

  /** `{'a': 1, b: 2}`. */
  private readonly structLiteral: Rule<NamedExpr> = this.RULE("structLiteral", () => {
    const start = this.CONSUME(T.LBrace).startOffset
    const fields: { name: string; value: NamedExpr }[] = []
    this.SUBRULE(this.structField, { ARGS: [fields] })
    this.MANY({
      GATE: () => this.anotherItem(),
      DEF: () => {
        this.CONSUME(T.Comma)
        this.SUBRULE2(this.structField, { ARGS: [fields] })
      },
    })
    this.OPTION(() => this.CONSUME2(T.Comma))
    this.CONSUME(T.RBrace)
    return this.ACTION((): NamedExpr => ({ _tag: "StructLiteral", fields, span: this.spanFrom(start) }))
  })

  private readonly structField = this.RULE("structField", (fields: { name: string; value: NamedExpr }[] = []) => {
    const name = this.SUBRULE(this.nameOrText)
    this.CONSUME(T.Colon)
    const value = this.SUBRULE(this.expression)
    this.ACTION(() => fields.push({ name: name.text, value }))
  })

  /** `MAP {k: v}`. */
  private readonly mapLiteral: Rule<NamedExpr> = this.RULE("mapLiteral", () => {
    const start = this.CONSUME(T.K.Map).startOffset
    const entries: { key: NamedExpr; value: NamedExpr }[] = []
    this.CONSUME(T.LBrace)
    this.MANY({
      GATE: () => !this.next(T.RBrace),
      DEF: () => {
        const key = this.SUBRULE(this.expression)
        this.CONSUME(T.Colon)
        const value = this.SUBRULE2(this.expression)
        this.ACTION(() => entries.push({ key, value }))
        this.OR({
          ERR_MSG: ['"}"', '","', "an operator"].join(SEPARATOR),
          DEF: [{ ALT: () => this.CONSUME(T.Comma) }, { GATE: () => this.next(T.RBrace), ALT: () => undefined }],
        })
      },
    })
    this.CONSUME(T.RBrace)
    return this.ACTION((): NamedExpr => ({ _tag: "MapLiteral", entries, span: this.spanFrom(start) }))
  })
}

function columnOf(parts: readonly Identifier[]): NamedExpr {
  const spans = parts.map((part) => part.span)
  return { _tag: "ColumnRef", parts, span: spans.reduce((whole, span) => spanning(whole, span)) }
}

/** `main.mood 'happy'`: a constant of a type that is named with its schema. */
function typedBy(parts: readonly Identifier[], text: IToken): NamedExpr {
  const type = { text: parts.map((part) => quoteIdentifier(part.text)).join("."), span: columnOf(parts).span }
  return { _tag: "TypedLiteral", type, text: textOf(text), span: spanning(type.span, T.spanOf(text)) }
}

function constantOf(token: IToken): NamedExpr {
  const span = T.spanOf(token)
  switch (token.tokenType) {
    case T.Integer:
    case T.Decimal:
      return { _tag: "Literal", kind: "number", sql: token.image.replaceAll("_", ""), span }
    case T.NationalText:
      return { _tag: "TypedLiteral", type: { text: "VARCHAR", span }, text: textOf(token), span }
    case T.K.True:
    case T.K.False:
      return { _tag: "Literal", kind: "boolean", sql: token.image.toUpperCase(), span }
    case T.K.Null:
      return { _tag: "Literal", kind: "null", sql: "NULL", span }
    default:
      return { _tag: "Literal", kind: "string", sql: quoteString(textOf(token)), span }
  }
}

type ComprehensionTail = Pick<Comprehension<ColumnRef>, "variables" | "list" | "condition">

function placeholderOf(token: IToken): NamedExpr {
  const { image } = token
  const span = T.spanOf(token)
  if (token.tokenType === T.K.Default) return { _tag: "Default", span }
  if (token.tokenType === T.PositionalReference)
    return { _tag: "PositionalReference", index: Number(image.slice(1)), span }
  const name: unknown = token.payload
  if (typeof name === "number" || typeof name === "string") return { _tag: "Parameter", name, spelling: image, span }
  throw new TypeError("the lexer names every parameter")
}

function grouped(items: readonly NamedExpr[], span: Span): NamedExpr {
  const [only] = items
  return only !== undefined && items.length === 1 ? { ...only, span } : { _tag: "Row", items, span }
}
