import { mkdtemp, open, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { tableFromIPC } from "apache-arrow"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { parquetDecoder } from "./decoder.ts"
import { parquetSource } from "./source.ts"
import { craftFile } from "./testing/craft.ts"
import { openTestEngine } from "./testing/engine.ts"
import type { TestEngine } from "./testing/engine.ts"
import { openNativeOracle } from "./testing/native.ts"
import type { NativeOracle } from "./testing/native.ts"
import { i32 } from "./thrift.ts"

let folder: string
let native: NativeOracle
let engine: TestEngine

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "skein-decoder-"))
  native = await openNativeOracle()
  engine = await openTestEngine()
})
afterAll(async () => {
  native.close()
  await rm(folder, { recursive: true })
})

/** Names, types and rows: through this source, and by native DuckDB over the same file. */
async function bothWays(path: string): Promise<readonly [ours: unknown, natives: unknown]> {
  const sql = `SELECT * FROM read_parquet('${path}')`
  const table = await parquetSource.describe([path])
  const columns = table.columns.map(({ name, type }) => ({ name, type }))
  const names = columns.map(({ name }) => name)
  const rows = await engine.scan(table, names)
  return [
    { columns, rows },
    { columns: await native.describe(sql), rows: await native.texts(sql) },
  ]
}

/** One column a type, its extremes and a NULL one below the other. */
const EXTREMES: Readonly<Record<string, readonly string[]>> = {
  BOOLEAN: ["true", "false"],
  TINYINT: ["-128", "127"],
  SMALLINT: ["-32768", "32767"],
  INTEGER: ["-2147483648", "2147483647"],
  BIGINT: ["-9223372036854775808", "9223372036854775807"],
  UTINYINT: ["0", "255"],
  USMALLINT: ["0", "65535"],
  UINTEGER: ["0", "4294967295"],
  UBIGINT: ["0", "18446744073709551615"],
  FLOAT: ["-0.0", "nan", "inf", "-inf", "3.4028235e38", "1e-45"],
  DOUBLE: ["-0.0", "nan", "inf", "-inf", "1.7976931348623157e308", "5e-324"],
  "DECIMAL(4,1)": ["-999.9", "999.9"],
  "DECIMAL(9,0)": ["-999999999", "999999999"],
  "DECIMAL(15,2)": ["-0.01", "9999999999999.99"],
  "DECIMAL(18,18)": ["-0.999999999999999999", "0.000000000000000001"],
  "DECIMAL(38,10)": [`-${"9".repeat(28)}.9999999999`, "0.0000000001"],
  DATE: ["0001-01-01", "9999-12-31", "1969-12-31", "infinity", "-infinity", "5877642-06-25 (BC)"],
  TIME: ["00:00:00", "23:59:59.999999", "24:00:00"],
  TIMETZ: ["00:00:00+00", "23:59:59.999999+00", "12:00:00+05:30"],
  TIMESTAMP: ["0001-01-01 00:00:00", "1969-12-31 23:59:59.999999", "294247-01-10 04:00:54.775806", "infinity"],
  TIMESTAMP_MS: ["1969-12-31 23:59:59.999", "2024-02-29 12:00:00"],
  TIMESTAMP_NS: ["1969-12-31 23:59:59.999999999", "2262-04-11 23:47:16.854775806"],
  TIMESTAMPTZ: ["0001-01-01 00:00:00+00", "2024-02-29 12:00:00.000001+00"],
  INTERVAL: ["1 year 2 months 3 days 04:05:06.789", "0 days"],
  UUID: ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
  VARCHAR: ["", "äöü \u{1f600}", "a\u0001b", "x".repeat(5000)],
  BLOB: ["", "\\x00\\xFF"],
  "INTEGER[]": ["[]", "[1, NULL, 3]"],
  "VARCHAR[][]": ["[[a, NULL], NULL, []]"],
  "MAP(VARCHAR, INTEGER)": ["{a=1, b=NULL}", "{}"],
  'STRUCT(a INTEGER, "b c" VARCHAR)': ["{'a': 1, 'b c': x}", "{'a': NULL, 'b c': NULL}"],
  "STRUCT(a UUID, b DATE[], c STRUCT(d INTERVAL))[]": [
    "[{'a': ffffffff-ffff-ffff-ffff-ffffffffffff, 'b': [2024-01-01], 'c': {'d': 1 day}}, NULL]",
  ],
  "MAP(UUID, STRUCT(a TIMESTAMP))": ["{ffffffff-ffff-ffff-ffff-ffffffffffff={'a': 2024-01-01 00:00:00}}"],
}

