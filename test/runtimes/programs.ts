import { spawn } from "node:child_process"
import { once } from "node:events"
import { text } from "node:stream/consumers"
import type { Row } from "../../bench/oracle/compare.ts"
import { executableOf, type Server } from "../servers/executable.ts"

/** A process that takes longer is killed with all that it started; a loaded machine takes a tenth of it. */
const RUN_MS_MAX = 50_000

export interface Program {
  readonly file: string
  readonly args: readonly string[]
}

export interface ProgramOptions {
  readonly cwd: string
  readonly env?: NodeJS.ProcessEnv
  readonly input?: string
}

export interface Outcome {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** How each runtime starts a file; Deno's rights are those that the caller adds. */
export function runtimeProgram(runtime: "bun" | "deno", args: readonly string[]): Program {
  return { file: executable(runtime), args }
}

/** Runs to the end. The process has a group of its own, so that nothing it started outlives the limit. */
export async function run(program: Program, args: readonly string[], options: ProgramOptions): Promise<Outcome> {
  const { cwd, env = process.env, input = "" } = options
  const child = spawn(program.file, [...program.args, ...args], { cwd, env, detached: true, stdio: "pipe" })
  const kill = () => {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL")
  }
  const timer = setTimeout(kill, RUN_MS_MAX)
  process.once("exit", kill)
  try {
    // A program that ends without reading its input closes the pipe.
    child.stdin.on("error", () => undefined)
    child.stdin.end(input)
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")])
    return { code: typeof code === "number" ? code : null, out, err }
  } finally {
    clearTimeout(timer)
    process.off("exit", kill)
  }
}

function executable(server: Server): string {
  const file = executableOf(server)
  if (file === undefined) throw new Error(`${server} is not installed`)
  return file
}

/** The header and the rows of a CSV without NULLs, line breaks and quotes, as TPC-H's answers are. */
export function plainCsv(csv: string): { readonly names: readonly string[]; readonly rows: readonly Row[] } {
  const [names = [], ...rows] = csv
    .trimEnd()
    .split("\n")
    .map((line) => line.split(","))
  return { names, rows }
}
