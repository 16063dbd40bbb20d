import { randomBytes } from "node:crypto"
import { hostname } from "node:os"
import type { PresenceEvent } from "../../transport/presence/core.ts"
import type { NodeCard, Role } from "../../transport/presence/card.ts"
import { isName } from "../../transport/address.ts"
import type { NatsNode } from "../cluster/nats-node.ts"
import type { DataRoot } from "../cluster/roots.ts"
import { urlOf } from "../http/address.ts"
import type { HttpServer } from "../http/server.ts"
import type { QueryService } from "../nats/service.ts"
import { printable } from "../formats/printable.ts"
import { reportError } from "./error-report.ts"
import { EXIT_CANNOT_CONNECT, EXIT_DONE, EXIT_FAILED } from "./exit.ts"
import { helpText } from "./help.ts"
import { parseOptions, UsageError, wholeNumber, type Command, type Given } from "./options.ts"
import { complain, standardOutput } from "./output.ts"
import { WORKERS_MAX } from "../pool/memory.ts"
import {
  CACHE_OPTION,
  cacheBytes,
  WORKERS_OPTION,
  workersDefault,
  WRITE_ROOT_OPTION,
  writeRoot,
} from "./query-options.ts"
import { HTTP_OPTIONS, httpOptions } from "./serve-command.ts"
import { TABLE_OPTIONS, tableLimits } from "./table-options.ts"
import { onStopSignal } from "./stop-signal.ts"

const ROLES: readonly Role[] = ["coordinator", "worker"]

/** Letters of the host's name in the name of a node that was given none. */
const HOST_CHARS_MAX = 40

export const nodeCommand: Command = {
  name: "skein node",
  summary: "One node of a cluster: nodes find each other over NATS, and every query is worked on by all of them.",
  usage: ["skein node --nats nats://HOST:PORT [options]"],
  groups: [
    {
      title: "Cluster",
      options: [
        { name: "nats", value: "URL", help: "NATS servers, separated by commas; by default NATS_URL" },
        {
          name: "cluster",
          value: "NAME",
          help: "nodes of other clusters are not heard; by default SKEIN_CLUSTER or skein",
        },
        {
          name: "name",
          value: "NAME",
          help: "this node's name, its own in the cluster; by default made of the host's",
        },
        {
          name: "roles",
          value: "LIST",
          help: "coordinator (plans queries and answers them), worker (runs their tasks); by default both",
        },
      ],
    },
    {
      title: "Options",
      options: [
        {
          name: "data",
          value: "DIR",
          many: true,
          help: "a folder to read from, and nothing outside of it; NAME=DIR where nodes have it at different paths; may be repeated",
        },
        WORKERS_OPTION,
        CACHE_OPTION,
        WRITE_ROOT_OPTION,
        ...TABLE_OPTIONS,
        { name: "help", short: "h", help: "print this" },
      ],
    },
    HTTP_OPTIONS,
  ],
  notes: [
    {
      title: "Example",
      lines: ["nats-server &", "skein node --nats nats://127.0.0.1:4222 --data sales --http 127.0.0.1:8080"],
    },
    {
      title: "Environment",
      lines: [
        "NATS_URL, NATS_CREDS, NATS_NKEY, NATS_TOKEN, NATS_USER and NATS_PASSWORD,",
        "NATS_CA, NATS_CERT, NATS_KEY, SKEIN_CLUSTER, SKEIN_TOKEN, SKEIN_CACHE_MEMORY",
      ],
    },
    { title: "Exit codes", lines: ["0 told to leave   2 wrong usage   3 cannot connect   1 anything else"] },
    {
      title: "Signals",
      lines: [
        "SIGINT, SIGTERM: no new queries, what runs may end, then the node leaves;",
        "a second one does not wait",
      ],
    },
  ],
}

/** `skein node`: works until it is told to stop. */
export async function runNode(args: readonly string[]): Promise<number> {
  const given = parseOptions(nodeCommand, args)
  if (given.has("help")) {
    await standardOutput().write(helpText(nodeCommand))
    return EXIT_DONE
  }
  const [operand] = given.operands
  if (operand !== undefined)
    throw new UsageError(`unexpected argument "${operand}"`, "skein node --help lists the options")
  const stop = stopSignal()
  const node = await openNode(given, stop)
  if (typeof node === "number") return node
  const doors: Doors = { http: undefined, nats: undefined }
  const closeDoors = () => Promise.all([doors.http?.close(), doors.nats?.close()])
  try {
    await openDoors(given, node, doors)
    await standardOutput().write(`${readyLine(node, doors.http)}\n`)
    const end = await stop.asked
    if (end._tag === "failed") complain(`error: ${printable(end.why)}`)
    else complain(`node ${node.name} is leaving: what runs may end`)
    if (end._tag === "signal") await Promise.all([node.drain(), closeDoors()])
    return end._tag === "signal" ? EXIT_DONE : EXIT_FAILED
  } finally {
    await closeDoors()
    await node.session.close()
  }
}

/** Where a node that coordinates is asked. */
interface Doors {
  http: HttpServer | undefined
  nats: QueryService | undefined
}

type End = { readonly _tag: "signal" } | { readonly _tag: "failed"; readonly why: string }

interface Stop {
  readonly asked: Promise<End>
  readonly fail: (why: string) => void
}

/** Asked by the first signal, or by a failure. */
function stopSignal(): Stop {
  const { promise, resolve } = Promise.withResolvers<End>()
  onStopSignal(() => resolve({ _tag: "signal" }))
  return { asked: promise, fail: (why) => resolve({ _tag: "failed", why }) }
}

