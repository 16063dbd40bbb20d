import type { ExprGene, SetGene } from "./genes.ts"
import type { Kind } from "./kinds.ts"
import { choose, part, type Scope, second, write } from "./write-expression.ts"
import { type Names, quoted, valuesOf, writeFrom, type WriteSubquery } from "./write-from.ts"
import type { Output } from "./write-query.ts"

/** Kinds whose equal values read the same, so that it does not matter which of them is kept. */
const EXACT: ReadonlySet<Kind> = new Set<Kind>(["int", "text", "dec", "bool", "date", "ts", "list", "texts"])

const OPERATORS = ["UNION ALL", "UNION", "EXCEPT", "INTERSECT", "UNION ALL", "EXCEPT ALL", "INTERSECT ALL"] as const

/** Literals that take their type from the other side. */
const UNTYPED: Readonly<Record<string, readonly [string, ...string[]]>> = {
  int: ["1", "NULL", "-7", "300"],
  text: ["'new'", "NULL", "''"],
  dec: ["1.5", "NULL", "1"],
  date: ["'2020-03-01'", "NULL", "DATE '2020-02-29'"],
  ts: ["'2021-03-02'", "NULL"],
  bool: ["TRUE", "NULL"],
}

interface United {
  readonly sql: string
  readonly outputs: readonly Output[]
  /** Rows that the other operands add. */
  readonly rows: number
}

/** `body UNION … EXCEPT …`; each operand has as many columns, of the same kinds. */
export function writeSets(
  genes: readonly SetGene[],
  body: string,
  outputs: readonly Output[],
  names: Names,
  subquery: WriteSubquery,
): United {
  let united: United = { sql: body, outputs, rows: 0 }
  if (outputs.some(({ kind }) => kind.startsWith("other STRUCT") || kind.startsWith("other MAP"))) return united
  for (const gene of genes) {
    const from = writeFrom(gene.from, names, subquery)
    const scope: Scope = { values: valuesOf(from) }
    const exact = outputs.every(({ kind }) => EXACT.has(kind))
    const named = namesOf(outputs)
    const byName = named !== undefined && Math.trunc(gene.op / 7) % 4 === 3
    const operator = exact ? choose(gene.op, byName ? (["UNION ALL", "UNION"] as const) : OPERATORS) : "UNION ALL"
    const items = outputs.map(({ kind }, i) => itemOf(kind, gene.items[i % gene.items.length], i, scope))
    const list = byName ? items.map((item, i) => `${item} AS ${quoted(named[i] ?? "")}`).toReversed() : items
    const terms = [...from.where, ...(gene.where === undefined ? [] : [write("bool", gene.where, scope)])].map(
      (term) => `(${term})`,
    )
    const select = `SELECT ${list.join(", ")} FROM ${from.sql}${terms.length === 0 ? "" : ` WHERE ${terms.join(" AND ")}`}`
    const right = !exact || gene.op % 5 !== 4 ? select : `(${select} ORDER BY ALL LIMIT 5)`
    united = {
      sql: `${united.sql} ${operator}${byName ? " BY NAME" : ""} ${right}`,
      outputs,
      rows: united.rows + from.rows,
    }
  }
  return united
}

function itemOf(kind: Kind, gene: ExprGene | undefined, index: number, scope: Scope): string {
  if (kind === "other ROW") return "NULL"
  const own: ExprGene = gene ?? { pick: 0, parts: [] }
  const literals = UNTYPED[kind]
  if (literals !== undefined && Math.trunc(own.pick / 19) % 5 === 4) return second(own, literals)
  return write(
    kind,
    index % 2 === 0 ? own : { ...own, pick: own.pick + index, parts: [part(own, 1), part(own, 0)] },
    scope,
  )
}

/** Every column's name, when each has its own. */
function namesOf(outputs: readonly Output[]): readonly string[] | undefined {
  const names = outputs.flatMap(({ name }) => (name === undefined ? [] : [name]))
  return names.length === outputs.length && new Set(names.map((name) => name.toLowerCase())).size === names.length
    ? names
    : undefined
}
