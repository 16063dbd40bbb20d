/**
 * What the generator knows of a value's type: enough to choose functions that take it. `approx` are floats whose last
 * digits depend on the order of additions, or whose zero may have either sign: nothing is compared, grouped or rounded
 * by them. `list` holds integers, `texts` strings. Every other type is its own kind, spelled `other TYPE`.
 */
export type Kind =
  | "int"
  | "dec"
  | "float"
  | "approx"
  | "text"
  | "bool"
  | "date"
  | "ts"
  | "list"
  | "texts"
  | `other ${string}`

export const PLAIN_KINDS = ["int", "text", "dec", "bool", "date", "ts", "float"] as const satisfies readonly Kind[]

const INTEGER = /^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/u

export function kindOf(type: string): Kind {
  if (INTEGER.test(type)) return "int"
  if (/^DECIMAL\([^)]*\)$/u.test(type)) return "dec"
  if (type === "FLOAT" || type === "DOUBLE") return "float"
  if (type === "VARCHAR") return "text"
  if (type === "BOOLEAN") return "bool"
  if (type === "DATE") return "date"
  if (type === "TIMESTAMP") return "ts"
  if (type === "VARCHAR[]") return "texts"
  if (type.endsWith("[]") && INTEGER.test(type.slice(0, -2))) return "list"
  return `other ${type}`
}

/** A value, as SQL, where it stands in a query. */
export interface Value {
  readonly sql: string
  readonly kind: Kind
}

/** A column that a table, a CTE or a subquery has. */
export interface Field {
  readonly name: string
  readonly kind: Kind
}

/** Several tables, CTEs or subqueries side by side in FROM. */
export interface Relation {
  readonly alias: string
  readonly fields: readonly Field[]
}

/** At most that many rows come out of it, roughly. */
export interface Table extends Relation {
  readonly rows: number
}
