import type {
  Binary,
  Case,
  Comprehension,
  Expr,
  FrameBound,
  FunctionCall,
  Inner,
  Identifier,
  IntervalLiteral,
  OrderItem,
  QualifiedName,
  Star,
  Subscript,
  WindowFrame,
  WindowSpec,
} from "../ast/expression.ts"
import { CHAIN_TERMS_MAX, chainGroups, chainTerms } from "../ast/chain.ts"
import { type ColumnLeaf, isInner } from "../ast/traverse.ts"
import { PlanDefect } from "../errors.ts"
import { keywordClass } from "../parser/keywords.ts"
import { bindingOf, LEVEL } from "../parser/precedence.ts"
import { quoteIdentifier, quoteString } from "./quote.ts"

/** How a column is written: it must be something that DuckDB takes as one operand, such as `"t"."c"`. */
export type PrintColumn<C> = (column: C) => string

/**
 * DuckDB SQL that parses back to the same tree. Parentheses stand only where DuckDB or a reader would otherwise group
 * differently: `a + b * c` stays bare, everything unusual is wrapped.
 */
export function printExpr<C extends ColumnLeaf>(expr: Expr<C>, leaf: PrintColumn<C>): string {
  return isInner(expr) ? printInner(expr, leaf) : leaf(expr)
}

/** `a, b DESC NULLS FIRST`: the items of an ORDER BY. */
export function printOrderBy<C extends ColumnLeaf>(items: readonly OrderItem<C>[], leaf: PrintColumn<C>): string {
  return items
    .map((item) => {
      const nulls = item.nulls === undefined ? "" : ` NULLS ${item.nulls.toUpperCase()}`
      return `${printExpr(item.expr, leaf)}${item.descending ? " DESC" : ""}${nulls}`
    })
    .join(", ")
}

/** The expression as an operand: in parentheses unless it binds at least as tightly as `level`. */
function operand<C extends ColumnLeaf>(expr: Expr<C>, level: number, leaf: PrintColumn<C>): string {
  const text = printExpr(expr, leaf)
  return levelOf(expr) >= level ? text : `(${text})`
}

function levelOf<C extends ColumnLeaf>(expr: Expr<C>): number {
  switch (expr._tag) {
    case "Binary":
      return bindingOf(expr.op).left
    case "Unary":
      return expr.op === "NOT" ? LEVEL.not : expr.op === "-" || expr.op === "+" ? LEVEL.sign : LEVEL.other
    case "IsTest":
      return LEVEL.is
    case "Between":
    case "InList":
      return LEVEL.like
    // Not allowed inside BETWEEN without parentheses, so it counts as loose.
    case "Collate":
      return LEVEL.other
    case "Literal":
      return expr.sql.startsWith("-") ? LEVEL.sign : LEVEL.primary
    case "Column":
    case "ColumnRef":
    case "TypedLiteral":
    case "IntervalLiteral":
    case "FunctionCall":
    case "Cast":
    case "Case":
    case "Subscript":
    case "Field":
    case "ListLiteral":
    case "StructLiteral":
    case "Row":
    case "Comprehension":
    case "MapLiteral":
    case "Grouping":
    case "Parameter":
    case "PositionalReference":
    case "Default":
      return LEVEL.primary
    // An asterisk that touches the operator before it would be part of that.
    case "Star":
    case "ColumnsCall":
      return LEVEL.arrow
    case "SubqueryExpr":
      return expr.operand === undefined ? LEVEL.primary : LEVEL.like
    case "QuantifiedList":
      return LEVEL.comparison
    case "Lambda":
    case "NamedArgument":
      return LEVEL.arrow
  }
}

