import type { GroupGene, ItemGene, OrderGene, PartitionCase, QueryGene } from "./genes.ts"
import { type Field, type Kind, PLAIN_KINDS, type Table, type Value } from "./kinds.ts"
import { writeAggregate } from "./write-aggregate.ts"
import { choose, kindIn, part, type Scope, write } from "./write-expression.ts"
import {
  distinctOn,
  featureItem,
  groupFeatureItem,
  groupingSets,
  qualification,
  whereColumns,
  wantsNested,
} from "./write-feature.ts"
import { type Names, quoted, valuesOf, writeFrom, type WrittenFrom } from "./write-from.ts"
import { writeSets } from "./write-set.ts"
import { nestedIn } from "./write-subquery.ts"

/** A query as SQL, and what must hold for its answer. */
export interface Written {
  readonly sql: string
  /** The same without LIMIT and OFFSET; undefined when it has none. */
  readonly unlimited: string | undefined
  /** The positions of the leading sort keys that stand in the answer. */
  readonly keys: readonly number[]
  /** Whether rows that tie are equal, so that a LIMIT has only one answer. */
  readonly total: boolean
}

export interface Output {
  readonly name: string | undefined
  readonly kind: Kind
}

interface Block {
  readonly sql: string
  readonly unlimited: string | undefined
  readonly outputs: readonly Output[]
  readonly keys: readonly number[]
  readonly total: boolean
  readonly rows: number
}

export function writeQuery(query: QueryGene, tables: readonly Table[]): Written {
  const counters = new Map<string, number>()
  const fresh = (prefix: string) => {
    const next = counters.get(prefix) ?? 0
    counters.set(prefix, next + 1)
    return `${prefix}${next}`
  }
  return writeBlock(query, { tables, ctes: [], fresh }, true)
}

function subquery(query: QueryGene, names: Names): { sql: string; fields: readonly Field[]; rows: number } {
  const block = writeBlock(query, names, false)
  return { sql: block.sql, fields: fieldsOf(block.outputs, "each"), rows: block.rows }
}

/**
 * Columns that can be named from outside. Of several of one name the later ones get a number: in a subquery each name
 * counts for itself, in a CTE all count together.
 */
function fieldsOf(outputs: readonly Output[], counting: "each" | "together"): readonly Field[] {
  const counts = new Map<string, number>()
  const taken = new Set<string>()
  return outputs.flatMap(({ name, kind }) => {
    if (name === undefined) return []
    const counter = counting === "each" ? name.toLowerCase() : ""
    let free = name
    while (taken.has(free.toLowerCase())) {
      const count = (counts.get(counter) ?? 0) + 1
      counts.set(counter, count)
      free = `${name}_${count}`
    }
    taken.add(free.toLowerCase())
    return [{ name: free, kind }]
  })
}

function writeBlock(query: QueryGene, outer: Names, top: boolean): Block {
  const { names, clause } = writeCtes(query, outer)
  const from = writeFrom(query.from, names, subquery)
  const list =
    query.group === undefined ? plainList(query, from, names, top) : groupedList(query.group, query, from, names, top)
  const approximate = list.outputs.some(({ kind }) => kind === "approx")
  const on =
    query.sets.length > 0 || query.group !== undefined ? undefined : distinctOn(query.features, from, list.columns)
  const distinct = query.distinct && !approximate && on === undefined
  const chosen = on === undefined ? (distinct ? "DISTINCT " : "") : `DISTINCT ON (${on.keys}) `
  const body = `SELECT ${chosen}${list.items.join(", ")} FROM ${from.sql}${list.clauses}`
  const united = writeSets(query.sets, body, list.outputs, names, subquery)
  const options = { distinct: distinct || united.sql !== body, approximate, top }
  const sorting = on === undefined ? writeOrder(query, { ...list, outputs: united.outputs }, options) : on.sorting
  const rows = query.limit !== undefined && sorting.limit !== "" ? query.limit : from.rows + united.rows
  const select = `${clause}${united.sql}`
  const outputs = distinct
    ? united.outputs.map((each): Output => ({ ...each, kind: each.kind === "float" ? "approx" : each.kind }))
    : united.outputs
  return {
    sql: `${select}${sorting.orderBy}${sorting.limit}`,
    unlimited: sorting.limit === "" ? undefined : `${select}${sorting.orderBy}`,
    outputs,
    keys: sorting.keys,
    total: sorting.total,
    rows,
  }
}

