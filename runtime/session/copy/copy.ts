import type { CopyStatement } from "../../../planner/ast/statement.ts"
import { SourceError } from "../../../actors/errors.ts"
import { UnknownColumn, UnsupportedSql } from "../../../planner/errors.ts"
import { nearestName } from "../../../planner/parser/nearest.ts"
import type { OutputColumn } from "../../../planner/physical/stage.ts"
import { edited, type EditedText, partOf } from "../../../planner/sql/edited-text.ts"
import { quoteIdentifier } from "../../../planner/sql/quote.ts"
import { asActorError } from "../../scheduler/failure.ts"
import { type Answer, countAnswer } from "../answer.ts"
import type { Run } from "../run.ts"
import { keyOf } from "../state.ts"
import { formOf } from "../../writers/file-format.ts"
import type { FileLayout, WritingJob } from "../../writers/messages.ts"
import { lanesOf, writingCrew } from "./crew.ts"
import { type CopyPlan, copyPlan } from "./options.ts"
import { stagedFile, stagedFolder, type Staging } from "./place.ts"
import { placeToWrite } from "./write-root.ts"

/** What DuckDB calls the partition of NULL. The text 'NULL' goes there, too, and both are read back as NULL. */
const NULL_PARTITION = "NULL"

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
    const folder = partitions.length > 0 || plan.perThreadOutput
    const staging = folder ? await stagedFolder(target, plan.onExisting) : await stagedFile(target)
    const text = partitions.length > 0 ? partitionedText(source, data, partitions) : source
    const rows = await write(run, text, plan, { path: staging.path, columns: data, ...layoutOf(plan) }, staging)
    return countAnswer("copy", rows, run.options.form)
  } catch (error) {
    throw asSourceError(error, target)
  }
}

function layoutOf(
  plan: CopyPlan,
): Pick<WritingJob, "layout" | "file" | "compression" | "extension" | "filenamePattern"> {
  const { file, compression, extension, filenamePattern, partitionBy, perThreadOutput } = plan
  const layout: FileLayout =
    partitionBy.length > 0 ? { _tag: "partitions", by: partitionBy } : { _tag: perThreadOutput ? "parts" : "single" }
  return { layout, file, compression, extension, filenamePattern }
}

async function write(run: Run, text: EditedText, plan: CopyPlan, job: WritingJob, staging: Staging): Promise<number> {
  const { signal } = run.options
  const writing = writingCrew(job)
  // Encoding what has come shall not hold up a cancellation.
  const stop = () => void writing.stop()
  signal?.addEventListener("abort", stop, { once: true })
  try {
    const togetherBy = plan.partitionBy.length
    const parts = job.layout._tag === "single" ? undefined : { lanes: lanesOf(job), togetherBy }
    const result = await run.query(text, formOf(plan.file), parts)
    let rows = 0
    for await (const batch of result.batches) {
      rows += batch.rows
      await writing.batch(batch)
    }
    await writing.end()
    signal?.throwIfAborted()
    await staging.publish()
    return rows
  } catch (error) {
    await writing.stop()
    await staging.discard()
    throw signal?.aborted === true ? asActorError(signal.reason) : error
  } finally {
    signal?.removeEventListener("abort", stop)
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

/** The data, then what the folders of the partition are called. */
function partitionedText(
  source: EditedText,
  data: readonly OutputColumn[],
  partitions: readonly OutputColumn[],
): EditedText {
  const names = data.map(({ name }) => quoteIdentifier(name))
  const texts = partitions.map(
    ({ name }, i) =>
      `coalesce(CAST(${quoteIdentifier(name)} AS VARCHAR), '${NULL_PARTITION}') AS "skein_partition_${i}"`,
  )
  const end = source.text.length
  return edited(source, [
    { span: { start: 0, end: 0 }, text: `SELECT ${[...names, ...texts].join(", ")} FROM (` },
    { span: { start: end, end }, text: "\n) AS copied" },
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
