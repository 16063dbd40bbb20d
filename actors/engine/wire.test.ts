import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { parseType, printType } from "../../planner/types/type-text.ts"
import { arrowForm, textForm, wireColumn } from "../../planner/types/wire.ts"
import { type EngineDriver, driveEngine, textsOf } from "./testing/driver.ts"

/** Each type's extremes, its empty values and what DuckDB-WASM is known to lose of it. NULL is added to all. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  BOOLEAN: ["true", "false"],
  TINYINT: ["-128", "127", "0"],
  UTINYINT: ["0", "255"],
  SMALLINT: ["-32768", "32767"],
  USMALLINT: ["0", "65535"],
  INTEGER: ["-2147483648", "2147483647"],
  UINTEGER: ["0", "4294967295"],
  BIGINT: ["'-9223372036854775808'", "9223372036854775807", "-1"],
  UBIGINT: ["0", "18446744073709551615"],
  HUGEINT: [
    "'-170141183460469231731687303715884105728'",
    "'-170141183460469231731687303715884105727'",
    "'170141183460469231731687303715884105727'",
    "'99999999999999999999999999999999999999'",
    "'100000000000000000000000000000000000000'",
    "-1",
    "0",
  ],
  UHUGEINT: ["0", "'340282366920938463463374607431768211455'", "'170141183460469231731687303715884105728'"],
  FLOAT: ["'nan'", "'inf'", "'-inf'", "'-0.0'", "'1e-45'", "'3.4028235e38'"],
  DOUBLE: ["'nan'", "'inf'", "'-inf'", "'-0.0'", "'5e-324'", "'1.7976931348623157e308'", "0.1"],
  "DECIMAL(4,1)": ["999.9", "-999.9"],
  "DECIMAL(9,9)": ["0.999999999", "-0.999999999"],
  "DECIMAL(18,0)": ["999999999999999999", "-999999999999999999"],
  "DECIMAL(15,2)": ["9999999999999.99", "0"],
  "DECIMAL(38,0)": ["'99999999999999999999999999999999999999'", "'-99999999999999999999999999999999999999'"],
  "DECIMAL(38,38)": ["'0.99999999999999999999999999999999999999'", "'-0.00000000000000000000000000000000000001'"],
  VARCHAR: ["''", "'a'", "'é😀'", "repeat('long ', 1000)", "'zero' || chr(0) || 'inside'", "'NULL'"],
  BLOB: ["''", "'\\x00\\xFF'::BLOB", "repeat('\\x80', 300)::BLOB"],
  BIT: ["'0'", "'1'", "'0101010101010101'", "'10101'", "repeat('10', 100)"],
  BIGNUM: ["'0'", "'-1'", "'-99999999999999999999999999999999999999999999999999'", "'1' || repeat('0', 100)"],
  UUID: [
    "'00000000-0000-0000-0000-000000000000'",
    "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
    "'80000000-0000-0000-0000-000000000001'",
  ],
  DATE: ["'5877642-06-25 (BC)'", "'5881580-07-10'", "'infinity'", "'-infinity'", "'0044-03-15 (BC)'"],
  TIME: ["'00:00:00'", "'24:00:00'", "'23:59:59.999999'"],
  TIME_NS: ["'00:00:00'", "'24:00:00'", "'23:59:59.999999999'"],
  "TIME WITH TIME ZONE": ["'00:00:00+15:59:59'", "'24:00:00-15:59:59'", "'12:00:00.000001+02'", "'12:00:00-02:30'"],
  TIMESTAMP: ["'290309-12-22 (BC) 00:00:00'", "'294247-01-10 04:00:54.775806'", "'infinity'", "'-infinity'"],
  TIMESTAMP_S: ["'290309-12-22 (BC) 00:00:00'", "'294247-01-10 04:00:54'", "'infinity'", "'-infinity'"],
  TIMESTAMP_MS: ["'290309-12-22 (BC) 00:00:00'", "'294247-01-10 04:00:54.775'", "'infinity'", "'-infinity'"],
  TIMESTAMP_NS: ["'1677-09-22 00:00:00'", "'2262-04-11 23:47:16.854775806'", "'infinity'", "'-infinity'"],
  "TIMESTAMP WITH TIME ZONE": [
    "'290309-12-22 (BC) 00:00:00+00'",
    "'294247-01-10 04:00:54.775806+00'",
    "'infinity'",
    "'-infinity'",
  ],
  INTERVAL: [
    "to_microseconds(9223372036854775807)",
    "to_microseconds(-9223372036854775807) - to_microseconds(1)",
    "to_months(2147483647)",
    "to_months(-2147483648)",
    "to_days(-2147483648)",
    "to_months(1) - to_days(3) + to_microseconds(-5)",
    "to_months(-13) + to_days(3) + to_microseconds(-3600000001)",
    "to_days(0)",
  ],
  "ENUM('a', 'it''s', 'é, x)', '')": ["'a'", "'it''s'", "'é, x)'", "''"],
  '"NULL"': [],
  "INTEGER[]": ["[]", "[1, NULL, 3]", "[NULL]"],
  "VARCHAR[]": ["['a', '', NULL, 'b']", "[]"],
  "VARCHAR[][]": ["[['a'], [], NULL, ['', NULL]]", "[]"],
  "BOOLEAN[]": ["[true, NULL, false]"],
  "HUGEINT[]": ["['-170141183460469231731687303715884105728'::HUGEINT, NULL, 1]"],
  "UHUGEINT[]": ["['340282366920938463463374607431768211455'::UHUGEINT, NULL]"],
  "ENUM('x', 'y')[]": ["['y', NULL, 'x']"],
  "TIME WITH TIME ZONE[]": ["['12:00:00+02'::TIMETZ]"],
  "INTEGER[3]": ["[1, 2, NULL]", "[-1, 0, 1]"],
  "VARCHAR[2]": ["['a', NULL]", "['', '']"],
  "BIT[2]": ["['1'::BIT, '0101'::BIT]"],
  'STRUCT(a INTEGER, b VARCHAR, "c ""d" DOUBLE)': [
    "{'a': 1, 'b': 'x', 'c \"d': '-0.0'::DOUBLE}",
    "{'a': NULL, 'b': NULL, 'c \"d': NULL}",
  ],
  "STRUCT(a HUGEINT, b UHUGEINT)": [
    "{'a': '-170141183460469231731687303715884105728', 'b': '340282366920938463463374607431768211455'}",
  ],
  "STRUCT(a STRUCT(b BIT, c ENUM('p', 'q')[]), d INTERVAL)": [
    "{'a': {'b': '010'::BIT, 'c': ['q', NULL]}, 'd': INTERVAL 1 DAY}",
    "{'a': NULL, 'd': NULL}",
  ],
  "MAP(VARCHAR, INTEGER)": ["MAP {}", "MAP {'a': 1, 'b': NULL}"],
  "MAP(UHUGEINT, UUID)": [
    "MAP {'340282366920938463463374607431768211455'::UHUGEINT: 'ffffffff-ffff-ffff-ffff-ffffffffffff'::UUID}",
  ],
  "MAP(INTEGER, STRUCT(a INTEGER[], b TIME_NS))": ["MAP {1: {'a': [1], 'b': '23:59:59.999999999'::TIME_NS}, 2: NULL}"],
  "UNION(num INTEGER, str VARCHAR)": [
    "1::UNION(num INTEGER, str VARCHAR)",
    "'x'::UNION(num INTEGER, str VARCHAR)",
    "''::UNION(num INTEGER, str VARCHAR)",
  ],
  "UNION(e ENUM('x', 'y'), h HUGEINT)": [
    "union_value(e := 'y'::ENUM('x', 'y'))",
    "(-1)::HUGEINT::UNION(e ENUM('x', 'y'), h HUGEINT)",
  ],
}

/** `INTERVAL` also stands for what is given to it; text-only types have no ordinary literal. */
function valuesOf(type: string, values: readonly string[]): string {
  const rows = [...values, "NULL"].map((value, i) => `(${i}, CAST(${value} AS ${type}))`)
  return `(VALUES ${rows.join(", ")}) s(i, v)`
}

