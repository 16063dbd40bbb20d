import { RULE_NAMES, RULES } from "../../planner/optimizer.ts"
import type { QueryOptions } from "../../runtime/session.ts"

const PARTITIONS = [1, 2, 4, 8] as const
const JOINS = ["hash", "broadcast"] as const

const REQUIRED = new Set(RULES.filter((rule) => rule.required).map((rule) => rule.name))

/** Every way a statement is run, by name. None of them may change a row. */
export const WAYS: ReadonlyMap<string, QueryOptions> = new Map<string, QueryOptions>([
  ...PARTITIONS.flatMap((partitions) =>
    JOINS.map((joins): [string, QueryOptions] => [`${partitions}, ${joins}`, { partitions, settings: { joins } }]),
  ),
  ["rules off", { partitions: 4, settings: { disabledRules: RULE_NAMES.filter((name) => !REQUIRED.has(name)) } }],
  ["distribution off", { settings: { distribute: false } }],
])

/** One of the ways, drawn from the statement's text and the layout. */
export function drawnWay(sql: string, layout: string): string {
  let hash = 0
  for (const character of layout + sql) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) >>> 0
  const names = [...WAYS.keys()]
  return names[(hash >>> 8) % names.length] ?? ""
}
