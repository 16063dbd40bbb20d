import { childNodes } from "../ast/child-nodes.ts"
import type { Binary, ColumnRef, Expr, FunctionCall } from "../ast/expression.ts"
import type { TreeNode } from "../ast/walk-tree.ts"
import type { BoundExpr, Column } from "../logical/column.ts"

/**
 * What can be told of an expression's type without asking: enough to know whether a TIMESTAMP WITH TIME ZONE is in it.
 * `text` is a string literal, which becomes what it stands beside. Where nothing is known DuckDB decides.
 */
export type MomentType = "zoned" | "zoned list" | "interval" | "number" | "text" | "other" | "unknown"

const ZONED_TYPE = /\bTIMESTAMPTZ\b|\bTIMESTAMP WITH TIME ZONE\b/i
const NUMBER_TYPE = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\))$/i

/** Whether a value of that type is a zoned moment, or has one in it. */
export function holdsZoned(type: string): boolean {
  return ZONED_TYPE.test(type)
}

export function momentType(type: string): MomentType {
  if (/^(TIMESTAMPTZ|TIMESTAMP WITH TIME ZONE)$/i.test(type)) return "zoned"
  if (/^(TIMESTAMPTZ|TIMESTAMP WITH TIME ZONE)\[\]$/i.test(type)) return "zoned list"
  if (holdsZoned(type)) return "unknown"
  if (/^INTERVAL$/i.test(type)) return "interval"
  return NUMBER_TYPE.test(type) ? "number" : "other"
}

function names(...lists: readonly string[]): ReadonlySet<string> {
  return new Set(lists.flatMap((list) => list.split(" ")))
}

/** Calls that make a zoned moment of something else. */
const MAKERS = names(
  "now get_current_timestamp transaction_timestamp current_timestamp to_timestamp make_timestamptz uuid_extract_timestamp",
)

const INTERVALS = names(
  "age to_centuries to_days to_decades to_hours to_microseconds to_millennia to_milliseconds to_minutes to_months",
  "to_quarters to_seconds to_weeks to_years",
)

const NUMBERS = names(
  "century day dayofmonth dayofweek dayofyear decade epoch era hour isodow isoyear julian microsecond millennium",
  "millisecond minute month nanosecond quarter second timezone_hour timezone_minute week weekday weekofyear year yearweek",
  "date_diff datediff date_sub datesub epoch_ms epoch_us epoch_ns count length row_number rank dense_rank ntile",
)

const OTHERS = names("dayname last_day monthname strftime typeof date_part datepart isfinite isinf")

/** Calls whose value is one of their argument's, with the argument's place. */
const SAME_AS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    "min max first last any_value arbitrary arg_min arg_max argmin argmax min_by max_by mode median avg mean lag lead first_value last_value nth_value quantile_disc quantile_cont date_add"
      .split(" ")
      .map((name) => [name, 0]),
  ),
  date_trunc: 1,
  datetrunc: 1,
  time_bucket: 1,
}

/** Calls that make a list of what they are given. */
const LISTS = names("list array_agg range generate_series list_value")

const STRPTIME = names("strptime try_strptime")

/** `%z` reads an offset. */
function isZoneFormat(format: AnyNode | undefined): boolean {
  if (format?._tag === "ListLiteral") return format.items.some((item) => isZoneFormat(item))
  return format?._tag !== "Literal" || format.sql.includes("%z")
}

/** Calls whose value is any of their arguments. */
const ONE_OF = names("coalesce ifnull nullif greatest least")

type AnyNode = TreeNode | BoundExpr
type AnyBinary = Binary<ColumnRef> | Binary<Column>

/** Types of one text's nodes, each looked at once. `leaf` answers for columns. */
export class MomentTypes {
  readonly #known = new WeakMap<object, MomentType>()
  readonly #leaf: (column: ColumnRef | Column) => MomentType

  constructor(leaf: (column: ColumnRef | Column) => MomentType) {
    this.#leaf = leaf
  }

  of(node: AnyNode): MomentType {
    return this.#known.get(node) ?? this.#keep(node, this.#look(node))
  }

  couldBeZoned(node: AnyNode): boolean {
    const type = this.of(node)
    return type === "zoned" || type === "zoned list" || type === "unknown"
  }

