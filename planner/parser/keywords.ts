/**
 * DuckDB 1.4's keywords by what they may still name, as its `duckdb_keywords()` lists them. A word that is in none of
 * these lists, and one of the unreserved hundreds, is a name anywhere. A test compares the lists with the engine's.
 */
const RESERVED =
  "all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create default " +
  "deferrable desc describe distinct do else end except false fetch for foreign from group having in initially " +
  "intersect into lambda lateral leading limit not null offset on only or order pivot pivot_longer pivot_wider " +
  "placing primary qualify references returning select show some summarize symmetric table then to trailing true " +
  "union unique unpivot using variadic when where window with"

/** Names of columns and tables, but not of functions: as functions and types they have a grammar of their own. */
const COLUMN_NAME =
  "between bigint bit boolean char character coalesce dec decimal exists extract float grouping grouping_id inout int " +
  "integer interval national nchar none nullif numeric out overlay position precision real row setof smallint " +
  "substring time timestamp treat trim values varchar xmlattributes xmlconcat xmlelement xmlexists xmlforest " +
  "xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable"

/** Names of functions and types, but not of columns and tables. */
const TYPE_FUNCTION =
  "anti asof at authorization binary by collation columns concurrently cross freeze full generated glob ilike inner " +
  "is isnull join left like map natural notnull outer overlaps positional right semi similar struct tablesample " +
  "try_cast unpack verbose"

/** What a keyword may still name. Unreserved ones name anything, as does a word that is no keyword. */
export type KeywordClass = "reserved" | "column" | "function" | "unreserved"

const CLASSES: ReadonlyMap<string, KeywordClass> = new Map<string, KeywordClass>([
  ...RESERVED.split(" ").map((word) => [word, "reserved"] as const),
  ...COLUMN_NAME.split(" ").map((word) => [word, "column"] as const),
  ...TYPE_FUNCTION.split(" ").map((word) => [word, "function"] as const),
])

/** The class of a word in any case; "unreserved" when it is free to name anything. */
export function keywordClass(word: string): KeywordClass {
  return CLASSES.get(word.toLowerCase()) ?? "unreserved"
}

/** Every word that is not free, for the lexer's table and the tests. */
export function restrictedKeywords(): Iterable<readonly [string, KeywordClass]> {
  return CLASSES
}
