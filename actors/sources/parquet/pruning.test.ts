import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as fc from "fast-check"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { PruningPredicate } from "../../../planner/physical/stage.ts"
import { parquetSource } from "./source.ts"
import { craftFile } from "./testing/craft.ts"
import { openNativeOracle } from "./testing/native.ts"
import type { NativeOracle } from "./testing/native.ts"
import { bool, i32, i64, list, struct } from "./thrift.ts"
import type { ThriftField, ThriftValue } from "./thrift.ts"

let folder: string
let native: NativeOracle

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "skein-pruning-"))
  native = await openNativeOracle()
})
afterAll(async () => {
  native.close()
  await rm(folder, { recursive: true })
})

type Op = PruningPredicate["op"]

/** Values of each type that lie close together or at its ends. Files hold a few of them; constants are among them. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  BOOLEAN: ["false", "true"],
  INTEGER: ["-2147483648", "-1", "0", "1", "2147483647"],
  UTINYINT: ["0", "1", "127", "128", "255"],
  UBIGINT: ["0", "9223372036854775807", "9223372036854775808", "18446744073709551615"],
  "DECIMAL(9,2)": ["-1.01", "-1.00", "0.00", "0.01", "9.99", "10.00"],
  "DECIMAL(30,3)": ["-5000000000000000000000.001", "-0.001", "0.000", "0.001", "5000000000000000000000.001"],
  FLOAT: ["-inf", "-0.1", "-0.0", "0.0", "0.1", "0.2", "inf", "nan"],
  DOUBLE: ["-inf", "-0.1", "-0.0", "0.0", "0.1", "0.2", "1e300", "nan"],
  DATE: ["-infinity", "0001-01-01", "1969-12-31", "1970-01-01", "9999-12-31", "10000-01-01", "infinity"],
  TIME: ["00:00:00", "00:00:00.000001", "12:00:00", "23:59:59.999999"],
  TIMESTAMP: ["1969-12-31 23:59:59.999999", "1970-01-01 00:00:00", "1970-01-01 00:00:00.1", "2024-02-29 12:00:00"],
  TIMESTAMP_NS: ["1969-12-31 23:59:59.999999999", "1970-01-01 00:00:00", "2024-02-29 12:00:00.000000001"],
  "TIMESTAMP WITH TIME ZONE": ["1969-12-31 23:59:59.999999+00", "1970-01-01 00:00:00+00", "2024-02-29 12:00:00+00"],
  VARCHAR: [
    "",
    "A",
    "a",
    "aa",
    "b",
    "\uff5e",
    "\u{1f600}",
    "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
  ],
  UUID: [
    "00000000-0000-0000-0000-000000000001",
    "7fffffff-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
  ],
  BLOB: ["", "\\x00", "\\xFF", "a"],
}

/** Each file holds the values at these places (modulo their number); -1 is NULL. */
const FILES: readonly (readonly number[])[] = [
  [0],
  [1],
  [2, 3],
  [4, -1],
  [5],
  [6],
  [7],
  [0, 7],
  [-1, -1],
  [1, 2],
  [3],
  [-1, 0, 1],
  [5, 6, 7],
  [2],
]

describe.each(Object.entries(VALUES))("%s", (type, values) => {
  test("a row group that is left out holds no row for which the predicate is true", async () => {
    const files = FILES.map((_, index) => join(folder, `${type}-${index}.parquet`))
    for (const [index, places] of FILES.entries()) {
      const rows = places.map((place) => (place < 0 ? "(NULL)" : `(${literal(values[place % values.length] ?? "")})`))
      await native.run(`COPY (SELECT v::${type} AS v FROM (VALUES ${rows.join(", ")}) t(v)) TO '${files[index]}'`)
    }
    const table = await parquetSource.describe(files)
    const list = files.map((file) => `'${file}'`).join(", ")
    await native.run(
      `CREATE OR REPLACE TABLE t AS SELECT filename AS file, v FROM read_parquet([${list}], filename = true)`,
    )

    const value = fc.constantFrom(...values)
    const one: readonly Op[] = ["=", "<", "<=", ">", ">="]
    const none: readonly Op[] = ["is null", "is not null"]
    const predicate = fc.oneof(
      fc.record({ op: fc.constantFrom(...one), values: fc.array(value, { minLength: 1, maxLength: 1 }) }),
      fc.record({ op: fc.constant<Op>("in"), values: fc.array(value, { minLength: 1, maxLength: 3 }) }),
      fc.record({ op: fc.constantFrom(...none), values: fc.array(value, { maxLength: 0 }) }),
      ...(type === "VARCHAR" ? [startsWith(values)] : []),
    )
    let pruned = 0
    await fc.assert(
      fc.asyncProperty(predicate, async ({ op, values: constants }) => {
        const { splits, pruned: left } = table.splits(["v"], [{ column: "v", op, values: constants }])
        const kept = new Set(splits.map((split) => split.file))
        expect(kept.size + left).toBe(files.length)
        pruned += left
        const matching = await native.texts(`SELECT DISTINCT file FROM t WHERE ${condition(type, op, constants)}`)
        for (const [file] of matching) expect(kept).toContain(file)
      }),
      { numRuns: 60 },
    )
    expect(pruned).toBeGreaterThan(0)
  })
})

/** Texts are cut between characters. */
function startsWith(values: readonly string[]): fc.Arbitrary<{ op: Op; values: string[] }> {
  const starts = values.flatMap((value) => [1, 2, 3].map((length) => Array.from(value).slice(0, length).join("")))
  return fc.record({ op: fc.constant<Op>("starts with"), values: fc.array(fc.constantFrom(...starts), ONE) })
}

