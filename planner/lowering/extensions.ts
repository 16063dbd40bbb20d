/**
 * What DuckDB has in extensions, which Skein's engines do not load. No function of theirs has a plain form that is right
 * for every value: JSON values are of a type of their own, collations order by tables that only ICU has.
 */
export interface ExtensionFamily {
  /** DuckDB's name of the extension. */
  readonly extension: string
  readonly title: string
  /** What a query can say instead. */
  readonly instead: string
}

export const EXTENSION_FAMILIES: readonly ExtensionFamily[] = [
  {
    extension: "json",
    title: "JSON",
    instead:
      "read the fields as columns: a STRUCT (s.field) or a MAP; {'a': x} makes a STRUCT, --format json writes JSON",
  },
  {
    extension: "icu",
    title: "time zones and collations",
    instead: "the only time zone is UTC, the collations are NOCASE, NOACCENT and NFC",
  },
  { extension: "spatial", title: "geometry", instead: "keep coordinates as columns of DOUBLE" },
  {
    extension: "inet",
    title: "network addresses",
    instead: "keep addresses as text, or as numbers that can be compared",
  },
  {
    extension: "fts",
    title: "full text search",
    instead: "ILIKE, regexp_matches and list functions of split text search it",
  },
  { extension: "excel", title: "Excel", instead: "format() and strftime() write numbers and dates" },
  { extension: "parquet", title: "Parquet", instead: "FROM 'path' and read_parquet('path') read the files" },
]

/** What is missing, in DuckDB's own words: `Type with name "JSON" is not in the catalog, but it exists in …`. */
const MISSING =
  /(\w+) with name "?([^"\s]+)"? is not in the catalog, (?:but it exists|a function by this name exists) in the (\w+) extension/

const KINDS: Readonly<Record<string, string>> = { Type: "type", Collation: "collation" }

interface Refusal {
  readonly message: string
  readonly hint: string | undefined
}

/** One sentence for what is missing, and one for what to say instead; undefined when nothing of an extension is. */
export function missingExtension(message: string): Refusal | undefined {
  const found = MISSING.exec(message)
  // A table function of that name where a value stands.
  const other = /with name "(\w+)" is not in the catalog, functions with this name exist in the (\w+) extension/.exec(
    message,
  )
  if (other?.[1] !== undefined && other[2] !== undefined) return needsExtension(`function "${other[1]}"`, other[2])
  const extension = found?.[3] ?? /required extension '(\w+)'/.exec(message)?.[1]
  if (extension === undefined) return undefined
  const name = found?.[2]
  const what = name === undefined ? "this expression" : `${KINDS[found?.[1] ?? ""] ?? "function"} "${name}"`
  return needsExtension(what, extension)
}

export function needsExtension(what: string, extension: string): Refusal {
  const hint = EXTENSION_FAMILIES.find((family) => family.extension === extension)?.instead
  return { message: `${what} needs DuckDB's ${extension} extension, and Skein's engines run without extensions`, hint }
}