function writeCtes(query: QueryGene, outer: Names): { readonly names: Names; readonly clause: string } {
  const texts: string[] = []
  let names = outer
  const recursive = query.ctes.some(({ form }) => form === 4)
  for (const { form, query: written } of query.ctes) {
    // Below WITH RECURSIVE DuckDB takes every UNION for one that reads itself: not sorted, and of unlike names.
    const inner = recursive ? { ...written, sets: [] } : written
    const { sql, outputs, rows } = writeBlock(inner, names, false)
    if (form === 4) {
      const table = recursiveCte(sql, fieldsOf(outputs, "each"), rows, outer.fresh)
      texts.push(table.text)
      names = { ...names, ctes: [table, ...names.ctes] }
      continue
    }
    const alias = outer.fresh("w")
    const [first, ...rest] = outputs
    const renamed = form === 1 && first !== undefined
    const how = form === 2 ? "MATERIALIZED " : form === 3 ? "NOT MATERIALIZED " : ""
    const columns = fieldsOf(renamed ? [{ ...first, name: outer.fresh("r") }, ...rest] : outputs, "together")
    texts.push(`${alias}${renamed ? `(${columns[0]?.name ?? ""})` : ""} AS ${how}(${sql})`)
    names = { ...names, ctes: [{ alias, fields: columns, rows }, ...names.ctes] }
  }
  return { names, clause: texts.length === 0 ? "" : `WITH ${recursive ? "RECURSIVE " : ""}${texts.join(", ")} ` }
}

/** A count from each row of a query up to 3, beside one of the row's texts. */
function recursiveCte(
  sql: string,
  fields: readonly Field[],
  rows: number,
  fresh: Names["fresh"],
): Table & { readonly text: string } {
  const alias = fresh("w")
  const int = fields.find(({ kind }) => kind === "int")
  const text = fields.find(({ kind }) => kind === "text")
  const start = int === undefined ? "0" : `(${quoted(int.name)} % 3)::INTEGER`
  const beside = text === undefined ? "'x'" : quoted(text.name)
  const all = fields.length % 2 === 0 ? "UNION" : "UNION ALL"
  const step = `SELECT n + 1, ${text === undefined ? "what || 'y'" : "what"} FROM ${alias} WHERE n < 3`
  return {
    text: `${alias}(n, what) AS (SELECT ${start}, ${beside} FROM (${sql}) q ${all} ${step})`,
    alias,
    fields: [
      { name: "n", kind: "int" },
      { name: "what", kind: "text" },
    ],
    rows: rows * 6,
  }
}

export interface List {
  readonly items: readonly string[]
  readonly outputs: readonly Output[]
  /** WHERE, GROUP BY and HAVING. */
  readonly clauses: string
  /** What ORDER BY may read. */
  readonly scope: Scope
  /** The columns that FROM brought in. */
  readonly columns: readonly Value[]
}

function plainList(query: QueryGene, from: WrittenFrom, names: Names, top: boolean): List {
  const values = [...valuesOf(from)]
  const nested = wantsNested(query.features) ? nestedIn(names, from.rows) : undefined
  const items: string[] = []
  const outputs: Output[] = []
  for (const gene of query.items) {
    const star = gene.form >= 9 ? writeStar(gene, from) : undefined
    if (star !== undefined) {
      items.push(star.sql)
      outputs.push(...star.outputs)
      continue
    }
    const value = itemValue(gene, { values, nested })
    const { sql, name } = named(value, gene, { names, top, first: items.length === 0, from })
    items.push(sql)
    outputs.push({ name, kind: value.kind })
    // A later item, WHERE and ORDER BY may use an alias.
    if (gene.alias >= 17 && name !== undefined && sql.endsWith(` AS ${name}`))
      values.push({ sql: name, kind: value.kind })
  }
  const columns = valuesOf(from)
  for (const gene of query.features) {
    const made = featureItem(gene, from, columns, { names, first: items.length === 0 })
    if (made === undefined) continue
    items.push(made.sql)
    outputs.push(...made.outputs)
  }
  const scope = { values }
  const where = [
    ...(query.where === undefined ? [] : [write("bool", query.where, { ...scope, nested })]),
    ...whereColumns(query.features, from),
  ]
  const terms = [...from.where, ...where].map((term) => (from.where.length + where.length > 1 ? `(${term})` : term))
  const qualify = query.sets.length > 0 ? "" : qualification(query.features, from, columns)
  return {
    items,
    outputs,
    clauses: `${terms.length === 0 ? "" : ` WHERE ${terms.join(" AND ")}`}${qualify}`,
    scope,
    columns,
  }
}

