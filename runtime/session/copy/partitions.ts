import { randomUUID } from "node:crypto"
import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import { makeData, RecordBatch, RecordBatchReader, Schema, Struct, Table, tableToIPC } from "apache-arrow"
import type { OutputColumn } from "../../../planner/physical/stage.ts"
import { ownBytes } from "../../formats/text-batch.ts"
import type { ResultBatch } from "../../session.ts"
import { openOutputFile, type OutputFile } from "./output-file.ts"
import type { CopyPlan } from "./options.ts"

/** Partitions of one COPY: each is a folder, and more of them than this are a mistake. */
const PARTITIONS_MAX = 100_000

/** What DuckDB calls the partition of NULL. */
const NULL_PARTITION = "NULL"

/**
 * Cuts rows that come ordered by partition into files `g=1/h=x/data_0.parquet`. The last columns of each batch are the
 * partition's values as texts.
 */
export function partitionWriter(folder: string, columns: readonly OutputColumn[], plan: CopyPlan) {
  const files = new Map<string, number>()
  let current: { readonly key: string; readonly file: OutputFile } | undefined

  const fileFor = async (key: string): Promise<OutputFile> => {
    if (current?.key === key) return current.file
    await current?.file.end()
    current = undefined
    const count = files.get(key) ?? 0
    if (count === 0 && files.size >= PARTITIONS_MAX) throw new Error(`more than ${PARTITIONS_MAX} partitions`)
    files.set(key, count + 1)
    await mkdir(join(folder, key), { recursive: true })
    const name = plan.filenamePattern.replaceAll("{i}", String(count)).replaceAll("{uuid}", () => randomUUID())
    // A pattern without a number must not name a partition's second file as its first.
    const own = count > 0 && name === plan.filenamePattern ? `${name}_${count}` : name
    const file = await openOutputFile(
      join(folder, key, `${own}.${plan.extension}`),
      columns,
      plan.format,
      plan.compression,
    )
    current = { key, file }
    return file
  }

  return {
    batch: async ({ ipc }: ResultBatch): Promise<void> => {
      for (const batch of RecordBatchReader.from(ownBytes(ipc))) {
        for (const { key, from, to } of runsOf(batch, columns.length, plan.partitionBy)) {
          const file = await fileFor(key)
          await file.batch({ ipc: dataOf(batch, columns.length, from, to), rows: to - from })
        }
      }
    },
    end: async (): Promise<void> => current?.file.end(),
    abandon: async (): Promise<void> => current?.file.abandon(),
  }
}

/** Neighbouring rows of one partition. */
function runsOf(batch: RecordBatch, dataColumns: number, names: readonly string[]) {
  const keys = names.map((name, i) => ({ name: encoded(name), values: batch.getChildAt(dataColumns + i) }))
  const keyAt = (row: number): string =>
    join(...keys.map(({ name, values }) => `${name}=${partitionText(values?.get(row))}`))
  const runs: { readonly key: string; readonly from: number; to: number }[] = []
  for (let row = 0; row < batch.numRows; row++) {
    const key = keyAt(row)
    const last = runs.at(-1)
    if (last?.key === key) last.to = row + 1
    else runs.push({ key, from: row, to: row + 1 })
  }
  return runs
}

function partitionText(value: unknown): string {
  if (value === null) return NULL_PARTITION
  if (typeof value === "string") return encoded(value)
  throw new Error(`a partition's value should be a text, found ${typeof value}`)
}

/** As in a URL, so that no value can leave its folder. */
function encoded(text: string): string {
  const url = encodeURIComponent(text.toWellFormed()).replaceAll(
    /[!'()*]/gu,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return url
}

/** Some rows without the columns that only tell the partition. */
function dataOf(batch: RecordBatch, dataColumns: number, from: number, to: number): Uint8Array {
  const part = batch.slice(from, to)
  const fields = part.schema.fields.slice(0, dataColumns)
  const children = part.data.children.slice(0, dataColumns)
  const data = makeData({ type: new Struct(fields), length: part.numRows, nullCount: 0, children })
  return tableToIPC(new Table([new RecordBatch(new Schema(fields), data)]), "stream")
}
