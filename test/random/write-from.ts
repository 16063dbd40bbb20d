import type { ExprGene, FromGene, QueryGene } from "./genes.ts"
import type { Field, Kind, Relation, Table, Value } from "./kinds.ts"
import { choose, part, type Scope, second, write } from "./write-expression.ts"
import { LATERAL_FORM_MIN, writeLateral, writeMade } from "./write-made.ts"

/** What may be named in FROM, and the names that were given so far. */
export interface Names {
  readonly tables: readonly Table[]
  readonly ctes: readonly Table[]
  /** A name that stands nowhere else in the statement. */
  readonly fresh: (prefix: string) => string
}

export interface WrittenFrom {
  readonly sql: string
  readonly relations: readonly Relation[]
  /** Columns that USING or NATURAL made one of two. */
  readonly merged: readonly Field[]
  /** Terms that a comma join leaves to WHERE. */
  readonly where: readonly string[]
  /** Rows it yields, roughly and at most. */
  readonly rows: number
}

export type WriteSubquery = (
  query: QueryGene,
  names: Names,
) => { readonly sql: string; readonly fields: readonly Field[]; readonly rows: number }

/** Joins that may yield more pairs than this are written as SEMI joins. */
const PAIRS_MAX = 100_000
/** More pairs than this are not compared one by one. */
const COMPARED_PAIRS_MAX = 3_000_000
/** Pairs of rows per pair that an equality is taken to let through. */
const PAIRS_PER_MATCH = 8

const RESERVED = new Set(["order", "select", "group", "from", "all", "end", "values"])

export function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/u.test(name) && !RESERVED.has(name) ? name : `"${name.replaceAll('"', '""')}"`
}

export function writeFrom(gene: FromGene, names: Names, subquery: WriteSubquery): WrittenFrom {
  const used = new Set<string>()
  const isLateral = gene._tag === "join" && gene.right._tag === "made" && gene.right.form >= LATERAL_FORM_MIN
  if (gene._tag !== "join" || gene.style !== 8 || isLateral) return writeItem(gene, names, subquery, used)
  // A comma binds less than JOIN does: only the outermost join of a FROM is written as one.
  const left = writeItem(gene.left, names, subquery, used)
  return writeJoin(gene, left, writeItem(gene.right, names, subquery, used), gene.right._tag === "join", true)
}

function writeItem(gene: FromGene, names: Names, subquery: WriteSubquery, used: Set<string>): WrittenFrom {
  switch (gene._tag) {
    case "table":
      return writeTable(gene, names, used)
    case "subquery": {
      const { sql, fields, rows } = subquery(gene.query, names)
      if (gene.alias === 5 && used.size === 0) {
        used.add("unnamed_subquery")
        return { sql: `(${sql})`, relations: [{ alias: "unnamed_subquery", fields }], merged: [], where: [], rows }
      }
      const alias = names.fresh("s")
      used.add(alias)
      return { sql: `(${sql}) AS ${alias}`, relations: [{ alias, fields }], merged: [], where: [], rows }
    }
    case "made":
      return writeMade(gene, names)
    case "join": {
      const left = writeItem(gene.left, names, subquery, used)
      if (gene.right._tag === "made" && gene.right.form >= LATERAL_FORM_MIN) {
        return writeLateral(gene.right, names, left, gene.kind % 2 === 1)
      }
      const right = writeItem(gene.right, names, subquery, used)
      return writeJoin(gene, left, right, gene.right._tag === "join")
    }
  }
}

function writeTable(gene: Extract<FromGene, { readonly _tag: "table" }>, names: Names, used: Set<string>): WrittenFrom {
  const [first, ...rest] = [...names.ctes, ...names.ctes, ...names.tables]
  if (first === undefined) throw new Error("there is no table to choose from")
  const table = choose(gene.pick, [first, ...rest])
  const only = (sql: string, relation: Relation) => {
    used.add(relation.alias)
    return { sql, relations: [relation], merged: [], where: [], rows: table.rows }
  }
  const name = quoted(table.alias)
  if (gene.alias < 2 && !used.has(table.alias)) return only(name, table)
  const alias = names.fresh("t")
  if (gene.alias < 5) return only(`${name} AS ${alias}`, { alias, fields: table.fields })
  const renamed = table.fields.slice(0, 2).map((field) => ({ ...field, name: names.fresh("r") }))
  const fields = [...renamed, ...table.fields.slice(2)]
  return only(`${name} ${alias}(${renamed.map((field) => field.name).join(", ")})`, { alias, fields })
}

