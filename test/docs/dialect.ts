import { QUERY_VALUE_NAMES } from "../../planner/binder/query-values.ts"
import { NAMES, WHOLE_CALLS } from "../../planner/binder/whole/reason.ts"
import { PURE } from "../../planner/binder/whole/table-functions.ts"
import { EXTENSION_FAMILIES } from "../../planner/lowering/extensions.ts"
import { ZONED_RULES } from "../../planner/lowering/zoned-rules.ts"

/** A function's name and its kind: `scalar`, `aggregate`, `macro` … */
export type FunctionRow = readonly [name: string, kind: string]

/** What `functionsOf` is given by a DuckDB. */
export const NAMES_QUERY =
  "SELECT DISTINCT lower(function_name) AS name, function_type FROM duckdb_functions() WHERE NOT starts_with(function_name, '__') ORDER BY ALL"

const READERS: ReadonlySet<string> = new Set(["read_parquet"])

/** Prefixes with fewer names are no family of their own. */
const FAMILY_NAMES_MIN = 4

/** The parts of docs/dialect.md that are made, by their names in the page. */
export function dialectParts(
  engine: readonly FunctionRow[],
  native: readonly FunctionRow[],
): ReadonlyMap<string, string> {
  return new Map([
    ["whole", wholeTable()],
    ["values", QUERY_VALUE_NAMES.map(code).join(", ")],
    ["zoned", zonedTable()],
    ["refused", refusedTable(engine, native)],
    ["functions", functionLists(engine)],
    ["table functions", [...PURE, ...READERS].map(code).join(", ")],
  ])
}

function code(text: string): string {
  return `\`${text}\``
}

/** Each reason once, with the calls that have it. */
function wholeTable(): string {
  const calls = Map.groupBy(Object.entries(WHOLE_CALLS), ([, reason]) => reason)
  const reasons = new Set([...Object.values(NAMES), ...calls.keys()])
  const rows = [...reasons].sort().map((reason) => {
    const names = (calls.get(reason) ?? []).map(([name]) => code(name)).join(", ")
    return `| ${reason} | ${names} |`
  })
  return ["| a block with | which is |", "| --- | --- |", ...rows].join("\n")
}

/** The functions of each shape of rule. */
function zonedTable(): string {
  const shapes = Map.groupBy(
    ZONED_RULES.flatMap(({ name, overloads }) => {
      const called = /^([a-z_]+) utc$/.exec(name)?.[1]
      return called === undefined || called === "moment" ? [] : [{ called, shape: shapeOf(overloads[0]?.body ?? "") }]
    }),
    (each) => each.shape,
  )
  const rows = [...shapes].map(([shape, rules]) => `| ${folded(rules.map((rule) => rule.called))} | ${shape} |`)
  return ["| of a `TIMESTAMP WITH TIME ZONE` | is |", "| --- | --- |", ...rows].join("\n")
}

function shapeOf(body: string): string {
  if (body === "'UTC'") return "`UTC`"
  if (/AS TIMESTAMPTZ(\[\])?\)( END)?$/.test(body)) return "computed in UTC, and zoned again"
  return "computed in UTC"
}

/** What native DuckDB has beside the engines, by the extension that the names tell. */
function refusedTable(engine: readonly FunctionRow[], native: readonly FunctionRow[]): string {
  const here = new Set(engine.map(([name]) => name))
  const lowered = new Set(ZONED_RULES.map(({ name }) => name.replace(/ utc$/, "")))
  const missing = native.flatMap(([name]) => (here.has(name) || lowered.has(name) || READERS.has(name) ? [] : [name]))
  const byExtension = Map.groupBy(new Set(missing), extensionOf)
  const rows = EXTENSION_FAMILIES.map(({ extension, title, instead }) => {
    const names = byExtension.get(extension) ?? []
    return `| ${title} (${code(extension)}) | ${names.length === 0 ? "all of it" : folded(names)} | ${instead} |`
  })
  const others = byExtension.get("other") ?? []
  const rest = others.length === 0 ? [] : [`| other | ${folded(others)} | they serve DuckDB's own shell |`]
  return ["| family | functions | instead |", "| --- | --- | --- |", ...rows, ...rest].join("\n")
}

function extensionOf(name: string): string {
  if (/^icu_|^pg_timezone/.test(name)) return "icu"
  if (/parquet/.test(name)) return "parquet"
  return /json|^->>$/.test(name) ? "json" : "other"
}

function functionLists(engine: readonly FunctionRow[]): string {
  const kinds = [
    ["aggregate", "Aggregates, each a window function too"],
    ["scalar", "Scalar functions and operators"],
    ["macro", "Macros"],
  ] as const
  const parts = kinds.map(([kind, title]) => {
    const names = [...new Set(engine.flatMap(([name, type]) => (type === kind ? [name] : [])))]
    return `<details><summary>${title}: ${names.length}</summary>\n\n${folded(names)}\n\n</details>`
  })
  return parts.join("\n\n")
}

/** `list_aggregate, list_any_value …` → `list_*` with what follows, when there are several of a prefix. */
function folded(names: readonly string[]): string {
  const families = Map.groupBy([...names].sort(), (name) => /^([a-z]+_)./.exec(name)?.[1] ?? "")
  const lone = [...families].flatMap(([prefix, own]) => (prefix === "" || own.length < FAMILY_NAMES_MIN ? own : []))
  const lists = [...families].flatMap(([prefix, own]) => {
    if (prefix === "" || own.length < FAMILY_NAMES_MIN) return []
    const shown = own.length > FAMILY_SHOWN_MAX ? "" : `: ${own.map((name) => name.slice(prefix.length)).join(" ")}`
    return [`${code(`${prefix}*`)} (${own.length}${shown})`]
  })
  return [...lone.sort().map((name) => code(name.replaceAll("|", "\\|"))), ...lists].join(", ")
}

/** A family with more names is only counted. */
const FAMILY_SHOWN_MAX = 80
