import type { ChildProcess } from "node:child_process"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import * as Schema from "effect/Schema"
import { executableOf } from "./executable.ts"

/** How long a server may take to listen. */
const START_MS_MAX = 10_000

/** How long a server may take to end by itself before it is killed. */
const STOP_MS_MAX = 5_000

const LOG_BYTES_MAX = 1024 * 1024

const Ports = Schema.fromJsonString(
  Schema.Struct({ nats: Schema.Array(Schema.String), monitoring: Schema.Array(Schema.String) }),
)
const Stats = Schema.fromJsonString(Schema.Struct({ slow_consumers: Schema.Number, connections: Schema.Number }))

const Connections = Schema.fromJsonString(
  Schema.Struct({
    connections: Schema.Array(Schema.Struct({ name: Schema.optional(Schema.String), out_bytes: Schema.Number })),
  }),
)

export interface NatsServer {
  readonly url: string
  readonly port: number
  /** Ends the process; `restart` starts another on the same port. */
  readonly stop: () => Promise<void>
  readonly restart: (options?: NatsServerOptions) => Promise<void>
  /** It answers nobody until `resume`, as if it hung. */
  readonly pause: () => void
  readonly resume: () => void
  /** Clients that it has cut because they did not read. */
  readonly slowConsumers: () => Promise<number>
  /** Clients that it takes for connected at this moment. */
  readonly connections: () => Promise<number>
  /** Bytes of messages that it has handed to the client of that name. */
  readonly bytesTo: (client: string) => Promise<number>
  readonly log: () => string
  /** Ends the process and removes its folder. */
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

export interface NatsServerOptions {
  readonly maxPayload?: number
  /** Lines of a nats-server configuration file. */
  readonly extraConfig?: string
}

interface Running {
  readonly process: ChildProcess
  readonly url: URL
  readonly monitoring: string
  readonly log: () => string
}

/** A nats-server of its own on a free port of this machine, with a folder of its own. */
export async function startNatsServer(options: NatsServerOptions = {}): Promise<NatsServer> {
  const folder = mkdtempSync(path.join(tmpdir(), "skein-nats-"))
  const killAll = () => {
    running?.process.kill("SIGKILL")
    rmSync(folder, { recursive: true, force: true })
  }
  // Whatever ends the test's process must not leave a server behind.
  process.once("exit", killAll)
  let running: Running | undefined
  try {
    running = await launch(folder, options, -1)
  } catch (error) {
    killAll()
    process.off("exit", killAll)
    throw error
  }
  const { url } = running
  const port = Number(url.port)
  const stop = async () => {
    if (running !== undefined) await end(running.process)
    running = undefined
  }
  const started = () => {
    if (running === undefined) throw new Error("the nats-server is stopped")
    return running
  }
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    stop,
    restart: async (changed = options) => {
      await stop()
      running = await launch(folder, changed, port)
    },
    pause: () => started().process.kill("SIGSTOP"),
    resume: () => started().process.kill("SIGCONT"),
    slowConsumers: async () => (await statsOf(started())).slow_consumers,
    connections: async () => (await statsOf(started())).connections,
    bytesTo: (client) => bytesTo(started(), client),
    log: () => running?.log() ?? "",
    [Symbol.asyncDispose]: async () => {
      await stop()
      process.off("exit", killAll)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function statsOf({ monitoring }: Running): Promise<typeof Stats.Type> {
  const answer = await fetch(`${monitoring}/varz`)
  return Schema.decodeUnknownSync(Stats)(await answer.text())
}

async function bytesTo({ monitoring }: Running, client: string): Promise<number> {
  const answer = await fetch(`${monitoring}/connz`)
  const { connections } = Schema.decodeUnknownSync(Connections)(await answer.text())
  const found = connections.filter(({ name }) => name === client)
  if (found.length !== 1) throw new Error(`${found.length} clients have the name "${client}"`)
  return found[0]?.out_bytes ?? 0
}

async function launch(folder: string, options: NatsServerOptions, port: number): Promise<Running> {
  const config = path.join(folder, "server.conf")
  const payload = options.maxPayload === undefined ? "" : `max_payload: ${options.maxPayload}\n`
  const listen = `listen: "127.0.0.1:${port}"\nhttp: "127.0.0.1:-1"\nports_file_dir: ${JSON.stringify(folder)}\n`
  writeFileSync(config, `${listen}${payload}${options.extraConfig ?? ""}\n`)
  const child = spawn(executableOf("nats-server") ?? "nats-server", ["-c", config], {
    stdio: ["ignore", "ignore", "pipe"],
  })
  let log = ""
  child.stderr.on("data", (chunk) => {
    log = `${log}${String(chunk)}`.slice(-LOG_BYTES_MAX)
  })
  const portsFile = path.join(folder, `nats-server_${child.pid}.ports`)
  try {
    const ports = await portsIn(portsFile, child)
    const [url] = ports.nats
    const [monitoring] = ports.monitoring
    if (url === undefined || monitoring === undefined) throw new Error("it listens nowhere")
    return { process: child, url: new URL(url), monitoring, log: () => log }
  } catch (error) {
    await end(child)
    throw new Error(`nats-server did not start: ${String(error)}\n${log}`, { cause: error })
  }
}

/** The server writes this file when it listens. */
async function portsIn(file: string, child: ChildProcess): Promise<typeof Ports.Type> {
  const found = Promise.withResolvers<typeof Ports.Type>()
  const look = () => {
    if (!existsSync(file)) return
    try {
      found.resolve(Schema.decodeUnknownSync(Ports)(readFileSync(file, "utf8")))
    } catch {
      // Half of it is written.
    }
  }
  const watcher = watch(path.dirname(file), look)
  const timer = setTimeout(() => found.reject(new Error(`it does not listen after ${START_MS_MAX} ms`)), START_MS_MAX)
  child.once("error", (error) => found.reject(error))
  child.once("exit", (code, signal) => found.reject(new Error(`it ended with ${code ?? signal}`)))
  look()
  try {
    return await found.promise
  } finally {
    watcher.close()
    clearTimeout(timer)
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const over = once(child, "exit")
  // A paused process ends only when it goes on.
  child.kill("SIGCONT")
  child.kill("SIGTERM")
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS_MAX)
  await over
  clearTimeout(timer)
}
