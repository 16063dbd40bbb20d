import { chainTerms } from "../ast/chain.ts"
import type { Binary } from "../ast/expression.ts"
import { isColumn } from "../ast/traverse.ts"
import { type BoundExpr, type Column, isConstant } from "../logical/column.ts"

/**
 * Law 10: only what cannot raise may be evaluated on rows that a join or a filter would have removed. Conservative: an
 * expression is taken to raise unless everything in it is known not to.
 */
export function cannotRaise(expr: BoundExpr): boolean {
  switch (expr._tag) {
    case "Column":
    case "Literal":
    case "TypedLiteral":
      return true
    case "IsTest":
      return cannotRaise(expr.input)
    case "Unary":
      return expr.op === "NOT" && cannotRaise(expr.input)
    case "Between":
      return comparable(expr.input, expr.low) && comparable(expr.input, expr.high)
    case "InList":
      return expr.items.every((item) => comparable(expr.input, item))
    case "Binary":
      return binaryCannotRaise(expr)
    case "Cast":
      return expr.try ? cannotRaise(expr.input) : widens(expr.input, expr.type.text)
    default:
      return false
  }
}

const COMPARISONS: ReadonlySet<string> = new Set([
  "=",
  "==",
  "<>",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "IS DISTINCT FROM",
  "IS NOT DISTINCT FROM",
])
const PATTERNS: ReadonlySet<string> = new Set(["LIKE", "NOT LIKE", "ILIKE", "NOT ILIKE"])

function binaryCannotRaise(expr: Binary<Column>): boolean {
  const { op, left, right, escape } = expr
  // A run of thousands of ORs is walked in a loop.
  if (op === "AND" || op === "OR") return chainTerms(expr).every(cannotRaise)
  if (COMPARISONS.has(op)) return comparable(left, right)
  if (PATTERNS.has(op))
    return escape === undefined && category(left) === "text" && right._tag === "Literal" && right.kind === "string"
  return false
}

/** Whether comparing the two needs no cast that could fail on some value. */
function comparable(a: BoundExpr, b: BoundExpr): boolean {
  if (!cannotRaise(a) || !cannotRaise(b)) return false
  const [left, right] = [category(a), category(b)]
  if (left === undefined || right === undefined) return false
  // A string literal beside a DATE would be cast, and that may fail: only like meets like.
  return left === right || left === "null" || right === "null"
}

type Category = "number" | "text" | "date" | "boolean" | "null"

/** Types within one category compare without a cast that can fail. DECIMAL and integers meet in a wider DECIMAL. */
function category(expr: BoundExpr): Category | undefined {
  if (isColumn(expr)) return typeCategory(expr.type)
  if (expr._tag === "Cast") return typeCategory(expr.type.text)
  if (expr._tag === "TypedLiteral") return typeCategory(expr.type.text)
  if (expr._tag === "Literal") {
    if (expr.kind === "number") return "number"
    if (expr.kind === "string") return "text"
    return expr.kind
  }
  return isConstant(expr) ? undefined : "boolean"
}

const NUMBERS = /^(TINYINT|SMALLINT|INTEGER|BIGINT|UTINYINT|USMALLINT|UINTEGER|UBIGINT|FLOAT|DOUBLE)$/
const DECIMAL = /^DECIMAL\((\d+),\s*(\d+)\)$/

/** Digits before the point that any integer below HUGEINT may have. */
const INTEGER_DIGITS_MAX = 20
const DECIMAL_DIGITS_MAX = 38

function typeCategory(type: string): Category | undefined {
  if (NUMBERS.test(type)) return "number"
  const decimal = DECIMAL.exec(type)
  // A scale that leaves room for every integer: meeting in a common DECIMAL cannot overflow.
  if (decimal !== null) return Number(decimal[2]) + INTEGER_DIGITS_MAX <= DECIMAL_DIGITS_MAX ? "number" : undefined
  if (type === "VARCHAR") return "text"
  if (type === "DATE" || type === "TIMESTAMP") return "date"
  if (type === "BOOLEAN") return "boolean"
  return undefined
}

/** Casts that succeed on every value of the type they come from. */
function widens(input: BoundExpr, to: string): boolean {
  if (!isColumn(input)) return false
  if (to === "VARCHAR") return true
  const from = input.type
  const wider: Readonly<Record<string, readonly string[]>> = {
    TINYINT: ["SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE"],
    SMALLINT: ["INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE"],
    INTEGER: ["BIGINT", "HUGEINT", "FLOAT", "DOUBLE"],
    BIGINT: ["HUGEINT", "FLOAT", "DOUBLE"],
    DATE: ["TIMESTAMP"],
    FLOAT: ["DOUBLE"],
  }
  return wider[from]?.includes(to) ?? widensDecimal(from, to)
}

function widensDecimal(from: string, to: string): boolean {
  const target = DECIMAL.exec(to)
  if (target === null) return false
  const whole = Number(target[1]) - Number(target[2])
  const source = DECIMAL.exec(from)
  if (source !== null) {
    return Number(source[1]) - Number(source[2]) <= whole && Number(source[2]) <= Number(target[2])
  }
  const digits: Readonly<Record<string, number>> = { TINYINT: 3, SMALLINT: 5, INTEGER: 10, BIGINT: 19 }
  return (digits[from] ?? Number.POSITIVE_INFINITY) <= whole
}
