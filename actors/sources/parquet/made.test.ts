import { describe, expect, test } from "vitest"
import { mayBeMade } from "./made.ts"

describe("a value of the path prunes", () => {
  const year = { _tag: "constant", name: "year", text: "2024" } as const
  const none = { _tag: "constant", name: "year", text: null } as const

  test.each([
    [{ column: "year", op: "=", values: ["2024"] }, true, false],
    [{ column: "year", op: "=", values: ["2023"] }, false, false],
    [{ column: "year", op: "in", values: ["2023", "2024"] }, true, false],
    [{ column: "year", op: "in", values: ["2023"] }, false, false],
    [{ column: "year", op: "<", values: ["1"] }, true, false],
    [{ column: "year", op: "is null", values: [] }, false, true],
    [{ column: "year", op: "is not null", values: [] }, true, false],
  ] as const)("%o", (predicate, ofYear, ofNone) => {
    expect(mayBeMade(year, predicate)).toBe(ofYear)
    expect(mayBeMade(none, predicate)).toBe(ofNone)
  })

  test("but not what is read or counted", () => {
    const predicate = { column: "n", op: "=", values: ["1"] } as const
    expect(mayBeMade({ _tag: "cast", name: "n", from: "TINYINT" }, predicate)).toBe(true)
    expect(mayBeMade({ _tag: "rowNumber", name: "n", first: 0 }, predicate)).toBe(true)
  })
})
