import type { ColumnRef, Identifier, Star } from "../ast/expression.ts"
import { NOWHERE } from "../ast/span.ts"
import { type Relation, sameName } from "./scope.ts"

/**
 * Hidden columns: a table of files has `filename`, `file_row_number` and `file_index`, which a name finds and `*` leaves
 * out. A table gets those that the text mentions, behind its own; wherever DuckDB is shown such a table, or runs a text
 * over it, the text's `*` has to leave them out:
 *
 *   SELECT *, filename FROM t     →     SELECT * EXCLUDE ("t"."filename"), filename FROM (SELECT …, c7 AS "filename" FROM x1) AS t
 */

/** The column's name as the text spells it, if it has it at all: so DuckDB calls it in the answer. */
export function mention(sql: string, name: string): string | undefined {
  return new RegExp(name, "iu").exec(sql)?.[0]
}

/** A column's name, given by an alias too, hides them. */
export function notTaken(hidden: Relation["columns"], { columns }: Relation): Relation["columns"] {
  return hidden.filter((each) => !columns.some(({ name }) => sameName(name, each.name)))
}

/** What a `*`, or the `t.*` of `relation`, must leave out. */
export function namesToExclude(
  relations: readonly Pick<Relation, "alias" | "hidden">[],
  relation: Identifier | undefined,
): readonly (readonly Identifier[])[] {
  const starred = relations.filter(({ alias }) => relation === undefined || sameName(alias, relation.text))
  return starred.flatMap(({ alias, hidden }) => hidden.map(({ name }) => [identifier(alias), identifier(name)]))
}

/** `*` as DuckDB must read it. */
export function plainStar(star: Star<ColumnRef>, relations: readonly Relation[]): Star<ColumnRef> {
  return { ...star, exclude: [...star.exclude, ...namesToExclude(relations, star.relation)] }
}

function identifier(text: string): Identifier {
  return { text, quoted: true, span: NOWHERE }
}
