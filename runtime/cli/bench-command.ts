import { writeFile } from "node:fs/promises"
import { errorCode } from "./error-report.ts"
import { EXIT_DONE, EXIT_FAILED } from "./exit.ts"
import { helpText } from "./help.ts"
import { interruptible } from "./interrupt.ts"
import { parseOptions, positiveNumber, UsageError, wholeNumber, type Command, type Given } from "./options.ts"
import { complain, standardOutput } from "./output.ts"
import { progressBar } from "./progress-bar.ts"
import { WORKERS_MAX } from "../pool/memory.ts"
import { workersDefault } from "./query-options.ts"
import { bytes } from "./timing.ts"

const HOT_RUNS_DEFAULT = 3
const HOT_RUNS_MAX = 100
const MICRO_ROUNDS_DEFAULT = 10
const QUERIES_MAX = 22

export const benchCommand: Command = {
  name: "skein bench",
  summary:
    "Measures Skein against native DuckDB: the same queries over the same Parquet files, as many threads as workers. " +
    "Each answer is checked before it is timed. Needs the package @duckdb/node-api. " +
    "micro measures parts of the engine against what else could do them, in one thread.",
  usage: ["skein bench tpch [options]", "skein bench micro [options]"],
  groups: [
    {
      title: "Options",
      options: [
        { name: "sf", value: "N", help: "the scale factor of the data (default 0.1); made when it is missing" },
        { name: "queries", value: "1,3,…", help: `TPC-H queries, 1 to ${QUERIES_MAX} (default all)` },
        {
          name: "workers",
          value: "N",
          help: `engines, and threads of native DuckDB, 1 to ${WORKERS_MAX} (default: the cores, here ${workersDefault()})`,
        },
        {
          name: "runs",
          value: "N",
          help: `runs after the first, 1 to ${HOT_RUNS_MAX}; the best counts (default ${HOT_RUNS_DEFAULT}; micro ${MICRO_ROUNDS_DEFAULT})`,
        },
        { name: "data", value: "DIR", help: "where the tables are or go (default .skein/tpch-SCALE)" },
        { name: "json", value: "FILE", help: "write all figures to this file, too" },
        { name: "help", short: "h", help: "print this" },
      ],
    },
  ],
  notes: [],
}

/** `skein bench tpch`: exit code 1 when an answer differs; `skein bench micro`: when a part is slower than it should be. */
export async function runBench(args: readonly string[]): Promise<number> {
  const given = parseOptions(benchCommand, args)
  const output = standardOutput()
  if (given.has("help")) {
    await output.write(helpText(benchCommand))
    return EXIT_DONE
  }
  const [suite] = given.operands
  if ((suite !== "tpch" && suite !== "micro") || given.operands.length > 1) {
    const there = "there are two: skein bench tpch, skein bench micro"
    throw new UsageError(`unknown benchmark "${given.operands.join(" ")}"`, there)
  }
  return suite === "micro" ? runMicro(given, output) : runTpch(given, output)
}

async function runMicro(given: Given, output: ReturnType<typeof standardOutput>): Promise<number> {
  const scale = positiveNumber(given, "sf") ?? 0.1
  const rounds = wholeNumber(given, "runs", [1, HOT_RUNS_MAX]) ?? MICRO_ROUNDS_DEFAULT
  const [{ benchMicro, microJson, microText, ratioOf }, { sampleDir }] = await loadMicro()
  return interruptible(async (signal) => {
    const bar = progressBar("rows")
    try {
      const report = await benchMicro({
        scale,
        rounds,
        signal,
        dataDir: given.value("data") ?? sampleDir(process.cwd(), scale),
        onData: (p) => bar.show(p.rows, p.totalRows, `${bytes(p.bytes)} written`),
      })
      bar.clear()
      await output.write(`${microText(report)}\n`)
      const json = given.value("json")
      if (json !== undefined) await writeFile(json, microJson(report))
      return report.results.every((result) => ratioOf(result) <= result.ratioMax) ? EXIT_DONE : EXIT_FAILED
    } finally {
      bar.clear()
    }
  })
}

async function loadMicro() {
  try {
    return await Promise.all([import("../../bench/harness/micro-bench.ts"), import("../../bench/harness/tpch-data.ts")])
  } catch (error) {
    if (errorCode(error) !== "ERR_MODULE_NOT_FOUND") throw error
    throw new UsageError("the bench is not part of the executable", "run it with npx skein bench micro")
  }
}

async function runTpch(given: Given, output: ReturnType<typeof standardOutput>): Promise<number> {
  const scale = positiveNumber(given, "sf") ?? 0.1
  const workers = wholeNumber(given, "workers", [1, WORKERS_MAX]) ?? workersDefault()
  const hotRuns = wholeNumber(given, "runs", [1, HOT_RUNS_MAX]) ?? HOT_RUNS_DEFAULT
  const queries = queryNumbers(given)
  const [{ benchTpch }, { sampleDir }, report] = await loadBench()
  return interruptible(async (signal) => {
    const bar = progressBar("rows")
    try {
      const figures = await benchTpch({
        scale,
        queries,
        workers,
        hotRuns,
        signal,
        dataDir: given.value("data") ?? sampleDir(process.cwd(), scale),
        onData: (p) => bar.show(p.rows, p.totalRows, `${bytes(p.bytes)} written`),
        onQuery: (query) => {
          bar.clear()
          if (process.stderr.isTTY) complain(`Q${query} …`)
        },
      })
      await output.write(`${report.reportText(figures.conditions, figures.results)}\n`)
      const json = given.value("json")
      if (json !== undefined) await writeFile(json, report.reportJson(figures.conditions, figures.results))
      return figures.results.every((result) => result.difference === undefined) ? EXIT_DONE : EXIT_FAILED
    } finally {
      bar.clear()
    }
  })
}

async function loadBench() {
  try {
    await import("@duckdb/node-api")
  } catch (error) {
    if (errorCode(error) !== "ERR_MODULE_NOT_FOUND") throw error
    throw new UsageError(
      "the bench compares with native DuckDB, which is not installed",
      "npm install @duckdb/node-api",
    )
  }
  return Promise.all([
    import("../../bench/harness/tpch-bench.ts"),
    import("../../bench/harness/tpch-data.ts"),
    import("../../bench/harness/report.ts"),
  ])
}

function queryNumbers(given: Given): readonly number[] {
  const written = given.value("queries")
  if (written === undefined) return Array.from({ length: QUERIES_MAX }, (_, i) => i + 1)
  return written.split(",").map((text) => {
    const number = Number(text)
    if (Number.isInteger(number) && number >= 1 && number <= QUERIES_MAX) return number
    throw new UsageError(`--queries takes numbers from 1 to ${QUERIES_MAX} with commas between them, found "${text}"`)
  })
}
