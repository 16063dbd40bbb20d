import type { Identifier } from "../ast/expression.ts"
import type { NamedExpr, SelectItem } from "../ast/query.ts"
import type { Rule } from "./name-rules.ts"
import { PrimaryRules } from "./primary-rules.ts"
import { textOf } from "./text-literal.ts"
import * as T from "./tokens.ts"

/** Lists of expressions, with aliases and without. A comma may end each of them. */
export abstract class TargetRules extends PrimaryRules {
  /** `a, b AS c, d: e`: the list of SELECT, of PIVOT and of UNPIVOT. */
  protected readonly targets: Rule<readonly SelectItem[]> = this.RULE("targets", () => {
    const items: SelectItem[] = [this.SUBRULE(this.selectItem)]
    this.MANY({
      GATE: () => this.anotherItem(),
      DEF: () => {
        this.CONSUME(T.Comma)
        items.push(this.SUBRULE2(this.selectItem))
      },
    })
    this.OPTION(() => this.CONSUME2(T.Comma))
    return items
  })

  private readonly selectItem: Rule<SelectItem> = this.RULE("selectItem", () => {
    const start = this.LA(1).startOffset
    let alias: Identifier | undefined
    this.OPTION({
      GATE: () => this.next(T.Colon, 2),
      DEF: () => {
        alias = this.SUBRULE(this.columnName)
        this.CONSUME(T.Colon)
      },
    })
    const expr = this.SUBRULE(this.expression)
    this.OPTION2({
      GATE: () => alias === undefined,
      DEF: () => {
        alias = this.SUBRULE(this.itemAlias)
      },
    })
    return this.ACTION(() => ({ expr, alias, span: this.spanFrom(start) }))
  })

  private readonly itemAlias: Rule<Identifier> = this.RULE("itemAlias", () => {
    const token = this.OR([
      {
        ALT: () => {
          this.CONSUME(T.K.As)
          return this.OR2({
            ERR_MSG: "a name",
            DEF: [{ ALT: () => this.CONSUME(T.Label) }, { ALT: () => this.CONSUME(T.Text) }],
          })
        },
      },
      { ALT: () => this.CONSUME(T.BareAlias) },
    ])
    return this.ACTION(() =>
      T.isText(token) ? { text: textOf(token), quoted: true, span: T.spanOf(token) } : T.identifierOf(token),
    )
  })

  /** An operand with its fields and subscripts: what needs no parentheses anywhere. */
  protected readonly accessed: Rule<NamedExpr> = this.RULE("accessed", () => {
    let expr = this.SUBRULE(this.primary)
    this.MANY(() => {
      const next = this.SUBRULE(this.access, { ARGS: [expr] })
      this.ACTION(() => {
        expr = next
      })
    })
    return expr
  })

  /** `(a, b + 1)`. */
  protected readonly expressions: Rule<readonly NamedExpr[]> = this.RULE("expressions", () => {
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
}