async function openNode(given: Given, stop: Stop): Promise<NatsNode | number> {
  const roles = rolesOf(given)
  const workers = workersOf(given, roles)
  const name = nameOf(given)
  const roots = await rootsOf(given)
  const scripts = { writeRoot: writeRoot(given), tableLimits: tableLimits(given) }
  if (given.value("http") !== undefined) httpOf(given, roles)
  const [{ openNatsNode }, { natsSettings }, errors] = await Promise.all([
    import("../cluster/nats-node.ts"),
    import("../../transport/nats/settings.ts"),
    import("../../transport/nats/errors.ts"),
  ])
  const [url, cluster] = [given.value("nats"), given.value("cluster")]
  try {
    const settings = natsSettings(process.env, {
      ...(url === undefined ? {} : { url }),
      ...(cluster === undefined ? {} : { cluster }),
    })
    const onEvent = (event: PresenceEvent) => {
      if (event._tag === "NameTaken") stop.fail(event.reason)
      else complain(printable(newsLine(name, event)))
    }
    return await openNatsNode({
      settings,
      name,
      roles,
      workers,
      roots,
      scripts,
      cacheBytes: cacheBytes(given),
      onEvent,
      onRefused: (why) => complain(printable(why)),
    })
  } catch (error) {
    if (error instanceof errors.NatsSettingsError) throw new UsageError(error.message)
    if (!(error instanceof errors.NatsConnectError)) throw error
    await reportError(error)
    return EXIT_CANNOT_CONNECT
  }
}

async function openDoors(given: Given, node: NatsNode, doors: Doors): Promise<void> {
  if (!rolesOf(given).includes("coordinator")) return
  const [{ natsService }, { packageVersion }] = await Promise.all([
    import("../nats/service.ts"),
    import("./version.ts"),
  ])
  const log = (line: string) => complain(printable(line))
  doors.nats = await natsService(node.session, node.nats, { version: await packageVersion(), node: node.name, log })
  const address = given.value("http")
  if (address === undefined) return
  const { httpServer } = await import("../http/server.ts")
  doors.http = await httpServer(node.session, httpOptions(given, address))
  node.presence.describe({ address: urlOf(doors.http.address) })
}

function httpOf(given: Given, roles: readonly Role[]): void {
  httpOptions(given, given.value("http") ?? "")
  if (!roles.includes("coordinator")) {
    throw new UsageError("--http needs the role coordinator", "leave --roles out, or add coordinator to it")
  }
}

function rolesOf(given: Given): readonly Role[] {
  const text = given.value("roles")
  if (text === undefined) return ROLES
  const words = text.split(",").map((word) => word.trim())
  const wrong = words.find((word) => !ROLES.some((role) => role === word))
  if (wrong !== undefined)
    throw new UsageError(`--roles takes ${ROLES.join(" and ")}, separated by a comma, found "${wrong}"`)
  return ROLES.filter((role) => words.includes(role))
}

function workersOf(given: Given, roles: readonly Role[]): number {
  const workers = wholeNumber(given, "workers", [1, WORKERS_MAX])
  if (roles.includes("worker")) return workers ?? workersDefault()
  if (workers !== undefined)
    throw new UsageError("--workers needs the role worker", "leave --workers out, or add worker to --roles")
  return 0
}

function nameOf(given: Given): string {
  const name = given.value("name")
  if (name === undefined) {
    const host = hostname()
      .replaceAll(/[^A-Za-z0-9-]/gu, "-")
      .slice(0, HOST_CHARS_MAX)
    return `${host}-${randomBytes(3).toString("hex")}`
  }
  if (!isName(name)) throw new UsageError(`--name takes up to 64 letters, digits, "_" and "-", found "${name}"`)
  return name
}

async function rootsOf(given: Given): Promise<readonly DataRoot[]> {
  const { dataRoot } = await import("../cluster/roots.ts")
  const roots: DataRoot[] = []
  for (const text of given.values("data")) {
    const root = await dataRoot(text).catch(() => undefined)
    if (root === undefined) throw new UsageError(`--data: there is no folder "${text}"`)
    if (roots.some(({ name }) => name === root.name)) throw new UsageError(`--data: "${root.name}" was given twice`)
    roots.push(root)
  }
  return roots
}

function readyLine({ name, presence }: NatsNode, http: HttpServer | undefined): string {
  const [own, ...others] = presence.nodes()
  const parts = [
    `roles ${(own?.roles ?? []).join(", ")}`,
    ...(own === undefined || own.workers === 0 ? [] : [`${own.workers} engines`]),
    `data ${own === undefined || own.dataRoots.length === 0 ? "none" : own.dataRoots.join(", ")}`,
    `nodes ${[name, ...others.map(({ node }) => node)].join(", ")}`,
    ...(http === undefined ? [] : [urlOf(http.address)]),
  ]
  return printable(`node ${name} is ready: ${parts.join("; ")}`)
}

function newsLine(own: string, event: PresenceEvent): string {
  switch (event._tag) {
    case "Joined":
      return `node ${event.card.node} has joined (${cardText(event.card)})`
    case "Changed":
      return event.card.roles.length === 0
        ? `node ${event.card.node} is leaving`
        : `node ${event.card.node} has changed (${cardText(event.card)})`
    case "Left":
    case "Lost":
      return event.reason
    case "Refused":
      return `node ${event.node} was refused: ${event.reason}`
    case "NameTaken":
      return event.reason
    case "CutOff":
      return `node ${own} is cut off: ${event.reason}`
    case "Back":
      return `node ${own} is back`
  }
}

function cardText({ roles, workers, dataRoots, address }: NodeCard): string {
  const data = dataRoots.length === 0 ? "no data" : `data ${dataRoots.join(", ")}`
  return [roles.join(", "), `${workers} engines`, data, ...(address === undefined ? [] : [address])].join("; ")
}
