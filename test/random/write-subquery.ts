import type { ExprGene } from "./genes.ts"
import { type Kind, type Table, type Value } from "./kinds.ts"
import { choose, kindIn, type Nested, part, type Scope, second, write } from "./write-expression.ts"
import { type Names, quoted, valuesOf } from "./write-from.ts"

/** Of a hundred computed expressions that may hold a subquery, so many are one. */
const SUBQUERY_PERCENT = 25
const NESTED_DEPTH_MAX = 2
/** A subquery whose table has more pairs with the rows around it reads nothing of them. */
const PAIRS_MAX = 200_000
/** What a subquery's column may be: kinds whose values are compared exactly. */
const EXACT = ["int", "text", "date", "dec", "ts", "bool"] as const satisfies readonly Kind[]

/** Subqueries for expressions over `rows` rows. */
export function nestedIn(names: Names, rows: number, depth = NESTED_DEPTH_MAX): Nested {
  return (kind, gene, outer) => {
    if (depth === 0 || Math.trunc(gene.pick / 13) % 100 < 100 - SUBQUERY_PERCENT) return undefined
    const inner = innerOf(names, rows, gene, outer, depth)
    const outside: Scope = { values: outer }
    if (kind === "bool") return choose(Math.trunc(gene.pick / 1300), TESTS)(gene, inner, outside)
    if (kind === "list") return listOf(gene, inner)
    return EXACT.some((each) => each === kind) ? scalar(kind, gene, inner) : undefined
  }
}

/** What is around a subquery's list: FROM, WHERE, and what its expressions may read. */
interface Inner {
  readonly from: string
  readonly where: string
  readonly alias: string
  readonly scope: Scope
}

function innerOf(names: Names, rows: number, gene: ExprGene, outer: readonly Value[], depth: number): Inner {
  const table = tableFor(names, part(gene, 0).pick)
  // Its own name may hide a table around it.
  const own = gene.pick % 5 < 2
  const alias = own ? table.alias : names.fresh("n")
  const relation = { alias, fields: table.fields }
  const values = valuesOf({ relations: [relation], merged: [] })
  const correlated = rows * table.rows <= PAIRS_MAX
  const seen = correlated ? outer.filter((value) => isSeen(value, relation)) : []
  const scope: Scope = { values: [...values, ...seen], nested: nestedIn(names, table.rows, depth - 1) }
  const terms = [
    ...(gene.pick % 3 === 0 ? [] : equality(gene, values, seen)),
    ...(gene.pick % 7 < 4 ? [write("bool", part(gene, 1), scope)] : []),
  ]
  return {
    from: own ? quoted(alias) : `${quoted(table.alias)} AS ${alias}`,
    where: terms.length === 0 ? "" : ` WHERE ${terms.map((term) => `(${term})`).join(" AND ")}`,
    alias: quoted(alias),
    scope: { values },
  }
}

function tableFor(names: Names, pick: number): Table {
  const [first, ...rest] = [...names.ctes, ...names.tables]
  if (first === undefined) throw new Error("there is no table to choose from")
  return choose(pick, [first, ...rest])
}

