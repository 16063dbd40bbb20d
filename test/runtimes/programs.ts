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

/** Runs to the end. */
export async function run(program: Program, args: readonly string[], options: ProgramOptions): Promise<Outcome> {
  await using child = launch(program, args, options)
  return await child.outcome
}

/** Runs until it has printed a line that fits, then beside the test, until it is asked to end. */
export async function serve(program: Program, args: readonly string[], options: ProgramOptions, line: RegExp) {
  const child = launch(program, args, options)
  const { promise, resolve } = Promise.withResolvers<RegExpExecArray>()
  let printed = ""
  const read = (chunk: Buffer): void => {
    printed += chunk.toString()
    const found = line.exec(printed)
    if (found !== null) resolve(found)
  }
  child.process.stdout.on("data", read)
  child.process.stderr.on("data", read)
  const failed = child.outcome.then(({ code }) => {
    throw new Error(`it ended with ${code} before it was ready: ${printed}`)
  })
  try {
    const found = await Promise.race([promise, failed])
    return { found, ...child }
  } catch (error) {
    await child[Symbol.asyncDispose]()
    throw error
  }
}

/** The process has a group of its own, so that nothing it started outlives the test. */
function launch(program: Program, args: readonly string[], { cwd, env = process.env, input = "" }: ProgramOptions) {
  const child = spawn(program.file, [...program.args, ...args], { cwd, env, detached: true, stdio: "pipe" })
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL")
    } catch {
      // All of the group has ended.
    }
  }
  const timer = setTimeout(kill, RUN_MS_MAX)
  process.once("exit", kill)
  // A program that ends without reading its input closes the pipe.
  child.stdin.on("error", () => undefined)
  child.stdin.end(input)
  const outcome: Promise<Outcome> = Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]).then(
    ([out, err, [code]]) => ({ code: typeof code === "number" ? code : null, out, err }),
  )
  return {
    process: child,
    outcome,
    [Symbol.asyncDispose]: async () => {
      clearTimeout(timer)
      process.off("exit", kill)
      kill()
      await outcome
    },
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