const ONE = { minLength: 1, maxLength: 1 }

const literal = (value: string): string => `'${value.replaceAll("'", "''")}'`

function condition(type: string, op: string, constants: readonly string[]): string {
  const texts = constants.map((value) => `${literal(value)}::${type}`)
  if (op === "starts with") return `starts_with(v, ${texts[0]})`
  if (op === "in") return `v IN (${texts.join(", ")})`
  return op.startsWith("is") ? `v ${op}` : `v ${op} ${texts[0]}`
}

describe("statistics that are not trusted", () => {
  /** One INT32 or text column whose statistics say 10 to 20, whatever its one value is. */
  const kept = async (statistics: ThriftValue, more: Crafted = {}): Promise<boolean> => {
    const path = join(folder, "crafted.parquet")
    const column = { name: "v", physical: more.physical ?? 1, element: more.element ?? [], values: 1 }
    const page = more.page ?? new Uint8Array([5, 0, 0, 0])
    await writeFile(path, craftFile([{ ...column, page, statistics }], more.footer ?? []))
    const table = await parquetSource.describe([path])
    const splits = table.splits(["v"], [{ column: "v", op: more.op ?? "=", values: [more.constant ?? "5"] }]).splits
    return splits.length === 1
  }
  const int = (value: number): ThriftValue => bytes(new Uint8Array(new Int32Array([value]).buffer))
  const bytes = (value: Uint8Array): ThriftValue => ({ _tag: "binary", value })
  const ascii = (value: string): ThriftValue => bytes(new TextEncoder().encode(value))
  const typeOrder: ThriftField = [7, list("struct", [struct([1, struct()])])]
  const otherOrder: ThriftField = [7, list("struct", [struct([2, struct()])])]
  const text = { physical: 6, element: [[6, i32(0)]], page: new Uint8Array([1, 0, 0, 0, 0x41]), constant: "A" } as const

  test("the crafted file is pruned by statistics that are", async () => {
    expect(await kept(struct([5, int(20)], [6, int(10)]))).toBe(false)
    expect(await kept(struct([5, int(20)], [6, int(10)]), { footer: [typeOrder] })).toBe(false)
    expect(await kept(struct([5, ascii("c")], [6, ascii("b")]), { ...text, footer: [typeOrder] })).toBe(false)
  })

  test("none at all, only one bound, or a null count alone", async () => {
    expect(await kept(struct())).toBe(true)
    expect(await kept(struct([6, int(10)]))).toBe(true)
    expect(await kept(struct([3, i64(0)]))).toBe(true)
  })

  test("bounds of another width, or the wrong way round", async () => {
    expect(await kept(struct([5, bytes(new Uint8Array(8))], [6, bytes(new Uint8Array(8))]))).toBe(true)
    expect(await kept(struct([5, int(10)], [6, int(20)]))).toBe(true)
  })

  test("bounds in an order that is not the type's", async () => {
    expect(await kept(struct([5, int(20)], [6, int(10)]), { footer: [otherOrder] })).toBe(true)
    expect(await kept(struct([5, ascii("c")], [6, ascii("b")]), text)).toBe(true)
  })

  test("the deprecated fields: good for signed numbers, not for strings or unsigned numbers", async () => {
    expect(await kept(struct([1, int(20)], [2, int(10)]))).toBe(false)
    expect(await kept(struct([1, int(20)], [2, int(10)]), { element: [[6, i32(13)]] })).toBe(true)
    expect(await kept(struct([1, ascii("c")], [2, ascii("b")]), { ...text, footer: [typeOrder] })).toBe(true)
  })

  test("a NaN bound, and INT96", async () => {
    const float = (value: number): ThriftValue => bytes(new Uint8Array(new Float32Array([value]).buffer))
    const page = new Uint8Array(new Float32Array([5]).buffer)
    expect(await kept(struct([5, float(20)], [6, float(10)]), { physical: 4, page })).toBe(false)
    expect(await kept(struct([5, float(NaN)], [6, float(10)]), { physical: 4, page })).toBe(true)
    const int96 = bytes(new Uint8Array(12).fill(1))
    const constant = "1970-01-01 00:00:00"
    expect(await kept(struct([5, int96], [6, int96]), { physical: 3, page: new Uint8Array(12), constant })).toBe(true)
  })

  test("law 8: a NaN is above a float's maximum, which does not tell of it", async () => {
    const float = (value: number): ThriftValue => bytes(new Uint8Array(new Float32Array([value]).buffer))
    const nan = { physical: 4, page: new Uint8Array(new Float32Array([NaN]).buffer) }
    const bounds = struct([5, float(20)], [6, float(10)])
    expect(await kept(bounds, { ...nan, op: ">", constant: "25" })).toBe(true)
    expect(await kept(bounds, { ...nan, op: ">=", constant: "25" })).toBe(true)
    expect(await kept(bounds, { ...nan, op: "<", constant: "5" })).toBe(false)
    expect(await kept(struct([5, int(20)], [6, int(10)]), { op: ">", constant: "25" })).toBe(false)
  })

  test("cut strings bound what they were cut from", async () => {
    const cut = struct([5, ascii("B")], [6, ascii("A")], [7, bool(false)], [8, bool(false)])
    expect(await kept(cut, { ...text, footer: [typeOrder], constant: "AAAA" })).toBe(true)
    expect(await kept(cut, { ...text, footer: [typeOrder], constant: "BA" })).toBe(false)
  })

  interface Crafted {
    readonly op?: PruningPredicate["op"]
    readonly physical?: number
    readonly element?: readonly ThriftField[]
    readonly page?: Uint8Array
    readonly footer?: readonly ThriftField[]
    readonly constant?: string
  }
})
