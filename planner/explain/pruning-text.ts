import type { PruningPredicate } from "../physical/stage.ts"

/** Constants of an IN list that are shown. */
const VALUES_SHOWN_MAX = 4

/** `l_shipdate >= 1994-01-01`, as EXPLAIN shows what row groups are chosen by. */
export function pruningText(predicate: PruningPredicate): string {
  switch (predicate.op) {
    case "is null":
    case "is not null":
      return `${predicate.column} ${predicate.op.toUpperCase()}`
    case "in": {
      const shown = predicate.values.slice(0, VALUES_SHOWN_MAX)
      const more = predicate.values.length - shown.length
      return `${predicate.column} IN (${[...shown, ...(more > 0 ? [`${more} more`] : [])].join(", ")})`
    }
    case "starts with":
      return `${predicate.column} STARTS WITH ${predicate.values[0] ?? ""}`
    case "=":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return `${predicate.column} ${predicate.op} ${predicate.values[0] ?? ""}`
  }
}