function itemValue(gene: ItemGene, scope: Scope): Value {
  const [first, ...rest] = scope.values
  if (gene.form < 4 && first !== undefined) return choose(gene.expr.pick, [first, ...rest])
  // What reads it gives it its type, or it is an INTEGER.
  if (gene.form === 8 && gene.expr.pick % 7 === 6) return { sql: "NULL", kind: gene.alias % 3 === 0 ? "date" : "int" }
  const kind = kindIn(scope, gene.expr, [...PLAIN_KINDS, "list", "texts"])
  return { sql: write(kind, gene.expr, scope), kind }
}

/** An item with its name. Inside of a subquery whatever is no column gets one. */
function named(
  value: Value,
  gene: ItemGene,
  {
    names,
    top,
    first,
    from,
  }: { readonly names: Names; readonly top: boolean; readonly first: boolean; readonly from: WrittenFrom },
): { readonly sql: string; readonly name: string | undefined } {
  const column = /^(?:\w+\.)?(?:([A-Za-z_]\w*)|"((?:[^"]|"")+)")$/u.exec(value.sql)
  const own = (column?.[1] ?? column?.[2]?.replaceAll('""', '"'))?.toLowerCase()
  const read = from.relations.flatMap(({ fields }) => fields.filter((field) => field.name.toLowerCase() === own))[0]
  if (read !== undefined && gene.alias < 12) return { sql: value.sql, name: read.name }
  if (top && gene.alias >= 10 && gene.alias < 14) return { sql: value.sql, name: undefined }
  const shadowed = from.relations[0]?.fields[0]?.name
  const name = gene.alias === 16 && !first && shadowed !== undefined ? shadowed : names.fresh("c")
  return { sql: `${value.sql} AS ${quoted(name)}`, name }
}

/** `*`, `t.*`, `* EXCLUDE (a)`, `* REPLACE (x AS a)`. */
function writeStar(
  gene: ItemGene,
  from: WrittenFrom,
): { readonly sql: string; readonly outputs: readonly Output[] } | undefined {
  const merged = new Set(from.merged.map((field) => field.name.toLowerCase()))
  const seen = new Set<string>()
  const all = from.relations.flatMap(({ fields }) =>
    fields.filter(({ name }) => {
      const again = merged.has(name.toLowerCase()) && seen.has(name.toLowerCase())
      seen.add(name.toLowerCase())
      return !again
    }),
  )
  const relation = choose(gene.expr.pick, [from.relations[0], ...from.relations.slice(1)])
  if (gene.form === 10 && relation !== undefined && relation.alias !== "unnamed_subquery") {
    return { sql: `${quoted(relation.alias)}.*`, outputs: relation.fields }
  }
  const target = all.length < 2 ? undefined : choose(gene.expr.pick, [all[0], ...all.slice(1)])
  const alone = target !== undefined && all.filter((field) => field.name === target.name).length === 1
  if (gene.form < 11 || target === undefined || !alone || all.length === 0) return { sql: "*", outputs: all }
  if (gene.alias % 2 === 0) {
    return { sql: `* EXCLUDE (${quoted(target.name)})`, outputs: all.filter((field) => field !== target) }
  }
  const replacement = write(target.kind, gene.expr, { values: valuesOf(from) })
  // What is replaced is not merged any more: it stands once for each side.
  const every = from.relations.flatMap(({ fields }) => fields)
  const outputs = merged.has(target.name.toLowerCase())
    ? every.filter((field) => field.name === target.name || all.includes(field))
    : all
  return { sql: `* REPLACE (${replacement} AS ${quoted(target.name)})`, outputs }
}

const NO_ITEM: ItemGene = { form: 0, alias: 0, expr: { pick: 0, parts: [] } }