const KINDS = ["INNER", "LEFT", "RIGHT", "FULL", "INNER", "LEFT", "RIGHT", "FULL", "SEMI", "ANTI", "CROSS"] as const
const SPELLINGS = {
  INNER: "JOIN",
  LEFT: "LEFT JOIN",
  RIGHT: "RIGHT OUTER JOIN",
  FULL: "FULL JOIN",
  SEMI: "SEMI JOIN",
  ANTI: "ANTI JOIN",
  CROSS: "CROSS JOIN",
} as const
type Kinds = (typeof KINDS)[number]

function writeJoin(
  gene: Extract<FromGene, { readonly _tag: "join" }>,
  left: WrittenFrom,
  right: WrittenFrom,
  nested: boolean,
  comma = false,
): WrittenFrom {
  const common = commonFields(left, right)
  const wanted = choose(gene.kind, KINDS)
  const merging = gene.style >= 6 && gene.style <= 7 && common.length > 0 && wanted !== "CROSS"
  const terms = wanted === "CROSS" || merging ? [] : gene.on.map((each) => joinTerm(each, left, right))
  const equal = merging || terms.some((term) => term.equality)
  const pairs = left.rows * right.rows
  const tooMany = (equal ? pairs / PAIRS_PER_MATCH : pairs) > PAIRS_MAX
  const kind: Kinds = tooMany && wanted !== "ANTI" ? "SEMI" : wanted
  const rows =
    kind === "SEMI" || kind === "ANTI"
      ? left.rows
      : Math.max(left.rows, right.rows, equal ? pairs / PAIRS_PER_MATCH : pairs)
  const hidden = kind === "SEMI" || kind === "ANTI"
  const both = {
    relations: hidden ? left.relations : [...left.relations, ...right.relations],
    merged: hidden ? left.merged : [...left.merged, ...right.merged],
    where: [...left.where, ...right.where],
    rows,
  }
  const rightSql = nested ? `(${right.sql})` : right.sql
  const written = `${left.sql} ${SPELLINGS[kind]} ${rightSql}`
  if (kind === "CROSS") return { ...both, sql: written }
  if (merging) {
    const natural = gene.style === 7 && !hidden
    const chosen = natural ? common : common.slice(0, 1 + (gene.kind % common.length))
    const sql = natural
      ? `${left.sql} NATURAL ${SPELLINGS[kind]} ${rightSql}`
      : `${written} USING (${chosen.map((field) => quoted(field.name)).join(", ")})`
    return { ...both, merged: hidden ? left.merged : [...both.merged, ...chosen], sql }
  }
  // Each pair would have to be looked at.
  const endless = !equal && pairs > COMPARED_PAIRS_MAX
  const on = terms.length === 0 || endless ? ["TRUE"] : terms.map((term) => term.sql)
  if (comma && kind === "INNER") {
    return { ...both, sql: `${left.sql}, ${rightSql}`, where: [...both.where, ...on] }
  }
  return { ...both, sql: `${written} ON ${on.join(" AND ")}` }
}

/** Columns that both sides have once, of types that compare. */
function commonFields(left: WrittenFrom, right: WrittenFrom): readonly Field[] {
  const fields = (side: WrittenFrom) => side.relations.flatMap((relation) => relation.fields)
  const once = (side: WrittenFrom, name: string) => fields(side).filter((field) => field.name === name).length === 1
  return fields(left).filter((field) => {
    const other = fields(right).find((each) => each.name === field.name)
    return (
      other !== undefined &&
      other.kind === field.kind &&
      field.kind !== "approx" &&
      once(left, field.name) &&
      once(right, field.name)
    )
  })
}

type Side = Pick<WrittenFrom, "relations" | "merged">

