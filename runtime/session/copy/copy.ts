import type { CopyStatement } from "../../../planner/ast/statement.ts"
import { SourceError } from "../../../actors/errors.ts"
import { UnknownColumn, UnsupportedSql } from "../../../planner/errors.ts"
import { nearestName } from "../../../planner/parser/nearest.ts"
import type { OutputColumn } from "../../../planner/physical/stage.ts"
import { edited, type EditedText, partOf } from "../../../planner/sql/edited-text.ts"
import { quoteIdentifier } from "../../../planner/sql/quote.ts"
import { type Answer, countAnswer } from "../answer.ts"
import type { Run } from "../run.ts"
import { keyOf } from "../state.ts"
import { openOutputFile, type OutputFile } from "./output-file.ts"
import { type CopyPlan, copyPlan } from "./options.ts"
import { partitionWriter } from "./partitions.ts"
import { stagedFile, stagedFolder, type Staging } from "./place.ts"
import { placeToWrite } from "./write-root.ts"

/** Writes a query's rows to files below the write root. They appear when all of them are complete. */
export async function copy(run: Run, statement: CopyStatement, sql: string): Promise<Answer> {
  const plan = copyPlan(statement)
  const target = await placeToWrite(statement.path, statement.pathSpan, run.writeRoot)
  const source = sourceText(statement, sql)
  const { output } = await run.plan(source)
  const partitions = plan.partitionBy.map((name) => columnNamed(name, output, statement))
  const data = plan.writePartitionColumns ? output : output.filter((column) => !partitions.includes(column))
  if (data.length === 0) {
    const hint = "WRITE_PARTITION_COLUMNS writes those, too"
    throw new UnsupportedSql({
      message: "PARTITION_BY names every column: none is left to be written",
      span: statement.span,
      hint,
    })
  }
  try {
    const staging = partitions.length > 0 ? await stagedFolder(target, plan.onExisting) : await stagedFile(target)
    const text = partitions.length > 0 ? orderedText(source, data, partitions) : source
    const rows = await write(run, text, partitions.length, plan, staging)
    return countAnswer("copy", rows, run.options.form)
  } catch (error) {
    throw asSourceError(error, target)
  }
}

async function write(
  run: Run,
  text: EditedText,
  partitions: number,
  plan: CopyPlan,
  staging: Staging,
): Promise<number> {
  try {
    const result = await run.query(text, plan.format.form)
    const columns = result.columns.slice(0, result.columns.length - partitions)
    const writer =
      partitions > 0
        ? partitionWriter(staging.path, columns, plan)
        : lateFile(() => openOutputFile(staging.path, columns, plan.format, plan.compression))
    let rows = 0
    try {
      for await (const batch of result.batches) {
        rows += batch.rows
        await writer.batch(batch)
      }
      await writer.end()
    } catch (error) {
      await writer.abandon()
      throw error
    }
    run.options.signal?.throwIfAborted()
    await staging.publish()
    return rows
  } catch (error) {
    await staging.discard()
    throw error
  }
}

/** Opened with the first rows: a file that cannot be opened ends the query, which is left only by leaving its rows. */
function lateFile(open: () => Promise<OutputFile>): OutputFile {
  let file: OutputFile | undefined
  return {
    batch: async (batch) => {
      file ??= await open()
      await file.batch(batch)
    },
    end: async () => {
      file ??= await open()
      await file.end()
    },
    abandon: async () => file?.abandon(),
  }
}

/** `FROM (query)`: a name that comes twice gets a number, as DuckDB does it. */
function sourceText({ source }: CopyStatement, sql: string): EditedText {
  if (source._tag === "query") {
    const text = partOf(sql, source.query.span)
    const end = text.text.length
    return edited(text, [
      { span: { start: 0, end: 0 }, text: "FROM (" },
      { span: { start: end, end }, text: "\n)" },
    ])
  }
  const list = source.columns.map(({ text }) => quoteIdentifier(text)).join(", ")
  const before = list === "" ? "FROM " : `SELECT ${list} FROM `
  return edited(partOf(sql, source.name), [{ span: { start: 0, end: 0 }, text: before }])
}

/** The data, then the partition's values as texts, ordered by partition: one file after the other is written. */
function orderedText(
  source: EditedText,
  data: readonly OutputColumn[],
  partitions: readonly OutputColumn[],
): EditedText {
  const names = data.map(({ name }) => quoteIdentifier(name))
  const keys = partitions.map(({ name }) => quoteIdentifier(name))
  const texts = keys.map((key, i) => `CAST(${key} AS VARCHAR) AS "skein_partition_${i}"`)
  const end = source.text.length
  return edited(source, [
    { span: { start: 0, end: 0 }, text: `SELECT ${[...names, ...texts].join(", ")} FROM (` },
    { span: { start: end, end }, text: `\n) AS copied ORDER BY ${keys.map((key) => `copied.${key}`).join(", ")}` },
  ])
}

function columnNamed(name: string, output: readonly OutputColumn[], { span }: CopyStatement): OutputColumn {
  const found = output.find((column) => keyOf(column.name) === keyOf(name))
  if (found !== undefined) return found
  const available = output.map((column) => column.name)
  const nearest = nearestName(name, available)
  const hint = nearest === undefined ? `there are: ${available.join(", ")}` : `did you mean "${nearest}"?`
  throw new UnknownColumn({
    message: `PARTITION_BY names "${name}", which is no column`,
    span,
    hint,
    name,
    nearest,
    available,
  })
}

/** What the file system refuses. */
function asSourceError(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !("code" in error) || !("syscall" in error)) return error
  const reasons: Readonly<Record<string, string>> = {
    EACCES: "it may not be written",
    ENOSPC: "the disk is full",
    ENOENT: "its folder does not exist",
    ENOTDIR: "a file stands where a folder should be",
    EEXIST: "a file stands where a folder should be",
    ENAMETOOLONG: "a name in it, or a value of PARTITION_BY, is longer than the disk takes",
    EROFS: "the disk is read-only",
  }
  const reason = reasons[String(error.code)] ?? error.message
  return new SourceError({ message: `cannot write "${path}": ${reason}`, path })
}
