import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { compareOrdered, parseOrdered, printOrdered } from "./ordered.ts"
import { openNativeOracle } from "./testing/native.ts"
import type { NativeOracle } from "./testing/native.ts"

let native: NativeOracle
beforeAll(async () => {
  native = await openNativeOracle()
})
afterAll(() => native.close())

const VALUES: Readonly<Record<string, readonly string[]>> = {
  BOOLEAN: ["false", "true"],
  TINYINT: ["-128", "0", "127"],
  UBIGINT: ["0", "18446744073709551615"],
  BIGINT: ["-9223372036854775808", "-1", "0", "9223372036854775807"],
  "DECIMAL(9,2)": ["-9999999.99", "-0.01", "0.00", "0.01", "1.50", "9999999.99"],
  "DECIMAL(38,0)": [`-${"9".repeat(38)}`, "0", "9".repeat(38)],
  "DECIMAL(4,4)": ["-.9999", ".0000", ".0001"],
  DATE: ["0001-01-01", "0099-12-31", "1899-12-31", "1969-12-31", "1970-01-01", "2000-02-29", "9999-12-31"],
  TIME: ["00:00:00", "00:00:00.000001", "12:34:56.5", "23:59:59.999999"],
  TIMESTAMP: ["0001-01-01 00:00:00", "1969-12-31 23:59:59.999999", "1970-01-01 00:00:00", "2024-02-29 01:02:03.45"],
  TIMESTAMP_NS: ["1969-12-31 23:59:59.999999999", "2024-02-29 01:02:03.000000001", "2024-02-29 01:02:03.1"],
  "TIMESTAMP WITH TIME ZONE": ["1969-12-31 23:59:59.999999+00", "2024-02-29 01:02:03+00"],
}

describe.each(Object.entries(VALUES))("%s", (type, values) => {
  test("parses and prints as DuckDB does, and orders as DuckDB does", async () => {
    const list = values.map((value) => `('${value}'::${type})`).join(", ")
    const texts = (await native.texts(`SELECT v FROM (VALUES ${list}) t(v) ORDER BY v`)).map((row) => row[0] ?? "")
    expect(texts).toEqual(values)
    const parsed = texts.map((value) => parseOrdered(type, value))
    expect(parsed.map((value) => (value === undefined ? value : printOrdered(type, value)))).toEqual(texts)
    for (let index = 1; index < parsed.length; index++) {
      const [low, high] = [parsed[index - 1], parsed[index]]
      if (low === undefined || high === undefined) throw new Error("not parsed")
      expect(compareOrdered(low, high)).toBeLessThan(0)
      expect(compareOrdered(high, low)).toBeGreaterThan(0)
      expect(compareOrdered(low, low)).toBe(0)
    }
  })
})

test("strings order by their UTF-8 bytes, not by UTF-16", () => {
  const texts = ["\uff5e", "\u{1f600}"]
  const [low, high] = texts.map((value) => parseOrdered("VARCHAR", value))
  if (low === undefined || high === undefined) throw new Error("not parsed")
  expect(compareOrdered(low, high)).toBeLessThan(0)
  expect(texts.toSorted()).toEqual(texts.toReversed())
})

test("a FLOAT constant has the precision of a FLOAT; zeros are equal", () => {
  expect(parseOrdered("FLOAT", "0.1")).toBe(Math.fround(0.1))
  expect(parseOrdered("DOUBLE", "0.1")).toBe(0.1)
  expect(compareOrdered(-0, 0)).toBe(0)
})

test.each([
  ["DOUBLE", "nan"],
  ["INTEGER", "1.5"],
  ["INTEGER", ""],
  ["DATE", "infinity"],
  ["DATE", "0044-03-15 (BC)"],
  ["DATE", "1294247-01-10"],
  ["TIMESTAMP", "2024-01-01 00:00:00+00"],
  ["TIMESTAMP WITH TIME ZONE", "2024-01-01 09:00:00+09"],
  ["TIME WITH TIME ZONE", "00:00:00+00"],
  ["DECIMAL(4,1)", "1.55"],
  ["BLOB", "a"],
  ["INTEGER[]", "[1]"],
])("%s %j is not understood, and so prunes nothing", (type, text) => {
  expect(parseOrdered(type, text)).toBeUndefined()
})