function printInner<C extends ColumnLeaf>(expr: Inner<C>, leaf: PrintColumn<C>): string {
  const print = (child: Expr<C>): string => printExpr(child, leaf)
  const list = (items: readonly Expr<C>[]): string => items.map(print).join(", ")
  const atLeast = (level: number) => (child: Expr<C>) => operand(child, level, leaf)
  switch (expr._tag) {
    case "Literal":
      return expr.sql
    case "TypedLiteral":
      return `CAST(${quoteString(expr.text)} AS ${expr.type.text})`
    case "IntervalLiteral":
      return printInterval(expr, leaf)
    case "Star":
      return printStar(expr, leaf)
    case "FunctionCall":
      return printCall(expr, leaf)
    case "Cast":
      return `${expr.try ? "TRY_CAST" : "CAST"}(${print(expr.input)} AS ${expr.type.text})`
    case "Unary":
      return `${expr.op}${expr.op === "NOT" ? " " : ""}${operand(expr.input, LEVEL.primary, leaf)}`
    case "Binary":
      return printBinary(expr, leaf)
    case "IsTest":
      return `${operand(expr.input, LEVEL.additive, leaf)} IS ${expr.not ? "NOT " : ""}${expr.test}`
    case "Between": {
      const [input, low, high] = [expr.input, expr.low, expr.high].map(atLeast(LEVEL.additive))
      return `${input} ${expr.not ? "NOT " : ""}BETWEEN ${low} AND ${high}`
    }
    case "InList":
      return `${operand(expr.input, LEVEL.additive, leaf)} ${expr.not ? "NOT " : ""}IN (${list(expr.items)})`
    case "Case":
      return printCase(expr, leaf)
    case "Subscript":
      return printSubscript(expr, leaf)
    case "Field":
      // In parentheses always: after a bare column the name would be part of the column's.
      return `(${print(expr.input)}).${quoteIdentifier(expr.name.text)}`
    case "ListLiteral":
      return `${expr.array ? "ARRAY" : ""}[${list(expr.items)}]`
    case "StructLiteral":
      return `{${expr.fields.map((field) => `${quoteIdentifier(field.name)}: ${print(field.value)}`).join(", ")}}`
    case "Row":
      return `(${list(expr.items)})`
    case "Collate":
      return `${operand(expr.input, LEVEL.primary, leaf)} COLLATE ${expr.collation.split(".").map(quoteIdentifier).join(".")}`
    default:
      return printRare(expr, leaf)
  }
}

type Rare<C> = Exclude<
  Inner<C>,
  | { readonly _tag: "Literal" | "TypedLiteral" | "IntervalLiteral" | "Star" | "FunctionCall" | "Cast" | "Unary" }
  | { readonly _tag: "Binary" | "IsTest" | "Between" | "InList" | "Case" | "Subscript" | "Field" | "ListLiteral" }
  | { readonly _tag: "StructLiteral" | "Row" | "Collate" }
>

function printRare<C extends ColumnLeaf>(expr: Rare<C>, leaf: PrintColumn<C>): string {
  const print = (child: Expr<C>): string => printExpr(child, leaf)
  switch (expr._tag) {
    case "MapLiteral":
      return `MAP {${expr.entries.map(({ key, value }) => `${print(key)}: ${print(value)}`).join(", ")}}`
    case "QuantifiedList": {
      const left = operand(expr.operand, LEVEL.additive, leaf)
      return `${left} ${expr.op} ${expr.quantifier.toUpperCase()} (${print(expr.list)})`
    }
    case "Lambda":
      // The arrow of an argument and the word make the same tree, and only the arrow can also be JSON's operator.
      return expr.left === undefined
        ? `${lambdaHead(expr.parameters)} ${print(expr.body)}`
        : `${print(expr.left)} -> ${operand(expr.body, LEVEL.or, leaf)}`
    case "NamedArgument":
      return `${quoteIdentifier(expr.name.text)} := ${print(expr.value)}`
    case "ColumnsCall":
      return `${expr.unpacked ? "*" : ""}COLUMNS(${print(expr.input)})`
    case "Comprehension":
      return printComprehension(expr, leaf)
    case "Grouping":
      return `GROUPING(${expr.args.map(print).join(", ")})`
    case "Parameter":
      return `$${expr.name}`
    case "PositionalReference":
      return `#${expr.index}`
    case "Default":
      return "DEFAULT"
    case "SubqueryExpr":
      throw new PlanDefect({
        message: "A subquery expression reached the printer; the binder has to refuse it.",
        span: expr.span,
        rule: "print_expression",
      })
  }
}

/** Runs of left-deep operators, thousands of terms long, are printed in a loop. */
function printBinary<C extends ColumnLeaf>(expr: Binary<C>, leaf: PrintColumn<C>): string {
  const terms = chainTerms(expr)
  if (terms.length > CHAIN_TERMS_MAX) return printChain(expr.op, terms, leaf)
  const spine: Binary<C>[] = []
  let bottom: Expr<C> = expr
  for (;;) {
    if (bottom._tag !== "Binary") break
    const binary: Binary<C> = bottom
    spine.push(binary)
    bottom = binary.left
  }
  const parts: string[] = []
  let opened = 0
  let level = levelOf(bottom)
  let text = printExpr(bottom, leaf)
  for (const node of spine.reverse()) {
    const need = needs(node.op)
    if (level < need.left) {
      opened++
      text += ")"
    }
    parts.push(text)
    const escape = node.escape === undefined ? "" : ` ESCAPE ${operand(node.escape, LEVEL.additive, leaf)}`
    text = ` ${node.op} ${operand(node.right, need.right, leaf)}${escape}`
    level = bindingOf(node.op).left
  }
  parts.push(text)
  return "(".repeat(opened) + parts.join("")
}

