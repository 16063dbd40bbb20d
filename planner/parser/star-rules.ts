import type { ColumnRef, Identifier, QualifiedName, Star } from "../ast/expression.ts"
import type { NamedExpr } from "../ast/query.ts"
import { CallRules } from "./call-rules.ts"
import type { Rule } from "./name-rules.ts"
import * as T from "./tokens.ts"

type Replacement = Star<ColumnRef>["replace"][number]
type Renaming = Star<ColumnRef>["rename"][number]

/** What stands for several columns: stars and COLUMNS. */
export abstract class StarRules extends CallRules {
  protected startsStar(): boolean {
    if (this.next(T.Star)) return !this.startsColumns(2)
    return this.nextIs(T.ColumnName) && this.next(T.Dot, 2) && this.next(T.Star, 3)
  }

  protected startsColumns(ahead = 1): boolean {
    return this.next(T.K.Columns, ahead) && this.next(T.LParen, ahead + 1)
  }

  /** `*` and `t.*`, with EXCLUDE, REPLACE and RENAME. */
  protected readonly star: Rule<NamedExpr> = this.RULE("star", () => {
    const start = this.LA(1).startOffset
    let relation: Identifier | undefined
    let exclude: readonly QualifiedName[] = []
    let replace: readonly Replacement[] = []
    let rename: readonly Renaming[] = []
    this.OPTION(() => {
      relation = this.SUBRULE(this.columnName)
      this.CONSUME(T.Dot)
    })
    this.CONSUME(T.Star)
    this.OPTION2(() => {
      this.CONSUME(T.K.Exclude)
      exclude = this.SUBRULE(this.excludedNames)
    })
    this.OPTION3({
      GATE: () => this.modifies(),
      DEF: () => {
        this.CONSUME(T.K.Replace)
        replace = this.SUBRULE(this.replacements)
      },
    })
    this.OPTION4({
      GATE: () => this.modifies(),
      DEF: () => {
        this.CONSUME(T.K.Rename)
        rename = this.SUBRULE(this.renamings)
      },
    })
    return this.ACTION((): NamedExpr => {
      return { _tag: "Star", relation, exclude, replace, rename, span: this.spanFrom(start) }
    })
  })

  /** Whether REPLACE or RENAME, which may also be an alias, is followed by what it needs. */
  private modifies(): boolean {
    return !this.next(T.Comma, 2) && !this.next(T.K.From, 2)
  }

  private readonly excludedNames: Rule<readonly QualifiedName[]> = this.RULE("excludedNames", () => {
    const names: QualifiedName[] = []
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.LParen)
          names.push(this.SUBRULE(this.qualifiedName))
          this.MANY({
            GATE: () => this.anotherItem(),
            DEF: () => {
              this.CONSUME(T.Comma)
              names.push(this.SUBRULE2(this.qualifiedName))
            },
          })
          this.OPTION(() => this.CONSUME2(T.Comma))
          this.CONSUME(T.RParen)
        },
      },
      { ALT: () => names.push(this.SUBRULE3(this.qualifiedName)) },
    ])
    return names
  })

  private readonly qualifiedName: Rule<QualifiedName> = this.RULE("qualifiedName", () => {
    const parts: Identifier[] = []
    this.AT_LEAST_ONE_SEP({ SEP: T.Dot, DEF: () => parts.push(this.SUBRULE(this.nameOrText)) })
    return parts
  })

  private readonly replacements: Rule<readonly Replacement[]> = this.RULE("replacements", () => {
    const found: Replacement[] = []
    this.OR([
      {
        GATE: () => this.next(T.LParen),
        ALT: () => {
          this.CONSUME(T.LParen)
          found.push(this.SUBRULE(this.replacement))
          this.MANY({
            GATE: () => this.anotherItem(),
            DEF: () => {
              this.CONSUME(T.Comma)
              found.push(this.SUBRULE3(this.replacement))
            },
          })
          this.OPTION(() => this.CONSUME2(T.Comma))
          this.CONSUME(T.RParen)
        },
      },
      { ALT: () => found.push(this.SUBRULE2(this.replacement)) },
    ])
    return found
  })

  private readonly replacement: Rule<Replacement> = this.RULE("replacement", () => {
    const expr = this.SUBRULE(this.expression)
    this.CONSUME(T.K.As)
    const name = this.SUBRULE(this.columnName)
    return { expr, name }
  })

  private readonly renamings: Rule<readonly Renaming[]> = this.RULE("renamings", () => {
    const found: Renaming[] = []
    this.OR([
      {
        ALT: () => {
          this.CONSUME(T.LParen)
          found.push(this.SUBRULE(this.renaming))
          this.MANY({
            GATE: () => this.anotherItem(),
            DEF: () => {
              this.CONSUME(T.Comma)
              found.push(this.SUBRULE3(this.renaming))
            },
          })
          this.OPTION(() => this.CONSUME2(T.Comma))
          this.CONSUME(T.RParen)
        },
      },
      { ALT: () => found.push(this.SUBRULE2(this.renaming)) },
    ])
    return found
  })

  private readonly renaming: Rule<Renaming> = this.RULE("renaming", () => {
    const from = this.SUBRULE(this.qualifiedName)
    this.CONSUME(T.K.As)
    const name = this.SUBRULE(this.columnName)
    return { from, name }
  })

  /** `COLUMNS(…)` and `*COLUMNS(…)`. */
  protected readonly columnsCall: Rule<NamedExpr> = this.RULE("columnsCall", () => {
    const start = this.LA(1).startOffset
    let unpacked = false
    this.OPTION(() => {
      this.CONSUME(T.Star)
      unpacked = true
    })
    this.CONSUME(T.K.Columns)
    this.CONSUME(T.LParen)
    const input = this.SUBRULE(this.argumentValue)
    this.CONSUME(T.RParen)
    return this.ACTION((): NamedExpr => ({ _tag: "ColumnsCall", unpacked, input, span: this.spanFrom(start) }))
  })
}
