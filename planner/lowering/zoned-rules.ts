import type { MomentType } from "./moment-types.ts"

/**
 * Law 12 as one table. What DuckDB's ICU extension does for a TIMESTAMP WITH TIME ZONE, the engines' core does for the
 * TIMESTAMP that it reads as in UTC. So each function and operator that ICU overloads has a macro in every engine:
 *
 *   date_trunc('month', z)   →   "date_trunc utc"('month', z)
 *
 * with one overload for each signature that DuckDB has, so that DuckDB itself decides by the arguments' types which
 * of them is meant: the zoned ones cast their moments to TIMESTAMP and the result back, the others are the function.
 */
export interface ZonedRule {
  /** The macro. */
  readonly name: string
  readonly overloads: readonly Overload[]
}

/** A macro that an engine makes when a statement first has `mention` in its text. */
export interface EngineMacro {
  readonly mention: string
  readonly sql: string
}

interface Overload {
  /** A type for each parameter, which are called a, b, c …; ANY takes what no other overload takes. */
  readonly types: readonly string[]
  readonly body: string
}

const ANY = "ANY"
const Z = "TIMESTAMPTZ"
const PARAMETERS = ["a", "b", "c", "d", "e", "f", "g"]

/** What ends a macro's name. DuckDB prints such a name in quotes, so it can be found in a column's name again. */
const MARK = " utc"

/** The macro that stands for a function. */
export function zonedName(name: string): string {
  return `${name}${MARK}`
}

/** The operator that stands for `+` or `-`; its macro has that name. */
export function zonedOperator(op: "+" | "-"): string {
  return `<~${op}~>`
}

/** Other names of UTC, in lower case. */
export const UTC_NAMES: readonly string[] =
  "utc etc/utc uct etc/uct gmt etc/gmt universal etc/universal zulu etc/zulu greenwich etc/greenwich".split(" ")

const UTC_ZONES = UTC_NAMES.map((name) => `'${name}'`).join(", ")

/** The moment as it reads in UTC. */
function utc(moment: string): string {
  return `CAST(CAST(${moment} AS ${Z}) AS TIMESTAMP)`
}

/** The macro that gives any moment without its zone. */
export const ZONED_MOMENT = zonedName("moment")

function zoned(moment: string): string {
  return `CAST(${moment} AS ${Z})`
}

function refusal(message: string): string {
  return `error('${message}: cast to TIMESTAMP first')`
}

/** Two moments of which one at least is zoned; a string beside it is a moment, too. */
function pairs(before: readonly string[], body: string, after: readonly string[] = []): readonly Overload[] {
  const zonedPairs = [
    [Z, Z],
    [Z, "VARCHAR"],
    ["VARCHAR", Z],
  ]
  return zonedPairs.map((types) => ({ types: [...before, ...types, ...after], body }))
}

/** Two of another type, or one beside a string, which is of that type too; and whatever else there may be. */
function plainPairs(name: string, types: readonly string[], before = "", after = ""): readonly Overload[] {
  const own = before === "" ? ["a", "b"] : ["b", "c"]
  const written = [before === "" ? [] : ["a"], own, after === "" ? [] : ["c"]].flat()
  const whole = (pair: readonly string[]) => [before, ...pair, after].filter((type) => type !== "")
  const cast = (at: string, type: string) => written.map((each) => (each === at ? `CAST(${each} AS ${type})` : each))
  const [left = "", right = ""] = own
  const found = types.flatMap((type): readonly Overload[] => [
    { types: whole([type, type]), body: `${name}(${written.join(", ")})` },
    { types: whole([type, "VARCHAR"]), body: `${name}(${cast(right, type).join(", ")})` },
    { types: whole(["VARCHAR", type]), body: `${name}(${cast(left, type).join(", ")})` },
  ])
  return [...found, { types: written.map(() => ANY), body: `${name}(${written.join(", ")})` }]
}

/** The zoned overloads, then the function itself for every other signature that DuckDB has. */
function rule(name: string, own: readonly Overload[], others: readonly (readonly string[])[]): ZonedRule {
  const plain = others.map((types): Overload => {
    return { types, body: `${name}(${PARAMETERS.slice(0, types.length).join(", ")})` }
  })
  return { name: zonedName(name), overloads: [...own, ...plain] }
}

