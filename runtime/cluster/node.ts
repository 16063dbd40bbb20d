import { Cancelled, EngineLost } from "../../actors/errors.ts"
import type { ExchangeStore } from "../../actors/exchange/store.ts"
import type { Source } from "../../actors/sources/source.ts"
import { nodeTransport } from "../../transport/node-transport.ts"
import { newIncarnation } from "../../transport/presence/card.ts"
import type { NodeCard, Role } from "../../transport/presence/card.ts"
import type { PresenceEvent } from "../../transport/presence/core.ts"
import { openPresence } from "../../transport/presence/presence.ts"
import type { Presence } from "../../transport/presence/presence.ts"
import type { Transport } from "../../transport/transport.ts"
import { PROTOCOL_VERSION } from "../../transport/envelope.ts"
import type { Planner } from "../coordinator/coordinator.ts"
import { openNode } from "../coordinator/node.ts"
import type { Node } from "../coordinator/node.ts"
import type { Peers } from "../coordinator/peers.ts"
import type { Thread } from "../pool/engine.ts"
import { scripted, type ScriptOptions } from "../session/scripted.ts"
import type { LocalSession } from "../session.ts"
import { exchangeReader } from "./exchange-reader.ts"
import { exchangeService } from "./exchange-service.ts"
import { failures } from "./failures.ts"
import { guestQueries } from "./guests.ts"
import type { Guests } from "./guests.ts"
import type { ClusterLink } from "./link.ts"
import { clusterMembers } from "./members.ts"
import type { Members } from "./members.ts"
import { EXCHANGE_PATH, NO_WORDS, PROBE_PATH, RELEASE_PATH, releaseRequests, TASK_PATH } from "./order.ts"
import { queryReleases } from "./releases.ts"
import type { Releases } from "./releases.ts"
import { remoteAttempt } from "./remote-attempt.ts"
import { placeInRoots, rootNames } from "./roots.ts"
import type { DataRoot } from "./roots.ts"
import { taskService } from "./task-service.ts"

/** How long a node that is told to leave waits for the queries that it works for. */
export const DRAIN_MS_MAX = 30_000

export interface ClusterNodeOptions {
  /** Letters, digits, `_` and `-`; no two nodes of a cluster have the same. */
  readonly name: string
  readonly roles: readonly Role[]
  /** Engines; 0 without the role worker. */
  readonly workers: number
  /** What the node reads from, and nothing else. Unqualified names are looked for in the first. */
  readonly roots: readonly DataRoot[]
  /** Of the statements that come to this node. */
  readonly scripts?: ScriptOptions
  readonly link: ClusterLink
  readonly planner: Planner
  readonly source: Source
  readonly spawn: (name: string) => Promise<Thread>
  /** The engines' version of DuckDB. Asked when the first of them has been wanted; rejects when none starts. */
  readonly duckdb: () => Promise<string>
  readonly exchangeMemoryBytes?: number
  readonly spoolParent?: string
  readonly onEvent?: (event: PresenceEvent) => void
  /** Something came that was not for this version, or not for this node; one line. */
  readonly onRefused?: (reason: string) => void
}

/** One node of several. */
export interface ClusterNode {
  readonly name: string
  /** Queries that this node coordinates. Without the role they are refused. */
  readonly session: LocalSession
  readonly presence: Presence
  readonly counts: () => ClusterCounts
  /** Takes nothing new, and settles when what runs here is done, or a named time has passed. */
  readonly drain: () => Promise<void>
  readonly close: () => Promise<void>
}

/** What a node does for others and they for it; all but the bytes are 0 when nothing is under way. */
export interface ClusterCounts {
  /** Queries of other coordinators. */
  readonly guests: number
  readonly queries: number
  /** Nodes that have not been told yet that a query is over. */
  readonly releases: number
  readonly transport: ReturnType<Transport["counts"]>
  readonly store: ReturnType<ExchangeStore["counts"]>
}

interface Parts {
  readonly options: ClusterNodeOptions
  readonly transport: Transport
  readonly node: Node
  readonly guests: Guests
  readonly releases: Releases
  readonly presence: Presence
  readonly members: Members
}

/** Why nothing new is taken, once the node is about to leave. */
interface Leaving {
  why: string | undefined
}

