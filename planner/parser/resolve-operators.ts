import type { ColumnRef, SubqueryExpr } from "../ast/expression.ts"
import type { NamedExpr, Query } from "../ast/query.ts"
import type { Span } from "../ast/span.ts"
import { spanning } from "../ast/span.ts"
import { SyntaxError, UnsupportedSql } from "../errors.ts"
import { type Binding, bindingOf, LEVEL, OTHER } from "./precedence.ts"

/** How many signs and NOTs may follow one another: each is a level of the tree. */
const PREFIXES_MAX = 100

/**
 * An expression as the grammar reads it: one flat run of operands and operators. Which operator takes what is decided
 * here, so that a million terms cost a loop and no stack.
 *
 *   a + b * c IS NULL    →    operand infix operand infix operand postfix    →    ((a + (b * c)) IS NULL)
 */
export type Piece =
  | { readonly _tag: "operand"; readonly expr: NamedExpr }
  | { readonly _tag: "prefix"; readonly op: string; readonly span: Span }
  /** `named`: written OPERATOR(op), which takes its precedence away. */
  | { readonly _tag: "infix"; readonly op: string; readonly named: boolean; readonly span: Span }
  | { readonly _tag: "between"; readonly not: boolean; readonly span: Span }
  | { readonly _tag: "escape"; readonly span: Span }
  | { readonly _tag: "timezone"; readonly span: Span }
  | {
      readonly _tag: "postfix"
      readonly level: number
      readonly text: string
      readonly span: Span
      readonly apply: (input: NamedExpr, span: Span) => NamedExpr
    }

interface Cursor {
  readonly pieces: readonly Piece[]
  next: number
  prefixes: number
}

export function resolveOperators(pieces: readonly Piece[]): NamedExpr {
  const only = pieces[0]
  if (pieces.length === 1 && only?._tag === "operand") return only.expr
  const cursor: Cursor = { pieces, next: 0, prefixes: 0 }
  const expr = climb(cursor, 0, false)
  const left = cursor.pieces[cursor.next]
  if (left !== undefined) throw misplaced(left)
  return expr
}

/**
 * Precedence climbing: takes operators that bind at least as tightly as `least`. `plain` is the low side of BETWEEN,
 * where AND is not an operator and the other words are not allowed without parentheses.
 */
function climb(cursor: Cursor, least: number, plain: boolean): NamedExpr {
  let left = operand(cursor, plain)
  for (;;) {
    const piece = cursor.pieces[cursor.next]
    // ESCAPE belongs to the LIKE that is open, whatever stands between.
    if (piece === undefined || piece._tag === "escape") return left
    if (levelOf(piece) < least || (plain && !isPlain(piece))) return left
    cursor.next++
    switch (piece._tag) {
      case "operand":
      case "prefix":
        throw misplaced(piece)
      case "postfix":
        left = piece.apply(left, spanning(left.span, piece.span))
        break
      case "timezone": {
        const zone = climb(cursor, LEVEL.atTimeZone + 1, plain)
        left = call("timezone", [zone, left], piece.span, spanning(left.span, zone.span))
        break
      }
      case "between":
        left = between(cursor, left, piece)
        refuseChain(cursor, LEVEL.like, piece)
        break
      case "infix":
        left = binary(cursor, left, piece, plain)
        break
    }
  }
}

function operand(cursor: Cursor, plain: boolean): NamedExpr {
  const piece = cursor.pieces[cursor.next++]
  if (piece === undefined) throw new SyntaxError({ message: "syntax error: expected an expression" })
  if (piece._tag === "operand") return piece.expr
  if (piece._tag !== "prefix" || (plain && piece.op === "NOT")) throw misplaced(piece)
  if (++cursor.prefixes > PREFIXES_MAX) {
    throw new UnsupportedSql({
      message: `More than ${PREFIXES_MAX} signs and NOTs in a row are not supported.`,
      span: piece.span,
    })
  }
  const least = piece.op === "NOT" ? LEVEL.not : piece.op === "-" || piece.op === "+" ? LEVEL.sign : LEVEL.other
  const input = climb(cursor, least === LEVEL.other ? least + 1 : least, plain)
  cursor.prefixes--
  return { _tag: "Unary", op: piece.op, input, span: spanning(piece.span, input.span) }
}

function binary(
  cursor: Cursor,
  left: NamedExpr,
  piece: Extract<Piece, { readonly _tag: "infix" }>,
  plain: boolean,
): NamedExpr {
  const binding = bindingOfPiece(piece)
  refuseNot(cursor, piece)
  const right = climb(cursor, binding.right + 1, plain)
  const escape = binding.left === LEVEL.like ? escapeOf(cursor, piece.op) : undefined
  if (!binding.chains) refuseChain(cursor, binding.left, piece)
  const span = spanning(left.span, (escape ?? right).span)
  return { _tag: "Binary", op: piece.op === "==" ? "=" : piece.op, left, right, escape, span }
}

