import type { Address } from "../address.ts"
import { isName, isPath } from "../address.ts"
import { PROTOCOL_VERSION } from "../envelope.ts"

/**
 * Every subject of a cluster, one token each for what permissions are granted by:
 *
 *   skein.v1.node.<to>.<from>.<path…>   a parcel for a service or actor of the node <to>, sent by <from>
 *   skein.v1.nobody.<from>.<number>     where the server tells <from> that nobody took a parcel
 *   skein.presence.<from>               <from> is here; without the version, so that nodes of two versions hear why
 *                                       they do not work together
 *   skein.v1.query                      a statement for any coordinator, from anybody
 *   skein.v1.answer.<service>.<number>  where the client says how much of an answer it has taken, and the server that
 *                                       nobody hears it
 *   skein.v1.will                       what coordinators should tell each other's clients when one of them dies
 *
 * `skein` is the cluster's name. The sender stands in the subject, so a server that lets a node publish only
 * to `skein.v1.node.*.<its name>.>` vouches for who sent what.
 */
export interface Subjects {
  readonly parcel: (to: Address, from: string) => string
  /** What comes to one address, from whomever. */
  readonly inbox: (address: Address) => string
  /** The two ends of a parcel's subject; nothing for any other subject. */
  readonly parse: (subject: string) => { readonly to: Address; readonly from: string } | undefined
  readonly nobody: (from: string, number: number | "*") => string
  /** Of everyone without a name. */
  readonly presence: (from?: string) => string
  /** Who published to a presence subject. */
  readonly presenceFrom: (subject: string) => string | undefined
  readonly query: () => string
  readonly answer: (service: string, number: number | "*") => string
  readonly will: () => string
}

/** Of the request API. Its clients are not of this project: it changes more seldom than what nodes say to each other. */
const QUERY_VERSION = 1

export function subjectsOf(cluster: string): Subjects {
  const base = `${checked(cluster)}.v${PROTOCOL_VERSION}`
  const open = `${cluster}.v${QUERY_VERSION}`
  return {
    parcel: (to, from) => `${base}.node.${checked(to.node)}.${checked(from)}.${tokens(to.path)}`,
    inbox: ({ node, path }) => `${base}.node.${checked(node)}.*.${tokens(path)}`,
    parse: (subject) => {
      const start = `${base}.node.`
      if (!subject.startsWith(start)) return undefined
      const [node, from, ...steps] = subject.slice(start.length).split(".")
      if (node === undefined || from === undefined || steps.length === 0) return undefined
      return { to: { node, path: steps.join("/") }, from }
    },
    nobody: (from, number) => `${base}.nobody.${checked(from)}.${number}`,
    presence: (from) => `${cluster}.presence.${from === undefined ? "*" : checked(from)}`,
    presenceFrom: (subject) => subject.split(".").at(2),
    query: () => `${open}.query`,
    will: () => `${open}.will`,
    answer: (service, number) => `${open}.answer.${checked(service)}.${number}`,
  }
}

/** A dot, a star or a space in a name would make it another subject. */
function checked(name: string): string {
  if (!isName(name)) {
    throw new Error(`${JSON.stringify(name)} cannot be part of a subject: 1 to 64 letters, digits, "_" or "-" can`)
  }
  return name
}

function tokens(path: string): string {
  if (!isPath(path)) throw new Error(`${JSON.stringify(path)} cannot be a subject: it is not a path of 1 to 16 names`)
  return path.replaceAll("/", ".")
}
