import type { ExprGene } from "./genes.ts"
import { type Kind, PLAIN_KINDS, type Value } from "./kinds.ts"

/** What an expression may read where it stands. */
export interface Scope {
  readonly values: readonly Value[]
  /** Writes a subquery of that kind now and then; without it, there are none. */
  readonly nested?: Nested | undefined
}

export type Nested = (kind: Kind, gene: ExprGene, outer: readonly Value[]) => string | undefined

const NO_GENE: ExprGene = { pick: 0, parts: [] }

/** The share of expressions that may raise an error on some row, and of casts between unlike types. One in so many. */
const RARE = 24

export function part(gene: ExprGene, index: number): ExprGene {
  return gene.parts[index] ?? NO_GENE
}

export function choose<T>(pick: number, choices: readonly [T, ...(readonly T[])]): T {
  return choices[pick % choices.length] ?? choices[0]
}

const LITERALS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  int: [
    "1",
    "0",
    "-1",
    "2",
    "7",
    "-40",
    "100",
    "5",
    "30",
    "300",
    "NULL::INTEGER",
    "3::BIGINT",
    "-7::SMALLINT",
    "128",
    "3000000000",
  ],
  dec: ["1.5", "0.0", "-1.00", "12.50", "-0.01", "7.000", "nullif(1.5, 1.5)", "99.99::DECIMAL(12,4)"],
  float: [
    "0.5::DOUBLE",
    "0::DOUBLE",
    "-0.0::DOUBLE",
    "1e3",
    "-2.25::FLOAT",
    "'nan'::DOUBLE",
    "NULL::DOUBLE",
    "'inf'::FLOAT",
  ],
  approx: ["0.5::DOUBLE"],
  text: ["'a'", "''", "'new'", "'user 1'", "'e1'", "'é'", "'it''s'", "'7'", "NULL::VARCHAR", "'-4'", "'A'", "'%'"],
  bool: ["TRUE", "TRUE", "FALSE", "TRUE", "NULL::BOOLEAN"],
  date: [
    "DATE '2020-03-01'",
    "DATE '2020-02-29'",
    "DATE '1969-12-31'",
    "NULL::DATE",
    "'2020-05-05'::DATE",
    "DATE '2021-03-02'",
  ],
  ts: [
    "TIMESTAMP '2021-03-02 00:00:00'",
    "TIMESTAMP '1969-12-31 23:59:59.999999'",
    "NULL::TIMESTAMP",
    "TIMESTAMP '2020-02-06'",
  ],
  list: ["[1, 2]", "[NULL, -1]", "[]::INTEGER[]", "NULL::INTEGER[]", "[3::BIGINT]"],
  texts: ["['a', NULL]", "[]::VARCHAR[]", "['new']"],
}

/** An expression of this kind. */
export function write(kind: Kind, gene: ExprGene, scope: Scope): string {
  if (gene.parts.length === 0) return leaf(kind, gene, scope)
  const subquery = scope.nested?.(kind, gene, scope.values)
  if (subquery !== undefined) return subquery
  const production = PRODUCTIONS[kind]
  return production === undefined ? leaf(kind, gene, scope) : production(gene, scope)
}

/** A computed truth value in parentheses: comparisons do not chain. */
function operand(kind: Kind, gene: ExprGene, scope: Scope): string {
  const sql = write(kind, gene, scope)
  return kind === "bool" && gene.parts.length > 0 ? `(${sql})` : sql
}

/** A column first; a literal where there is none, and now and then. */
function leaf(kind: Kind, gene: ExprGene, scope: Scope): string {
  const columns = scope.values.filter((value) => value.kind === kind).map((value) => value.sql)
  const literals = LITERALS[kind] ?? [`NULL::${kind.replace("other ", "")}`]
  const rare = Math.trunc(gene.pick / 8) % 8 === 7
  if (kind === "bool" && columns.length === 0 && !rare) return leafTest(gene, scope)
  const [first, ...rest] = columns.length === 0 || rare ? literals : columns
  return choose(gene.pick, [first ?? "NULL", ...rest])
}

