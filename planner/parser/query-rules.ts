import type { Identifier } from "../ast/expression.ts"
import type { Cte, Describe, Query, QueryBody, TableRef } from "../ast/query.ts"
import type { Span } from "../ast/span.ts"
import { SEPARATOR } from "./expected.ts"
import { LimitRules } from "./limit-rules.ts"
import type { Rule } from "./name-rules.ts"
import { SET_OPERATIONS_MAX } from "./parser-state.ts"
import {
  aroundBody,
  refuseDescribedCte,
  refuseSameNames,
  setOperationOf,
  type SetOperator,
  setOperations,
  type Term,
} from "./set-operations.ts"
import * as T from "./tokens.ts"
import { unsupported } from "./unsupported.ts"

type With = Pick<Query, "with" | "recursive">

/** WITH, set operations, SELECT and what follows it. */
export abstract class QueryRules extends LimitRules {
  protected readonly query: Rule<Query> = this.RULE("query", () => {
    const start = this.LA(1).startOffset
    const outer = { clause: this.clause, expressions: this.expressionNesting }
    let ctes: With = { with: [], recursive: false }
    let orderBy: Query["orderBy"] = []
    this.ACTION(() => {
      this.enter()
      this.expressionNesting = 0
    })
    this.OPTION(() => {
      ctes = this.SUBRULE(this.withClause)
    })
    const body = this.SUBRULE(this.queryBody)
    this.OPTION2(() => {
      this.reach("order")
      orderBy = this.SUBRULE(this.orderBy)
    })
    const limits = this.SUBRULE(this.limits)
    return this.ACTION(() => {
      this.leave()
      this.innerClause = this.clause
      // At the end of the outermost query its last clause still says what could follow.
      if (outer.clause !== "statement") this.clause = outer.clause
      this.expressionNesting = outer.expressions
      return aroundBody({ _tag: "Query", ...ctes, body, orderBy, ...limits, span: this.spanFrom(start) })
    })
  })

  /** `a UNION b INTERSECT c`: INTERSECT binds first. */
  private readonly queryBody: Rule<QueryBody> = this.RULE("queryBody", () => {
    const terms: Term[] = [this.SUBRULE(this.queryTerm)]
    const operators: SetOperator[] = []
    this.MANY(() => {
      const operator = this.SUBRULE(this.setOperator)
      const term = this.SUBRULE2(this.queryTerm)
      this.ACTION(() => {
        this.countSetOperation(operators.push(operator), operator.span)
        terms.push(term)
      })
    })
    return this.ACTION(() => setOperations(terms, operators))
  })

  private countSetOperation(count: number, span: Span): void {
    if (count <= SET_OPERATIONS_MAX) return
    throw unsupported(`More than ${SET_OPERATIONS_MAX} set operations in one query are not supported.`, span)
  }

  private readonly setOperator: Rule<SetOperator> = this.RULE("setOperator", () => {
    const start = this.LA(1).startOffset
    let all = false
    let byName = false
    const word = this.OR([
      { ALT: () => this.CONSUME(T.K.Union) },
      { ALT: () => this.CONSUME(T.K.Intersect) },
      { ALT: () => this.CONSUME(T.K.Except) },
    ])
    this.OPTION(() =>
      this.OR2([
        {
          ALT: () => {
            this.CONSUME(T.K.All)
            all = true
          },
        },
        { ALT: () => this.CONSUME(T.K.Distinct) },
      ]),
    )
    this.OPTION2({
      GATE: () => word.tokenType === T.K.Union,
      DEF: () => {
        this.CONSUME(T.K.By)
        this.CONSUME(T.K.Name)
        byName = true
      },
    })
    return this.ACTION(() => ({ op: setOperationOf(word), all, byName, span: this.spanFrom(start) }))
  })

  /** One side of a set operation, or all that there is. */
  private readonly queryTerm: Rule<Term> = this.RULE("queryTerm", () => {
    const start = this.LA(1).startOffset
    const body = this.OR({
      ERR_MSG: ["SELECT", "FROM"].join(SEPARATOR),
      DEF: [
        {
          ALT: () => {
            this.CONSUME(T.LParen)
            const query = this.SUBRULE(this.query)
            this.CONSUME(T.RParen)
            return query
          },
        },
        { ALT: () => this.SUBRULE(this.selectFirst) },
        { ALT: () => this.SUBRULE(this.fromFirst) },
        { ALT: () => this.SUBRULE(this.values) },
        { ALT: () => this.SUBRULE(this.tableStatement) },
        { ALT: () => this.SUBRULE(this.pivot) },
        { ALT: () => this.SUBRULE(this.unpivot) },
        { GATE: () => this.LA(0).tokenType === T.LParen, ALT: () => this.SUBRULE(this.describe) },
      ],
    })
    return this.ACTION(() => ({ body, span: this.spanFrom(start) }))
  })

  private readonly tableStatement: Rule<QueryBody> = this.RULE("tableStatement", () => {
    const start = this.CONSUME(T.K.Table).startOffset
    this.reach("from")
    const table = this.SUBRULE(this.tableName)
    return this.ACTION((): QueryBody => ({ _tag: "TableStatement", table, span: this.spanFrom(start) }))
  })

