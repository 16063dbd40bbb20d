import type {
  Case,
  Cast,
  ColumnRef,
  FrameBound,
  FunctionCall,
  IntervalLiteral,
  IsTest,
  Lambda,
  OrderItem,
  SubqueryExpr,
  Subscript,
  Unary,
  WindowSpec,
} from "../ast/expression.ts"
import type { NamedExpr } from "../ast/query.ts"
import { isKeyword } from "../parser/keywords.ts"
import { parseType, printType } from "../types/type-text.ts"
import { quoteIdentifier, quoteString } from "./quote.ts"

/**
 * What DuckDB calls a column that has no alias: `(a + 1)`, `f(x, y)`, `CAST(a AS DATE)`. For the items whose text is
 * replaced before DuckDB sees them; a query inside, and whatever is rare, is called by its own text.
 */
export function displayName(expr: NamedExpr, sql: string): string {
  return new Display(sql).name(expr)
}

/** How DuckDB prints operators that its parser knows by other signs. */
const SIGNS: Readonly<Record<string, string>> = {
  "<>": "!=",
  LIKE: "~~",
  "NOT LIKE": "!~~",
  ILIKE: "~~*",
  "NOT ILIKE": "!~~*",
  GLOB: "~~~",
}

const ESCAPED: Readonly<Record<string, string>> = {
  LIKE: "like_escape",
  "NOT LIKE": "not_like_escape",
  ILIKE: "ilike_escape",
  "NOT ILIKE": "not_ilike_escape",
}

const MATCHES: ReadonlySet<string> = new Set(["SIMILAR TO", "~"])
const MATCHES_NOT: ReadonlySet<string> = new Set(["NOT SIMILAR TO", "!~"])

/** Calls that DuckDB's grammar makes, with their schema. */
const GRAMMAR_CALLS: ReadonlySet<string> = new Set(["substring", "trim", "position", "row"])

/** What `x < ALL (…)` says of ANY. */
const OPPOSITES: Readonly<Record<string, string>> = {
  "=": "!=",
  "<>": "=",
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
}

const PLURALS: Readonly<Record<string, string>> = { century: "centuries", millennium: "millennia" }

class Display {
  readonly #sql: string

  constructor(sql: string) {
    this.#sql = sql
  }

  name(expr: NamedExpr): string {
    switch (expr._tag) {
      case "ColumnRef":
        return expr.parts.map((part) => displayed(part.text)).join(".")
      case "Literal":
        return literal(expr)
      case "TypedLiteral":
        return `CAST(${quoteString(expr.text)} AS ${typeOf(expr.type.text)})`
      case "Parameter":
        return `$${expr.name}`
      case "IntervalLiteral":
        return this.#interval(expr)
      case "Binary":
        return this.#binary(expr)
      case "Unary":
        return this.#unary(expr)
      case "Cast":
        return this.#cast(expr)
      case "IsTest":
        return this.#isTest(expr)
      case "Between": {
        const between = `(${this.name(expr.input)} BETWEEN ${this.name(expr.low)} AND ${this.name(expr.high)})`
        return expr.not ? `(NOT ${between})` : between
      }
      case "InList":
        return `(${this.name(expr.input)} ${expr.not ? "NOT " : ""}IN (${this.#list(expr.items)}))`
      case "Case":
        return this.#case(expr)
      case "Subscript":
        return this.#subscript(expr)
      case "Field":
        return `(${this.name(expr.input)}).${displayed(expr.name.text)}`
      case "FunctionCall":
        return this.#call(expr)
      case "NamedArgument":
        return `${displayed(expr.name.text)} := ${this.name(expr.value)}`
      case "Lambda":
        return this.#lambda(expr)
      case "SubqueryExpr":
        return this.#subquery(expr)
      default:
        return this.#nested(expr)
    }
  }