/** `year(z)`: one moment in, no moment out. */
function field(name: string, others: readonly string[]): ZonedRule {
  return rule(
    name,
    [{ types: [Z], body: `${name}(${utc("a")})` }],
    [...others, ANY].map((type) => [type]),
  )
}

const DATE_TYPES = ["DATE", "TIMESTAMP", "INTERVAL"]
const TIME_TYPES = [...DATE_TYPES, "TIME", "TIMETZ"]

const DATE_FIELDS =
  "century day dayofmonth dayofweek dayofyear era isodow isoyear millennium month quarter timezone_hour timezone_minute week weekday weekofyear yearweek"
const TIME_FIELDS = "hour microsecond millisecond minute nanosecond second"
const DAY_TEXTS = "dayname julian last_day monthname"

const isBeforeOurEra = (moment: string): string => `${utc(moment)} < TIMESTAMP '0001-01-01'`

/** ICU counts years before our era from 1 on; the core has a year 0. */
function yearsOf(name: "year" | "decade"): ZonedRule {
  const year = `year(${utc("a")})`
  const years = `CASE WHEN ${isBeforeOurEra("a")} THEN 1 - ${year} ELSE ${year} END`
  const body = name === "year" ? years : `(${years}) // 10`
  return rule(
    name,
    [{ types: [Z], body }],
    [...DATE_TYPES, ANY].map((type) => [type]),
  )
}

/** Units for which ICU and the core disagree before our era: neither is an answer to give. */
const LONG_UNITS =
  "('y', 'yr', 'yrs', 'year', 'years', 'dec', 'decs', 'decade', 'decades', 'cent', 'cents', 'century', 'centuries', 'mil', 'mils', 'millennium', 'millennia', 'millenium', 'quarter', 'quarters', 'isoyear')"

const NOT_OUR_ERA = refusal("years before our era are counted in another way for TIMESTAMP WITH TIME ZONE")

function ofOurEra(moments: readonly string[], body: string): string {
  const before = moments.map(isBeforeOurEra).join(" OR ")
  return `CASE WHEN lower(a) IN ${LONG_UNITS} AND (${before}) THEN ${NOT_OUR_ERA} ELSE ${body} END`
}

/** A list of parts has no type here: it has to stay the constant that it is. */
function datePart(name: string): ZonedRule {
  const part = `${name}(a, ${utc("b")})`
  const own = [
    { types: ["VARCHAR", Z], body: ofOurEra(["b"], part) },
    { types: [ANY, Z], body: `CASE WHEN ${isBeforeOurEra("b")} THEN ${NOT_OUR_ERA} ELSE ${part} END` },
  ]
  return rule(
    name,
    own,
    [...TIME_TYPES, ANY].map((type) => [ANY, type]),
  )
}

function dateTrunc(name: string): ZonedRule {
  const body = ofOurEra(["b"], zoned(`${name}(a, ${utc("b")})`))
  const others = [...DATE_TYPES.map((type) => ["VARCHAR", type]), [ANY, ANY]]
  return rule(name, [{ types: ["VARCHAR", Z], body }], others)
}

function between(name: string, body: string): ZonedRule {
  const others = plainPairs(name, ["DATE", "TIME", "TIMESTAMP"], "VARCHAR")
  return { name: zonedName(name), overloads: [...pairs(["VARCHAR"], body), ...others] }
}

/** The boundaries between two moments. The core counts those of `yearweek` in another way: they are Mondays. */
function dateDiff(name: string): ZonedRule {
  const mondays = ["b", "c"].map((moment) => `date_trunc('week', ${utc(moment)})`).join(", ")
  const boundaries = `${name}(a, ${utc("b")}, ${utc("c")})`
  const body = `CASE lower(a) WHEN 'yearweek' THEN ${name}('week', ${mondays}) ELSE ${boundaries} END`
  return between(name, ofOurEra(["b", "c"], body))
}

/** Whole months: as many as can be added to the first moment without passing the second. */
function wholeMonths(from: string, to: string): string {
  const months = `date_diff('month', ${from}, ${to})`
  const there = `${from} + to_months(CAST(${months} AS INTEGER))`
  return `(${months} - CASE WHEN ${to} >= ${from} AND ${there} > ${to} THEN 1 WHEN ${to} < ${from} AND ${there} < ${to} THEN -1 ELSE 0 END)`
}

