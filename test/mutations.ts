/**
 * Mutated statements, many of them: `node test/mutations.ts [how many] [seed]`. Each must be read or refused in a
 * sentence that marks a place in it; the first that is not is shrunk and printed, and the exit code is 1.
 */
import * as fc from "fast-check"
import { mutatedText, readOrRefuse } from "../planner/parser/testing/mutated-text.ts"

const RUNS = Number(process.argv[2] ?? 100_000)
const SEED = Number(process.argv[3] ?? Date.now() % 2 ** 31)

let refused = 0
const started = performance.now()
const details = fc.check(
  fc.property(mutatedText, (sql) => {
    if (readOrRefuse(sql)) refused++
  }),
  { numRuns: RUNS, seed: SEED },
)
const seconds = ((performance.now() - started) / 1_000).toFixed(0)
process.stdout.write(`seed ${SEED}: ${details.numRuns} statements, ${refused} refused, ${seconds} s\n`)
if (details.failed) {
  process.stdout.write(`${fc.defaultReportMessage(details) ?? "failed"}\n`)
  process.exitCode = 1
}