/** Whether the name still means the same inside of a subquery that has this table. */
function isSeen({ sql }: Value, { alias, fields }: Pick<Table, "alias" | "fields">): boolean {
  const column = /^(?:(\w+|"[^"]+")\.)?(\w+|"(?:[^"]|"")+")$/u.exec(sql)
  if (column === null) return false
  if (column[1] !== undefined) {
    const table = column[1].replaceAll('"', "").toLowerCase()
    return table !== alias.toLowerCase() && fields.every((field) => field.name.toLowerCase() !== table)
  }
  const name = (column[2] ?? "").replaceAll('"', "").toLowerCase()
  return fields.every((field) => field.name.replaceAll('"', "").toLowerCase() !== name)
}

function equality(gene: ExprGene, inner: readonly Value[], outer: readonly Value[]): readonly string[] {
  const pairs = inner.flatMap((left) =>
    outer.filter((right) => right.kind === left.kind && left.kind !== "approx").map((right) => [left, right] as const),
  )
  const [first, ...rest] = pairs
  if (first === undefined) return []
  const [left, right] = second(gene, [first, ...rest])
  return [
    `${left.sql} ${choose(Math.trunc(gene.pick / 91), ["=", "=", "=", "IS NOT DISTINCT FROM", "<="])} ${right.sql}`,
  ]
}

/** A query of one column of this kind, and any number of rows. */
function column(kind: Kind, gene: ExprGene, { from, where, scope }: Inner): string {
  const item = write(kind, part(gene, 2), scope)
  const plain = `SELECT ${item} FROM ${from}${where}`
  switch (Math.trunc(gene.pick / 211) % 8) {
    case 3:
      return `SELECT DISTINCT ${item} FROM ${from}${where}`
    case 4:
      return `SELECT ${item} AS g FROM ${from}${where} GROUP BY g HAVING count(*) > 1`
    case 5:
      return `${plain} UNION ALL SELECT NULL`
    case 6:
      return `${plain} ORDER BY ALL LIMIT 5`
    case 7:
      return `WITH c AS (${plain}) SELECT * FROM c`
    default:
      return plain
  }
}

type Test = (gene: ExprGene, inner: Inner, outer: Scope) => string

const exists: Test = (gene, { from, where, alias }) =>
  `${second(gene, ["", "NOT "])}EXISTS (SELECT ${choose(gene.pick, ["*", "1", `${alias}.*`, "NULL"])} FROM ${from}${where})`

const inQuery: Test = (gene, inner, outer) => {
  const kind = kindIn(outer, gene, EXACT)
  return `${write(kind, part(gene, 1), outer)} ${second(gene, ["IN", "NOT IN"])} (${column(kind, gene, inner)})`
}

const TESTS: readonly [Test, ...Test[]] = [
  exists,
  exists,
  inQuery,
  inQuery,
  (gene, inner, outer) => {
    const kind = kindIn(outer, gene, EXACT)
    const operator = second(gene, ["= ANY", "<> ALL", ">= ALL", "< ANY", "<= SOME"])
    return `(${write(kind, part(gene, 1), outer)} ${operator} (${column(kind, gene, inner)}))`
  },
  (gene, inner, outer) => {
    const [a, b] = [kindIn(outer, gene, EXACT), kindIn(outer, part(gene, 1), EXACT)]
    const left = `(${write(a, part(gene, 1), outer)}, ${write(b, part(gene, 2), outer)})`
    const list = `${write(a, part(gene, 2), inner.scope)}, ${write(b, part(gene, 1), inner.scope)}`
    return `${left} ${second(gene, ["IN", "NOT IN"])} (SELECT ${list} FROM ${inner.from}${inner.where})`
  },
  (gene, inner, outer) => {
    const kind = kindIn(outer, gene, EXACT)
    return `(${write(kind, part(gene, 1), outer)} ${second(gene, ["<>", "=", "<", ">="])} ${scalar(kind, gene, inner)})`
  },
]

function scalar(kind: Kind, gene: ExprGene, inner: Inner): string {
  const { from, where, scope } = inner
  const item = write(kind, part(gene, 2), scope)
  const form = Math.trunc(gene.pick / 577) % 6
  if (kind === "int" && form === 4) return `(SELECT count(*) FROM ${from}${where})`
  if (kind === "int" && form === 5) return `(SELECT count(DISTINCT ${item}) FROM ${from}${where})`
  if (kind === "text" && form === 4) return `(SELECT string_agg(${item}, ',' ORDER BY ${item}) FROM ${from}${where})`
  if (form === 3) return `(SELECT ${item} FROM ${from}${where} ORDER BY ALL DESC NULLS LAST LIMIT 1)`
  return `(SELECT ${choose(gene.pick, ["max", "min"])}(${item}) FROM ${from}${where})`
}

function listOf(gene: ExprGene, { from, where, scope }: Inner): string {
  const item = write("int", part(gene, 2), scope)
  return choose(Math.trunc(gene.pick / 577), [
    `ARRAY(SELECT ${item} FROM ${from}${where} ORDER BY 1)`,
    `(SELECT list(${item} ORDER BY ${item}) FROM ${from}${where})`,
  ])
}
