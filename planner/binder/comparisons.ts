import type { Binary } from "../ast/expression.ts"
import { NOWHERE } from "../ast/span.ts"
import type { TypeOracle } from "../describe.ts"
import { PlanDefect } from "../errors.ts"
import { type BoundExpr, castTo, type Column, conjunction, conjuncts, isConstant } from "../logical/column.ts"
import { typesOf } from "./typing.ts"

/**
 * Law 1: both sides of a hash exchange hash the comparison type. So every equality that could become a join key gets
 * its implicit casts written out, as DuckDB's own plan shows them:
 *
 *   a.i = b.d   (INTEGER, DECIMAL(12,3))   →   CAST(a.i AS DECIMAL(13,3)) = CAST(b.d AS DECIMAL(13,3))
 */
export async function explicitComparisons(
  oracle: TypeOracle,
  predicate: BoundExpr | undefined,
): Promise<BoundExpr | undefined> {
  const terms = conjuncts(predicate)
  const keys = terms.filter(isKeyComparison)
  if (keys.length === 0) return predicate
  const types = await typesOf(
    oracle,
    keys.flatMap((key) => [key.left, key.right]),
  )
  const cast = new Map<BoundExpr, BoundExpr>()
  for (const [i, key] of keys.entries()) {
    const left = types[2 * i] ?? ""
    const right = types[2 * i + 1] ?? ""
    if (left === right) continue
    const type = await comparisonType(oracle, left, right)
    cast.set(key, { ...key, left: castIfOther(key.left, left, type), right: castIfOther(key.right, right, type) })
  }
  return cast.size === 0 ? predicate : conjunction(terms.map((term) => cast.get(term) ?? term))
}

/** `x = y` or `x IS NOT DISTINCT FROM y` where both sides read columns. */
export function isKeyComparison(expr: BoundExpr): expr is Binary<Column> {
  return (
    expr._tag === "Binary" &&
    (expr.op === "=" || expr.op === "IS NOT DISTINCT FROM") &&
    !isConstant(expr.left) &&
    !isConstant(expr.right) &&
    !isRow(expr.left) &&
    !isRow(expr.right)
  )
}

/** `(a, b)`: its type has no names, so a cast to it cannot be written out. It is compared, but no key. */
function isRow(expr: BoundExpr): boolean {
  return expr._tag === "Row"
}

/** `l = r`, as one term. */
export function equality(left: BoundExpr, right: BoundExpr): BoundExpr {
  return { _tag: "Binary", op: "=", left, right, escape: undefined, span: NOWHERE }
}

function castIfOther(expr: BoundExpr, from: string, to: string): BoundExpr {
  return from === to ? expr : castTo(expr, to)
}

/** The type in which DuckDB compares a value of one type with one of another. */
async function comparisonType(oracle: TypeOracle, left: string, right: string): Promise<string> {
  const sql = `SELECT l = r FROM (SELECT CAST(NULL AS ${left}) AS l, CAST(NULL AS ${right}) AS r)`
  const text = expressionText(await oracle.explain(sql))
  const castLeft = castTarget(text, "l")
  const castRight = castTarget(text, "r")
  // Where one side is not cast, the other is cast to its type.
  const type = castLeft ?? (castRight === undefined ? undefined : left)
  const agreed = castRight === undefined ? right : castRight
  if (type === undefined || type.replaceAll(" ", "") !== agreed.replaceAll(" ", ""))
    return unexpected(left, right, text)
  return castLeft === undefined ? left : type
}

/** The `Expressions` of the topmost projection in `EXPLAIN (FORMAT json)`. */
function expressionText(plan: unknown): string {
  const root: unknown = Array.isArray(plan) ? plan[0] : plan
  if (typeof root !== "object" || root === null || !("extra_info" in root)) return ""
  const info = root.extra_info
  if (typeof info !== "object" || info === null || !("Expressions" in info)) return ""
  const expressions: unknown = info.Expressions
  return Array.isArray(expressions) ? expressions.map(String).join(" ") : String(expressions)
}

/** `DECIMAL(13,3)` from `(CAST(l AS DECIMAL(13,3)) = …)`. */
function castTarget(text: string, name: string): string | undefined {
  const start = `CAST(${name} AS `
  const from = text.indexOf(start)
  if (from < 0) return undefined
  let depth = 1
  let end = from + start.length
  for (; end < text.length && depth > 0; end++) {
    if (text[end] === "(") depth++
    if (text[end] === ")") depth--
  }
  return text.slice(from + start.length, end - 1)
}

function unexpected(left: string, right: string, text: string): never {
  throw new PlanDefect({
    message: `DuckDB's plan for comparing ${left} with ${right} was not understood: ${text}`,
    hint: "write the cast out on one side",
    rule: "bind",
  })
}