/** Where no column is a truth value: a column compared with a literal that lets many rows through. */
function leafTest(gene: ExprGene, scope: Scope): string {
  const [first, ...rest] = scope.values.filter((value) => PLAIN_KINDS.some((kind) => kind === value.kind))
  if (first === undefined) return "TRUE"
  const { sql, kind } = choose(gene.pick, [first, ...rest])
  const [literal, ...literals] = LITERALS[kind] ?? ["NULL"]
  const test = second(gene, ["<>", ">=", "<=", "IS NOT NULL", "<>", "="])
  return test === "IS NOT NULL"
    ? `${sql} ${test}`
    : `(${sql} ${test} ${choose(Math.trunc(gene.pick / 37), [literal ?? "NULL", ...literals])})`
}

type Production = (gene: ExprGene, scope: Scope) => string
type Form = (p: {
  readonly write: (kind: Kind, index: number) => string
  readonly gene: ExprGene
  readonly scope: Scope
}) => string

function production(kind: Kind, ...forms: readonly [Form, ...Form[]]): Production {
  const all: readonly [Form, ...Form[]] = [...forms, caseOf(kind), coalesceOf(kind), simpleCaseOf(kind), ifOf(kind)]
  return (gene, scope) =>
    choose(gene.pick, all)({ write: (wanted, index) => operand(wanted, part(gene, index), scope), gene, scope })
}

const caseOf =
  (kind: Kind): Form =>
  ({ write }) =>
    `CASE WHEN ${write("bool", 0)} THEN ${write(kind, 1)} ELSE ${write(kind, 2)} END`

const simpleCaseOf =
  (kind: Kind): Form =>
  ({ write }) =>
    `CASE ${write("int", 0)} WHEN ${write("int", 1)} THEN ${write(kind, 1)} WHEN 2 THEN ${write(kind, 2)} END`

const ifOf =
  (kind: Kind): Form =>
  ({ write }) =>
    `if(${write("bool", 0)}, ${write(kind, 1)}, ${write(kind, 2)})`

const coalesceOf =
  (kind: Kind): Form =>
  ({ write }) =>
    `coalesce(${write(kind, 0)}, ${write(kind, 1)})`

/** An integer between -999 and 999, so that sums and products of a few stay in INTEGER. */
const small = (sql: string) => `(${sql} % 1000)::INTEGER`

/** A choice that hangs on another part of the number than `choose(pick, …)` in the same production. */
export function second<T>(gene: ExprGene, choices: readonly [T, ...(readonly T[])]): T {
  return choose(Math.trunc(gene.pick / 1021), choices)
}

const integer = production(
  "int",
  ({ write, gene }) => `(${small(write("int", 0))} ${second(gene, ["+", "-", "*"])} ${small(write("int", 1))})`,
  ({ write, gene }) => `(${write("int", 0)} ${second(gene, ["%", "//"])} ${second(gene, ["7", "3", "-5", "100"])})`,
  ({ write }) => `abs(${small(write("int", 0))})`,
  ({ write }) => `-${small(write("int", 0))}`,
  ({ write }) => `nullif(${write("int", 0)}, ${write("int", 1)})`,
  ({ write, gene }) => `${second(gene, ["length", "strlen", "ascii"])}(${write("text", 0)})`,
  ({ write, gene }) => `${second(gene, ["year", "month", "dayofweek", "quarter", "day"])}(${write("date", 0)})`,
  ({ write, gene }) => `extract(${second(gene, ["hour", "dow", "epoch", "year"])} FROM ${write("ts", 0)})::BIGINT`,
  ({ write, gene }) =>
    `date_diff('${second(gene, ["day", "month", "week"])}', ${write("date", 0)}, ${write("date", 1)})`,
  ({ write, gene }) => `${second(gene, ["least", "greatest"])}(${write("int", 0)}, ${write("int", 1)})`,
  ({ write }) => `TRY_CAST(${write("text", 0)} AS INTEGER)`,
  ({ write }) => `TRY_CAST(${write("dec", 0)} AS INTEGER)`,
  ({ write, gene }) => `(${write("bool", 0)})::${second(gene, ["INTEGER", "TINYINT", "UBIGINT"])}`,
  ({ write, gene }) =>
    `TRY_CAST(${write("int", 0)} AS ${second(gene, ["BIGINT", "SMALLINT", "TINYINT", "HUGEINT", "UINTEGER"])})`,
  ({ write, gene }) => `(${small(write("int", 0))} ${second(gene, ["&", "|", ">>"])} ${second(gene, ["3", "1"])})`,
  ({ write }) => `strpos(${write("text", 0)}, ${write("text", 1)})`,
  ({ write }) => `len(${write("list", 0)})`,
  ({ write }) => `(${write("list", 0)})[1]`,
  ({ write }) => `{'a': ${write("int", 0)}, 'b': ${write("text", 1)}}.a`,
  ({ write, gene }) =>
    gene.pick % RARE < 4 ? `(${write("int", 0)} + ${write("int", 1)})` : `sign(${write("int", 0)})`,
  ({ write }) => `list_position(${write("list", 0)}, ${write("int", 1)})`,
)

