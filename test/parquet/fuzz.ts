/**
 * Random Parquet files, read by this source and by native DuckDB, whole and by random predicates:
 * `node test/parquet/fuzz.ts [--files N] [--seed S]`. One line for each that they read differently; the exit code is 1
 * then. File n of seed S is file 0 of seed S + n.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { openTestEngine } from "../../actors/sources/parquet/testing/engine.ts"
import { openNativeOracle } from "../../actors/sources/parquet/testing/native.ts"
import { randomFile } from "./random-file.ts"
import { Random } from "./random.ts"
import { tryFilters } from "./row-filters.ts"
import { difference } from "./same-rows.ts"

const { values } = parseArgs({ options: { files: { type: "string" }, seed: { type: "string" } } })
const FILES = Number(values.files ?? 1000)
/** A line each. */
const FILES_TOLD = 1000
const SEED = Number(values.seed ?? Date.now() % 2 ** 31)

const folder = await mkdtemp(join(tmpdir(), "skein-fuzz-"))
let native = await openNativeOracle()
const engine = await openTestEngine()
const started = performance.now()
let different = 0
let rewritten = 0
let unwritten = 0
const filtered = { files: 0, rows: 0, leftOut: 0 }
for (let seed = SEED; seed < SEED + FILES; seed++) {
  const done = seed - SEED
  if (done > 0 && done % FILES_TOLD === 0) process.stdout.write(`${done} files, ${different} read differently\n`)
  const file = await randomFile(native, join(folder, "random.parquet"), seed).catch(() => undefined)
  if (file === undefined) {
    // DuckDB's writer fails on some, and its instance is of no more use then.
    unwritten++
    native.close()
    native = await openNativeOracle()
    continue
  }
  if (file.recipe.includes("parquet-wasm")) rewritten++
  const trial = await tryFilters(engine, native, file.path, new Random(seed))
  if (trial !== undefined) {
    filtered.files++
    filtered.rows += trial.rows
    filtered.leftOut += trial.leftOut
  }
  for (const found of [await difference(engine, native, file.path), trial?.difference]) {
    if (found === undefined) continue
    different++
    process.stdout.write(`seed ${seed}: ${found} (${trial?.where})\n  ${file.recipe}\n`)
  }
}
native.close()
await rm(folder, { recursive: true })
const seconds = ((performance.now() - started) / 1000).toFixed(0)
process.stdout.write(
  `seed ${SEED}: ${FILES} files, ${rewritten} of them written again by parquet-wasm, ${unwritten} that could not be written, ${different} read differently, ${seconds} s; ` +
    `${filtered.files} asked by predicates, ${filtered.leftOut} of ${filtered.rows} rows left out\n`,
)
process.exit(different === 0 ? 0 : 1)
