import { readFile } from "node:fs/promises"
import { errorCode } from "./error-report.ts"
import { EXIT_DONE, EXIT_USAGE } from "./exit.ts"
import { loadFormat, type FormatName } from "../formats/format.ts"
import { helpText } from "./help.ts"
import { interruptible } from "./interrupt.ts"
import { parseOptions, UsageError } from "./options.ts"
import { complain, standardOutput } from "./output.ts"
import { queryCommand, queryRun, type QueryRun } from "./query-options.ts"
import { readScript, runScript, type Script } from "./script.ts"

/** `skein -c`, `-f`, and statements on standard input. */
export async function runQueries(args: readonly string[]): Promise<number> {
  const given = parseOptions(queryCommand, args)
  const output = standardOutput()
  if (given.has("help")) {
    await output.write(helpText(queryCommand))
    return EXIT_DONE
  }
  const run = queryRun(given)
  await checkRules(run.settings.disabledRules ?? [])
  if ("file" in run.source && given.value("file") === undefined && process.stdin.isTTY) {
    complain(helpText(queryCommand))
    return EXIT_USAGE
  }
  startCompiling()
  const scripts: Script[] = []
  if (run.init !== undefined) scripts.push({ ...(await scriptFrom({ file: run.init })), quiet: true })
  scripts.push(await scriptFrom(run.source))
  // Everything is parsed before an engine starts: a slip of the pen is answered at once.
  const parsed = await Promise.all(scripts.map((script) => readScript(script)))
  if (parsed.every((script) => script.statements.length === 0)) return EXIT_DONE
  return interruptible((signal) => runParsed(run, parsed, signal))
}

/** The list of rules is loaded only for those who name one. */
async function checkRules(names: readonly string[]): Promise<void> {
  if (names.length === 0) return
  const { RULE_NAMES } = await import("../../planner/optimizer.ts")
  const unknown = names.find((name) => !RULE_NAMES.includes(name))
  if (unknown === undefined) return
  throw new UsageError(`--disable-rule: there is no rule "${unknown}"`, `rules: ${RULE_NAMES.join(", ")}`)
}

/**
 * Other threads compile DuckDB while this one reads and parses. Nothing else of an engine starts before the statements
 * are known to be right; what fails here fails again, and is told, when an engine is wanted.
 */
function startCompiling(): void {
  import("../../actors/engine/modules.ts").then((modules) => modules.compileDuckDB()).catch(() => undefined)
}

async function runParsed(
  run: QueryRun,
  scripts: readonly Awaited<ReturnType<typeof readScript>>[],
  signal: AbortSignal,
) {
  const output = standardOutput()
  const name: FormatName = run.format ?? (output.terminalWidth() === undefined ? "csv" : "table")
  const [{ openSession }, format] = await Promise.all([import("../local.ts"), loadFormat(name)])
  const session = await openSession({ ...run, cwd: process.cwd() })
  try {
    const { partitions, settings, timing } = run
    const workspace = session.workspace({ ...settings, timing, ...(partitions === undefined ? {} : { partitions }) })
    const explainsAsText = run.format === undefined || run.format === "table"
    const door = { workspace, format, explainsAsText, output, tell: complain, signal }
    for (const script of scripts) await runScript(door, script)
    await workspace.close()
    return EXIT_DONE
  } finally {
    await session.close()
  }
}

async function scriptFrom(source: QueryRun["source"]): Promise<Script> {
  if ("sql" in source) return { sql: source.sql, quiet: false }
  if (source.file === "-") return { sql: await standardInput(), quiet: false }
  const sql = await readFile(source.file, "utf8").catch((error: unknown) => {
    throw new UsageError(`cannot read "${source.file}": ${reasonOf(errorCode(error))}`)
  })
  return { sql, quiet: false }
}

async function standardInput(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString("utf8")
}

function reasonOf(code: string | undefined): string {
  switch (code) {
    case "ENOENT":
      return "there is no such file"
    case "EISDIR":
      return "it is a folder"
    case "EACCES":
      return "it may not be read"
    case undefined:
      return "it cannot be opened"
    default:
      return code
  }
}