function groupedList(gene: GroupGene, query: QueryGene, from: WrittenFrom, names: Names, top: boolean): List {
  const nested = wantsNested(query.features) ? nestedIn(names, from.rows) : undefined
  const rows: Scope = { values: valuesOf(from) }
  const where = query.where === undefined ? [] : [write("bool", query.where, { ...rows, nested })]
  const terms = [...from.where, ...where].map((term) => (from.where.length > 0 ? `(${term})` : term))
  const keys = uniqueValues(gene.keys.map((key) => groupKey(key, rows)))
  const aggregates = gene.aggregates.map((each) => writeAggregate(each, rows))
  const scope: Scope = { values: [...keys, ...aggregates] }
  const aliased = gene.style === 2
  const own = keys.map((key, i) => {
    const item = query.items[i]
    if (aliased) {
      const name = names.fresh("g")
      return { sql: `${key.sql} AS ${name}`, name, kind: key.kind }
    }
    return { ...named(key, item ?? NO_ITEM, { names, top, first: true, from }), kind: key.kind }
  })
  const shown = gene.style === 0 ? own.slice(0, Math.max(1, query.items.length)) : own
  const computed = aggregates.map((value, i) => {
    const item = query.items[i]
    const made = item === undefined || item.form < 5 ? value : computedItem(item, scope)
    return { ...named(made, item ?? NO_ITEM, { names, top, first: true, from }), kind: made.kind }
  })
  const more = query.features.flatMap((each) => groupFeatureItem(each, keys, aggregates, names))
  const sets = gene.style === 0 ? groupingSets(query.features, keys) : undefined
  const items = [...shown, ...computed, ...more, ...(sets?.items ?? [])]
  const by = sets?.by ?? groupBy(gene, keys, own)
  const having = gene.having === undefined ? "" : ` HAVING ${write("bool", gene.having, { ...scope, nested })}`
  return {
    items: items.map((item) => item.sql),
    outputs: items.map(({ name, kind }) => ({ name, kind })),
    clauses: `${terms.length === 0 ? "" : ` WHERE ${terms.join(" AND ")}`}${by}${having}`,
    scope,
    columns: rows.values,
  }
}

function groupBy(
  gene: GroupGene,
  keys: readonly Value[],
  own: readonly { readonly name: string | undefined }[],
): string {
  if (gene.style === 3) return " GROUP BY ALL"
  if (keys.length === 0) return ""
  const texts = keys.map((key, i) =>
    gene.style === 1 ? String(i + 1) : gene.style === 2 ? (own[i]?.name ?? key.sql) : key.sql,
  )
  return ` GROUP BY ${texts.join(", ")}`
}

/** Of zeros of either sign that make one group, one is shown: a float key is only approximately known. */
function groupKey(gene: GroupGene["keys"][number], scope: Scope): Value {
  const columns = scope.values.filter((value) => value.kind !== "approx")
  const [first, ...rest] = columns
  const value =
    gene.parts.length === 0 && first !== undefined
      ? choose(gene.pick, [first, ...rest])
      : computedKey(kindIn(scope, part(gene, 0), [...PLAIN_KINDS, "list"]), gene, scope)
  return value.kind === "float" ? { ...value, kind: "approx" } : value
}

function computedKey(kind: Kind, gene: GroupGene["keys"][number], scope: Scope): Value {
  return { sql: write(kind, gene, scope), kind }
}

function computedItem(item: ItemGene, scope: Scope): Value {
  const kind = kindIn(scope, item.expr, ["int", "approx", "text", "dec", "bool", "date", "list"])
  return { sql: write(kind, item.expr, scope), kind }
}

function uniqueValues(values: readonly Value[]): readonly Value[] {
  return [...new Map(values.map((value) => [value.sql, value])).values()]
}

export interface Sorting {
  readonly orderBy: string
  readonly limit: string
  readonly keys: readonly number[]
  readonly total: boolean
}

const NO_SORTING: Sorting = { orderBy: "", limit: "", keys: [], total: false }