const ROWS = Math.max(...Object.values(EXTREMES).map((values) => values.length)) + 1

const extremesSql = (): string => {
  const columns = Object.entries(EXTREMES).map(([type, values], index) => {
    const list = Array.from({ length: ROWS }, (_, row) => {
      const value = values[row]
      return value === undefined ? "NULL" : `'${value.replaceAll("'", "''")}'`
    })
    return `unnest([${list.join(", ")}]::VARCHAR[])::${type} AS c${index}`
  })
  return `SELECT ${columns.join(", ")}`
}

describe("rows are those of native DuckDB", () => {
  test.each(["uncompressed", "snappy", "gzip", "zstd", "lz4_raw", "brotli"].flatMap((c) => [`${c} V1`, `${c} V2`]))(
    "every type's extremes: %s",
    async (form) => {
      const [codec = "", version = ""] = form.split(" ")
      const path = join(folder, `extremes-${form}.parquet`)
      await native.run(
        `COPY (${extremesSql()}) TO '${path}' (FORMAT parquet, CODEC ${codec}, PARQUET_VERSION ${version})`,
      )
      const [ours, natives] = await bothWays(path)
      expect(ours).toEqual(natives)
    },
  )

  test.each([0, 1_000_000])("many rows and row groups with a dictionary of at most %i values", async (limit) => {
    const path = join(folder, `rows-${limit}.parquet`)
    await native.run(`
      COPY (
        SELECT i::INTEGER AS a, (i * 7919 % 1000)::BIGINT AS b, i / 3.0 AS c, (i / 7)::DECIMAL(15, 2) AS d,
          'name ' || (i % 13) AS e, md5(i::VARCHAR) AS f, DATE '1992-01-01' + (i % 2500)::INTEGER AS g,
          CASE WHEN i % 3 > 0 THEN i END AS h, i % 5 = 0 AS k, range(i % 4) AS l, ('0x' || md5(i::VARCHAR))::VARCHAR AS m
        FROM range(20000) t(i)
      ) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 4096, DICTIONARY_SIZE_LIMIT ${limit})`)
    const table = await parquetSource.describe([path])
    expect(table.splits(["a"], []).splits.map((split) => split.rows)).toEqual([4096, 4096, 4096, 4096, 3616])
    const [ours, natives] = await bothWays(path)
    expect(ours).toEqual(natives)
  })

  test("32-bit deltas that DuckDB writes as 64-bit ones", async () => {
    const path = join(folder, "delta.parquet")
    const values = "unnest([-2147483648, 2147483647, -2147483648])::INTEGER AS i"
    await native.run(`COPY (SELECT ${values}) TO '${path}' (DICTIONARY_SIZE_LIMIT 0, PARQUET_VERSION V2)`)
    const [ours, natives] = await bothWays(path)
    expect(ours).toEqual(natives)
  })

  test("INT96 beyond what nanoseconds hold, as older Spark and Impala write it", async () => {
    const page = new DataView(new ArrayBuffer(36))
    for (const [row, julianDay] of [2_440_588, 5_373_484, 1_721_426].entries()) {
      page.setBigInt64(row * 12, 86_399_999_999_999n, true)
      page.setInt32(row * 12 + 8, julianDay, true)
    }
    const path = join(folder, "int96.parquet")
    const column = { name: "t", physical: 3, element: [], page: new Uint8Array(page.buffer), values: 3 }
    await writeFile(path, craftFile([column]))
    const [ours, natives] = await bothWays(path)
    expect(ours).toEqual(natives)
    const texts = ["1970-01-01 23:59:59.999999", "9999-12-31 23:59:59.999999", "0001-01-01 23:59:59.999999"]
    expect(await engine.scan(await parquetSource.describe([path]), ["t"])).toEqual(texts.map((value) => [value]))
  })
})

