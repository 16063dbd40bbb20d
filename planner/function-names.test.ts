import { expect, test } from "vitest"
import { openNative } from "../bench/oracle/native.ts"
import { FUNCTIONS_QUERY, functionNamesOf } from "./function-names.ts"

test("macros that stand for aggregates are aggregates, others are not", async () => {
  const native = await openNative({ threads: 1 })
  const { rows } = await native.query(FUNCTIONS_QUERY)
  native.close()
  const { aggregates, all, volatile } = functionNamesOf(rows)
  const macros = rows.filter((row) => row[1] === "macro").map((row) => row[0] ?? "")
  expect([...new Set(macros)].filter((name) => aggregates.has(name)).toSorted()).toEqual([
    "geomean",
    "geometric_mean",
    // Of an extension that the engine does not have.
    "json_group_array",
    "json_group_object",
    "json_group_structure",
    "wavg",
    "weighted_avg",
  ])
  expect(["sum", "list", "first"].every((name) => aggregates.has(name))).toBe(true)
  expect(aggregates.has("list_sum")).toBe(false)
  expect(all.has("list_sum")).toBe(true)
  expect([volatile.has("random"), volatile.has("upper")]).toEqual([true, false])
})