function writeOrder(
  query: QueryGene,
  list: List,
  { distinct, approximate, top }: { readonly distinct: boolean; readonly approximate: boolean; readonly top: boolean },
): Sorting {
  const limit = [
    ...(query.limit === undefined ? [] : [` LIMIT ${query.limit}`]),
    ...(query.offset === undefined ? [] : [` OFFSET ${query.offset}`]),
  ].join("")
  // Below the top only a limit with one answer can be compared.
  const needsTotal = limit !== "" && !top
  if (needsTotal && approximate) return NO_SORTING
  if ((query.orderAll || needsTotal) && !approximate) {
    const keys = list.outputs.map((_, i) => i)
    const first = query.order[0]
    return { orderBy: ` ORDER BY ALL${first === undefined ? "" : direction(first)}`, limit, keys, total: true }
  }
  const texts: string[] = []
  const keys: number[] = []
  let leading = true
  for (const gene of query.order) {
    const { sql, position } = sortKey(gene, list, distinct)
    if (sql === undefined) continue
    texts.push(`${sql}${direction(gene)}`)
    if (position === undefined) leading = false
    else if (leading) keys.push(position)
  }
  const total = leading && !approximate && new Set(keys).size === list.outputs.length
  return { orderBy: texts.length === 0 ? "" : ` ORDER BY ${texts.join(", ")}`, limit, keys, total }
}

function direction({ descending, nulls }: OrderGene): string {
  return `${descending ? " DESC" : ""}${["", " NULLS FIRST", " NULLS LAST"][nulls] ?? ""}`
}

/** By position, by alias, or by an expression; nothing is sorted by what is only approximately known. */
function sortKey(
  gene: OrderGene,
  list: List,
  distinct: boolean,
): { sql: string | undefined; position: number | undefined } {
  const position = gene.pick % list.outputs.length
  const output = list.outputs[position]
  const orderable = output !== undefined && output.kind !== "approx" && !output.kind.startsWith("other MAP")
  if (gene.form < 3 || distinct) {
    if (!orderable) return { sql: undefined, position: undefined }
    const alias =
      output.name !== undefined &&
      list.items.some((item) => item.endsWith(` AS ${output.name}`)) &&
      list.outputs.filter((each) => each.name === output.name).length === 1
    return gene.form === 2 && alias && /^[cg]\d+$/u.test(output.name ?? "")
      ? { sql: output.name, position }
      : { sql: String(position + 1), position }
  }
  const kind = kindIn(list.scope, gene.expr, PLAIN_KINDS)
  const sql = write(kind, gene.expr, list.scope)
  // A constant is a position, or refused.
  return readsColumn(sql, list.columns) ? { sql, position: undefined } : { sql: undefined, position: undefined }
}

function readsColumn(sql: string, columns: readonly Value[]): boolean {
  const words = new Set(sql.replaceAll(/'(?:[^']|'')*'/gu, "").match(/"[^"]+"|\w+/gu))
  return columns.some((column) => words.has(column.sql.split(".").at(-1) ?? ""))
}

/**
 * A FROM clause and a predicate over it: tables and joins, or a whole query in parentheses. What a comma join leaves to
 * WHERE becomes a subquery's. The predicate may hold subqueries.
 */
export function writePartition(
  { query, predicate }: Pick<PartitionCase, "query" | "predicate">,
  tables: readonly Table[],
): { readonly from: string; readonly predicate: string } {
  const counters = { next: 0 }
  const fresh = (prefix: string) => `${prefix}${counters.next++}`
  const names: Names = { tables, ctes: [], fresh }
  const test = (values: readonly Value[], rows: number) =>
    write("bool", predicate, { values, nested: nestedIn(names, rows) })
  if (query.features.length + query.sets.length > 0) {
    const { sql, outputs, rows } = writeBlock({ ...query, limit: undefined, offset: undefined }, names, false)
    const relation = { alias: "parts", fields: fieldsOf(outputs, "each") }
    return { from: `(${sql}) AS parts`, predicate: test(valuesOf({ relations: [relation], merged: [] }), rows) }
  }
  const from = writeFrom(query.from, names, subquery)
  const columns = valuesOf(from)
  const where = from.where.length === 0 ? "" : ` WHERE ${from.where.map((term) => `(${term})`).join(" AND ")}`
  if (where === "") return { from: from.sql, predicate: test(columns, from.rows) }
  const items = columns.map((value, i) => `${value.sql} AS p${i}`)
  const values = columns.map(({ kind }, i) => ({ sql: `p${i}`, kind }))
  return {
    from: `(SELECT ${items.length === 0 ? "1 AS p0" : items.join(", ")} FROM ${from.sql}${where}) AS parts`,
    predicate: test(values, from.rows),
  }
}