test("columns come in the order asked for, one may be asked for twice", async () => {
  const path = join(folder, "order.parquet")
  await native.run(`COPY (SELECT 1 AS a, 'x' AS b, 2.5::DOUBLE AS c) TO '${path}'`)
  expect(await engine.scan(await parquetSource.describe([path]), ["c", "a", "c", "b"])).toEqual([
    ["2.5", "1", "2.5", "x"],
  ])
})

test("a large row group becomes several streams, none of them large", async () => {
  const path = join(folder, "large.parquet")
  await native.run(
    `COPY (SELECT i, md5(i::VARCHAR) AS s FROM range(700000) t(i)) TO '${path}' (ROW_GROUP_SIZE 1000000, CODEC uncompressed)`,
  )
  const table = await parquetSource.describe([path])
  const [split, ...more] = table.splits(["i", "s"], []).splits
  if (split === undefined) throw new Error("no split")
  expect(more).toEqual([])
  const bytes = await table.fetch(split, ["i", "s"])
  const columns = table.columns.map(({ name, type }) => ({ name, type }))
  const streams = [...parquetDecoder.decode(bytes, columns)].map(({ ipc, rows }) => ({
    table: tableFromIPC(ipc),
    rows,
  }))
  expect(streams.map(({ rows }) => rows)).toEqual([262144, 262144, 175712])
  expect(streams.map(({ table: { numRows, batches } }) => [numRows, batches.length])).toEqual([
    [262144, 1],
    [262144, 1],
    [175712, 1],
  ])
  let next = 0n
  for (const {
    table: { batches },
  } of streams) {
    for (const value of batches[0]?.getChildAt(0) ?? [])
      if (value !== next++) throw new Error(`${value} at row ${next - 1n}`)
  }
  expect(next).toBe(700_000n)
})

/** Files of other writers, old and odd; see NOTICE beside them. */
describe("fixtures", () => {
  const fixture = (name: string): string =>
    new URL(`../../../test/fixtures/parquet/${name}.parquet`, import.meta.url).pathname

  test.each([
    "ARROW-GH-43605",
    "alltypes_dictionary",
    "alltypes_plain.snappy",
    "binary_truncated_min_max",
    "byte_stream_split.zstd",
    "column_chunk_key_value_metadata",
    "data_index_bloom_encoding_stats",
    // DuckDB does not look at checksums.
    "datapage_v1-corrupt-checksum",
    "datapage_v1-uncompressed-checksum",
    "datapage_v2_empty_datapage.snappy",
    "delta_byte_array",
    "delta_encoding_required_column",
    "dict-page-offset-zero",
    "fixed_length_decimal",
    "float16_nonzeros_and_nans",
    "floating_orders_nan_count",
    "int32_decimal",
    "int64_decimal",
    "lz4_raw_compressed",
    // Its second column's bytes are 15 more than its metadata says.
    "nation.dict-malformed",
    "nested_maps.snappy",
    "null_list",
    "nulls.snappy",
    "plain-dict-uncompressed-checksum",
    "repeated_primitive_no_list",
    "rle-dict-uncompressed-corrupt-checksum",
    "single_nan",
    "unknown-logical-type",
  ])("%s is read as native DuckDB reads it", async (name) => {
    const [ours, natives] = await bothWays(fixture(name))
    expect(ours).toEqual(natives)
  })

  test.each([
    ["ARROW-GH-41317", "timestamp_us_no_tz", "row group 0: its pages end 3 rows early"],
    ["ARROW-GH-47662", "flba_field", "row group 0: its values end 36 bytes early"],
    ["ARROW-RS-GH-6229-LEVELS", "outer", "row group 0: its pages hold more values than its metadata says"],
    // DuckDB-WASM cannot hold a value of a GiB.
    [
      "large_string_map.brotli",
      "arr",
      "row group 0: a page has 1073741828 bytes without compression, more than the limit of 1073741824",
    ],
    ["map_no_value", "my_map_no_v", "a MAP needs repeated entries of a key and a value"],
    [
      "non_hadoop_lz4_compressed",
      "c0",
      "it is compressed with LZ4; what can be read is UNCOMPRESSED, SNAPPY, GZIP, BROTLI, ZSTD, LZ4_RAW",
    ],
  ])("%s is refused", async (name, column, found) => {
    const path = fixture(name)
    const scan = parquetSource.describe([path]).then((table) => engine.scan(table, [column]))
    await expect(scan).rejects.toThrow(`cannot read column "${column}" of "${path}": ${found}`)
  })

  test("the columns beside one that cannot be read are read", async () => {
    const table = await parquetSource.describe([fixture("map_no_value")])
    expect(await engine.scan(table, ["my_list"])).toEqual([["[1, 2, 3]"], ["[4, 5, 6]"], ["[7, 8, 9]"]])
  })
})