  private readonly withClause: Rule<With> = this.RULE("withClause", () => {
    const ctes: Cte[] = []
    let recursive = false
    this.reach("with")
    this.CONSUME(T.K.With)
    this.OPTION({
      // Before AS, a parenthesis or USING it is a CTE's name.
      GATE: () => this.nextIs(T.ColumnName, 2),
      DEF: () => {
        this.CONSUME(T.K.Recursive)
        recursive = true
      },
    })
    this.AT_LEAST_ONE_SEP({ SEP: T.Comma, ERR_MSG: "a name", DEF: () => ctes.push(this.SUBRULE(this.cte)) })
    return this.ACTION(() => {
      refuseSameNames(ctes)
      return { with: ctes, recursive }
    })
  })

  private readonly cte: Rule<Cte> = this.RULE("cte", () => {
    const name = this.SUBRULE(this.columnName)
    let columns: readonly Identifier[] = []
    let usingKey: readonly Identifier[] = []
    let materialized: boolean | undefined
    this.OPTION(() => {
      columns = this.SUBRULE(this.nameList)
    })
    this.OPTION2(() => {
      usingKey = this.SUBRULE(this.usingKey)
    })
    this.CONSUME(T.K.As)
    this.OPTION3(() => {
      materialized = true
      this.OPTION4(() => {
        this.CONSUME(T.K.Not)
        materialized = false
      })
      this.CONSUME(T.K.Materialized)
    })
    this.CONSUME(T.LParen)
    const query = this.SUBRULE(this.query)
    this.CONSUME(T.RParen)
    return this.ACTION((): Cte => {
      refuseDescribedCte(query)
      const span = this.spanFrom(name.span.start)
      return { _tag: "Cte", name, columns, usingKey, materialized, query, span }
    })
  })

  private readonly usingKey: Rule<readonly Identifier[]> = this.RULE("usingKey", () => {
    const keys: Identifier[] = []
    this.CONSUME(T.K.Using)
    this.CONSUME(T.K.Key)
    this.CONSUME(T.LParen)
    keys.push(this.SUBRULE(this.columnName))
    this.MANY({
      GATE: () => this.anotherItem(),
      DEF: () => {
        this.CONSUME(T.Comma)
        keys.push(this.SUBRULE2(this.columnName))
      },
    })
    this.OPTION(() => this.CONSUME2(T.Comma))
    this.CONSUME(T.RParen)
    return keys
  })

  /** `(DESCRIBE t)`, `(SUMMARIZE SELECT …)`, `(SHOW TABLES FROM c.s)`: only in parentheses they are queries. */
  private readonly describe: Rule<QueryBody> = this.RULE("describe", () => {
    const word = this.OR([
      { ALT: () => this.CONSUME(T.K.Describe) },
      { ALT: () => this.CONSUME(T.K.Desc) },
      { ALT: () => this.CONSUME(T.K.Show) },
      { ALT: () => this.CONSUME(T.K.Summarize) },
    ])
    let target: Describe["target"]
    let lists: Describe["lists"]
    let of: readonly Identifier[] = []
    this.OR2([
      {
        GATE: () => this.startsQuery(),
        ALT: () => {
          target = this.SUBRULE(this.query)
        },
      },
      {
        GATE: () => this.next(T.K.Tables) && this.next(T.K.From, 2),
        ALT: () => {
          this.CONSUME(T.K.Tables)
          this.CONSUME(T.K.From)
          of = this.SUBRULE(this.path)
          lists = "tables"
        },
      },
      {
        GATE: () => word.tokenType !== T.K.Summarize,
        ALT: () => {
          this.CONSUME(T.K.All)
          this.OPTION(() => this.CONSUME2(T.K.Tables))
          lists = "all tables"
        },
      },
      {
        GATE: () => word.tokenType !== T.K.Summarize && this.next(T.K.Zone, 2),
        ALT: () => {
          this.CONSUME(T.K.Time)
          this.CONSUME(T.K.Zone)
          lists = "setting"
        },
      },
      {
        ALT: () => {
          const table = this.SUBRULE(this.tableName)
          this.ACTION(() => {
            lists = word.tokenType === T.K.Summarize ? undefined : listed(table)
            if (lists === undefined) target = table
          })
        },
      },
      {
        GATE: () => word.tokenType !== T.K.Summarize && this.next(T.RParen),
        ALT: () => {
          lists = "all tables"
        },
      },
    ])
    return this.ACTION((): QueryBody => {
      const verb = word.tokenType === T.K.Show ? "show" : word.tokenType === T.K.Summarize ? "summarize" : "describe"
      return { _tag: "Describe", verb, target, lists, of, span: this.spanFrom(word.startOffset) }
    })
  })
}

/** `SHOW TABLES` is no table's name, however it is written. */
function listed({ qualifiers, name, spelling }: TableRef): Describe["lists"] {
  if (qualifiers.length > 0 || spelling !== "identifier") return undefined
  switch (name) {
    case "tables":
    case "databases":
    case "schemas":
    case "variables":
      return name
    default:
      return undefined
  }
}
