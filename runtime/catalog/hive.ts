import type { AddedColumn } from "../../actors/sources/source.ts"
import { SourceError } from "../../actors/errors.ts"
import type { TypeOracle } from "../../planner/describe.ts"
import { quoteString } from "../../planner/sql/quote.ts"

/** A file, and its path as the statement's own path leads to it. */
export interface FoundFile {
  readonly file: string
  readonly shown: string
}

export interface HiveOptions {
  /** Undefined: when all files have the same keys. */
  readonly wanted: boolean | undefined
  /** By key in lower case. */
  readonly types: ReadonlyMap<string, string>
  readonly autocast: boolean
}

type Keys = ReadonlyMap<string, string>
/** Asked for only where there is something to ask. */
type Oracle = () => TypeOracle

/**
 * The columns that folders called `key=value` give: `y=2024/m=5/a.parquet` has y and m. As in DuckDB they stand in the
 * order of their names, and are DATE, TIMESTAMP or BIGINT where every value is one.
 */
export async function hiveColumns(
  files: readonly FoundFile[],
  { wanted, types, autocast }: HiveOptions,
  oracle: Oracle,
): Promise<readonly AddedColumn[]> {
  const keys = files.map(({ shown }) => keysOf(shown))
  const [first] = keys
  if (first !== undefined) refuseUnknown(first, types)
  if (wanted === false || first === undefined || first.size === 0) return []
  const different = keys.findIndex((each) => !sameKeys(first, each))
  if (different >= 0) {
    if (wanted === undefined) return []
    throw mismatch(files[0]?.file ?? "", files[different]?.file ?? "")
  }
  const names = [...first.keys()].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  const columns: AddedColumn[] = []
  for (const name of names) {
    const texts = keys.map((each) => each.get(name) ?? "")
    const { type, values } = await typed(name, texts, types.get(name.toLowerCase()), autocast, oracle)
    const byFile = Object.fromEntries(files.map(({ file }, i) => [file, values.get(texts[i] ?? "") ?? null]))
    columns.push({ name, type, replaces: true, values: byFile })
  }
  return columns
}

/** A folder with one `=`, not at its beginning; of a repeated key the first. */
export function keysOf(path: string): Keys {
  const found = new Map<string, string>()
  for (const folder of path.split(/[/\\]/).slice(0, -1)) {
    const [key = "", value, ...more] = folder.split("=")
    if (key === "" || value === undefined || more.length > 0 || /[?\n]/.test(folder) || found.has(key)) continue
    found.set(key, value)
  }
  return found
}

function sameKeys(a: Keys, b: Keys): boolean {
  return a.size === b.size && [...a.keys()].every((key) => b.has(key))
}

/** How DuckDB knows the type of a value, as it stands in the path, without being told: its casts are stricter here than CAST is. */
const DETECTED = `CASE
  WHEN regexp_full_match(v, '\\s*(-?[0-9]+[-/ \\\\][0-9]+[-/ \\\\][0-9]+( \\(BC\\))?|-?infinity|epoch)\\s*', 'i')
    AND TRY_CAST(v AS DATE) IS NOT NULL THEN 'DATE'
  WHEN TRY_CAST(v AS TIMESTAMP) IS NOT NULL THEN 'TIMESTAMP'
  WHEN regexp_full_match(v, '\\s*(-[0-9]+|0|[1-9][0-9]*|0[xX][0-9a-fA-F]+|0[bB][01]+)\\s*')
    AND TRY_CAST(v AS BIGINT) IS NOT NULL THEN 'BIGINT'
  ELSE 'VARCHAR' END`

async function typed(
  name: string,
  texts: readonly string[],
  given: string | undefined,
  autocast: boolean,
  oracle: Oracle,
): Promise<{ readonly type: string; readonly values: ReadonlyMap<string, string | null> }> {
  const distinct = [...new Set(texts)]
  let type = given === undefined ? "VARCHAR" : await spelled(given, oracle())
  if (given === undefined && autocast) {
    const found = new Set((await oracle().evaluate(`SELECT ${DETECTED} ${valuesOf(distinct)}`)).map(([each]) => each))
    const [only] = found
    if (found.size === 1 && typeof only === "string") type = only
  }
  const casts =
    type === "VARCHAR"
      ? []
      : await oracle().evaluate(`SELECT CAST(TRY_CAST(v AS ${type}) AS VARCHAR) ${valuesOf(distinct.map(decoded))}`)
  const values = new Map<string, string | null>()
  for (const [i, text] of distinct.entries()) {
    const isNull = /^null$/i.test(text) || (text === "" && type !== "VARCHAR")
    const cast = type === "VARCHAR" ? decoded(text) : (casts[i]?.[0] ?? null)
    if (!isNull && cast === null) throw uncastable(name, text, type)
    values.set(text, isNull ? null : cast)
  }
  return { type, values }
}

function valuesOf(texts: readonly string[]): string {
  return `FROM (VALUES ${texts.map((text) => `(${quoteString(text)})`).join(", ")}) t(v)`
}

/** INT is INTEGER. */
async function spelled(type: string, oracle: TypeOracle): Promise<string> {
  const [column] = await oracle.describe(`SELECT CAST(NULL AS ${type}) AS c`)
  return column?.type ?? type
}

/** `%20` is a space, as in a URL; what is no such code stays. */
function decoded(text: string): string {
  if (!text.includes("%")) return text
  const bytes: Buffer[] = []
  for (const [piece] of text.matchAll(/%[0-9a-f]{2}|[^%]+|%/gi)) {
    bytes.push(/^%[0-9a-f]{2}$/i.test(piece) ? Buffer.from(piece.slice(1), "hex") : Buffer.from(piece))
  }
  return Buffer.concat(bytes).toString()
}

function refuseUnknown(keys: Keys, types: ReadonlyMap<string, string>): void {
  const names = new Set([...keys.keys()].map((key) => key.toLowerCase()))
  const unknown = [...types.keys()].find((name) => !names.has(name))
  if (unknown === undefined) return
  const has = names.size === 0 ? "none of the files' folders is called key=value" : `they are ${[...names].join(", ")}`
  throw new SourceError({
    message: `hive_types gives a type to "${unknown}", which is no column of the files' folders: ${has}`,
    path: unknown,
  })
}

function mismatch(first: string, other: string): SourceError {
  return new SourceError({
    message: `the folders of "${other}" give other columns than those of "${first}"`,
    path: other,
    hint: "Give all files the same key=value folders, or read them without: hive_partitioning = false.",
  })
}

function uncastable(name: string, text: string, type: string): SourceError {
  return new SourceError({
    message: `the folder "${name}=${text}" cannot be read as ${type}`,
    path: `${name}=${text}`,
    hint: `Give it another type: hive_types = {'${name}': VARCHAR}.`,
  })
}
