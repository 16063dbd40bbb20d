import { randomUUID } from "node:crypto"
import { mkdir } from "node:fs/promises"
import { join, sep } from "node:path"
import { makeData, RecordBatch, RecordBatchReader, Schema, Struct, Table, tableToIPC } from "apache-arrow"
import type { Format } from "../formats/format.ts"
import { ownBytes } from "../formats/text-batch.ts"
import type { ResultBatch } from "../session.ts"
import { fileName, type WritingJob } from "./messages.ts"
import { openOutputFile, type OutputFile } from "./output-file.ts"

/** Partitions that one thread writes: each is a folder, and more of them than this are a mistake. */
const PARTITIONS_MAX = 100_000

/**
 * Cuts rows that come ordered by partition into files `g=1/h=x/data_0.parquet`. The last columns of each batch are the
 * partition's values as texts. No other thread has rows of the same partitions.
 */
export function partitionWriter(job: WritingJob, by: readonly string[], format: Format) {
  const { path: folder, columns, filenamePattern, extension, compression } = job
  const files = new Map<string, number>()
  let current: { readonly key: string; readonly file: OutputFile } | undefined

  const fileFor = async (key: string): Promise<OutputFile> => {
    if (current?.key === key) return current.file
    await current?.file.end()
    current = undefined
    const count = files.get(key) ?? 0
    if (count === 0 && files.size >= PARTITIONS_MAX) throw new Error(`more than ${PARTITIONS_MAX} partitions`)
    files.set(key, count + 1)
    await makeFolders(folder, key)
    const name = fileName(filenamePattern, count, extension, randomUUID)
    const file = await openOutputFile(join(folder, key, name), columns, format, compression)
    current = { key, file }
    return file
  }

  return {
    batch: async ({ ipc }: ResultBatch): Promise<void> => {
      for (const batch of RecordBatchReader.from(ownBytes(ipc))) {
        for (const { key, from, to } of runsOf(batch, columns.length, by)) {
          const file = await fileFor(key)
          await file.batch({ ipc: dataOf(batch, columns.length, from, to), rows: to - from })
        }
      }
    },
    end: async (): Promise<void> => current?.file.end(),
  }
}

/** Those of the partition only: that the folder itself is gone is an error. */
async function makeFolders(folder: string, key: string): Promise<void> {
  let path = folder
  for (const part of key.split(sep)) {
    path = join(path, part)
    await mkdir(path).catch((error: unknown) => {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error
    })
  }
}

/** Neighbouring rows of one partition. */
function runsOf(batch: RecordBatch, dataColumns: number, names: readonly string[]) {
  const values = names.map((_, i) => batch.getChildAt(dataColumns + i))
  const runs: { readonly texts: readonly string[]; readonly from: number; to: number }[] = []
  for (let row = 0; row < batch.numRows; row++) {
    const texts = values.map((column) => partitionText(column?.get(row)))
    const last = runs.at(-1)
    if (last !== undefined && texts.every((text, i) => text === last.texts[i])) last.to = row + 1
    else runs.push({ texts, from: row, to: row + 1 })
  }
  const keyOf = (texts: readonly string[]) => join(...names.map((name, i) => `${encoded(name)}=${encoded(texts[i])}`))
  return runs.map(({ texts, from, to }) => ({ key: keyOf(texts), from, to }))
}

function partitionText(value: unknown): string {
  if (typeof value === "string") return value
  throw new Error(`a partition's value should be a text, found ${typeof value}`)
}

/** As in a URL, so that no value can leave its folder. */
function encoded(text = ""): string {
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
