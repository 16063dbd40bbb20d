import type { ColumnRef, Star } from "../ast/expression.ts"
import type {
  FromItem,
  GroupBy,
  GroupingSet,
  NamedExpr,
  NamedWindow,
  QueryBody,
  Sample,
  Select,
  SelectItem,
} from "../ast/query.ts"
import { SEPARATOR } from "./expected.ts"
import { JoinRules } from "./join-rules.ts"
import type { Rule } from "./name-rules.ts"
import type { Clause } from "./parser-state.ts"
import * as T from "./tokens.ts"
import { unsupported } from "./unsupported.ts"

type List = Pick<Select, "distinct" | "distinctOn" | "items" | "impliedList">
type Clauses = Omit<Select, "_tag" | "from" | "span" | keyof List>

/** One SELECT, without what belongs to the whole query. */
export abstract class SelectRules extends JoinRules {
  protected readonly selectFirst: Rule<QueryBody> = this.RULE("selectFirst", () => {
    const start = this.LA(1).startOffset
    const list = this.SUBRULE(this.selectList)
    let from: FromItem | undefined
    this.OPTION(() => {
      from = this.SUBRULE(this.fromClause, { ARGS: [true] })
    })
    const rest = this.SUBRULE(this.clauses)
    return this.ACTION((): QueryBody => ({ _tag: "Select", ...list, from, ...rest, span: this.spanFrom(start) }))
  })

  /** `FROM t`, `FROM t SELECT a`. */
  protected readonly fromFirst: Rule<QueryBody> = this.RULE("fromFirst", () => {
    const start = this.LA(1).startOffset
    const from = this.SUBRULE(this.fromClause, { ARGS: [false] })
    let list: List | undefined
    this.OPTION(() => {
      list = this.SUBRULE(this.selectList)
    })
    const rest = this.SUBRULE(this.clauses)
    return this.ACTION((): QueryBody => {
      return { _tag: "Select", ...(list ?? everything(from)), from, ...rest, span: this.spanFrom(start) }
    })
  })

  private readonly fromClause = this.RULE("fromClause", (endsWithComma = false): FromItem => {
    this.reach("from")
    this.CONSUME(T.K.From)
    return this.SUBRULE(this.fromItems, { ARGS: [endsWithComma] })
  })

  private readonly selectList: Rule<List> = this.RULE("selectList", () => {
    let distinct = false
    let distinctOn: readonly NamedExpr[] = []
    let items: readonly SelectItem[] = []
    this.reach("select")
    this.CONSUME(T.K.Select)
    this.OPTION(() =>
      this.OR([
        {
          ALT: () => {
            this.CONSUME(T.K.Distinct)
            distinct = true
            this.OPTION2(() => {
              this.CONSUME(T.K.On)
              distinctOn = this.SUBRULE(this.expressions)
            })
          },
        },
        { ALT: () => this.CONSUME(T.K.All) },
      ]),
    )
    items = this.SUBRULE(this.targets)
    return this.ACTION(() => {
      if (this.next(T.K.Into)) {
        const message =
          "SELECT INTO is not supported: Skein changes no rows: it answers queries, and writes files with COPY."
        throw unsupported(message, T.spanOf(this.LA(1)))
      }
      return { distinct, distinctOn, items, impliedList: false }
    })
  })

  private readonly clauses: Rule<Clauses> = this.RULE("clauses", () => {
    let where: NamedExpr | undefined
    let groupBy: GroupBy | undefined
    let having: NamedExpr | undefined
    let windows: readonly NamedWindow[] = []
    let qualify: NamedExpr | undefined
    let sample: Sample | undefined
    this.OPTION(() => {
      this.reach("where")
      this.CONSUME(T.K.Where)
      where = this.SUBRULE(this.expression)
    })
    this.OPTION2(() => {
      groupBy = this.SUBRULE(this.groupBy)
    })
    this.OPTION3(() => {
      this.reach("having")
      this.CONSUME(T.K.Having)
      having = this.SUBRULE2(this.expression)
    })
    this.OPTION4(() => {
      windows = this.SUBRULE(this.windowClause)
    })
    this.OPTION5(() => {
      this.reach("having")
      this.CONSUME(T.K.Qualify)
      qualify = this.SUBRULE3(this.expression)
    })
    this.OPTION6({
      GATE: () => this.next(T.K.Sample, 2),
      DEF: () => {
        sample = this.SUBRULE(this.usingSample)
      },
    })
    return { where, groupBy, having, windows, qualify, sample }
  })