let engine: EngineDriver
beforeAll(async () => {
  engine = await driveEngine("wire")
})
afterAll(() => engine.close())

describe("law 2: the wire keeps every value", () => {
  test.each(Object.entries(VALUES))("%s", async (type, values) => {
    const wire = wireColumn(type)
    const source = valuesOf(type, values)
    for (const partitions of [0, 3]) {
      const sent = await engine.task({
        sql: `SELECT i, ${wire.toWire("v")}${partitions > 0 ? ", (i % 3)::INTEGER" : ""} FROM ${source} ORDER BY i`,
        columns: [
          { name: "i", wireType: "INTEGER" },
          { name: "v", wireType: wire.wireType },
        ],
        partitions,
      })
      expect(sent.error).toBeUndefined()
      const input = { name: "in", columns: [column("i", "INTEGER"), column("v", type)] }
      const same = "r.v IS NOT DISTINCT FROM s.v AND r.v::VARCHAR IS NOT DISTINCT FROM s.v::VARCHAR"
      const back = await engine.task(
        {
          inputs: [{ table: input.name, columns: input.columns }],
          sql: `SELECT typeof(r.v), s.v::VARCHAR, r.v::VARCHAR FROM ${source} FULL JOIN "in" r USING (i) WHERE NOT (${same})
            UNION ALL SELECT 'rows', count(*)::VARCHAR, '' FROM "in"`,
          columns: ["type", "sent", "came"].map((name) => ({ name, wireType: "VARCHAR" })),
        },
        { batches: { in: sent.batches.map(({ batch }) => batch) } },
      )
      expect(back.error).toBeUndefined()
      expect(textsOf(back.batches.map(({ batch }) => batch))).toEqual([["rows", String(values.length + 1), ""]])
    }
  })

  test.each(Object.entries(VALUES))("%s by fromWire", async (type, values) => {
    const { toWire, fromWire, wireType } = wireColumn(type)
    const sql = `SELECT count(*) FROM ${valuesOf(type, values)}
      WHERE ${fromWire(toWire("v"))} IS DISTINCT FROM v OR typeof(${toWire("v")}) <> typeof(NULL::${wireType})`
    expect(await engine.evaluate(sql)).toEqual([["0"]])
  })
})