/** DuckDB takes five times as long for ten thousand terms in a row as for a hundred groups of a hundred. */
function printChain<C extends ColumnLeaf>(op: string, terms: readonly Expr<C>[], leaf: PrintColumn<C>): string {
  const { right } = needs(op)
  return chainGroups(terms)
    .map((group) => `(${group.map((term) => operand(term, right, leaf)).join(` ${op} `)})`)
    .join(` ${op} `)
}

/** The levels that the sides of an operator must have to stand without parentheses. */
function needs(op: string): { readonly left: number; readonly right: number } {
  const { left } = bindingOf(op)
  switch (left) {
    case LEVEL.or:
    case LEVEL.and:
    case LEVEL.additive:
    case LEVEL.multiplicative:
      return { left, right: left + 1 }
    case LEVEL.is:
    case LEVEL.comparison:
    case LEVEL.like:
      return { left: LEVEL.additive, right: LEVEL.additive }
    default:
      return { left: LEVEL.primary, right: LEVEL.primary }
  }
}

function printInterval<C extends ColumnLeaf>(expr: IntervalLiteral<C>, leaf: PrintColumn<C>): string {
  const { value } = expr
  const bare = value._tag === "Literal" && (value.kind === "string" || /^[0-9]{1,9}$/.test(value.sql))
  const text = printExpr(value, leaf)
  return `INTERVAL ${bare ? text : `(${text})`}${expr.unit === undefined ? "" : ` ${expr.unit}`}`
}

function printStar<C extends ColumnLeaf>(expr: Star<C>, leaf: PrintColumn<C>): string {
  const qualified = (name: QualifiedName): string => name.map((part) => quoteIdentifier(part.text)).join(".")
  const exclude = expr.exclude.map(qualified).join(", ")
  const replace = expr.replace.map((r) => `${printExpr(r.expr, leaf)} AS ${quoteIdentifier(r.name.text)}`).join(", ")
  const rename = expr.rename.map((r) => `${qualified(r.from)} AS ${quoteIdentifier(r.name.text)}`).join(", ")
  return (
    (expr.relation === undefined ? "*" : `${quoteIdentifier(expr.relation.text)}.*`) +
    (exclude === "" ? "" : ` EXCLUDE (${exclude})`) +
    (replace === "" ? "" : ` REPLACE (${replace})`) +
    (rename === "" ? "" : ` RENAME (${rename})`)
  )
}

function lambdaHead(parameters: readonly Identifier[]): string {
  return `lambda ${parameters.map((name) => quoteIdentifier(name.text)).join(", ")}:`
}

function printComprehension<C extends ColumnLeaf>(expr: Comprehension<C>, leaf: PrintColumn<C>): string {
  const variables = expr.variables.map((name) => quoteIdentifier(name.text)).join(", ")
  const condition = expr.condition === undefined ? "" : ` IF ${printExpr(expr.condition, leaf)}`
  return `[${printExpr(expr.body, leaf)} FOR ${variables} IN ${operand(expr.list, LEVEL.primary, leaf)}${condition}]`
}

/** Keywords whose call is grammar, not a function of that name: quoted, DuckDB would look for the function. */
const CALLED_BARE = new Set(["coalesce", "nullif", "row", "substring", "trim"])

function printCall<C extends ColumnLeaf>(call: FunctionCall<C>, leaf: PrintColumn<C>): string {
  if (call.name.endsWith(POSTFIX)) return `(${printPostfix(call, leaf)})`
  // `a.f(x)` of a name that is not bound yet: `a` may be a schema.
  const dotted = call.method && call.args[0]?._tag === "ColumnRef" ? call.args[0] : undefined
  const listed = dotted === undefined ? call.args : call.args.slice(1)
  const args = call.star ? "*" : listed.map((arg) => printExpr(arg, leaf)).join(", ")
  const order = call.orderBy.length === 0 ? "" : ` ORDER BY ${printOrderBy(call.orderBy, leaf)}`
  const nulls = call.ignoreNulls ? " IGNORE NULLS" : ""
  const within = call.withinGroup.length === 0 ? "" : ` WITHIN GROUP (ORDER BY ${printOrderBy(call.withinGroup, leaf)})`
  const filter = call.filter === undefined ? "" : ` FILTER (WHERE ${printExpr(call.filter, leaf)})`
  const over = call.over === undefined ? "" : ` OVER ${printWindow(call.over, leaf)}`
  const name = (dotted === undefined ? "" : `${printExpr(dotted, leaf)}.`) + printFunctionName(call.name)
  return `${name}(${call.distinct ? "DISTINCT " : ""}${args}${order}${nulls})${within}${filter}${over}`
}

