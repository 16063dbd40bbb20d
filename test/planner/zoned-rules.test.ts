import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api"
import { afterAll, beforeAll, expect, test } from "vitest"
import { driveEngine, type EngineDriver, MIB } from "../../actors/engine/testing/driver.ts"
import { ZONED_MACROS, ZONED_RULES } from "../../planner/lowering/zoned-rules.ts"

/** Law 12: every rule, in the engine, against native DuckDB with its ICU extension and the session's zone UTC. */

const MOMENTS = [
  "2020-02-29 23:59:59.999999+00",
  "2020-03-31 12:00:00+00",
  "1999-12-31 00:00:00+00",
  "1969-07-20 20:17:40.123+00",
  "1582-10-10 01:02:03+00",
  "1500-02-28 12:00:00+00",
  "0001-01-01 00:00:00+00",
  "9999-12-31 23:59:59.999999+00",
]
const ODD_MOMENTS = ["0044-03-15 (BC) 12:00:00+00", "infinity", "-infinity"]
const INTERVALS = [
  "1 day",
  "-1 day",
  "1 month -3 days 04:05:06.789",
  "-13 months",
  "500 years",
  "1 month 2 days 27:00:00",
  "0 days",
]
const UNITS =
  "century day decade dow doy epoch hour isodow isoyear microseconds millennium milliseconds minute month quarter second week year yearweek"

const rowsOf = (values: readonly string[], type: string) => [
  ...values.map((value) => `${type} '${value}'`),
  `CAST(NULL AS ${type})`,
]
const values = (texts: readonly string[]) => texts.map((text) => `(${text})`).join(", ")
const FROM = [
  `FROM (VALUES ${values(rowsOf(MOMENTS, "TIMESTAMPTZ"))}) m(z)`,
  `(VALUES ${values(rowsOf(MOMENTS, "TIMESTAMPTZ"))}) n(y)`,
  `(VALUES ${values(rowsOf(INTERVALS, "INTERVAL"))}) o(i)`,
].join(", ")
const ODD = `FROM (VALUES ${values(rowsOf([...MOMENTS, ...ODD_MOMENTS], "TIMESTAMPTZ"))}) m(z)`

/** How a rule's function is called with zoned moments; `@` is the function, or its macro. */
const CALLS: Readonly<Record<string, readonly string[]>> = {
  date_part: [...UNITS.split(" ").map((unit) => `@('${unit}', z)`), "@(['year', 'month', 'second'], z)"],
  date_trunc: UNITS.split(" ")
    .filter((unit) => !/dow|doy|epoch/.test(unit))
    .map((unit) => `@('${unit}', z)`),
  date_diff: UNITS.split(" ")
    .filter((unit) => !/dow|doy/.test(unit))
    .map((unit) => `@('${unit}', z, y)`),
  date_sub: UNITS.split(" ")
    .filter((unit) => !/dow|doy|isoyear/.test(unit))
    .map((unit) => `@('${unit}', z, y)`),
  age: ["@(z, y)", "@(z, TIMESTAMP '2001-02-03 04:05:06')", "@('2001-02-03 04:05:06+02', z)"],
  time_bucket: [
    "@(INTERVAL 1 DAY, z)",
    "@(INTERVAL '5 months', z)",
    "@(INTERVAL '100 microseconds', z, y)",
    "@(INTERVAL '3 months', z, i)",
    "@(INTERVAL '7 hours', z, i)",
    "@(INTERVAL 1 WEEK, z, 'UTC')",
  ],
  range: [
    "@(z, TIMESTAMPTZ '2025-01-01 00:00:00+00', INTERVAL '7 years 1 day')",
    "@('2021-01-01', z, INTERVAL '-7 years -3 days')",
  ],
  timezone: ["@('UTC', z)", "@('utc', CAST(z AS TIMESTAMP))", "@('Etc/GMT', DATE '2020-01-01')", "@(z)"],
  make_timestamptz: ["@(2020, 2, 30, 25, 61, 15.678901)", "@(1, 1, 1, 0, 0, 0, 'UTC')", "@(1600000000123456)"],
  current_setting: ["@('TimeZone')"],
  date_add: ["@(z, i)"],
}
const SAME_AS: Readonly<Record<string, string>> = {
  datepart: "date_part",
  datetrunc: "date_trunc",
  datediff: "date_diff",
  datesub: "date_sub",
  generate_series: "range",
}

/** Their answers before our era, and at the ends of time, are refused. */
const NOT_ODD = /^date_part$|^date_trunc$|^date_diff$|^date_sub$|^age$|^range$/

let engine: EngineDriver
let native: DuckDBConnection

