import { expect, test } from "vitest"
import type { Column } from "../logical/column.ts"
import { uniqueInCte, uniqueInSubquery } from "./unique-names.ts"

const column: Column = { _tag: "Column", id: 1, name: "x", type: "INTEGER" }
const fields = (names: string) => names.split(",").map((name) => ({ name, column }))
const names = (found: readonly { readonly name: string }[]) => found.map((each) => each.name).join(",")

/** Measured in native DuckDB 1.4.3. */
test.each([
  ["a,b,a,b,a,A,a_1", "a,b,a_1,b_1,a_2,A_3,a_1_1", "a,b,a_1,b_2,a_3,A_4,a_1_5"],
  ["a_1,a,a", "a_1,a,a_2", "a_1,a,a_2"],
  ["a_1,a,b,a,b,a", "a_1,a,b,a_2,b_1,a_3", "a_1,a,b,a_2,b_3,a_4"],
  ["x,y", "x,y", "x,y"],
])("%s", (given, inSubquery, inCte) => {
  expect(names(uniqueInSubquery(fields(given)))).toBe(inSubquery)
  expect(names(uniqueInCte(fields(given)))).toBe(inCte)
})
