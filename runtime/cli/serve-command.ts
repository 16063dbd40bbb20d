import { printable } from "../formats/printable.ts"
import { accessRules } from "../http/access.ts"
import { parseAddress, urlOf } from "../http/address.ts"
import { CannotServe } from "../http/errors.ts"
import type { HttpOptions } from "../http/server.ts"
import type { Session } from "../session.ts"
import { EXIT_DONE } from "./exit.ts"
import { helpText } from "./help.ts"
import { parseOptions, UsageError, wholeNumber, type Command, type Given } from "./options.ts"
import { cannotConnect, NATS_OPTIONS, openNatsDoor, type Door } from "./nats-door.ts"
import { complain, standardOutput } from "./output.ts"
import {
  dataDir,
  CACHE_OPTION,
  cacheBytes,
  WORKERS_OPTION,
  workersDefault,
  WRITE_ROOT_OPTION,
  writeRoot,
} from "./query-options.ts"
import { WORKERS_MAX } from "../pool/memory.ts"
import { TABLE_OPTIONS, tableLimits } from "./table-options.ts"
import { onStopSignal } from "./stop-signal.ts"

const ADDRESS_DEFAULT = "127.0.0.1:8080"

/** What opens the HTTP door, for every command that does. */
export const HTTP_OPTIONS: Command["groups"][number] = {
  title: "HTTP",
  options: [
    {
      name: "http",
      value: "ADDRESS:PORT",
      help: `where to answer; port 0 takes any that is free (serve without --nats: ${ADDRESS_DEFAULT})`,
    },
    {
      name: "token",
      value: "TOKEN",
      help: "what requests must bring as a bearer token; better in SKEIN_TOKEN, where no list of processes shows it",
    },
    { name: "allow-host", value: "NAME", many: true, help: "another name that requests may be addressed to" },
    { name: "allow-origin", value: "ORIGIN", many: true, help: "pages from there may ask from a browser" },
  ],
}

export const serveCommand: Command = {
  name: "skein serve",
  summary: "Answers SQL over HTTP (POST /query with a JSON body, GET /healthz, GET /readyz) and over NATS.",
  usage: ["skein serve [options]"],
  groups: [
    HTTP_OPTIONS,
    NATS_OPTIONS,
    {
      title: "Options",
      options: [
        { name: "data", value: "DIR", help: "the folder of the tables; nothing outside of it is read" },
        WORKERS_OPTION,
        CACHE_OPTION,
        WRITE_ROOT_OPTION,
        ...TABLE_OPTIONS,
        { name: "help", short: "h", help: "print this" },
      ],
    },
  ],
  notes: [
    {
      title: "Example",
      lines: [
        "skein serve --data sales",
        `curl http://${ADDRESS_DEFAULT}/query -H 'Content-Type: application/json' \\`,
        `     -d '{"sql": "SELECT region, sum(total) FROM orders GROUP BY region"}'`,
      ],
    },
    { title: "Exit codes", lines: ["0 told to stop   2 wrong usage   3 cannot connect   1 anything else"] },
    {
      title: "Signals",
      lines: ["SIGINT, SIGTERM: no more requests; what runs may end;", "a second one does not wait"],
    },
  ],
}

/** `skein serve`: answers until it is told to stop. */
export async function runServe(args: readonly string[]): Promise<number> {
  const given = parseOptions(serveCommand, args)
  if (given.has("help")) {
    await standardOutput().write(helpText(serveCommand))
    return EXIT_DONE
  }
  const [operand] = given.operands
  if (operand !== undefined)
    throw new UsageError(`unexpected argument "${operand}"`, "skein serve --help lists the options")
  const nats = given.value("nats")
  const address = given.value("http") ?? (nats === undefined ? ADDRESS_DEFAULT : undefined)
  const options = address === undefined ? undefined : httpOptions(given, address)
  const data = dataDir(given)
  const workers = wholeNumber(given, "workers", [1, WORKERS_MAX]) ?? workersDefault()
  const stopped = new Promise<void>(onStopSignal)
  const { openSession } = await import("../local.ts")
  const roots = data === undefined ? [] : [data]
  const places = { dataDir: data, cwd: process.cwd(), roots }
  const own = { writeRoot: writeRoot(given), tableLimits: tableLimits(given), cacheBytes: cacheBytes(given) }
  const session = await openSession({ workers, ...places, ...own })
  const doors: Door[] = []
  try {
    if (nats !== undefined) doors.push(await openNatsDoor(given, session, nats))
    if (options !== undefined) doors.push(await openHttpDoor(session, options))
    const addresses = doors.map(({ place }) => place).join(" and on ")
    complain(`skein answers on ${addresses}${data === undefined ? ", without data" : ` over ${data}`}`)
    await stopped
    complain("stopping: what runs may end")
    return EXIT_DONE
  } catch (error) {
    return await cannotConnect(error)
  } finally {
    await Promise.all(doors.map((door) => door.close()))
    await session.close()
  }
}

async function openHttpDoor(session: Session, options: HttpOptions): Promise<Door> {
  const { httpServer } = await import("../http/server.ts")
  const { address, close } = await httpServer(session, options)
  return { place: urlOf(address), close }
}

/** What the options and the environment say about the HTTP door, checked. */
export function httpOptions(given: Given, address: string): HttpOptions {
  const options = {
    token: given.value("token") ?? process.env["SKEIN_TOKEN"],
    allowHosts: given.values("allow-host"),
    allowOrigins: given.values("allow-origin"),
    log: (lines: string) => complain(lines.split("\n").map(printable).join("\n")),
  }
  try {
    const parsed = parseAddress(address)
    accessRules(parsed.host, options)
    return { ...options, address: parsed }
  } catch (error) {
    throw error instanceof CannotServe ? new UsageError(error.message, error.hint) : error
  }
}
