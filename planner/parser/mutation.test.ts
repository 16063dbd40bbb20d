import * as fc from "fast-check"
import { expect, test } from "vitest"
import { parse } from "./parse.ts"
import { mutatedText, readOrRefuse, STATEMENTS } from "./testing/mutated-text.ts"

/** `node test/mutations.ts` makes a hundred thousand. */
const RUNS = Number(process.env["SKEIN_PROPERTY_RUNS"] ?? 3_000)

test("the statements themselves are read", () => {
  expect(STATEMENTS.flatMap((sql) => parse(sql)).length).toBe(STATEMENTS.length + 1)
})

test("whatever is done to a statement, it is read or refused in a sentence that marks a place in it", () => {
  let refused = 0
  const check = (sql: string): void => {
    if (readOrRefuse(sql)) refused++
  }
  fc.assert(fc.property(mutatedText, check), { numRuns: RUNS })
  expect(refused).toBeGreaterThan(RUNS / 3)
})
