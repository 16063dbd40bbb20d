import { open } from "node:fs/promises"
import { SourceError } from "../../actors/errors.ts"
import type { CreateTableStatement } from "../../planner/ast/statement.ts"
import { relocated } from "../../planner/errors.ts"
import type { OutputColumn } from "../../planner/physical/stage.ts"
import { edited, type EditedText, partOf } from "../../planner/sql/edited-text.ts"
import { quoteIdentifier } from "../../planner/sql/quote.ts"
import { storedForm } from "../../planner/types/stored.ts"
import { parquetFormat, ROW_GROUP_ROWS } from "../writers/parquet.ts"
import { type Answer, countAnswer } from "./answer.ts"
import type { Run } from "./run.ts"
import { type KeptTable, keyOf } from "./state.ts"
import type { TableFile } from "./table-folder.ts"
import { isKept, refuseExtraColumns, refuseParts } from "./views.ts"

/**
 * Runs the query and keeps its rows in a Parquet file of the session's own folder. What the table is afterwards is a
 * view of that file, which gives each column its type back.
 */
export async function createTable(run: Run, statement: CreateTableStatement, sql: string): Promise<Answer> {
  const { state, options } = run
  const { name, columns, query, withData } = statement
  refuseParts(query, "table")
  if (isKept(run, statement, "table")) return { ...countAnswer("create", 0, options.form), hasRows: false }
  const { output } = await run.plan(partOf(sql, query.span))
  refuseExtraColumns(columns, output.length)
  const named = output.map((column, i) => ({ ...column, name: columns[i]?.text ?? column.name }))
  try {
    for (const { type } of output) storedForm(type)
  } catch (error) {
    throw relocated(error, (found) => ({ ...found, span: query.span }))
  }
  const file = await run.folder.file()
  try {
    const rows = await write(run, partOf(sql, query.span), withData, file)
    const before = state.relations.get(keyOf(name.text))
    state.relations.set(keyOf(name.text), keptTable(name.text, named, file))
    if (before?.kind === "table") await before.drop()
    return countAnswer("create", rows, options.form)
  } catch (error) {
    await file.remove()
    throw error
  }
}

async function write(run: Run, text: EditedText, withData: boolean, file: TableFile): Promise<number> {
  const end = text.text.length
  const none = [
    { span: { start: 0, end: 0 }, text: "FROM (" },
    { span: { start: end, end }, text: "\n) LIMIT 0" },
  ]
  const asked = withData ? text : edited(text, none)
  // Before the query: one that is started and never read would not end.
  const handle = await open(file.path, "wx", 0o600)
  let rows = 0
  try {
    const result = await run.query(asked, "stored")
    const sink = {
      write: async (chunk: string | Uint8Array) => {
        file.grow(Buffer.byteLength(chunk))
        await handle.writeFile(chunk)
      },
    }
    const format = parquetFormat({ form: "stored", compression: "snappy", rowGroupRows: ROW_GROUP_ROWS })
    const columns = result.columns.map(({ type }, i) => ({ name: `c${i}`, type }))
    const writer = format.open({ columns, sink, terminalWidth: undefined })
    for await (const batch of result.batches) {
      rows += batch.rows
      await writer.batch(batch)
    }
    await writer.end()
    return rows
  } catch (error) {
    if (error instanceof Error && "syscall" in error) {
      throw new SourceError({ message: `the table's rows cannot be kept: ${error.message}`, path: file.path })
    }
    throw error
  } finally {
    await handle.close()
  }
}

function keptTable(name: string, output: readonly OutputColumn[], file: TableFile): KeptTable {
  const source = `skein-table:${file.path}`
  const items = output.map(
    ({ name: column, type }, i) => `${storedForm(type).restore(`c${i}`)} AS ${quoteIdentifier(column)}`,
  )
  return {
    kind: "table",
    name,
    sql: `SELECT ${items.join(", ")} FROM read_parquet('${source.replaceAll("'", "''")}')`,
    columns: [],
    output,
    source,
    files: [file.path],
    drop: file.remove,
  }
}