function dateSub(name: string): ZonedRule {
  const months = wholeMonths(utc("b"), utc("c"))
  const no = refusal("whole ISO years between two TIMESTAMP WITH TIME ZONE are not counted")
  const body = `CASE WHEN lower(a) IN ('mon', 'mons', 'month', 'months') THEN ${months}
    WHEN lower(a) IN ('quarter', 'quarters') THEN ${months} // 3
    WHEN lower(a) = 'isoyear' THEN ${no}
    ELSE ${name}(a, ${utc("b")}, ${utc("c")}) END`
  return between(name, ofOurEra(["b", "c"], body))
}

function age(): ZonedRule {
  const no = refusal("the age of an infinite TIMESTAMP WITH TIME ZONE is not known")
  const infinite = `isinf(${utc("a")}) OR isinf(${utc("b")})`
  const body = `CASE WHEN ${infinite} THEN ${no} ELSE age(${utc("a")}, ${utc("b")}) END`
  // The age of one moment counts from the query's own day, which is written out where it runs: this is only for its type.
  const own = [...pairs([], body), { types: [Z], body: `age(${utc("a")})` }]
  const others = ["TIMESTAMP", ANY].map((type) => ({ types: [type], body: "age(a)" }))
  return { name: zonedName("age"), overloads: [...own, ...others, ...plainPairs("age", ["TIMESTAMP", "DATE"])] }
}

/** Months, days and microseconds of an interval, each as an interval. */
function fieldsOf(interval: string): readonly [months: string, days: string, micros: string] {
  return [
    `to_months(CAST(12 * year(${interval}) + month(${interval}) AS INTEGER))`,
    `to_days(CAST(day(${interval}) AS INTEGER))`,
    `to_microseconds(hour(${interval}) * 3600000000 + minute(${interval}) * 60000000 + microsecond(${interval}))`,
  ]
}

/** ICU adds an interval's microseconds first when anything in it is negative; the core adds them last. */
function added(moment: string, interval: string): string {
  const fields = fieldsOf(interval)
  const [months, days, micros] = fields
  const negative = fields.map((each) => `${each} < INTERVAL 0 DAY`).join(" OR ")
  const at = utc(moment)
  return zoned(`CASE WHEN ${negative} THEN ${at} + ${micros} + ${months} + ${days} ELSE ${at} + ${interval} END`)
}

function subtracted(moment: string, interval: string): string {
  return added(moment, `(-${interval})`)
}

function operator(op: "+" | "-", own: readonly Overload[], others: readonly string[]): ZonedRule {
  const plain = others.map((types): Overload => ({ types: types.split(" "), body: `a ${op} b` }))
  return { name: zonedOperator(op), overloads: [...own, ...plain, { types: [ANY, ANY], body: `a ${op} b` }] }
}

function plus(): ZonedRule {
  const own = [
    { types: [Z, "INTERVAL"], body: added("a", "b") },
    { types: ["INTERVAL", Z], body: added("b", "a") },
  ]
  const moments = ["DATE", "TIMESTAMP", "TIME", "TIMETZ"]
  return operator("+", own, [
    ...moments.flatMap((type) => [`${type} INTERVAL`, `INTERVAL ${type}`]),
    "INTERVAL INTERVAL",
    "DATE INTEGER",
    "INTEGER DATE",
    "DATE TIME",
    "TIME DATE",
    "DATE TIMETZ",
    "TIMETZ DATE",
  ])
}

function minus(): ZonedRule {
  const own = [
    { types: [Z, "INTERVAL"], body: subtracted("a", "b") },
    { types: [Z, Z], body: `${utc("a")} - ${utc("b")}` },
  ]
  const moments = ["DATE", "TIMESTAMP", "TIME", "TIMETZ"]
  const others = [...moments.map((type) => `${type} INTERVAL`), "INTERVAL INTERVAL", "DATE INTEGER"]
  return operator("-", own, [...others, "DATE DATE", "TIMESTAMP TIMESTAMP"])
}

