import { closeOutputs, complain, standardOutput, writeFailure } from "./output.ts"
import { reportError } from "./error-report.ts"
import { EXIT_FAILED, EXIT_USAGE, OutputClosed } from "./exit.ts"
import { UsageError } from "./options.ts"
import { nearestName } from "../../planner/parser/nearest.ts"

/** Commands beside the query itself, each loaded when it is called. */
const COMMANDS: ReadonlyMap<string, () => Promise<Run>> = new Map([
  ["tpch", async () => (await import("./tpch-command.ts")).runTpch],
  ["serve", async () => (await import("./serve-command.ts")).runServe],
  ["node", async () => (await import("./node-command.ts")).runNode],
  ["bench", async () => (await import("./bench-command.ts")).runBench],
])

type Run = (args: readonly string[]) => Promise<number>

/** The `skein` command: runs what the arguments ask for and ends the process with the exit code. */
export async function main(args: readonly string[]): Promise<void> {
  const code = await run(args).catch((error: unknown) => failed(error))
  await closeOutputs()
  const lost = writeFailure()
  if (lost !== undefined) complain(`error: standard output could not be written: ${lost}`)
  // Everything is closed and written by now; a handle that somebody forgot must not keep the shell waiting.
  process.exit(lost === undefined ? code : EXIT_FAILED)
}

async function run(args: readonly string[]): Promise<number> {
  if (args.includes("--version") && !args.includes("--")) return printVersion()
  const [first = "", ...rest] = args
  const load = COMMANDS.get(first)
  if (load !== undefined) return (await load())(rest)
  if (first !== "" && !first.startsWith("-")) {
    const nearest = nearestName(first, COMMANDS.keys())
    const meant = nearest === undefined ? "" : `did you mean ${nearest}?  `
    throw new UsageError(`unknown command "${first}"`, `${meant}a query is given as: skein -c "SELECT …"`)
  }
  return (await import("./query-command.ts")).runQueries(args)
}

async function printVersion(): Promise<number> {
  const { packageVersion } = await import("./version.ts")
  await standardOutput().write(`skein ${await packageVersion()}\n`)
  return 0
}

async function failed(error: unknown): Promise<number> {
  if (error instanceof OutputClosed) return 0
  const code = await reportError(error)
  return error instanceof UsageError ? EXIT_USAGE : code
}
