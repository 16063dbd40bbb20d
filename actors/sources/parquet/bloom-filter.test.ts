import { readFileSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { asksBloomFilter, bloomMayMatch } from "./bloom-filter.ts"
import { readFooter } from "./file.ts"
import { parquetColumns } from "./schema.ts"
import { type NativeOracle, openNativeOracle } from "./testing/native.ts"

let folder: string
let native: NativeOracle

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "skein-bloom-"))
  native = await openNativeOracle()
})
afterAll(async () => {
  native.close()
  await rm(folder, { recursive: true })
})

/** Of each type: what the even numbers below 200 become, and how it is said that a filter cannot be asked. */
const TYPES = {
  TINYINT: (n: number) => String(n - 100),
  INTEGER: (n: number) => String(n * 7 - 500),
  UINTEGER: (n: number) => String(4_000_000_000 + n),
  BIGINT: (n: number) => String(n * 1e12 - 1e13),
  UBIGINT: (n: number) => String(18_000_000_000_000_000_000n + BigInt(n)),
  "DECIMAL(9,2)": (n: number) => `${n - 100}.25`,
  "DECIMAL(18,3)": (n: number) => `${n - 100}.125`,
  DATE: (n: number) => new Date(n * 86_400_000 * 1000 - 5e12).toISOString().slice(0, 10),
  VARCHAR: (n: number) => `é'${n}`,
}

test.each(Object.entries(TYPES))(
  "a filter of %s knows every value that is there, and few others",
  async (type, text) => {
    const path = join(folder, "bloom.parquet")
    const values = Array.from({ length: 100 }, (_, i) => `('${text(2 * i).replaceAll("'", "''")}')`)
    // Many rows of few values: DuckDB writes filters beside dictionaries.
    await native.run(
      `COPY (SELECT v::${type} AS v FROM (VALUES ${values.join(", ")}) t(v), range(50)) TO '${path}' (FORMAT parquet)`,
    )
    const { metadata } = await readFooter(path)
    const [column] = parquetColumns(metadata.schema)
    const filter = metadata.rowGroups[0]?.chunks[0]?.bloomFilter
    if (column === undefined || filter?.length === undefined) throw new Error("DuckDB wrote no filter")
    const bytes = readFileSync(path).subarray(filter.start, filter.start + filter.length)
    const mayBe = (n: number): boolean => {
      const predicate = { column: "v", op: "=", values: [text(n)] } as const
      expect(asksBloomFilter(column, predicate)).toBe(true)
      return bloomMayMatch(column, bytes, predicate)
    }
    const numbers = Array.from({ length: 100 }, (_, i) => i)
    expect(numbers.filter((i) => mayBe(2 * i))).toHaveLength(100)
    expect(numbers.filter((i) => mayBe(2 * i + 1)).length).toBeLessThan(30)
    const both = { column: "v", op: "in", values: [text(3), text(4)] } as const
    expect(bloomMayMatch(column, bytes, both)).toBe(true)
    // Cut in its header: an error, which its reader takes for no filter.
    expect(() => bloomMayMatch(column, bytes.subarray(0, 4), both)).toThrow()
  },
)

test("floats, whose zeros are two, times of several units and other comparisons are not asked for", async () => {
  const path = join(folder, "others.parquet")
  await native.run(
    `COPY (SELECT i % 9 AS i, (i % 9)::DOUBLE AS d, TIMESTAMP '2024-01-01' AS t FROM range(900) r(i)) TO '${path}'`,
  )
  const { metadata } = await readFooter(path)
  const [i, d, t] = parquetColumns(metadata.schema)
  if (i === undefined || d === undefined || t === undefined) throw new Error("no columns")
  expect(asksBloomFilter(i, { column: "i", op: "=", values: ["3"] })).toBe(true)
  expect(asksBloomFilter(i, { column: "i", op: "<", values: ["3"] })).toBe(false)
  expect(asksBloomFilter(i, { column: "i", op: "in", values: [] })).toBe(false)
  expect(asksBloomFilter(d, { column: "d", op: "=", values: ["0.0"] })).toBe(false)
  expect(asksBloomFilter(t, { column: "t", op: "=", values: ["2024-01-01 00:00:00"] })).toBe(false)
})