  #nested(expr: NamedExpr): string {
    switch (expr._tag) {
      case "ListLiteral":
        return expr.array ? `(ARRAY[${this.#list(expr.items)}])` : `main.list_value(${this.#list(expr.items)})`
      case "Row":
        return `main."row"(${this.#list(expr.items)})`
      case "StructLiteral": {
        const fields = expr.fields.map((field) => `${displayed(field.name)} := ${this.name(field.value)}`)
        return `${/^\w/u.test(this.#text(expr)) ? "" : "main."}struct_pack(${fields.join(", ")})`
      }
      case "MapLiteral": {
        const [keys, values] = [expr.entries.map(({ key }) => key), expr.entries.map(({ value }) => value)]
        return `main."map"(main.list_value(${this.#list(keys)}), main.list_value(${this.#list(values)}))`
      }
      case "Comprehension": {
        const lambda = (body: NamedExpr) =>
          `(lambda ${expr.variables.map(({ text }) => displayed(text)).join(", ")}: ${this.name(body)})`
        const list = this.name(expr.list)
        const kept = expr.condition === undefined ? list : `main.list_filter(${list}, ${lambda(expr.condition)})`
        return `main.list_apply(${kept}, ${lambda(expr.body)})`
      }
      default:
        return this.#text(expr)
    }
  }

  #list(exprs: readonly NamedExpr[]): string {
    return exprs.map((each) => this.name(each)).join(", ")
  }

  #text({ span }: Pick<NamedExpr, "span">): string {
    return this.#sql.slice(span.start, span.end)
  }

  #binary(expr: NamedExpr & { readonly _tag: "Binary" }): string {
    const { op, left, right, escape } = expr
    const sides = `${this.name(left)}, ${this.name(right)}`
    const escaped = escape === undefined ? undefined : ESCAPED[op]
    if (escape !== undefined && escaped !== undefined) return `main.${escaped}(${sides}, ${this.name(escape)})`
    if (escape !== undefined) return this.#text(expr)
    if (MATCHES.has(op)) return `regexp_full_match(${sides})`
    if (MATCHES_NOT.has(op)) return `(NOT regexp_full_match(${sides}))`
    if (op !== "AND" && op !== "OR") return `(${this.name(left)} ${SIGNS[op] ?? op} ${this.name(right)})`
    const terms: string[] = []
    const pending = [right, left]
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (next._tag === "Binary" && next.op === op) pending.push(next.right, next.left)
      else terms.push(this.name(next))
    }
    return `(${terms.join(` ${op} `)})`
  }

  #unary({ op, input }: Unary<ColumnRef>): string {
    if (op === "NOT") return `(NOT ${this.name(input)})`
    return input._tag === "Literal" && op === "-" ? `-${this.name(input)}` : `${op}(${this.name(input)})`
  }

  #cast({ input, type, try: tries }: Cast<ColumnRef>): string {
    return `${tries ? "TRY_" : ""}CAST(${this.name(input)} AS ${typeOf(type.text)})`
  }

  #isTest({ input, test, not }: IsTest<ColumnRef>): string {
    if (test === "NULL" || test === "UNKNOWN") return `(${this.name(input)} IS ${not ? "NOT " : ""}NULL)`
    const from = not ? "IS DISTINCT FROM" : "IS NOT DISTINCT FROM"
    return `(CAST(${this.name(input)} AS BOOLEAN) ${from} ${test.toLowerCase()})`
  }

  #case({ operand, branches, otherwise }: Case<ColumnRef>): string {
    const when = (expr: NamedExpr) =>
      operand === undefined ? this.name(expr) : `(${this.name(operand)} = ${this.name(expr)})`
    const written = branches.map((each) => ` WHEN (${when(each.when)}) THEN (${this.name(each.then)})`)
    return `CASE ${written.join("")} ELSE ${otherwise === undefined ? "NULL" : this.name(otherwise)} END`
  }

  #subscript({ input, slice, from, to, step }: Subscript<ColumnRef>): string {
    const part = (expr: NamedExpr | undefined) => (expr === undefined ? "" : this.name(expr))
    if (!slice) return `${this.name(input)}[${part(from)}]`
    return `${this.name(input)}[${part(from)}:${part(to)}${step === undefined ? "" : `:${this.name(step)}`}]`
  }

  #call(call: FunctionCall<ColumnRef>): string {
    const lower = call.name.toLowerCase()
    const [first, ...rest] = call.args
    if (call.star && lower === "count") return `count_star()${this.#filter(call)}${this.#over(call.over)}`
    if (lower === "coalesce" || lower === "ifnull") return `COALESCE(${this.#list(call.args)})`
    const [then, otherwise] = rest
    if (lower === "if" && first !== undefined && then !== undefined && otherwise !== undefined) {
      return `CASE  WHEN (${this.name(first)}) THEN (${this.name(then)}) ELSE ${this.name(otherwise)} END`
    }
    if (call.name === "!__postfix" && first !== undefined) return `((${this.name(first)})!)`
    if (call.withinGroup.length > 0 || call.star) return this.#text(call)
    const args = call.method ? rest : call.args
    const order = call.orderBy.length === 0 ? "" : ` ORDER BY ${this.#order(call.orderBy)}`
    const listed = `${call.distinct ? "DISTINCT " : ""}${this.#list(args)}${order}${call.ignoreNulls ? " IGNORE NULLS" : ""}`
    return `${this.#prefix(call, first)}${call.over === undefined ? displayed(lower) : lower}(${listed})${this.#filter(call)}${this.#over(call.over)}`
  }

  /** What stands before the function's name: a schema, or the value before a dot. */
  #prefix(call: FunctionCall<ColumnRef>, first: NamedExpr | undefined): string {
    if (call.method && first !== undefined) return `${this.name(first)}.`
    const word = this.#text({ span: call.nameSpan })
    const written = word.replace(/^"(.*)"$/su, "$1").toLowerCase() === call.name.toLowerCase()
    return written && !GRAMMAR_CALLS.has(word.toLowerCase()) ? "" : "main."
  }

  #filter({ filter }: FunctionCall<ColumnRef>): string {
    return filter === undefined ? "" : ` FILTER (WHERE ${this.name(filter)})`
  }

  #order(items: readonly OrderItem<ColumnRef>[]): string {
    const written = items.map(({ expr, descending, nulls }) => {
      return `${this.name(expr)}${descending ? " DESC" : ""}${nulls === undefined ? "" : ` NULLS ${nulls.toUpperCase()}`}`
    })
    return written.join(", ")
  }

  #over(over: WindowSpec<ColumnRef> | undefined): string {
    if (over === undefined) return ""
    if (over.base !== undefined) return ` OVER ${this.#text(over)}`
    const { partitionBy, orderBy, frame } = over
    const parts = [
      ...(partitionBy.length === 0 ? [] : [`PARTITION BY ${this.#list(partitionBy)}`]),
      ...(orderBy.length === 0 ? [] : [`ORDER BY ${this.#order(orderBy)}`]),
    ]
    if (frame !== undefined) {
      const exclude = frame.exclude === undefined ? "" : ` EXCLUDE ${frame.exclude.toUpperCase()}`
      const between = `BETWEEN ${this.#bound(frame.start)} AND ${this.#bound(frame.end)}`
      parts.push(`${frame.unit.toUpperCase()} ${between}${exclude}`)
    }
    return ` OVER (${parts.join(" ")})`
  }

  #bound(bound: FrameBound<ColumnRef>): string {
    if (bound.kind === "current row") return "CURRENT ROW"
    return `${bound.offset === undefined ? "UNBOUNDED" : this.name(bound.offset)} ${bound.kind.toUpperCase()}`
  }

  #lambda({ left, parameters, body }: Lambda<ColumnRef>): string {
    const names = parameters.map(({ text }) => displayed(text)).join(", ")
    if (left === undefined) return `(lambda ${names}: ${this.name(body)})`
    return `(${parameters.length === 1 ? names : this.name(left)} -> ${this.name(body)})`
  }

  /** `INTERVAL (x) DAY` calls to_days; without a unit the text is cast. */
  #interval({ value, unit }: IntervalLiteral<ColumnRef>): string {
    if (unit === undefined) return `CAST(${this.name(value)} AS INTERVAL)`
    const singular = unit.toLowerCase().replace(/s$/u, "")
    const plural = PLURALS[singular] ?? `${singular}s`
    const double = `CAST(${this.name(value)} AS DOUBLE)`
    if (plural === "seconds" || plural === "milliseconds") return `to_${plural}(${double})`
    const whole = /^(hours|minutes|microseconds)$/u.test(plural) ? "BIGINT" : "INTEGER"
    return `to_${plural}(CAST(trunc(${double}) AS ${whole}))`
  }

  #subquery(expr: SubqueryExpr<ColumnRef>): string {
    const { spelling, operand, quantifier, not, query } = expr
    const any = (op: string) => `(${operand === undefined ? "" : this.name(operand)} ${op} ANY(${this.#text(query)}))`
    switch (spelling) {
      case "exists":
        return `EXISTS(${this.#text(query)})`
      case "in":
        return not ? `(NOT ${any("=")})` : any("=")
      case "quantified": {
        const op = expr.op ?? "="
        const opposite = OPPOSITES[op]
        if (quantifier === "any") return any(SIGNS[op] ?? op)
        return opposite === undefined ? this.#text(expr) : `(NOT ${any(opposite)})`
      }
      default:
        return this.#text(expr)
    }
  }
}