  private readonly windowClause: Rule<readonly NamedWindow[]> = this.RULE("windowClause", () => {
    const windows: NamedWindow[] = []
    this.CONSUME(T.K.Window)
    this.AT_LEAST_ONE_SEP({
      SEP: T.Comma,
      ERR_MSG: "a name",
      DEF: () => {
        const name = this.SUBRULE(this.columnName)
        this.CONSUME(T.K.As)
        const window = this.SUBRULE(this.windowSpec)
        this.ACTION(() => {
          windows.push({ _tag: "NamedWindow", name, window, span: this.spanFrom(name.span.start) })
        })
      },
    })
    return windows
  })

  private readonly groupBy: Rule<GroupBy> = this.RULE("groupBy", () => {
    const items: NamedExpr[] = []
    const sets: GroupingSet[] = []
    let all = false
    this.reach("group")
    this.CONSUME(T.K.Group)
    this.CONSUME(T.K.By)
    this.OR({
      ERR_MSG: ["an expression", "ALL"].join(SEPARATOR),
      DEF: [
        {
          ALT: () => {
            this.CONSUME(T.K.All)
            all = true
          },
        },
        { ALT: () => this.SUBRULE(this.groups, { ARGS: [items, sets] }) },
      ],
    })
    return this.ACTION(() => ({ all, items, sets }))
  })

  private readonly groups = this.RULE("groups", (items: NamedExpr[] = [], sets: GroupingSet[] = []): void => {
    this.SUBRULE(this.group, { ARGS: [items, sets] })
    this.MANY({
      GATE: () => this.anotherItem(),
      DEF: () => {
        this.CONSUME(T.Comma)
        this.SUBRULE2(this.group, { ARGS: [items, sets] })
      },
    })
    this.OPTION(() => this.CONSUME2(T.Comma))
  })

  private readonly group = this.RULE("group", (items: NamedExpr[] = [], sets: GroupingSet[] = []): void => {
    this.OR({
      ERR_MSG: "an expression",
      IGNORE_AMBIGUITIES: true,
      DEF: [
        { GATE: () => this.startsGroupingSet(), ALT: () => sets.push(this.SUBRULE(this.groupingSet)) },
        { ALT: () => items.push(this.SUBRULE(this.expression)) },
      ],
    })
  })

  private startsGroupingSet(): boolean {
    if (this.next(T.LParen)) return this.next(T.RParen, 2)
    if (this.next(T.K.Grouping)) return this.next(T.K.Sets, 2)
    return (this.next(T.K.Rollup) || this.next(T.K.Cube)) && this.next(T.LParen, 2)
  }

  /** `()`, `ROLLUP (a, b)`, `CUBE (a, b)`, `GROUPING SETS ((a, b), ())`. */
  private readonly groupingSet: Rule<GroupingSet> = this.RULE("groupingSet", () => {
    const start = this.LA(1).startOffset
    let items: readonly NamedExpr[] = []
    const sets: GroupingSet[] = []
    const kind = this.OR([
      {
        ALT: (): GroupingSet["kind"] => {
          this.CONSUME(T.LParen)
          this.CONSUME(T.RParen)
          return "empty"
        },
      },
      {
        ALT: (): GroupingSet["kind"] => {
          this.CONSUME(T.K.Rollup)
          items = this.SUBRULE(this.expressions)
          return "rollup"
        },
      },
      {
        ALT: (): GroupingSet["kind"] => {
          this.CONSUME(T.K.Cube)
          items = this.SUBRULE2(this.expressions)
          return "cube"
        },
      },
      {
        ALT: (): GroupingSet["kind"] => {
          const inner: NamedExpr[] = []
          this.CONSUME(T.K.Grouping)
          this.CONSUME(T.K.Sets)
          this.CONSUME2(T.LParen)
          this.ACTION(() => this.enter())
          this.SUBRULE(this.groups, { ARGS: [inner, sets] })
          this.ACTION(() => this.leave())
          this.CONSUME2(T.RParen)
          items = inner
          return "sets"
        },
      },
    ])
    return this.ACTION((): GroupingSet => {
      return { _tag: "GroupingSet", kind, items, sets, span: this.spanFrom(start) }
    })
  })

  protected reach(clause: Clause): void {
    this.ACTION(() => {
      this.clause = clause
    })
  }
}

/** `FROM t` alone means `SELECT * FROM t`. */
function everything(from: FromItem): List {
  const { span } = from
  const names = { relation: undefined, exclude: [], replace: [], rename: [] }
  const star: Star<ColumnRef> = { _tag: "Star", ...names, span }
  return { distinct: false, distinctOn: [], items: [{ expr: star, alias: undefined, span }], impliedList: true }
}
