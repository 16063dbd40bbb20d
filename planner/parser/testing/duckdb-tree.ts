import { DuckDBInstance } from "@duckdb/node-api"

export interface TreeJudge extends Disposable {
  /** DuckDB's tree of a statement as JSON text; undefined when it is no statement to DuckDB. */
  readonly treeOf: (sql: string) => Promise<string | undefined>
  /** Why a text is no statement to DuckDB; undefined when it is one, whatever it would mean. */
  readonly refusalOf: (sql: string) => Promise<string | undefined>
}

/** What two spellings of the same call differ in: positions, and whether the grammar named the schema. */
const NOISE = new Set(["query_location", "schema"])

/** Said of a statement that was parsed: a PIVOT without IN is several statements, and those have no tree. */
const PARSED = "Only SELECT statements can be serialized to json!"

/** DuckDB's own parser, through `json_serialize_sql`. */
export async function treeJudge(): Promise<TreeJudge> {
  const instance = await DuckDBInstance.create()
  const connection = await instance.connect()
  const statement = await connection.prepare("SELECT json_serialize_sql($1::VARCHAR)")
  const serialized = async (sql: string): Promise<string> => {
    statement.bindVarchar(1, sql)
    const reader = await statement.runAndReadAll()
    const text = reader.getRowsJS()[0]?.[0]
    if (typeof text !== "string") throw new TypeError("json_serialize_sql gave no text")
    return text
  }
  return {
    async treeOf(sql) {
      const parsed: unknown = JSON.parse(await serialized(sql), (key, value: unknown) =>
        NOISE.has(key) ? undefined : value,
      )
      const text = JSON.stringify(parsed)
      return text.startsWith('{"error":true') ? undefined : text
    },
    async refusalOf(sql) {
      const tree: unknown = JSON.parse(await serialized(sql))
      if (typeof tree !== "object" || tree === null || !("error_message" in tree)) return undefined
      return tree.error_message === PARSED ? undefined : String(tree.error_message)
    },
    [Symbol.dispose]: () => connection.closeSync(),
  }
}