/** What DuckDB adds to an operator to name the function that is called for `5 !`. */
const POSTFIX = "__postfix"

function printPostfix<C extends ColumnLeaf>(call: FunctionCall<C>, leaf: PrintColumn<C>): string {
  const args = call.args.map((arg) => operand(arg, LEVEL.primary, leaf)).join(", ")
  return `${args} ${call.name.slice(0, -POSTFIX.length)}`
}

function printWindow<C extends ColumnLeaf>(window: WindowSpec<C>, leaf: PrintColumn<C>): string {
  const { base, partitionBy, orderBy, frame } = window
  const parts = [
    base === undefined ? "" : quoteIdentifier(base.text),
    partitionBy.length === 0 ? "" : `PARTITION BY ${partitionBy.map((each) => printExpr(each, leaf)).join(", ")}`,
    orderBy.length === 0 ? "" : `ORDER BY ${printOrderBy(orderBy, leaf)}`,
    frame === undefined ? "" : printFrame(frame, leaf),
  ]
  return `(${parts.filter((part) => part !== "").join(" ")})`
}

function printFrame<C extends ColumnLeaf>(frame: WindowFrame<C>, leaf: PrintColumn<C>): string {
  const bound = (from: FrameBound<C>): string => {
    if (from.kind === "current row") return "CURRENT ROW"
    const offset = from.offset === undefined ? "UNBOUNDED" : operand(from.offset, LEVEL.primary, leaf)
    return `${offset} ${from.kind.toUpperCase()}`
  }
  const exclude = frame.exclude === undefined ? "" : ` EXCLUDE ${frame.exclude.toUpperCase()}`
  return `${frame.unit.toUpperCase()} BETWEEN ${bound(frame.start)} AND ${bound(frame.end)}${exclude}`
}

function printFunctionName(name: string): string {
  if (CALLED_BARE.has(name)) return name
  const kind = keywordClass(name)
  const plain = /^[a-z_][a-z0-9_]*$/.test(name) && (kind === "unreserved" || kind === "function")
  return plain && !QUOTED_CALLS.has(name) ? name : quoteIdentifier(name)
}

/** Words that may name functions, but whose call the grammar takes for something else. */
const QUOTED_CALLS = new Set(["anti", "by", "collation", "columns", "operator", "semi", "try_cast", "unpack"])

function printCase<C extends ColumnLeaf>(expr: Case<C>, leaf: PrintColumn<C>): string {
  const print = (child: Expr<C>): string => printExpr(child, leaf)
  const head = expr.operand === undefined ? "CASE" : `CASE ${print(expr.operand)}`
  const branches = expr.branches.map((branch) => ` WHEN ${print(branch.when)} THEN ${print(branch.then)}`)
  return `${head}${branches.join("")}${expr.otherwise === undefined ? "" : ` ELSE ${print(expr.otherwise)}`} END`
}

function printSubscript<C extends ColumnLeaf>(expr: Subscript<C>, leaf: PrintColumn<C>): string {
  const text = printExpr(expr.input, leaf)
  const input = isInner(expr.input) && !ACCESSIBLE.has(expr.input._tag) ? `(${text})` : text
  const part = (child: Expr<C> | undefined): string => (child === undefined ? "" : printExpr(child, leaf))
  if (!expr.slice) return `${input}[${part(expr.from)}]`
  if (expr.step === undefined) return `${input}[${part(expr.from)}:${part(expr.to)}]`
  // An absent end before a step is written `-`: `::` would be the cast operator.
  return `${input}[${part(expr.from)}:${expr.to === undefined ? "-" : part(expr.to)}:${part(expr.step)}]`
}

/** What `[…]` may follow directly. */
const ACCESSIBLE: ReadonlySet<string> = new Set(["FunctionCall", "Subscript", "Field", "ListLiteral"])