function timeBucket(): ZonedRule {
  const bucket = zoned(`time_bucket(a, ${utc("b")})`)
  const no = refusal("the only time zone is UTC")
  const shifted = `time_bucket(a, ${utc(subtracted("b", "c"))})`
  const own = [
    { types: ["INTERVAL", Z], body: bucket },
    { types: ["INTERVAL", Z, Z], body: zoned(`time_bucket(a, ${utc("b")}, ${utc("c")})`) },
    { types: ["INTERVAL", Z, "INTERVAL"], body: added(shifted, "c") },
    { types: ["INTERVAL", Z, "VARCHAR"], body: `CASE WHEN lower(c) IN (${UTC_ZONES}) THEN ${bucket} ELSE ${no} END` },
  ]
  const others = ["DATE", "TIMESTAMP"].flatMap((type) => [
    ["INTERVAL", type],
    ["INTERVAL", type, type],
    ["INTERVAL", type, "INTERVAL"],
  ])
  return rule("time_bucket", own, [...others, [ANY, ANY], [ANY, ANY, ANY]])
}

function series(name: string): ZonedRule {
  const body = `CAST(${name}(${utc("a")}, ${utc("b")}, c) AS ${Z}[])`
  const others = [["BIGINT"], ["BIGINT", "BIGINT"], ["BIGINT", "BIGINT", "BIGINT"], [ANY], [ANY, ANY]]
  const own = [...pairs([], body, ["INTERVAL"]), ...plainPairs(name, ["TIMESTAMP", "DATE"], "", "INTERVAL")]
  return rule(name, own, others)
}

/** The zone is UTC: another one is refused before. */
function timezone(): ZonedRule {
  const own = [
    { types: [Z], body: `timezone(${utc("a")})` },
    { types: ["VARCHAR", Z], body: utc("b") },
    { types: ["VARCHAR", "TIMESTAMP"], body: zoned("CAST(b AS TIMESTAMP)") },
    { types: ["VARCHAR", "DATE"], body: zoned("CAST(b AS TIMESTAMP)") },
    { types: ["VARCHAR", "TIMETZ"], body: "CAST(DATE '2000-01-01' + b AS TIMETZ)" },
  ]
  return rule(
    "timezone",
    own,
    [...DATE_TYPES, ANY].map((type) => [type]),
  )
}

/** ICU is lenient: the 30th of February is the 1st or 2nd of March. */
function makeTimestamp(): ZonedRule {
  const day = "to_months(CAST(b - 1 AS INTEGER)) + to_days(CAST(c - 1 AS INTEGER))"
  const time =
    "to_microseconds(CAST(d AS BIGINT) * 3600000000 + CAST(e AS BIGINT) * 60000000 + CAST(round(f * 1000000) AS BIGINT))"
  const body = zoned(`make_timestamp(a, 1, 1, 0, 0, 0) + ${day} + ${time}`)
  const name = zonedName("make_timestamptz")
  return {
    name,
    overloads: [
      { types: [ANY], body: zoned("make_timestamp(CAST(a AS BIGINT))") },
      { types: Array<string>(6).fill(ANY), body },
      { types: Array<string>(7).fill(ANY), body },
    ],
  }
}

export function castName(verb: string, type: string): string {
  return `${verb} ${type}`.toLowerCase()
}

/** What a cast to DATE needs; the core has the cast for every other type. */
function castToDate(verb: "CAST" | "TRY_CAST", list: boolean): ZonedRule {
  const [type, from, through] = list ? ["DATE[]", `${Z}[]`, "TIMESTAMP[]"] : ["DATE", Z, "TIMESTAMP"]
  const moments = ["DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"].map(
    (each) => each + (list ? "[]" : ""),
  )
  return {
    name: zonedName(castName(verb, type)),
    overloads: [
      { types: [from], body: `${verb}(CAST(CAST(a AS ${from}) AS ${through}) AS ${type})` },
      ...[...moments, ANY].map((each) => ({ types: [each], body: `${verb}(a AS ${type})` })),
    ],
  }
}

/** A moment of any type, a zoned one as it reads in UTC: for what is no function, or wants a constant beside it. */
function anyMoment(): ZonedRule {
  const others = ["DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", ANY]
  return {
    name: ZONED_MOMENT,
    overloads: [{ types: [Z], body: utc("a") }, ...others.map((type) => ({ types: [type], body: "a" }))],
  }
}