export async function openClusterNode(options: ClusterNodeOptions): Promise<ClusterNode> {
  const { name, roots, link } = options
  const incarnation = newIncarnation(Date.now())
  /** Both are made after what needs them. */
  const later: { members?: Members; presence?: Presence } = {}
  const suspect = (node: string) => later.members?.suspect(node) ?? Promise.resolve()
  const transport = nodeTransport(link.wire, {
    node: name,
    failures,
    onGone: (node) => later.members?.gone(node),
    ...(options.onRefused === undefined ? {} : { onRefused: options.onRefused }),
  })
  const told = queryReleases(transport, (node) => later.presence?.nodes().some((card) => card.node === node) ?? false)
  const peers = (store: ExchangeStore): Peers => ({
    engines: (file) => later.members?.engines(file === undefined ? undefined : placeInRoots(file, roots).root) ?? [],
    rootOf: (file) => placeInRoots(file, roots).root,
    read: exchangeReader({ transport, store, suspect }),
    run: (elsewhere, stop) => {
      told.takesPart(elsewhere.work.at.query, elsewhere.node)
      return remoteAttempt({ transport, store, roots, suspect }, elsewhere, stop)
    },
    release: told.release,
  })
  const node = await openInner(options, incarnation, peers)
  const leaving: Leaving = { why: undefined }
  const guests = guestQueries({ node: name, store: node.store, source: options.source, roots })
  serve({ options, transport, node, guests }, leaving, suspect)
  await transport.settled()
  // A node is there when it can work: its engines start before anybody hears of it.
  if (options.workers > 0) node.scheduler.send({ _tag: "EnginesWanted", engines: options.workers })
  else await node.pool.describer()
  const presence = openPresence({
    card: nodeCard(options, incarnation, await options.duckdb()),
    broadcast: link.broadcast,
    transport,
    ...(options.onRefused === undefined ? {} : { onRefused: options.onRefused }),
  })
  later.presence = presence
  const members = clusterMembers({
    presence,
    transport,
    scheduler: node.scheduler,
    onGone: (gone) => {
      told.nodeGone(gone)
      void guests.coordinatorGone(gone)
    },
    onEvent: options.onEvent ?? (() => undefined),
  })
  later.members = members
  return clusterNode({ options, transport, node, guests, releases: told, presence, members }, leaving)
}

function openInner(options: ClusterNodeOptions, incarnation: number, peers: (store: ExchangeStore) => Peers) {
  const { name, roots, workers, planner, source, spawn, exchangeMemoryBytes, spoolParent } = options
  const folders = roots.map(({ path }) => path)
  const [first] = folders
  return openNode({
    workers,
    places: { dataDir: first, cwd: first ?? process.cwd(), roots: folders },
    planner,
    source,
    spawn,
    cluster: {
      own: { name, roots: rootNames(roots) },
      queryPrefix: `${name}-${incarnation.toString(36)}-`,
      peers,
    },
    ...(exchangeMemoryBytes === undefined ? {} : { exchangeMemoryBytes }),
    ...(spoolParent === undefined ? {} : { spoolParent }),
  })
}

function nodeCard({ name, roles, workers, roots }: ClusterNodeOptions, incarnation: number, duckdb: string): NodeCard {
  const dataRoots = roots.map((root) => root.name)
  return { node: name, incarnation, protocol: PROTOCOL_VERSION, duckdb, roles, workers, dataRoots }
}

/** What other nodes may ask of this one. */
function serve(
  { options, transport, node, guests }: Pick<Parts, "options" | "transport" | "node" | "guests">,
  leaving: Leaving,
  suspect: (node: string) => Promise<void>,
): void {
  const { store, scheduler } = node
  const read = exchangeReader({ transport, store, suspect })
  transport.serve(EXCHANGE_PATH, exchangeService(store))
  transport.serve(PROBE_PATH, async function* () {
    yield NO_WORDS
  })
  transport.serve(RELEASE_PATH, async function* (request, { from }) {
    await guests.release(releaseRequests.decode(request).query, from)
    yield NO_WORDS
  })
  if (!options.roles.includes("worker")) return
  const parts = { node: options.name, store, guests, scheduler, read, leaving: () => leaving.why }
  transport.serve(TASK_PATH, taskService(parts))
}

function clusterNode(parts: Parts, leaving: Leaving): ClusterNode {
  const { options, transport, node, guests, presence } = parts
  const { name } = options
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= closeAll(parts)
    return closing
  }
  const admitted = () => {
    if (!options.roles.includes("coordinator")) {
      const message = `node ${name} has no role coordinator: ask another node, or start it with --roles coordinator,worker`
      throw new EngineLost({ message, node: name })
    }
    if (leaving.why !== undefined) throw new Cancelled({ message: leaving.why })
  }
  return {
    name,
    presence,
    session: scripted(
      {
        query: async (sql, given) => {
          admitted()
          return node.query(sql, given)
        },
        plan: async (sql, given) => {
          admitted()
          return node.plan(sql, given)
        },
        tables: node.tables,
        close,
      },
      options.scripts,
    ),
    counts: () => ({
      guests: guests.count(),
      queries: node.running(),
      releases: parts.releases.pending(),
      transport: transport.counts(),
      store: node.store.counts(),
    }),
    drain: async () => {
      leaving.why = `node ${name} is leaving the cluster and takes no new queries`
      presence.describe({ roles: [] })
      await within(DRAIN_MS_MAX, Promise.all([node.idle(), guests.gone()]))
    },
    close,
  }
}

/** Queries first, while everything that they use is there; the others hear that this node leaves before it is gone. */
async function closeAll({ options, transport, node, guests, releases: told, presence, members }: Parts): Promise<void> {
  await guests.close()
  await node.close()
  members.close()
  told.close()
  await presence.close()
  await transport.close()
  await options.link.close()
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, patience])
  clearTimeout(timer)
}
