import { parquetSource } from "../../actors/sources/parquet/source.ts"
import type { TestEngine, TextRow } from "../../actors/sources/parquet/testing/engine.ts"
import type { NativeOracle } from "../../actors/sources/parquet/testing/native.ts"

/** Where this source and native DuckDB differ over a file, on one line; undefined where they do not. */
export async function difference(engine: TestEngine, native: NativeOracle, path: string): Promise<string | undefined> {
  const ours = await told(async () => {
    const table = await parquetSource.describe([path])
    const columns = table.columns.map(({ name, type }) => ({ name, type }))
    const names = columns.map(({ name }) => name)
    return { columns, rows: await engine.scan(table, names) }
  })
  const natives = await told(async () => {
    const sql = `SELECT * FROM read_parquet('${path}')`
    return { columns: await native.describe(sql), rows: await native.texts(sql) }
  })
  if (typeof ours === "string") return typeof natives === "string" ? undefined : `ours refuses: ${ours}`
  if (typeof natives === "string") return NATIVE_LACKS.test(natives) ? undefined : `native refuses: ${natives}`
  const types = [ours, natives].map(({ columns }) => JSON.stringify(columns))
  if (types[0] !== types[1]) return `columns ${types.join(" | ")}`
  if (ours.rows.length !== natives.rows.length) return `${ours.rows.length} rows | ${natives.rows.length} rows`
  for (const [row, values] of natives.rows.entries()) {
    const own = ours.rows[row] ?? []
    for (const [column, value] of values.entries()) {
      if (own[column] !== value) {
        return `row ${row}, ${natives.columns[column]?.name ?? ""} ${natives.columns[column]?.type ?? ""}: ${own[column]} | ${value}`
      }
    }
  }
  return undefined
}

/** What this source reads, and DuckDB does not yet. */
const NATIVE_LACKS = /Delta Byte Array encoding is only supported for string\/blob data/

interface Answer {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly TextRow[]
}

/** The answer, or why there is none. */
async function told(work: () => Promise<Answer>): Promise<Answer | string> {
  try {
    return await work()
  } catch (cause) {
    return cause instanceof Error ? cause.message.replaceAll("\n", " ") : String(cause)
  }
}
