import { describe, expect, test } from "vitest"
import { NOWHERE } from "../ast/span.ts"
import type { TableDescription } from "../catalog.ts"
import { type BoundExpr, ColumnIds, conjunction, disjunction } from "../logical/column.ts"
import type { Filter, Scan } from "../logical/plan.ts"
import type { PruningPredicate } from "../physical/stage.ts"
import { selectivity } from "./selectivity.ts"

const ids = new ColumnIds()
const shipped = ids.make("shipped", "DATE")
const price = ids.make("price", "DECIMAL(15,2)")

const table: TableDescription = {
  id: "t",
  alias: "t",
  columns: [
    { name: "shipped", type: "DATE", bytes: 4000, min: "1992-01-01", max: "1998-12-31" },
    { name: "price", type: "DECIMAL(15,2)", bytes: 8000, min: "0.00", max: "1000.00" },
    { name: "note", type: "VARCHAR", bytes: 8000, min: "a", max: "z" },
  ],
  rows: 1000,
  files: 1,
}

const literal = (sql: string): BoundExpr => ({ _tag: "Literal", kind: "string", sql, span: NOWHERE })
const compare = (left: BoundExpr, op: "<" | "<=" | ">" | ">=" | "=", right: BoundExpr): BoundExpr => ({
  _tag: "Binary",
  op,
  left,
  right,
  escape: undefined,
  span: NOWHERE,
})

function filter(terms: readonly BoundExpr[], pruning: readonly PruningPredicate[]): Filter {
  const input: Scan = {
    _tag: "Scan",
    table,
    columns: [
      { column: shipped, sourceName: "shipped" },
      { column: price, sourceName: "price" },
    ],
    pruning,
    limit: undefined,
  }
  const predicate = conjunction(terms)
  if (predicate === undefined) throw new Error("a filter has a predicate")
  return { _tag: "Filter", input, predicate }
}

describe("the share of the rows that a filter keeps", () => {
  test("both sides of a range are one range", () => {
    const terms = [
      compare(shipped, ">=", literal("'1993-10-01'")),
      compare(literal("'1994-01-01'"), ">", shipped),
      compare(price, "<", literal("250")),
    ]
    const share = selectivity(
      filter(terms, [
        { column: "shipped", op: ">=", values: ["1993-10-01"] },
        { column: "shipped", op: "<", values: ["1994-01-01"] },
        { column: "price", op: "<", values: ["250.00"] },
      ]),
    )
    expect(share).toBeCloseTo((92 / 2556) * 0.25, 3)
  })

  test("a range outside of the column's is narrow, one around it is none", () => {
    const wide = compare(price, ">=", literal("-5"))
    expect(selectivity(filter([wide], [{ column: "price", op: ">=", values: ["-5.00"] }]))).toBe(1)
    expect(selectivity(filter([wide], [{ column: "price", op: ">=", values: ["5000.00"] }]))).toBe(0.001)
  })

  test("what the bounds say nothing of is guessed", () => {
    const equal = compare(price, "=", literal("5"))
    const columns = compare(price, "<", compare(shipped, "=", literal("'1994-01-01'")))
    expect(selectivity(filter([equal], [{ column: "price", op: "=", values: ["5.00"] }]))).toBe(0.1)
    expect(selectivity(filter([equal, columns], []))).toBeCloseTo(0.04)
    const either = disjunction([equal, compare(price, "=", literal("6")), columns])
    expect(selectivity(filter(either === undefined ? [] : [either], []))).toBeCloseTo(0.6)
  })
})
