import { NOWHERE } from "../ast/span.ts"
import { type BoundExpr, castTo, type Column, conjuncts, isUntyped } from "../logical/column.ts"
import { type Join, outputs, type Plan } from "../logical/plan.ts"
import { type Rule, unchanged } from "./rule.ts"

/**
 * What yields no row is not computed: no file is read for it, and nothing in it can raise.
 *
 *   Filter FALSE AND a = 1             Project NULL AS a, NULL AS b
 *     Join on a = b             →        Filter FALSE
 *       …                                  OneRow
 *
 * The same for an inner join whose condition is false, and for what stands on such a tree and needs a row of it.
 */
export const leaveOutEmpty: Rule = {
  name: "leave_out_empty",
  required: false,
  rewrite(node) {
    return !isEmptyTree(node) && yieldsNothing(node) ? emptyTree(outputs(node)) : unchanged
  },
}

function yieldsNothing(node: Plan): boolean {
  if (node._tag === "Filter")
    return node.input._tag !== "OneRow" && (isFalse(node.predicate) || isEmptyTree(node.input))
  return node._tag === "Join" && joinYieldsNothing(node)
}

function joinYieldsNothing({ kind, left, right, condition }: Join): boolean {
  const never = condition !== undefined && isFalse(condition)
  switch (kind) {
    case "inner":
    case "semi":
      return never || isEmptyTree(left) || isEmptyTree(right)
    case "left":
    case "anti":
      return isEmptyTree(left)
    case "right":
      return isEmptyTree(right)
    case "full":
      return isEmptyTree(left) && isEmptyTree(right)
  }
}

/** Whether a term is false or NULL, which lets no row pass either. Constants were computed before. */
function isFalse(predicate: BoundExpr): boolean {
  return conjuncts(predicate).some((term) => {
    if (term._tag === "TypedLiteral") return term.type.text === "BOOLEAN" && term.text === "false"
    const value = term._tag === "Cast" ? term.input : term
    if (value._tag !== "Literal") return false
    return value.kind === "null" || (value.kind === "boolean" && value.sql.toLowerCase() === "false")
  })
}

function isEmptyTree(plan: Plan): boolean {
  if (plan._tag !== "Project") return false
  const { input } = plan
  return isEmptyTree(input) || (input._tag === "Filter" && input.input._tag === "OneRow" && isFalse(input.predicate))
}

function emptyTree(columns: readonly Column[]): Plan {
  const items = columns.map((column) => ({ column, expr: isUntyped(column) ? NULL : castTo(NULL, column.type) }))
  return { _tag: "Project", items, input: { _tag: "Filter", input: { _tag: "OneRow" }, predicate: FALSE } }
}

const NULL: BoundExpr = { _tag: "Literal", kind: "null", sql: "NULL", span: NOWHERE }
const FALSE: BoundExpr = { _tag: "Literal", kind: "boolean", sql: "FALSE", span: NOWHERE }
