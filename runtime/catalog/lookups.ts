import { join } from "node:path"
import type { Roots } from "./roots.ts"

export interface Places {
  /** Where unqualified names are looked for. */
  readonly dataDir: string | undefined
  readonly cwd: string
  /**
   * A served session reads only inside these folders, after links are resolved; `dataDir` and `cwd` lie in one of them.
   * Undefined: all that the user may read.
   */
  readonly roots?: Roots | undefined
}

/** One place to look: `pattern` is a path or a glob, `root` is what it is relative to. */
export interface Lookup {
  readonly pattern: string
  readonly root: string
  /** Files of other formats that the pattern meets are left out, and named only when nothing else was met. */
  readonly parquetOnly: boolean
}

export type Spelling = "identifier" | "string" | "read_parquet"

const GLOB_CHARACTERS = /[*?[]/

export const PARQUET_ENDING = ".parquet"

/**
 * Where a name is looked for, first hit wins:
 *
 *   lineitem                 DIR/lineitem.parquet   DIR/lineitem/**                    only with --data DIR
 *   "data_part_*"            DIR/data_part_*        DIR/data_part_*.parquet            then the same in cwd
 *   'data/x.parquet'         cwd/data/x.parquet     cwd/data/x.parquet/** (a folder)   then the same in DIR
 *   read_parquet('a.bin')    as written, whatever the ending
 */
export function lookups(name: string, spelling: Spelling, places: Places): readonly Lookup[] {
  const { dataDir, cwd } = places
  if (spelling === "identifier" && !name.includes("/")) {
    const roots = dataDir === undefined ? [] : [dataDir]
    if (looksLikePath(name)) roots.push(cwd)
    return roots.flatMap((root) => [
      { pattern: `${name}${PARQUET_ENDING}`, root, parquetOnly: true },
      ...folder(name, root),
      { pattern: name, root, parquetOnly: true },
    ])
  }
  const roots = dataDir === undefined ? [cwd] : [cwd, dataDir]
  const parquetOnly = spelling !== "read_parquet"
  return roots.flatMap((root) => [{ pattern: name, root, parquetOnly }, ...folder(name, root)])
}

/** All Parquet files below a folder; a pattern says itself how deep it goes. */
function folder(name: string, root: string): readonly Lookup[] {
  return name === "" || isGlob(name)
    ? []
    : [{ pattern: join(name, "**", `*${PARQUET_ENDING}`), root, parquetOnly: true }]
}

export function looksLikePath(name: string): boolean {
  return name.includes("/") || name.includes(".") || isGlob(name)
}

export function isGlob(name: string): boolean {
  return GLOB_CHARACTERS.test(name)
}

/** `lineitem` for `data/lineitem.parquet`: up to the first dot of the last part, as DuckDB does. */
export function aliasOf(name: string, spelling: Spelling): string {
  if (spelling === "read_parquet") return "read_parquet"
  const last = name.split("/").findLast((part) => part !== "") ?? name
  const [base] = last.split(".")
  return base === undefined || base === "" ? last : base
}
