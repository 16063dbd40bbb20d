import type { ExprGene, FeatureGene } from "./genes.ts"
import { type Field, type Kind, PLAIN_KINDS, type Value } from "./kinds.ts"
import { choose, part, second, write } from "./write-expression.ts"
import { type Names, quoted, type WrittenFrom } from "./write-from.ts"
import type { Output, Sorting } from "./write-query.ts"
import { totalOrder, writeWindow } from "./write-window.ts"

const FEATURES = [
  "window",
  "nested",
  "columns",
  "distinct on",
  "qualify",
  "row",
  "unnest",
  "window",
  "nested",
  "where columns",
  "sets",
  "nested",
] as const
type Feature = (typeof FEATURES)[number]

function featureOf(gene: FeatureGene): Feature {
  return choose(gene.form, FEATURES)
}

/** Whether the block's expressions may hold subqueries. */
export function wantsNested(genes: readonly FeatureGene[]): boolean {
  return genes.some((gene) => featureOf(gene) === "nested")
}

interface Item {
  readonly sql: string
  readonly outputs: readonly Output[]
}

/** One more item for the select list. */
export function featureItem(
  gene: FeatureGene,
  from: WrittenFrom,
  columns: readonly Value[],
  { names }: { readonly names: Names; readonly first: boolean },
): Item | undefined {
  switch (featureOf(gene)) {
    case "window": {
      const { sql, kind } = writeWindow(gene.expr, { values: columns }, totalOrder(from, columns))
      return aliased(sql, kind, names)
    }
    case "columns":
      return columnsItem(gene.expr, from)
    case "row":
      return rowItem(gene.expr, from, names)
    case "unnest":
      return aliased(`unnest(${write("list", gene.expr, { values: columns })})`, "int", names)
    default:
      return undefined
  }
}

function aliased(sql: string, kind: Kind, names: Names): Item {
  const name = names.fresh("f")
  return { sql: `${sql} AS ${name}`, outputs: [{ name, kind }] }
}

/** Columns chosen by what they are called. Of merged columns there would be two. */
function columnsItem(gene: ExprGene, from: WrittenFrom): Item | undefined {
  const fields = from.relations.flatMap((relation) => relation.fields)
  const [first, ...rest] = fields
  if (first === undefined || from.merged.length > 0) return undefined
  const target = choose(gene.pick, [first, ...rest])
  const letter = /^[a-z]/u.exec(target.name)?.[0] ?? "a"
  const begins = fields.filter(({ name }) => name.startsWith(letter))
  const others = fields.filter(({ name }) => name !== target.name)
  const once = fields.filter(({ name }) => name === target.name).length === 1
  const forms: readonly (readonly [string, readonly Field[]])[] = [
    [`COLUMNS('^${letter}')`, begins],
    [`COLUMNS(c -> c LIKE '${letter}%')`, begins],
    [`* LIKE '${letter}%'`, begins],
    ...(once && others.length > 0 ? [[`COLUMNS(* EXCLUDE (${quoted(target.name)}))`, others] as const] : []),
    ...(once
      ? [
          [
            `* RENAME (${quoted(target.name)} AS renamed)`,
            fields.map((field) => (field === target ? { ...field, name: "renamed" } : field)),
          ] as const,
        ]
      : []),
    ...(fields.every(({ kind }) => kind === "int") ? [["COLUMNS(*) + 0", fields] as const] : []),
  ]
  const usable = forms.filter(([, outputs]) => outputs.length > 0)
  const [form, ...more] = usable
  if (form === undefined) return undefined
  const [sql, outputs] = second(gene, [form, ...more])
  return { sql, outputs: sql.endsWith("+ 0") ? outputs.map(({ kind }) => ({ name: undefined, kind })) : outputs }
}

/** A table's name as a value: its row. */
function rowItem(gene: ExprGene, from: WrittenFrom, names: Names): Item | undefined {
  const [first, ...rest] = from.relations
  if (first === undefined) return undefined
  const { alias, fields } = choose(gene.pick, [first, ...rest])
  const isColumn = from.relations.some((each) =>
    each.fields.some(({ name }) => name.toLowerCase() === alias.toLowerCase()),
  )
  if (isColumn || alias === "unnamed_subquery" || fields.some(({ kind }) => kind === "approx")) return undefined
  return second(gene, [
    aliased(quoted(alias), "other ROW", names),
    aliased(`(${quoted(alias)} IS NOT NULL)`, "bool", names),
    aliased(`len(${quoted(alias)}::VARCHAR) > 3`, "bool", names),
  ])
}

