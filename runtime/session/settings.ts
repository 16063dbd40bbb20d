import type { Identifier } from "../../planner/ast/expression.ts"
import type { NamedExpr } from "../../planner/ast/query.ts"
import { UnsupportedSql } from "../../planner/errors.ts"
import { nearestName } from "../../planner/parser/nearest.ts"
import type { PlanSettings, QueryOptions } from "../session.ts"
import { valueText, type SettingText } from "./setting-value.ts"

/** Partitions of a hash exchange that may be asked for. */
const PARTITIONS_MAX = 4096

const NULL_ORDERS = [
  "NULLS_LAST",
  "NULLS_FIRST",
  "NULLS_FIRST_ON_ASC_LAST_ON_DESC",
  "NULLS_LAST_ON_ASC_FIRST_ON_DESC",
] as const
export type NullOrder = (typeof NULL_ORDERS)[number]

/** DuckDB's other names for them. */
const NULL_ORDER_NAMES: Readonly<Record<string, NullOrder>> = {
  first: "NULLS_FIRST",
  last: "NULLS_LAST",
  sqlite: "NULLS_FIRST_ON_ASC_LAST_ON_DESC",
  mysql: "NULLS_FIRST_ON_ASC_LAST_ON_DESC",
  postgres: "NULLS_LAST_ON_ASC_FIRST_ON_DESC",
}

export interface Settings {
  /** undefined: as many as the bytes need. */
  readonly partitions: number | undefined
  readonly joins: "auto" | "hash" | "broadcast"
  readonly distribute: boolean
  readonly disabledRules: readonly string[]
  readonly order: "ASC" | "DESC"
  readonly nullOrder: NullOrder
  readonly timing: boolean
}

/** What is set now, and what RESET goes back to. */
export interface SettingValues {
  now: Settings
  readonly initial: Settings
}

export const SETTINGS_DEFAULT: Settings = {
  partitions: undefined,
  joins: "auto",
  distribute: true,
  disabledRules: [],
  order: "ASC",
  nullOrder: "NULLS_LAST",
  timing: false,
}

export function settingValues(initial: Partial<Settings> = {}): SettingValues {
  const values = { ...SETTINGS_DEFAULT, ...initial }
  return { now: values, initial: values }
}

/** One row of the table of settings. */
export interface Setting {
  readonly name: string
  readonly type: string
  readonly description: string
  /** Gives what changes; throws UnsupportedSql for another value. */
  readonly read: (value: SettingText) => Partial<Settings>
  readonly initial: (values: Settings) => Partial<Settings>
  readonly show: (values: SettingValues) => string
}

/** Names of the optimizer's rules, given by who knows them: they are loaded only when somebody sets them. */
export const SETTINGS: readonly Setting[] = [
  {
    name: "default_null_order",
    type: "VARCHAR",
    description:
      "where NULLs stand when ORDER BY does not say: nulls_last, nulls_first, nulls_first_on_asc_last_on_desc, nulls_last_on_asc_first_on_desc",
    read: (value) => {
      const word = value.text.toLowerCase().replaceAll(" ", "_")
      const found = NULL_ORDERS.find((each) => each.toLowerCase() === word)
      const known = Object.hasOwn(NULL_ORDER_NAMES, word) ? NULL_ORDER_NAMES[word] : undefined
      return {
        nullOrder:
          found ??
          known ??
          refuse(
            value,
            NULL_ORDERS.map((each) => each.toLowerCase()),
          ),
      }
    },
    initial: ({ nullOrder }) => ({ nullOrder }),
    show: ({ now }) => now.nullOrder,
  },
  {
    name: "default_order",
    type: "VARCHAR",
    description: "the direction of ORDER BY when it does not say: asc or desc",
    read: (value) => {
      const order = /^asc(ending)?$/iu.test(value.text)
        ? "ASC"
        : /^desc(ending)?$/iu.test(value.text)
          ? "DESC"
          : undefined
      return { order: order ?? refuse(value, ["asc", "desc"]) }
    },
    initial: ({ order }) => ({ order }),
    show: ({ now }) => now.order,
  },
  {
    name: "disabled_rules",
    type: "VARCHAR[]",
    description: "optimizer rules that are left out, separated by commas; EXPLAIN VERBOSE names them",
    read: ({ text }) => ({
      disabledRules: text
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== ""),
    }),
    initial: ({ disabledRules }) => ({ disabledRules }),
    show: ({ now }) => now.disabledRules.join(", "),
  },
  {
    name: "distribute",
    type: "BOOLEAN",
    description: "false: everything but the scans runs on one engine",
    read: (value) => ({ distribute: truth(value) }),
    initial: ({ distribute }) => ({ distribute }),
    show: ({ now }) => String(now.distribute),
  },
  {
    name: "joins",
    type: "VARCHAR",
    description: "how joins move their inputs: auto, hash or broadcast; auto goes by the bytes",
    read: (value) => {
      const ways = ["auto", "hash", "broadcast"] as const
      return { joins: ways.find((each) => each === value.text.toLowerCase()) ?? refuse(value, ways) }
    },
    initial: ({ joins }) => ({ joins }),
    show: ({ now }) => now.joins,
  },
  {
    name: "partitions",
    type: "VARCHAR",
    description: `partitions of each hash exchange, 1 to ${PARTITIONS_MAX}; auto: as many as the bytes need`,
    read: (value) => {
      if (value.text.toLowerCase() === "auto") return { partitions: undefined }
      const count = /^\d{1,6}$/u.test(value.text) ? Number(value.text) : 0
      return {
        partitions: count >= 1 && count <= PARTITIONS_MAX ? count : refuse(value, ["auto", `1 to ${PARTITIONS_MAX}`]),
      }
    },
    initial: ({ partitions }) => ({ partitions }),
    show: ({ now }) => String(now.partitions ?? "auto"),
  },
  {
    name: "preserve_insertion_order",
    type: "BOOLEAN",
    description: "always true: rows come in the order of their files",
    read: (value) => (truth(value) ? {} : refuse(value, ["true"])),
    initial: () => ({}),
    show: () => "true",
  },
  {
    name: "TimeZone",
    type: "VARCHAR",
    description: "always UTC",
    read: (value) => (/^(etc\/)?utc$/iu.test(value.text) ? {} : refuse(value, ["UTC"])),
    initial: () => ({}),
    show: () => "UTC",
  },
  {
    name: "timing",
    type: "BOOLEAN",
    description: "the shell prints to standard error how long each query took",
    read: (value) => ({ timing: truth(value) }),
    initial: ({ timing }) => ({ timing }),
    show: ({ now }) => String(now.timing),
  },
]

