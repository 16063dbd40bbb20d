import { describe, expect, test } from "vitest"
import { difference, type Answer, type Row } from "./compare.ts"

const columns = [
  { name: "k", type: "INTEGER" },
  { name: "x", type: "DOUBLE" },
]
const answer = (...rows: readonly Row[]): Answer => ({ columns, rows })

describe("difference", () => {
  test("equal answers have none, whatever their order", () => {
    expect(difference(answer(["1", "0.5"], ["2", null]), answer(["2", null], ["1", "0.5"]))).toBeUndefined()
    expect(difference(answer(), answer(), { order: "exact" })).toBeUndefined()
  })

  test("names and types count, unless types are left out", () => {
    const other: Answer = { columns: [{ name: "k", type: "BIGINT" }], rows: [["1"]] }
    const one: Answer = { columns: [{ name: "k", type: "INTEGER" }], rows: [["1"]] }
    expect(difference(one, other)).toBe("columns differ: expected (k INTEGER), found (k BIGINT)")
    expect(difference(one, other, { types: false })).toBeUndefined()
  })

  test("a missing row is named", () => {
    expect(difference(answer(["1", "0.5"], ["2", null]), answer(["2", null]))).toBe(
      "expected 2 rows, found 1 row: missing (1, 0.5)",
    )
  })

  test("a row that stands twice must be found twice", () => {
    const twice = answer(["1", "1.0"], ["1", "1.0"], ["2", "1.0"])
    const once = answer(["1", "1.0"], ["2", "1.0"], ["2", "1.0"])
    expect(difference(twice, once)).toBe("rows differ: missing (1, 1.0); unexpected (2, 1.0)")
  })

  test("doubles may differ in their last digits, not before; NULL is not 0", () => {
    expect(difference(answer(["1", "0.3"]), answer(["1", "0.30000000000000004"]))).toBeUndefined()
    expect(difference(answer(["1", "0.3"]), answer(["1", "0.3000001"]))).toBe(
      "rows differ: missing (1, 0.3); unexpected (1, 0.3000001)",
    )
    expect(difference(answer(["1", "0.0"]), answer(["1", null]))).toBe(
      "rows differ: missing (1, 0.0); unexpected (1, NULL)",
    )
    expect(difference(answer(["1", "nan"]), answer(["1", "inf"]))).toBe(
      "rows differ: missing (1, nan); unexpected (1, inf)",
    )
  })

  test("a NaN's sign does not count, and no number is one", () => {
    expect(difference(answer(["1", "nan"]), answer(["1", "-nan"]))).toBeUndefined()
    expect(difference(answer(["1", "nan"]), answer(["1", "-1.0"]))).toBe(
      "rows differ: missing (1, nan); unexpected (1, -1.0)",
    )
  })

  test("intervals that sort alike may swap, their values must be there to the letter", () => {
    const intervals = (...values: readonly string[]): Answer => ({
      columns: [{ name: "i", type: "INTERVAL" }],
      rows: values.map((value) => [value]),
    })
    const days = intervals("1 day", "24:00:00", "1 month", "30 days", "1 year 2 days -00:00:00.5")
    const swapped = intervals("24:00:00", "1 day", "30 days", "1 month", "1 year 2 days -00:00:00.5")
    expect(difference(days, swapped, { order: [0] })).toBeUndefined()
    expect(difference(intervals("1 day", "25:00:00"), intervals("25:00:00", "1 day"), { order: [0] })).toBe(
      "the rows are right but not in order: in row 1 the sort key should be (1 day), found (25:00:00)",
    )
    expect(difference(intervals("1 day"), intervals("24:00:00"), { order: [0] })).toBe(
      "rows differ: missing (1 day); unexpected (24:00:00)",
    )
  })

  test("a text column must be equal to the letter", () => {
    const text = (value: string): Answer => ({ columns: [{ name: "s", type: "VARCHAR" }], rows: [[value]] })
    expect(difference(text("0.3"), text("0.30000000000000004"))).toBe(
      "rows differ: missing (0.3); unexpected (0.30000000000000004)",
    )
  })

  test("doubles inside lists are compared as numbers, their count is not", () => {
    const list = (value: string): Answer => ({ columns: [{ name: "l", type: "DOUBLE[]" }], rows: [[value]] })
    expect(difference(list("[0.3, NULL]"), list("[0.30000000000000004, NULL]"))).toBeUndefined()
    expect(difference(list("[0.3, NULL]"), list("[0.3]"))).toBe(
      "rows differ: missing ([0.3, NULL]); unexpected ([0.3])",
    )
  })

  test("rows with close doubles find their partners in any order", () => {
    const a = answer(["1", "0.1"], ["1", "0.2"], ["1", "0.30000000000000004"])
    const b = answer(["1", "0.3"], ["1", "0.1"], ["1", "0.2"])
    expect(difference(a, b)).toBeUndefined()
  })

  test("order: exact names the first row, keys allow ties to swap", () => {
    const ab = answer(["1", "0.5"], ["1", "0.7"], ["2", "0.1"])
    const swapped = answer(["1", "0.7"], ["1", "0.5"], ["2", "0.1"])
    const reversed = answer(["2", "0.1"], ["1", "0.7"], ["1", "0.5"])
    expect(difference(ab, swapped, { order: "exact" })).toBe("row 1 differs: expected (1, 0.5), found (1, 0.7)")
    expect(difference(ab, swapped, { order: [0] })).toBeUndefined()
    expect(difference(ab, reversed, { order: [0] })).toBe(
      "the rows are right but not in order: in row 1 the sort key should be (1), found (2)",
    )
  })
})