export const ZONED_RULES: readonly ZonedRule[] = [
  ...DATE_FIELDS.split(" ").map((name) => field(name, DATE_TYPES)),
  ...TIME_FIELDS.split(" ").map((name) =>
    field(name, name === "nanosecond" ? [...TIME_TYPES, "TIMESTAMP_NS"] : TIME_TYPES),
  ),
  ...DAY_TEXTS.split(" ").map((name) => field(name, ["DATE", "TIMESTAMP"])),
  field("epoch", TIME_TYPES),
  yearsOf("year"),
  yearsOf("decade"),
  ...["date_part", "datepart"].map(datePart),
  ...["date_trunc", "datetrunc"].map(dateTrunc),
  ...["date_diff", "datediff"].map(dateDiff),
  ...["date_sub", "datesub"].map(dateSub),
  age(),
  timeBucket(),
  ...["range", "generate_series"].map(series),
  timezone(),
  makeTimestamp(),
  plus(),
  minus(),
  { ...plus(), name: zonedName("date_add") },
  { name: zonedName("current_setting"), overloads: [{ types: [ANY], body: "'UTC'" }] },
  castToDate("CAST", false),
  castToDate("CAST", true),
  castToDate("TRY_CAST", false),
  castToDate("TRY_CAST", true),
  anyMoment(),
]

/** Whether the overload is one for zoned moments. */
function isZoned({ types }: Overload): boolean {
  return types.includes(Z) || types.includes(`${Z}[]`)
}

/**
 * The macro of one zoned overload alone, for arguments whose types are known: between the arguments of an aggregate, or
 * of a query around this one, DuckDB cannot choose.
 */
function directName({ name }: ZonedRule, overload: number): string {
  const op = /^<~([+-])~>$/.exec(name)?.[1]
  if (op === undefined) return `${name} ${overload}`
  return overload === 0 ? `<~${op}!>` : `<!${op}~>`
}

const BY_NAME: ReadonlyMap<string, ZonedRule> = new Map(ZONED_RULES.map((each) => [each.name, each]))

/** The macro to call with arguments of these types; undefined when the function itself is meant. */
export function macroFor(name: string, args: readonly MomentType[]): string | undefined {
  const found = BY_NAME.get(name)
  const own = found?.overloads.filter((overload) => isZoned(overload) && overload.types.length === args.length) ?? []
  if (found === undefined || own.length === 0) return undefined
  if (!args.some((type) => ZONED.has(type) || type === "unknown")) return undefined
  const all = own.filter(({ types }) => types.every((type, i) => fits(type, args[i] ?? "unknown")))
  const exact = all.filter(({ types }) => !types.includes(ANY))
  const fitting = args.includes("unknown") || exact.length === 0 ? all : exact
  const [only] = fitting
  const sure =
    args.some((type) => ZONED.has(type)) && only !== undefined && fitting.every(({ body }) => body === only.body)
  return sure ? directName(found, found.overloads.indexOf(only)) : found.name
}

const ZONED: ReadonlySet<MomentType> = new Set(["zoned", "zoned list"])

function fits(parameter: string, argument: MomentType): boolean {
  if (parameter === ANY || argument === "unknown") return true
  switch (argument) {
    case "zoned":
      return parameter === Z
    case "zoned list":
      return parameter === `${Z}[]`
    case "interval":
      return parameter === "INTERVAL"
    case "other":
      return parameter === Z || parameter === "VARCHAR"
    case "text":
      return true
    case "number":
      return false
  }
}

/** Each is made in an engine when a statement first names it: all of them together take longer than most queries. */
export const ZONED_MACROS: readonly EngineMacro[] = ZONED_RULES.flatMap((each) => {
  const direct = each.overloads.flatMap((overload, i) =>
    isZoned(overload) ? [macro(directName(each, i), [{ ...overload, types: overload.types.map(() => ANY) }])] : [],
  )
  return [macro(each.name, each.overloads), ...direct]
})

function macro(name: string, overloads: readonly Overload[]): EngineMacro {
  const signatures = overloads.map(({ types, body }) => {
    const typed = types.map((type, i) => `${PARAMETERS[i]}${type === ANY ? "" : ` ${type}`}`)
    return `(${typed.join(", ")}) AS ${body}`
  })
  return {
    mention: /\w/.test(name) ? `"${name}"` : name,
    sql: `CREATE OR REPLACE MACRO "${name}"${signatures.join(", ")}`,
  }
}