describe("damage is an error that names file, column and row group", () => {
  const failure = async (path: string, columns: readonly string[]): Promise<unknown> => {
    const table = await parquetSource.describe([path])
    return engine.scan(table, columns).then(
      () => "no error",
      (error: unknown) => error,
    )
  }

  test("a page whose compressed bytes were changed", async () => {
    const path = join(folder, "page.parquet")
    await native.run(`COPY (SELECT i AS a, md5(i::VARCHAR) AS b FROM range(1000) t(i)) TO '${path}' (CODEC snappy)`)
    const handle = await open(path, "r+")
    // The first page of b lies in the middle of the file: a's numbers are far fewer bytes than b's hashes.
    await handle.write(new Uint8Array(64).fill(0xff), 0, 64, 15_000)
    await handle.close()
    expect(await failure(path, ["a", "b"])).toEqual(
      expect.objectContaining({
        _tag: "SourceError",
        path,
        message: expect.stringMatching(
          /^cannot read column "b" of ".*page\.parquet": row group 0: its Snappy data is damaged: .*$/,
        ),
        hint: "Copy or write the file again; the other columns and row groups can still be read.",
      }),
    )
  })

  test("text that is not UTF-8", async () => {
    const path = join(folder, "utf8.parquet")
    const page = new Uint8Array([2, 0, 0, 0, 0xc3, 0x28])
    await writeFile(path, craftFile([{ name: "s", physical: 6, element: [[6, i32(0)]], page, values: 1 }]))
    expect(await failure(path, ["s"])).toMatchObject({
      message: `cannot read column "s" of "${path}": row group 0: one of its texts is not UTF-8: '\\xC3('`,
    })
  })

  test.each([
    [4, "a page should have 2147483647 bytes without compression, its whole column chunk has 16777216 at most"],
    [1, "a page should have 2147483647 bytes without compression, its whole column chunk has 16777216 at most"],
  ])("a page of codec %i that says it becomes 2 GiB", async (codec, found) => {
    const path = join(folder, "huge.parquet")
    const page = new Uint8Array([4, 12, 1, 2, 3, 4])
    const column = { name: "a", physical: 1, element: [], page, values: 1, codec, uncompressed: 2 ** 31 - 1 }
    await writeFile(path, craftFile([column]))
    expect(await failure(path, ["a"])).toMatchObject({
      _tag: "SourceError",
      message: `cannot read column "a" of "${path}": row group 0: ${found}`,
    })
  })

  test("pages with fewer values than the metadata says", async () => {
    const path = join(folder, "few.parquet")
    const page = new Uint8Array(8)
    const bytes = craftFile([{ name: "i", physical: 1, element: [], page, values: 2 }])
    // The page header's count: field 1 of its fifth field, a zigzag 2.
    const at = Buffer.from(bytes).indexOf(Buffer.from([0x15, 4, 0x15, 0, 0x15, 6])) + 1
    bytes[at] = 2
    await writeFile(path, bytes)
    expect(await failure(path, ["i"])).toMatchObject({
      _tag: "SourceError",
      message: expect.stringContaining(`cannot read column "i" of "${path}": row group 0: `),
    })
  })
})