const decimal = production(
  "dec",
  ({ write, gene }) => `(${write("dec", 0)} ${second(gene, ["+", "-"])} ${write("dec", 1)})`,
  ({ write, gene }) => `(${write("dec", 0)} * ${second(gene, ["2", "-1", "0.5"])})`,
  ({ write }) => `(${small(write("int", 0))} + ${write("dec", 1)})`,
  ({ write, gene }) => `${second(gene, ["round", "trunc"])}(${write("dec", 0)}${second(gene, [", 1", ""])})`,
  ({ write }) => `abs(${write("dec", 0)})`,
  ({ write }) => `${small(write("int", 0))}::DECIMAL(12,3)`,
  ({ write, gene }) => `TRY_CAST(${write("dec", 0)} AS DECIMAL${second(gene, ["(6,1)", "(18,4)", "(38,10)", ""])})`,
)

const float = production(
  "float",
  ({ write, gene }) => `(${write("float", 0)} ${second(gene, ["+", "-"])} ${write("float", 1)})`,
  ({ write, gene }) => `(${write("float", 0)} * ${second(gene, ["0.5", "2", "-1::DOUBLE"])})`,
  ({ write, gene }) => `${small(write("int", 0))}::${second(gene, ["DOUBLE", "FLOAT"])}`,
  ({ write, gene }) => `${second(gene, ["abs", "floor", "ceil", "round"])}(${write("float", 0)})`,
  ({ write }) => `(${small(write("int", 0))} / 4)`,
  ({ write, gene }) => `${write("float", 0)}::${second(gene, ["DOUBLE", "FLOAT"])}`,
  ({ write }) => `nullif(${write("float", 0)}, ${write("float", 1)})`,
)

const text = production(
  "text",
  ({ write }) => `(${write("text", 0)} || ${write("text", 1)})`,
  ({ write, gene }) => `${second(gene, ["upper", "lower", "trim", "reverse"])}(${write("text", 0)})`,
  ({ write, gene }) => `${second(gene, ["left", "right"])}(${write("text", 0)}, 2)`,
  ({ write, gene }) => `substr(${write("text", 0)}, ${second(gene, ["1, 3", "-2", "2", "2, 1"])})`,
  ({ write, gene }) => `(${write(second<Kind>(gene, ["int", "date", "bool", "dec", "ts"]), 0)})::VARCHAR`,
  // Not of a zero with its sign: ordered aggregates of DuckDB-WASM lose it (docs/measured.md).
  ({ write }) => `(${write("float", 0)} + 0)::VARCHAR`,
  ({ write }) => `concat(${write("text", 0)}, ${write("int", 1)}, ${write("text", 2)})`,
  ({ write }) => `replace(${write("text", 0)}, 'e', ${write("text", 1)})`,
  ({ write }) => `nullif(${write("text", 0)}, ${write("text", 1)})`,
  ({ write, gene }) => `${second(gene, ["lpad", "rpad"])}(${write("text", 0)}, 5, 'xy')`,
  ({ write }) => `strftime(${write("date", 0)}, '%Y/%m')`,
  ({ write }) => `concat_ws('-', ${write("text", 0)}, ${write("text", 1)})`,
  ({ write, gene }) => `${second(gene, ["least", "greatest"])}(${write("text", 0)}, ${write("text", 1)})`,
  ({ write }) => `(${write("text", 0)})[1:2]`,
  ({ write, gene }) => `regexp_replace(${write("text", 0)}, '${second(gene, ["[0-9]+", "^.", "e|u"])}', '#')`,
  ({ write }) => `array_to_string(${write("texts", 0)}, '+')`,
  ({ write }) => `split_part(${write("text", 0)}, ' ', 1)`,
  ({ write }) => `md5(${write("text", 0)})`,
)

