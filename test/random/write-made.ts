import type { FromGene } from "./genes.ts"
import type { Field, Kind, Table, Value } from "./kinds.ts"
import { choose, part, second, write } from "./write-expression.ts"
import { type Names, quoted, valuesOf, type WrittenFrom } from "./write-from.ts"

export type MadeGene = Extract<FromGene, { readonly _tag: "made" }>

/** Rows that a LATERAL subquery or an unnesting may make of those beside it. */
const LATERAL_ROWS_MAX = 20_000

/** A relation that is no table: made of literals, of another relation, or of the rows to its left. */
export function writeMade(gene: MadeGene, names: Names): WrittenFrom {
  const table = tableFor(names, gene.pick)
  return choose(gene.form, MAKERS)(gene, names, table)
}

type Maker = (gene: MadeGene, names: Names, table: Table) => WrittenFrom

function only(sql: string, alias: string, fields: readonly Field[], rows: number): WrittenFrom {
  return { sql, relations: [{ alias, fields }], merged: [], where: [], rows }
}

/** The second row gives a type to what has none in the first. */
const LITERAL_ROWS: readonly [Row, ...Row[]] = [
  { kind: "int", texts: ["1", "NULL", "-7"] },
  { kind: "text", texts: ["'a'", "NULL", "'new'"] },
  { kind: "int", texts: ["NULL", "NULL", "NULL"] },
  { kind: "dec", texts: ["1.5", "NULL", "-1"] },
  { kind: "date", texts: ["NULL", "DATE '2020-03-01'", "'2020-02-29'"] },
  { kind: "int", texts: ["NULL", "3000000000", "2"] },
]
interface Row {
  readonly kind: Kind
  readonly texts: readonly string[]
}

const values: Maker = (gene, names) => {
  const count = 1 + (gene.pick % 3)
  // Names that tables have, too, so that USING and NATURAL find them.
  const fields = [names.fresh("v"), "a", "k"].slice(0, count)
  const columns = fields.map((name, i) => ({ name, ...choose(Math.trunc(gene.pick / 7 ** (i + 1)), LITERAL_ROWS) }))
  const rows = [0, 1, 2].map((i) => `(${columns.map(({ texts }) => texts[i] ?? "NULL").join(", ")})`)
  const alias = names.fresh("v")
  return only(
    `(VALUES ${rows.join(", ")}) AS ${alias}(${fields.join(", ")})`,
    alias,
    columns.map(({ name, kind }) => ({ name, kind })),
    rows.length,
  )
}

const range: Maker = (gene, names) => {
  const alias = names.fresh("r")
  const call = second(gene.expr, ["range(7)", "generate_series(-3, 3)", "range(0, 12, 5)", "unnest([1, NULL, -7])"])
  const field = second(gene.expr, ["i", "a", "k", "id"])
  return only(`${call} AS ${alias}(${field})`, alias, [{ name: field, kind: "int" }], 7)
}

const sample: Maker = (gene, names, table) => {
  const alias = names.fresh("s")
  const name = quoted(table.alias)
  const sql = choose(gene.pick, [
    `(SELECT * FROM ${name} USING SAMPLE 100 PERCENT (bernoulli))`,
    `(FROM ${name} USING SAMPLE 1000000 ROWS)`,
    `(SELECT * FROM ${name} TABLESAMPLE reservoir(100%))`,
    `(TABLE ${name})`,
    `(FROM ${name})`,
  ])
  return only(`${sql} AS ${alias}`, alias, table.fields, table.rows)
}

