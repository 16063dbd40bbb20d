import { DuckDBInstance } from "@duckdb/node-api"

export interface TreeJudge extends Disposable {
  /** DuckDB's tree of a statement as JSON text; undefined when it is no statement to DuckDB. */
  readonly treeOf: (sql: string) => Promise<string | undefined>
}

/** What two spellings of the same call differ in: positions, and whether the grammar named the schema. */
const NOISE = new Set(["query_location", "schema"])

/** DuckDB's own parser, through `json_serialize_sql`. */
export async function treeJudge(): Promise<TreeJudge> {
  const instance = await DuckDBInstance.create()
  const connection = await instance.connect()
  const statement = await connection.prepare("SELECT json_serialize_sql($1::VARCHAR)")
  return {
    async treeOf(sql) {
      statement.bindVarchar(1, sql)
      const reader = await statement.runAndReadAll()
      const serialized = reader.getRowsJS()[0]?.[0]
      if (typeof serialized !== "string") throw new TypeError("json_serialize_sql gave no text")
      const parsed: unknown = JSON.parse(serialized, (key, value: unknown) => (NOISE.has(key) ? undefined : value))
      const text = JSON.stringify(parsed)
      return text.startsWith('{"error":true') ? undefined : text
    },
    [Symbol.dispose]: () => connection.closeSync(),
  }
}