/** One of these kinds, rather one that some column has. */
export function kindIn<T extends Kind>(scope: Scope, gene: ExprGene, kinds: readonly [T, ...(readonly T[])]): T {
  const [first, ...rest] = kinds.filter((kind) => scope.values.some((value) => value.kind === kind))
  return first === undefined ? second(gene, kinds) : second(gene, [first, ...rest])
}

const COMPARED = [...PLAIN_KINDS, "int", "text", "list"] as const
const OPERATORS = ["=", "<", ">=", "<>", ">", "<=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"] as const

const comparison: Form = ({ write, gene, scope }) => {
  const kind = kindIn(scope, gene, COMPARED)
  return `(${write(kind, 0)} ${choose(Math.trunc(gene.pick / 37), OPERATORS)} ${write(kind, 1)})`
}

const MIXED: readonly [Pair, ...Pair[]] = [
  ["int", "dec"],
  ["float", "int"],
  ["date", "ts"],
  ["dec", "float"],
  ["int", "float"],
]
type Pair = readonly [Kind, Kind]
/** Numbers of unlike types, dates and timestamps: what is cast is DuckDB's choice. */
const mixedComparison: Form = ({ write, gene }) => {
  const [left, right] = second(gene, MIXED)
  return `(${write(left, 0)} ${choose(Math.trunc(gene.pick / 37), OPERATORS)} ${write(right, 1)})`
}

const booleans = production(
  "bool",
  comparison,
  comparison,
  comparison,
  mixedComparison,
  ({ write }) => `(${write("bool", 0)} AND ${write("bool", 1)})`,
  ({ write }) => `(${write("bool", 0)} OR ${write("bool", 1)})`,
  ({ write }) => `NOT (${write("bool", 0)})`,
  ({ write, gene, scope }) =>
    `${write(kindIn(scope, gene, COMPARED), 0)} ${choose(gene.pick, ["IS NULL", "IS NOT NULL"])}`,
  ({ write, gene, scope }) => `${write(kindIn(scope, gene, PLAIN_KINDS), 0)} IS NOT NULL`,
  ({ write, gene }) =>
    `${write("int", 0)} ${second(gene, ["IN", "NOT IN"])} (${write("int", 1)}, ${write("int", 2)}, -7)`,
  ({ write, gene }) =>
    `${write("text", 0)} ${second(gene, ["IN", "NOT IN"])} ('new', ${write("text", 1)}, ${second(gene, ["NULL", "'x'"])})`,
  ({ write, gene, scope }) => {
    const kind = kindIn(scope, gene, PLAIN_KINDS)
    return `${write(kind, 0)} ${choose(Math.trunc(gene.pick / 37), ["BETWEEN", "NOT BETWEEN"])} ${write(kind, 1)} AND ${write(kind, 2)}`
  },
  ({ write, gene }) =>
    `${write("text", 0)} ${second(gene, ["LIKE", "NOT LIKE", "ILIKE"])} '${choose(Math.trunc(gene.pick / 37), ["%1%", "user%", "_e_", "%", "e_"])}'`,
  ({ write, gene }) =>
    `${second(gene, ["starts_with", "contains", "suffix"])}(${write("text", 0)}, ${write("text", 1)})`,
  ({ write, gene }) => `(${write("bool", 0)}) IS ${second(gene, ["TRUE", "NOT TRUE", "FALSE", "NOT FALSE"])}`,
  ({ write }) => `(${write("bool", 0)}) = (${write("bool", 1)})`,
  // What both branches of an OR demand may be taken out of it.
  ({ write }) => `((${write("bool", 0)} AND ${write("bool", 1)}) OR (${write("bool", 0)} AND ${write("bool", 2)}))`,
  ({ write }) => `((${write("int", 0)}, ${write("text", 1)}) = (${write("int", 2)}, 'new'))`,
  ({ write, gene }) => `regexp_matches(${write("text", 0)}, '${second(gene, ["^u", "[0-9]", "e.$"])}')`,
  ({ write }) => `list_contains(${write("list", 0)}, ${write("int", 1)})`,
  ({ write, gene }) =>
    `${write(second<Kind>(gene, ["int", "date", "ts"]), 0)} < ${second(gene, ["7", "'2020-06-01'", "'2021-03-03'"])}`,
  ({ write, gene }) =>
    gene.pick % RARE < 2 ? `${write("text", 0)}::INTEGER > ${write("int", 1)}` : `${write("int", 0)} % 2 = 0`,
  ({ write }) => `isnan(${write("float", 0)})`,
)