/** Terms for WHERE that name their columns by a pattern. */
export function whereColumns(genes: readonly FeatureGene[], from: WrittenFrom): readonly string[] {
  const fields = from.relations.flatMap((relation) => relation.fields)
  return genes.flatMap((gene) => {
    const target = fields[gene.expr.pick % Math.max(1, fields.length)]
    const letter = /^[a-z]/u.exec(target?.name ?? "")?.[0]
    if (featureOf(gene) !== "where columns" || letter === undefined || from.merged.length > 0) return []
    return [`COLUMNS('^${letter}') IS NOT NULL`]
  })
}

/** QUALIFY, by a window that gives each row its place. */
export function qualification(genes: readonly FeatureGene[], from: WrittenFrom, columns: readonly Value[]): string {
  const total = totalOrder(from, columns)
  const gene = genes.find((each) => featureOf(each) === "qualify")
  if (gene === undefined || total === undefined) return ""
  const [first, ...rest] = columns
  const by =
    first === undefined || gene.expr.pick % 3 === 0
      ? ""
      : `PARTITION BY ${choose(gene.expr.pick, [first, ...rest]).sql} `
  return ` QUALIFY row_number() OVER (${by}ORDER BY ${total}) <= ${1 + (gene.expr.pick % 4)}`
}

/** DISTINCT ON with an ORDER BY that says which row is taken. */
export function distinctOn(
  genes: readonly FeatureGene[],
  from: WrittenFrom,
  columns: readonly Value[],
): { readonly keys: string; readonly sorting: Sorting } | undefined {
  const gene = genes.find((each) => featureOf(each) === "distinct on")
  const total = totalOrder(from, columns)
  const [first, ...rest] = columns.filter(({ kind }) => PLAIN_KINDS.some((each) => each === kind) && kind !== "float")
  if (gene === undefined || total === undefined || first === undefined) return undefined
  const key = choose(gene.expr.pick, [first, ...rest]).sql
  const keys = gene.expr.pick % 2 === 0 ? key : `${key}, ${choose(gene.more.pick, [first, ...rest]).sql}`
  const sorting: Sorting = { orderBy: ` ORDER BY ${keys}, ${total}`, limit: "", keys: [], total: false }
  return { keys, sorting }
}

interface Made {
  readonly sql: string
  readonly name: string | undefined
  readonly kind: Kind
}

/** A window over the groups: keys and aggregates that are exactly known sort them. */
export function groupFeatureItem(
  gene: FeatureGene,
  keys: readonly Value[],
  aggregates: readonly Value[],
  names: Names,
): readonly Made[] {
  if (featureOf(gene) !== "window") return []
  const [first, ...rest] = [...keys, ...aggregates].filter(({ kind }) => ["int", "text", "date", "dec"].includes(kind))
  if (first === undefined) return []
  const by = choose(gene.expr.pick, [first, ...rest]).sql
  const sql = second(gene.expr, [
    `rank() OVER (ORDER BY ${by})`,
    "sum(count(*)) OVER ()",
    `count(*) OVER (PARTITION BY ${by})`,
    `dense_rank() OVER (ORDER BY ${by} DESC NULLS LAST)`,
  ])
  const name = names.fresh("f")
  return [{ sql: `${sql} AS ${name}`, name, kind: "int" }]
}

/** GROUPING SETS and its kin over the keys, and which of them a row is grouped by. */
export function groupingSets(
  genes: readonly FeatureGene[],
  keys: readonly Value[],
): { readonly by: string; readonly items: readonly Made[] } | undefined {
  const gene = genes.find((each) => featureOf(each) === "sets")
  const [first] = keys
  if (gene === undefined || first === undefined) return undefined
  const list = keys.map(({ sql }) => sql).join(", ")
  const by = choose(gene.expr.pick, [
    `ROLLUP (${list})`,
    `CUBE (${list})`,
    `GROUPING SETS ((${first.sql}), (${list}), ())`,
    `GROUPING SETS ((${list}), (${first.sql}))`,
  ])
  const items =
    part(gene.expr, 0).pick % 2 === 0 ? [{ sql: `GROUPING(${first.sql}) AS gs`, name: "gs", kind: "int" as const }] : []
  return { by: ` GROUP BY ${by}`, items }
}
