import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api"
import { ENGINE_MACROS } from "../../planner/lowering/engine-macros.ts"
import type { DescribeRefusal, TypeOracle } from "../../planner/describe.ts"
import { FUNCTIONS_QUERY, functionNamesOf } from "../../planner/function-names.ts"

/** DuckDB's word on types for planner tests, from native DuckDB: no engine has to start. */
export async function nativeTypeOracle(): Promise<TypeOracle & { readonly close: () => void }> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" })
  const connection = await instance.connect()
  await connection.run("SET errors_as_json = true")
  await connection.run("SET explain_output = 'all'")
  for (const macro of ENGINE_MACROS.prelude) await connection.run(macro)
  for (const { sql } of ENGINE_MACROS.macros) await connection.run(sql)
  return {
    describe: async (sql) => {
      const rows = await texts(connection, `DESCRIBE ${sql}`)
      return rows.map((row) => ({ name: row[0] ?? "", type: row[1] ?? "" }))
    },
    explain: async (sql) => {
      const rows = await texts(connection, `EXPLAIN (FORMAT json) ${sql}`)
      const logical = rows.find((row) => row[0] === "logical_plan")
      return JSON.parse(logical?.[1] ?? "null") as unknown
    },
    evaluate: (sql) => texts(connection, sql),
    functions: async () => functionNamesOf(await texts(connection, FUNCTIONS_QUERY)),
    close: () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

async function texts(connection: DuckDBConnection, sql: string): Promise<(string | null)[][]> {
  try {
    const reader = await connection.runAndReadAll(sql)
    return reader.getRows().map((row) => row.map((value) => (value === null ? null : String(value))))
  } catch (error) {
    throw refusal(error)
  }
}

function refusal(error: unknown): DescribeRefusal {
  const text = error instanceof Error ? error.message : String(error)
  const start = text.indexOf("{")
  const fields = start < 0 ? {} : (JSON.parse(text.slice(start)) as Record<string, string | undefined>)
  const position = fields["position"]
  return {
    _tag: "DescribeRefusal",
    kind: fields["exception_type"] ?? "Error",
    message: `${fields["exception_type"] ?? "Unknown"} Error: ${fields["exception_message"] ?? text}`,
    position: position === undefined ? undefined : Number(position),
    candidates: fields["candidates"],
  }
}