const unpivot: Maker = (gene, names, table) => {
  const ints = table.fields.filter(({ kind }) => kind === "int").slice(0, 2)
  const kept = table.fields.filter(({ kind }) => kind === "text" || kind === "date").slice(0, 1)
  if (ints.length === 0) return values(gene, names, table)
  const alias = names.fresh("u")
  const on = ints.map(({ name }) => quoted(name)).join(", ")
  const list = [...kept, ...ints].map(({ name }) => quoted(name)).join(", ")
  const how = gene.pick % 2 === 0 ? "" : " INCLUDE NULLS"
  const sql =
    gene.pick % 3 === 0
      ? `(UNPIVOT (SELECT ${list} FROM ${quoted(table.alias)}) ON ${on} INTO NAME what VALUE much)`
      : `(SELECT * FROM (SELECT ${list} FROM ${quoted(table.alias)}) UNPIVOT${how} (much FOR what IN (${on})))`
  const fields: readonly Field[] = [...kept, { name: "what", kind: "text" }, { name: "much", kind: "int" }]
  return only(`${sql} AS ${alias}`, alias, fields, table.rows * ints.length)
}

const pivot: Maker = (gene, names, table) => {
  const [on, using] = table.fields.filter(({ kind }) => kind === "int")
  const by = table.fields.find(({ kind }) => kind === "text" || kind === "date" || kind === "bool")
  if (on === undefined || by === undefined) return values(gene, names, table)
  const alias = names.fresh("p")
  const of = quoted((using ?? on).name)
  const aggregate = second(gene.expr, [`count(${of})`, `sum(${of})`, `max(${of})`])
  const name = quoted(table.alias)
  const grouped = `GROUP BY ${quoted(by.name)}`
  const sql =
    gene.pick % 2 === 0
      ? `(PIVOT ${name} ON ${quoted(on.name)} IN (1, -7) USING ${aggregate} ${grouped})`
      : `(SELECT * FROM (SELECT * FROM ${name}) PIVOT (${aggregate} FOR ${quoted(on.name)} IN (1, -7) ${grouped}))`
  const fields: readonly Field[] = [by, { name: "1", kind: "int" }, { name: "-7", kind: "int" }]
  return only(`${sql} AS ${alias}`, alias, fields, table.rows)
}

const positional: Maker = (gene, names, table) => {
  const other = tableFor(names, Math.trunc(gene.pick / 97))
  // Only tables have an order that both engines share.
  if (names.ctes.includes(table) || names.ctes.includes(other)) return range(gene, names, table)
  const [a, b] = [names.fresh("t"), names.fresh("t")]
  return {
    sql: `(${quoted(table.alias)} AS ${a} POSITIONAL JOIN ${quoted(other.alias)} AS ${b})`,
    relations: [
      { alias: a, fields: table.fields },
      { alias: b, fields: other.fields },
    ],
    merged: [],
    where: [],
    rows: Math.max(table.rows, other.rows),
  }
}

/** The nearest one not above; it has no column but the one that is compared, so that ties do not matter. */
const asof: Maker = (gene, names, table) => {
  const other = tableFor(names, Math.trunc(gene.pick / 97))
  const kinds = (["int", "date", "ts", "dec"] as const).filter((kind) =>
    [table, other].every(({ fields }) => fields.some((field) => field.kind === kind)),
  )
  const [first, ...rest] = kinds
  if (first === undefined) return range(gene, names, table)
  const kind = second(gene.expr, [first, ...rest])
  const column = ({ fields }: Table) => quoted(fields.find((field) => field.kind === kind)?.name ?? "")
  const [a, b] = [names.fresh("t"), names.fresh("t")]
  const how = second(gene.expr, ["ASOF JOIN", "ASOF LEFT JOIN"])
  const inner = `(SELECT DISTINCT ${column(other)} AS near FROM ${quoted(other.alias)})`
  return {
    sql: `(${quoted(table.alias)} AS ${a} ${how} ${inner} AS ${b} ON ${a}.${column(table)} ${choose(gene.pick, [">=", ">", "<="])} ${b}.near)`,
    relations: [
      { alias: a, fields: table.fields },
      { alias: b, fields: [{ name: "near", kind }] },
    ],
    merged: [],
    where: [],
    rows: table.rows,
  }
}

