/**
 * Parquet files with bytes changed, each read or refused in time and memory:
 * `node test/parquet/mutations.ts [--files N] [--seed S]`. One line for each that is neither; the exit code is 1 then.
 */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { openNativeOracle } from "../../actors/sources/parquet/testing/native.ts"
import { mutated, readMutated } from "./mutate.ts"
import { randomFile } from "./random-file.ts"
import { Random } from "./random.ts"

const { values } = parseArgs({ options: { files: { type: "string" }, seed: { type: "string" } } })
const FILES = Number(values.files ?? 10_000)
const SEED = Number(values.seed ?? Date.now() % 2 ** 31)
/** Beside those of others: so many of our own. */
const RANDOM_FILES = 60
/** Larger ones take longer, and hide the changes. */
const FILE_BYTES_MAX = 50_000

const folder = await mkdtemp(join(tmpdir(), "skein-mutations-"))
const fixtures = join(import.meta.dirname, "..", "fixtures", "parquet")
const originals: Buffer[] = []
for (const name of await readdir(fixtures)) {
  // Whole, it is refused for its size, after a second.
  if (name.endsWith(".parquet") && !name.startsWith("large_")) originals.push(await readFile(join(fixtures, name)))
}
const native = await openNativeOracle()
for (let n = 0; n < RANDOM_FILES; n++) {
  const { path } = await randomFile(native, join(folder, "random.parquet"), SEED + n)
  originals.push(await readFile(path))
}
native.close()
const small = originals.filter((file) => file.byteLength <= FILE_BYTES_MAX)

const started = performance.now()
const path = join(folder, "mutated.parquet")
const outcomes = { read: 0, refused: 0, failed: 0 }
for (let seed = SEED; seed < SEED + FILES; seed++) {
  const random = new Random(seed)
  const bytes = mutated(small[random.below(small.length)] ?? new Uint8Array(0), random)
  try {
    outcomes[await readMutated(path, bytes)]++
  } catch (cause) {
    outcomes.failed++
    process.stdout.write(`seed ${seed}: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}\n`)
  }
}
await rm(folder, { recursive: true })
const seconds = ((performance.now() - started) / 1000).toFixed(0)
process.stdout.write(
  `seed ${SEED}: ${FILES} files of ${small.length}, ${outcomes.read} read, ${outcomes.refused} refused, ${outcomes.failed} failed, ${seconds} s\n`,
)
process.exitCode = outcomes.failed === 0 ? 0 : 1
