import type { Identifier } from "../ast/expression.ts"
import type { FromItem, JoinRef, NamedExpr, PlainJoin } from "../ast/query.ts"
import { type Span, spanning } from "../ast/span.ts"
import { SEPARATOR } from "./expected.ts"
import { given } from "./expression-rules.ts"
import type { Rule } from "./name-rules.ts"
import { FROM_TABLES_MAX } from "./parser-state.ts"
import { PivotRules } from "./pivot-rules.ts"
import * as T from "./tokens.ts"
import { unsupported } from "./unsupported.ts"

type JoinKind = JoinRef["kind"]

/** Commas and joins. */
export abstract class JoinRules extends PivotRules {
  /** `a, b JOIN c ON …`: a comma is a cross join that binds last. */
  protected readonly fromItems = this.RULE("fromItems", (endsWithComma = false): FromItem => {
    let from = this.SUBRULE(this.joined)
    let tables = 1
    this.MANY({
      GATE: () => !endsWithComma || this.anotherItem(),
      DEF: () => {
        this.CONSUME(T.Comma)
        const right = this.SUBRULE2(this.joined)
        this.ACTION(() => {
          this.countTable(++tables, right.span)
          from = join("cross", from, right)
        })
      },
    })
    // DuckDB allows a comma after the last table, but not where FROM comes first.
    this.OPTION({ GATE: () => endsWithComma, DEF: () => this.CONSUME2(T.Comma) })
    return from
  })

  private countTable(tables: number, span: Span): void {
    if (tables <= FROM_TABLES_MAX) return
    throw unsupported(`More than ${FROM_TABLES_MAX} tables in one FROM are not supported.`, span)
  }

  protected readonly joined: Rule<FromItem> = this.RULE("joined", () => {
    let from = this.SUBRULE(this.fromItem)
    let tables = 1
    this.MANY(() => {
      const next = this.SUBRULE(this.continuation, { ARGS: [from] })
      this.ACTION(() => {
        this.countTable(++tables, next.span)
        from = next
      })
    })
    return from
  })

  /** A join or a pivot of what stands before it. */
  private readonly continuation = this.RULE("continuation", (left?: FromItem): FromItem =>
    this.OR([
      { ALT: () => this.SUBRULE(this.joinTo, { ARGS: [left] }) },
      { ALT: () => this.SUBRULE(this.pivotClause, { ARGS: [left] }) },
      { ALT: () => this.SUBRULE(this.unpivotClause, { ARGS: [left] }) },
    ]),
  )

  private readonly joinTo = this.RULE("joinTo", (left?: FromItem): FromItem => {
    let natural = false
    let kind: JoinKind = "inner"
    return this.OR([
      {
        ALT: () => {
          kind = this.SUBRULE(this.bareJoin)
          this.CONSUME(T.K.Join)
          const right = this.SUBRULE(this.fromItem)
          return this.ACTION(() => join(kind, given(left), right))
        },
      },
      {
        ALT: () => {
          this.OPTION(() => {
            this.CONSUME(T.K.Natural)
            natural = true
          })
          this.OPTION2(() => {
            kind = this.SUBRULE(this.joinKind, { ARGS: [natural] })
          })
          this.CONSUME2(T.K.Join)
          const right = this.SUBRULE(this.joinRight, { ARGS: [natural] })
          const condition = this.OR2({
            ERR_MSG: ["ON", "USING"].join(SEPARATOR),
            DEF: [
              { GATE: () => !natural, ALT: () => this.SUBRULE(this.joinCondition) },
              { GATE: () => natural, ALT: () => undefined },
            ],
          })
          return this.ACTION((): FromItem => {
            const found = condition ?? { on: undefined, using: [], end: right.span.end }
            const span = { start: given(left).span.start, end: found.end }
            return { ...join(kind, given(left), right), natural, on: found.on, using: found.using, span }
          })
        },
      },
    ])
  })

  /** Joins that take no condition. */
  private readonly bareJoin: Rule<JoinKind> = this.RULE("bareJoin", () =>
    this.OR([
      { ALT: () => this.named("cross", () => this.CONSUME(T.K.Cross)) },
      { ALT: () => this.named("positional", () => this.CONSUME(T.K.Positional)) },
    ]),
  )

  private readonly joinKind = this.RULE("joinKind", (natural = false): JoinKind => {
    let asof = false
    let kind: PlainJoin = "inner"
    this.OPTION({
      GATE: () => !natural,
      DEF: () => {
        this.CONSUME(T.K.Asof)
        asof = true
      },
    })
    this.OPTION2(() => {
      kind = this.SUBRULE(this.plainJoin)
    })
    return this.ACTION((): JoinKind => (!asof ? kind : kind === "inner" ? "asof" : `asof ${kind}`))
  })

  private readonly plainJoin: Rule<PlainJoin> = this.RULE("plainJoin", () =>
    this.OR([
      { ALT: () => this.named("inner", () => this.CONSUME(T.K.Inner)) },
      { ALT: () => this.named("semi", () => this.CONSUME(T.K.Semi)) },
      { ALT: () => this.named("anti", () => this.CONSUME(T.K.Anti)) },
      {
        ALT: () => {
          const kind = this.OR2([
            { ALT: () => this.named("left", () => this.CONSUME(T.K.Left)) },
            { ALT: () => this.named("right", () => this.CONSUME(T.K.Right)) },
            { ALT: () => this.named("full", () => this.CONSUME(T.K.Full)) },
          ])
          this.OPTION(() => this.CONSUME(T.K.Outer))
          return kind
        },
      },
    ]),
  )

  private named<Kind extends JoinKind>(kind: Kind, consume: () => void): Kind {
    consume()
    return kind
  }

  /** `a JOIN b JOIN c ON x ON y`: a join before the ON belongs to the right side. A natural join has no ON. */
  private readonly joinRight = this.RULE("joinRight", (natural = false): FromItem => {
    let right = this.SUBRULE(this.fromItem)
    this.ACTION(() => this.enter())
    this.MANY({
      GATE: () => !natural,
      DEF: () => {
        const next = this.SUBRULE(this.continuation, { ARGS: [right] })
        this.ACTION(() => {
          right = next
        })
      },
    })
    this.ACTION(() => this.leave())
    return right
  })

  private readonly joinCondition = this.RULE(
    "joinCondition",
    (): { on: NamedExpr | undefined; using: readonly Identifier[]; end: number } => {
      let on: NamedExpr | undefined
      let using: readonly Identifier[] = []
      this.OR({
        ERR_MSG: ["ON", "USING"].join(SEPARATOR),
        DEF: [
          {
            ALT: () => {
              this.CONSUME(T.K.On)
              on = this.SUBRULE(this.expression)
            },
          },
          {
            ALT: () => {
              this.CONSUME(T.K.Using)
              using = this.SUBRULE(this.nameList)
            },
          },
        ],
      })
      return this.ACTION(() => ({ on, using, end: this.spanFrom(0).end }))
    },
  )
}

function join(kind: JoinKind, left: FromItem, right: FromItem): JoinRef {
  const span = spanning(left.span, right.span)
  return { _tag: "JoinRef", kind, natural: false, left, right, on: undefined, using: [], span }
}
