import * as Schema from "effect/Schema"
import { isName } from "../address.ts"
import { PROTOCOL_VERSION } from "../envelope.ts"

const DATA_ROOTS_MAX = 32
const DATA_ROOT_CHARS_MAX = 1024
const ADDRESS_CHARS_MAX = 1024
const WORKERS_MAX = 4096

const Count = Schema.Number.check(Schema.isInt(), Schema.isGreaterThanOrEqualTo(0))
const Name = Schema.String.check(Schema.makeFilter(isName))

export const Role = Schema.Literals(["coordinator", "worker"])
export type Role = typeof Role.Type

/** What one node says of itself to all others. */
export const NodeCard = Schema.Struct({
  node: Name,
  /** One life of a node; a later life has a larger number. */
  incarnation: Count,
  protocol: Schema.Literal(PROTOCOL_VERSION),
  /** DuckDB's version inside its engines: two versions may answer differently. */
  duckdb: Schema.String,
  roles: Schema.Array(Role),
  /** Its engines. */
  workers: Count.check(Schema.isLessThanOrEqualTo(WORKERS_MAX)),
  /** Folders that it can read; a split goes only to a node that has its root. */
  dataRoots: Schema.Array(Schema.String.check(Schema.isMaxLength(DATA_ROOT_CHARS_MAX))).check(
    Schema.isMaxLength(DATA_ROOTS_MAX),
  ),
  /** Where its HTTP door is, if it has one. */
  address: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(ADDRESS_CHARS_MAX))),
})
export type NodeCard = typeof NodeCard.Type

/**
 * The part of an announcement that never changes its meaning, whatever the protocol's version: nodes that cannot work
 * together must still understand why.
 *
 * - `hello`: a node is new, or was cut off; everyone answers with `here` at once.
 * - `here`: a heartbeat, or the answer to a hello.
 * - `leave`: a node closes.
 */
export const Greeting = Schema.Struct({
  presence: Schema.Literals(["hello", "here", "leave"]),
  node: Name,
  incarnation: Count,
  protocol: Count,
  duckdb: Schema.String.check(Schema.isMaxLength(64)),
})
export type Greeting = typeof Greeting.Type
export type Say = Greeting["presence"]

/** One node tells another that it has given it up for lost. It may come twice: the two numbers tell one loss from another. */
export const GivenUp = Schema.Struct({ incarnation: Count, loss: Count })
export type GivenUp = typeof GivenUp.Type

/** A later start has a larger number, unless the clock is set back; then the random part tells them apart. */
export function newIncarnation(nowMs: number): number {
  return Math.floor(nowMs) * 1000 + Math.floor(Math.random() * 1000)
}

/** Why two nodes cannot be in one cluster, in words that hold on both sides; nothing when they can. */
export function mismatch(self: NodeCard, other: Greeting): string | undefined {
  const same = "run the same version of skein on all nodes of a cluster"
  if (other.protocol !== self.protocol) {
    return `node ${other.node} speaks protocol ${other.protocol} and node ${self.node} speaks ${self.protocol}: ${same}`
  }
  if (other.duckdb !== self.duckdb) {
    return `node ${other.node} has DuckDB ${other.duckdb} and node ${self.node} has ${self.duckdb}: ${same}`
  }
  return undefined
}