const dates = production(
  "date",
  ({ write, gene }) => `${second(gene, ["last_day", "date"])}(${write("date", 0)})`,
  ({ write }) => `(${write("date", 0)} + ${small(write("int", 1))})`,
  ({ write }) => `${write("ts", 0)}::DATE`,
  ({ write }) => `make_date(2020, 1 + abs(${small(write("int", 0))}) % 12, 3)`,
  ({ write, gene }) => `${second(gene, ["least", "greatest"])}(${write("date", 0)}, ${write("date", 1)})`,
  ({ write, gene }) => `date_trunc('${second(gene, ["month", "year", "week"])}', ${write("date", 0)})::DATE`,
)

const timestamps = production(
  "ts",
  ({ write, gene }) =>
    `(${write("ts", 0)} ${second(gene, ["+", "-"])} INTERVAL ${choose(Math.trunc(gene.pick / 37), ["1 DAY", "'2' MONTH", "90 MINUTE"])})`,
  ({ write, gene }) => `date_trunc('${second(gene, ["hour", "month", "day"])}', ${write("ts", 0)})`,
  ({ write }) => `${write("date", 0)}::TIMESTAMP`,
  ({ write }) => `(${write("date", 0)} + INTERVAL 3 HOUR)`,
  ({ write, gene }) => `${second(gene, ["least", "greatest"])}(${write("ts", 0)}, ${write("ts", 1)})`,
)

const lists = production(
  "list",
  ({ write }) => `[${write("int", 0)}, ${write("int", 1)}]`,
  ({ write }) => `[${write("int", 0)}]`,
  ({ write, gene }) => `${second(gene, ["list_sort", "list_reverse"])}([${write("int", 0)}, ${write("int", 1)}, 3])`,
  // list_distinct alone keeps no order that two builds of DuckDB share.
  ({ write }) => `list_sort(list_distinct([${write("int", 0)}, ${write("int", 1)}, 3]))`,
  ({ write }) => `list_concat(${write("list", 0)}, ${write("list", 1)})`,
  ({ write }) => `(${write("list", 0)})[1:1]`,
  ({ write, gene }) =>
    `list_transform(${write("list", 0)}, ${second(gene, ["x -> x % 7", "lambda x: x % 5 + 1", "x -> 1"])})`,
  ({ write }) => `list_filter(${write("list", 0)}, lambda x: x < ${write("int", 1)})`,
  ({ write }) => `[x % 9 FOR x IN ${write("list", 0)} IF x IS NOT NULL]`,
)

const texts = production(
  "texts",
  ({ write }) => `[${write("text", 0)}, ${write("text", 1)}]`,
  ({ write }) => `string_split(${write("text", 0)}, ' ')`,
)

const PRODUCTIONS: Readonly<Record<string, Production>> = {
  int: integer,
  dec: decimal,
  float,
  approx: production("approx", ({ write }) => `(${write("approx", 0)} + 1)`),
  text,
  bool: booleans,
  date: dates,
  ts: timestamps,
  list: lists,
  texts,
}