beforeAll(async () => {
  engine = await driveEngine("zoned", 512 * MIB, ZONED_MACROS)
  native = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect()
  await native.run("SET TimeZone = 'UTC'")
})

afterAll(() => engine.close())

/** Both answers, each row with its type. */
async function answers(here: string, there: string, from: string) {
  const sql = (expr: string) => `SELECT typeof(v), CAST(v AS VARCHAR) FROM (SELECT ${expr} AS v ${from})`
  const found = await engine.evaluate(sql(here))
  const reader = await native.runAndReadAll(sql(there))
  return { found, expected: reader.getRows().map((row) => row.map((value) => (value === null ? null : String(value)))) }
}

/** The function's plain name, for rules that stand for one. */
function functionOf(name: string): string | undefined {
  return /^([a-z_]+) utc$/.exec(name)?.[1]
}

const functions = ZONED_RULES.flatMap(({ name }) => functionOf(name) ?? []).filter((name) => name !== "moment")

test.each(functions)("%s of TIMESTAMP WITH TIME ZONE", async (name) => {
  const known = SAME_AS[name] ?? name
  for (const call of CALLS[known] ?? ["@(z)"]) {
    const from = NOT_ODD.test(known) || /, [yi]\)/.test(call) ? FROM : ODD
    const { found, expected } = await answers(call.replace("@", `"${name} utc"`), call.replace("@", name), from)
    expect(found, call).toEqual(expected)
  }
})

test.each([
  ["z <~+~> i", "z + i"],
  ["i <~+~> z", "i + z"],
  ["z <~-~> i", "z - i"],
  ["z <~-~> y", "z - y"],
  ["z <~-~> TIMESTAMP '2001-02-03 04:05:06'", "z - TIMESTAMP '2001-02-03 04:05:06'"],
  ["z <~+!> i", "z + i"],
  ["i <!+~> z", "i + z"],
  ["z <~-!> i", "z - i"],
  ["z <!-~> y", "z - y"],
  ['"cast date utc"(z)', "CAST(z AS DATE)"],
  ['"cast date utc 0"(z)', "CAST(z AS DATE)"],
  ['"try_cast date utc"(z)', "TRY_CAST(z AS DATE)"],
  ['"cast date[] utc"([z, y])', "CAST([z, y] AS DATE[])"],
  ['"try_cast date[] utc"([z, y])', "TRY_CAST([z, y] AS DATE[])"],
  [
    `strftime("moment utc"(z), '%A %d %B %Y %H:%M:%S.%f %z %j %U %W %%')`,
    `strftime(z, '%A %d %B %Y %H:%M:%S.%f %z %j %U %W %%')`,
  ],
])("%s is %s", async (here, there) => {
  const { found, expected } = await answers(here, there, FROM)
  expect(found).toEqual(expected)
})

test("what is no zoned moment is what it was", async () => {
  const from = "FROM (VALUES (DATE '2020-02-29', TIMESTAMP '2001-02-03 04:05:06', TIME '07:08:09', 5)) t(d, s, t, n)"
  const calls = [
    "year(d)",
    "hour(t)",
    "date_trunc('month', d)",
    "date_trunc('month', s)",
    "date_diff('yearweek', s, s)",
    "age(s, d)",
  ]
  const operations = [
    ...["d n", "d (INTERVAL 1 DAY)", "s (INTERVAL 1 DAY)", "d t", "n n"].map((sides) => `+ ${sides}`),
    ...["d n", "d d", "s s", "s (INTERVAL 1 DAY)", "n n", "s d"].map((sides) => `- ${sides}`),
  ].map((text) => /^(\S) (\S+) (.+)$/.exec(text) ?? [])
  const pairs = [
    ...calls.map((call) => [call.replace(/^(\w+)/, '"$1 utc"'), call] as const),
    ...operations.map(([, op, left, right]) => [`${left} <~${op}~> ${right}`, `${left} ${op} ${right}`] as const),
  ]
  for (const [here, there] of pairs) {
    const { found, expected } = await answers(here, there, from)
    expect(found, there).toEqual(expected)
  }
})

test("years before our era, which ICU counts in another way, are not guessed at", async () => {
  const moment = "TIMESTAMPTZ '0044-03-15 (BC) 12:00:00+00'"
  await expect(engine.evaluate(`SELECT "date_trunc utc"('century', ${moment})`)).rejects.toThrow(
    "years before our era are counted in another way for TIMESTAMP WITH TIME ZONE: cast to TIMESTAMP first",
  )
  await expect(engine.evaluate(`SELECT "age utc"(${moment}, TIMESTAMPTZ 'infinity')`)).rejects.toThrow(
    "the age of an infinite TIMESTAMP WITH TIME ZONE is not known: cast to TIMESTAMP first",
  )
})