/** `a || NOT b`: DuckDB takes `a ||` for a postfix operator there and gives NOT another meaning. */
function refuseNot(cursor: Cursor, operator: Extract<Piece, { readonly _tag: "infix" }>): void {
  const next = cursor.pieces[cursor.next]
  if (next?._tag !== "prefix" || next.op !== "NOT" || bindingOfPiece(operator).left !== LEVEL.other) return
  throw new SyntaxError({
    message: `syntax error: NOT cannot follow ${operator.op} without parentheses`,
    span: next.span,
    hint: `write ${operator.op} (NOT …)`,
  })
}

function escapeOf(cursor: Cursor, op: string): NamedExpr | undefined {
  const piece = cursor.pieces[cursor.next]
  // GLOB has no ESCAPE: it is that of a LIKE around it.
  if (piece?._tag !== "escape" || op === "GLOB") return undefined
  if (!op.endsWith("LIKE")) {
    throw new UnsupportedSql({
      message: `ESCAPE is not supported after ${op}.`,
      span: piece.span,
      hint: "it can follow LIKE and ILIKE",
    })
  }
  cursor.next++
  return climb(cursor, LEVEL.like + 1, false)
}

function between(cursor: Cursor, input: NamedExpr, piece: Extract<Piece, { readonly _tag: "between" }>): NamedExpr {
  const low = climb(cursor, 0, true)
  const and = cursor.pieces[cursor.next]
  if (and?._tag !== "infix" || and.op !== "AND") {
    const at = and === undefined ? { start: low.span.end, end: low.span.end } : spanOfPiece(and)
    throw new SyntaxError({
      message: `syntax error: expected AND and the upper bound of BETWEEN${and === undefined ? "" : `, found ${spelling(and)}`}`,
      span: at,
      hint: "write: x BETWEEN low AND high; put bounds that hold AND, OR, IN or LIKE in parentheses",
    })
  }
  cursor.next++
  const high = climb(cursor, LEVEL.like + 1, false)
  return { _tag: "Between", input, low, high, not: piece.not, span: spanning(input.span, high.span) }
}

/** `a < b < c`: DuckDB takes no second operator of the same level, so a reader need not guess either. */
function refuseChain(cursor: Cursor, level: number, first: Piece): void {
  const next = cursor.pieces[cursor.next]
  if (next === undefined || next._tag === "escape" || levelOf(next) !== level) return
  throw new SyntaxError({
    message: `syntax error: ${spelling(next)} cannot follow ${spelling(first)} without parentheses`,
    span: spanOfPiece(next),
    hint: level === LEVEL.comparison ? "write (a < b) = c, or a < b AND b < c" : "put one of the two in parentheses",
  })
}

function bindingOfPiece(piece: Extract<Piece, { readonly _tag: "infix" }>): Binding {
  return piece.named ? OTHER : bindingOf(piece.op)
}

function levelOf(piece: Piece): number {
  switch (piece._tag) {
    case "operand":
    case "prefix":
      return LEVEL.primary
    case "escape":
    case "between":
      return LEVEL.like
    case "timezone":
      return LEVEL.atTimeZone
    case "infix":
      return bindingOfPiece(piece).left
    case "postfix":
      return piece.level
  }
}

/** What may stand in the low bound of BETWEEN without parentheses. */
function isPlain(piece: Piece): boolean {
  if (piece._tag === "postfix") return piece.level === LEVEL.primary || piece.level === LEVEL.other
  if (piece._tag !== "infix") return false
  const { left } = bindingOfPiece(piece)
  return left >= LEVEL.other || left === LEVEL.comparison || left === LEVEL.is
}

function misplaced(piece: Piece): SyntaxError {
  return new SyntaxError({ message: `syntax error: ${spelling(piece)} cannot stand here`, span: spanOfPiece(piece) })
}

function spanOfPiece(piece: Piece): Span {
  return piece._tag === "operand" ? piece.expr.span : piece.span
}

function spelling(piece: Piece): string {
  switch (piece._tag) {
    case "operand":
      return "an operand"
    case "prefix":
    case "infix":
      return piece.op
    case "between":
      return piece.not ? "NOT BETWEEN" : "BETWEEN"
    case "escape":
      return "ESCAPE"
    case "timezone":
      return "AT TIME ZONE"
    case "postfix":
      return piece.text
  }
}

/** A query as an operand; what only IN, ANY and ALL have is added by them. */
export function subquery(spelling: SubqueryExpr<ColumnRef>["spelling"], query: Query): SubqueryExpr<ColumnRef> {
  const none = { operand: undefined, op: undefined, quantifier: undefined, not: false }
  return { _tag: "SubqueryExpr", spelling, ...none, query, span: query.span }
}

/** What most calls have none of. */
export const PLAIN_CALL = {
  _tag: "FunctionCall",
  method: false,
  star: false,
  distinct: false,
  orderBy: [],
  withinGroup: [],
  filter: undefined,
  ignoreNulls: false,
  over: undefined,
} as const

/** A call of a function that the text names in another way. */
export function call(name: string, args: readonly NamedExpr[], nameSpan: Span, span: Span): NamedExpr {
  return { ...PLAIN_CALL, name, nameSpan, args, span }
}
