import type { ExprGene } from "./genes.ts"
import { type Kind, PLAIN_KINDS, type Value } from "./kinds.ts"
import { choose, kindIn, part, type Scope, second, write } from "./write-expression.ts"
import type { WrittenFrom } from "./write-from.ts"

const SORTED_AS_THEY_ARE: ReadonlySet<Kind> = new Set<Kind>(["int", "text", "dec", "bool", "date", "ts"])

/**
 * Sort keys that leave no two rows tied but equal ones; undefined where some column cannot be named or is only
 * approximately known. Values that are equal and read differently, as zeros of both signs, are sorted by their text.
 */
export function totalOrder(from: WrittenFrom, values: readonly Value[]): string | undefined {
  const fields = from.relations.flatMap((relation) => relation.fields)
  const merged = new Set(from.merged.map((field) => field.name))
  if (fields.some((field) => field.kind === "approx") || merged.size > 0 || values.length < fields.length)
    return undefined
  if (values.length === 0) return undefined
  return values.map(({ sql, kind }) => (SORTED_AS_THEY_ARE.has(kind) ? sql : `${sql}::VARCHAR`)).join(", ")
}

/** A window call. `total` sorts the rows so that each has its place; without it only ties that do not matter are asked for. */
export function writeWindow(gene: ExprGene, scope: Scope, total: string | undefined): Value {
  const by = partition(gene, scope)
  const key = `${write(kindIn(scope, gene, ["int", "text", "date", "dec"]), { pick: gene.pick, parts: [] }, scope)}${second(gene, ["", " DESC", " NULLS FIRST"])}`
  const int = write("int", part(gene, 0), scope)
  const open = `OVER (${by}ORDER BY ${key}`
  const peers: readonly [Value, ...Value[]] = [
    { sql: `rank() ${open})`, kind: "int" },
    { sql: `dense_rank() ${open})`, kind: "int" },
    { sql: `count(*) OVER (${by.trim()})`, kind: "int" },
    { sql: `sum(${int} % 1000) ${open})`, kind: "int" },
    { sql: `max(${int}) OVER (${by.trim()})`, kind: "int" },
    { sql: `count(DISTINCT ${int}) OVER (${by.trim()})`, kind: "int" },
    { sql: `min(${write("text", part(gene, 0), scope)}) ${open})`, kind: "text" },
    { sql: `cume_dist() ${open})`, kind: "approx" },
    {
      sql: `count(*) FILTER (WHERE ${write("bool", part(gene, 1), scope)}) ${open} GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW)`,
      kind: "int",
    },
    { sql: `sum(${int} % 100) ${open} RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE GROUP)`, kind: "int" },
  ]
  const pick = Math.trunc(gene.pick / 5)
  if (total === undefined || gene.pick % 5 < 2) return choose(pick, peers)
  return choose(pick, placed(gene, scope, `OVER (${by}ORDER BY ${gene.pick % 2 === 0 ? `${key}, ` : ""}${total}`))
}

const FRAMES = [
  "",
  " ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING",
  " ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
  " ROWS BETWEEN 1 PRECEDING AND 3 FOLLOWING EXCLUDE CURRENT ROW",
  " ROWS UNBOUNDED PRECEDING",
] as const

function placed(gene: ExprGene, scope: Scope, open: string): readonly [Value, ...Value[]] {
  const kind = kindIn(scope, part(gene, 0), PLAIN_KINDS)
  const value = write(kind, part(gene, 0), scope)
  const int = write("int", part(gene, 0), scope)
  const frame = second(gene, FRAMES)
  return [
    { sql: `row_number() ${open})`, kind: "int" },
    { sql: `lag(${value}) ${open})`, kind },
    { sql: `lead(${int}, 2, ${int}) ${open})`, kind: "int" },
    { sql: `first_value(${value}) ${open}${frame})`, kind },
    { sql: `last_value(${value} IGNORE NULLS) ${open}${frame})`, kind },
    { sql: `sum(${int} % 1000) ${open}${frame})`, kind: "int" },
    { sql: `ntile(3) ${open})`, kind: "int" },
    { sql: `nth_value(${value}, 2) ${open}${frame})`, kind },
    { sql: `list(${int}) ${open} ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)`, kind: "list" },
    { sql: `count(${value}) ${open}${frame})`, kind: "int" },
  ]
}

function partition(gene: ExprGene, scope: Scope): string {
  const exact = scope.values.filter(({ kind }) => SORTED_AS_THEY_ARE.has(kind))
  const [first, ...rest] = exact
  const count = Math.trunc(gene.pick / 17) % 3
  if (first === undefined || count === 0) return ""
  const a = choose(Math.trunc(gene.pick / 51), [first, ...rest]).sql
  const b = choose(Math.trunc(gene.pick / 301), [first, ...rest]).sql
  return `PARTITION BY ${count === 1 ? a : `${a}, ${b}`} `
}
