/** What a format must know of a DuckDB type: the rest is text. */
export type ValueKind = "number" | "boolean" | "json" | "text"

const NUMBER = /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL\(\d+,\d+\))$/u

export function valueKind(type: string): ValueKind {
  if (NUMBER.test(type)) return "number"
  if (type === "BOOLEAN") return "boolean"
  return type === "JSON" ? "json" : "text"
}
