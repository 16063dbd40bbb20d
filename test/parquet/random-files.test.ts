import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { openTestEngine } from "../../actors/sources/parquet/testing/engine.ts"
import { openNativeOracle } from "../../actors/sources/parquet/testing/native.ts"
import type { NativeOracle } from "../../actors/sources/parquet/testing/native.ts"
import { mutated, readMutated } from "./mutate.ts"
import { randomFile } from "./random-file.ts"
import { Random } from "./random.ts"
import { tryFilters } from "./row-filters.ts"
import { difference } from "./same-rows.ts"

/** Short forms of `node test/parquet/fuzz.ts` and `node test/parquet/mutations.ts`. */
const FILES = 20
const MUTATIONS = 400
const ROWS_MAX = 3000
/** Random predicates a file. */
const FILTERS = 5
const SEED = Number(process.env["SKEIN_SEED"] ?? Math.trunc(Math.random() * 2 ** 30))

let folder: string
let native: NativeOracle

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "skein-random-files-"))
  native = await openNativeOracle()
})
afterAll(async () => {
  native.close()
  await rm(folder, { recursive: true })
})

test(`random files are read as native DuckDB reads them (SKEIN_SEED=${SEED})`, async () => {
  const engine = await openTestEngine()
  const differences: string[] = []
  for (let seed = SEED; seed < SEED + FILES; seed++) {
    const { path, recipe } = await randomFile(native, join(folder, "random.parquet"), seed, ROWS_MAX)
    const found = await difference(engine, native, path)
    if (found !== undefined) differences.push(`seed ${seed}: ${found}\n${recipe}`)
  }
  expect(differences).toEqual([])
}, 300_000)

test(`rows that predicates exclude, and no others, are left out (SKEIN_SEED=${SEED})`, async () => {
  const engine = await openTestEngine()
  const differences: string[] = []
  let leftOut = 0
  for (let seed = SEED; seed < SEED + FILES; seed++) {
    const { path, recipe } = await randomFile(native, join(folder, "random.parquet"), seed, ROWS_MAX)
    for (let n = 0; n < FILTERS; n++) {
      const trial = await tryFilters(engine, native, path, new Random(seed * FILTERS + n))
      leftOut += trial?.leftOut ?? 0
      const difference = trial?.difference
      if (difference !== undefined) differences.push(`seed ${seed}: ${trial?.where}: ${difference}\n${recipe}`)
    }
  }
  expect(differences).toEqual([])
  expect(leftOut).toBeGreaterThan(0)
}, 300_000)

test(`files with bytes changed are read or refused (SKEIN_SEED=${SEED})`, async () => {
  const outcomes = { read: 0, refused: 0 }
  let original: Uint8Array = new Uint8Array(0)
  for (let seed = SEED; seed < SEED + MUTATIONS; seed++) {
    if ((seed - SEED) % 20 === 0) {
      const { path } = await randomFile(native, join(folder, "random.parquet"), seed, ROWS_MAX)
      original = await readFile(path)
    }
    outcomes[await readMutated(join(folder, "mutated.parquet"), mutated(original, new Random(seed)))]++
  }
  // Both happen, or the mutations would test nothing.
  expect(outcomes.read).toBeGreaterThan(0)
  expect(outcomes.refused).toBeGreaterThan(MUTATIONS / 4)
}, 300_000)