  #keep(node: AnyNode, type: MomentType): MomentType {
    this.#known.set(node, type)
    return type
  }

  #look(node: AnyNode): MomentType {
    switch (node._tag) {
      case "ColumnRef":
      case "Column":
        return this.#leaf(node)
      case "Cast":
      case "TypedLiteral":
        return momentType(node.type.text)
      case "Literal":
        return node.kind === "number" ? "number" : node.kind === "string" ? "text" : "other"
      case "IntervalLiteral":
        return "interval"
      case "Unary":
        return node.op === "-" ? this.of(node.input) : "other"
      case "IsTest":
      case "Between":
      case "InList":
      case "QuantifiedList":
        return "other"
      case "FunctionCall":
        return this.#call(node)
      case "Binary":
        return this.#binary(node)
      case "Case":
        return this.#oneOf([...node.branches.map((branch) => branch.then), ...(node.otherwise ? [node.otherwise] : [])])
      case "SubqueryExpr":
        return this.#subquery(node)
      case "ListLiteral":
        return node.items.length > 0 && this.#oneOf(node.items) === "zoned" ? "zoned list" : "unknown"
      case "Subscript": {
        const type = this.of(node.input)
        return type === "zoned list" && !node.slice ? "zoned" : type
      }
      case "Query":
      case "Star":
      case "ColumnsCall":
      case "Parameter":
      case "PositionalReference":
        return "unknown"
      default:
        return childNodes(node).some((child) => this.couldBeZoned(child)) ? "unknown" : "other"
    }
  }

  #subquery(node: AnyNode & { readonly _tag: "SubqueryExpr" }): MomentType {
    if (node.spelling === "array") return "unknown"
    if (node.spelling !== "scalar") return "other"
    const { body } = node.query
    const [only] = body._tag === "Select" ? body.items : []
    return only === undefined ? "unknown" : this.of(only.expr)
  }

  #call(node: FunctionCall<ColumnRef> | FunctionCall<Column>): MomentType {
    const name = node.name.toLowerCase()
    const args: readonly (Expr<ColumnRef> | Expr<Column>)[] = node.args
    if (MAKERS.has(name)) return "zoned"
    if (INTERVALS.has(name)) return "interval"
    if (NUMBERS.has(name)) return "number"
    if (OTHERS.has(name)) return "other"
    if (STRPTIME.has(name)) return isZoneFormat(args[1]) ? "zoned" : "other"
    if (LISTS.has(name) && args.some((arg) => this.of(arg) === "zoned")) return "zoned list"
    if (name === "unnest" && args[0] !== undefined && this.of(args[0]) === "zoned list") return "zoned"
    if (name === "timezone") return this.#timezone(args)
    if (ONE_OF.has(name)) return this.#oneOf(args)
    const same = args[SAME_AS[name] ?? -1]
    if (same !== undefined && Object.hasOwn(SAME_AS, name)) return this.of(same)
    return args.some((arg) => this.couldBeZoned(arg)) ? "unknown" : "other"
  }

  /** There and back: `x AT TIME ZONE 'UTC'`. */
  #timezone([, moment]: readonly AnyNode[]): MomentType {
    if (moment === undefined) return "number"
    const type = this.of(moment)
    return type === "zoned" ? "other" : type === "unknown" ? "unknown" : "zoned"
  }

  #oneOf(nodes: readonly AnyNode[]): MomentType {
    const types = new Set(nodes.map((node) => this.of(node)))
    if (types.has("zoned")) return "zoned"
    const [first, ...more] = types
    if (types.has("unknown")) return "unknown"
    return first !== undefined && more.length === 0 ? first : "other"
  }

  /** Runs of left-deep operators, thousands of terms long, are walked in a loop. */
  #binary(node: AnyBinary): MomentType {
    const spine: AnyBinary[] = []
    let bottom: AnyNode = node
    while (bottom._tag === "Binary" && ARITHMETIC.has(bottom.op) && !this.#known.has(bottom)) {
      spine.push(bottom)
      bottom = bottom.left
    }
    if (spine.length === 0) return "other"
    let type = this.of(bottom)
    for (const each of spine.reverse()) type = this.#keep(each, result(each.op, type, this.of(each.right)))
    return type
  }
}

/** Every other operator makes something that is no number, moment or interval. */
const ARITHMETIC: ReadonlySet<string> = new Set(["+", "-", "*", "/", "//", "%", "||"])

function result(op: string, left: MomentType, right: MomentType): MomentType {
  const has = (type: MomentType) => left === type || right === type
  switch (op) {
    case "+":
      if (has("zoned")) return "zoned"
      return left === right && left !== "other" && left !== "text"
        ? left
        : has("unknown") || left === right
          ? "unknown"
          : "other"
    case "-":
      if (right === "zoned") return "interval"
      if (left === "zoned") return right === "interval" ? "zoned" : right === "unknown" ? "unknown" : "interval"
      return left === right && (left === "number" || left === "interval") ? left : "unknown"
    case "||":
      return has("unknown") ? "unknown" : "other"
    default:
      return has("interval") ? "interval" : left === "number" && right === "number" ? "number" : "unknown"
  }
}

/** Whether the node brings a zoned moment into a text that has none from its tables, or names the zone. */
export function makesZoned(node: TreeNode): boolean {
  switch (node._tag) {
    case "Cast":
    case "TypedLiteral":
      return holdsZoned(node.type.text)
    case "ColumnRef":
      return node.parts.length === 1 && node.parts[0]?.text.toLowerCase() === "current_timestamp"
    case "FunctionCall": {
      const name = node.name.toLowerCase()
      return MAKERS.has(name) || STRPTIME.has(name) || name === "timezone" || name === "current_setting"
    }
    default:
      return false
  }
}