/** Tables in parentheses under one name. */
const MAKERS: readonly [Maker, ...Maker[]] = [values, range, sample, unpivot, pivot, positional, asof, values, sample]

/** Forms from here on read the rows to their left. */
export const LATERAL_FORM_MIN = 32

/** What reads the rows of `left`, with the join before it. */
export function writeLateral(gene: MadeGene, names: Names, left: WrittenFrom, leftJoin: boolean): WrittenFrom {
  const seen = valuesOf(left)
  const [sql, alias, fields, rows] = choose(gene.pick, [fromTable, computed, unnested])(gene, names, seen, left.rows)
  const how = choose(Math.trunc(gene.pick / 3), leftJoin ? [LEFT_LATERAL] : [LATERAL, IMPLIED, CROSS])
  return {
    sql: how(left.sql, sql, alias),
    relations: [...left.relations, { alias, fields }],
    merged: left.merged,
    where: left.where,
    rows,
  }
}

type How = (left: string, right: string, alias: string) => string
const LATERAL: How = (left, right) => `${left} JOIN LATERAL ${right} ON TRUE`
const LEFT_LATERAL: How = (left, right) => `${left} LEFT JOIN LATERAL ${right} ON TRUE`
const IMPLIED: How = (left, right) => `${left} CROSS JOIN ${right}`
const CROSS: How = (left, right) => `${left} CROSS JOIN LATERAL ${right}`

type Beside = readonly [sql: string, alias: string, fields: readonly Field[], rows: number]
type LateralMaker = (gene: MadeGene, names: Names, seen: readonly Value[], rows: number) => Beside

const fromTable: LateralMaker = (gene, names, seen, rows) => {
  const table = tableFor(names, Math.trunc(gene.pick / 31))
  if (rows * table.rows > LATERAL_ROWS_MAX) return computed(gene, names, seen, rows)
  const [alias, own] = [names.fresh("l"), names.fresh("n")]
  const inner = valuesOf({ relations: [{ alias: own, fields: table.fields }], merged: [] })
  const bare = new Set(table.fields.map((field) => field.name.toLowerCase()))
  const outer = seen.filter(({ sql }) => sql.includes(".") || !bare.has(sql.replaceAll('"', "").toLowerCase()))
  const scope = { values: [...inner, ...outer] }
  const [first] = inner
  const sql = [
    `SELECT ${write("int", part(gene.expr, 0), scope)} AS la`,
    first === undefined ? "" : `, ${first.sql} AS lb`,
    ` FROM ${quoted(table.alias)} AS ${own} WHERE ${write("bool", gene.expr, scope)}`,
  ].join("")
  const fields: readonly Field[] = [
    { name: "la", kind: "int" },
    ...(first === undefined ? [] : [{ name: "lb", kind: first.kind }]),
  ]
  return [`(${sql}) AS ${alias}`, alias, fields, rows * table.rows]
}

const computed: LateralMaker = (gene, names, seen, rows) => {
  const alias = names.fresh("l")
  const scope = { values: seen }
  const sql = `(SELECT ${write("int", part(gene.expr, 0), scope)} AS la, ${write("text", part(gene.expr, 1), scope)} AS lb)`
  const fields: readonly Field[] = [
    { name: "la", kind: "int" },
    { name: "lb", kind: "text" },
  ]
  return [`${sql} AS ${alias}`, alias, fields, rows]
}

const unnested: LateralMaker = (gene, names, seen, rows) => {
  const alias = names.fresh("l")
  const list = write("list", gene.expr, { values: seen })
  return [
    `(SELECT unnest(${list}) AS la) AS ${alias}`,
    alias,
    [{ name: "la", kind: "int" }],
    Math.min(LATERAL_ROWS_MAX, rows * 2),
  ]
}

function tableFor(names: Names, pick: number): Table {
  const [first, ...rest] = [...names.ctes, ...names.tables]
  if (first === undefined) throw new Error("there is no table to choose from")
  return choose(pick, [first, ...rest])
}