describe("results for programs and for people", () => {
  test.each(Object.entries(VALUES))("%s streams out as Arrow and as text", async (type, values) => {
    const form = arrowForm(type)
    const { error, metrics } = await engine.task({
      sql: `SELECT ${form.cast("v")}, ${textForm("v")} FROM ${valuesOf(type, values)}`,
      columns: [
        { name: "v", wireType: form.type },
        { name: "t", wireType: "VARCHAR" },
      ],
    })
    expect(error).toBeUndefined()
    expect(metrics?.rowsOut).toBe(values.length + 1)
  })

  test("the nearest Arrow type", () => {
    const forms = [
      "HUGEINT",
      "ENUM('a')",
      "BIT[]",
      "STRUCT(a ENUM('x'), b DATE)",
      "UNION(a INTEGER)",
      "STRUCT(INTEGER, BIT)",
    ]
    expect(forms.map((type) => arrowForm(type).type)).toEqual([
      "HUGEINT",
      "VARCHAR",
      "VARCHAR[]",
      'STRUCT("a" VARCHAR, "b" DATE)',
      "VARCHAR",
      "VARCHAR",
    ])
  })
})

test("a union's NULL member is refused, for Arrow would make it the NULL union", async () => {
  const { toWire, wireType } = wireColumn("UNION(num INTEGER)")
  const { error } = await engine.task({
    sql: `SELECT ${toWire("v")} FROM (SELECT union_value(num := NULL::INTEGER) AS v)`,
    columns: [{ name: "v", wireType }],
  })
  expect(error?.message).toBe(
    "Invalid Input Error: a UNION whose member is NULL cannot move between engines; use NULL itself",
  )
})

describe("types that cannot move", () => {
  test.each([
    ["VARIANT", "a value of type VARIANT cannot move between engines: DuckDB keeps no VARIANT in a table"],
    [
      "STRUCT(INTEGER, VARCHAR)[]",
      "a value of type STRUCT(INTEGER, VARCHAR)[] cannot move between engines: DuckDB keeps no struct without field names in a table; name the fields: {'a': …}",
    ],
    [
      "UNION(a INTEGER)[]",
      "a value of type UNION(a INTEGER)[] cannot move between engines: a UNION inside another type",
    ],
    ["GEOMETRY", "type GEOMETRY cannot be used: no such type as GEOMETRY"],
    ["ENUM('a", "type ENUM('a cannot be used: no closing '"],
  ])("%s", (type, message) => {
    expect(() => wireColumn(type)).toThrow(expect.objectContaining({ _tag: "UnsupportedSql", message }))
  })
})

describe("type texts", () => {
  test("DuckDB prints every type as it is printed here", async () => {
    for (const type of Object.keys(VALUES)) {
      if (type === '"NULL"') continue
      const [row] = await engine.evaluate(`SELECT typeof(CAST(NULL AS ${printType(parseType(type))}))`)
      expect(parseType(row?.[0] ?? "")).toEqual(parseType(type))
    }
  })

  test.each([
    ["int4", "INTEGER"],
    ["timestamptz[]", "TIMESTAMP WITH TIME ZONE[]"],
    ["timestamp with  time zone", "TIMESTAMP WITH TIME ZONE"],
    ["double precision", "DOUBLE"],
    ["varchar(20)", "VARCHAR"],
    ["numeric", "DECIMAL(18,3)"],
    ["decimal( 10 , 2 )[2][]", "DECIMAL(10,2)[2][]"],
    ['row(a int, "B c" text)', 'STRUCT("a" INTEGER, "B c" VARCHAR)'],
    ['STRUCT("integer" INTEGER, date DATE)', 'STRUCT("integer" INTEGER, "date" DATE)'],
    ["struct(integer, date)", "STRUCT(INTEGER, DATE)"],
    ["STRUCT(time TIME WITH TIME ZONE)", 'STRUCT("time" TIME WITH TIME ZONE)'],
  ])("%s is %s", (text, printed) => {
    expect(printType(parseType(text))).toBe(printed)
  })

  test("types inside one another have a limit of their own", () => {
    const deep = (levels: number): string => "STRUCT(a ".repeat(levels) + "INTEGER" + ")".repeat(levels)
    expect(printType(parseType(deep(100)))).toContain("INTEGER")
    expect(() => parseType(deep(201))).toThrow(expect.objectContaining({ _tag: "UnsupportedSql" }))
  })
})

function column(name: string, type: string) {
  return { name, sourceName: name, type }
}