const WORKERS = "engines are counted when the session starts: skein --workers N"
const MEMORY = "each engine takes its share of the memory by itself; fewer --workers give each more"

/** DuckDB's settings that people look for, and what is there instead. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  threads: WORKERS,
  worker_threads: WORKERS,
  external_threads: WORKERS,
  memory_limit: MEMORY,
  max_memory: MEMORY,
  search_path: "tables are looked for in --data DIR; there are no schemas",
  schema: "tables are looked for in --data DIR; there are no schemas",
  file_search_path: "tables are looked for in --data DIR; there are no schemas",
  disabled_optimizers: "set disabled_rules, or skein --disable-rule NAME",
  enable_progress_bar: "the shell shows it on a terminal",
}

/** Throws UnsupportedSql, with the nearest name, when there is none. */
export function settingNamed(name: Identifier, verb: "SET" | "RESET" | "SHOW" | "current_setting"): Setting {
  const wanted = name.text.toLowerCase()
  const found = SETTINGS.find((each) => each.name.toLowerCase() === wanted)
  if (found !== undefined) return found
  const span = name.span
  const elsewhere = Object.hasOwn(ELSEWHERE, wanted) ? ELSEWHERE[wanted] : undefined
  if (elsewhere !== undefined)
    throw new UnsupportedSql({ message: `"${name.text}" cannot be set here`, span, hint: elsewhere })
  const names = SETTINGS.map((each) => each.name)
  const nearest = nearestName(name.text, [...names, ...Object.keys(ELSEWHERE)])
  const what = verb === "SHOW" ? "table or setting" : "setting"
  const message = `there is no ${what} "${name.text}"`
  const hint = nearest === undefined ? `settings are: ${names.join(", ")}` : `did you mean ${nearest}?`
  throw new UnsupportedSql({ message, span, hint })
}

/** `value` undefined is DEFAULT. */
export function setSetting(values: SettingValues, name: Identifier, value: NamedExpr | undefined): void {
  const setting = settingNamed(name, "SET")
  const change = value === undefined ? setting.initial(values.initial) : setting.read(valueText(setting.name, value))
  values.now = { ...values.now, ...change }
}

/** Without a name all of them. */
export function resetSetting(values: SettingValues, name: Identifier | undefined): void {
  const change = name === undefined ? values.initial : settingNamed(name, "RESET").initial(values.initial)
  values.now = { ...values.now, ...change }
}

/** Name, value and description of each. */
export function listSettings(values: SettingValues): readonly (readonly [string, string, string])[] {
  return SETTINGS.map((setting) => [setting.name, setting.show(values), setting.description] as const)
}

/** What the planner is given. */
export function planSettings({ now }: SettingValues): Pick<QueryOptions, "partitions" | "settings"> {
  const { partitions, joins, distribute, disabledRules } = now
  const settings: PlanSettings = { joins, distribute, disabledRules }
  return partitions === undefined ? { settings } : { partitions, settings }
}

function truth(value: SettingText): boolean {
  if (/^(true|on|yes|t|1)$/iu.test(value.text)) return true
  if (/^(false|off|no|f|0)$/iu.test(value.text)) return false
  return refuse(value, ["true", "false"])
}

function refuse({ setting, text, span }: SettingText, words: readonly string[]): never {
  const message = `${setting} cannot be '${text}'`
  throw new UnsupportedSql({ message, span, hint: `it takes ${words.join(", ")}` })
}