function literal({ kind, sql }: NamedExpr & { readonly _tag: "Literal" }): string {
  if (kind === "boolean") return `CAST('${sql.toLowerCase().slice(0, 1)}' AS BOOLEAN)`
  if (kind !== "number" || !/e/iu.test(sql)) return kind === "number" ? sql.replace(/\.$/u, "") : sql
  // A DOUBLE, which JavaScript prints with the same digits where it prints no exponent.
  const printed = String(Number(sql)).replace(/e([+-])(\d)$/u, "e$10$2")
  return /^\d+$/u.test(printed) ? `${printed}.0` : printed
}

/** The type as DuckDB spells it; one that is not known here stays as it was written. */
function typeOf(text: string): string {
  if (/^(DECIMAL|NUMERIC|DEC)$/u.test(text)) return "DECIMAL(18,3)"
  try {
    const printed = printType(parseType(text.replace(/^((?:VAR|BP)?CHAR|TEXT|STRING)\(\d+\)$/u, "$1")))
    return printed.replaceAll(/"(\w+)"(?= )/gu, (_, field: string) => displayed(field))
  } catch {
    return text
  }
}

function displayed(name: string): string {
  return /^[a-z_][a-z0-9_]*$/iu.test(name) && !isKeyword(name) ? name : quoteIdentifier(name)
}
