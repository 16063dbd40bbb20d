import type { IToken } from "chevrotain"
import type { Cte, Describe, Query, QueryBody, SetOperation } from "../ast/query.ts"
import { type Span, spanning } from "../ast/span.ts"
import { SyntaxError } from "../errors.ts"
import * as T from "./tokens.ts"

/** `UNION ALL BY NAME` between two queries. */
export interface SetOperator extends Pick<SetOperation, "op" | "all" | "byName"> {
  readonly span: Span
}

/** What stands between operators, with its parentheses. */
export interface Term {
  readonly body: QueryBody
  readonly span: Span
}

export function setOperationOf(word: IToken): SetOperation["op"] {
  return word.tokenType === T.K.Union ? "union" : word.tokenType === T.K.Except ? "except" : "intersect"
}

/**
 * One tree of a flat run: INTERSECT first, then UNION and EXCEPT from the left.
 *
 *   a UNION b INTERSECT c EXCEPT d    →    ((a UNION (b INTERSECT c)) EXCEPT d)
 */
export function setOperations(terms: readonly Term[], operators: readonly SetOperator[]): QueryBody {
  const [first, ...others] = terms
  if (first === undefined) throw new TypeError("A query was read without a body.")
  if (others.length === 0) return first.body
  let sum: { readonly left: Term; readonly operator: SetOperator } | undefined
  let product = side(first)
  for (const [i, term] of others.entries()) {
    const operator = operators[i]
    if (operator === undefined) throw new TypeError("Two queries were read without an operator between them.")
    if (operator.op === "intersect") {
      product = joined(product, operator, side(term))
      continue
    }
    sum = { left: sum === undefined ? product : joined(sum.left, sum.operator, product), operator }
    product = side(term)
  }
  return (sum === undefined ? product : joined(sum.left, sum.operator, product)).body
}

/** Parentheses around a query without clauses of its own only group. */
function side({ body, span }: Term): Term {
  if (body._tag !== "Query") return { body, span }
  const plain = body.with.length === 0 && body.orderBy.length === 0 && !isLimited(body)
  return { body: plain ? body.body : body, span }
}

function joined(left: Term, { op, all, byName }: SetOperator, right: Term): Term {
  const span = spanning(left.span, right.span)
  return { body: { _tag: "SetOperation", op, all, byName, left: left.body, right: right.body, span }, span }
}

const isLimited = (query: Query): boolean => query.limit !== undefined || query.offset !== undefined

/**
 * A query in parentheses and the clauses around them are one query, as DuckDB has it: `(SELECT … LIMIT 3) ORDER BY a`
 * orders before it limits. So no clause can be written both inside and outside.
 */
export function aroundBody(outer: Query): Query {
  const inner = outer.body
  if (inner._tag === "Describe") refuseAround(inner, outer)
  if (inner._tag !== "Query") return outer
  if (inner.body._tag === "Describe") refuseAround(inner.body, outer)
  if (inner.with.length > 0) refuseTwice("WITH", outer.with[0]?.span)
  if (inner.orderBy.length > 0) refuseTwice("ORDER BY", outer.orderBy[0]?.expr.span)
  if (inner.limit !== undefined) refuseTwice("LIMIT", outer.limit?.span)
  if (inner.offset !== undefined) refuseTwice("OFFSET", outer.offset?.span)
  const { limit, limitPercent } = inner.limit === undefined ? outer : inner
  const { with: ctes, recursive } = inner.with.length === 0 ? outer : inner
  const orderBy = inner.orderBy.length === 0 ? outer.orderBy : inner.orderBy
  const { body, offset } = inner
  return { ...outer, with: ctes, recursive, body, orderBy, limit, limitPercent, offset: offset ?? outer.offset }
}

/** DESCRIBE and its kin are whole as they stand. */
function refuseAround(inner: Describe, outer: Query): void {
  const clause = outer.with[0]?.span ?? outer.orderBy[0]?.expr.span ?? outer.limit?.span ?? outer.offset?.span
  if (clause === undefined) return
  const verb = inner.verb.toUpperCase()
  throw new SyntaxError({
    message: `syntax error: ${verb} takes no clauses`,
    span: clause,
    hint: `write FROM (${verb} …) and the clauses after it`,
  })
}

function refuseTwice(clause: string, span: Span | undefined): void {
  if (span === undefined) return
  throw new SyntaxError({
    message: `syntax error: ${clause} stands both inside and outside the parentheses of one query`,
    span,
    hint: "write FROM (SELECT …) to make the inner one a query of its own",
  })
}

export function refuseDescribedCte({ body }: Query): void {
  if (body._tag !== "Describe") return
  throw new SyntaxError({
    message: `syntax error: WITH names queries, not ${body.verb.toUpperCase()}`,
    span: body.span,
    hint: `write AS (FROM (${body.verb.toUpperCase()} …))`,
  })
}

export function refuseSameNames(ctes: readonly Cte[]): void {
  const names = new Set<string>()
  for (const { name } of ctes) {
    const lower = name.text.toLowerCase()
    if (names.has(lower)) {
      throw new SyntaxError({ message: `syntax error: WITH names "${name.text}" twice`, span: name.span })
    }
    names.add(lower)
  }
}