/** What names mean beside each other. A name that only one column has may stand alone. */
export function valuesOf(from: Side, beside: Side = { relations: [], merged: [] }): readonly Value[] {
  const counts = new Map<string, number>()
  for (const { fields } of [...from.relations, ...beside.relations]) {
    for (const { name } of fields) counts.set(name.toLowerCase(), (counts.get(name.toLowerCase()) ?? 0) + 1)
  }
  const values = from.relations.flatMap(({ alias, fields }) =>
    fields.flatMap(({ name, kind }, i): readonly Value[] => {
      const alone = counts.get(name.toLowerCase()) === 1
      if (alone && (i % 2 === 0 || alias === "unnamed_subquery")) return [{ sql: spelled(name, i), kind }]
      if (alias === "unnamed_subquery") return []
      return fields.filter((field) => field.name.toLowerCase() === name.toLowerCase()).length > 1
        ? []
        : [{ sql: `${quoted(alias)}.${spelled(name, i)}`, kind }]
    }),
  )
  // Three tables may share a name of which only two columns were merged.
  const merged = from.merged.filter(({ name }) => (counts.get(name.toLowerCase()) ?? 0) <= 2)
  return [...merged.map(({ name, kind }) => ({ sql: quoted(name), kind })), ...values]
}

/** Now and then a name is written in capitals, with quotes or without: it means the same. */
function spelled(name: string, index: number): string {
  if (index % 4 !== 3 || !ASCII.test(name)) return quoted(name)
  const upper = name.toUpperCase()
  return quoted(name) === name ? upper : quoted(upper)
}

const ASCII = /^[ -~]*$/u

interface Term {
  readonly sql: string
  /** Whether it demands that a column of one side equals one of the other. */
  readonly equality: boolean
}

type KindPair = readonly [Kind, Kind]

const COMPARABLE = [
  ["int", "int"],
  ["int", "dec"],
  ["text", "text"],
  ["float", "int"],
  ["dec", "dec"],
  ["date", "date"],
  ["date", "ts"],
  ["float", "float"],
  ["dec", "float"],
  ["bool", "bool"],
  ["ts", "ts"],
  ["list", "list"],
] as const satisfies readonly KindPair[]

function joinTerm(gene: ExprGene, left: WrittenFrom, right: WrittenFrom): Term {
  // A name stands alone only if neither side has another column of it.
  const [l, r]: readonly Scope[] = [{ values: valuesOf(left, right) }, { values: valuesOf(right, left) }]
  const both: Scope = {
    values: valuesOf({ relations: [...left.relations, ...right.relations], merged: [...left.merged, ...right.merged] }),
  }
  if (l === undefined || r === undefined) return { sql: "TRUE", equality: false }
  const pairs = COMPARABLE.flatMap(([a, b]): KindPair[] => [
    [a, b],
    [b, a],
  ]).filter(([a, b]) => l.values.some((value) => value.kind === a) && r.values.some((value) => value.kind === b))
  const anyPair: KindPair = pairs[0] ?? ["int", "int"]
  const [a, b] = choose(Math.trunc(gene.pick / 16), [anyPair, ...pairs.slice(1)])
  const sides = [write(a, part(gene, 0), l), write(b, part(gene, 1), r)] as const
  const [x, y] = gene.pick % 2 === 0 ? sides : [sides[1], sides[0]]
  switch (gene.pick % 16) {
    case 10:
      return { sql: `${x} IS NOT DISTINCT FROM ${y}`, equality: true }
    case 11:
      return { sql: `${x} ${second(gene, ["<", ">=", "<>", "IS DISTINCT FROM"])} ${y}`, equality: false }
    case 12:
      return { sql: write("bool", part(gene, 0), l), equality: false }
    case 13:
      return { sql: write("bool", part(gene, 0), r), equality: false }
    case 14:
      return { sql: `(${write("bool", part(gene, 0), both)})`, equality: false }
    case 15:
      return { sql: `(${x} = ${y} OR ${write("bool", part(gene, 2), both)})`, equality: false }
    default:
      return { sql: `${x} = ${y}`, equality: true }
  }
}
