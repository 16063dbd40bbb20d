import * as fc from "fast-check"

/** What a column may hold. `mild` values can be added up without leaving their type; `wild` ones are the extremes. */
interface TypeValues {
  readonly mild: readonly string[]
  readonly wild: readonly string[]
}

const INTEGERS = ["0", "1", "-1", "2", "-7", "5", "30", "100", "-40"]
const COUNTS = ["0", "1", "2", "5", "30", "100"]
const FLOATS = ["0.5", "-2.25", "3", "-1", "'nan'", "-0.0", "0.0", "1024.125", "-40", "7"]
const WILD_FLOATS = ["'inf'", "'-inf'", "'nan'", "1e15", "-1e15", "0.1", "1e-30"]

const TYPES: Readonly<Record<string, TypeValues>> = {
  INTEGER: { mild: INTEGERS, wild: ["2147483647", "-2147483648", "128", "65536"] },
  BIGINT: { mild: INTEGERS, wild: ["9223372036854775807", "-9223372036854775808", "9007199254740993", "3000000000"] },
  VARCHAR: {
    mild: ["'a'", "'b'", "''", "'new'", "'user 1'", "'e1'", "'7'", "'-4'"],
    wild: ["'é'", "'日本語の長い文字列です'", "'%'", "'A'", "'a '", "'🦆'", "'a\\b\"c'", "'NULL'"],
  },
  "DECIMAL(9,2)": {
    mild: ["0.00", "1.50", "-1.00", "2.00", "12.50", "-7.00"],
    wild: ["9999999.99", "-9999999.99", "0.01"],
  },
  DATE: {
    mild: ["'2020-03-01'", "'2020-02-29'", "'2021-03-02'", "'2020-02-06'"],
    wild: ["'0001-01-01'", "'9999-12-31'", "'1969-12-31'", "'1582-10-15'"],
  },
  DOUBLE: { mild: FLOATS, wild: WILD_FLOATS },
  BOOLEAN: { mild: ["true", "false"], wild: [] },
  SMALLINT: { mild: INTEGERS, wild: ["32767", "-32768"] },
  TIMESTAMP: {
    mild: ["'2021-03-02 00:00:00'", "'2020-02-06 12:30:00.5'", "'2020-03-01'", "'1969-12-31 23:59:59.999999'"],
    wild: ["'0001-01-01 00:00:00'", "'9999-12-31 23:59:59.999999'"],
  },
  TINYINT: { mild: INTEGERS, wild: ["127", "-128"] },
  "DECIMAL(18,4)": {
    mild: ["0", "1.5", "-1", "2.0001", "12.5", "-7"],
    wild: ["99999999999999.9999", "-99999999999999.9999"],
  },
  "DECIMAL(4,1)": { mild: ["0", "1.5", "-1", "2", "12.5", "-7"], wild: ["999.9", "-999.9"] },
  "DECIMAL(38,10)": {
    mild: ["0", "1.5", "-1", "2", "12.5", "-7"],
    wild: ["9999999999999999999999999999.9999999999", "-1e-10"],
  },
  FLOAT: { mild: FLOATS, wild: ["'inf'", "'-inf'", "'nan'", "16777217", "0.1"] },
  UTINYINT: { mild: COUNTS, wild: ["255"] },
  USMALLINT: { mild: COUNTS, wild: ["65535"] },
  UINTEGER: { mild: COUNTS, wild: ["4294967295"] },
  UBIGINT: { mild: COUNTS, wild: ["18446744073709551615", "9223372036854775808"] },
  BLOB: { mild: ["'ab'", "''", "'\\x00\\xFF'"], wild: ["'\\x80'"] },
  TIME: { mild: ["'00:00:00'", "'12:34:56.789'"], wild: ["'23:59:59.999999'"] },
  UUID: {
    mild: ["'00000000-0000-0000-0000-000000000001'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"],
    wild: ["'80000000-0000-0000-0000-000000000000'"],
  },
  INTERVAL: { mild: ["'1 day'", "'24 hours'", "'2 months'"], wild: ["'30 days'", "'1 month'"] },
  TIMESTAMPTZ: {
    mild: ["'2021-03-02 00:00:00+00'", "'2020-02-06 12:30:00.5+02'"],
    wild: ["'1969-12-31 23:59:59.999999+00'"],
  },
  TIMESTAMP_NS: {
    mild: ["'2021-03-02 00:00:00.000000001'", "'2020-02-06'"],
    wild: ["'1969-12-31 23:59:59.999999999'"],
  },
  TIMESTAMP_S: { mild: ["'2021-03-02 00:00:00'"], wild: ["'1969-12-31 23:59:59'"] },
  TIMESTAMP_MS: { mild: ["'2021-03-02 00:00:00.001'"], wild: ["'1969-12-31 23:59:59.999'"] },
  "INTEGER[]": { mild: ["[1, 2]", "[]", "[NULL]", "[-1]", "[1, NULL, 2]"], wild: ["[2147483647]"] },
  "VARCHAR[]": { mild: ["['a']", "[]", "['', NULL]", "['new', 'é']"], wild: [] },
  "STRUCT(a INTEGER, b VARCHAR)": {
    mild: ["{'a': 1, 'b': 'x'}", "{'a': NULL, 'b': NULL}", "{'a': -1, 'b': ''}"],
    wild: [],
  },
  "MAP(VARCHAR, INTEGER)": { mild: ["MAP {'a': 1}", "MAP {}", "MAP {'b': NULL, 'a': 2}"], wild: [] },
  "STRUCT(l INTEGER[], s STRUCT(d DATE))[]": {
    mild: ["[{'l': [1], 's': {'d': DATE '2020-01-01'}}]", "[]", "[NULL]"],
    wild: [],
  },
  "ENUM('new', 'a', 'paid')": { mild: ["'new'", "'a'", "'paid'"], wild: [] },
}

