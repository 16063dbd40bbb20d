import { SyntaxError, UnsupportedSql } from "../../errors.ts"
import { allKeywords } from "../keywords.ts"
import { parse } from "../parse.ts"
import { wordToken } from "../tokens.ts"
import type { TreeJudge } from "./duckdb-tree.ts"

export interface Disagreement {
  readonly sql: string
  readonly duckdb: string
  readonly skein: string
}

/** Why Skein's parser refuses a text; undefined when it reads it. */
export function refusal(sql: string): string | undefined {
  try {
    parse(sql)
    return undefined
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof UnsupportedSql) return error.message
    throw error
  }
}

/**
 * What both parsers say of a text that only one of them takes for a statement. `meanings` are what DuckDB's parser says
 * of a text that it has read: these go on to the binder, where DuckDB says them again.
 */
export async function disagreement(
  judge: TreeJudge,
  meanings: readonly RegExp[],
  sql: string,
): Promise<Disagreement | undefined> {
  const [duckdb, skein] = [await judge.refusalOf(sql), refusal(sql)]
  if ((duckdb === undefined) === (skein === undefined)) return undefined
  if (duckdb !== undefined && meanings.some((meaning) => meaning.test(duckdb))) return undefined
  return { sql, duckdb: duckdb ?? "accepts it", skein: skein ?? "accepts it" }
}

/** Words of the same token are the same to the grammar: a few of each are enough, all of them in a long run. */
const WORDS_OF_TOKEN = process.env["SKEIN_PROPERTY_RUNS"] === undefined ? 5 : Number.POSITIVE_INFINITY

export const WORDS: readonly string[] = [...Map.groupBy(allKeywords(), wordToken).values()].flatMap((words) =>
  words.slice(0, WORDS_OF_TOKEN),
)
