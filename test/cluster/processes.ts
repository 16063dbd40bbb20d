import { spawn } from "node:child_process"
import { once } from "node:events"
import { homedir } from "node:os"
import * as path from "node:path"

const bin = path.resolve(import.meta.dirname, "..", "..", "runtime", "cli", "skein.cjs")

/** From the start of the process until its node is ready; two cores start several at once. */
const READY_MS_MAX = 40_000

/** A node that was told to leave. */
const EXIT_MS_MAX = 40_000

const READY = /^node (\S+) is ready: (.*)$/mu

export interface NodeProcess {
  readonly name: string
  /** What it printed when it was ready. */
  readonly readyLine: string
  /** Of its HTTP door. */
  readonly url: string
  readonly stderr: () => string
  /** Settles when standard error holds this; rejects when the process ends without it. */
  readonly said: (pattern: RegExp) => Promise<void>
  readonly kill: (signal: NodeJS.Signals) => void
  /** Its exit code, or the signal that ended it. */
  readonly exited: Promise<number | string>
  /** Ends it whatever it does, and settles when it is gone. */
  readonly close: () => Promise<void>
}

/** What runs `skein node`: by default this runtime over the sources. */
const HERE = { file: process.execPath, args: [bin, "node"] } as const

/** A `skein node` process with nothing of this one's environment that could matter to it. */
export async function startNode(
  nats: string,
  name: string,
  args: readonly string[],
  program: { readonly file: string; readonly args: readonly string[] } = HERE,
): Promise<NodeProcess> {
  const child = spawn(program.file, [...program.args, "--nats", nats, "--name", name, ...args], {
    cwd: path.resolve(import.meta.dirname, "..", ".."),
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"] ?? "", HOME: homedir() },
  })
  // Whatever ends the test's process must not leave a node behind.
  const killAtExit = () => child.kill("SIGKILL")
  process.once("exit", killAtExit)
  let [out, err] = ["", ""]
  const looking = new Set<() => void>()
  child.stderr.on("data", (chunk) => {
    err += String(chunk)
    for (const look of looking) look()
  })
  const exited = once(child, "exit").then(([code, signal]: (number | string | null)[]) => {
    process.off("exit", killAtExit)
    return code ?? signal ?? "unknown"
  })
  const ready = Promise.withResolvers<RegExpExecArray>()
  child.stdout.on("data", (chunk) => {
    out += String(chunk)
    const line = READY.exec(out)
    if (line !== null && out.endsWith("\n")) ready.resolve(line)
  })
  const said = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!pattern.test(err)) return
        looking.delete(look)
        resolve()
      }
      looking.add(look)
      look()
      void exited.then((end) => reject(new Error(`node ${name} ended with ${end} and never said ${pattern}:\n${err}`)))
    })
  const close = async () => {
    child.kill("SIGKILL")
    await exited
  }
  const fail = (why: string) => ready.reject(new Error(`node ${name} ${why}:\n${out}${err}`))
  void exited.then((end) => fail(`ended with ${end}`))
  const timer = setTimeout(() => fail(`was not ready after ${READY_MS_MAX} ms`), READY_MS_MAX)
  try {
    const [line] = await ready.promise
    const url = /http:\/\/\S+/u.exec(line)?.[0] ?? ""
    const kill = (signal: NodeJS.Signals) => void child.kill(signal)
    return { name, readyLine: line, url, stderr: () => err, said, kill, exited, close }
  } catch (error) {
    await close()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/** Ends it as a service manager does; gives its exit code. */
export async function leave(node: NodeProcess): Promise<number | string> {
  node.kill("SIGTERM")
  const timer = setTimeout(() => node.kill("SIGKILL"), EXIT_MS_MAX)
  const end = await node.exited
  clearTimeout(timer)
  return end
}
