import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Schema from "effect/Schema"
import { expect, test } from "vitest"
import { type LayoutColumn, ParquetLayout } from "../../actors/sources/parquet/layout.ts"
import { TextValues } from "../../actors/sources/parquet/pages/dense.ts"
import { ColumnReader } from "../../actors/sources/parquet/pages/column-reader.ts"
import { takeRows } from "../../actors/sources/parquet/pages/take-rows.ts"
import type { Vector } from "../../actors/sources/parquet/pages/vector.ts"
import { parquetSource } from "../../actors/sources/parquet/source.ts"
import { openNativeOracle } from "../../actors/sources/parquet/testing/native.ts"
import { randomFile } from "./random-file.ts"
import { Random } from "./random.ts"

const FILES = 8
const ROWS_MAX = 3000
const SKIPPED_AT_ONCE = 1000
const SEED = Number(process.env["SKEIN_SEED"] ?? Math.trunc(Math.random() * 2 ** 30))

const isValid = ({ validity }: Vector, row: number): boolean =>
  validity === undefined || ((validity[row >> 3] ?? 0) & (1 << (row & 7))) !== 0

/** A row as something that can be compared. */
function shown(vector: Vector, row: number): unknown {
  if (!isValid(vector, row)) return null
  const bytes = (all: Uint8Array, from: number, to: number): string =>
    Buffer.from(all.subarray(from, to)).toString("hex")
  switch (vector._tag) {
    case "bits":
      return ((vector.bits[row >> 3] ?? 0) >> (row & 7)) & 1
    case "fixed":
      return bytes(vector.bytes, row * vector.width, (row + 1) * vector.width)
    case "texts":
      return bytes(vector.bytes, vector.offsets[row] ?? 0, vector.offsets[row + 1] ?? 0)
    case "codes": {
      const { values } = vector.dictionary
      const code = vector.codes[row] ?? -1
      if (values instanceof TextValues)
        return bytes(values.bytes, values.offsets[code] ?? 0, values.offsets[code + 1] ?? 0)
      return bytes(values.bytes, code * values.width, (code + 1) * values.width)
    }
    case "list": {
      const { offsets, item } = vector
      const items: unknown[] = []
      for (let i = offsets[row] ?? 0; i < (offsets[row + 1] ?? 0); i++) items.push(shown(item, i))
      return items
    }
    case "struct":
      return vector.fields.map((field) => shown(field, row))
  }
}

const rowsOf = (vector: Vector): readonly string[] =>
  Array.from({ length: vector.rows }, (_, row) => JSON.stringify(shown(vector, row)))

function same(recipe: string, found: readonly string[], wanted: readonly string[]): void {
  expect(found.length, recipe).toBe(wanted.length)
  const row = found.findIndex((value, index) => value !== wanted[index])
  if (row >= 0) expect(`row ${row}: ${found[row]}`, recipe).toBe(`row ${row}: ${wanted[row]}`)
}

function read(column: LayoutColumn, buffers: readonly ArrayBuffer[], from: number, to: number): Vector {
  const reader = new ColumnReader(column, buffers)
  reader.skip(from, SKIPPED_AT_ONCE)
  return reader.read(to - from)
}

test(`ranges and selections are those rows of the whole (SKEIN_SEED=${SEED})`, async () => {
  const folder = await mkdtemp(join(tmpdir(), "skein-selection-"))
  const native = await openNativeOracle()
  for (let seed = SEED; seed < SEED + FILES; seed++) {
    const random = new Random(seed)
    const { path, recipe } = await randomFile(native, join(folder, "random.parquet"), seed, ROWS_MAX)
    const table = await parquetSource.describe([path])
    const names = table.columns.map(({ name }) => name)
    for (const split of table.splits(names, []).splits) {
      const { layout, buffers, rows } = await table.fetch(split, names)
      for (const column of Schema.decodeUnknownSync(ParquetLayout)(layout).columns) {
        const whole = read(column, buffers, 0, rows)
        const all = rowsOf(whole)
        const from = random.below(rows)
        const to = from + 1 + random.below(rows - from)
        same(recipe, rowsOf(read(column, buffers, from, to)), all.slice(from, to))
        const oneIn = random.pick([1, 2, 30, 1500])
        const selection = Int32Array.from(all.keys()).filter(() => random.chance(oneIn))
        const wanted = [...selection].map((row) => all[row] ?? "")
        same(recipe, rowsOf(takeRows(whole, selection)), wanted)
      }
    }
  }
  native.close()
  await rm(folder, { recursive: true })
}, 120_000)