const PLAIN_TYPES_COUNT = 12
const NAMES = [
  "k",
  "id",
  "a",
  "b",
  "v",
  "s",
  "d",
  "Mixed Case",
  "order",
  "name",
  "x",
  "select",
  "é",
  'we"ird',
  "values",
] as const
const ROWS = [40, 0, 1, 7, 120, 40, 25, 60, 90, 33, 50, 80] as const
const LARGE_ROWS = 5_000
const COLUMNS_MAX = 6
const EMPTY_FILE_EVERY = 6

/** How to make a table's files: each is one COPY. */
export interface RandomTable {
  readonly name: string
  /** The whole table. */
  readonly select: string
  readonly files: readonly { readonly where: string; readonly options: string }[]
}

const pick = fc.nat({ max: 0xff_ffff })

const column = fc.record({
  type: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...Object.keys(TYPES).slice(0, PLAIN_TYPES_COUNT)) },
    { weight: 2, arbitrary: fc.constantFrom(...Object.keys(TYPES)) },
  ),
  wild: fc.nat({ max: 4 }),
  nulls: fc.nat({ max: 3 }),
  step: pick,
})

const file = fc.record({
  pick,
  // Not PARQUET_VERSION V2: INTEGERs more than 2^31 apart are refused there, in a sentence; see the decoder's tests.
  options: fc.constantFrom("COMPRESSION snappy", "COMPRESSION zstd", "COMPRESSION uncompressed", "COMPRESSION gzip"),
})

const table = fc.record({
  names: fc.shuffledSubarray([...NAMES], { minLength: COLUMNS_MAX, maxLength: COLUMNS_MAX }),
  columns: fc.array(column, { minLength: 2, maxLength: COLUMNS_MAX, size: "max" }),
  rows: fc.constantFrom(...ROWS),
  large: fc.nat({ max: 11 }),
  files: fc.array(file, { minLength: 1, maxLength: 5, size: "max" }),
})

function write(name: string, gene: typeof table extends fc.Arbitrary<infer T> ? T : never): RandomTable {
  const rows = gene.large === 0 ? LARGE_ROWS : gene.rows
  const columns = gene.columns.map(({ type, wild, nulls, step }, i) => {
    const values = TYPES[type] ?? { mild: ["NULL"], wild: [] }
    const pool = [...(nulls === 0 ? [] : ["NULL"]), ...values.mild, ...(wild === 0 ? values.wild : [])]
    const list = `[${pool.map((value) => `CAST(${value} AS ${type})`).join(", ")}]`
    // A multiplier that shares no factor with the pool's size would walk through it in order.
    const index = `((i * ${1 + (step % 7)} + i // ${1 + (step % 5)} + ${step % 11}) % ${pool.length}) + 1`
    return `${list}[${index}] AS "${(gene.names[i] ?? `z${i}`).replaceAll('"', '""')}"`
  })
  const count = gene.files.length
  const files = gene.files.flatMap(({ pick: choice, options }, i) => {
    const more = rows === LARGE_ROWS ? ", ROW_GROUP_SIZE 2048" : ""
    const own = { where: count === 1 ? "true" : `i % ${count} = ${i}`, options: `${options}${more}` }
    // Now and then a file without rows before it.
    return choice % EMPTY_FILE_EVERY === 0 ? [{ ...own, where: "false" }, own] : [own]
  })
  return { name, select: `SELECT i, ${columns.join(", ")} FROM range(${rows}) r(i)`, files }
}

const TABLE_NAMES = ["ta", "tb", "tc", "td"] as const

/** A handful of small tables of random types, drawn by this seed. */
export function randomTables(seed: number): readonly RandomTable[] {
  const genes = fc.sample(fc.noBias(table), { seed, numRuns: TABLE_NAMES.length })
  return TABLE_NAMES.flatMap((name, i) => {
    const gene = genes[i]
    return gene === undefined ? [] : [write(name, gene)]
  })
}
